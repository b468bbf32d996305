"""Invented customers of one language with known duplicates, from a seed.

    python benchmarks/cjk_people.py ROWS OUT.parquet --mode korean --seed 1

Modes: ``korean``, ``japanese``, ``chinese``, and ``latin``, the same code at the same error rates
to compare with; ``korean-whole`` and so on write the whole name in one column. People are made of
common family names and of given names put together; mail domains are reserved ones, phone numbers
of ranges nobody is given.

What is in it, besides the errors and rates of native/errors.py:

- 30 in 100 rows are repetitions; a third of those are of a person repeated before, up to 6 rows.
- 5 in 100 persons live with an earlier one: family name and home are shared, in 60 of these the
  phone, in 10 the mailbox, in 6 the birth date (``twin``). They are different persons.
- 4 in 1,000 persons give a mailbox, 4 in 1,000 a phone, that others of a shop give too.
- First rows have holes (email 6 %, phone 18 %, street 10 %, city, area 8 %, postcode 9 %, birth
  date 30 %, kana 20 %; kana is empty everywhere but in Japanese).
- Family names are few where they are few: 21 in 100 Korean rows are named Kim, and many share the
  whole name with a stranger.

Columns: rec_id, true_id, FIELDS, and kind, which is never shown to a matcher.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[1]))
from benchmarks.native.chinese import Chinese
from benchmarks.native.errors import HOLES, Person, Row, again, home, mail
from benchmarks.native.japanese import Japanese
from benchmarks.native.korean import Korean
from benchmarks.native.language import Language, Name
from benchmarks.native.latin import Latin

MODES: Mapping[str, Language] = {
    "latin": Latin(), "korean": Korean(), "japanese": Japanese(), "chinese": Chinese(),
}  # fmt: skip
PARTS = {name: name for name in (
    "family_name", "given_name", "kana", "email", "phone", "street", "city", "area", "postcode",
    "birth_date")}  # fmt: skip
WHOLE = {"full_name": "full_name", **{name: name for name in list(PARTS)[2:]}}
_REPEATED = 0.3
_MOST = 5  # repetitions of one person


def fields(mode: str) -> Mapping[str, str]:
    """Return the roles of the columns of a mode."""
    return WHOLE if mode.endswith("-whole") else PARTS


def make(rows: int, *, mode: str, seed: int) -> dict[str, list[str | None]]:
    """Return the columns: so many rows in mixed order."""
    name = mode.removesuffix("-whole")
    draw = Random(f"{name} {seed}")
    language = MODES[name]
    persons: list[Person] = []
    kinds: list[str] = []
    for number in range(rows - int(rows * _REPEATED)):
        one, kind = _person(draw, language, number, persons)
        persons.append(one)
        kinds.append(kind)
    told = [(_holed(draw, one.row), one.number, kind)
            for one, kind in zip(persons, kinds, strict=True)]  # fmt: skip
    repeated: list[Person] = []
    times = [0] * len(persons)
    while len(told) < rows:
        one = draw.choice(repeated if repeated and draw.random() < 0.33 else persons)
        if times[one.number] < _MOST:
            repeated.append(one)
            times[one.number] += 1
            told.append((again(draw, one), one.number, "dup"))
    draw.shuffle(told)
    if mode != name:
        for row, _, _ in told:
            row["full_name"] = _whole(draw, language, row)
    return _columns(told, list(fields(mode)))


def _person(
    draw: Random, language: Language, number: int, before: Sequence[Person]
) -> tuple[Person, str]:
    name = language.name(draw)
    born = date(1944, 1, 1) + timedelta(days=draw.randrange(365 * 62))
    row: Row = {"family_name": name.family, "given_name": name.given, "kana": name.kana,
                "email": mail(draw, name, 2 * number), "phone": language.phone(draw),
                **home(draw, language), "birth_date": str(born)}  # fmt: skip
    kind = "base"
    if before and draw.random() < 0.05:
        name, kind = _moved_in(draw, draw.choice(before[-5000:]), name, row)
        row["family_name"], row["kana"] = name.family, name.kana
    if draw.random() < 0.004:
        row["email"], kind = (
            f"info{draw.randrange(1 + number // 500)}@example.com",
            "shared-mailbox",
        )
    if draw.random() < 0.004:
        kind, shop = "shared-phone", draw.randrange(1 + number // 500)
        row["phone"] = language.phone(Random(f"shop {shop}"))
    return Person(number, name, row, language), kind


def _moved_in(draw: Random, other: Person, name: Name, row: Row) -> tuple[Name, str]:
    """Share the home of another; return the name with the family name shared, and the kind."""
    row.update({part: other.row[part] for part in ("street", "city", "area", "postcode")})
    if draw.random() < 0.6:
        row["phone"] = other.row["phone"]
    if draw.random() < 0.1:
        row["email"] = other.row["email"]
    kana = None
    if name.kana and other.name.kana:
        kana = f"{other.name.kana.split()[0]} {name.kana.split()[1]}"
    latin = other.name.latin[0], name.latin[1]
    shared = Name(other.name.family, name.given, kana, latin)
    if draw.random() < 0.06:
        row["birth_date"] = other.row["birth_date"]
        return shared, "twin"
    return shared, "household"


def _holed(draw: Random, row: Mapping[str, str | None]) -> Row:
    held = {name: None if draw.random() < HOLES.get(name, 0) else row[name] for name in row}
    if not (held["email"] or held["phone"]):
        held["email"] = row["email"]
    return held


def _whole(draw: Random, language: Language, row: Row) -> str:
    return language.whole(draw, row["family_name"] or "", row["given_name"] or "").strip()


def _columns(
    told: Sequence[tuple[Row, int, str]], names: Sequence[str]
) -> dict[str, list[str | None]]:
    columns: dict[str, list[str | None]] = {
        "rec_id": [f"r{at}" for at in range(len(told))],
        "true_id": [f"p{number}" for _, number, _ in told],
    }
    columns |= {name: [row[name] for row, _, _ in told] for name in names}
    return columns | {"kind": [kind for _, _, kind in told]}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("rows", type=int)
    parser.add_argument("out", type=Path)
    parser.add_argument("--mode", choices=[*MODES, *(f"{name}-whole" for name in MODES)],
                        default="korean")  # fmt: skip
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()

    import pyarrow as pa  # type: ignore[import-untyped]
    from pyarrow import parquet

    columns = make(asked.rows, mode=asked.mode, seed=asked.seed)
    parquet.write_table(pa.table(columns), asked.out, compression="zstd")


if __name__ == "__main__":
    main()
