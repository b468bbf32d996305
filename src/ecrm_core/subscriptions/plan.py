"""Plan: a price, how often it is due, and the terms that come with it; a snapshot once sold."""

from __future__ import annotations

from attrs import field, frozen

from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.kernel import Money, gate_text
from ecrm_core.subscriptions.billing import Pay
from ecrm_core.subscriptions.cadence import Cadence
from ecrm_core.subscriptions.duration import Duration, as_duration
from ecrm_core.subscriptions.term import TermRule

__all__ = ["Plan"]


def _cadence(given: Cadence | str) -> Cadence:
    return given if isinstance(given, Cadence) else Cadence.parse(given)


@frozen(kw_only=True)
class Plan:
    """What is sold: ``price`` for each period of ``cadence``, after a free ``trial``.

    ``version`` tells snapshots of one plan apart; ``list_price`` (default: the price) is what a
    further term may cost (``Uplift``). The price is of whole minor units and not below
    zero; cadence and trial may be given as ISO 8601 text. Raises DefinitionError and InputError.
    """

    id: str = field(converter=gate_text)
    name: str = field(default="", converter=gate_text)
    price: Money
    cadence: Cadence = field(converter=_cadence)
    pay: Pay = Pay.IN_ADVANCE
    trial: Duration = field(factory=Duration, converter=as_duration)
    term: TermRule | None = None
    version: int = 1
    list_price: Money | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse a plan without an id, and prices that cannot be charged."""
        if not self.id.strip():
            raise DefinitionError("found a plan without an id", code="plan")
        for price in (self.price, self.list_price or self.price):
            if not _chargeable(price) or price.currency != self.price.currency:
                message = (
                    f"found a price of plan {self.id[:80]!r} below zero, finer than its cents or in"
                    " another currency"
                )
                raise DefinitionError(message, code="plan")


def _chargeable(price: Money) -> bool:
    try:
        return price.minor >= 0
    except InputError:
        return False
