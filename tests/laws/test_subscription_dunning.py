"""Laws of dunning: it ends, its keys are there once, and time that is paid is never cut."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

import pytest

from ecrm_core.errors import IllegalTransition
from ecrm_core.kernel import CustomerId, Money
from ecrm_core.subscriptions import (
    ActionKind,
    Cancel,
    ChangePolicy,
    ChangeQuantity,
    Command,
    Create,
    Debt,
    DunningEnd,
    DunningPolicy,
    Entitlement,
    PaymentFailed,
    PaymentSucceeded,
    Plan,
    Policies,
    Subscription,
    advance,
    entitled,
    fold,
    handle,
)
from tests.profile import SEED, size

DAY = timedelta(days=1)
BEGUN = datetime(2026, 1, 31, 12, tzinfo=UTC)
LONGEST = 30


def _policies(dice: random.Random) -> Policies:
    rule = DunningPolicy(
        steps=dice.choice([(), ("P1D",), ("P1D", "P3D", "P9D"), ("P2D", "P1M")][:3]),
        grace=f"P{dice.randint(10, LONGEST)}D", at_end=dice.choice(list(DunningEnd)),
        entitlement=dice.choice(list(Entitlement)), hard_stops=dice.random() < 0.5,
        max_attempts=dice.choice([None, 1, 2]), pause_after=dice.choice([None, None, "P4D"]),
    )  # fmt: skip
    return Policies(name="d", dunning=rule)


class _Life:
    """A life of a hundred days in which the provider says this and that, twice and late."""

    def __init__(self, seed: int) -> None:
        dice = random.Random(seed)
        self.policies, self.cut = _policies(dice), list[date]()
        plan = Plan(id="p", price=Money("30.00", "EUR"), cadence=dice.choice(["P1M", "P1W"]))
        create = Create(id="s", customer=CustomerId("c"), plan=plan)
        step = handle(None, create, BEGUN, self.policies)
        self.state, self.events, self.now = step.state, step.events, BEGUN
        self.keys: list[str] = []
        self.days: dict[str, tuple[date, date]] = {}
        self.heard: dict[str, bool] = {}
        for _ in range(100):
            self.now += DAY
            self._take(None)
            for key in [key for key in self.keys if key not in self.heard]:
                self._hear(dice, key)
            if dice.random() < 0.03:
                quantity = dice.randint(1, 9)
                self._take(ChangeQuantity(quantity=quantity, policy=ChangePolicy.INVOICE_NOW))
            if dice.random() < 0.01:
                self._take(Cancel.at_period_end())
            self._look()

    def _hear(self, dice: random.Random, key: str) -> None:
        luck = dice.random()
        if luck < 0.3:
            return  # nobody tells yet
        self.heard[key] = luck > 0.7
        said = PaymentSucceeded(charge=key) if luck > 0.7 else PaymentFailed(
            charge=key, hard=luck < 0.4)  # fmt: skip
        for _ in range(dice.choice([1, 1, 2])):
            self._take(said)

    def _take(self, command: Command | None) -> None:
        try:
            step = (
                advance(self.state, self.now, self.policies) if command is None
                else handle(self.state, command, self.now, self.policies)
            )  # fmt: skip
        except IllegalTransition:
            return
        self.state, self.events = step.state, self.events + step.events
        wanted = {ActionKind.CHARGE, ActionKind.RETRY}
        made = [action for action in step.actions if action.kind in wanted]
        self.keys += [action.key for action in made]
        for action in made:
            if action.from_on and action.until_on:
                self.days[action.key] = (action.from_on, action.until_on)

    def _look(self) -> None:
        """Note a day of which every charge has been paid, and on which she has no access."""
        day = self.now.date()
        charges = [key for key, (start, end) in self.days.items() if start <= day < end]
        if charges and all(map(self._is_paid, charges)):
            self.cut += [] if entitled(self.state, day, self.policies) else [day]

    def _is_paid(self, key: str) -> bool:
        retries = key.replace("/charge/", "/retry/") + "."
        told = [
            paid
            for name, paid in self.heard.items()
            if name == key or name[: len(retries)] == retries
        ]
        return any(told)


def _lives() -> list[_Life]:
    return [_Life(SEED * 1_000_000 + number) for number in range(size(60, 5_000))]


def _rest(life: _Life) -> Subscription:
    """The state after a long time in which nobody says anything.

    A retry that is made late is followed by its own grace, so a second run comes after it.
    """
    state = life.state
    for days in (LONGEST + 62, 2 * (LONGEST + 62)):
        state = advance(state, life.now + timedelta(days=days), life.policies).state
    return state


def test_dunning_ends_and_what_is_paid_is_never_cut() -> None:
    """L14: dunning ends; access is never cut for time already paid."""
    seen: set[DunningEnd] = set()
    for life in _lives():
        assert not life.cut
        assert len(set(life.keys)) == len(life.keys)
        assert fold(life.events) == life.state
        after = _rest(life)
        assert all(debt.ended for debt in after.debts) or after.status.over
        if life.state.debts and life.policies.dunning:
            seen.add(life.policies.dunning.at_end)
            if life.policies.dunning.at_end is DunningEnd.CANCEL:
                assert after.status.over
    assert seen == set(DunningEnd)


def test_no_retry_comes_after_the_end_or_a_success_or_before_the_result_of_the_last() -> None:
    for life in _lives():
        trying: dict[str, bool] = {}
        for row in life.events:
            event = row.event
            if event.kind == "payment_recorded":
                key = event.charge.removeprefix("s/charge/")  # type: ignore[attr-defined]
                trying[key] = event.paid  # type: ignore[attr-defined]
            elif event.kind == "retry_issued":
                assert not trying[event.charge]  # type: ignore[attr-defined]
                trying[event.charge] = True  # type: ignore[attr-defined]
            elif event.kind == "dunning_ended":
                trying[event.charge] = True  # type: ignore[attr-defined]


def test_the_law_of_access_can_be_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who takes a debt for the end of all that is paid cuts somebody off."""
    monkeypatch.setattr(Debt, "covers", lambda debt, day: day >= debt.from_on)
    assert any(life.cut for life in _lives())
