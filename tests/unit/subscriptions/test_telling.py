"""Telling: the customer in her window, sales before her, both taken back when the reason goes."""

from __future__ import annotations

import string
from datetime import date
from typing import Any

import pytest
from attrs import evolve

from ecrm_core.errors import DefinitionError, IllegalTransition, InputError, UnknownName
from ecrm_core.kernel import ABSENT, Emit, Money, Stored
from ecrm_core.subscriptions import (
    PRESETS,
    ActionKind,
    AtEnd,
    Cancel,
    Cause,
    ChangePlan,
    ChangePolicy,
    ChangeQuantity,
    Command,
    Condition,
    IfMissed,
    Market,
    NoticeBounced,
    NoticeRule,
    NoticeSent,
    Pause,
    PauseMode,
    Policies,
    Priority,
    RecordConsent,
    RelativeTo,
    Reprice,
    Resume,
    SetAutoRenew,
    Status,
    TaskDone,
    TaskRule,
    TermRule,
    UndoCancel,
    WithoutConsent,
    advance,
    decide_step,
    explain,
    explain_policies,
    handle,
    held_from,
    jurisdiction,
    rules_of_json,
    withdrawn_keys,
)
from ecrm_core.subscriptions.phrases import LANGUAGES, phrases
from ecrm_core.subscriptions.presets_why import WHY
from tests.unit.subscriptions.life import B2B, PLAN, YEAR, Life, on

TERM = NoticeRule(name="term", relative_to=RelativeTo.TERM_END, aim="P30D", earliest="P60D",
                  latest="P10D", fallback=("sms", "post"))  # fmt: skip
CALL = TaskRule(name="call", offset="P14D", escalate_after="P5D", priority=Priority.HIGH)
BOTH = Policies(name="both", notices=(TERM,), tasks=(CALL,))
SHORT = TermRule(initial="P6M")  # ends on 31 July


def told(life: Life) -> list[str]:
    return [a.key.removeprefix("sub_1/") for a in life.actions if a.kind is not ActionKind.CHARGE]


def with_rule(**parts: Any) -> Policies:  # noqa: ANN401 - any field of a rule
    return Policies(name="one", notices=(evolve(TERM, **parts),))


# ---------------------------------------------------------------- what takes the reason away

REASONS: list[tuple[Command, list[str] | None]] = [
    # On the day of the notice, 1 July: what is taken back, and what is given anew.
    (Cancel.at_term_end(), []),
    (Cancel.now(), []),
    (SetAutoRenew(auto_renew=False), ["task/t0/call.1", "notice/t0/term.1"]),
    (Pause(), None),  # the term runs on
    (ChangePlan(plan=evolve(PLAN, id="other")), None),
]


@pytest.mark.parametrize(("command", "again"), REASONS)
def test_both_are_taken_back_when_the_reason_goes(
    command: Command, again: list[str] | None
) -> None:
    early = evolve(CALL, offset="P14D", escalate_after=None)
    life = Life(term=SHORT, policies=evolve(BOTH, tasks=(early,))).until("2026-06-30")
    before = told(life)
    assert before == ["task/t0/call"]
    life.until("2026-07-01")
    step = handle(life.state, command, on("2026-07-01"), life.policies, by="anna")
    gone = withdrawn_keys(step.events)
    expected = ("sub_1/notice/t0/term", "sub_1/task/t0/call", "sub_1/escalation/t0/call")
    assert gone == (() if again is None else expected)
    made = [a.key for a in step.actions if a.kind is ActionKind.WITHDRAWAL]
    assert made == ([] if again is None else ["sub_1/withdrawal/t0/call"])
    life.take(step).until("2026-07-02")
    assert told(life)[2:] == ([] if again is None else ["withdrawal/t0/call", *again])


def test_what_was_sent_is_not_taken_back_and_not_told_twice() -> None:
    life = Life(term=SHORT, policies=BOTH).until("2026-07-01")
    life.do(NoticeSent(notice="sub_1/notice/t0/term"), "2026-07-02")
    life.do(Cancel.at_term_end(), "2026-07-03").do(UndoCancel(), "2026-07-04").until("2026-07-15")
    assert [key for key in told(life) if key.startswith("notice")] == ["notice/t0/term"]


