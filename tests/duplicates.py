"""Invented people with labelled duplicates, from a seed: what matching is tested on."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

Row = dict[str, str | None]

_NAMES = """ann bella carl dora emil fran gus hana ivan jana karl lena milo nora olaf petra quinn
rosa sven tilda ulla vera wim xenia yuri zelda minjun seoyeon haruto yui / abel berg castor dahl
eriks falk gruber holm ibsen jansen keller lindt moser nagel otter paulsen quast ritter sommer tegel
ulrich vogel winter xander young zeller kim lee park sato tanaka"""
GIVEN, FAMILY = (part.split() for part in _NAMES.split("/"))
STREETS = ["Long Lane", "Mill Road", "High Street", "Station Road", "Green Way", "Park Avenue"]
TOWNS = ["Aville", "Bburg", "Cstadt", "Dheim", "Eton", "Fford"]
FIELDS = {
    "id": "id", "given": "given_name", "family": "family_name", "mail": "email", "tel": "phone",
    "street": "street", "town": "city", "zip": "postcode", "born": "birth_date",
}  # fmt: skip


def person(draw: Random) -> Row:
    """Return one invented person."""
    given, family = draw.choice(GIVEN).title(), draw.choice(FAMILY).title()
    town = draw.randrange(len(TOWNS))
    return {
        "given": given,
        "family": family,
        "mail": f"{given}.{family}{draw.randrange(90)}@example.com".lower(),
        "tel": f"+49 30 23125 {draw.randrange(10_000):04}",
        "street": f"{draw.choice(STREETS)} {draw.randrange(1, 99)}",
        "town": TOWNS[town],
        "zip": f"{town}{draw.randrange(50):04}",
        "born": str(date(1940, 1, 1) + timedelta(days=draw.randrange(24_000))),
    }


def _slip(draw: Random, text: str) -> str:
    at = draw.randrange(len(text) - 1)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def _typo(draw: Random, row: Row) -> None:
    name = draw.choice(["given", "family", "mail", "street"])
    row[name] = _slip(draw, row[name] or "xx")


def _missing(draw: Random, row: Row) -> None:
    row[draw.choice(["mail", "tel", "street", "born", "zip"])] = None


def _swapped(draw: Random, row: Row) -> None:  # noqa: ARG001 - one of a table
    row["given"], row["family"] = row["family"], row["given"]


def _moved(draw: Random, row: Row) -> None:
    other = person(draw)
    row.update({name: other[name] for name in ("street", "town", "zip")})


def _digit(draw: Random, row: Row) -> None:  # noqa: ARG001 - one of a table
    born = row["born"] or "1999-09-09"
    row["born"] = f"{born[:-1]}{(int(born[-1]) + 1) % 10}"


def _loud(draw: Random, row: Row) -> None:  # noqa: ARG001 - one of a table
    row["family"] = f"  {(row['family'] or '').upper()} "


ERRORS: tuple[Callable[[Random, Row], None], ...] = (
    _typo, _missing, _swapped, _moved, _digit, _loud,
)  # fmt: skip


def people(count: int, *, seed: int = 7, duplicated: float = 0.4) -> tuple[list[Row], list[int]]:
    """Return rows in mixed order, and for each the number of the person it is about.

    Some persons share a house and a name with another, who is somebody else.
    """
    draw = Random(seed)
    told: list[tuple[Row, int]] = []
    for number in range(count):
        one = person(draw)
        if told and draw.random() < 0.1:  # a household
            other = draw.choice(told)[0]
            one.update({name: other[name] for name in ("family", "street", "town", "zip")})
        told.append((one, number))
        while draw.random() < duplicated:
            again = dict(one)
            for _ in range(draw.randrange(1, 3)):
                draw.choice(ERRORS)(draw, again)
            told.append((again, number))
    draw.shuffle(told)
    rows = [{"id": f"r{at}", **row} for at, (row, _) in enumerate(told)]
    return rows, [number for _, number in told]


def f1(found: list[object], true: list[int]) -> float:
    """Return the F1 of the pairs of two ways to part the same rows."""

    def pairs(*keys: list[object] | list[int]) -> int:
        counts: dict[object, int] = {}
        for key in zip(*keys, strict=True):
            counts[key] = counts.get(key, 0) + 1
        return sum(count * (count - 1) // 2 for count in counts.values())

    return 2 * pairs(found, true) / (pairs(found) + pairs(true))
