"""Dunning: a charge that failed is tried again, told of in any order, and ends by policy."""

from __future__ import annotations

from datetime import date
from itertools import permutations
from typing import Any

import pytest
from attrs import evolve

from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.kernel import Money
from ecrm_core.subscriptions import (
    ActionKind,
    Cause,
    ChangePolicy,
    ChangeQuantity,
    Command,
    DunningEnd,
    DunningPolicy,
    Entitlement,
    Pause,
    PaymentFailed,
    PaymentSucceeded,
    Policies,
    Resubscribe,
    Resume,
    Status,
    UndoCancel,
    advance,
    entitled,
    paid_for,
)
from ecrm_core.subscriptions.events import PaymentRecorded
from tests.unit.subscriptions.life import Life, on

FIRST = "sub_1/charge/0/0"
RULE = DunningPolicy(steps=("P2D", "P5D", "P9D"), grace="P14D", at_end=DunningEnd.KEEP)


def policies(**parts: object) -> Policies:
    return Policies(name="d", dunning=evolve(RULE, **parts))  # type: ignore[arg-type]


def failed(day: str = "2026-01-31", **parts: object) -> Life:
    """A subscription of which the first charge, of 31 January, fails on a day."""
    life = Life(policies=policies(**parts)).until(day)
    return life.do(PaymentFailed(charge=FIRST), day)


def retries(life: Life) -> list[str]:
    return [str(action.on) for action in life.actions if action.kind is ActionKind.RETRY]


def test_each_retry_comes_on_its_day_once_the_one_before_has_failed() -> None:
    life = failed()
    for day, key in (("2026-02-02", "1"), ("2026-02-05", "2"), ("2026-02-09", "3")):
        life.until(day)
        action = life.actions[-1]
        assert (action.key, action.of) == (f"sub_1/retry/0/0.{key}", FIRST)
        assert (action.amount, action.emit.topic) == (Money("30.00", "EUR"), "charge")
        life.do(PaymentFailed(charge=action.key), day)
    assert retries(life.until("2026-02-27")) == ["2026-02-02", "2026-02-05", "2026-02-09"]
    assert life.status is Status.PAST_DUE


def test_a_retry_whose_result_nobody_told_is_not_made_a_second_time() -> None:
    life = failed().until("2026-02-12")
    assert retries(life) == ["2026-02-02"]
    life.do(PaymentFailed(charge=FIRST), "2026-02-12")  # the first failure, told once more
    assert retries(life.until("2026-02-13")) == ["2026-02-02"]


def test_a_success_ends_it_and_takes_back_the_attempt_that_is_out() -> None:
    life = failed().until("2026-02-02").do(PaymentSucceeded(charge=FIRST), "2026-02-03")
    event = life.events[-1].event
    assert isinstance(event, PaymentRecorded)
    assert event.retry == "sub_1/retry/0/0.1"
    assert (life.state.debts, life.status) == ((), Status.ACTIVE)
    assert retries(life.until("2026-03-01")) == ["2026-02-02"]


def test_the_retry_that_succeeds_is_nothing_to_take_back() -> None:
    life = failed().until("2026-02-02")
    life.do(PaymentSucceeded(charge=life.actions[-1].key), "2026-02-02")
    assert life.events[-1].event.retry is None  # type: ignore[attr-defined]
    assert life.status is Status.ACTIVE


REPORTS: tuple[Command, ...] = (
    PaymentFailed(charge=FIRST),
    PaymentFailed(charge=FIRST),
    PaymentSucceeded(charge=FIRST),
    PaymentSucceeded(charge=FIRST),
)


@pytest.mark.parametrize("order", sorted(set(permutations(range(4)))))
def test_reports_in_any_order_and_twice_come_to_the_same(order: tuple[int, ...]) -> None:
    life = Life(policies=policies()).until("2026-01-31")
    for number in order:
        life.do(REPORTS[number], "2026-02-01")
    assert (life.state.debts, life.state.unpaid, life.status) == ((), (), Status.ACTIVE)
    assert life.state.paid == ("0/0",)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({}, 3),
        ({"max_attempts": 2}, 1),
        ({"max_attempts": 1}, 0),
    ],
)
def test_attempts_are_counted_with_the_charge_itself(parts: dict[str, Any], expected: int) -> None:
    life = failed(**parts)
    for _ in range(5):
        life.until("2026-02-20")
        if life.state.debts[0].trying:
            life.do(PaymentFailed(charge=life.actions[-1].key), "2026-02-20")
    life = failed(**parts)
    for day in ("2026-02-02", "2026-02-05", "2026-02-09"):
        life.until(day)
        if life.state.debts[0].trying:
            life.do(PaymentFailed(charge=life.actions[-1].key), day)
    assert len(retries(life.until("2026-02-27"))) == expected