def test_what_was_sent_comes_again_where_it_is_not_true_any_more() -> None:
    life = Life(term=SHORT, policies=BOTH).until("2026-07-01")
    life.do(NoticeSent(notice="sub_1/notice/t0/term"), "2026-07-02")
    life.do(SetAutoRenew(auto_renew=False), "2026-07-03").until("2026-07-04")
    notice = next(a for a in reversed(life.actions) if a.kind is ActionKind.NOTICE)
    assert (notice.key, notice.follows) == ("sub_1/notice/t0/term.1", AtEnd.EXPIRE.value)


def test_time_that_stands_still_takes_them_back_until_it_goes_on() -> None:
    life = Life(term=SHORT, policies=BOTH).until("2026-07-01")
    life.do(Pause(mode=PauseMode.EXTEND), "2026-07-02").until("2026-07-12")
    assert life.state.out == ()
    life.do(Resume(), "2026-07-12").until("2026-07-13")
    notice = next(a for a in reversed(life.actions) if a.kind is ActionKind.NOTICE)
    assert notice.reference_on == date(2026, 8, 10)


def test_a_cancellation_leaves_the_notices_of_charges_that_come_all_the_same() -> None:
    rule = NoticeRule(name="bill", relative_to=RelativeTo.CHARGE, aim="P3D")
    life = Life(term=YEAR, policies=Policies(name="p", notices=(rule,)))
    life.do(Cancel.at_term_end(), "2026-02-01").until("2026-04-01")
    assert told(life) == ["notice/c1.0/bill", "notice/c2.0/bill"]


def test_a_notice_aimed_further_ahead_than_a_period_is_in_time_for_every_charge() -> None:
    rule = NoticeRule(name="bill", relative_to=RelativeTo.CHARGE, aim="P70D", latest="P60D")
    life = Life(policies=Policies(name="p", notices=(rule,))).until("2026-12-31")
    notices = [a for a in life.actions if a.kind is ActionKind.NOTICE]
    assert not any(a.late for a in notices)
    days = [str(a.reference_on) for a in notices]
    assert days == sorted(set(days))
    charges = {str(a.on) for a in life.actions if a.kind is ActionKind.CHARGE}
    assert {day for day in days if "2026-05-01" <= day <= "2026-12-31"} == {
        day for day in charges if "2026-05-01" <= day <= "2026-12-31"
    }


def test_no_charge_is_told_of_where_a_reset_finds_nothing_that_is_billed() -> None:
    rule = NoticeRule(name="bill", relative_to=RelativeTo.CHARGE, aim="P3D")
    life = Life(evolve(PLAN, trial="P1M"), Policies(name="p", notices=(rule,)))
    other = evolve(PLAN, id="other")
    change = ChangePlan(plan=other, on=date(2026, 2, 14), policy=ChangePolicy.RESET_CYCLE)
    life.do(change, "2026-02-01").until("2026-02-28")
    assert [(str(a.on), str(a.reference_on)) for a in life.actions if a.rule] == [
        ("2026-02-25", "2026-02-28"),
    ]  # fmt: skip


def test_another_price_is_told_before_it_holds() -> None:
    rule = NoticeRule(name="price", relative_to=RelativeTo.PRICE_CHANGE, aim="P14D", latest="P7D")
    policies = Policies(name="p", notices=(rule,))
    life = Life(policies=policies).until("2026-02-01")
    life.do(Reprice(price=Money("33.00", "EUR"), on=date(2026, 3, 31)), "2026-02-01")
    assert [str(a.on) for a in life.until("2026-03-30").actions if a.rule] == ["2026-03-17"]
    uplift = Life(term=evolve(SHORT, uplift="5%"), policies=policies).until("2026-07-20")
    assert [str(a.reference_on) for a in uplift.actions if a.rule] == ["2026-07-31"]
    said = [next(a.payload for a in each.actions if a.rule) for each in (life, uplift)]
    assert [(each["price"], each["currency"]) for each in said] == [
        ("33.00", "EUR"), ("31.50", "EUR"),
    ]  # fmt: skip


