"""RFM scores: how lately, how often and for how much somebody buys, each as a score of 1 to 5.

Two ways to say where one score ends and the next begins: ``Thresholds`` in days, orders and money,
``Percentiles`` in shares of the customers. Percentiles fitted to customers are thresholds, so that
one customer can be scored later, without all the others.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final, TypeVar

from attrs import field, frozen

from ecrm_core.errors import DefinitionError
from ecrm_core.segmentation.rfm_groups import RFM_CELLS, RfmGroup

__all__ = ["QUINTILES", "Percentiles", "Purchases", "RfmScore", "Scoring", "Thresholds"]

_STEPS = 4  # between five scores
N = TypeVar("N", int, Decimal)


@frozen(kw_only=True)
class Purchases:
    """What the orders of one customer come to: days since the last, how many, and how much."""

    days: int
    orders: int
    spent: Decimal


@frozen(kw_only=True)
class RfmScore:
    """Three scores from 1 to 5; 5 is the latest, the most orders, the most money."""

    recency: int
    frequency: int
    monetary: int

    @property
    def cell(self) -> str:
        """The three scores as one word: "543"."""
        return f"{self.recency}{self.frequency}{self.monetary}"

    @property
    def group(self) -> RfmGroup:
        """Which of the eleven groups it is."""
        return RFM_CELLS[self.cell]


def _wholes(given: Iterable[int]) -> tuple[int, ...]:
    cuts = tuple(given)
    return _ascending(cuts, (int,), "whole numbers")


def _amounts(given: Iterable[int | Decimal]) -> tuple[Decimal, ...]:
    cuts = _ascending(tuple(given), (int, Decimal), "exact numbers")
    return tuple(Decimal(cut) for cut in cuts)


def _shares(given: Iterable[int]) -> tuple[int, ...]:
    cuts = tuple(given)
    _ascending(cuts, (int,), "whole numbers")
    if len(cuts) != _STEPS or len(set(cuts)) != _STEPS or not 0 < cuts[0] <= cuts[-1] < 100:
        raise _wrong("four different shares between 0 and 100")
    return cuts


C = TypeVar("C", bound=int | Decimal)


def _ascending(cuts: tuple[C, ...], sorts: tuple[type, ...], words: str) -> tuple[C, ...]:
    fitting = all(isinstance(cut, sorts) and not isinstance(cut, bool) for cut in cuts)
    finite = fitting and all(cut.is_finite() for cut in cuts if isinstance(cut, Decimal))
    if not finite or len(cuts) > _STEPS or list(cuts) != sorted(cuts):
        raise _wrong(f"at most four {words}, the least first")
    return cuts


def _wrong(expected: str) -> DefinitionError:
    message = f"found cuts of another sort, expected {expected}"
    return DefinitionError(message, code="rfm_cuts")


@frozen(kw_only=True)
class Thresholds:
    """Fixed cuts, each tuple the least first: at most four, and a score more for each one reached.

    ``recency`` in days: who bought at most that long ago has reached it. ``frequency`` in orders
    and ``monetary`` in money: reached by as many, and as much. DefinitionError ("rfm_cuts") for
    more than four, another order or a float, which is not exact.
    """

    recency: tuple[int, ...] = field(converter=_wholes)
    frequency: tuple[int, ...] = field(converter=_wholes)
    monetary: tuple[Decimal, ...] = field(converter=_amounts)

    def fit(self, customers: Iterable[Purchases]) -> Thresholds:  # noqa: ARG002 - as Percentiles
        """Return the thresholds themselves: they ask nobody."""
        return self

    def score(self, of: Purchases) -> RfmScore:
        """Return the scores of one customer."""
        return RfmScore(
            recency=1 + len(self.recency) - bisect_left(self.recency, of.days),
            frequency=1 + bisect_right(self.frequency, of.orders),
            monetary=1 + bisect_right(self.monetary, of.spent),
        )


@frozen(kw_only=True)
class Percentiles:
    """Cuts in percent of the customers: who is better than that share of them has reached it.

    Tied customers share a score: that of the lowest of them, for nobody is better than her equals.
    So where most have bought once, their frequency is 1, and it is never 1 for some of them and 4
    for others. DefinitionError ("rfm_cuts") for anything but four rising whole numbers.
    """

    recency: tuple[int, ...] = field(default=(20, 40, 60, 80), converter=_shares)
    frequency: tuple[int, ...] = field(default=(20, 40, 60, 80), converter=_shares)
    monetary: tuple[int, ...] = field(default=(20, 40, 60, 80), converter=_shares)

    def fit(self, customers: Iterable[Purchases]) -> Thresholds:
        """Return the thresholds that give these customers their scores."""
        held = list(customers)
        ages = _cuts([-each.days for each in held], self.recency)
        return Thresholds(
            recency=[-age for age in reversed(ages)],
            frequency=_cuts([each.orders for each in held], self.frequency),
            monetary=_cuts([each.spent for each in held], self.monetary),
        )


Scoring = Thresholds | Percentiles
"""How scores are given."""
QUINTILES: Final = Percentiles()
"""A fifth of the customers for each score, as far as ties allow."""


def _cuts(values: list[N], shares: Sequence[int]) -> list[N]:
    """Return the least value that has at least such a share of all below it, for each share.

    A share no value has below it gives no cut; then none of the greater ones does.
    """
    values.sort()
    found = []
    for share in shares:
        at = -(-share * len(values) // 100)  # rounded up
        if at < len(values) and bisect_left(values, values[at]) < at:
            at = bisect_right(values, values[at])  # it begins too early: the next value
        if at < len(values):
            found.append(values[at])
    return found
