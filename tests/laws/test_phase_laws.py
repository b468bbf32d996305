"""Laws of phases: pauses leave no gap, what is overdue is decided once under every policy."""

from __future__ import annotations

import functools
import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from ecrm_core.errors import IllegalTransition, InputError
from ecrm_core.kernel import CustomerId, Money, decode, encode
from ecrm_core.subscriptions import (
    BY_TIME,
    LIFECYCLE,
    TRANSITIONS,
    Cancel,
    CatchUp,
    Command,
    Create,
    DunningEnd,
    DunningPolicy,
    NoticeRule,
    Pause,
    PauseMode,
    Pay,
    PaymentFailed,
    PaymentSucceeded,
    Plan,
    Policies,
    Recorded,
    RelativeTo,
    Resume,
    SetAutoRenew,
    Status,
    Step,
    Subscription,
    TermRule,
    UndoCancel,
    advance,
    fold,
    handle,
    pause_intervals,
)
from ecrm_core.subscriptions.events import (
    Charged,
    ChargeHeld,
    ChargeSkipped,
    Credited,
    NoticeIssued,
    NoticeMissed,
)
from tests.profile import SEED, size
from tests.subscription_phases import about_a_pause, an_intro, phase_commands

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
TERM = NoticeRule(name="term", relative_to=RelativeTo.TERM_END, aim="P9D", latest="P2D")
UNDER = {catch_up: Policies(name="law", notices=(TERM,), catch_up=catch_up) for catch_up in CatchUp}


def _plan(dice: random.Random) -> Plan:
    term = TermRule(initial=dice.choice(["P2M", "P40D"]), notice=dice.choice(["P0D", "P9D"]))
    return Plan(
        id="a", price=Money.from_minor(dice.choice([999, 99_999]), "EUR"),
        cadence=dice.choice(["P1M", "P1W", "P10D"]), pay=dice.choice(list(Pay)),
        trial=dice.choice(["P0D", "P0D", "P14D"]), term=dice.choice([None, term]),
        intro=an_intro(dice),
    )  # fmt: skip


def _begun(dice: random.Random, policies: Policies) -> Step:
    create = Create(
        id="sub_x", customer=CustomerId("cus_x"), plan=_plan(dice),
        anchor_day=dice.choice([None, 31, 5]), starts_on=date(2026, 1, dice.randint(1, 20)),
    )  # fmt: skip
    return handle(None, create, NOW, policies)


# ---------------------------------------------------------------- the lifecycle is as its table


def _commands(dice: random.Random, state: Subscription, now: datetime) -> Command:
    commands = phase_commands(dice, state, now)
    charge = f"sub_x/charge/{max(state.cycle, 0)}/0"
    commands += [
        Cancel.at_period_end(), UndoCancel(), PaymentFailed(charge=charge), Cancel.now(),
        PaymentSucceeded(charge=charge), SetAutoRenew(auto_renew=dice.random() < 0.7),
    ]  # fmt: skip
    if dice.random() < 0.3:
        commands = about_a_pause(dice, state, now) or commands
    possible = [command for command in commands if state.status in LIFECYCLE[type(command)]]
    return dice.choice(possible or commands)


Seen = list[tuple[type[Command] | None, Status, Status]]
Walk = tuple[tuple[Recorded, ...], Subscription, Seen]


def _walk(seed: int) -> Walk:
    """A history under a random catch-up policy: its events, its end, and every step of status."""
    dice = random.Random(seed)
    end = dice.choice([None, *DunningEnd])
    dunning = None if end is None else DunningPolicy(steps=("P3D", "P9D"), grace="P14D", at_end=end)
    policies, now = evolve(UNDER[dice.choice(list(CatchUp))], dunning=dunning), NOW
    step = _begun(dice, policies)
    events = step.events
    seen: Seen = []
    for _ in range(dice.randint(5, 25)):
        now += timedelta(days=dice.choice([0, 1, 5, 12, 40]))
        before = step.state.status
        step = advance(step.state, now, policies)
        events += step.events
        seen.append((None, before, step.state.status))
        found, command = step.state.status, _commands(dice, step.state, now)
        try:
            step = handle(step.state, command, now, policies)
        except (IllegalTransition, InputError):
            continue
        events += step.events
        seen.append((type(command), found, step.state.status))
    return events, step.state, seen


@functools.cache
def _walks() -> tuple[Walk, ...]:
    return tuple(_walk(SEED * 1_000_000 + number) for number in range(size(150, 20_000)))


