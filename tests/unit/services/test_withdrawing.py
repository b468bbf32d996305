"""Withdrawing: what has lost its reason is taken out of the outbox while nobody has seen it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ecrm_core.crm import Crm
from ecrm_core.customers import SourceKey, SourceRecord, Stated
from ecrm_core.kernel import OUTBOX, Emit, FixedClock, Money
from ecrm_core.ports import Store
from ecrm_core.sources import Delivery
from ecrm_core.subscriptions import (
    Cancel,
    PaymentFailed,
    PaymentSucceeded,
    Plan,
    TermRule,
    UndoCancel,
)

BEGUN = datetime(2026, 1, 31, 12, tzinfo=UTC)
PLAN = Plan(id="care", price=Money("30.00", "EUR"), cadence="P1Y",
            term=TermRule(initial="P1Y", notice="P2M"))  # fmt: skip


@pytest.fixture
def crm() -> Crm:
    opened = Crm.open(clock=FixedClock(BEGUN))
    cells = {"brand": Stated("x", BEGUN, BEGUN)}
    opened.ingest(Delivery(source="shop", records=(SourceRecord(SourceKey("shop", "1"), cells),)))
    opened.subscribe("shop/1", PLAN, preset="b2b")
    opened.run_due()
    opened.deliver(charge=lambda _: None)
    return opened


def waiting(store: Store) -> list[str]:
    return sorted(row.value.key.partition("/")[2] for row in store.scan(OUTBOX).rows)


def at(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 12, tzinfo=UTC)


def test_a_cancellation_takes_what_still_waits_out_of_the_outbox(crm: Crm) -> None:
    (held,) = crm.subscriptions("shop/1")
    crm.run_due(now=at(11, 1))
    assert waiting(crm.store) == ["notice/t0/term_ending"]  # sales had to come before: missed
    crm.command(held.id, Cancel.at_term_end(), by="anna", now=at(11, 2))
    assert waiting(crm.store) == []
    crm.command(held.id, UndoCancel(), by="anna", now=at(11, 3))
    crm.run_due(now=at(11, 3))
    assert waiting(crm.store) == ["notice/t0/term_ending.1"]


def test_what_was_handed_out_is_taken_back_by_a_withdrawal(crm: Crm) -> None:
    (held,) = crm.subscriptions("shop/1")
    seen: list[Emit] = []
    crm.run_due(now=at(10, 2))
    crm.deliver(task=seen.append, now=at(10, 2))
    crm.run_due(now=at(10, 18))  # another task, that nobody has seen yet
    assert waiting(crm.store) == ["task/t0/call"]
    crm.command(held.id, Cancel.at_term_end(), by="anna", now=at(10, 19))
    assert waiting(crm.store) == ["withdrawal/t0/review"]
    crm.deliver(task=seen.append, now=at(10, 19))
    assert seen[1].payload["of"] == seen[0].key


def test_a_retry_that_waits_is_not_made_once_the_charge_is_paid(crm: Crm) -> None:
    (held,) = crm.subscriptions("shop/1")
    key = f"{held.id}/charge/0/0"
    crm.payment(PaymentFailed(charge=key), by="hook", now=at(2, 1))
    crm.run_due(now=at(2, 4))
    assert waiting(crm.store) == ["retry/0/0.1"]
    assert crm.dry_run.payment(PaymentSucceeded(charge=key), by="hook", now=at(2, 5)).drops
    crm.payment(PaymentSucceeded(charge=key), by="hook", now=at(2, 5))
    assert waiting(crm.store) == []
