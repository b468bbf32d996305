"""Movement: one change of the monthly recurring amount of one subscription."""

from __future__ import annotations

from datetime import date
from enum import Enum
from fractions import Fraction

from attrs import frozen

from ecrm_core.kernel import CustomerId

__all__ = ["Movement", "MovementKind"]


class MovementKind(Enum):
    """How a monthly recurring amount changes."""

    NEW = "new"
    """The first amount of a subscription."""
    EXPANSION = "expansion"
    """A larger one than before: another plan, more units, a higher price."""
    REACTIVATION = "reactivation"
    """An amount again after none."""
    CONTRACTION = "contraction"
    """A smaller one than before."""
    CHURN = "churn"
    """None after some: cancelled, expired, unpaid, paused."""

    @property
    def adds(self) -> bool:
        """Whether it makes the amount larger."""
        return self not in {MovementKind.CONTRACTION, MovementKind.CHURN}


@frozen(kw_only=True)
class Movement:
    """One change: the local day, how much (minor units, above zero), and why it is gone.

    ``number`` is that of the event it comes from; ``cause`` says why for churn alone.
    """

    on: date
    subscription: str
    customer: CustomerId
    number: int
    currency: str
    kind: MovementKind
    amount: Fraction
    cause: str | None = None