@pytest.mark.parametrize(("stops", "expected"), [(True, []), (False, ["2026-02-02"])])
def test_a_hard_decline_stops_the_retries_and_not_the_grace(
    *,
    stops: bool,
    expected: list[str],
) -> None:
    life = Life(policies=policies(hard_stops=stops)).until("2026-01-31")
    life.do(PaymentFailed(charge=FIRST, hard=True), "2026-01-31").until("2026-02-14")
    assert retries(life) == expected
    assert life.state.debts[0].ended


ENDS = [
    (DunningEnd.KEEP, Status.PAST_DUE, ["2026-01-31", "2026-02-28", "2026-03-31"]),
    (DunningEnd.UNPAID, Status.PAST_DUE, ["2026-01-31"]),
    (DunningEnd.PAUSE, Status.PAUSED, ["2026-01-31"]),
    (DunningEnd.CANCEL, Status.CANCELLED, ["2026-01-31"]),
]


@pytest.mark.parametrize(("at_end", "status", "charges"), ENDS)
def test_the_end_of_the_grace_is_what_the_policy_says(
    at_end: DunningEnd, status: Status, charges: list[str]
) -> None:
    life = failed(at_end=at_end).until("2026-04-01")
    assert life.status is status
    assert [str(a.on) for a in life.actions if a.kind is ActionKind.CHARGE] == charges
    if status is Status.CANCELLED:
        assert (life.state.cause, str(life.state.ended_on)) == (Cause.UNPAID, "2026-02-14")


@pytest.mark.parametrize("at_end", [DunningEnd.UNPAID, DunningEnd.PAUSE])
def test_what_was_stopped_goes_on_once_everything_is_paid(at_end: DunningEnd) -> None:
    life = failed(at_end=at_end).until("2026-03-10")
    life.do(PaymentSucceeded(charge=FIRST), "2026-03-10").until("2026-03-31")
    assert life.status is Status.ACTIVE
    assert life.told[-1] == "2026-03-31 charge 30.00 EUR"


def test_a_pause_of_the_customer_outlasts_that_of_a_debt() -> None:
    life = failed(pause_after="P4D").until("2026-02-04")
    assert life.status is Status.PAUSED
    life.do(Pause(owner="support"), "2026-02-05")
    assert life.do(PaymentSucceeded(charge=FIRST), "2026-02-06").status is Status.PAUSED
    assert life.do(Resume(owner="support"), "2026-02-07").status is Status.ACTIVE


def test_the_retry_of_the_day_of_a_pause_is_left_out() -> None:
    life = failed(pause_after="P5D").until("2026-02-02")
    life.do(PaymentFailed(charge=life.actions[-1].key), "2026-02-02").until("2026-02-09")
    assert retries(life) == ["2026-02-02", "2026-02-09"]


def test_a_run_that_comes_late_waits_a_day_for_the_retry_it_makes() -> None:
    life = failed(at_end=DunningEnd.CANCEL)
    life.take(advance(life.state, on("2026-02-20"), life.policies))
    assert (retries(life), life.status) == (["2026-02-02"], Status.PAST_DUE)
    life.do(PaymentSucceeded(charge=life.actions[-1].key), "2026-02-20")
    assert life.until("2026-02-27").status is Status.ACTIVE


def test_undoing_or_coming_back_forgives_the_dunning_and_not_the_debt() -> None:
    life = Life(policies=policies(at_end=DunningEnd.CANCEL)).until("2026-02-01")
    life.do(ChangeQuantity(quantity=2, policy=ChangePolicy.INVOICE_NOW), "2026-02-01")
    life.do(PaymentFailed(charge="sub_1/charge/0/1"), "2026-02-01").until("2026-02-16")
    retry = next(a for a in life.actions if a.kind is ActionKind.RETRY)
    assert retry.amount == life.actions[1].amount == Money("28.93", "EUR")
    assert (life.status, str(life.state.cancel_on)) == (Status.NON_RENEWING, "2026-02-28")
    undone = life.do(UndoCancel(), "2026-02-16").until("2026-03-31")
    assert undone.status is Status.PAST_DUE
    over = failed(at_end=DunningEnd.CANCEL).until("2026-02-20").do(Resubscribe(), "2026-02-21")
    assert (over.status, over.until("2026-03-30").status) == (Status.PAST_DUE, Status.PAST_DUE)


