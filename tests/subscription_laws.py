"""What holds for the history of every subscription, law by law; each is asked of one history."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from attrs import evolve
from dateutil.relativedelta import relativedelta

from ecrm_core.subscriptions import (
    LIFECYCLE,
    Action,
    ActionKind,
    Cancel,
    CatchUp,
    Cause,
    ChangePolicy,
    ChangeQuantity,
    Duration,
    Line,
    Pay,
    Recorded,
    RelativeTo,
    Slice,
    Status,
    Subscription,
    UndoCancel,
    Unit,
    advance,
    entitled,
    fold,
    forecast,
    handle,
    held_from,
    local_day,
    monthly_amount,
    movements,
    paid_for,
)
from ecrm_core.subscriptions.events import (
    AnchorChanged,
    CancelRequested,
    CancelUndone,
    Charged,
    ChargeHeld,
    ChargeSkipped,
    Created,
    Credited,
    Ended,
    HeldCleared,
    NoticeIssued,
    NoticeMissed,
    PaymentRecorded,
    PlanChanged,
    QuantityChanged,
    RefundRecorded,
    Resubscribed,
    Resumed,
    RetryIssued,
    TaskIssued,
    TaskMissed,
    TrialMoved,
    Withdrawn,
)
from ecrm_core.subscriptions.pricing import period_price
from ecrm_core.subscriptions.recorded import played
from tests.subscription_histories import NOW, History

Law = Callable[[History], None]
DAY: Final = timedelta(days=1)
_TOLD: Final = (NoticeIssued, NoticeMissed, TaskIssued, TaskMissed)


def billed_days_tile_the_time(told: History) -> None:
    """L1: no gap and no overlap, but for days that are free."""
    (first, *rest) = told.events
    assert isinstance(first.event, Created)
    through = first.event.state.billed_through
    for event in (row.event for row in rest):
        if isinstance(event, Charged | ChargeSkipped | ChargeHeld):
            assert event.piece.part.start == through < event.piece.until
            through = event.piece.until
        elif isinstance(event, Credited):
            assert event.from_on < through
            through = event.from_on
        elif isinstance(event, PlanChanged | QuantityChanged):
            anew = event.adjustment.billed_through if event.adjustment else None
            assert anew is None or anew < through
            through = anew or through
        elif isinstance(event, AnchorChanged):
            assert event.billed_through >= through
            through = event.billed_through  # the days between are free
        elif isinstance(event, Resumed):
            # The days between are free, or void, or those paid before come now.
            through = max(through, event.on) if event.through is None else event.through
        elif isinstance(event, Resubscribed | TrialMoved):
            through = event.through
    assert through == told.state.billed_through


def nothing_is_billed_after_the_end(told: History) -> None:
    """L1: the end is the end of the active time, from the day it is known on."""
    for before, row in _lived(told):
        if isinstance(row.event, Charged) and before.end_on is not None:
            assert row.event.piece.until <= before.end_on
    if told.state.ended_on is not None:
        last = (Ended, PaymentRecorded, RefundRecorded, HeldCleared)
        assert isinstance(told.events[-1].event, last)


def _before(
    state: Subscription, rows: Iterable[Recorded]
) -> Iterator[tuple[Subscription, Recorded]]:
    """Each event with the state before it."""
    for row in rows:
        yield state, row
        state = played(state, row)


def _lived(told: History) -> Iterator[tuple[Subscription, Recorded]]:
    """Each event but the first, with the state before it."""
    return _before(fold(told.events[:1]), told.events[1:])


def everything_is_due_on_its_local_day(told: History) -> None:
    """L2: at the local time of its day, by the zone's own rules."""
    for now, step in told.steps:
        for action in step.actions:
            there = action.at.astimezone(ZoneInfo(action.tz)).date()
            assert there == action.on or (action.at == now and action.on < there)  # backdated


def periods_are_where_relativedelta_puts_them(told: History) -> None:
    """L3: a period begins a whole number of cadences after the anchor, however late it is made."""
    for before, row in _lived(told):
        if isinstance(row.event, Charged) and row.event.piece.period != before.stub:
            anchor, cadence, start = (
                before.anchor,
                before.plan.cadence,
                row.event.piece.period.start,
            )
            if cadence.unit is Unit.DAY:
                assert (start - anchor.on).days % cadence.count == 0
                continue
            months = (start.year - anchor.on.year) * 12 + start.month - anchor.on.month
            assert months % cadence.count == 0
            assert start == anchor.on + relativedelta(months=months, day=anchor.day)


