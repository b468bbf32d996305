"""Health: what is wrong with the subscriptions of a store; nothing is mended, nothing written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import groupby

from attrs import define, evolve, field, frozen

from ecrm_core.errors import EcrmError
from ecrm_core.kernel import CLAIMS, html_table, plain_table
from ecrm_core.ports import Store, scan_pages
from ecrm_core.services.renewals.reading import Presets
from ecrm_core.subscriptions import (
    UNREAD_SUBSCRIPTION_EVENTS,
    UNREAD_SUBSCRIPTIONS,
    Policies,
    Recorded,
    Status,
    Subscription,
    UnreadEvent,
    UnreadSubscription,
    held_from,
    next_action_at,
    played,
)
from ecrm_core.subscriptions.events import Charged, NoticeMissed, TaskMissed

__all__ = ["TROUBLES", "Health", "Trouble", "examine"]

TROUBLES: Mapping[str, str] = {
    "unreadable": "its row cannot be read: runs set it aside",
    "no_preset": "the shop has no policies of this name: runs set it aside",
    "no_next_action": "it goes on, and nothing is next: it will never be billed or told",
    "policies_changed": "by the policies as they are now something is due sooner: Reschedule it",
    "waits": "it is neither billed nor renewed before a consent, a notice or a payment is told",
    "overdue": "what is next was due long ago: the runs do not come, or set it aside",
    "gap": "a charge begins where the one before did not end",
    "events_differ": "its events do not make its state",
    "missed": "a notice or a task was missed lately: its window passed before a run came",
    "held": "charges were overdue and wait for a look: make them, or skip them",
    "stuck": "an effect has used up its attempts: mend the function, then release_stuck",
}
"""What each code of a trouble means."""
_HEAD = ("code", "count", "what it means")
_KEPT = 1_000
_PAGE = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Subscriptions</title>{}</html>'


@frozen(kw_only=True)
class Trouble:
    """One thing that is wrong: with which subscription (or effect, by its key), and where."""

    code: str
    subject: str
    detail: str = ""


@frozen(kw_only=True)
class Health:
    """How the subscriptions stand: counted by status, and what is wrong with them.

    ``counts`` has every trouble by code, ``troubles`` the first 1,000 of them.
    """

    subscriptions: int
    events: int
    statuses: Mapping[str, int]
    counts: Mapping[str, int]
    troubles: tuple[Trouble, ...]

    @property
    def well(self) -> bool:
        """Whether nothing is wrong."""
        return not self.counts

    def to_json(self) -> dict[str, object]:
        """Return the counts and the troubles as JSON values."""
        troubles = [
            {"code": held.code, "subject": held.subject, "detail": held.detail}
            for held in self.troubles
        ]
        return {
            "subscriptions": self.subscriptions, "events": self.events,
            "statuses": dict(self.statuses), "counts": dict(self.counts), "troubles": troubles,
        }  # fmt: skip

    def to_html(self) -> str:
        """Return the counts as one page; every cell is escaped."""
        return _PAGE.format(self._repr_html_())

    def __str__(self) -> str:
        """Return how many there are, and the troubles as plain tables."""
        said = f"{self.subscriptions} subscriptions, {self.events} events"
        if self.well:
            return f"{said}: nothing is wrong"
        found = [(held.code, held.subject, held.detail) for held in self.troubles]
        table = plain_table(("code", "subject", "detail"), found)
        return f"{said}\n\n{plain_table(_HEAD, self._rows())}\n\n{table}"

    def _repr_html_(self) -> str:
        return html_table(_HEAD, self._rows(), caption=f"{self.subscriptions} subscriptions")

    def _rows(self) -> list[tuple[str, str, str]]:
        return [(code, str(n), TROUBLES[code]) for code, n in self.counts.items()]


def examine(
    store: Store, *, presets: Presets, now: datetime, overdue: timedelta, lately: timedelta
) -> Health:
    """Go through every subscription with its events, and every stuck effect.

    A page is held at a time. ``overdue`` is how long a next action may wait for a run, ``lately``
    how far back what was missed still counts: from the day it was to speak of.
    """
    doctor = _Doctor(presets, now - overdue, now - lately, now.date())
    events = _Events(store)
    for rows in scan_pages(store, UNREAD_SUBSCRIPTIONS):
        for row in rows:
            doctor.look(row.value, events.of(row.value.id))
    for claims in scan_pages(store, CLAIMS, index="stuck"):
        for claim in claims:
            doctor.note("stuck", claim.value.emit.key, claim.value.trouble or "")
    counts = {code: doctor.counts[code] for code in TROUBLES if doctor.counts[code]}
    return Health(
        subscriptions=doctor.subscriptions, events=doctor.events, counts=counts,
        statuses=dict(sorted(doctor.statuses.items())), troubles=tuple(doctor.troubles),
    )  # fmt: skip


class _Events:
    """The events of one subscription after the other: both Kinds go by the same order of ids."""

    def __init__(self, store: Store) -> None:
        rows = (row.value for page in scan_pages(store, UNREAD_SUBSCRIPTION_EVENTS) for row in page)
        self._groups = groupby(rows, key=lambda row: row.subscription)
        self._ahead = next(self._groups, None)

    def of(self, id_: str) -> Iterator[UnreadEvent]:
        while self._ahead is not None and self._ahead[0] < id_:
            self._ahead = next(self._groups, None)
        if self._ahead is not None and self._ahead[0] == id_:
            yield from self._ahead[1]


@define
class _Doctor:
    """What was found so far."""

    presets: Presets
    overdue_at: datetime
    since: datetime
    today: date
    subscriptions: int = 0
    events: int = 0
    statuses: Counter[str] = field(factory=Counter)
    counts: Counter[str] = field(factory=Counter)
    troubles: list[Trouble] = field(factory=list)

    def note(self, code: str, subject: str, detail: object = "") -> None:
        self.counts[code] += 1
        if len(self.troubles) < _KEPT:
            self.troubles.append(Trouble(code=code, subject=subject, detail=str(detail)))

    def look(self, row: UnreadSubscription, events: Iterator[UnreadEvent]) -> None:
        self.subscriptions += 1
        try:
            state = row.read()
        except EcrmError as error:
            self.note("unreadable", row.id, error.code)
            return
        self.statuses[state.status.value] += 1
        since = self._history(state, events)
        policies = self.presets.get(state.preset)
        if policies is None:
            self.note("no_preset", row.id, state.preset)
            self._next(state, since, gated=False)
        else:
            self._planned(state, policies, since)
        for held in state.held:
            self.note("held", state.id, held.on)

    def _planned(self, state: Subscription, policies: Policies, since: datetime | None) -> None:
        """Look at what is planned, and whether these policies make something due sooner."""
        try:
            gate, following = held_from(state, policies), next_action_at(state, policies)
        except Exception as error:  # noqa: BLE001 - of a damaged state; a run sets it aside, too
            self.note("unreadable", state.id, type(error).__name__)
            return
        if gate is not None and gate <= self.today:
            self.note("waits", state.id, gate)
        at = state.next_action_at
        if at is not None and following is not None and following < at:
            self.note("policies_changed", state.id, following.isoformat())
        else:
            self._next(state, since, gated=gate is not None)

    def _next(self, state: Subscription, since: datetime | None, *, gated: bool) -> None:
        """Look at what is next; it has waited since it was due, or was planned late."""
        at, status = state.next_action_at, state.status
        if at is None and not (gated or status.over or status is Status.PAUSED):
            self.note("no_next_action", state.id, status.value)
        elif at is not None and max(at, since or at) < self.overdue_at:
            self.note("overdue", state.id, at.isoformat())

    def _history(self, state: Subscription, events: Iterator[UnreadEvent]) -> datetime | None:
        """Compare the events with the state; return when the last of them happened."""
        rows: list[Recorded] = []
        try:
            rows += map(UnreadEvent.read, events)
            made = self._played(state.id, rows)
        except Exception as error:  # noqa: BLE001 - a damaged event is what is looked for
            self.note("events_differ", state.id, type(error).__name__)
        else:
            if made is None or not _agree(made, state):
                self.note("events_differ", state.id, f"version {state.version}")
        return rows[-1].at if rows else None

    def _played(self, id_: str, rows: list[Recorded]) -> Subscription | None:
        state: Subscription | None = None
        for row in rows:
            self.events += 1
            if state is not None:
                self._event(id_, state, row)
            state = played(state or row.event.state, row)  # type: ignore[attr-defined] # Created
        return state

    def _event(self, id_: str, state: Subscription, row: Recorded) -> None:
        event = row.event
        if isinstance(event, Charged) and event.piece.part.start != state.billed_through:
            self.note("gap", id_, event.piece.part.start)
        if isinstance(event, NoticeMissed | TaskMissed) and self._lately(row, event.reference_on):
            self.note("missed", id_, event.mark)

    def _lately(self, row: Recorded, reference_on: date) -> bool:
        """Tell whether it still counts: its aim may be months back, what it speaks of is nearer."""
        return max(row.at.date(), reference_on) >= self.since.date()


def _agree(made: Subscription, state: Subscription) -> bool:
    """Tell whether events make the state; old rows hold the pieces of one period, not of two."""
    if made == state:
        return True
    kept = made.slices[-len(state.slices) :] if state.slices else made.slices
    return kept != made.slices and evolve(made, slices=kept) == state
