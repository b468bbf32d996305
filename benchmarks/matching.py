"""Matching on labelled data, at the default cut and without labels: F1 of pairs and of clusters.

    python benchmarks/matching.py [NAME ...]

Reads the folder ``matching`` below ECRM_DATA (default: ../shared/data). Labels only score.
"""

import csv
import gzip
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from ecrm_core import dedupe

Row = dict[str, str]
ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("ECRM_DATA", ROOT.parent / "shared" / "data")) / "matching"

FEBRL = {
    "given_name": "given_name", "surname": "family_name", "street_number": "street2",
    "address_1": "street", "address_2": "street2", "suburb": "city", "postcode": "postcode",
    "state": "area", "date_of_birth": "birth_date", "soc_sec_id": "national_id",
}  # fmt: skip


def _febrl_person(row: Row) -> str:
    return "-".join(row["rec_id"].split("-")[:2])


# File, who a row is about, what the columns mean, and the peer's best F1 / at p >= 0.9 / clusters.
SETS: dict[str, tuple[str, Callable[[Row], str], dict[str, str], str]] = {
    "fake_1000": (
        "fake_1000.csv", lambda row: row["cluster"],
        {"first_name": "given_name", "surname": "family_name", "dob": "birth_date",
         "city": "city", "email": "email"},
        ".917 / .769 / .940",
    ),
    "febrl1": ("febrl1.csv", _febrl_person, FEBRL, "1.000 / .996 / 1.000"),
    "febrl3": ("febrl3.csv", _febrl_person, FEBRL, ".996 / .988 / .998"),
    "historical_half": (
        "historical_half.csv.gz", lambda row: row["cluster"],
        {"full_name": "full_name", "first_name": "given_name", "surname": "family_name",
         "dob": "birth_date", "birth_place": "city", "postcode_fake": "postcode",
         "gender": "category", "occupation": "category"},
        ".844 / .770 / .869",
    ),
    "restaurants": (
        "restaurant-nophone-training.csv", lambda row: row["unique_id"],
        {"name": "organisation", "address": "street", "city": "city", "cuisine": "category"},
        ".901 / .898 / .886",
    ),
}  # fmt: skip


def read(path: Path) -> list[Row]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, skipinitialspace=True)
        return [{k: v.strip() for k, v in row.items()} for row in rows]


def pairs(keys: Iterable[object]) -> int:
    return sum(count * (count - 1) // 2 for count in Counter(keys).values())


def prf(right: int, found: int, true: int) -> str:
    precision, recall = right / max(found, 1), right / max(true, 1)
    f1 = 2 * right / max(found + true, 1)
    return f"{precision:.3f} {recall:.3f} {f1:.4f}"


def measure(name: str) -> None:
    file, person, fields, peer = SETS[name]
    if not (DATA / file).exists():
        print(f"{name:16} skipped: no {file} below {DATA.name}/ (set ECRM_DATA)")
        return
    rows = read(DATA / file)
    true = [person(row) for row in rows]
    columns = {column: [row[column] for row in rows] for column in fields}
    started = time.perf_counter()
    result = dedupe(columns, fields=fields)
    seconds = time.perf_counter() - started
    right = sum(true[int(str(p.left))] == true[int(str(p.right))] for p in result.pairs)
    cluster = list(result.clusters.values())
    both = pairs(zip(cluster, true, strict=True))
    print(
        f"{name:16} {len(rows):6} rows  pairs {prf(right, len(result.pairs), pairs(true))}"
        f"  clusters {prf(both, pairs(cluster), pairs(true))}"
        f"  largest {result.counts['largest']} (true {max(Counter(true).values())})"
        f"  {seconds:.2f} s  peer {peer}"
    )


if __name__ == "__main__":
    print("precision, recall, F1 at the default cut; peer: Splink 5, best F1 / at 0.9 / clusters")
    for chosen in sys.argv[1:] or SETS:
        measure(chosen)