def the_end_of_a_term_counts_from_its_beginning(told: History) -> None:
    """L3: what a notice tells of is the end of the current term, added to the first day at once."""
    for before, row in _lived(told):
        if isinstance(row.event, NoticeIssued | NoticeMissed) and before.term is not None:
            rule = next(r for r in told.policies.notices if row.event.mark.endswith(f"/{r.name}"))
            term, n = before.term, before.term_number
            further = term.renewal or term.initial
            end = before.term_on + relativedelta(
                months=term.initial.months + n * further.months,
                days=term.initial.days + n * further.days + before.term_days,
            )
            if rule.relative_to is RelativeTo.TERM_END:
                assert row.event.reference_on == end


def two_runs_are_one_run_as_to_billing(told: History) -> None:
    """L4: advance(t1) and advance(t2) are advance(t2), for what is billed."""
    dice = told.dice
    first, more = dice.randint(0, 400) * DAY, dice.randint(0, 400) * DAY
    bare = evolve(told.policies, notices=(), tasks=(), dunning=None, catch_up=CatchUp.ALL)
    state = evolve(told.state, next_action_at=NOW) if told.state.next_action_at else told.state
    one, two = told.now + first, told.now + first + more
    apart = advance(state, one, bare)
    later = advance(apart.state, two, bare)
    together = advance(state, two, bare)
    assert apart.actions + later.actions == together.actions
    assert evolve(later.state, version=0) == evolve(together.state, version=0)


def what_is_decided_does_not_depend_on_when(told: History) -> None:
    """L5: the same charges, notices and tasks, made or missed, each once, on time or late.

    (Where a charge is not made, a change inside its period has nothing to adjust, and its ordinal
    is another one.)
    """
    inside = told.state.change_on or told.state.quantity_on
    if inside and told.policies.catch_up is not CatchUp.ALL:
        return
    until = told.now + told.dice.randint(0, 500) * DAY
    late = advance(told.state, until, told.policies)
    on_time = forecast(told.state, until, told.policies, now=told.now)
    assert _decided(late.events) == _decided(on_time.events)
    assert set(_decided(late.events).values()) <= {1}


def _decided(rows: Iterable[Recorded]) -> Counter[str]:
    """What was decided: notices and tasks, each of a day, and the pieces that were billed."""
    found: Counter[str] = Counter()
    for event in (row.event for row in rows):
        if isinstance(event, _TOLD):
            found[f"{event.mark} {event.reference_on}"] += 1
        elif isinstance(event, Charged | ChargeSkipped | ChargeHeld):
            found[f"{event.cycle}/{event.ordinal}/{event.piece.part.start}"] += 1
    return found


def the_same_instant_again_gives_nothing(told: History) -> None:
    """L6: what is done is not due again, on a clock that stands or goes back."""
    now = told.now + told.dice.randint(0, 300) * DAY
    done = advance(told.state, now, told.policies)
    assert not done.more
    for again in (now, now - 40 * DAY):
        assert advance(done.state, again, told.policies).events == ()


def a_run_cut_short_goes_on_where_it_stopped(told: History) -> None:
    """L6: a limit cuts, and loses nothing."""
    at, limit = told.now + 90 * DAY, told.dice.randint(1, 5)
    whole = advance(told.state, at, told.policies)
    step = advance(told.state, at, told.policies, limit=limit)
    events = step.events
    while step.more:
        assert len(step.events) in {limit, limit + 1}  # a withdrawal comes with its reason
        step = advance(step.state, at, told.policies, limit=limit)
        events += step.events
    assert events == whole.events


def every_key_is_there_once(told: History) -> None:
    """L7: one row in the outbox for each action."""
    keys = [action.key for action in told.actions]
    assert len(set(keys)) == len(keys)
    assert {action.emit.key for action in told.actions} == set(keys)


def the_slices_are_what_was_charged(told: History) -> None:
    """L8: charged less credited, and what waits, is what the slices come to, to the minor unit."""
    (first, *rest) = told.events
    charged = _minor(action for action in told.actions if action.kind is not ActionKind.RETRY)
    assert charged == owed(fold([first]), rest, told.state)


def owed(begun: Subscription, rows: Iterable[Recorded], end: Subscription) -> int:
    """What the pieces come to that were billed between two states, without what waits still."""
    dropped = 0
    for before, row in _before(begun, rows):
        after = row.event.applied(before)
        if isinstance(row.event, Charged | ChargeSkipped | ChargeHeld):
            dropped += _minor(piece for piece in before.slices if piece not in after.slices)
        elif isinstance(row.event, HeldCleared) and row.event.made:
            made = _minor(one.piece for one in before.held if one not in after.held)
            dropped += made - (_minor(after.slices) - _minor(before.slices))
    held = [_minor(state.slices) - _minor(state.pending) for state in (begun, end)]
    return dropped + held[1] - held[0]


