"""Fakes: rows of nobody, typed to get past a form: asdf, a@a.com, 555-0123, Mickey Mouse."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ecrm_core.demo.dice import Dice
from ecrm_core.demo.row import Row, changed_at
from ecrm_core.demo.words import load_json

__all__ = ["fake_rows"]


def fake_rows(dice: Dice, today: date, *, first: int, file: str, share: int) -> Iterator[Row]:
    """Yield every ``share``-th of the fakes; each is somebody else, numbered from ``first``."""
    for at, fake in enumerate(load_json("fakes")["people"]):
        if isinstance(fake, dict) and at % share == 0:
            yield Row(
                person=first + at,
                language="en",
                updated_at=changed_at(dice, today, "fake", file, at),
                consent="granted",
                labels=frozenset({"fake"}),
                given=fake["given"],
                family=fake["family"],
                email=fake["email"],
                phone=fake["phone"],
            )
