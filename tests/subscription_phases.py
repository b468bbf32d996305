"""Phases: random commands about trials, pauses, skipped charges and coming back."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

from ecrm_core.kernel import Money
from ecrm_core.subscriptions import (
    Activate,
    Cancel,
    Cause,
    Command,
    DropHeld,
    ExtendTrial,
    Intro,
    Pause,
    PauseMode,
    ReleaseHeld,
    Resubscribe,
    Resume,
    SkipNext,
    Subscription,
)

__all__ = ["about_a_pause", "an_intro", "phase_commands"]

_OWNERS = ("customer", "customer", "support", "dunning")


def phase_commands(dice: random.Random, state: Subscription, now: datetime) -> list[Command]:
    """Return one command of each kind, with days before and after now."""
    day = now.date() + timedelta(days=dice.choice([-40, -9, -1, 0, 1, 8, 30, 70]))
    return [
        ExtendTrial(until=_later(dice, state.trial_until or day)),
        Activate(),
        _pause(dice, day),
        _pause(dice, day),
        Resume(on=dice.choice([None, day]), owner=dice.choice(_OWNERS)),
        SkipNext(cycles=dice.choice([0, 1, 1, 3])),
        Cancel.at(day, credit=dice.random() < 0.5, cause=dice.choice(list(Cause))),
        ReleaseHeld(),
        DropHeld(),
        Resubscribe(
            on=dice.choice([None, day]), anchor_day=dice.choice([None, None, 31, 5]),
            auto_renew=dice.random() < 0.8,
        ),
    ]  # fmt: skip


def about_a_pause(dice: random.Random, state: Subscription, now: datetime) -> list[Command]:
    """Return commands that go on with a pause under way or to come; none without one."""
    if state.paused_on is None and state.pause_on is None:
        return []
    owner = dice.choice([*(by.owner for by in state.paused_by), *_OWNERS])
    day = now.date() + timedelta(days=dice.choice([-3, 5, 20]))
    return [Resume(owner=owner), Resume(owner=owner, on=day), Pause(owner=dice.choice(_OWNERS))]


def an_intro(dice: random.Random) -> Intro | None:
    """Return an introductory price, or none."""
    if dice.random() < 0.7:
        return None
    return Intro(price=Money.from_minor(500, "EUR"), cycles=dice.choice([1, 3]))


def _pause(dice: random.Random, day: date) -> Pause:
    if dice.random() < 0.2:
        return Pause.for_cycles(dice.choice([1, 2]), owner=dice.choice(_OWNERS))
    return Pause(
        on=dice.choice([None, day]), mode=dice.choice(list(PauseMode)), owner=dice.choice(_OWNERS),
        until=dice.choice([None, _later(dice, day)]),
    )  # fmt: skip


def _later(dice: random.Random, day: date) -> date:
    return day + timedelta(days=dice.choice([1, 6, 20, 45]))
