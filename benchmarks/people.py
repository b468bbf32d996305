"""Invented people by the million, seeded: reserved domains, fictional numbers."""

from __future__ import annotations

import csv
import random
from pathlib import Path

GIVEN = ["민준", "서연", "도윤", "지우", "하나", "Anna", "Ben", "Clara", "David", "Elena", "Hugo"]
FAMILY = ["김", "이", "박", "최", "Smith", "Müller", "Rossi", "García", "Novák", "Sato", "O'Neill"]
CITIES = [("Seoul", "KR"), ("Busan", "KR"), ("Berlin", "DE"), ("Lyon", "FR"), ("Leeds", "GB")]
HEADER = ["id", "given", "family", "email", "phone", "street", "city", "country", "updated", "plan"]


def write_csv(path: Path, rows: int, seed: int = 1) -> None:
    """Write so many rows; one in a hundred is ragged, one in a hundred a plain repetition."""
    draw = random.Random(seed)
    with path.open("w", encoding="utf-8", newline="") as stream:
        out = csv.writer(stream)
        out.writerow(HEADER)
        last: list[str] = []
        for number in range(rows):
            if last and draw.random() < 0.01:
                out.writerow(last)
                continue
            last = person(draw, number)
            out.writerow(last[:4] if draw.random() < 0.01 else last)


def person(draw: random.Random, number: int) -> list[str]:
    """Return one row."""
    city, country = draw.choice(CITIES)
    return [
        str(number),
        draw.choice(GIVEN),
        draw.choice(FAMILY),
        f"person{number}@example.com",
        f"+82 2-0000-{number % 10_000:04}",
        f"{draw.randrange(1, 200)} Main Street",
        city,
        country,
        f"2026-0{draw.randrange(1, 10)}-1{draw.randrange(10)}T09:00:00Z",
        draw.choice(["free", "gold", ""]),
    ]
