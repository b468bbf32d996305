"""Change: how another price is billed, and what becomes of days before a new billing day."""

from __future__ import annotations

from datetime import date
from enum import Enum

from ecrm_core.errors import DefinitionError
from ecrm_core.subscriptions.cadence import Anchor, Cadence

__all__ = ["Alignment", "ChangePolicy", "StubPolicy", "aligned"]


class ChangePolicy(Enum):
    """From when another plan or quantity is billed, and what becomes of days billed already."""

    INVOICE_NOW = "invoice_now"
    """From its day on; the difference for days billed already is charged or given back at once."""
    NEXT_INVOICE = "next_invoice"
    """From its day on; the difference comes with the next charge, or with the end."""
    NEXT_PERIOD = "next_period"
    """From the next period that is not billed."""
    RESET_CYCLE = "reset_cycle"
    """A whole period begins with its day; what was billed for later days goes off its charge."""
    NONE = "none"
    """From its day on for days that are not billed yet; those that are stay as they are."""


class StubPolicy(Enum):
    """What the days before the first whole period cost."""

    PRORATE = "prorate"
    """Their share of the period they are a part of."""
    FREE = "free"
    FULL = "full"
    """The price of a whole period."""
    MERGE = "merge"
    """Their share, in one charge with the first whole period."""


class Alignment(Enum):
    """What the billing day follows where no day is given."""

    OWN = "own"
    """The day of the first charge."""
    CALENDAR = "calendar"
    """The calendar: Mondays, and firsts of the month, the quarter, the year."""


def aligned(
    cadence: Cadence, on: date, *, day: int | None, anchor: Anchor | None, align: Alignment
) -> Anchor:
    """Return the anchor from a day on: one that is given, of a day of the month, or aligned.

    Raises DefinitionError when more than one of them is given.
    """
    if sum((day is not None, anchor is not None, align is not Alignment.OWN)) > 1:
        message = "found several billing days, expected a day, an anchor or an alignment"
        raise DefinitionError(message, code="anchor")
    if anchor is not None:
        return anchor
    if align is Alignment.CALENDAR:
        return Anchor.calendar(cadence, on)
    return Anchor(on, on.day if day is None else day)
