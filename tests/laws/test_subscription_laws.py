"""Laws of subscriptions: no drift, periods that tile, one loop for forecast and run."""

from __future__ import annotations

import functools
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from attrs import evolve
from dateutil.relativedelta import relativedelta
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ecrm_core.errors import IllegalTransition
from ecrm_core.kernel import CustomerId, DateInterval, Money, Rounding
from ecrm_core.subscriptions import (
    LIFECYCLE,
    ActionKind,
    Alignment,
    Anchor,
    AtEnd,
    Cadence,
    Cancel,
    ChangeAnchor,
    ChangePlan,
    ChangePolicy,
    ChangeQuantity,
    ChangeZone,
    Command,
    Condition,
    Create,
    DunningEnd,
    DunningPolicy,
    Duration,
    IfMissed,
    NoticeBounced,
    NoticeRule,
    NoticeSent,
    Pause,
    Pay,
    PaymentFailed,
    PaymentRefunded,
    PaymentSucceeded,
    Plan,
    Policies,
    RecordConsent,
    RelativeTo,
    Reprice,
    RepriceAt,
    Resume,
    SetAutoRenew,
    Status,
    Step,
    StubPolicy,
    Subscription,
    TaskDone,
    TaskRule,
    TermRule,
    UndoCancel,
    Unit,
    advance,
    boundary,
    cycle_of,
    due_at,
    fold,
    forecast,
    handle,
    held_from,
    local_day,
    period_of,
    slice_amount,
)
from ecrm_core.subscriptions.events import (
    EVENTS,
    AnchorChanged,
    Charged,
    ChargeSkipped,
    Credited,
    Ended,
    NoticeIssued,
    NoticeMissed,
    PaymentRecorded,
    PlanChanged,
    QuantityChanged,
    RefundRecorded,
    Resubscribed,
    Resumed,
    TaskIssued,
    TaskMissed,
    TrialMoved,
    Withdrawn,
)
from tests.profile import PROFILE, SEED, size
from tests.subscription_phases import an_intro, phase_commands

DAYS = st.dates(date(1900, 1, 1), date(2200, 1, 1))
CADENCES = st.one_of(
    st.builds(Cadence, st.just(Unit.MONTH), st.integers(1, 30)),
    st.builds(Cadence, st.just(Unit.DAY), st.integers(1, 400)),
)
ANCHORS = st.builds(Anchor, DAYS, st.integers(1, 31))
ZONES = ["UTC", "Asia/Seoul", "America/New_York", "Europe/Paris", "Australia/Lord_Howe",
         "America/Santiago", "Pacific/Apia", "Asia/Kolkata", "Africa/Casablanca"]  # fmt: skip

# ---------------------------------------------------------------- dates


@settings(max_examples=size(100, 20_000))
@given(ANCHORS, st.integers(1, 30), st.integers(-600, 600))
def test_a_boundary_is_what_relativedelta_says(anchor: Anchor, months: int, k: int) -> None:
    """L3: boundary(anchor d, n months, k) == start + relativedelta(months=n*k, day=d)."""
    expected = anchor.on + relativedelta(months=months * k, day=anchor.day)
    assert boundary(anchor, Cadence(Unit.MONTH, months), k) == expected


@settings(max_examples=size(100, 20_000))
@given(ANCHORS, CADENCES, st.integers(-200, 200))
def test_the_cycle_of_a_boundary_is_its_number(anchor: Anchor, cadence: Cadence, k: int) -> None:
    """L3: cycle_of(boundary(k)) == k."""
    assert cycle_of(anchor, cadence, boundary(anchor, cadence, k)) == k


@settings(max_examples=size(100, 20_000))
@given(ANCHORS, CADENCES, DAYS)
def test_every_day_is_in_exactly_its_period(anchor: Anchor, cadence: Cadence, day: date) -> None:
    k = cycle_of(anchor, cadence, day)
    assert day in period_of(anchor, cadence, k)
    assert day not in period_of(anchor, cadence, k - 1)
    assert day not in period_of(anchor, cadence, k + 1)


@given(DAYS, st.integers(0, 30), st.integers(0, 40), st.integers(1, 40))
def test_terms_are_added_to_the_start_at_once(day: date, months: int, days: int, n: int) -> None:
    assume(months or days)
    rule = TermRule(initial=Duration(months, days))
    end = day + relativedelta(months=months * n, days=days * n)
    assert rule.end(day, n - 1) == end
    number = rule.number_on(day, end)
    assert rule.end(day, number) > end
    assert number == 0 or rule.end(day, number - 1) <= end


