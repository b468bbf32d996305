"""Plan: a price, how often it is due, and the terms that come with it; a snapshot once sold."""

from __future__ import annotations

from typing import ClassVar

from attrs import field, frozen

from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.kernel import Money, gate_text
from ecrm_core.subscriptions.billing import Pay
from ecrm_core.subscriptions.cadence import Cadence
from ecrm_core.subscriptions.checks import is_a
from ecrm_core.subscriptions.duration import Duration, as_duration, is_count
from ecrm_core.subscriptions.term import TermRule

__all__ = ["Intro", "Plan"]

_MOST = 1_000_000


def _cadence(given: Cadence | str) -> Cadence:
    return given if isinstance(given, Cadence) else Cadence.parse(given)


@frozen(kw_only=True)
class Intro:
    """An introductory price: ``price`` for each unit in the first ``cycles`` billing cycles.

    Cycles count from the first charge of a subscription, whatever its plan was then; a skipped one
    counts. Raises DefinitionError for less than one cycle.
    """

    price: Money = field(validator=is_a(Money))
    cycles: int

    def __attrs_post_init__(self) -> None:
        """Refuse an introduction that is none."""
        if not is_count(self.cycles, 1, _MOST):
            raise DefinitionError("found an intro without cycles, expected 1 or more", code="plan")


@frozen(kw_only=True)
class Plan:
    """What is sold: ``price`` for each period of ``cadence``, after a free ``trial``.

    ``version`` tells snapshots of one plan apart; ``intro`` is another price at first,
    ``list_price`` (default: the price) what a further term may cost (``Uplift``). Prices are of one
    currency, of whole minor units and not below zero; cadence and trial may be given as ISO 8601
    text. Raises DefinitionError and InputError.
    """

    read_once: ClassVar[bool] = True

    id: str = field(converter=gate_text)
    name: str = field(default="", converter=gate_text)
    price: Money = field(validator=is_a(Money))
    cadence: Cadence = field(converter=_cadence)
    pay: Pay = field(default=Pay.IN_ADVANCE, validator=is_a(Pay))
    trial: Duration = field(factory=Duration, converter=as_duration)
    term: TermRule | None = field(default=None, validator=is_a(TermRule, or_none=True))
    version: int = field(default=1, validator=is_a(int))
    list_price: Money | None = field(default=None, validator=is_a(Money, or_none=True))
    intro: Intro | None = field(default=None, validator=is_a(Intro, or_none=True))

    def __attrs_post_init__(self) -> None:
        """Refuse a plan without an id, and prices that cannot be charged."""
        if not self.id.strip():
            raise DefinitionError("found a plan without an id", code="plan")
        intro = self.price if self.intro is None else self.intro.price
        prices = (self.price, intro, self.list_price or self.price)
        if any(_minor(price) < 0 for price in prices):
            message = f"found a price of plan {self.id[:80]!r} below zero or finer than its cents"
            raise DefinitionError(message, code="plan")
        if len({price.currency for price in prices}) > 1:
            message = f"found two currencies in plan {self.id[:80]!r}, expected one"
            raise DefinitionError(message, code="plan")


def _minor(price: Money) -> int:
    try:
        return price.minor
    except InputError:
        return -1
