"""Missed: notices, tasks and days to bill that a change of mind might lose, or count twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from attrs import evolve

from ecrm_core.errors import IllegalTransition, InputError
from ecrm_core.kernel import Money
from ecrm_core.subscriptions import (
    ActionKind,
    Cancel,
    ChangePlan,
    ChangePolicy,
    ChangeQuantity,
    Command,
    Condition,
    DunningPolicy,
    IfMissed,
    NoticeRule,
    NoticeSent,
    Pause,
    Pay,
    PaymentFailed,
    PaymentRefunded,
    PaymentSucceeded,
    Policies,
    RelativeTo,
    Reprice,
    Resubscribe,
    Status,
    TaskRule,
    TermRule,
    WithoutConsent,
    advance,
)
from tests.unit.subscriptions.life import CHARGE, PLAN, Life, on

TERM = NoticeRule(name="term", relative_to=RelativeTo.TERM_END, aim="P60D", latest="P1D",
                  applies_if=Condition(plans=("pro",)))  # fmt: skip
CALL = TaskRule(name="call", offset="P1D")
SHORT = TermRule(initial="P6M")  # ends on 31 July
BILL = NoticeRule(name="bill", relative_to=RelativeTo.CHARGE, aim="P9D", latest="P5D")
ONE = Policies(name="one", notices=(BILL,))


def told(life: Life) -> list[str]:
    return [a.key.removeprefix("sub_1/") for a in life.actions if a.kind is not ActionKind.CHARGE]


def missed(life: Life) -> list[date]:
    """The days of which a notice was missed."""
    return [row.event.reference_on for row in life.events if row.event.kind == "notice_missed"]  # type: ignore[attr-defined]


def test_nobody_is_to_speak_to_a_customer_who_has_cancelled_and_no_run_is_endless() -> None:
    policies = Policies(name="one", notices=(evolve(BILL, if_missed=IfMissed.TASK),))
    life = Life(policies=policies).until("2026-02-01")
    life.do(Cancel.at(date(2026, 6, 1)), "2026-02-01")
    step = advance(life.state, on("2026-07-01"), policies)
    assert not step.more
    assert step.state.status is Status.CANCELLED
    assert [row.event.kind for row in step.events].count("notice_missed") == 4
    assert {action.kind for action in step.actions} == {ActionKind.CHARGE}


@pytest.mark.parametrize("if_missed", [IfMissed.RECORD, IfMissed.TASK])
def test_what_was_missed_for_one_day_is_told_of_another(if_missed: IfMissed) -> None:
    policies = Policies(name="one", notices=(evolve(BILL, if_missed=if_missed),))
    quarter = evolve(PLAN, cadence="P3M")
    life = Life(quarter, policies=policies).until("2026-01-31")
    life.take(advance(life.state, on("2026-04-28"), policies))
    life.do(NoticeSent(notice="sub_1/notice/c1.0/bill"), "2026-04-28")  # nobody was given that
    assert missed(life) == [date(2026, 4, 30)]
    reset = ChangePlan(plan=evolve(quarter, id="b"), on=date(2026, 4, 29),
                       policy=ChangePolicy.RESET_CYCLE)  # fmt: skip
    life.do(reset, "2026-04-28").take(advance(life.state, on("2026-04-28"), policies))
    assert missed(life) == [date(2026, 4, 30), date(2026, 4, 29)]


def test_a_task_that_was_missed_comes_when_there_is_another_day_to_decide() -> None:
    life = Life(term=SHORT, policies=Policies(name="b", notices=(TERM,), tasks=(CALL,)))
    life.take(advance(life.state, on("2026-06-05"), life.policies))
    assert told(life) == ["notice/t0/term"]  # that was due on 1 June: too late to call before it
    life.do(ChangePlan(plan=evolve(PLAN, id="b"), policy=ChangePolicy.NONE), "2026-06-05")
    life.until("2026-07-31")
    assert told(life)[1:] == ["task/t0/call.1"]  # before the deadline


def test_a_notice_in_a_trial_whose_cycle_is_reset_tells_the_day_that_costs() -> None:
    life = Life(evolve(PLAN, trial="P2M"), policies=ONE)
    reset = ChangePlan(plan=evolve(PLAN, id="b"), on=date(2026, 3, 1),
                       policy=ChangePolicy.RESET_CYCLE)  # fmt: skip
    life.do(reset, "2026-02-01").until("2026-03-31")
    notices = [a.reference_on for a in life.actions if a.kind is ActionKind.NOTICE]
    assert notices[:1] == [a.on for a in life.actions if a.amount] == [date(2026, 3, 31)]


def test_the_same_price_told_to_one_that_came_back_has_another_key() -> None:
    rule = NoticeRule(name="price", relative_to=RelativeTo.PRICE_CHANGE, aim="P40D", latest="P1D")
    life = Life(policies=Policies(name="one", notices=(rule,))).until("2026-01-31")
    price = Reprice(price=Money("40.00", "EUR"), on=date(2026, 4, 28))
    life.do(Cancel.at(date(2026, 8, 1)), "2026-02-01").do(price, "2026-03-20").until("2026-04-01")
    life.do(NoticeSent(notice=f"sub_1/{told(life)[0]}"), "2026-04-01")
    life.do(Cancel.now(), "2026-04-02").do(Resubscribe(anchor_day=30), "2026-04-03")
    life.do(price, "2026-04-03").until("2026-05-30")
    assert len(set(told(life))) == len(told(life)) == 2


@pytest.mark.parametrize("charge", ["0/0", "1/0", "0/1", "99999999/0"])
@pytest.mark.parametrize("kind", [PaymentSucceeded, PaymentFailed, PaymentRefunded])
def test_what_is_told_of_a_charge_that_was_never_made_is_refused(
    kind: Callable[..., Command], charge: str
) -> None:
    more = {"amount": Money("1.00", "EUR")} if kind is PaymentRefunded else {}
    life = Life(evolve(PLAN, trial="P1M"))
    with pytest.raises(InputError, match="charge"):
        life.do(kind(charge=f"sub_1/charge/{charge}", **more), "2026-02-01")


ARREARS = evolve(PLAN, pay=Pay.IN_ARREARS)


def test_days_used_before_a_pause_for_what_is_unpaid_are_billed() -> None:
    rule = DunningPolicy(grace="P20D", pause_after="P2D")
    life = Life(ARREARS, policies=Policies(name="x", dunning=rule)).until("2026-02-28")
    life.do(PaymentFailed(charge=CHARGE), "2026-02-28").until("2026-03-15")
    assert life.told[1:] == ["2026-03-02 charge 1.94 EUR"]  # 28 February and 1 March
    life.do(PaymentSucceeded(charge=CHARGE), "2026-03-15").until("2026-03-31")
    assert life.told[2:] == ["2026-03-31 charge 15.48 EUR"]  # from 15 March on


AGREE = NoticeRule(name="agree", relative_to=RelativeTo.CHARGE, aim="P3D", needs_consent=True)


@pytest.mark.parametrize(
    "command", [ChangeQuantity(quantity=2, policy=ChangePolicy.INVOICE_NOW), Pause()]
)
def test_days_that_wait_for_a_consent_are_not_billed_by_a_command(command: Command) -> None:
    life = Life(ARREARS, policies=Policies(name="x", notices=(AGREE,))).until("2026-05-10")
    with pytest.raises(IllegalTransition, match="holds its charges back"):
        life.do(command, "2026-05-10")
    life.do(Cancel.now(), "2026-05-10")
    assert [action for action in life.actions if action.amount] == []
    assert life.status is Status.CANCELLED


def test_a_price_that_was_dropped_and_comes_again_has_no_key_twice() -> None:
    rule = NoticeRule(
        name="price", relative_to=RelativeTo.PRICE_CHANGE, aim="P60D", latest="P0D",
        needs_consent=True, without_consent=WithoutConsent.KEEP,
    )  # fmt: skip
    listed = evolve(PLAN, list_price=Money("40.00", "EUR"))
    life = Life(listed, policies=Policies(name="one", notices=(rule,)),
                term=TermRule(initial="P3M", uplift="list"))  # fmt: skip
    life.do(Reprice(price=Money("40.00", "EUR"), on=date(2026, 4, 30)), "2026-02-01")
    life.until("2026-03-02").do(NoticeSent(notice=f"sub_1/{told(life)[0]}"), "2026-03-02")
    life.until("2026-05-01")  # dropped, and then the next term brings it
    assert len(set(told(life))) == len(told(life))


def test_a_notice_is_missed_once_though_its_task_is_taken_back() -> None:
    policies = Policies(name="one", notices=(evolve(BILL, if_missed=IfMissed.TASK),))
    life = Life(policies=policies).until("2026-01-31")
    life.take(advance(life.state, on("2026-02-25"), policies))
    assert told(life) == ["task/c1.0/missed-bill"]
    life.do(Cancel.at(date(2026, 6, 1)), "2026-02-25").until("2026-02-26")
    assert told(life)[1:] == ["withdrawal/c1.0/missed-bill"]
    assert missed(life) == [date(2026, 2, 28)]