@pytest.mark.parametrize(("end", "told"), [("2026-03-31", False), ("2026-04-30", True)])
def test_a_price_that_never_holds_is_not_told(end: str, *, told: bool) -> None:
    rule = NoticeRule(name="price", relative_to=RelativeTo.PRICE_CHANGE, aim="P14D", latest="P7D")
    life = Life(policies=Policies(name="p", notices=(rule,))).until("2026-02-01")
    life.do(Reprice(price=Money("33.00", "EUR"), on=date(2026, 3, 31)), "2026-02-01")
    life.do(Cancel.at(date.fromisoformat(end)), "2026-02-10")
    assert any(a.rule for a in life.until("2026-03-30").actions) is told
    out = Life(policies=Policies(name="p", notices=(rule,))).until("2026-02-01")
    out.do(Reprice(price=Money("33.00", "EUR"), on=date(2026, 3, 31)), "2026-02-01")
    out.until("2026-03-18").do(Cancel.at(date.fromisoformat(end)), "2026-03-18")
    assert ("withdrawn" in [row.event.kind for row in out.events]) is not told


# ---------------------------------------------------------------- channels, consent, missed windows


def test_a_notice_that_comes_back_goes_by_the_next_channel() -> None:
    life = Life(term=SHORT, policies=BOTH).until("2026-07-01")
    seen = []
    for day in ("2026-07-02", "2026-07-03", "2026-07-04"):
        notice = next(a for a in reversed(life.actions) if a.kind is ActionKind.NOTICE)
        seen.append((notice.key.rpartition("/")[2], notice.to))
        life.do(NoticeBounced(notice=notice.key), day)
    assert seen == [("term", "email"), ("term.1", "sms"), ("term.2", "post")]
    assert life.events[-1].event.told is None  # type: ignore[attr-defined] # only recorded
    life.do(NoticeBounced(notice="sub_1/notice/t0/term"), "2026-07-05")  # told again: long past
    assert life.events[-1].number == life.state.version


@pytest.mark.parametrize(
    ("if_missed", "keys", "late"),
    [
        (IfMissed.RECORD, [], False),
        (IfMissed.SEND, ["sub_1/notice/t0/term"], False),
        (IfMissed.TASK, ["sub_1/task/t0/missed-term"], False),
        (IfMissed.HOLD, ["sub_1/notice/t0/term"], True),
    ],
)
def test_a_missed_window_is_recorded_and_handled_by_policy(
    *,
    if_missed: IfMissed,
    keys: list[str],
    late: bool,
) -> None:
    policies = with_rule(if_missed=if_missed)
    life = Life(term=SHORT, policies=policies).until("2026-06-30")
    life.take(advance(life.state, on("2026-07-25"), policies))
    assert [row.event.kind for row in life.events].count("notice_missed") == 1
    made = [a for a in life.actions if a.kind is not ActionKind.CHARGE]
    assert [a.key for a in made] == keys
    assert all(a.late and a.missed and a.not_after == date(2026, 7, 21) for a in made)
    life.until("2026-08-05")
    held = life.state.term_number == 0
    assert held is late
    if held:
        assert held_from(life.state, policies) == date(2026, 7, 31)
        life.do(NoticeSent(notice=keys[0]), "2026-08-05").until("2026-08-05")
        assert (life.state.term_number, life.told[-1]) == (1, "2026-07-31 charge 30.00 EUR")


@pytest.mark.parametrize(
    ("without", "status"),
    [(WithoutConsent.HOLD, Status.ACTIVE), (WithoutConsent.END, Status.CANCELLED)],
)
def test_what_needs_a_consent_waits_for_it_or_ends(without: WithoutConsent, status: Status) -> None:
    policies = with_rule(needs_consent=True, without_consent=without)
    life = Life(term=SHORT, policies=policies).until("2026-09-15")
    assert (life.status, life.state.term_number) == (status, 0)
    assert life.told[-1] == "2026-06-30 charge 30.00 EUR" or life.actions[-1].rule
    if status is Status.CANCELLED:
        assert life.state.cause is Cause.NO_CONSENT
        return
    life.do(RecordConsent(rule="term"), "2026-09-15").until("2026-09-15")
    assert life.state.term_number == 1
    assert [a for a in life.told if "charge" in a][-1] == "2026-08-31 charge 30.00 EUR"


def test_a_consent_before_the_day_renews_on_the_day_and_may_be_taken_back() -> None:
    policies = with_rule(needs_consent=True)
    life = Life(term=SHORT, policies=policies).do(RecordConsent(rule="term"), "2026-06-01")
    life.do(RecordConsent(rule="term", given=False), "2026-06-02")
    assert held_from(life.state, policies) == date(2026, 7, 31)
    life.do(RecordConsent(rule="term"), "2026-06-03").until("2026-07-31")
    assert (life.state.term_number, life.told[-1]) == (1, "2026-07-31 charge 30.00 EUR")
    with pytest.raises(IllegalTransition):
        life.do(RecordConsent(rule="other"), "2026-08-01")


