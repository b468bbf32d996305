"""Lifecycle: the life of a subscription, told by commands and days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from attrs import evolve

from ecrm_core.errors import (
    DefinitionError,
    EcrmError,
    IllegalTransition,
    InputError,
    StorageError,
    UnknownName,
)
from ecrm_core.kernel import CustomerId, Money
from ecrm_core.subscriptions import (
    LIFECYCLE,
    PRESETS,
    SUBSCRIPTION_EVENTS,
    SUBSCRIPTIONS,
    AtEnd,
    Cancel,
    ChangePlan,
    Command,
    Create,
    NoticeRule,
    Pause,
    Pay,
    PaymentFailed,
    PaymentSucceeded,
    Plan,
    Policies,
    RelativeTo,
    Resume,
    SetAutoRenew,
    Status,
    Subscription,
    TaskRule,
    TermRule,
    UndoCancel,
    advance,
    decide_step,
    explain,
    fold,
    forecast,
    handle,
    policies_of,
)
from tests.unit.subscriptions.life import B2B, BARE, CHARGE, PLAN, START, YEAR, Life, on


def test_it_is_charged_on_its_day_or_on_the_last_of_a_shorter_month() -> None:
    told = Life().until("2026-04-30").told
    days = ("2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30")
    assert told == [f"{day} charge 30.00 EUR" for day in days]


def test_paid_in_arrears_it_is_charged_when_a_period_is_over() -> None:
    life = Life(evolve(PLAN, pay=Pay.IN_ARREARS)).until("2026-03-31")
    assert [str(a.on) for a in life.actions] == ["2026-02-28", "2026-03-31"]
    assert life.do(Cancel.now(), "2026-04-15").told[-1] == "2026-04-15 charge 15.00 EUR"
    assert life.status is Status.CANCELLED


def test_the_first_period_is_a_stub_where_the_billing_day_is_another() -> None:
    life = Life(anchor_day=15).until("2026-02-15")
    assert life.told == ["2026-01-31 charge 14.52 EUR", "2026-02-15 charge 30.00 EUR"]
    assert [a.key for a in life.actions] == ["sub_1/charge/0/0", "sub_1/charge/1/0"]


def test_a_trial_is_free_and_the_billing_day_is_the_one_after_it() -> None:
    life = Life(evolve(PLAN, trial="P14D", term=YEAR))
    assert life.status is Status.TRIALING
    assert life.state.next_action_at == on("2026-02-14").replace(hour=0)
    life.until("2026-02-14")
    assert (life.status, life.told) == (Status.ACTIVE, ["2026-02-14 charge 30.00 EUR"])
    assert life.state.term_end == date(2027, 2, 14)
    life = Life(evolve(PLAN, trial="P14D")).do(Cancel.at_period_end(), "2026-02-01")
    assert life.until("2027-01-01").told == []


def test_what_is_free_charges_nothing_and_goes_on() -> None:
    life = Life(evolve(PLAN, price=Money("0.00", "EUR"))).until("2027-01-01")
    assert (life.actions, life.status) == ([], Status.ACTIVE)
    assert life.state.next_action_at is not None


# ---------------------------------------------------------------- cancelling


@pytest.mark.parametrize(
    ("command", "ends"),
    [
        (Cancel.at(date(2026, 3, 10)), "2026-03-10"),
        (Cancel.at_period_end(), "2026-03-31"),
        (Cancel.at_term_end(), "2027-01-31"),
    ],
)
def test_a_cancellation_for_later_ends_it_on_its_day(command: Cancel, ends: str) -> None:
    life = Life(term=YEAR).until("2026-03-01").do(command, "2026-03-05")
    assert (life.status, str(life.state.end_on)) == (Status.NON_RENEWING, ends)
    assert life.until("2028-01-01").status is Status.CANCELLED
    assert str(life.state.ended_on) == ends
    assert life.state.next_action_at is None


def test_after_the_deadline_a_cancellation_is_for_the_end_of_the_next_term() -> None:
    life = Life(term=YEAR).until("2026-11-30")
    assert life.state.deadline == date(2026, 11, 30)
    assert life.do(Cancel.at_term_end(), "2026-11-30").state.cancel_on == date(2027, 1, 31)
    late = Life(term=YEAR).until("2026-12-01").do(Cancel.at_term_end(), "2026-12-01")
    assert late.state.cancel_on == date(2028, 1, 31)
    assert late.until("2027-06-01").state.term_number == 1
    assert late.until("2029-01-01").state.ended_on == date(2028, 1, 31)


def test_the_last_days_are_billed_up_to_the_end() -> None:
    life = Life(term=TermRule(initial="P45D", at_end=AtEnd.EXPIRE)).until("2026-06-01")
    assert life.told == ["2026-01-31 charge 30.00 EUR", "2026-02-28 charge 16.45 EUR"]
    assert (life.status, life.state.ended_on) == (Status.EXPIRED, date(2026, 3, 17))


def test_a_credit_gives_back_the_days_that_are_not_used_and_an_undo_bills_them_again() -> None:
    life = Life().do(Cancel.at(date(2026, 2, 14), credit=True), "2026-02-01")
    assert life.told == ["2026-01-31 charge 30.00 EUR", "2026-02-01 credit -15.00 EUR"]
    life.do(UndoCancel(), "2026-02-02").until("2026-02-28")
    assert life.told[2:] == ["2026-02-14 charge 15.00 EUR", "2026-02-28 charge 30.00 EUR"]
    assert len({a.key for a in life.actions}) == 4
    assert life.actions[1].emit.topic == "charge"
    assert life.actions[1].payload["amount"] == "-15.00"


def test_no_term_is_renewed_on_the_day_it_ends() -> None:
    life = Life(term=YEAR).do(Cancel.at_term_end(), "2026-03-01").until("2027-03-01")
    assert (life.state.term_number, life.state.ended_on) == (0, date(2027, 1, 31))


def test_without_credit_what_is_paid_is_kept_to_the_end_of_its_days() -> None:
    life = Life().do(Cancel.now(), "2026-02-10")
    assert (life.told, life.status) == (["2026-01-31 charge 30.00 EUR"], Status.CANCELLED)


def test_a_term_that_may_not_go_on_ends_it_even_if_cancelled_for_later() -> None:
    life = Life(term=YEAR).do(SetAutoRenew(auto_renew=False), "2026-02-01")
    life.do(Cancel.at(date(2028, 1, 1)), "2026-02-01").until("2029-01-01")
    assert (life.status, life.state.ended_on) == (Status.EXPIRED, date(2027, 1, 31))


def test_an_evergreen_goes_on_without_a_term() -> None:
    life = Life(term=evolve(YEAR, at_end=AtEnd.EVERGREEN)).until("2027-03-01")
    assert (life.state.term, life.state.deadline) == (None, None)
    assert life.do(Cancel.at_period_end(), "2027-03-01").state.cancel_on == date(2027, 3, 31)


def test_the_same_setting_again_is_nothing_new() -> None:
    life = Life(term=YEAR).until("2026-02-01")
    assert handle(life.state, SetAutoRenew(auto_renew=True), on("2026-02-01"), BARE).events == ()


# ---------------------------------------------------------------- pauses, plans, payments


def test_a_pause_is_free_and_the_billing_day_stays() -> None:
    life = Life().do(Pause(), "2026-02-10").until("2026-05-09")
    assert (life.status, len(life.actions)) == (Status.PAUSED, 1)
    life.do(Resume(), "2026-05-10").until("2026-05-31")
    assert life.told[1:] == ["2026-05-10 charge 20.32 EUR", "2026-05-31 charge 30.00 EUR"]


def test_a_pause_in_arrears_bills_what_was_used() -> None:
    life = Life(evolve(PLAN, pay=Pay.IN_ARREARS)).do(Pause(), "2026-02-14")
    assert life.told == ["2026-02-14 charge 15.00 EUR"]


def test_another_plan_holds_from_the_next_period_on_and_cycles_go_on_counting() -> None:
    yearly = Plan(id="year", price=Money("300.00", "EUR"), cadence="P1Y")
    life = Life().do(ChangePlan(plan=yearly), "2026-02-10").until("2028-03-01")
    days = ("2026-01-31", "2026-02-28", "2027-02-28", "2028-02-29")
    assert [str(a.on) for a in life.actions] == list(days)
    assert [str(a.amount) for a in life.actions] == ["30.00 EUR", *["300.00 EUR"] * 3]
    assert [a.cycle for a in life.actions] == ["0", "1", "2", "3"]
    weekly = evolve(PLAN, cadence="P1W")
    life = Life().do(ChangePlan(plan=weekly), "2026-02-10").until("2026-03-10")
    assert str(life.actions[-1].on) == "2026-03-07"


def test_a_change_in_the_trial_holds_from_the_first_charge_on() -> None:
    life = Life(evolve(PLAN, trial="P14D"))
    life.do(ChangePlan(plan=evolve(PLAN, price=Money("9.00", "EUR"))), "2026-02-01")
    assert life.until("2026-03-14").told == [
        "2026-02-14 charge 9.00 EUR", "2026-03-14 charge 9.00 EUR",
    ]  # fmt: skip


def test_a_charge_that_failed_is_past_due_until_it_is_paid() -> None:
    life = Life().until("2026-02-01").do(PaymentFailed(charge=CHARGE), "2026-02-01")
    assert life.status is Status.PAST_DUE
    assert life.do(PaymentFailed(charge=CHARGE), "2026-02-02").state.unpaid == (CHARGE,)
    assert life.do(PaymentSucceeded(charge=CHARGE), "2026-02-03").status is Status.ACTIVE


# ---------------------------------------------------------------- refusals

ILLEGAL: list[tuple[list[Command], Command]] = [
    ([], UndoCancel()),
    ([], Resume()),
    ([], Cancel.at_term_end()),
    ([], SetAutoRenew(auto_renew=True)),
    ([], Cancel.at(date(2026, 1, 30))),
    ([], ChangePlan(plan=evolve(PLAN, price=Money("30.00", "USD")))),
    ([], ChangePlan(plan=evolve(PLAN, pay=Pay.IN_ARREARS))),
    ([], Create(id="sub_1", customer=CustomerId("cus_1"), plan=PLAN)),
    ([Pause()], Pause()),
    ([Pause()], UndoCancel()),
    ([Cancel.now()], Cancel.now()),
    ([Cancel.now()], UndoCancel()),
    ([Cancel.now()], Pause()),
    ([Cancel.now()], ChangePlan(plan=PLAN)),
    ([Cancel.at_period_end()], Pause()),
]


@pytest.mark.parametrize(("before", "command"), ILLEGAL)
def test_an_impossible_command_says_what_was_found(before: list[Command], command: Command) -> None:
    life = Life()
    for earlier in before:
        life.do(earlier, "2026-02-01")
    with pytest.raises(IllegalTransition) as caught:
        life.do(command, "2026-02-02")
    assert caught.value.facts["found"] == life.status.value
    assert caught.value.facts["command"] == type(command).__name__
    assert "expected" in str(caught.value) or "found" in str(caught.value)


def test_the_table_names_every_command_but_create() -> None:
    assert set(LIFECYCLE) == set(Command.__subclasses__()) - {Create}
    assert LIFECYCLE[UndoCancel] == {Status.PAUSED, Status.NON_RENEWING}


def test_what_is_far_behind_is_run_before_it_is_commanded() -> None:
    daily = Life(evolve(PLAN, cadence="P1D"))
    with pytest.raises(IllegalTransition, match="run_due"):
        daily.do(Pause(), "2036-01-01")


BAD: list[tuple[dict[str, Any], type[EcrmError], str]] = [
    ({"starts_on": date(2025, 1, 1)}, InputError, "billed_through"),
    ({"starts_on": date(2026, 2, 1), "billed_through": date(2026, 1, 1)}, InputError,
     "billed_through"),
    ({"tz": "Nowhere/Land"}, DefinitionError, "zone"),
    ({"anchor_day": 32}, DefinitionError, "anchor"),
    ({"starts_on": date(9999, 12, 31)}, InputError, "date_range"),
]  # fmt: skip


@pytest.mark.parametrize(("parts", "error", "code"), BAD)
def test_what_cannot_begin_is_refused(
    parts: dict[str, Any], error: type[EcrmError], code: str
) -> None:
    with pytest.raises(error) as caught:
        Life(**parts)
    assert caught.value.code == code


def test_commands_and_limits_that_cannot_be_are_refused() -> None:
    life = Life()
    with pytest.raises(DefinitionError):
        handle(None, Pause(), START, BARE)
    with pytest.raises(InputError):
        life.do(PaymentFailed(charge="sub_2/charge/0/0"), "2026-02-01")
    with pytest.raises(DefinitionError):
        Cancel(when=Cancel.now().when, on=date(2026, 1, 1))
    for call in (advance, forecast):
        with pytest.raises(DefinitionError):
            call(life.state, START, BARE, limit=0)
    with pytest.raises(UnknownName) as caught:
        policies_of("b2x")
    assert "b2b" in caught.value.near


# ---------------------------------------------------------------- taking over


def test_a_subscription_that_runs_elsewhere_is_taken_over_without_billing_the_past() -> None:
    life = Life(starts_on=date(2023, 5, 31), billed_through=date(2026, 2, 28), term=YEAR)
    assert (life.state.term_number, str(life.state.term_end)) == (2, "2026-05-31")
    assert life.until("2026-03-31").told == [
        "2026-02-28 charge 30.00 EUR", "2026-03-31 charge 30.00 EUR",
    ]  # fmt: skip
    assert life.actions[0].cycle == "33"


@pytest.mark.parametrize(
    ("at_end", "term"), [(AtEnd.EVERGREEN, None), (AtEnd.EXPIRE, "2024-05-31")]
)
def test_a_term_that_is_over_elsewhere_is_over_here(at_end: AtEnd, term: str | None) -> None:
    life = Life(starts_on=date(2023, 5, 31), billed_through=date(2026, 2, 28),
                term=evolve(YEAR, at_end=at_end))  # fmt: skip
    assert (life.state.term_end and str(life.state.term_end)) == term


# ---------------------------------------------------------------- notices and tasks


def test_sales_is_told_before_the_customer_and_the_customer_before_her_deadline() -> None:
    life = Life(term=YEAR, policies=B2B).until("2027-01-31")
    others = [line for line in life.told if "charge" not in line]
    assert others == ["2026-10-01 task review", "2026-10-17 task call",
                      "2026-10-31 notice term_ending"]  # fmt: skip
    notice = next(a for a in life.actions if a.rule == "term_ending")
    assert (notice.to, notice.reference_on) == ("email", date(2026, 11, 30))
    assert life.state.open_tasks == ()  # the next term began


def test_consumers_are_told_and_sales_is_left_alone() -> None:
    life = Life(evolve(PLAN, trial="P14D", term=YEAR), policies_of("b2c")).until("2027-02-14")
    assert [line for line in life.told if "charge" not in line] == [
        "2026-02-11 notice trial_ending", "2026-11-30 notice term_ending",
    ]  # fmt: skip


def test_a_cancellation_takes_tasks_back_and_its_undoing_gives_them_again() -> None:
    life = Life(term=YEAR, policies=B2B).until("2026-10-05")
    life.do(Cancel.at_term_end(), "2026-10-06")
    assert (life.actions[-1].key, life.state.open_tasks) == ("sub_1/withdrawal/t0/review", ())
    assert "taken back" in str(explain(life.actions[-1])[0])
    assert life.actions[-1].emit.topic == "task"
    before = len(life.actions)
    life.until("2026-11-20")
    assert all(a.amount for a in life.actions[before:])  # neither notice nor task
    life.do(UndoCancel(), "2026-11-21").take(advance(life.state, on("2026-11-21"), B2B))
    assert [a.key for a in life.actions if a.late] == ["sub_1/notice/t0/term_ending.1"]


def test_a_task_comes_again_under_another_key() -> None:
    life = Life(term=YEAR, policies=B2B).until("2026-10-05")
    life.do(Cancel.at_term_end(), "2026-10-06").do(UndoCancel(), "2026-10-07")
    life.until("2026-10-20")
    keys = [a.key for a in life.actions if a.kind.value == "task"]
    assert keys == ["sub_1/task/t0/review", "sub_1/task/t0/review.1", "sub_1/task/t0/call.1"]


@pytest.mark.parametrize(
    ("day", "kind", "late"),
    [
        ("2026-11-30", "notice_issued", False),
        ("2026-12-20", "notice_issued", True),
        ("2026-12-21", "notice_missed", None),
    ],
)
def test_a_late_notice_goes_out_in_its_window_and_is_missed_after_it(
    day: str, kind: str, late: object
) -> None:
    rule = NoticeRule(name="n", relative_to=RelativeTo.TERM_END, aim="P62D", latest="P42D")
    policies = Policies(name="p", notices=(rule,))
    life = Life(term=YEAR, policies=policies)
    step = advance(life.state, on(day), policies)
    events = [row.event for row in step.events if "notice" in row.event.kind]
    assert [event.kind for event in events] == [kind]
    assert getattr(events[0], "late", None) is late
    assert [a.late for a in step.actions if a.rule == "n"] == ([] if late is None else [late])


def test_a_task_after_the_decision_is_missed() -> None:
    life = Life(term=YEAR, policies=B2B)
    step = advance(life.state, on("2026-12-15"), B2B)
    kinds = [row.event.kind for row in step.events if row.event.kind != "charged"]
    assert kinds == ["task_missed", "task_missed", "notice_missed"]
    # Nobody told her: somebody in sales is to.
    assert [a.key for a in step.actions if not a.amount] == ["sub_1/task/t0/missed-term_ending"]


def test_a_notice_before_each_charge_names_the_day_of_the_charge() -> None:
    rule = NoticeRule(name="bill", relative_to=RelativeTo.CHARGE, aim="P5D")
    life = Life(evolve(PLAN, pay=Pay.IN_ARREARS), Policies(name="p", notices=(rule,)))
    life.until("2026-03-31")
    assert life.told == ["2026-02-23 notice bill", "2026-02-28 charge 30.00 EUR",
                         "2026-03-26 notice bill", "2026-03-31 charge 30.00 EUR"]  # fmt: skip
    assert life.actions[0].key == "sub_1/notice/c0.0/bill"


def test_rules_that_would_collide_or_miss_their_window_are_refused() -> None:
    task = TaskRule(name="call", offset="P1D")
    with pytest.raises(DefinitionError):
        Policies(name="p", tasks=(task, task))
    with pytest.raises(DefinitionError):
        TaskRule(name="a/b", offset="P1D")
    with pytest.raises(DefinitionError):
        NoticeRule(name="n", relative_to=RelativeTo.CHARGE, aim="P1D", latest="P2D")
    with pytest.raises(DefinitionError):
        TermRule(initial="P0D")
    with pytest.raises(DefinitionError):
        evolve(PLAN, id=" ")
    for price in ("-1.00", "0.001"):
        with pytest.raises(DefinitionError):
            evolve(PLAN, price=Money(price, "EUR"))


def test_the_presets_are_complete() -> None:
    assert {name: p.name for name, p in PRESETS.items()} == {"b2b": "b2b", "b2c": "b2c"}
    assert (len(PRESETS["b2c"].tasks), len(PRESETS["b2b"].tasks)) == (0, 2)


# ---------------------------------------------------------------- forecasts, events, words


def test_a_forecast_prints_as_a_table_and_writes_nothing() -> None:
    life = Life()
    found = forecast(life.state, on("2026-03-01"), BARE)
    assert str(found).splitlines()[2].startswith("2026-01-31  charge  30.00 EUR")
    assert (found.more, len(found.actions)) == (False, 2)
    assert forecast(life.state, on("2026-03-01"), BARE, limit=1).more


def test_new_policies_are_noticed_when_the_old_ones_fall_due() -> None:
    rule = NoticeRule(name="bill", relative_to=RelativeTo.CHARGE, aim="P5D")
    life = Life(policies=Policies(name="p", notices=(rule,))).until("2026-01-31")
    step = advance(life.state, on("2026-02-23"), BARE)
    assert [row.event.kind for row in step.events] == ["rescheduled"]
    assert step.next_action_at == on("2026-02-28").replace(hour=0)


def test_an_action_explains_itself_in_words() -> None:
    life = Life(term=YEAR, policies=B2B, tz="Asia/Seoul").until("2026-10-31")
    words = ["; ".join(map(str, explain(action))) for action in life.actions]
    assert "anchor day 31" in words[1]
    assert "clipped to 2026-02-28" in words[1]
    assert "due on 2026-02-28 in Asia/Seoul, that is 2026-02-28T00:00:00+00:00" in words[1]
    assert any("counts from the last day to cancel, 2026-11-30" in text for text in words)
    stub = Life(anchor_day=15).until("2026-01-31").actions[0]
    assert "14.52 EUR of 30.00 EUR" in str(explain(stub)[1])
    credit = Life().do(Cancel.at(date(2026, 2, 14), credit=True), "2026-02-01").actions[-1]
    assert "less what is owed" in str(explain(credit)[0])
    late = advance(Life(term=YEAR, policies=B2B).state, on("2026-10-05"), B2B).actions[-1]
    assert "late" in [reason.code for reason in explain(late)]
    assert str(late) == "2026-10-01  task review  sub_1"


def test_events_are_read_back_as_written_and_fold_only_when_whole() -> None:
    create = Create(id="sub_1", customer=CustomerId("cus_1"), plan=PLAN, term=YEAR)
    begun = handle(None, create, START, B2B, by="anna")
    ran = advance(begun.state, on("2026-12-15"), B2B)
    ended = handle(ran.state, Cancel.now(credit=True), on("2026-12-15"), B2B, by="anna")
    rows = begun.events + ran.events + ended.events
    for row in rows:
        body = SUBSCRIPTION_EVENTS.row(row).body
        assert SUBSCRIPTION_EVENTS.read(body, 1, 1).value == row
    body = SUBSCRIPTIONS.row(ended.state).body
    assert SUBSCRIPTIONS.read(body, 1, 1).value == fold(rows) == ended.state
    for part in ((), rows[1:], rows[:2] + rows[3:]):
        with pytest.raises(DefinitionError):
            fold(part)
    with pytest.raises(StorageError):
        SUBSCRIPTION_EVENTS.read('{"subscription":"s","number":1,"at":"x","kind":"?"}', 1, 1)


def test_a_step_without_events_writes_nothing() -> None:
    life = Life()
    changes = decide_step(advance(life.state, START - timedelta(days=9), BARE), version=3)
    assert (changes.empty, changes.result["charge"]) == (True, 0)


def test_no_state_changes_under_the_hand() -> None:
    life = Life()
    before: Subscription = evolve(life.state)
    advance(life.state, on("2026-06-01"), BARE)
    forecast(life.state, on("2026-06-01"), BARE)
    assert life.state == before
