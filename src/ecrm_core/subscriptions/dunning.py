"""Dunning: what is done about a charge that could not be collected, and when that ends."""

from __future__ import annotations

from datetime import date, timedelta
from enum import Enum
from itertools import pairwise
from typing import Final

from attrs import field, frozen

from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import Money
from ecrm_core.subscriptions.checks import is_a
from ecrm_core.subscriptions.duration import Duration, as_duration, maybe_duration

__all__ = ["DUNNING", "Debt", "DunningEnd", "DunningPolicy", "Entitlement"]


DUNNING: Final = "dunning"
"""The owner of a pause that comes of a charge that was not paid."""


class DunningEnd(Enum):
    """What comes when a charge is still not paid at the end of the grace."""

    CANCEL = "cancel"
    """The end of the subscription, on the first day for which nothing is paid."""
    PAUSE = "pause"
    """Nothing is billed and nothing given, until everything is paid."""
    UNPAID = "unpaid"
    """It stays past due and nothing further is charged, until it is paid."""
    KEEP = "keep"
    """It stays past due and is charged as before."""


class Entitlement(Enum):
    """How long a customer who did not pay keeps access; never less than what she has paid for."""

    UNTIL_PAID_THROUGH = "until_paid_through"
    """Up to the first day for which nothing at all is paid."""
    GRACE = "grace"
    """Up to the end of the grace."""
    IMMEDIATE = "immediate"
    """Up to the first day that is not paid in full."""


def _durations(given: tuple[Duration | str, ...]) -> tuple[Duration, ...]:
    if not isinstance(given, tuple | list):
        raise DefinitionError("found steps of dunning that are no tuple", code="dunning")
    return tuple(as_duration(each) for each in given)


@frozen(kw_only=True)
class DunningPolicy:
    """Which days after the first failure a charge is tried again, and what comes in the end.

    ``steps`` and ``grace`` count from the day of the first failure, and all steps lie inside the
    grace. ``max_attempts`` counts the charge itself too. After a hard decline (a card that never
    will work) ``hard_stops`` ends the retries, the grace runs on. ``pause_after`` pauses the
    subscription meanwhile; that day's retry is left out. Raises DefinitionError for steps that
    do not go up.
    """

    steps: tuple[Duration, ...] = field(default=(), converter=_durations)
    grace: Duration = field(converter=as_duration)
    at_end: DunningEnd = field(default=DunningEnd.KEEP, validator=is_a(DunningEnd))
    entitlement: Entitlement = field(default=Entitlement.GRACE, validator=is_a(Entitlement))
    hard_stops: bool = field(default=True, validator=is_a(bool))
    max_attempts: int | None = field(default=None, validator=is_a(int, or_none=True))
    pause_after: Duration | None = field(default=None, converter=maybe_duration)

    def __attrs_post_init__(self) -> None:
        """Refuse steps out of order or beyond the grace, and no attempt."""
        days = [_SOME_DAY, *(step.after(_SOME_DAY) for step in self.steps)]
        days.append(self.grace.after(_SOME_DAY))
        if any(later <= earlier for earlier, later in pairwise(days)):
            message = "found steps of dunning that do not go up to the end of the grace"
            raise DefinitionError(message, code="dunning")
        if self.max_attempts is not None and self.max_attempts < 1:
            message = f"found {self.max_attempts} attempts, expected 1 or more"
            raise DefinitionError(message, code="dunning")

    def end(self, debt: Debt) -> date:
        """Return the day the grace of a debt is over: not before a late retry had a day's time."""
        end = self.grace.after(debt.since)
        return end if debt.tried_on is None else max(end, debt.tried_on + timedelta(days=1))

    def retries(self, debt: Debt) -> tuple[tuple[int, date], ...]:
        """Return the retries a debt may still have: their number, from 1, and their day."""
        if debt.hard and self.hard_stops:
            return ()
        most = len(self.steps) if self.max_attempts is None else self.max_attempts - 1
        pause = self.pause_after and self.pause_after.after(debt.since)
        days = [
            (number, step.after(debt.since))
            for number, step in enumerate(self.steps[:most], start=1)
            if number > debt.attempts
        ]
        return tuple(each for each in days if each[1] != pause)


_SOME_DAY = date(2000, 3, 31)


@frozen(kw_only=True)
class Debt:
    """A charge that could not be collected, by "cycle/ordinal", since its first failure.

    It is for the days from ``from_on`` up to ``until_on``, ``whole`` where nothing else was charged
    for them: of a charge added inside a period the days are paid in part. ``attempts`` counts the
    steps that are used up, ``number`` is that of the latest retry of the subscription, as in its
    key; ``trying`` tells that the one of ``tried_on`` is out and its result not known. ``ended``
    tells that the grace is over, ``paused`` that it paused the subscription.
    """

    charge: str
    since: date
    from_on: date
    until_on: date
    whole: bool = True
    amount: Money | None = None
    attempts: int = 0
    number: int = 0
    trying: bool = False
    tried_on: date | None = None
    hard: bool = False
    paused: bool = False
    ended: bool = False

    def covers(self, day: date) -> bool:
        """Return whether a day is one it is for."""
        return self.from_on <= day < self.until_on