def test_for_a_term_that_asks_the_consent_is_the_answer() -> None:
    policies = with_rule(needs_consent=True)
    asks = evolve(SHORT, at_end=AtEnd.ASK)
    said = Life(term=asks, policies=policies).do(RecordConsent(rule="term"), "2026-07-01")
    assert (said.until("2026-08-01").state.term_number, said.state.agreed) == (1, False)
    silent = Life(term=asks, policies=policies).until("2026-08-01")
    assert silent.status is Status.EXPIRED


def test_a_charge_and_a_trial_may_need_a_consent_too() -> None:
    trial = evolve(TERM, relative_to=RelativeTo.TRIAL_END, aim="P3D", earliest="P5D", latest="P1D",
                   needs_consent=True)  # fmt: skip
    life = Life(evolve(PLAN, trial="P14D"), Policies(name="p", notices=(trial,)))
    assert life.until("2026-02-20").status is Status.TRIALING
    life.do(RecordConsent(rule="term"), "2026-02-21").until("2026-02-21")
    assert (life.status, life.told[-1]) == (Status.ACTIVE, "2026-02-14 charge 30.00 EUR")
    bill = evolve(trial, relative_to=RelativeTo.CHARGE)
    life = Life(policies=Policies(name="p", notices=(bill,))).until("2026-03-15")
    assert [a for a in life.told if "charge" in a] == []
    life.do(RecordConsent(rule="term"), "2026-03-15").until("2026-03-15")
    assert [a for a in life.told if "charge" in a] == ["2026-01-31 charge 30.00 EUR"]


DEARER_SOON = Reprice(price=Money("33.00", "EUR"))
DEARER = Reprice(price=Money("33.00", "EUR"), on=date(2026, 3, 31))


def asked_of_price(without: WithoutConsent, **parts: Any) -> Policies:  # noqa: ANN401 - any field
    to = RelativeTo.PRICE_CHANGE
    return with_rule(relative_to=to, aim="P14D", earliest="P20D", latest="P7D", needs_consent=True,
                     without_consent=without, **parts)  # fmt: skip


@pytest.mark.parametrize(
    ("without", "charged"),
    [
        (WithoutConsent.HOLD, ["30.00"]),
        (WithoutConsent.END, ["30.00"]),
        (WithoutConsent.KEEP, ["30.00", "30.00", "30.00"]),
    ],
)
def test_another_price_may_need_a_consent(without: WithoutConsent, charged: list[str]) -> None:
    policies = asked_of_price(without)
    silent = Life(policies=policies).do(DEARER, "2026-03-01").until("2026-05-01")
    since = [a for a in silent.actions if a.kind is ActionKind.CHARGE and a.on.month > 1]
    assert [str(a.amount).split()[0] for a in since] == charged
    assert silent.state.plan.price == PLAN.price
    assert (silent.state.cause is Cause.NO_CONSENT) is (without is WithoutConsent.END)
    agreed = Life(policies=policies).do(DEARER, "2026-03-01")
    agreed.do(RecordConsent(rule="term"), "2026-03-20").until("2026-05-01")
    assert [a for a in agreed.told if "charge" in a][2:] == [
        "2026-03-31 charge 33.00 EUR", "2026-04-30 charge 33.00 EUR",
    ]  # fmt: skip


def test_a_price_that_waits_for_its_consent_holds_from_the_day_it_was_told_for() -> None:
    policies = asked_of_price(WithoutConsent.HOLD)
    life = Life(policies=policies).do(DEARER, "2026-03-01").until("2026-05-10")
    assert held_from(life.state, policies) == date(2026, 3, 31)
    life.do(RecordConsent(rule="term"), "2026-05-10").until("2026-05-10")
    assert [a for a in life.told if "charge" in a][2:] == [
        "2026-03-31 charge 33.00 EUR", "2026-04-30 charge 33.00 EUR",
    ]  # fmt: skip