def test_every_step_of_status_is_in_the_table() -> None:
    for _, _, seen in _walks():
        for command, found, after in seen:
            led = BY_TIME if command is None else TRANSITIONS[command]
            assert after is found or after in led[found], (command, found, after)


def test_the_folded_events_are_the_state_under_every_catch_up_policy() -> None:
    """L15, with charges skipped and held."""
    kinds = {row.event.kind for events, _, _ in _walks() for row in events}
    assert {"charge_held", "charge_skipped", "held_cleared"} <= kinds
    for events, state, _ in _walks():
        assert fold(events) == state


def test_rows_are_read_back_as_they_were_written() -> None:
    for events, state, _ in _walks()[: size(60, 2_000)]:
        assert tuple(Recorded.from_json(row.to_json()) for row in events) == events
        assert decode(Subscription, encode(state)) == state


def test_what_is_not_over_has_something_next_unless_it_is_paused() -> None:
    """L11."""
    for _, state, _ in _walks():
        if state.status.over:
            assert state.next_action_at is None
        elif state.status is Status.PAST_DUE and state.next_action_at is None:
            assert all(debt.ended for debt in state.debts)  # it waits for a payment
        elif state.paused_on is None or state.resume_on is not None:
            assert state.next_action_at is not None


# ---------------------------------------------------------------- catching up


def _ran(state: Subscription, policies: Policies, runs: list[datetime]) -> tuple[Recorded, ...]:
    events: tuple[Recorded, ...] = ()
    for now in runs:
        step = advance(state, now, policies)
        state, events = step.state, events + step.events
    return events


def _decided(events: tuple[Recorded, ...]) -> Iterator[str]:
    for row in events:
        event = row.event
        if isinstance(event, Charged | ChargeSkipped | ChargeHeld):
            yield f"charge/{event.cycle}/{event.ordinal}/{event.piece.part}"
        elif isinstance(event, NoticeIssued | NoticeMissed):
            yield event.mark


def test_under_every_policy_the_same_is_decided_each_once() -> None:
    """L5: sent + missed + skipped + held are the same keys, whatever the runs and the policy."""
    for number in range(size(40, 3_000)):
        dice = random.Random(SEED * 1_000_000 + number)
        state = _begun(dice, UNDER[CatchUp.ALL]).state
        end = NOW + timedelta(days=400)
        found = []
        for policies in UNDER.values():
            gaps = [dice.choice([1, 1, 2, 5, 40]) for _ in range(20)]
            runs = [NOW + timedelta(days=sum(gaps[:at])) for at in range(20)]
            runs = [now for now in runs if now < end]
            found.append(sorted(_decided(_ran(state, policies, [*runs, end]))))
        assert all(each == found[0] for each in found), number
        assert len(set(found[0])) == len(found[0])


def test_a_policy_matters_only_for_what_is_overdue() -> None:
    for number in range(size(20, 2_000)):
        dice = random.Random(SEED * 1_000_000 + number)
        state = _begun(dice, UNDER[CatchUp.ALL]).state
        runs = [NOW + timedelta(days=day) for day in range(90)]
        found = [_ran(state, policies, runs) for policies in UNDER.values()]
        assert all(each == found[0] for each in found), number


# ---------------------------------------------------------------- pauses

OWNERS = ("customer", "support", "dunning")
MOVES = st.lists(
    st.tuples(st.integers(1, 25), st.booleans(), st.sampled_from(OWNERS)), max_size=12
)  # fmt: skip


@settings(max_examples=size(60, 5_000))
@given(MOVES, st.sampled_from(PauseMode))
def test_the_pauses_of_several_owners_are_one_as_pause_intervals_says(
    moves: list[tuple[int, bool, str]], mode: PauseMode
) -> None:
    policies = UNDER[CatchUp.ALL]
    plan = Plan(id="a", price=Money("9.00", "EUR"), cadence="P1M")
    step = handle(None, Create(id="s", customer=CustomerId("c"), plan=plan), NOW, policies)
    events, kept, now = step.events, [], NOW
    for days, pause, owner in moves:
        now += timedelta(days=days)
        command = Pause(owner=owner, mode=mode) if pause else Resume(owner=owner)
        try:
            step = handle(step.state, command, now, policies)
        except (IllegalTransition, InputError):
            continue
        events += step.events
        kept.append((now.date(), pause, owner))
    found, since = [], None
    for row in events:
        if row.event.kind == "paused":
            since = since or row.event.on  # type: ignore[attr-defined]
        elif row.event.kind == "resumed":
            found.append((since, row.event.on))  # type: ignore[attr-defined]
            since = None
    assert (*found, *([(since, None)] if since else [])) == pause_intervals(kept)


