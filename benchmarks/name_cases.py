"""Names that are, and are not, one: precision and recall of their comparison at "same person".

    python benchmarks/name_cases.py [--wrong] [FILE]

FILE (default: ``matching/name_cases.csv`` below ECRM_DATA, which is ../shared/data by default) has
the columns schema, name1, name2 and is_match. ``--wrong`` lists the cases that are judged wrongly.
A pair is taken for one when its forms are equal or its level is "close" or better.
"""

import argparse
import csv
import os
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ecrm_core.matching import SORTS
from ecrm_core.matching.comparisons import levels_of
from ecrm_core.matching.forms import form_of

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("ECRM_DATA", ROOT.parent / "shared" / "data")) / "matching"
ROLES = {"Person": ("full_name", "full")}  # any other schema is an organisation
ORGANISATION = ("organisation", "title")
# By the beginning of the Unicode name of a letter.
SCRIPTS = {
    "LATIN": "Latin", "CYRILLIC": "Cyrillic", "ARABIC": "Arabic", "HANGUL": "Hangul",
    "CJK": "Han/kana", "HIRAGANA": "Han/kana", "KATAKANA": "Han/kana",
}  # fmt: skip


class Case(NamedTuple):
    """Two names, whether they are one, and whether we say so."""

    kind: str
    scripts: str
    names: tuple[str, str]
    true: bool
    found: bool


def same(schema: str, one: str, two: str) -> bool:
    """Return whether two names are taken for one, as the pipeline compares two cells."""
    role, sort = ROLES.get(schema, ORGANISATION)
    left, right = sorted((form_of(role, one), form_of(role, two)))
    if not left or left == right:
        return bool(left)
    level = levels_of(sort, [left], [right])[0]
    return int(level) >= SORTS[sort].levels.index("close")


def scripts_of(text: str) -> set[str]:
    """Return the scripts of the letters of a text."""
    names = (unicodedata.name(char, "OTHER") for char in text if char.isalpha())
    wide = (name.removeprefix("FULLWIDTH ").removeprefix("HALFWIDTH ") for name in names)
    return {SCRIPTS.get(name.split()[0].split("-")[0], "other") for name in wide}


def pair_of_scripts(one: str, two: str) -> str:
    """Return the row of the table two names belong to: by their scripts, the rarer first."""
    both = scripts_of(one) | scripts_of(two)
    for rare in ("Hangul", "Han/kana", "Arabic", "other"):
        if rare in both:
            return rare
    if "Cyrillic" not in both:
        return "Latin-Latin"
    return "Latin-Cyrillic" if "Latin" in both else "Cyrillic-Cyrillic"


def cases(path: Path) -> Iterator[Case]:
    """Read the file and judge each case."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            one, two = row["name1"], row["name2"]
            kind = "persons" if row["schema"] in ROLES else "organisations"
            true = row["is_match"].strip().lower() == "true"
            found = same(row["schema"], one, two)
            yield Case(kind, pair_of_scripts(one, two), (one, two), true, found)


def line(name: str, told: list[Case]) -> str:
    """Return one row of the table."""
    count = Counter((case.true, case.found) for case in told)
    right, wrong, missed = count[True, True], count[False, True], count[True, False]
    precision = f"{right / (right + wrong):.3f}" if right + wrong else "-"
    recall = f"{right / (right + missed):.3f}" if right + missed else "-"
    f1 = 2 * right / max(2 * right + wrong + missed, 1)
    return (
        f"{name:32} {len(told):5} {right + missed:5} {precision:>9} {recall:>7} {f1:6.3f}"
        f" {wrong:6} {missed:6}"
    )


def table(told: list[Case]) -> Iterator[str]:
    """Return the rows: everything, each kind, each kind by script."""
    yield f"{'names':32} cases  same precision  recall     F1  wrong missed"
    yield line("all", told)
    for kind in sorted({case.kind for case in told}, reverse=True):
        of_kind = [case for case in told if case.kind == kind]
        yield line(kind, of_kind)
        for scripts, _ in Counter(case.scripts for case in of_kind).most_common():
            yield line(f"  {scripts}", [case for case in of_kind if case.scripts == scripts])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("file", nargs="?", type=Path, default=DATA / "name_cases.csv")
    parser.add_argument("--wrong", action="store_true", help="list what is judged wrongly")
    asked = parser.parse_args()
    if not asked.file.exists():
        print(f"skipped: no {asked.file.name} (set ECRM_DATA)")
        return
    told = list(cases(asked.file))
    print("\n".join(table(told)))
    if asked.wrong:
        for case in sorted(case for case in told if case.found != case.true):
            said = "taken for one, is not" if case.found else "missed"
            print(f"{case.kind:14} {case.scripts:17} {said:22} {' | '.join(case.names)}")


if __name__ == "__main__":
    main()