def test_a_notice_of_a_price_that_is_dropped_is_taken_back_unless_it_was_sent() -> None:
    policies = asked_of_price(WithoutConsent.KEEP)
    for sent in (False, True):
        life = Life(policies=policies).do(DEARER, "2026-03-01").until("2026-03-18")
        if sent:
            (key,) = (a.key for a in life.actions if a.rule)
            life.do(NoticeSent(notice=key), "2026-03-18")
        kinds = [row.event.kind for row in life.until("2026-04-01").events]
        assert ("price_dropped" in kinds, "withdrawn" in kinds) == (True, not sent)
        assert not [told for told in life.state.out if told.mark.startswith("p")]


def test_a_price_that_is_dropped_and_comes_again_on_its_day_is_told_once() -> None:
    policies = asked_of_price(WithoutConsent.KEEP, if_missed=IfMissed.SEND)
    term = TermRule(initial="P1M", uplift="list")
    plan = evolve(PLAN, cadence="P1Y", list_price=Money("33.00", "EUR"))
    life = Life(plan, term=term, policies=policies).until("2027-02-10")
    assert [row.event.kind for row in life.events].count("price_dropped") == 2
    assert [str(a.reference_on) for a in life.actions if a.rule] == ["2027-01-31"]


def test_what_else_was_told_stays_when_a_price_is_dropped() -> None:
    policies = asked_of_price(WithoutConsent.KEEP)
    both = evolve(policies, notices=(*policies.notices, evolve(TERM, name="end", aim="P45D")))
    life = Life(term=TermRule(initial="P4M"), policies=both).until("2026-04-17")
    (key,) = (a.key for a in life.actions if a.rule == "end")
    life.do(NoticeSent(notice=key), "2026-04-17").do(DEARER_SOON, "2026-04-17")
    life.take(advance(life.state, on("2026-04-30"), both))  # too late to tell of the price
    assert "price_dropped" in [row.event.kind for row in life.events]
    assert ("t0/notice/end" in life.state.done, len(life.state.out)) == (True, 1)


def test_the_price_of_a_next_term_that_nobody_agreed_to_leaves_the_old_one() -> None:
    policies = asked_of_price(WithoutConsent.KEEP)
    life = Life(term=evolve(SHORT, uplift="5%"), policies=policies).until("2026-08-01")
    assert (life.state.term_number, life.told[-1]) == (1, "2026-07-31 charge 30.00 EUR")
    agreed = Life(term=evolve(SHORT, uplift="5%"), policies=policies).until("2026-07-20")
    agreed.do(RecordConsent(rule="term"), "2026-07-20").until("2026-08-01")
    assert agreed.told[-1] == "2026-07-31 charge 31.50 EUR"


@pytest.mark.parametrize(
    ("change", "then"),
    [
        (Reprice(price=Money("33.00", "EUR"), on=date(2026, 3, 31)), "33.00"),
        (ChangeQuantity(quantity=2, on=date(2026, 3, 31)), "60.00"),
        (ChangePlan(plan=evolve(PLAN, id="x", price=Money("9.00", "EUR")), on=date(2026, 3, 31)),
         "9.00"),
    ],
    ids=["price", "quantity", "plan"],
)  # fmt: skip
def test_what_changes_while_a_charge_is_held_does_not_change_that_charge(
    change: Command, then: str
) -> None:
    rule = NoticeRule(name="bill", relative_to=RelativeTo.CHARGE, aim="P3D", needs_consent=True)
    life = Life(policies=Policies(name="p", notices=(rule,)))
    life.do(RecordConsent(rule="bill"), "2026-01-31")
    life.do(change, "2026-02-01").until("2026-04-02")
    for _ in range(2):
        life.do(RecordConsent(rule="bill"), "2026-04-02").until("2026-04-02")
    assert [a for a in life.told if "charge" in a] == [
        "2026-01-31 charge 30.00 EUR", "2026-02-28 charge 30.00 EUR",
        f"2026-03-31 charge {then} EUR",
    ]  # fmt: skip


def test_only_a_price_may_be_kept() -> None:
    with pytest.raises(DefinitionError) as caught:
        with_rule(needs_consent=True, without_consent=WithoutConsent.KEEP)
    assert caught.value.code == "consent"


# ---------------------------------------------------------------- tasks


def test_a_task_that_is_not_done_is_told_to_somebody_else_once() -> None:
    life = Life(term=SHORT, policies=BOTH).until("2026-06-30")
    assert told(life) == ["task/t0/call", "escalation/t0/call"]
    task, again = (a for a in life.actions if a.kind is not ActionKind.CHARGE)
    assert (again.to, again.of, str(again.on)) == ("sales_lead", task.key, "2026-06-22")
    assert (task.payload["priority"], task.payload["task"]) == ("high", "call")


