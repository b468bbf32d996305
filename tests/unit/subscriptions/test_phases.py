"""Phases: trials, introductory prices, pauses, skipped and held charges, day by day."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from attrs import evolve

from ecrm_core.errors import IllegalTransition, InputError
from ecrm_core.kernel import CustomerId, Money
from ecrm_core.subscriptions import (
    Activate,
    Cancel,
    CatchUp,
    Command,
    Create,
    DropHeld,
    ExtendTrial,
    Intro,
    NoticeRule,
    Pause,
    PausedBy,
    PauseMode,
    Pay,
    Plan,
    Policies,
    RelativeTo,
    ReleaseHeld,
    Resume,
    SkipNext,
    Status,
    TaskRule,
    advance,
    fold,
    handle,
)
from tests.unit.subscriptions.life import BARE, CHARGE, PLAN, START, YEAR, Life, on

# In April and June a day costs 1 EUR, in May 30/31.
APRIL = date(2026, 4, 1)
ARREARS = evolve(PLAN, pay=Pay.IN_ARREARS)
TRIAL = evolve(PLAN, trial="P14D")


def day(month: int, number: int) -> date:
    return date(2026, month, number)


def life(plan: Plan = PLAN, policies: Policies = BARE, **parts: Any) -> Life:  # noqa: ANN401
    return Life(plan, policies, starts_on=APRIL, **parts)


def told(plan: Plan, until: str, *commands: tuple[str, Command]) -> list[str]:
    """What was asked for up to a day, without the year."""
    held = life(plan)
    for when, command in commands:
        held.until(f"2026-{when}").do(command, f"2026-{when}")
    return [line[5:] for line in held.until(f"2026-{until}").told]


# ---------------------------------------------------------------- pauses

FREE, VOID, CREDIT, EXTEND = (
    PauseMode.FREE, PauseMode.VOID, PauseMode.CREDIT, PauseMode.EXTEND,
)  # fmt: skip
FIRST = "04-01 charge 30.00 EUR"


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        (FREE, [FIRST, "05-11 charge 20.32 EUR", "06-01 charge 30.00 EUR"]),
        (VOID, [FIRST, "06-01 charge 30.00 EUR"]),
        (CREDIT, [FIRST, "04-11 credit -20.00 EUR", "05-11 charge 20.32 EUR",
                  "06-01 charge 30.00 EUR"]),
        (EXTEND, [FIRST, "05-31 charge 30.00 EUR"]),
    ],
)  # fmt: skip
def test_a_pause_of_thirty_days_in_each_mode(mode: PauseMode, expected: list[str]) -> None:
    paused = ("04-11", Pause(mode=mode)), ("05-11", Resume())
    assert told(PLAN, "06-01", *paused) == expected
    planned = Pause(mode=mode, on=day(4, 11), until=day(5, 11))
    by_itself = told(PLAN, "06-01", ("04-11", planned))
    assert by_itself == expected


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        (FREE, ["04-11 charge 10.00 EUR", "06-01 charge 20.32 EUR"]),
        (VOID, ["06-01 charge 30.00 EUR"]),
        (CREDIT, ["04-11 charge 10.00 EUR", "06-01 charge 20.32 EUR"]),
        (EXTEND, ["04-11 charge 10.00 EUR", "06-01 charge 20.32 EUR"]),
    ],
)
def test_a_pause_of_what_is_paid_in_arrears(mode: PauseMode, expected: list[str]) -> None:
    # April was due in the pause that voids, May runs out after it.
    paused = ("04-11", Pause(mode=mode)), ("05-11", Resume())
    assert told(ARREARS, "06-01", *paused) == expected


def test_a_pause_to_come_is_billed_up_to_it() -> None:
    planned = Pause(on=day(4, 11), until=day(5, 11))
    assert told(PLAN, "05-11", ("03-20", planned)) == [
        "04-01 charge 10.00 EUR", "05-11 charge 20.32 EUR",
    ]  # fmt: skip
    held = life().do(planned, "2026-03-20").until("2026-04-10")
    assert (held.status, held.until("2026-04-11").status) == (Status.ACTIVE, Status.PAUSED)
    assert held.until("2026-05-11").status is Status.ACTIVE


def test_a_pause_to_come_is_credited_at_once_and_billed_again_when_it_is_dropped() -> None:
    planned = Pause(on=day(4, 11), mode=CREDIT)
    assert told(PLAN, "05-01", ("04-05", planned), ("04-08", Resume())) == [
        FIRST, "04-05 credit -20.00 EUR", "04-11 charge 20.00 EUR", "05-01 charge 30.00 EUR",
    ]  # fmt: skip


def test_whole_cycles_are_left_out_from_the_first_that_is_not_billed() -> None:
    assert told(PLAN, "07-01", ("04-11", Pause.for_cycles(2))) == [FIRST, "07-01 charge 30.00 EUR"]
    assert told(ARREARS, "07-01", ("04-11", Pause.for_cycles(1))) == [
        "05-01 charge 30.00 EUR", "07-01 charge 30.00 EUR",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        (FREE, []),
        (CREDIT, ["05-05 credit -29.03 EUR"]),
        (EXTEND, []),
    ],
)
def test_a_pause_since_a_day_in_the_past_is_put_right(mode: PauseMode, expected: list[str]) -> None:
    since = ("05-05", Pause(on=day(5, 2), mode=mode))
    assert told(PLAN, "05-05", since) == [FIRST, "05-01 charge 30.00 EUR", *expected]


def test_what_was_charged_since_a_pause_began_is_given_back() -> None:
    since = ("05-05", Pause(on=day(5, 1)))
    assert told(PLAN, "07-01", since) == [
        FIRST, "05-01 charge 30.00 EUR", "05-05 credit -30.00 EUR",
    ]  # fmt: skip
    assert told(ARREARS, "05-05", ("05-05", Pause(on=day(5, 3))))[1:] == ["05-03 charge 1.94 EUR"]


def test_a_day_further_back_than_the_pieces_that_are_held_is_refused() -> None:
    held = life().until("2026-07-05")
    with pytest.raises(
        IllegalTransition, match=f"expected a day from {held.state.slices[0].part.start}"
    ):
        held.do(Pause(on=day(4, 2)), "2026-07-05")


def test_resumed_since_a_day_in_the_past_the_days_since_are_billed() -> None:
    assert told(PLAN, "05-01", ("04-11", Pause(mode=CREDIT)), ("04-25", Resume(on=day(4, 21)))) == [
        FIRST, "04-11 credit -20.00 EUR", "04-21 charge 10.00 EUR", "05-01 charge 30.00 EUR",
    ]  # fmt: skip
    held = life().do(Pause(), "2026-04-11")
    with pytest.raises(IllegalTransition, match="expected a day from 2026-04-11"):
        held.do(Resume(on=day(4, 10)), "2026-04-25")


def test_a_resumption_to_come_is_waited_for() -> None:
    held = life().until("2026-04-11").do(Pause(), "2026-04-11")
    held.do(Resume(on=day(5, 11)), "2026-04-20")
    assert held.status is Status.PAUSED
    assert held.until("2026-05-11").told[-1] == "2026-05-11 charge 20.32 EUR"


def test_it_is_paused_while_anybody_has_it_so() -> None:
    held = life().until("2026-04-11").do(Pause(), "2026-04-11")
    held.do(Pause(owner="support", until=day(4, 20)), "2026-04-15")
    assert held.do(Resume(), "2026-04-16").status is Status.PAUSED
    assert held.state.paused_by == (PausedBy(owner="support", until=day(4, 20)),)
    with pytest.raises(IllegalTransition, match="paused by customer"):
        held.do(Resume(), "2026-04-17")
    assert held.until("2026-04-20").status is Status.ACTIVE
    again = life().until("2026-04-11").do(Pause(until=day(4, 14)), "2026-04-11")
    again.do(Pause(owner="support"), "2026-04-12").until("2026-05-02")
    assert again.do(Resume(owner="support"), "2026-05-02").status is Status.ACTIVE


def test_one_paused_before_owners_were_named_is_resumed_by_anybody() -> None:
    held = life().until("2026-04-11").do(Pause(), "2026-04-11")
    held.state = evolve(held.state, paused_by=())
    assert held.do(Resume(owner="support"), "2026-04-12").status is Status.ACTIVE
    held = life().until("2026-04-11").do(Pause(), "2026-04-11")
    held.state = evolve(held.state, paused_by=())
    held.do(Pause(owner="support"), "2026-04-12")
    assert [by.owner for by in held.state.paused_by] == ["customer", "support"]


def test_while_time_stands_still_no_term_ends_and_it_lasts_longer_after() -> None:
    plan = evolve(PLAN, term=evolve(YEAR, initial="P1M"))
    held = life(plan).until("2026-04-11").do(Pause(mode=EXTEND), "2026-04-11")
    assert held.until("2026-06-01").state.term_number == 0
    held.do(Resume(), "2026-06-10")
    assert (held.state.term_end, held.state.term_number) == (day(6, 30), 0)
    assert held.until("2026-06-30").told[1:] == ["2026-06-30 charge 30.00 EUR"]


def test_the_end_at_the_end_of_a_term_moves_with_it() -> None:
    plan = evolve(PLAN, term=evolve(YEAR, initial="P3M", notice="P0D"))
    held = life(plan).until("2026-04-11").do(Pause(mode=EXTEND), "2026-04-11")
    held.do(Cancel.at_term_end(), "2026-04-20")
    assert held.do(Resume(), "2026-04-21").state.cancel_on == day(7, 11)
    assert held.until("2026-12-01").state.ended_on == day(7, 11)


def test_a_task_that_is_open_when_the_term_moves_is_taken_back_and_comes_again() -> None:
    plan = evolve(PLAN, term=evolve(YEAR, initial="P1M", notice="P0D"))
    tasks = Policies(name="tasks", tasks=(TaskRule(name="call", offset="P9D"),))
    held = life(plan, tasks).until("2026-04-25").do(Pause(mode=EXTEND), "2026-04-25")
    held.do(Resume(), "2026-05-05").until("2026-05-05")
    keys = [action.key for action in held.actions if action.kind.value != "charge"]
    assert keys == ["sub_1/task/t0/call", "sub_1/withdrawal/t0/call", "sub_1/task/t0.1/call.1"]


def test_a_credit_after_a_longer_period_gives_back_the_days_that_came_later() -> None:
    assert told(
        PLAN, "05-01", ("04-11", Pause(mode=EXTEND)), ("04-21", Resume()),
        ("05-01", Cancel.now(credit=True)),
    ) == [FIRST, "05-01 credit -10.00 EUR"]  # fmt: skip


# ---------------------------------------------------------------- charges that are not made


def test_the_next_charge_is_skipped_when_asked_and_recorded() -> None:
    assert told(PLAN, "06-01", ("04-11", SkipNext())) == [FIRST, "06-01 charge 30.00 EUR"]
    taken_back = told(PLAN, "05-01", ("04-11", SkipNext()), ("04-12", SkipNext(cycles=0)))
    assert taken_back == [FIRST, "05-01 charge 30.00 EUR"]
    held = life().until("2026-04-11").do(SkipNext(cycles=2), "2026-04-11").until("2026-05-02")
    assert (held.state.skips, held.state.cycle) == (1, 1)
    assert held.do(Cancel.now(credit=True), "2026-05-02").told == [f"2026-{FIRST}"]


CHARGES = ["05-01 charge 30.00 EUR", "06-01 charge 30.00 EUR", "07-01 charge 30.00 EUR"]


@pytest.mark.parametrize(
    ("catch_up", "ran", "expected"),
    [
        (CatchUp.ALL, "2026-07-15", CHARGES),
        (CatchUp.LATEST, "2026-07-15", CHARGES[2:]),
        (CatchUp.LATEST, "2026-05-15", CHARGES[:1]),
        (CatchUp.SKIP, "2026-07-15", []),
        (CatchUp.SKIP, "2026-07-04", CHARGES[2:]),
        (CatchUp.HOLD, "2026-07-15", []),
        (CatchUp.HOLD, "2026-07-04", CHARGES[2:]),
    ],
)
def test_what_is_overdue_is_made_skipped_or_held(
    catch_up: CatchUp, ran: str, expected: list[str]
) -> None:
    held = life(policies=evolve(BARE, catch_up=catch_up)).until("2026-04-01")
    held.take(advance(held.state, on(ran), held.policies))
    assert [line[5:] for line in held.told[1:]] == expected


@pytest.mark.parametrize(("command", "made"), [(ReleaseHeld, 2), (DropHeld, 0)])
def test_held_charges_are_made_under_their_keys_or_dropped(
    command: type[ReleaseHeld | DropHeld], made: int
) -> None:
    held = life(policies=evolve(BARE, catch_up=CatchUp.HOLD)).until("2026-04-01")
    held.do(SkipNext(cycles=0), "2026-06-15")
    assert [each.key("sub_1") for each in held.state.held] == [
        "sub_1/charge/1/0", "sub_1/charge/2/0",
    ]  # fmt: skip
    with pytest.raises(IllegalTransition, match="released or dropped"):
        held.do(Cancel.now(credit=True), "2026-06-15")
    with pytest.raises(InputError):
        held.do(command(charge="sub_1/charge/9/0"), "2026-06-15")
    held.do(command(charge="sub_1/charge/2/0"), "2026-06-15").do(command(), "2026-06-16")
    keys = [action.key for action in held.actions[1:]]
    assert keys == ["sub_1/charge/2/0", "sub_1/charge/1/0"][:made]
    assert all(action.late for action in held.actions[1:])
    with pytest.raises(IllegalTransition, match="held"):
        held.do(command(), "2026-06-17")
    credited = [] if not made else ["2026-06-16 credit -15.00 EUR"]
    assert held.do(Cancel.now(credit=True), "2026-06-16").told[made + 1 :] == credited


# ---------------------------------------------------------------- trials and introductions


@pytest.mark.parametrize(
    ("anchor_day", "command", "expected"),
    [
        (None, ExtendTrial(until=day(4, 20)), ["04-20 charge 30.00 EUR", "05-20 charge 30.00 EUR"]),
        (1, ExtendTrial(until=day(4, 20)), ["04-20 charge 11.00 EUR", "05-01 charge 30.00 EUR"]),
        (1, ExtendTrial(until=day(5, 11)), ["05-11 charge 20.32 EUR"]),
        (None, Activate(), ["04-08 charge 30.00 EUR", "05-08 charge 30.00 EUR"]),
        (1, Activate(), ["04-08 charge 23.00 EUR", "05-01 charge 30.00 EUR"]),
    ],
)
def test_a_trial_lasts_longer_or_ends_now_and_the_billing_day_moves_unless_it_was_named(
    anchor_day: int | None, command: Command, expected: list[str]
) -> None:
    held = life(evolve(TRIAL, term=YEAR), anchor_day=anchor_day).until("2026-04-08")
    assert held.status is Status.TRIALING
    held.do(command, "2026-04-08").until("2026-05-20")
    assert [line[5:] for line in held.told] == expected
    assert held.actions[0].key == CHARGE
    first = held.actions[0].from_on
    assert first is not None
    assert held.state.term_end == first.replace(year=2027)


def test_a_trial_is_never_made_shorter_by_its_extension() -> None:
    held = life(TRIAL).until("2026-04-08")
    with pytest.raises(IllegalTransition, match="expected a day after 2026-04-15"):
        held.do(ExtendTrial(until=day(4, 15)), "2026-04-08")
    with pytest.raises(IllegalTransition, match="trialing"):
        life().do(Activate(), "2026-04-08")


def test_activated_before_its_first_day_it_begins_on_that() -> None:
    held = life(TRIAL).do(Activate(), "2026-03-01")
    assert held.status is Status.TRIALING
    assert held.until("2026-04-01").told == [f"2026-{FIRST}"]


def test_what_was_paid_elsewhere_beyond_the_trial_stays_paid() -> None:
    held = life(TRIAL, billed_through=day(5, 15)).do(ExtendTrial(until=day(4, 20)), "2026-04-08")
    assert held.until("2026-05-20").told[0] == "2026-05-15 charge 5.00 EUR"


def test_the_customer_is_told_of_the_new_end_of_her_trial_under_another_key() -> None:
    rule = NoticeRule(name="ends", relative_to=RelativeTo.TRIAL_END, aim="P2D")
    held = life(TRIAL, Policies(name="told", notices=(rule,))).until("2026-04-13")
    held.do(ExtendTrial(until=day(4, 20)), "2026-04-13").until("2026-04-19")
    assert [action.key for action in held.actions] == [
        "sub_1/notice/trial/ends", "sub_1/notice/trial.1/ends.1",
    ]  # fmt: skip


def test_an_introductory_price_holds_for_the_first_cycles_and_never_again() -> None:
    plan = evolve(PLAN, intro=Intro(price=Money("10.00", "EUR"), cycles=2))
    charges = told(plan, "06-01")
    assert charges == ["04-01 charge 10.00 EUR", "05-01 charge 10.00 EUR", "06-01 charge 30.00 EUR"]
    assert told(plan, "04-11", ("04-11", Cancel.now(credit=True)))[1:] == ["04-11 credit -6.67 EUR"]
    stub = Life(plan, starts_on=APRIL, anchor_day=16).until("2026-06-16").told
    assert stub == ["2026-04-01 charge 4.84 EUR", "2026-04-16 charge 10.00 EUR",
                    "2026-05-16 charge 30.00 EUR", "2026-06-16 charge 30.00 EUR"]  # fmt: skip


def test_what_became_of_all_that_is_folded_from_its_events() -> None:
    create = Create(
        id="sub_1", customer=CustomerId("cus_1"), plan=evolve(TRIAL, term=YEAR), starts_on=APRIL,
        anchor_day=7,
    )  # fmt: skip
    begun = handle(None, create, START, BARE)
    state, events = begun.state, begun.events
    for when, command in (
        ("04-08", ExtendTrial(until=day(4, 20))), ("04-25", Pause(mode=EXTEND)),
        ("05-02", Pause(owner="support")), ("05-03", Resume()), ("05-09", Resume(owner="support")),
        ("05-10", SkipNext()), ("07-20", Pause(on=day(8, 1), until=day(8, 9), mode=VOID)),
        ("09-20", Cancel.now(credit=True)),
    ):  # fmt: skip
        step = handle(state, command, on(f"2026-{when}"), BARE)
        events, state = events + step.events, step.state
    assert fold(events) == state
