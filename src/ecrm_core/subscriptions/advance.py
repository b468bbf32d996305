"""Advance: doing what is due, and saying beforehand what that will be; one loop for both."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from attrs import define, field, frozen

from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import Json, html_table, instant_text, plain_table, utc
from ecrm_core.subscriptions.action import Action
from ecrm_core.subscriptions.events import Event, Rescheduled
from ecrm_core.subscriptions.localtime import local_day
from ecrm_core.subscriptions.policies import Policies
from ecrm_core.subscriptions.recorded import Recorded, stamped
from ecrm_core.subscriptions.schedule import Planned, planned, taken_back
from ecrm_core.subscriptions.subscription import Subscription

__all__ = ["MAX_STEPS", "Forecast", "Step", "advance", "forecast"]

MAX_STEPS: Final = 1_000
"""The most events of one advance or forecast of one subscription, where no limit is named."""


@frozen(kw_only=True)
class Step:
    """What came of a command or of time passing; ``more`` tells that the limit cut it short."""

    state: Subscription
    events: tuple[Recorded, ...] = ()
    actions: tuple[Action, ...] = ()
    more: bool = False

    @property
    def next_action_at(self) -> datetime | None:
        """When something is next; None when nothing is."""
        return self.state.next_action_at


@frozen(kw_only=True)
class Forecast:
    """What is to come up to an instant, by what a run will do; nothing is written."""

    until: datetime
    actions: tuple[Action, ...] = ()
    events: tuple[Recorded, ...] = ()
    more: bool = False

    def __str__(self) -> str:
        """Return the actions as a plain table."""
        return plain_table(_HEAD, self._rows())

    def _repr_html_(self) -> str:
        return html_table(_HEAD, self._rows(), caption=f"up to {self.until:%Y-%m-%d}")

    def to_json(self) -> Json:
        """Return the actions as JSON values, each with its key and the instant it is due at."""
        return {
            "until": instant_text(self.until),
            "more": self.more,
            "actions": [
                {"key": action.key, "at": instant_text(action.at), **action.payload}
                for action in self.actions
            ],
        }

    def _rows(self) -> list[tuple[str, ...]]:
        return [(str(a.on), a.kind.value, str(a.amount or a.rule or ""), a.key)
                for a in self.actions]  # fmt: skip


_HEAD = ("on", "what", "how much / rule", "key")


@define
class Run:
    """One subscription while events are added to it."""

    state: Subscription
    policies: Policies
    events: list[Recorded] = field(factory=list)
    actions: list[Action] = field(factory=list)
    following: Planned | None = None
    standing: object = None

    def record(
        self, event: Event, actions: Iterable[Action] = (), *, at: datetime, by: str | None = None
    ) -> None:
        """Add an event and what it asks for, and look at what is next."""
        after = event.applied(self.state)
        self.following = planned(after, self.policies)
        row = Recorded(
            subscription=self.state.id, number=self.state.version + 1, at=at, by=by, event=event,
            next_action_at=self.following.at if self.following else None,
        )  # fmt: skip
        self.state = stamped(after, row)
        self.events.append(row)
        self.actions += actions

    def go(self, *, until: datetime, clock: datetime | None, limit: int) -> bool:
        """Do what is due until then; return whether the limit cut it short.

        ``clock`` is when it is done at the earliest, and never goes back: what turns out to have
        been due before is late. None means on time.
        """
        if self.following is None:
            self.following = planned(self.state, self.policies)
        while self.following and self.following.at <= until:
            if len(self.events) >= limit:
                return True
            at = self.following.at
            clock = at if clock is None else max(clock, at)
            self.record(*self.following.make(local_day(clock, self.state.tz)), at=at)
            self.take_back(at=at)
        return False

    def take_back(self, *, at: datetime, by: str | None = None) -> None:
        """Take back the notices and tasks whose reason is gone; with the event that took it."""
        state, policies = self.state, self.policies
        if not (state.out or state.open_tasks) or state.ahead is self.standing:
            return
        made = taken_back(state, policies, at)
        if made is not None:
            self.record(*made, at=at, by=by)
        elif policies.tasks_last and not policies.moving:
            self.standing = state.ahead  # the same as long as nothing they rest on has changed

    def due(self, now: datetime, *, limit: int) -> Step:
        """Do what is due, and return what came of it since the last step."""
        more = self.go(until=now, clock=now, limit=limit)
        if not self.events:  # the policies have changed since it was planned
            self.record(Rescheduled(), at=utc(now))
        done = self.step(more=more)
        self.events, self.actions = [], []
        return done

    def step(self, *, more: bool = False) -> Step:
        """Return what came of it."""
        return Step(
            state=self.state, events=tuple(self.events), actions=tuple(self.actions), more=more
        )


def advance(
    state: Subscription, now: datetime, policies: Policies, *, limit: int = MAX_STEPS
) -> Step:
    """Return what is due at ``now`` (everything up to it, never "today"), at most ``limit`` events.

    Nothing before its ``next_action_at``; called again with the same ``now``, nothing. Raises
    DefinitionError for a limit below 1 and InputError for a naive ``now``.
    """
    _check_limit(limit)
    if not _is_due(state, now):
        return Step(state=state)
    return Run(state, policies).due(now, limit=limit)


def forecast(
    state: Subscription,
    until: datetime,
    policies: Policies,
    *,
    now: datetime | None = None,
    limit: int = MAX_STEPS,
) -> Forecast:
    """Return the actions due up to ``until``, as advancing will give them.

    With ``now`` what is overdue is done then (late, or missed), the rest on time; without, all is
    on time. Raises as ``advance`` does.
    """
    _check_limit(limit)
    run = Run(state, policies)
    more = run.go(until=utc(until), clock=now and utc(now), limit=limit)
    return Forecast(until=until, actions=tuple(run.actions), events=tuple(run.events), more=more)


def _is_due(state: Subscription, now: datetime) -> bool:
    try:
        return state.next_action_at is not None and state.next_action_at <= now
    except (TypeError, AttributeError):
        utc(now)  # says what is wrong with it
        raise


def _check_limit(limit: object) -> None:
    if not isinstance(limit, int) or limit < 1:
        raise DefinitionError("found no limit of 1 or more", code="limit")
