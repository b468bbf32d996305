"""Drawn interactions of two people, on few instants, in few orders, carts and brands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from ecrm_core.crm import Crm
from ecrm_core.customers import SourceKey, SourceRecord, Stated
from ecrm_core.kernel import Money
from ecrm_core.sources import Delivery
from ecrm_core.timeline import Interaction, OrderLine

__all__ = ["AT", "KINDS", "MOMENTS", "PEOPLE", "arrive", "events", "some"]

AT = datetime(2026, 5, 1, tzinfo=UTC)
KINDS = [
    "order_placed", "order_cancelled", "refund", "email_opened", "page_viewed", "signed_in",
    "cart_updated", "cart_completed", "ticket_opened", "ticket_closed", "survey_answered",
    "return_requested",
]  # fmt: skip
DATA = [{}, {"cancelled": True}, {"nps": True, "score": 9}, {"nps": True, "score": 3}, {"score": 4}]
PEOPLE = [SourceKey("shop", "1"), SourceKey("shop", "2")]
MOMENTS = st.integers(0, 3).map(lambda halves: AT + timedelta(minutes=30 * halves))
MONEY = st.builds(Money, st.sampled_from(["0", "1.50", "10"]), st.sampled_from(["EUR", "KRW"]))
LINES = st.lists(st.builds(OrderLine, quantity=st.sampled_from(["1", "0.5"])), max_size=2)


def events(
    *,
    told_at: st.SearchStrategy[Any],
    ids: st.SearchStrategy[str],
    kinds: Sequence[str] = KINDS,
    subjects: Sequence[SourceKey | None] = (*PEOPLE, None),
) -> st.SearchStrategy[Interaction]:
    """Interactions of these kinds and subjects, told then, under these ids."""
    return st.builds(
        Interaction,
        source=st.just("shop"),
        event_id=ids,
        kind=st.sampled_from(kinds),
        at=MOMENTS,
        subject=st.sampled_from(subjects),
        amount=st.none() | MONEY,
        lines=LINES.map(tuple),
        correlation=st.sampled_from(["x", "y", None]),
        void=st.sampled_from([False, False, False, True]),
        text=st.sampled_from(["a", "b", None]),
        told_at=told_at,
        undated=st.booleans(),
        brand=st.sampled_from([None, "north", "south"]),
        data=st.sampled_from(DATA),
    )


def some(*kinds: str) -> st.SearchStrategy[list[Interaction]]:
    """Up to eight interactions of these kinds (of any when none is named), of known subject."""
    ids = st.uuids().map(str)
    drawn = events(told_at=st.none(), ids=ids, kinds=kinds or KINDS, subjects=PEOPLE)
    return st.lists(drawn, max_size=8)


def arrive(crm: Crm, *keys: SourceKey) -> None:
    """Let people be known by name."""
    records = tuple(SourceRecord(key, {"name.full": Stated("Ann", AT, AT)}) for key in keys)
    crm.ingest(Delivery(source="shop", records=records))