def test_a_task_that_is_done_is_neither_escalated_nor_taken_back() -> None:
    life = Life(term=SHORT, policies=BOTH).until("2026-06-18")
    life.do(TaskDone(task="sub_1/task/t0/call"), "2026-06-19")
    life.do(Cancel.at_term_end(), "2026-06-25").until("2026-07-31")
    assert told(life) == ["task/t0/call"]
    life.do(TaskDone(task="sub_1/task/t0/call"), "2026-08-01")  # nothing is open: nothing happens


def test_sales_speaks_before_the_first_notice_and_the_first_notice_before_the_deadline() -> None:
    life = Life(term=YEAR, policies=B2B).until("2027-01-30")
    days = {a.key: a.on for a in life.actions if a.kind is not ActionKind.CHARGE}
    task, notice = days["sub_1/task/t0/call"], days["sub_1/notice/t0/term_ending"]
    assert life.state.deadline is not None
    assert task < notice < life.state.deadline


@pytest.mark.parametrize(
    "command",
    [
        NoticeSent(notice="x"),
        NoticeBounced(notice="sub_2/notice/t0/a"),
        TaskDone(task="sub_1/notice/t0/a"),
    ],
)
def test_a_key_of_something_else_is_refused(command: Command) -> None:
    with pytest.raises(InputError) as caught:
        Life().do(command, "2026-02-01")
    assert caught.value.code == "action_key"


# ---------------------------------------------------------------- for whom

CONDITIONS: list[tuple[Condition, bool]] = [
    (Condition(), True),
    (Condition(plans=("pro", "x")), True),
    (Condition(plans=("x",)), False),
    (Condition(at_end=(AtEnd.RENEW,)), True),
    (Condition(at_end=(AtEnd.EXPIRE, AtEnd.EVERGREEN)), False),
    (Condition(market=Market.CONSUMER), True),
    (Condition(market=Market.BUSINESS), False),
    (Condition(amount=Money("30.00", "EUR")), True),
    (Condition(amount=Money("30.01", "EUR")), False),
    (Condition(amount=Money("1.00", "USD")), False),
    (Condition(term="P6M"), True),
    (Condition(term="P1Y"), False),
    (Condition(trial="P1D"), False),
    (Condition(trial="P0D"), True),
]


@pytest.mark.parametrize(("condition", "holds"), CONDITIONS)
def test_a_rule_is_for_those_its_condition_names(condition: Condition, *, holds: bool) -> None:
    policies = Policies(
        name="p", notices=(evolve(TERM, applies_if=condition),),
        tasks=(evolve(CALL, applies_if=condition, escalate_after=None),),
    )  # fmt: skip
    life = Life(term=SHORT, policies=policies).until("2026-07-30")
    kinds = {a.kind for a in life.actions} - {ActionKind.CHARGE}
    assert kinds == ({ActionKind.NOTICE, ActionKind.TASK} if holds else set())


def test_without_a_term_no_condition_on_its_length_holds() -> None:
    state = Life().state
    assert not Condition(term="P1D").holds(state, Market.CONSUMER)


# ---------------------------------------------------------------- data, words, presets


def test_the_sample_of_a_law_is_off_and_says_what_it_is_not() -> None:
    sample = jurisdiction("us-ca")
    assert "no legal advice" in sample.disclaimer
    names = {rule.name for rule in sample.rules}
    assert all(names.isdisjoint(r.name for r in p.notices) for p in PRESETS.values())
    assert "no rule is marked as verified" in sample.disclaimer
    assert all(rule.legal_ref and rule.verified is None for rule in sample.rules)
    preset = evolve(PRESETS["b2c"], notices=sample.rules)
    life = Life(term=YEAR, policies=preset).until("2027-01-20")
    (notice,) = (a for a in life.actions if a.kind is ActionKind.NOTICE)
    assert (str(notice.on), str(notice.not_after)) == ("2027-01-01", "2027-01-16")
    assert "17602" in "; ".join(map(str, explain(notice)))
    with pytest.raises(UnknownName):
        jurisdiction("us-xx")


@pytest.mark.parametrize(
    "rows",
    [
        5,
        [5],
        [{"name": "x"}],
        [{"name": "x", "aim": "P1D", "odd": 1}],
        [{"name": "x", "relative_to": "moon", "aim": "P1D"}],
    ],
)
def test_json_that_is_no_rule_is_refused(rows: object) -> None:
    with pytest.raises(DefinitionError):
        rules_of_json(rows)


