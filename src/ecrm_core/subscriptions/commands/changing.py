"""Changing: another plan, quantity or price, another billing day or zone."""

from __future__ import annotations

from datetime import date
from enum import Enum

from attrs import field, frozen

from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import Money
from ecrm_core.subscriptions.cadence import Anchor
from ecrm_core.subscriptions.change import Alignment, ChangePolicy, StubPolicy
from ecrm_core.subscriptions.checks import is_a, maybe_day
from ecrm_core.subscriptions.commands.base import Command
from ecrm_core.subscriptions.plan import Plan

__all__ = ["ChangeAnchor", "ChangePlan", "ChangeQuantity", "ChangeZone", "Reprice", "RepriceAt"]

_MOST = 1_000_000_000


@frozen(kw_only=True)
class ChangePlan(Command):
    """Let another plan hold: from the next period that is not billed, or from a day.

    ``on`` (default: today) is the day it holds from, to come or past: as far back as the pieces of
    the latest period and the one before reach. ``policy`` says how that is billed; with
    ``next_period`` it is the first period that begins on the day or later. The term stays, and the
    other plan's trial is not given.
    """

    plan: Plan = field(validator=is_a(Plan))
    on: date | None = field(default=None, validator=maybe_day)
    policy: ChangePolicy = field(default=ChangePolicy.NEXT_PERIOD, validator=is_a(ChangePolicy))


@frozen(kw_only=True)
class ChangeQuantity(Command):
    """Let another number of units hold, 1 or more; ``on`` and ``policy`` as in ``ChangePlan``."""

    quantity: int
    on: date | None = field(default=None, validator=maybe_day)
    policy: ChangePolicy = field(default=ChangePolicy.NEXT_PERIOD, validator=is_a(ChangePolicy))

    def __attrs_post_init__(self) -> None:
        """Refuse what is no number of units (DefinitionError)."""
        check_quantity(self.quantity)


def check_quantity(quantity: object) -> None:
    """Refuse what is no number of units, 1 or more (DefinitionError)."""
    if isinstance(quantity, bool) or not isinstance(quantity, int) or not 1 <= quantity <= _MOST:
        message = f"found a quantity that is no number from 1 to {_MOST}"
        raise DefinitionError(message, code="quantity")


@frozen(kw_only=True)
class ChangeAnchor(Command):
    """Bill on another day from the first day on that is not billed.

    ``day`` of the month (1 to 31), an ``anchor`` (that of the customer's account) or the calendar;
    ``stub`` says what the days before its first period cost. Raises DefinitionError unless exactly
    one is given.
    """

    day: int | None = field(default=None, validator=is_a(int, or_none=True))
    anchor: Anchor | None = field(default=None, validator=is_a(Anchor, or_none=True))
    align: Alignment = field(default=Alignment.OWN, validator=is_a(Alignment))
    stub: StubPolicy = field(default=StubPolicy.PRORATE, validator=is_a(StubPolicy))

    def __attrs_post_init__(self) -> None:
        """Refuse none and several."""
        given = (self.day is not None, self.anchor is not None, self.align is not Alignment.OWN)
        if sum(given) != 1:
            message = "found no billing day or several, expected a day, an anchor or the calendar"
            raise DefinitionError(message, code="anchor")
        if self.day is not None and not 1 <= self.day <= 31:
            raise DefinitionError(f"found anchor day {self.day}, expected 1 to 31", code="anchor")


@frozen(kw_only=True)
class ChangeZone(Command):
    """Let its days begin in another IANA zone; days that are billed stay billed."""

    tz: str = field(validator=is_a(str))


class RepriceAt(Enum):
    """When another price holds."""

    NEXT_PERIOD = "next_period"
    NEXT_TERM = "next_term"


@frozen(kw_only=True)
class Reprice(Command):
    """Let its plan cost something else, told ahead.

    From the first period on that is not billed, that follows the term (``RepriceAt.NEXT_TERM``), or
    that begins on the day ``on`` or later: never inside a period. It stands in place of an uplift.
    """

    price: Money = field(validator=is_a(Money))
    at: RepriceAt = field(default=RepriceAt.NEXT_PERIOD, validator=is_a(RepriceAt))
    on: date | None = field(default=None, validator=maybe_day)
