"""Histories: the life of one subscription under random commands and runs, on time and late."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from attrs import define, field

from ecrm_core.errors import EcrmError
from ecrm_core.subscriptions import (
    Action,
    Command,
    Policies,
    Recorded,
    Status,
    Step,
    Subscription,
    advance,
    handle,
)
from tests.subscription_draws import POLICIES, draw_command, draw_create, draw_policies

NOW: Final = datetime(2026, 1, 1, 12, tzinfo=UTC)

ENDLESS: Final = 3_000


@define
class History:
    """A life under way: the state, every event and action so far, and dice of its own."""

    seed: int
    state: Subscription
    now: datetime = NOW
    policies: Policies = POLICIES
    events: tuple[Recorded, ...] = ()
    actions: tuple[Action, ...] = ()
    seen: set[Status] = field(factory=set)
    steps: list[tuple[datetime, Step]] = field(factory=list)

    @property
    def dice(self) -> random.Random:
        """The same dice each time they are asked for."""
        return random.Random(self.seed)

    def add(self, step: Step) -> None:
        """Go on with a step; a history that does not end is a fault."""
        self.state = step.state
        self.events += step.events
        self.actions += step.actions
        self.seen.add(step.state.status)
        assert len(self.events) < ENDLESS, "an endless history"
        self.steps += [(self.now, step)] if step.events else []

    def run(self, now: datetime) -> None:
        """Do what is due."""
        self.now = now
        self.add(advance(self.state, now, self.policies))

    def command(self, command: Command, now: datetime) -> None:
        """Do a command; one that is refused is a run."""
        self.now = now
        try:
            self.add(handle(self.state, command, now, self.policies, by="anna"))
        except EcrmError:
            self.run(now)


def begun(seed: int, now: datetime = NOW) -> tuple[History, random.Random]:
    """A history that has just begun, and the dice that go on with it."""
    dice = random.Random(seed)
    policies = draw_policies(dice)
    step = handle(None, draw_create(dice), now, policies)
    life = History(seed=seed, state=step.state, policies=policies)
    life.add(step)
    return life, dice


def history(seed: int) -> History:
    """Runs on time and late, with commands in between."""
    life, dice = begun(seed)
    now = NOW
    for _ in range(dice.randint(0, 15)):
        if life.state.status.over and dice.random() < 0.6:
            break  # little can happen to it any more
        now += timedelta(hours=dice.choice([1, 24, 24 * 9, 24 * 31, 24 * 90]))
        for _ in range(40 if dice.random() < 0.5 else 0):
            life.run(now)
            now += timedelta(days=1)
        if dice.random() < 0.3:
            life.run(now)
            continue
        for _ in range(dice.choice([1, 1, 1, 2, 3])):  # several at one instant
            life.command(draw_command(dice, life.state, now), now)
    life.now = now
    return life


def histories(count: int, seed: int) -> Iterable[History]:
    """So many histories."""
    return (history(seed * 1_000_000 + number) for number in range(count))