@pytest.mark.long
@pytest.mark.parametrize("block", range(10))
def test_nothing_drifts_in_fifty_years_in_any_zone(block: int) -> None:
    """L2: no drift over 50 years in all zones."""
    zones = sorted(available_timezones()) if PROFILE == "long" else ZONES
    dice = random.Random(SEED * 10 + block)
    for tz in zones[block::10]:
        start = date(2020, dice.randint(1, 12), dice.randint(1, 28))
        anchor, at = Anchor(start, dice.randint(1, 31)), time(dice.randint(0, 23), 30)
        cadence = Cadence(Unit.MONTH, dice.choice([1, 3, 12]))
        for k in range(600 // cadence.count):
            day = boundary(anchor, cadence, k)
            local = due_at(day, at, tz).astimezone(ZoneInfo(tz))
            wanted = datetime.combine(day, at)
            gap = local.replace(tzinfo=None) - wanted
            assert timedelta(0) <= gap <= timedelta(days=1)  # a gap moves it, only forward
            assert gap == timedelta(0) or _in_gap(wanted, tz)
            assert local_day(due_at(day, at, tz), tz) == local.date()


def _in_gap(local: datetime, tz: str) -> bool:
    there = local.replace(tzinfo=ZoneInfo(tz)).astimezone(UTC).astimezone(ZoneInfo(tz))
    return there.replace(tzinfo=None) != local


# ---------------------------------------------------------------- money


@settings(max_examples=size(100, 20_000))
@given(
    st.integers(0, 10**9), st.integers(1, 400), st.lists(st.integers(0, 400), max_size=8),
    st.tuples(st.sampled_from(Rounding), st.sampled_from(["EUR", "JPY", "KWD"])),
)  # fmt: skip
def test_the_pieces_of_a_period_cost_its_price(
    units: int, days: int, cuts: list[int], money: tuple[Rounding, str]
) -> None:
    rounding, currency = money
    start, price = date(2026, 1, 1), Money.from_minor(units, currency)
    period = DateInterval(start, start + timedelta(days=days))
    stops = sorted({0, days, *(cut % (days + 1) for cut in cuts)})
    pieces = [
        slice_amount(price, DateInterval(start + timedelta(a), start + timedelta(b)), period,
                     rounding)
        for a, b in pairwise(stops)
    ]  # fmt: skip
    assert sum(piece.minor for piece in pieces) == units
    assert all(piece.minor >= 0 for piece in pieces)


# ---------------------------------------------------------------- histories

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
POLICIES = Policies(
    name="all",
    notices=(
        NoticeRule(name="term", relative_to=RelativeTo.TERM_END, aim="P20D", earliest="P40D",
                   latest="P3D", fallback=("post",)),
        NoticeRule(name="deadline", relative_to=RelativeTo.DEADLINE, aim="P5D", earliest="P9D",
                   latest="P1D"),
        NoticeRule(name="bill", relative_to=RelativeTo.CHARGE, aim="P3D", latest="P1D"),
        NoticeRule(name="agree", relative_to=RelativeTo.TERM_END, aim="P9D", needs_consent=True,
                   applies_if=Condition(plans=("asked",)), if_missed=IfMissed.TASK),
        NoticeRule(name="trial", relative_to=RelativeTo.TRIAL_END, aim="P2D"),
    ),
    tasks=(TaskRule(name="call", offset="P7D"),
           TaskRule(name="visit", offset="P1M", escalate_after="P10D")),
    dunning=DunningPolicy(steps=("P1D", "P5D"), grace="P9D", at_end=DunningEnd.UNPAID),
    due_time=time(2, 30),
)  # fmt: skip


def _plan(dice: random.Random) -> Plan:
    term = TermRule(
        initial=dice.choice(["P12M", "P3M", "P40D"]), renewal=dice.choice([None, "P1M", "P6M"]),
        at_end=dice.choice(list(AtEnd)), notice=dice.choice(["P0D", "P1M", "P14D"]),
        uplift=dice.choice(["same", "list", "3.5%"]),
        minimum=dice.choice([None, None, "P2M"]),
    )  # fmt: skip
    return Plan(
        id=dice.choice(["a", "b", "asked"]),
        price=Money.from_minor(dice.choice([0, 1, 999, 99_999]), "EUR"),
        cadence=dice.choice(["P1M", "P1M", "P1W", "P3M", "P1Y", "P10D"]),
        pay=dice.choice(list(Pay)), trial=dice.choice(["P0D", "P0D", "P14D", "P1M"]),
        term=dice.choice([None, term, term]), intro=an_intro(dice),
        list_price=Money("40.00", "EUR"),
    )  # fmt: skip


def _create(dice: random.Random) -> Create:
    starts = date(2026, 1, 2) + timedelta(days=dice.randint(0, 90))
    days: list[dict[str, Any]] = [
        {}, {"anchor_day": dice.randint(1, 31)}, {"align": Alignment.CALENDAR},
        {"anchor": Anchor(date(2020, 1, 5), 5)},
    ]  # fmt: skip
    return Create(
        id="sub_x", customer=CustomerId("cus_x"), plan=_plan(dice), tz=dice.choice(ZONES),
        starts_on=starts, stub=dice.choice(list(StubPolicy)), quantity=dice.choice([1, 1, 7]),
        **dice.choice(days),
        billed_through=dice.choice([None, None, starts + timedelta(days=dice.randint(0, 99))]),
        auto_renew=dice.random() < 0.8,
    )  # fmt: skip


def _command(dice: random.Random, state: Subscription, now: datetime) -> Command:
    """A command drawn evenly, four times in five one that the status allows."""
    day = now.date() + timedelta(days=dice.choice([-1, 0, 1, 5, 12, 30, 100]))
    credit = dice.random() < 0.5
    other = evolve(_plan(dice), pay=state.plan.pay, trial=Duration())
    commands: list[Command] = [
        UndoCancel(), Pause(), Resume(), Cancel.at_period_end(), Cancel.at_term_end(),
        Cancel.at(day, credit=credit), ChangePlan(plan=other),
        SetAutoRenew(auto_renew=dice.random() < 0.7), PaymentFailed(charge="sub_x/charge/0/0"),
        PaymentSucceeded(charge="sub_x/charge/0/0"), RecordConsent(rule="agree"),
        PaymentRefunded(charge="sub_x/charge/0/0", amount=Money("1.00", "EUR")),
    ]  # fmt: skip
    commands += [_report(dice, state)] if state.out and dice.random() < 0.5 else []
    commands += phase_commands(dice, state, now)
    if dice.random() < 0.3:
        commands = _changes(dice, state, day)
    elif (state.paused_on or state.pause_on) and dice.random() < 0.5:
        commands = [Resume(), *phase_commands(dice, state, now)[2:5]]
    commands += [Cancel.now(credit=credit)] if dice.random() < 0.1 else []
    possible = [c for c in commands if state.status in LIFECYCLE[type(c)]]
    return dice.choice(possible if possible and dice.random() < 0.8 else commands)


def _changes(dice: random.Random, state: Subscription, day: date) -> list[Command]:
    """Changes of what it costs and of when it is billed, also for days past and to come."""
    on, policies = dice.choice([None, day]), list(ChangePolicy)
    price = Money.from_minor(dice.choice([0, 7, 1_000, 54_321]), "EUR")
    dearer = evolve(state.plan, price=price, id=dice.choice("ab"))
    other = evolve(_plan(dice), pay=state.plan.pay, trial=Duration())
    stub = dice.choice(list(StubPolicy))
    return [
        ChangeQuantity(quantity=dice.randint(1, 9), on=on, policy=dice.choice(policies)),
        ChangeQuantity(quantity=dice.randint(1, 9), policy=dice.choice(policies)),
        ChangePlan(plan=dearer, on=on, policy=dice.choice(policies)),
        ChangePlan(plan=other, on=on, policy=ChangePolicy.RESET_CYCLE),
        ChangeAnchor(day=dice.randint(1, 31), stub=stub),
        ChangeAnchor(align=Alignment.CALENDAR, stub=stub), ChangeZone(tz=dice.choice(ZONES)),
        Reprice(price=price, on=on, at=dice.choice(list(RepriceAt))),
    ]  # fmt: skip


def _report(dice: random.Random, state: Subscription) -> Command:
    """What is heard of a notice or a task that is out."""
    told = dice.choice(state.out)
    key = f"{state.id}/{'task' if told.task else 'notice'}/{told.name}"
    if told.task:
        return TaskDone(task=key)
    return dice.choice([NoticeSent(notice=key), NoticeBounced(notice=key)])


class _Told:
    """A history under way: the state, every event and action so far."""

    def __init__(self, step: Step, seed: int) -> None:
        self.seed = seed
        self.state, self.events, self.actions = step.state, step.events, step.actions
        self.seen, self.now = {step.state.status}, NOW

    def add(self, step: Step) -> None:
        self.state = step.state
        self.events += step.events
        self.actions += step.actions
        self.seen.add(step.state.status)

    def command(self, command: Command, now: datetime) -> None:
        try:
            self.add(handle(self.state, command, now, POLICIES, by="anna"))
        except IllegalTransition:
            self.add(advance(self.state, now, POLICIES))


def _history(seed: int) -> _Told:
    """Runs on time and late, with commands in between."""
    dice, now = random.Random(seed), NOW
    told = _Told(handle(None, _create(dice), now, POLICIES), seed)
    for _ in range(dice.randint(0, 15)):
        now += timedelta(hours=dice.choice([1, 24, 24 * 9, 24 * 31, 24 * 90]))
        for _ in range(40 if dice.random() < 0.5 else 0):
            told.add(advance(told.state, now, POLICIES))
            now += timedelta(days=1)
        if dice.random() < 0.3:
            told.add(advance(told.state, now, POLICIES))
        else:
            told.command(_command(dice, told.state, now), now)
    told.now = now
    return told


@functools.cache
def _histories() -> tuple[_Told, ...]:
    return tuple(_history(SEED * 1_000_000 + number) for number in range(size(250, 10_000)))


def _dice() -> Iterator[tuple[_Told, random.Random]]:
    """Every history with dice of its own."""
    return ((told, random.Random(told.seed)) for told in _histories())


_RARE = {"pause_dropped", "owner_resumed", "settled", "notice_sent", "notice_bounced", "task_done",
         "task_escalated", "consent_recorded"}  # fmt: skip


def test_the_histories_see_everything() -> None:
    kinds = {row.event.kind for told in _histories() for row in told.events}
    expected = set(EVENTS) - {"rescheduled", "tasks_withdrawn", "charge_held", "held_cleared"}
    assert kinds >= (expected if PROFILE == "long" else expected - _RARE)
    assert {status for told in _histories() for status in told.seen} == set(Status)
    assert {action.kind for told in _histories() for action in told.actions} == set(ActionKind)


def test_the_folded_events_are_the_state() -> None:
    for told in _histories():
        assert fold(told.events) == told.state


def test_every_key_is_there_once() -> None:
    for told in _histories():
        keys = [action.key for action in told.actions]
        assert len(set(keys)) == len(keys)
        assert {action.emit.key for action in told.actions} == set(keys)


def test_what_is_active_has_something_next_and_what_is_over_nothing() -> None:
    for told in _histories():
        now = told.now
        if told.state.status.over:
            assert told.state.next_action_at is None
            assert advance(told.state, now + timedelta(days=9_999), POLICIES).events == ()
        elif told.state.status is not Status.PAUSED:
            waits = held_from(told.state, POLICIES) is not None
            assert told.state.next_action_at is not None or waits, told.seed


def test_the_forecast_is_what_the_run_does() -> None:
    for told, dice in _dice():
        days = dice.randint(0, 900)
        now = told.now
        until = now + timedelta(days=days)
        due, run = forecast(told.state, now, POLICIES, now=now), advance(told.state, now, POLICIES)
        assert (due.actions, due.events) == (run.actions, run.events)
        foreseen = forecast(told.state, until, POLICIES, now=now)
        step, done = run, list(run.actions)
        while step.state.next_action_at is not None and step.state.next_action_at <= until:
            step = advance(step.state, step.state.next_action_at, POLICIES)  # each on its time
            done += step.actions
        assert list(foreseen.actions) == done
        shorter = forecast(told.state, until - timedelta(days=days // 2), POLICIES, now=now)
        assert foreseen.actions[: len(shorter.actions)] == shorter.actions


def test_two_runs_are_one_run_as_to_billing() -> None:
    for told, dice in _dice():
        first = dice.randint(0, 400)
        more = dice.randint(0, 400)
        now = told.now
        bare = evolve(POLICIES, notices=(), tasks=(), dunning=None)
        state = evolve(told.state, next_action_at=NOW) if told.state.next_action_at else told.state
        one, two = now + timedelta(days=first), now + timedelta(days=first + more)
        apart = advance(state, one, bare)
        later = advance(apart.state, two, bare)
        together = advance(state, two, bare)
        assert apart.actions + later.actions == together.actions
        assert evolve(later.state, version=0) == evolve(together.state, version=0)
        assert advance(together.state, two, bare).events == ()


def test_a_run_cut_short_goes_on_where_it_stopped() -> None:
    for told, dice in _dice():
        at, limit = told.now + timedelta(days=90), dice.randint(1, 5)
        whole = advance(told.state, at, POLICIES)
        step = advance(told.state, at, POLICIES, limit=limit)
        events = step.events
        while step.more:
            assert len(step.events) in {limit, limit + 1}  # a withdrawal with its reason
            step = advance(step.state, at, POLICIES, limit=limit)
            events += step.events
        assert events == whole.events, told.seed


def test_billed_days_tile_the_time_without_gap_or_overlap() -> None:
    for told in _histories():
        through = told.events[0].event.state.billed_through  # type: ignore[attr-defined]
        for event in (row.event for row in told.events):
            if isinstance(event, Charged | ChargeSkipped):
                assert event.piece.part.start == through < event.piece.until, told.seed
                through = event.piece.until
            elif isinstance(event, Credited):
                assert event.from_on < through, told.seed
                through = event.from_on
            elif isinstance(event, PlanChanged | QuantityChanged):
                anew = event.adjustment and event.adjustment.billed_through
                assert anew is None or anew < through, told.seed
                through = anew or through
            elif isinstance(event, AnchorChanged):
                assert event.billed_through >= through, told.seed
                through = event.billed_through  # the days between are free
            elif isinstance(event, Resumed):
                # The days between are free, or void, or those paid before come now.
                through = max(through, event.on) if event.through is None else event.through
            elif isinstance(event, Resubscribed | TrialMoved):
                through = event.through
        assert through == told.state.billed_through, told.seed


def test_nothing_is_billed_after_the_end() -> None:
    for told in _histories():
        begun = [piece.part.start for piece in told.state.slices]  # what was given back is no more
        if told.state.ended_on is not None:
            assert all(day <= told.state.ended_on for day in begun), told.seed
            assert isinstance(told.events[-1].event, Ended | PaymentRecorded | RefundRecorded), (
                told.seed
            )


def test_a_credit_is_never_more_than_was_charged() -> None:
    for told in _histories():
        billed = 0
        for action in told.actions:
            if action.amount is not None:
                billed += action.amount.minor
                assert (action.amount.minor < 0) == (action.kind is ActionKind.CREDIT)
                assert billed >= 0, told.seed


def test_undoing_a_cancellation_restores_what_was_to_come() -> None:
    seen = 0
    for told in _histories():
        state = advance(told.state, told.now, POLICIES).state
        if state.status not in {Status.ACTIVE, Status.PAST_DUE} or state.open_tasks:
            continue
        if not all(held.sent for held in state.out):
            continue  # it is taken back, and comes again under another key
        seen += 1
        cancelled = handle(state, Cancel.at_period_end(), told.now, POLICIES).state
        undone = handle(cancelled, UndoCancel(), told.now, POLICIES).state
        assert evolve(undone, version=0) == evolve(state, version=0), told.seed
        until = told.now + timedelta(days=500)
        before, after = (forecast(s, until, POLICIES, now=told.now) for s in (state, undone))
        assert before.actions == after.actions, told.seed
    assert seen > 10


def test_a_notice_is_issued_or_missed_once_and_before_what_it_is_about() -> None:
    rules = {rule.name: rule for rule in POLICIES.notices}
    for told in _histories():
        marks: set[str] = set()
        for event in (row.event for row in told.events):
            if isinstance(event, Withdrawn):
                marks -= set(event.marks)
            elif isinstance(event, NoticeIssued | NoticeMissed | TaskIssued | TaskMissed):
                assert event.mark not in marks, told.seed
                marks.add(event.mark)
        for action in told.actions:
            if action.kind is ActionKind.NOTICE and action.reference_on is not None:
                assert action.on == rules[str(action.rule)].window(action.reference_on).aim


def test_tasks_come_before_the_customer_has_to_decide() -> None:
    for told in _histories():
        for row in told.events:
            if isinstance(row.event, TaskIssued) and not row.event.late:
                assert local_day(row.at, told.state.tz) < row.event.reference_on, told.seed


def test_what_is_withdrawn_was_open_and_comes_again_under_another_key() -> None:
    for told in _histories():
        open_: set[str] = set()
        for action in told.actions:
            name = f"{action.cycle}/{action.ordinal}"
            if action.kind is ActionKind.TASK:
                open_.add(name)
            elif action.kind is ActionKind.WITHDRAWAL:
                open_.remove(name)
        assert open_ >= set(told.state.open_tasks), told.seed
