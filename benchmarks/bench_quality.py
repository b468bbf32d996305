"""Quality: records a second past the core rules, beside the two parsers alone on the same rows.

The plain way is what a shop writes by hand: validate_email without DNS, phonenumbers.parse and
is_valid_number. It finds nothing but what cannot be; the rules are asked all their questions.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from people import CITIES, FAMILY, GIVEN

from ecrm_core import FieldMap, check
from ecrm_core.quality import CORE, check_record
from ecrm_core.sources import generic

Row = dict[str, str]
FIELDS = {"id": "id", "given": "given_name", "family": "family_name", "email": "email",
          "phone": "phone", "city": "city", "country": "country"}  # fmt: skip
DAY = date(2026, 11, 23)
DIRTY = 0.15
HOSTS = ["example.com", "example.kr", "gmail.com", "naver.com", "shop.example.com"]


def rows(count: int, seed: int = 1, *, dirty: float = DIRTY) -> list[Row]:
    """Return invented people, some of them dirty: a slip, a throw-away mailbox, a bad number."""
    draw, spoil = random.Random(seed), random.Random(seed)
    found = []
    for number in range(count):
        city, country = draw.choice(CITIES)
        row = {
            "id": str(number), "given": draw.choice(GIVEN), "family": draw.choice(FAMILY),
            "email": f"person{number}@{draw.choice(HOSTS)}",
            "phone": f"+82 2-0000-{number % 10_000:04}", "city": city, "country": country,
        }  # fmt: skip
        if spoil.random() < dirty:
            row |= spoil.choice(SPOILT)
        found.append(row)
    return found


SPOILT: list[Row] = [
    {"email": "person@gmial.com"}, {"email": "person@mailinator.com"}, {"email": "person@"},
    {"phone": "12"}, {"phone": "010-1234-5678"}, {"given": "Test", "family": "Test"}, {"email": ""},
]  # fmt: skip


def plain(people: list[Row]) -> int:
    """Return how many rows the parsers refuse."""
    refused = 0
    for row in people:
        try:
            validate_email(row["email"], check_deliverability=False)
            number = phonenumbers.parse(row["phone"], row["country"])
            refused += not phonenumbers.is_valid_number(number)
        except (EmailNotValidError, phonenumbers.NumberParseException):
            refused += 1
    return refused


def per_second(work: Callable[[], object], count: int) -> float:
    """Return how many rows a second of processor time, the best of three rounds."""
    best = float("inf")
    for _ in range(3):
        began = time.process_time()
        work()
        best = min(best, time.process_time() - began)
    return count / best


def main(count: int = 5_000) -> None:
    """Print rows a second and the ratio to the plain way."""
    people = rows(count)
    fields = FieldMap(FIELDS)
    at = datetime(2026, 11, 23, tzinfo=UTC)
    records = generic.read_rows(people, fields=fields, source="bench", received_at=at).records
    ways: list[tuple[str, Callable[[], object]]] = [
        ("plain: both parsers", lambda: plain(people)),
        ("check_record, read before", lambda: [check_record(r, as_of=DAY) for r in records]),
        ("check, rows of text", lambda: check(people, fields=fields, as_of=DAY)),
    ]
    peer = None
    for name, work in ways:
        speed = per_second(work, count)
        peer = peer or speed
        print(f"{name:<28} {speed:>10,.0f} rows/s  x{speed / peer:.2f}")
    spoilt = sum(row != clean for row, clean in zip(people, rows(count, dirty=0.0), strict=True))
    print(f"{len(CORE.rules)} rules; {100 * spoilt / count:.0f} % of {count:,} rows are spoilt")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000)