def _minor(parts: Iterable[Slice | Line | Action]) -> int:
    return sum(part.amount.minor for part in parts if part.amount is not None)


def up_and_down_at_one_instant_costs_nothing(told: History) -> None:
    """L9: an upgrade and then a downgrade at one instant costs 0."""
    state = advance(told.state, told.now, told.policies).state
    as_it_is = all(piece.price == period_price(state) for piece in state.slices)
    ahead = state.plan.pay is Pay.IN_ADVANCE and as_it_is
    if not ahead or state.held or state.status not in LIFECYCLE[ChangeQuantity]:
        return
    policy = told.dice.choice([ChangePolicy.INVOICE_NOW, ChangePolicy.NEXT_INVOICE])
    up, down = (
        ChangeQuantity(quantity=n, policy=policy) for n in (state.quantity + 3, state.quantity)
    )
    more = handle(state, up, told.now, told.policies)
    back = handle(more.state, down, told.now, told.policies)
    asked = _minor((*more.actions, *back.actions))
    assert asked + _minor(back.state.pending) == _minor(state.pending)


def a_credit_is_never_more_than_was_charged(told: History) -> None:
    """L10: nobody is ever given more than was asked of her."""
    billed = 0
    for action in told.actions:
        if action.amount is not None and action.kind is not ActionKind.RETRY:
            billed += action.amount.minor
            assert (action.amount.minor < 0) == (action.kind is ActionKind.CREDIT)
            assert billed >= 0


def what_is_active_has_something_next_and_what_is_over_nothing(told: History) -> None:
    """L11: active implies a next action; cancelled and expired imply none."""
    if told.state.status.over:
        assert told.state.next_action_at is None
        assert advance(told.state, told.now + 9_999 * DAY, told.policies).events == ()
    elif told.state.status is not Status.PAUSED and not held_from(told.state, told.policies):
        assert told.state.next_action_at is not None


def undoing_a_cancellation_restores_what_was_to_come(told: History) -> None:
    """L11: UndoCancel restores the schedule."""
    state = advance(told.state, told.now, told.policies).state
    if state.status not in {Status.ACTIVE, Status.PAST_DUE} or state.open_tasks:
        return
    if not all(out.sent for out in state.out):
        return  # it is taken back, and comes again under another key
    cancelled = handle(state, Cancel.at_period_end(), told.now, told.policies).state
    if cancelled.next_action_at is not None and cancelled.next_action_at <= told.now:
        return  # a shorter last period makes something due at once
    undone = handle(cancelled, UndoCancel(), told.now, told.policies).state
    assert evolve(undone, version=0) == evolve(state, version=0)
    until = told.now + 500 * DAY
    before, after = (forecast(s, until, told.policies, now=told.now) for s in (state, undone))
    assert before.actions == after.actions


