"""Years of subscriptions on a host that dies, is down and jumps: nothing double, lost or off."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from functools import reduce
from itertools import count, takewhile
from typing import Any

import pytest
from attrs import evolve
from dateutil.relativedelta import relativedelta

from ecrm_core.kernel import CustomerId, Money
from ecrm_core.subscriptions import (
    Action,
    ActionKind,
    Command,
    Create,
    Happened,
    Plan,
    Policies,
    Recorded,
    Simulation,
    Subscription,
    handle,
    mixed_payments,
    simulate,
)
from ecrm_core.subscriptions.recorded import played
from tests.profile import SEED, size
from tests.subscription_draws import POLICIES, Dice, draw_command, draw_create
from tests.subscription_histories import NOW
from tests.subscription_laws import owed

DAY = timedelta(days=1)
YEARS = 3
UNTIL = NOW + YEARS * 365 * DAY
PRESETS = {"b2c": POLICIES}


def _population(dice: Dice, count: int) -> list[Subscription]:
    creates = [draw_create(dice, f"sub_{number:03}") for number in range(count)]
    return [handle(None, create, NOW, POLICIES).state for create in creates]


def _commands(
    dice: Dice, states: Iterable[Subscription]
) -> list[tuple[datetime, str, Command]]:  # fmt: skip
    """Some commands for each, drawn as if it stood as it began; what cannot be is refused."""
    return [
        (at, state.id, draw_command(dice, state, at))
        for state in states
        for at in (NOW + dice.randint(0, YEARS * 365 * 24) * timedelta(hours=1) for _ in range(3))
        if dice.random() < 0.5
    ]


def _trouble(dice: Dice) -> dict[str, Any]:
    """Outages of hours and of months, and a clock that goes wrong and right again."""
    downs = [NOW + dice.randint(0, YEARS * 365) * DAY for _ in range(6)]
    wrong = [NOW + dice.randint(0, YEARS * 365) * DAY for _ in range(4)]
    return {
        "outages": [(at, at + dice.choice([1, 24, 24 * 9, 24 * 90]) * DAY / 24) for at in downs],
        "jumps": [(at, dice.choice([-30, -1, 0, 0, 1]) * DAY) for at in wrong],
        "payments": mixed_payments(seed=dice.randint(0, 999), declines=20, lost=3, twice=10),
    }


@pytest.mark.long
def test_a_million_actions_through_crashes_and_outages_are_done_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """L7: 0 double, 0 lost, 0 cents off, whatever the host goes through."""
    done: Counter[str] = Counter()
    batch = 0
    while done["actions"] < size(2_000, 1_000_000):
        dice = random.Random(f"{SEED}/{batch}")
        states = _population(dice, size(40, 400))
        told = {"commands": _commands(dice, states), **_trouble(dice), "presets": PRESETS}
        calm = simulate(states, UNTIL, now=NOW, **told)
        crashes = sorted({dice.randint(1, 3 * len(calm.entries)) for _ in range(len(states) * 20)})
        found = simulate(states, UNTIL, now=NOW, crash_at=frozenset(crashes), **told)
        _same(calm, found)
        _nothing_off(states, found)
        done.update(actions=len(found.actions), **found.counts)
        batch += 1
    with capsys.disabled():
        print(f"\n{batch} batches, seed {SEED}: {dict(done)}; 0 double, 0 lost, 0 cents off")


def _same(calm: Simulation, found: Simulation) -> None:
    """A host that dies does what one does that does not; reports of one instant in any order."""
    assert _by_subscription(found) == _by_subscription(calm)
    for id_, state in calm.states.items():
        assert _unordered(found.states[id_]) == _unordered(state)


def _unordered(state: Subscription) -> Subscription:
    debts = tuple(sorted(state.debts, key=lambda debt: debt.charge))
    return evolve(state, version=0, unpaid=tuple(sorted(state.unpaid)), debts=debts,
                  paid=tuple(sorted(state.paid)))  # fmt: skip


def _by_subscription(found: Simulation) -> list[Action]:
    """The actions, each subscription's in their order."""
    return sorted(found.actions, key=lambda action: action.subscription)


def _nothing_off(states: list[Subscription], found: Simulation) -> None:
    """What was handed over is what the events say, key by key and cent by cent."""
    keys = [entry.name for entry in found.entries if entry.what is Happened.HANDED]
    assert len(set(keys)) == len(keys), "double"
    lives: dict[str, list[Recorded]] = {state.id: [] for state in states}
    paid: Counter[str] = Counter()
    for row in found.events:
        lives[row.subscription].append(row)
    for action in found.actions:
        again = action.kind is ActionKind.RETRY  # the same money
        paid[action.subscription] += action.amount.minor if action.amount and not again else 0
    for state in states:
        rows, end = lives[state.id], found.states[state.id]
        assert reduce(played, rows, state) == end
        assert paid[state.id] == owed(state, rows, end), "lost, or cents off"


@pytest.mark.long
def test_plain_subscriptions_cost_what_a_calendar_says() -> None:
    """L2, L3: ten years of any billing day, counted with relativedelta alone."""
    dice, policies = random.Random(SEED), Policies(name="b2c", due_time=time(9))
    until = NOW + 3_650 * DAY
    for _ in range(size(20, 2_000)):
        starts, price = date(2026, 1, 2) + dice.randint(0, 400) * DAY, dice.randint(1, 99_999)
        months = dice.choice([1, 2, 3, 6, 12])
        plan = Plan(id="p", price=Money.from_minor(price, "EUR"), cadence=f"P{months}M")
        create = Create(id="s", customer=CustomerId("c"), plan=plan, starts_on=starts)
        state = handle(None, create, NOW, policies).state
        down = NOW + dice.randint(0, 3_000) * DAY
        found = simulate(
            [state], until, now=NOW, presets={"b2c": policies}, outages=[(down, down + 90 * DAY)],
            crash_at=frozenset(dice.sample(range(1, 300), 60)), payments=mixed_payments(),
        )  # fmt: skip
        days = (starts + relativedelta(months=months * k) for k in count())
        expected = list(takewhile(lambda day: day <= until.date(), days))
        charges = [a for a in found.actions if a.kind is ActionKind.CHARGE]
        assert [a.on for a in charges] == expected
        assert sum(a.amount.minor for a in charges if a.amount) == price * len(expected)
