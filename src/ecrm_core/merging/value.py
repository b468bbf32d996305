"""Value: what a decision on two customers is expected to save, so that the best come first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from types import MappingProxyType
from typing import Final

from attrs import field, frozen

from ecrm_core.customers import Profile
from ecrm_core.errors import DefinitionError
from ecrm_core.merging.claim import Proof
from ecrm_core.timeline import Facts

__all__ = ["Holdings", "ReviewCosts", "decision_value", "stake_of"]


@frozen(kw_only=True)
class ReviewCosts:
    """What it costs that one person is kept as two, in thousandths of one look at a card.

    ``look`` is the unit. ``apart`` is for any two, ``subscription`` for each that runs and
    ``mailed_twice`` for each address both of them hold. ``order`` and ``interaction`` count for
    each doubling: the second order of somebody tells more that was not known than the hundredth.
    """

    look: int = 1_000
    apart: int = 2_000
    subscription: int = 5_000
    order: int = 2_000
    interaction: int = 500
    mailed_twice: int = 3_000


_COSTS: Final = ReviewCosts()
_PROVEN: Final = MappingProxyType(
    {Proof.TYPED: Decimal("0.5"), Proof.CLICKED: Decimal("0.9"), Proof.LOGGED_IN: Decimal("0.99")}
)


@frozen(kw_only=True)
class Holdings:
    """What hangs on one customer, in counts, and the addresses she is reached at.

    ``subscriptions`` are those that are not over; ``interactions`` are of all kinds.
    """

    orders: int = 0
    interactions: int = 0
    subscriptions: int = 0
    addresses: frozenset[str] = field(default=frozenset(), repr=False)

    @classmethod
    def of(
        cls, profile: Profile, facts: Iterable[Facts] = (), *, subscriptions: int = 0
    ) -> Holdings:
        """Return what hangs on the customer of this profile, ``facts`` being those of her homes."""
        total = Facts.total(facts)
        return cls(
            orders=total.order_count,
            interactions=sum(total.counts.values()),
            subscriptions=subscriptions,
            addresses=frozenset(_reached(profile)),
        )


def _reached(profile: Profile) -> Iterable[str]:
    """Go through the addresses of a profile as texts that are the same for one address."""
    for name in ("emails", "phones", "handles"):
        for contact in profile.values(name):
            if contact.match_form is not None:
                yield f"{contact.kind.value}:{contact.match_form}"
    for address in profile.addresses:
        if address.lines or address.raw:
            yield f"post:{address.identity}"


def stake_of(held: Sequence[Holdings], *, costs: ReviewCosts = _COSTS) -> int:
    """Return what it costs that these customers, if they are one, are apart: in thousandths.

    The unit is one look at a card. Addresses count once for each customer beyond the first.
    """
    twice = Counter(address for each in held for address in each.addresses)
    return (
        costs.apart
        + costs.subscription * sum(each.subscriptions for each in held)
        + costs.order * sum(each.orders.bit_length() for each in held)
        + costs.interaction * sum(each.interactions.bit_length() for each in held)
        + costs.mailed_twice * sum(count - 1 for count in twice.values())
    )


def decision_value(
    probability: Decimal | None,
    stake: int,
    *,
    proof: Proof | None = None,
    costs: ReviewCosts = _COSTS,
) -> int:
    """Return the expected saving of a decision on two customers, in thousandths of one look.

    It is ``probability * stake - look``: until somebody decides, the two stay apart, which costs
    the stake if they are one; whoever looks finds out. That is the expected value of perfect
    information over the choice to leave them (R. A. Howard, Information Value Theory, IEEE
    Transactions on Systems Science and Cybernetics 2(1), 1966). A claim without a probability, or
    with a lower one, counts as even odds when it was typed, 0.9 when a link was clicked, 0.99 with
    a login. Below 0: not worth a look. Raises DefinitionError for a probability outside 0 to 1.
    """
    likely = Decimal(0) if probability is None else probability
    if not (likely.is_finite() and 0 <= likely <= 1):
        message = f"the probability is {likely}, expected 0 to 1"
        raise DefinitionError(message, code="probability")
    if proof is not None:
        likely = max(likely, _PROVEN[proof])
    return int((likely * stake).to_integral_value(ROUND_HALF_EVEN)) - costs.look
