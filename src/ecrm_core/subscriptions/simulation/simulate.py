"""Simulate: subscriptions run up to a day by a host that may be down, die, or jump in time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from itertools import count

from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import utc
from ecrm_core.subscriptions.commands import Command, Create
from ecrm_core.subscriptions.policies import Policies
from ecrm_core.subscriptions.presets import PRESETS
from ecrm_core.subscriptions.simulation.host import Host
from ecrm_core.subscriptions.simulation.log import Entry, Simulation
from ecrm_core.subscriptions.simulation.payments import Payments
from ecrm_core.subscriptions.simulation.uptime import stretches
from ecrm_core.subscriptions.subscription import Subscription

__all__ = ["simulate"]


def simulate(
    subscriptions: Iterable[Subscription],
    until: datetime,
    *,
    now: datetime,
    presets: Mapping[str, Policies] = PRESETS,
    commands: Iterable[tuple[datetime, str, Command]] = (),
    payments: Payments | None = None,
    outages: Iterable[tuple[datetime, datetime]] = (),
    crash_at: Collection[int] = (),
    jumps: Iterable[tuple[datetime, timedelta]] = (),
) -> Simulation:
    """Return everything that happens from ``now`` up to ``until``: the same for the same arguments.

    The host does what is due at once while it is up. ``commands`` arrive at their instants, for the
    subscription with that id (Create begins one); ``payments`` says what the provider reports of
    each charge handed over. In ``outages`` (from, to) the host is down, and what arrives waits.
    ``crash_at`` numbers the points it dies at, counted from 1, subscription by subscription in the
    order of their ids: each step has one before it is written and one after, each action one after
    it is handed over and before that is noted. From the instant of each of ``jumps`` on the
    host's clock is that much ahead, until the next one. Raises DefinitionError and InputError for
    arguments that cannot be.
    """
    begin, points = utc(now), count(1)
    up = stretches(begin, outages, jumps)
    held, asked = _held(subscriptions), _asked(commands)
    entries: list[Entry] = []
    states = {}
    for id_ in sorted({*held, *asked}):
        host = Host(
            id=id_, state=held.get(id_), presets=presets, until=utc(until), up=up, now=begin,
            payments=payments, crash_at=crash_at, points=points,
        )  # fmt: skip
        host.work(asked.get(id_, ()))
        entries += host.entries
        if host.state is not None:
            states[id_] = host.state
    entries.sort(key=lambda entry: entry.at)
    return Simulation(until=until, entries=tuple(entries), states=states)


def _held(subscriptions: Iterable[Subscription]) -> dict[str, Subscription]:
    held: dict[str, Subscription] = {}
    for state in subscriptions:
        if state.id in held:
            raise DefinitionError("found two subscriptions with one id", code="subscription")
        held[state.id] = state
    return held


def _asked(
    commands: Iterable[tuple[datetime, str, Command]],
) -> dict[str, list[tuple[datetime, Command]]]:
    asked = defaultdict(list)
    for at, id_, command in commands:
        asked[command.id if isinstance(command, Create) else id_].append((utc(at), command))
    return asked
