"""Data: labelled rows by the name of their set: what is measured, and what its columns mean.

Labels only score: no row of them is ever shown to the matcher.
"""

from __future__ import annotations

import csv
import gzip
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from benchmarks.cjk_people import fields as native_fields

Row = dict[str, str]
ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
DATA = Path(os.environ.get("ECRM_DATA", SHARED / "data")) / "matching"
PEERS = Path(os.environ.get("ECRM_PEERS", SHARED / "peers" / "matching"))
CACHE = Path(tempfile.gettempdir()) / "ecrm-matching"

FEBRL = {
    "given_name": "given_name", "surname": "family_name", "street_number": "street2",
    "address_1": "street", "address_2": "street2", "suburb": "city", "postcode": "postcode",
    "state": "area", "date_of_birth": "birth_date", "soc_sec_id": "national_id",
}  # fmt: skip
GENERATED = {
    "given_name": "given_name", "surname": "family_name", "email": "email", "phone": "phone",
    "street": "street", "city": "city", "postcode": "postcode", "dob": "birth_date",
}  # fmt: skip


class Labelled(NamedTuple):
    """Columns, their roles, who each row is about, and how it was made ("" where unknown)."""

    columns: object
    fields: Mapping[str, str]
    true: Sequence[str]
    kind: Sequence[str]


def _febrl_person(row: Row) -> str:
    return "-".join(row["rec_id"].split("-")[:2])


# File, who a row is about, what the columns mean.
FILES: Mapping[str, tuple[str, Callable[[Row], str], Mapping[str, str]]] = {
    "fake_1000": (
        "fake_1000.csv", lambda row: row["cluster"],
        {"first_name": "given_name", "surname": "family_name", "dob": "birth_date",
         "city": "city", "email": "email"},
    ),
    "febrl1": ("febrl1.csv", _febrl_person, FEBRL),
    "febrl3": ("febrl3.csv", _febrl_person, FEBRL),
    "historical_half": (
        "historical_half.csv.gz", lambda row: row["cluster"],
        {"full_name": "full_name", "first_name": "given_name", "surname": "family_name",
         "dob": "birth_date", "birth_place": "city", "postcode_fake": "postcode",
         "gender": "category", "occupation": "category"},
    ),
    "restaurants": (
        "restaurant-nophone-training.csv", lambda row: row["unique_id"],
        {"name": "organisation", "address": "street", "city": "city", "cuisine": "category"},
    ),
}  # fmt: skip


def missing(name: str) -> str:
    """Return why a set cannot be had here; empty: it can."""
    if name in FILES and not (DATA / FILES[name][0]).exists():
        return f"no {FILES[name][0]} (set ECRM_DATA)"
    if name.startswith("people_") and not (PEERS / "gen_people.py").exists():
        return "no gen_people.py (set ECRM_PEERS)"
    return ""


def load(name: str) -> Labelled:
    """Return a set by name: of a file, ``people_ROWS_SEED`` or ``LANGUAGE_ROWS_SEED``."""
    if name in FILES:
        return _of_file(*FILES[name])
    mode = name.partition("_")[0]
    fields = GENERATED if mode == "people" else native_fields(mode)
    return of_parquet(generated(name), fields)


def of_parquet(path: Path, fields: Mapping[str, str]) -> Labelled:
    """Return a generated file as a pyarrow table with its labels."""
    from pyarrow import parquet  # type: ignore[import-untyped]

    table = parquet.read_table(path)
    true, kind = (table[name].to_pylist() for name in ("true_id", "kind"))
    return Labelled(table.select(list(fields)), fields, true, kind)


def _of_file(file: str, person: Callable[[Row], str], fields: Mapping[str, str]) -> Labelled:
    path = DATA / file
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8", newline="") as stream:
        read = csv.DictReader(stream, skipinitialspace=True)
        rows = [{name: value.strip() for name, value in row.items()} for row in read]
    columns = {column: [row[column] for row in rows] for column in fields}
    return Labelled(columns, fields, [person(row) for row in rows], [""] * len(rows))


def generated(name: str) -> Path:
    """Return the generated file of a name; made once by each state of what makes it, and kept."""
    mode, rows, seed = name.split("_")
    path = CACHE / f"{name}-{_state(_makers(mode))}.parquet"
    if path.exists():
        return path
    CACHE.mkdir(exist_ok=True)
    half = path.with_suffix(".half.parquet")
    program = _makers(mode)[0]
    extra = () if mode == "people" else ("--mode", mode)
    _run(program, rows, str(half), "--seed", seed, *extra)
    return half.rename(path)  # a run that was stopped leaves no half file under the name


def _makers(mode: str) -> Sequence[Path]:
    """Return the program that makes a file, and what else it is made of."""
    if mode == "people":
        return [PEERS / "gen_people.py"]
    own = ROOT / "benchmarks"
    return [own / "cjk_people.py", *sorted((own / "native").glob("*.py"))]


def _state(files: Sequence[Path]) -> str:
    return sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:8]


def _run(program: Path, *given: str) -> None:
    subprocess.run([sys.executable, str(program), *given], check=True)
