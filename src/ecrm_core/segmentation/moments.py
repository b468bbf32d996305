"""Moments: days and moments counted from the instant asked about, for segments built in Python."""

from __future__ import annotations

from typing import Final

from ecrm_core.errors import DefinitionError
from ecrm_core.segmentation.terms import Relative, Unit

__all__ = ["ahead", "last", "today"]

today: Final = Relative(0, Unit.DAY)
"""The day, in the shop's zone, of the instant asked about."""


def last(
    *, hours: int = 0, days: int = 0, weeks: int = 0, months: int = 0, years: int = 0
) -> Relative:
    """Return the day, or with ``hours`` the moment, that lies so far back: ``-90d`` in a query.

    Name one unit, in whole numbers above 0. DefinitionError for none or several, for others, and
    beyond six digits.
    """
    amount, unit = _one(hours, days, weeks, months, years)
    return Relative(-amount, unit)


def ahead(
    *, hours: int = 0, days: int = 0, weeks: int = 0, months: int = 0, years: int = 0
) -> Relative:
    """Return the day, or with ``hours`` the moment, that lies so far ahead: ``+30d`` in a query.

    Name one unit, in whole numbers above 0. DefinitionError for none or several, for others, and
    beyond six digits.
    """
    amount, unit = _one(hours, days, weeks, months, years)
    return Relative(amount, unit)


def _one(*amounts: int) -> tuple[int, Unit]:
    named = [(amount, unit) for amount, unit in zip(amounts, Unit, strict=True) if amount]
    if len(named) != 1:
        message = f"found {len(named)} units of time, expected one above 0, such as days=90"
        raise DefinitionError(message, code="segment_tree")
    if named[0][0] < 0:
        message = "found a time below 0, expected one above: last looks back, ahead looks forward"
        raise DefinitionError(message, code="segment_tree")
    return named[0]
