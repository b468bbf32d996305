"""Moving in: one taken over is charged, told and renewed as if it had always run here."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest

from ecrm_core.kernel import CustomerId, Money
from ecrm_core.subscriptions import (
    Create,
    Import,
    Pay,
    Plan,
    Subscription,
    TermRule,
    advance,
    forecast,
    handle,
    policies_of,
)
from tests.profile import SEED, size

B2B = policies_of("b2b")
NOW = datetime(2026, 5, 10, 12, tzinfo=UTC)
UNTIL = datetime(2028, 5, 10, tzinfo=UTC)
TERMS = [
    None,
    TermRule(initial="P1Y", notice="P2M"),
    TermRule(initial="P6M", renewal="P1Y", notice="P1M"),
]


def _draws(count: int) -> Iterator[Create]:
    draw = random.Random(SEED)
    for _ in range(count):
        cadence = draw.choice(["P1W", "P2W", "P1M", "P3M", "P1Y"])
        yield Create(
            id="s", customer=CustomerId("cus_1"), quantity=draw.randrange(1, 9),
            starts_on=date(2023, 1, 1) + timedelta(days=draw.randrange(1_200)),
            anchor_day=None if "W" in cadence else draw.choice([None, None, 15, 31]),
            plan=Plan(id="pro", price=Money("31.00", "EUR"), cadence=cadence,
                      pay=draw.choice(list(Pay)), term=draw.choice(TERMS)),
        )  # fmt: skip


def _coming(state: Subscription) -> list[tuple[object, ...]]:
    """Return what will be asked for, but for what the other program has told already."""
    found = forecast(state, UNTIL, B2B, now=NOW).actions
    return [(a.key, a.on, a.amount, a.rule) for a in found if a.at > NOW]


@pytest.mark.parametrize("count", [size(60, 3_000)])
def test_one_that_is_taken_over_goes_on_as_if_it_had_always_run_here(count: int) -> None:
    for create in _draws(count):
        assert create.starts_on is not None
        begin = datetime.combine(create.starts_on, time(12), UTC)
        here = advance(handle(None, create, begin, B2B).state, NOW, B2B, limit=100_000).state
        taken = Import(
            id="s", customer=create.customer, plan=create.plan, quantity=create.quantity,
            starts_on=create.starts_on, anchor_day=create.anchor_day,
            billed_through=here.billed_through,
        )  # fmt: skip
        there = handle(None, taken, NOW, B2B).state
        assert (there.term_end, there.deadline) == (here.term_end, here.deadline)
        assert _coming(there) == _coming(here)
