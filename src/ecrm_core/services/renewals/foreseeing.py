"""Foreseeing: a customer's subscriptions, and what runs will write; nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from ecrm_core.customers import SourceKey, ids_of
from ecrm_core.ports import Store
from ecrm_core.ports.subscriptions import read_due, read_subscriptions_of
from ecrm_core.services.identity import group_of
from ecrm_core.services.renewals.reading import Presets, SetAside, tried
from ecrm_core.subscriptions import Action, Forecast, Policies, Subscription, forecast

__all__ = ["due_actions", "forecast_actions", "subscriptions_of"]


def subscriptions_of(store: Store, customer: str | SourceKey) -> tuple[Subscription, ...]:
    """Return every subscription of a customer, under whichever of her ids, by start and id."""
    homes = ids_of(group_of(store, customer))
    rows = [row.value for found in read_subscriptions_of(store, homes).values() for row in found]
    return tuple(sorted(rows, key=lambda held: (held.starts_on, held.id)))


def due_actions(
    store: Store, until: datetime, *, now: datetime, presets: Presets
) -> tuple[Action, ...]:
    """Return the actions runs will write up to ``until``: what is overdue now, the rest on time.

    By instant, then key. What a run would set aside has none.
    """
    actions = forecast_actions(store, until, now=now, presets=presets)
    return tuple(sorted(actions, key=lambda action: (action.at, action.key)))


def forecast_actions(
    store: Store, until: datetime, *, now: datetime, presets: Presets
) -> Iterator[Action]:
    """Go through the same actions one subscription after the other, the one due first at first.

    A page of subscriptions is held at a time, however many there are.
    """
    foresee = partial(_foreseen, until=until, now=now)
    for row in read_due(store, until):
        found = tried(row.value, presets, foresee)
        if not isinstance(found, SetAside):
            yield from found.actions


def _foreseen(
    state: Subscription, policies: Policies, *, until: datetime, now: datetime
) -> Forecast:
    return forecast(state, until, policies, now=now)
