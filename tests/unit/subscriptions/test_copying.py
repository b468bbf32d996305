"""Copying: copies of a state, and what they take along."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve, fields, frozen

from ecrm_core.subscriptions import Subscription
from ecrm_core.subscriptions.copying import changed, derived, derived_of
from ecrm_core.subscriptions.recorded import stamped
from ecrm_core.subscriptions.schedule import lasting
from tests.subscription_histories import History, histories

DERIVED = [
    value
    for value in vars(Subscription).values()
    if isinstance(value, derived) and value.name != "ahead"
]
AHEAD = vars(Subscription)["ahead"]
PARTS = {field.name for field in fields(Subscription)}


class Watched:
    """A state that notes which of its parts are asked for."""

    def __init__(self, state: Subscription) -> None:
        self.state, self.asked = state, set[str]()

    def __getattr__(self, name: str) -> object:
        if name in PARTS:
            self.asked.add(name)
            return getattr(self.state, name)
        made = vars(Subscription)[name]
        if isinstance(made, derived):
            return made.work(self)
        if isinstance(made, property):
            assert made.fget is not None
            return made.fget(self)
        return made.__get__(self)


@pytest.fixture(scope="module")
def told() -> tuple[History, ...]:
    return tuple(histories(60, 11))


@pytest.mark.parametrize("value", DERIVED, ids=lambda value: value.name)
def test_what_a_copy_keeps_is_worked_out_of_nothing_that_has_changed(
    value: derived[Subscription, object], told: tuple[History, ...]
) -> None:
    for one in told:
        watched = Watched(one.state)
        assert value.work(watched) == getattr(one.state, value.name)  # type: ignore[arg-type]
        assert value.of is None or watched.asked <= value.of


def test_notices_and_tasks_that_no_charge_moves_ask_nothing_that_a_charge_changes(
    told: tuple[History, ...],
) -> None:
    seen = 0
    for one in told:
        watched: Any = Watched(one.state)
        for candidate in lasting(watched, one.policies):
            candidate.make(one.now, one.now.date())
            candidate.make(one.now, one.now.date() + timedelta(days=900))
            seen += 1
        assert watched.asked <= AHEAD.of
    assert seen > 20


def test_a_copy_is_what_attrs_makes_of_it(told: tuple[History, ...]) -> None:
    for each in told[:10]:
        state = each.state
        assert changed(state, version=0, skips=3) == evolve(state, version=0, skips=3)
        assert changed(state) == state
        for name in (one.name for one in DERIVED):
            getattr(state, name)
        copy = changed(state, cycle=99, cancel_on=None, tz="UTC", charges=state.charges)
        anew = evolve(state, cycle=99, cancel_on=None, tz="UTC")
        for one in DERIVED:
            assert getattr(copy, one.name) == getattr(anew, one.name)


@frozen(slots=False)
class _Box:
    width: int
    height: int
    colour: str

    @derived_of("width", "height")
    def area(self) -> int:
        return self.width * self.height

    @derived
    def label(self) -> str:
        return f"{self.colour} {self.area}"


def test_no_event_gives_back_the_state_it_was_given(told: tuple[History, ...]) -> None:
    for history in told:
        state = None
        for row in history.events:
            given = state or row.event.state  # type: ignore[attr-defined] # the first is Created
            after = row.event.applied(given)
            assert after is not given
            state = stamped(after, row)


def test_only_what_a_change_concerns_is_worked_out_again() -> None:
    box = _Box(2, 3, "red")
    assert (box.area, box.label) == (6, "red 6")
    painted = changed(box, colour="blue", width=2)
    assert ("area" in vars(painted), "label" in vars(painted)) == (True, False)
    assert (painted.area, painted.label) == (6, "blue 6")
    assert changed(box, width=5).area == 15
    assert "label" in vars(changed(box, colour="red"))
    assert box.area == 6
    assert isinstance(_Box.area, derived)