# ---------------------------------------------------------------- access

ACCESS = [
    # after the failure of the first charge, paid through 31 January: on these days
    (Entitlement.UNTIL_PAID_THROUGH, [False, False, False]),
    (Entitlement.IMMEDIATE, [False, False, False]),
    (Entitlement.GRACE, [True, True, False]),
]


@pytest.mark.parametrize(("entitlement", "expected"), ACCESS)
def test_access_while_nothing_is_paid_is_what_the_policy_says(
    entitlement: Entitlement, expected: list[bool]
) -> None:
    life = failed(entitlement=entitlement)
    days = [date(2026, 1, 31), date(2026, 2, 13), date(2026, 2, 14)]
    assert [entitled(life.state, day, life.policies) for day in days] == expected


@pytest.mark.parametrize("entitlement", list(Entitlement))
@pytest.mark.parametrize("at_end", list(DunningEnd))
def test_a_seat_that_is_not_paid_never_cuts_the_month_that_is(
    entitlement: Entitlement, at_end: DunningEnd
) -> None:
    """L14: access is never cut for time already paid."""
    life = Life(policies=policies(entitlement=entitlement, at_end=at_end)).until("2026-02-10")
    life.do(PaymentSucceeded(charge=FIRST), "2026-02-10")
    life.do(ChangeQuantity(quantity=2, policy=ChangePolicy.INVOICE_NOW), "2026-02-10")
    life.do(PaymentFailed(charge="sub_1/charge/0/1"), "2026-02-12").until("2026-02-27")
    paid = [paid_for(life.state, date(2026, 2, day)) for day in (11, 12)]
    assert (paid, paid_for(life.state, date(2026, 2, 12), in_part=True)) == ([True, False], True)
    assert entitled(life.state, date(2026, 2, 11), life.policies)
    kept = at_end is not DunningEnd.PAUSE and entitlement is not Entitlement.IMMEDIATE
    assert entitled(life.state, date(2026, 2, 20), life.policies) or not kept
    if at_end is DunningEnd.CANCEL:
        assert life.state.cancel_on == date(2026, 2, 28)


def test_without_debts_access_follows_the_subscription() -> None:
    life = Life(starts_on=date(2026, 2, 5), policies=policies())
    assert not entitled(life.state, date(2026, 2, 4), life.policies)
    assert entitled(life.state, date(2026, 2, 5), life.policies)
    life.until("2026-02-05").do(Pause(), "2026-02-10")
    assert entitled(life.state, date(2026, 3, 4), life.policies)  # it is paid
    assert not entitled(life.state, date(2026, 3, 5), life.policies)


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    "parts",
    [{"steps": ("P5D", "P2D")}, {"steps": ("P14D",)}, {"max_attempts": 0}, {"steps": ("P0D",)}],
)
def test_a_policy_that_does_not_end_is_refused(parts: dict[str, object]) -> None:
    with pytest.raises(DefinitionError) as caught:
        policies(**parts)
    assert caught.value.code == "dunning"


@pytest.mark.parametrize(
    "key", ["", FIRST + "/0", "sub_2/charge/0/0", "sub_1/charge/a/0", "sub_1/retry/0/0", "sub_1"]
)
def test_a_key_of_something_else_is_refused(key: str) -> None:
    with pytest.raises(InputError):
        Life(policies=policies()).do(PaymentFailed(charge=key), "2026-02-01")


def test_without_a_policy_it_stays_past_due_and_nothing_more_is_done() -> None:
    life = Life().until("2026-01-31").do(PaymentFailed(charge=FIRST), "2026-01-31")
    assert life.until("2026-06-01").status is Status.PAST_DUE
    assert retries(life) == []


def test_access_is_asked_of_a_local_day_not_of_an_instant() -> None:
    with pytest.raises(DefinitionError, match="local day"):
        entitled(Life().state, on("2026-02-20"), Life().policies)
