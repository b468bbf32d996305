"""Lease: a card in the hands of one reviewer, so that two do not collide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from attrs import frozen

from ecrm_core.errors import RefusedError
from ecrm_core.kernel import (
    ABSENT,
    ChangeSet,
    Drop,
    Expect,
    Index,
    Kind,
    Put,
    Stored,
    gate_text,
    instant_text,
)

__all__ = ["REVIEW_LEASES", "ReviewLease", "decide_lease", "decide_return", "expect_lease"]


@frozen(kw_only=True)
class ReviewLease:
    """A card that one reviewer holds until an instant; afterwards anybody may take it.

    ``card`` is the ``group`` of the card's proposals.
    """

    card: str
    reviewer: str
    until: datetime


REVIEW_LEASES: Final = Kind(
    name="review_lease",
    of=ReviewLease,
    key=("card",),
    indexes=(Index("by_reviewer", ("reviewer", "until")),),
    owner="merging",
)
"""The rows of leases, one a card, found by reviewer."""


def decide_lease(
    cards: Sequence[str],
    leases: Mapping[str, Stored[ReviewLease]],
    *,
    by: str,
    until: datetime,
    now: datetime,
) -> ChangeSet:
    """Return what taking these cards writes: a lease on each, ``leases`` being those there are.

    The result names the cards. Raises RefusedError (code "card_held") for a card of another.
    """
    puts = [
        Put(REVIEW_LEASES, ReviewLease(card=card, reviewer=gate_text(by), until=until))
        for card in cards
    ]
    expects = [expect_lease(card, leases.get(card), by=by, now=now) for card in cards]
    return ChangeSet(puts=tuple(puts), expects=tuple(expects), result={"cards": list(cards)})


def expect_lease(card: str, lease: Stored[ReviewLease] | None, *, by: str, now: datetime) -> Expect:
    """Return the condition under which somebody may work on a card: no other holds it.

    Raises RefusedError (code "card_held") when another does, or took it after the lease ran out.
    """
    if lease is not None and lease.value.reviewer != by and now < lease.value.until:
        until = instant_text(lease.value.until)
        message = f"somebody else holds this card until {until}: take another, or wait"
        raise RefusedError(message, code="card_held", card=card, until=until)
    return Expect(REVIEW_LEASES, (card,), lease.version if lease else ABSENT)


def decide_return(leases: Iterable[Stored[ReviewLease]]) -> ChangeSet:
    """Return what giving cards back writes; the result names them."""
    rows = tuple(leases)
    cards = [row.value.card for row in rows]
    return ChangeSet(
        drops=tuple(Drop(REVIEW_LEASES, (card,)) for card in cards),
        expects=tuple(Expect(REVIEW_LEASES, (row.value.card,), row.version) for row in rows),
        result={"cards": cards},
    )