def the_forecast_is_what_the_run_does(told: History) -> None:
    """L12: a preview is what the run writes, and a shorter one is the beginning of a longer."""
    days = told.dice.randint(0, 900)
    until, now, policies = told.now + days * DAY, told.now, told.policies
    due, run = forecast(told.state, now, policies, now=now), advance(told.state, now, policies)
    assert (due.actions, due.events) == (run.actions, run.events)
    foreseen = forecast(told.state, until, policies, now=now)
    step, done = run, list(run.actions)
    while step.state.next_action_at is not None and step.state.next_action_at <= until:
        step = advance(step.state, step.state.next_action_at, policies)  # each on its time
        done += step.actions
    assert list(foreseen.actions) == done
    shorter = forecast(told.state, until - timedelta(days=days // 2), policies, now=now)
    assert foreseen.actions[: len(shorter.actions)] == shorter.actions


def a_notice_goes_out_in_its_window_or_is_missed(told: History) -> None:
    """L13: in its window or NoticeMissed, never both, and not twice."""
    rules = {rule.name: rule for rule in told.policies.notices}
    marks: set[str] = set()
    for event in (row.event for row in told.events):
        if isinstance(event, Withdrawn):
            marks -= set(event.marks) - {told.mark for told in event.missed}
        elif isinstance(event, _TOLD):
            assert event.mark not in marks
            marks.add(event.mark)
    for now, step in told.steps:
        for action in step.actions:
            if action.kind is ActionKind.NOTICE and action.reference_on is not None:
                rule = rules[str(action.rule)]
                aim, latest = (_back(action.reference_on, d) for d in (rule.aim, rule.latest))
                assert action.on == aim <= local_day(now, action.tz) <= latest


def _back(day: date, length: Duration) -> date:
    return day - relativedelta(months=length.months, days=length.days)


def tasks_come_before_the_customer_has_to_decide(told: History) -> None:
    """L13: what sales is asked to do is in time."""
    for row in told.events:
        if isinstance(row.event, TaskIssued) and not row.event.late:
            assert local_day(row.at, told.state.tz) < row.event.reference_on


def what_is_withdrawn_was_open_and_comes_again_under_another_key(told: History) -> None:
    """L13: a task is taken back once, and only when sales has it."""
    open_: set[str] = set()
    for action in told.actions:
        name = f"{action.cycle}/{action.ordinal}"
        if action.kind is ActionKind.TASK:
            open_.add(name)
        elif action.kind is ActionKind.WITHDRAWAL:
            open_.remove(name)
    assert open_ >= set(told.state.open_tasks)


def no_task_stays_once_it_is_to_end(told: History) -> None:
    """L13: a cancellation takes back what sales has."""
    for before, row in _lived(told):
        if before.cancel_on is not None and not isinstance(row.event, Withdrawn):
            assert before.open_tasks == ()


def dunning_ends_and_paid_time_is_never_cut(told: History) -> None:
    """L14: no debt is tried for ever, and nothing ends before what is paid for."""
    rule = told.policies.dunning
    if rule is None:
        return
    later = advance(told.state, told.now + 400 * DAY, told.policies).state
    if later.ended_on is None:
        assert all(debt.ended for debt in later.debts if debt in told.state.debts)
    tried = Counter(row.event.charge for row in told.events if isinstance(row.event, RetryIssued))
    for before, row in _lived(told):
        if isinstance(row.event, PaymentRecorded) and row.event.paid:
            tried.pop(row.event.charge, None)  # a debt of its own, should it fail again
        if isinstance(row.event, CancelUndone | Resubscribed):
            tried.clear()  # the debts are let go
        if isinstance(row.event, CancelRequested) and row.event.cause is Cause.UNPAID:
            assert row.by is not None or not paid_for(before, row.event.on, in_part=True)
    assert max(tried.values(), default=0) <= len(rule.steps)
    for n in range(60):
        day = told.state.starts_on + n * DAY
        assert not paid_for(told.state, day) or entitled(told.state, day, told.policies)


def the_folded_events_are_the_state(told: History) -> None:
    """L15: fold(events) == state."""
    assert fold(told.events) == told.state


def the_movements_come_to_the_amount_there_is(told: History) -> None:
    """L15: start and movements are the end of each month, and the last end is what is active."""
    found = movements(told.events)
    for before, month in itertools.pairwise(found):
        assert before.end == month.start
        assert min(month.start, month.end) >= 0
    assert (found[-1].end if found else 0) == monthly_amount(told.state)


LAWS: Final[tuple[Law, ...]] = (
    billed_days_tile_the_time,
    nothing_is_billed_after_the_end,
    everything_is_due_on_its_local_day,
    periods_are_where_relativedelta_puts_them,
    the_end_of_a_term_counts_from_its_beginning,
    two_runs_are_one_run_as_to_billing,
    what_is_decided_does_not_depend_on_when,
    the_same_instant_again_gives_nothing,
    a_run_cut_short_goes_on_where_it_stopped,
    every_key_is_there_once,
    the_slices_are_what_was_charged,
    up_and_down_at_one_instant_costs_nothing,
    a_credit_is_never_more_than_was_charged,
    what_is_active_has_something_next_and_what_is_over_nothing,
    undoing_a_cancellation_restores_what_was_to_come,
    the_forecast_is_what_the_run_does,
    a_notice_goes_out_in_its_window_or_is_missed,
    tasks_come_before_the_customer_has_to_decide,
    what_is_withdrawn_was_open_and_comes_again_under_another_key,
    no_task_stays_once_it_is_to_end,
    dunning_ends_and_paid_time_is_never_cut,
    the_folded_events_are_the_state,
    the_movements_come_to_the_amount_there_is,
)
FAR: Final = frozenset({
    two_runs_are_one_run_as_to_billing,
    what_is_decided_does_not_depend_on_when,
    undoing_a_cancellation_restores_what_was_to_come,
    the_forecast_is_what_the_run_does,
    dunning_ends_and_paid_time_is_never_cut,
})  # fmt: skip
"""Those that look a year ahead, and take most of the time."""
