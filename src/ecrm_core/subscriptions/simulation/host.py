"""Host: the loop that runs, writes, hands over and hears of payments, and dies at given points."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from heapq import heappop, heappush

from attrs import define, field

from ecrm_core.errors import EcrmError
from ecrm_core.subscriptions.action import Action, ActionKind
from ecrm_core.subscriptions.advance import MAX_STEPS, Run, Step
from ecrm_core.subscriptions.commands import Command, Create
from ecrm_core.subscriptions.handle import handle
from ecrm_core.subscriptions.policies import Policies
from ecrm_core.subscriptions.presets import policies_of
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
    """A host at work on one subscription: what is stored, what is next, and the log.

    Subscriptions know nothing of each other, so each is run to the end by itself.
    """

    id: str
    state: Subscription | None
    presets: Mapping[str, Policies]
    until: datetime
    up: tuple[Stretch, ...]
    now: datetime
    payments: Payments | None
    crash_at: Collection[int]
    points: Iterator[int]
    entries: list[Entry] = field(factory=list)
    _run: Run | None = None
    _agenda: list[tuple[datetime, int, Command | int]] = field(factory=list)
    _outbox: list[Action] = field(factory=list)
    _handed: set[str] = field(factory=set)
    _order: int = 0

    def work(self, commands: Iterable[tuple[datetime, Command]]) -> None:
        """Do everything there is up to the end, in order of time."""
        self._next()
        for at, command in commands:
            self._expect(at, command)
        while self._agenda:
            self.now, _, what = turn = heappop(self._agenda)
            before = self.state
            try:
                if isinstance(what, Command):
                    self._hear(what)
                elif before is not None and before.version == what:
                    self._due(before)
            except _DiedError:
                if self.state is before:  # nothing was written: it comes again
                    self._run = None
                    heappush(self._agenda, turn)
                self._start_again()

    def _expect(self, at: datetime, command: Command) -> None:
        """Let a command arrive, or after an outage it falls into."""
        seen = wake(self.up, max(at, self.now), None)
        if seen is not None and seen <= self.until:
            self._plan(seen, command)

    def _plan(self, at: datetime, what: Command | int) -> None:
        self._order += 1
        heappush(self._agenda, (at, self._order, what))

    def _next(self) -> None:
        due = None if self.state is None else self.state.next_action_at
        seen = None if due is None else wake(self.up, self.now, due)
        if self.state is not None and seen is not None and seen <= self.until:
            self._plan(seen, self.state.version)

    @property
    def _clock(self) -> datetime:
        """What the host's clock shows."""
        if len(self.up) == 1:
            return self.now + self.up[0].shift
        return self.now + next(at.shift for at in self.up if at.since <= self.now < at.until)

    def _due(self, state: Subscription) -> None:
        """Do what is due, written and handed over."""
        if self._run is None:
            self._run = Run(state, policies_of(state.preset, self.presets))
        self._commit(self._run.due(self._clock, limit=MAX_STEPS))

    def _hear(self, command: Command) -> None:
        """Do what a command asks for, or note why it was refused."""
        preset = command.preset if isinstance(command, Create) else self.state and self.state.preset
        self._note(Happened.COMMAND, command)
        try:
            step = handle(self.state, command, self._clock, policies_of(preset or "", self.presets))
        except EcrmError as error:
            self._note(Happened.REFUSED, error.code)
            return
        self._run = None
        self._commit(step)

    def _commit(self, step: Step) -> None:
        """Write a step in one transaction, and hand over what it asks for."""
        self._point()
        self.state = step.state
        now, id_ = self.now, self.id
        self.entries += [Entry(now, Happened.EVENT, id_, row) for row in step.events]
        self._outbox += step.actions
        self._next()
        if self._outbox:
            self._point()
            self._deliver()

    def _deliver(self) -> None:
        while self._outbox:
            action = self._outbox[0]
            again = bool(self.crash_at) and action.key in self._handed
            self._note(Happened.AGAIN if again else Happened.HANDED, action)
            if self.payments is not None and action.kind in _ASKED:
                for report in self.payments(action):
                    self._expect(self.now + report.after, report.command)
            if self.crash_at:
                self._handed.add(action.key)
                self._point()
            del self._outbox[0]

    def _point(self) -> None:
        if self.crash_at and next(self.points) in self.crash_at:
            self._note(Happened.CRASH)
            raise _DiedError

    def _start_again(self) -> None:
        """Hand over again what was written and not noted as handed over."""
        while self._outbox:
            try:
                self._deliver()
            except _DiedError:
                continue

    def _note(
        self, what: Happened, of: Recorded | Action | Command | str | None = None
    ) -> None:  # fmt: skip
        self.entries.append(Entry(self.now, what, self.id, of))