SPANS = st.lists(st.tuples(st.integers(1, 40), st.integers(1, 60)), max_size=5)


@settings(max_examples=size(100, 20_000))
@given(
    SPANS, st.sampled_from(["P1M", "P1W", "P10D"]), st.sampled_from(Pay),
    st.tuples(st.sampled_from([PauseMode.FREE, PauseMode.CREDIT]), st.booleans(),
              st.sampled_from([None, 31, 5])),
)  # fmt: skip
def test_every_active_day_is_billed_once_and_no_paused_one(
    spans: list[tuple[int, int]], cadence: str, pay: Pay, how: tuple[PauseMode, bool, int | None]
) -> None:
    """L1 over pauses: day by day, by another way of counting."""
    mode, planned, anchor_day = how
    policies = UNDER[CatchUp.ALL]
    plan = Plan(id="a", price=Money("9.00", "EUR"), cadence=cadence, pay=pay)
    create = Create(id="s", customer=CustomerId("c"), plan=plan, anchor_day=anchor_day)
    step = handle(None, create, NOW, policies)
    events, day, paused = step.events, NOW.date(), set()
    for active, days in spans:
        begin = day + timedelta(days=active)
        day = begin + timedelta(days=days)
        paused |= {begin + timedelta(days=n) for n in range(days)}
        pause = Pause(on=begin, until=day, mode=mode) if planned else Pause(mode=mode)
        said = begin - timedelta(days=1) if planned else begin
        step = handle(step.state, pause, _noon(said), policies)
        events += step.events
        step = advance(step.state, _noon(day), policies) if planned else handle(
            step.state, Resume(), _noon(day), policies
        )  # fmt: skip
        events += step.events
    step = advance(step.state, _noon(day + timedelta(days=70)), policies)
    billed = _billed(events + step.events)
    assert set(billed.values()) <= {1}
    span = (step.state.billed_through - NOW.date()).days
    active_days = {NOW.date() + timedelta(days=n) for n in range(span)} - paused
    assert active_days <= set(billed)
    if mode is PauseMode.CREDIT or pay is Pay.IN_ARREARS:
        assert active_days == set(billed)


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def _billed(events: tuple[Recorded, ...]) -> Counter[date]:
    """How often each day is billed, once what was given back is taken off."""
    billed: Counter[date] = Counter()
    for event in (row.event for row in events):
        if isinstance(event, Charged):
            part = event.piece.part
            billed.update(part.start + timedelta(days=n) for n in range(part.days or 0))
        elif isinstance(event, Credited):
            billed = Counter({day: n for day, n in billed.items() if day < event.from_on})
    return billed


@settings(max_examples=size(60, 5_000))
@given(SPANS, st.sampled_from(["P1M", "P1W"]), st.integers(0, 200))
def test_a_pause_that_extends_loses_no_day_and_gives_none_away(
    spans: list[tuple[int, int]], cadence: str, further: int
) -> None:
    """L1 over pauses in which time stands still: days billed are days gone by less those paused."""
    policies = UNDER[CatchUp.ALL]
    term = TermRule(initial="P5Y")
    plan = Plan(id="a", price=Money("9.00", "EUR"), cadence=cadence, term=term)
    step = handle(None, Create(id="s", customer=CustomerId("c"), plan=plan), NOW, policies)
    events, day, still = step.events, NOW.date(), 0
    for active, days in spans:
        begin, still = day + timedelta(days=active), still + days
        day = begin + timedelta(days=days)
        pause = Pause(on=begin, until=day, mode=PauseMode.EXTEND)
        step = handle(step.state, pause, _noon(begin - timedelta(days=1)), policies)
        events += step.events
        step = advance(step.state, _noon(day), policies)
        events += step.events
    step = advance(step.state, _noon(day + timedelta(days=further)), policies)
    events += step.events
    charged = [row.event.piece for row in events if isinstance(row.event, Charged)]
    billed = sum(piece.part.days or 0 for piece in charged)
    assert billed == (step.state.billed_through - NOW.date()).days - still
    assert all(piece.amount == plan.price for piece in charged)
    assert step.state.term_end == date(2031, 1, 1) + timedelta(days=still)
