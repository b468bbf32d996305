"""Beginnings and ends: import, terms, cancellations with a cause or a past day, coming back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from attrs import evolve

from ecrm_core.errors import IllegalTransition, InputError
from ecrm_core.kernel import Money
from ecrm_core.subscriptions import (
    AtEnd,
    Cancel,
    Cause,
    Import,
    NoticeRule,
    Pay,
    Policies,
    RelativeTo,
    Resubscribe,
    Resume,
    SetAutoRenew,
    Status,
    TermRule,
    WithoutConsent,
)
from tests.unit.subscriptions.life import BARE, PLAN, Life

APRIL = date(2026, 4, 1)
MONTH = TermRule(initial="P1M", notice="P0D")
SPRING = NoticeRule(name="end", relative_to=RelativeTo.TERM_END, aim="P5D")


def life(term: TermRule | None = None, *, policies: Policies = BARE, **parts: Any) -> Life:  # noqa: ANN401
    return Life(policies=policies, starts_on=APRIL, term=term, **parts).until("2026-04-01")


# ---------------------------------------------------------------- terms


def test_a_term_is_renewed_once_and_then_it_is_over() -> None:
    held = life(evolve(MONTH, at_end=AtEnd.RENEW_ONCE)).until("2026-09-01")
    assert (held.state.ended_on, held.status) == (date(2026, 6, 1), Status.EXPIRED)
    assert held.state.cause is Cause.EXPIRED


def test_a_term_that_asks_ends_without_an_answer_and_each_answer_is_for_one_term() -> None:
    asks = evolve(MONTH, at_end=AtEnd.ASK)
    assert life(asks).until("2026-09-01").state.ended_on == date(2026, 5, 1)
    held = life(asks).do(SetAutoRenew(auto_renew=True), "2026-04-20").until("2026-05-15")
    assert (held.state.term_number, held.state.agreed) == (1, False)
    assert held.until("2026-09-01").state.ended_on == date(2026, 6, 1)
    held = life(asks).do(SetAutoRenew(auto_renew=True), "2026-04-20")
    held.do(SetAutoRenew(auto_renew=False), "2026-04-21")
    assert held.until("2026-09-01").state.ended_on == date(2026, 5, 1)


@pytest.mark.parametrize(
    ("command", "ends"),
    [
        (Cancel.now(), "2026-07-01"),
        (Cancel.at_period_end(), "2026-07-01"),
        (Cancel.at(date(2026, 5, 5)), "2026-07-01"),
        (Cancel.at(date(2026, 8, 5)), "2026-08-05"),
        (Cancel.at_term_end(), "2026-07-01"),
        (Cancel.now(cause=Cause.UNPAID), "2026-04-11"),
        (Cancel.at_period_end(cause=Cause.OTHER), "2026-05-01"),
    ],
)
def test_a_cancellation_of_the_customer_ends_it_no_sooner_than_the_minimum_term(
    command: Cancel, ends: str
) -> None:
    held = life(evolve(MONTH, minimum="P3M")).do(command, "2026-04-11").until("2026-09-01")
    assert str(held.state.ended_on) == ends
    assert held.state.cause is command.cause


def test_a_trial_is_left_at_its_end_whatever_the_minimum_term() -> None:
    plan = evolve(PLAN, trial="P14D", term=evolve(MONTH, minimum="P3M"))
    held = Life(plan, starts_on=APRIL).do(Cancel.at_period_end(), "2026-04-03")
    assert held.state.cancel_on == date(2026, 4, 15)


def test_after_the_minimum_term_a_cancellation_is_as_any() -> None:
    held = life(evolve(MONTH, minimum="P1M")).until("2026-06-11").do(Cancel.now(), "2026-06-11")
    assert held.status is Status.CANCELLED


@pytest.mark.parametrize("without", [WithoutConsent.HOLD, WithoutConsent.END])
def test_a_cancellation_is_no_consent_to_what_was_held_without_one(without: WithoutConsent) -> None:
    rule = evolve(SPRING, name="agree", needs_consent=True, without_consent=without)
    held = life(MONTH, policies=Policies(name="asks", notices=(rule,))).until("2026-06-10")
    if held.status is Status.ACTIVE:
        held.do(Cancel.at_period_end(), "2026-06-10").until("2026-09-01")
    assert held.status is Status.CANCELLED
    assert [line for line in held.told if "charge" in line] == ["2026-04-01 charge 30.00 EUR"]


# ---------------------------------------------------------------- cancelled on a day in the past


@pytest.mark.parametrize(
    ("ended", "credit", "expected"),
    [
        ("2026-04-21", "kept", []),
        ("2026-04-21", "credit", ["2026-04-25 credit -10.00 EUR"]),
        ("2026-04-01", "kept", ["2026-04-25 credit -30.00 EUR"]),
    ],
)
def test_one_that_ended_on_a_day_in_the_past_is_put_right(
    ended: str, credit: str, expected: list[str]
) -> None:
    command = Cancel.at(date.fromisoformat(ended), credit=credit == "credit")
    held = life().do(command, "2026-04-25")
    assert held.told == ["2026-04-01 charge 30.00 EUR", *expected]
    assert (str(held.state.ended_on), held.status) == (ended, Status.CANCELLED)
    assert held.state.next_action_at is None


def test_paid_in_arrears_the_days_before_that_day_are_billed() -> None:
    held = Life(evolve(PLAN, pay=Pay.IN_ARREARS), starts_on=APRIL)
    held.do(Cancel.at(date(2026, 4, 21)), "2026-04-25")
    assert held.told == ["2026-04-21 charge 20.00 EUR"]


def test_further_back_than_the_pieces_held_it_is_refused() -> None:
    with pytest.raises(IllegalTransition, match="expected a day from 2026-04-01 on"):
        life().do(Cancel.at(date(2026, 3, 31)), "2026-04-25")


# ---------------------------------------------------------------- coming back


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({}, ["2026-05-01 charge 30.00 EUR", "2026-06-01 charge 30.00 EUR"]),
        ({"anchor_day": 16}, ["2026-05-01 charge 15.00 EUR", "2026-05-16 charge 30.00 EUR"]),
        ({"on": date(2026, 5, 11)}, ["2026-05-11 charge 30.00 EUR"]),
        ({"plan": evolve(PLAN, id="small", price=Money("9.00", "EUR"))},
         ["2026-05-01 charge 9.00 EUR", "2026-06-01 charge 9.00 EUR"]),
    ],
)  # fmt: skip
def test_one_that_is_over_begins_again_and_days_paid_before_are_not_billed_again(
    parts: dict[str, Any], expected: list[str]
) -> None:
    held = life().do(Cancel.now(), "2026-04-11").do(Resubscribe(**parts), "2026-04-21")
    assert held.status is Status.ACTIVE
    assert held.until("2026-06-01").told[1:] == expected
    assert len({action.key for action in held.actions}) == len(held.actions)


def test_given_back_days_are_billed_again_from_the_day_she_comes_back() -> None:
    held = life().do(Cancel.now(credit=True), "2026-04-11").do(Resubscribe(), "2026-04-21")
    assert held.until("2026-04-21").told[1:] == [
        "2026-04-11 credit -20.00 EUR", "2026-04-21 charge 30.00 EUR",
    ]  # fmt: skip


def test_the_term_of_one_that_comes_back_begins_anew_and_its_notices_have_other_keys() -> None:
    policies = Policies(name="told", notices=(SPRING,))
    held = life(evolve(MONTH, at_end=AtEnd.EXPIRE), policies=policies).until("2026-06-01")
    assert held.status is Status.EXPIRED
    held.do(Resubscribe(), "2026-06-11")
    assert (held.state.term_number, held.state.term_end) == (0, date(2026, 7, 11))
    held.until("2026-08-01")
    assert held.status is Status.EXPIRED
    keys = [action.key for action in held.actions if action.rule]
    assert keys == ["sub_1/notice/t0/end", "sub_1/notice/t0.1/end"]


def test_a_trial_that_was_left_is_not_gone_on_with() -> None:
    held = Life(evolve(PLAN, trial="P14D"), starts_on=APRIL).do(Cancel.now(), "2026-04-03")
    held.do(Resubscribe(), "2026-04-05").until("2026-04-05")
    assert held.told == ["2026-04-05 charge 30.00 EUR"]


@pytest.mark.parametrize(
    "command",
    [
        Resubscribe(on=date(2026, 4, 10)),
        Resubscribe(plan=evolve(PLAN, price=Money("30.00", "USD"))),
        Resubscribe(plan=evolve(PLAN, pay=Pay.IN_ARREARS)),
    ],
)
def test_what_cannot_begin_again_is_refused(command: Resubscribe) -> None:
    held = life().do(Cancel.now(), "2026-04-11")
    with pytest.raises(IllegalTransition):
        held.do(command, "2026-04-21")


# ---------------------------------------------------------------- taking over


def taken(**parts: Any) -> Life:  # noqa: ANN401
    known = {"starts_on": date(2025, 3, 15), "billed_through": date(2026, 2, 15), **parts}
    return Life(begin=Import, **known)


@pytest.mark.parametrize(
    ("parts", "status", "facts"),
    [
        ({}, Status.ACTIVE, {"quantity": 1, "term_end": None}),
        ({"quantity": 3}, Status.ACTIVE, {"quantity": 3}),
        ({"term": TermRule(initial="P6M")}, Status.ACTIVE, {"term_number": 1}),
        ({"term": TermRule(initial="P1Y"), "term_number": 1}, Status.ACTIVE,
         {"term_end": date(2027, 3, 15)}),
        ({"term": TermRule(initial="P1Y"), "term_on": date(2025, 6, 1)}, Status.ACTIVE,
         {"term_end": date(2026, 6, 1)}),
        ({"term": TermRule(initial="P3M", at_end=AtEnd.RENEW_ONCE), "term_on": date(2025, 12, 1)},
         Status.ACTIVE, {"term_end": date(2026, 3, 1), "term_number": 0}),
        ({"paused_on": date(2026, 1, 10)}, Status.PAUSED, {"next_action_at": None}),
        ({"cancel_on": date(2026, 3, 15)}, Status.NON_RENEWING, {"cause": Cause.REQUESTED}),
    ],
)  # fmt: skip
def test_one_that_runs_elsewhere_is_taken_over_as_it_stands(
    parts: dict[str, Any], status: Status, facts: dict[str, Any]
) -> None:
    held = taken(**parts)
    assert held.status is status
    assert {name: getattr(held.state, name) for name in facts} == facts
    assert held.told == []


def test_what_is_taken_over_goes_on_where_it_is_billed_through() -> None:
    held = taken(quantity=2).until("2026-03-15")
    assert held.told == ["2026-02-15 charge 60.00 EUR", "2026-03-15 charge 60.00 EUR"]
    assert held.actions[0].key == "sub_1/charge/11/0"
    paused = taken(paused_on=date(2026, 1, 10)).do(Resume(), "2026-02-20")
    assert paused.until("2026-02-20").told[0].startswith("2026-02-20 charge")


@pytest.mark.parametrize(
    "parts",
    [
        {"term_on": date(2025, 3, 14)},
        {"paused_on": date(2025, 3, 1)},
        {"paused_on": date(2026, 2, 1)},
        {"cancel_on": date(2026, 1, 30)},
        {"term": TermRule(initial="P1M"), "term_number": 3},
    ],
)
def test_what_contradicts_itself_is_not_taken_over(parts: dict[str, Any]) -> None:
    with pytest.raises(InputError) as caught:
        taken(**parts)
    assert caught.value.code == "import"