def test_a_rule_of_json_is_the_rule() -> None:
    row = {"name": "a", "relative_to": "charge", "aim": "P3D", "fallback": ["sms"],
           "applies_if": {"plans": ["pro"], "amount": {"amount": "1.00", "currency": "EUR"}},
           "without_consent": "end"}  # fmt: skip
    condition = Condition(plans=("pro",), amount=Money("1.00", "EUR"))
    assert rules_of_json([row]) == (
        NoticeRule(name="a", relative_to=RelativeTo.CHARGE, aim="P3D", fallback=("sms",),
                   applies_if=condition, without_consent=WithoutConsent.END),
    )  # fmt: skip


@pytest.mark.parametrize("preset", ["b2b", "b2c"])
def test_every_default_of_the_presets_is_explained(preset: str) -> None:
    explained = explain_policies(PRESETS[preset])
    assert [each.path for each in explained if not each.why] == []
    assert {"notices/term_ending/aim", "market"} <= {each.path for each in explained}
    assert "two weeks before" in str(explained) or preset == "b2b"
    assert "<table" in explained._repr_html_()
    own = explain_policies(evolve(PRESETS[preset], due_time=on("2026-01-01").time()))
    assert [each.path for each in own if not each.why] == ["due_time"]
    assert not any(each.why for each in explain_policies(Policies(name="ours")))


def test_no_reason_stands_there_for_nothing() -> None:
    used: set[str] = set()
    for preset, policies in PRESETS.items():
        for path in (each.path for each in explain_policies(policies)):
            first, *rest = path.split("/")
            used |= {f"{preset}/{path}", f"{first}/{rest[-1]}" if rest else first}
    assert set(WHY) <= used


def test_the_languages_say_the_same() -> None:
    def fields(text: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    english = phrases("en")
    for locale in LANGUAGES:
        assert {k: fields(v) for k, v in phrases(locale).items()} == {
            k: fields(v) for k, v in english.items()
        }
    with pytest.raises(UnknownName):
        phrases("xx")


@pytest.mark.parametrize(
    ("locale", "word"), [("en", "sent up to"), ("ko", "보낼 수 있음"), ("ja", "送る")]
)
def test_every_kind_of_action_explains_itself_in_three_languages(locale: str, word: str) -> None:
    life = Life(term=SHORT, policies=BOTH).until("2026-07-01")
    life.do(Cancel.at_term_end(), "2026-07-02")
    texts = {a.kind: "; ".join(map(str, explain(a, locale=locale))) for a in life.actions}
    kinds = {ActionKind.CHARGE, ActionKind.NOTICE, ActionKind.TASK, ActionKind.ESCALATION,
             ActionKind.WITHDRAWAL}  # fmt: skip
    assert texts.keys() == kinds
    assert word in texts[ActionKind.NOTICE]


# ---------------------------------------------------------------- what is written


def test_what_still_waits_is_dropped_and_nothing_is_said_of_it() -> None:
    life = Life(term=SHORT, policies=BOTH).until("2026-07-01")
    step = handle(life.state, Cancel.at_term_end(), on("2026-07-02"), BOTH, by="anna")
    emits = {a.key: a.emit for a in life.actions if a.rule}
    rows = {key: Stored[Emit](emit, 3) for key, emit in emits.items()}
    waiting = {key: row for key, row in rows.items() if key in withdrawn_keys(step.events)}
    assert len(waiting) == 3
    changes = decide_step(step, version=7, waiting=waiting)
    assert {drop.key for drop in changes.drops} == {(key,) for key in waiting}
    assert changes.emits == ()
    seen = decide_step(step, version=7)
    assert [emit.key for emit in seen.emits] == ["sub_1/withdrawal/t0/call"]
    assert seen.drops == ()


def test_what_a_step_gives_and_takes_back_itself_is_never_written() -> None:
    life = Life(term=SHORT, policies=BOTH)
    step = handle(life.state, Cancel.at_term_end(), on("2026-06-23"), BOTH, by="anna")
    assert {a.kind for a in step.actions} > {ActionKind.TASK, ActionKind.WITHDRAWAL}
    emits = decide_step(step, version=ABSENT).emits
    assert {emit.topic for emit in emits} == {"charge"}
