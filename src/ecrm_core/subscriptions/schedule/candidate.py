"""Candidate: something that may be next, and the order of what falls on one day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from enum import IntEnum
from typing import TypedDict

from attrs import frozen

from ecrm_core.kernel import CustomerId
from ecrm_core.subscriptions.action import Action
from ecrm_core.subscriptions.events import Event
from ecrm_core.subscriptions.subscription import Subscription

__all__ = ["Candidate", "Common", "Made", "Rank", "common"]


Made = tuple[Event, tuple[Action, ...]]
"""An event, and what it asks for."""


class Rank(IntEnum):
    """The order of what falls on one day: what is owed, then what ends, then what begins."""

    NOTICE = 0
    TASK = 1
    DUNNING = 2
    ARREARS = 3
    TRIAL = 4
    TERM = 5
    SETTLE = 6
    END = 7
    CHANGE = 8
    PAUSE = 9
    RESUME = 10
    ADVANCE = 11


@frozen
class Candidate:
    """Something that may be next: its local day, and what it makes of an instant and a day."""

    on: date
    rank: int
    name: str
    make: Callable[[datetime, date], Made]


class Common(TypedDict):
    """What every action of a subscription says of it."""

    subscription: str
    customer: CustomerId
    plan: str
    tz: str


def common(state: Subscription) -> Common:
    """Return the parts every action of a subscription has."""
    return {
        "subscription": state.id,
        "customer": state.customer,
        "plan": state.plan.id,
        "tz": state.tz,
    }
