"""Laws of subscriptions: no drift, pieces that add up, and every law in every random history."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ecrm_core.kernel import DateInterval, Money, Rounding
from ecrm_core.subscriptions import (
    ActionKind,
    Anchor,
    Cadence,
    Duration,
    Status,
    TermRule,
    Unit,
    boundary,
    cycle_of,
    due_at,
    local_day,
    period_of,
    slice_amount,
)
from ecrm_core.subscriptions.events import (
    EVENTS,
)
from tests.profile import PROFILE, SEED, size
from tests.subscription_histories import History, histories
from tests.subscription_laws import LAWS, Law

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


@pytest.fixture(scope="module")
def told() -> tuple[History, ...]:
    return tuple(histories(size(150, 10_000), SEED))


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_every_law_holds_in_every_history(law: Law, told: tuple[History, ...]) -> None:
    for one in told:
        law(one)


_RARE = {"pause_dropped", "owner_resumed", "settled", "notice_sent", "notice_bounced", "task_done",
         "task_escalated", "consent_recorded", "resume_planned"}  # fmt: skip


def test_the_histories_see_everything(told: tuple[History, ...]) -> None:
    kinds = {row.event.kind for one in told for row in one.events}
    expected = set(EVENTS) - {"rescheduled", "tasks_withdrawn"}
    assert kinds >= (expected if PROFILE == "long" else expected - _RARE)
    assert {status for one in told for status in one.seen} == set(Status)
    assert {action.kind for one in told for action in one.actions} == set(ActionKind)
