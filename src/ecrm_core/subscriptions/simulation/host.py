"""Host: the loop that runs, writes, hands over and hears of payments, and dies at given points."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from heapq import heappop, heappush

from attrs import define, field

from ecrm_core.errors import DefinitionError, EcrmError, UnknownName
from ecrm_core.subscriptions.action import Action, ActionKind
from ecrm_core.subscriptions.advance import MAX_STEPS, Run, Step
from ecrm_core.subscriptions.commands import Command, Create
from ecrm_core.subscriptions.handle import handle
from ecrm_core.subscriptions.policies import Policies
from ecrm_core.subscriptions.recorded import Recorded
from ecrm_core.subscriptions.simulation.log import Entry, Happened
from ecrm_core.subscriptions.simulation.payments import Payments
from ecrm_core.subscriptions.simulation.uptime import Stretch, wake
from ecrm_core.subscriptions.subscription import Subscription

__all__ = ["Host"]


_ASKED = frozenset({ActionKind.CHARGE, ActionKind.RETRY})


class _DiedError(Exception):
    """The host died at a point; what it had not written is gone."""


@define(kw_only=True)
class Host:
    """A host under way: what is stored, what is next, and the log."""

    presets: Mapping[str, Policies]
    until: datetime
    up: tuple[Stretch, ...]
    now: datetime
    payments: Payments | None = None
    crash_at: Collection[int] = ()
    entries: list[Entry] = field(factory=list)
    states: dict[str, Subscription] = field(factory=dict)
    _runs: dict[str, Run] = field(factory=dict)
    _agenda: list[tuple[datetime, int, str, Command | int]] = field(factory=list)
    _outbox: dict[str, Action] = field(factory=dict)
    _handed: set[str] = field(factory=set)
    _points: int = 0
    _order: int = 0

    def take(self, state: Subscription) -> None:
        """Take over a subscription as it is stored."""
        if state.id in self.states:
            raise DefinitionError("found two subscriptions with one id", code="subscription")
        self.states[state.id] = state
        self._next(state)

    def expect(self, at: datetime, id_: str, command: Command) -> None:
        """Let a command arrive, or after an outage it falls into."""
        seen = wake(self.up, max(at, self.now), None)
        if seen is not None and seen <= self.until:
            self._plan(seen, id_, command)

    def work(self) -> None:
        """Do everything there is up to the end, in order of time."""
        while self._agenda:
            self.now, _, id_, what = heappop(self._agenda)
            before = self.states.get(id_)
            try:
                if isinstance(what, Command):
                    self._hear(id_, what)
                elif self.states[id_].version == what:
                    self._due(id_)
            except _DiedError:
                if self.states.get(id_) is before:  # nothing was written: it comes again
                    self._runs.pop(id_, None)
                    self._plan(self.now, id_, what)
                self._start_again()

    def _plan(self, at: datetime, id_: str, what: Command | int) -> None:
        self._order += 1
        heappush(self._agenda, (at, self._order, id_, what))

    def _next(self, state: Subscription) -> None:
        due = state.next_action_at
        seen = None if due is None else wake(self.up, self.now, due)
        if seen is not None and seen <= self.until:
            self._plan(seen, state.id, state.version)

    @property
    def _clock(self) -> datetime:
        """What the host's clock shows."""
        if len(self.up) == 1:
            return self.now + self.up[0].shift
        return self.now + next(at.shift for at in self.up if at.since <= self.now < at.until)

    def _due(self, id_: str) -> None:
        """Do what is due, written and handed over."""
        run = self._runs.pop(id_, None)
        if run is None:
            state = self.states[id_]
            run = Run(state, self._policies(state.preset))
        self._runs[id_] = run
        self._commit(run.due(self._clock, limit=MAX_STEPS))

    def _hear(self, id_: str, command: Command) -> None:
        """Do what a command asks for, or note why it was refused."""
        state = self.states.get(id_)
        preset = command.preset if isinstance(command, Create) else state and state.preset
        self._note(id_, Happened.COMMAND, command)
        try:
            step = handle(state, command, self._clock, self._policies(preset or ""))
        except EcrmError as error:
            self._note(id_, Happened.REFUSED, error.code)
            return
        self._runs.pop(id_, None)
        self._commit(step)

    def _policies(self, name: str) -> Policies:
        if name not in self.presets:
            raise UnknownName("preset of policies", name[:80], tuple(self.presets))
        return self.presets[name]

    def _commit(self, step: Step) -> None:
        """Write a step in one transaction, and hand over what it asks for."""
        state = step.state
        self._point(state.id)
        self.states[state.id] = state
        for row in step.events:
            self._note(state.id, Happened.EVENT, row)
        for action in step.actions:
            self._outbox[action.key] = action
        self._next(state)
        if self._outbox:
            self._point(state.id)
            self._deliver()

    def _deliver(self) -> None:
        for key, action in list(self._outbox.items()):
            again = key in self._handed
            self._handed.add(key)
            what = Happened.AGAIN if again else Happened.HANDED
            self._note(action.subscription, what, action)
            if self.payments is not None and action.kind in _ASKED:
                for report in self.payments(action):
                    self.expect(self.now + report.after, action.subscription, report.command)
            self._point(action.subscription)
            del self._outbox[key]

    def _point(self, id_: str) -> None:
        self._points += 1
        if self.crash_at and self._points in self.crash_at:
            self._note(id_, Happened.CRASH)
            raise _DiedError

    def _start_again(self) -> None:
        """Hand over again what was written and not noted as handed over."""
        while self._outbox:
            try:
                self._deliver()
            except _DiedError:
                continue

    def _note(
        self, id_: str, what: Happened, of: Recorded | Action | Command | str | None = None
    ) -> None:
        self.entries.append(Entry(self.now, what, id_, of))
