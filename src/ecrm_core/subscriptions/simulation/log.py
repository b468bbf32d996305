"""Log: everything that happened in a simulation, in order, as table, JSON and HTML."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import Enum

from attrs import frozen

from ecrm_core.kernel import Json, html_table, instant_text, plain_table
from ecrm_core.subscriptions.action import Action
from ecrm_core.subscriptions.commands import Command
from ecrm_core.subscriptions.recorded import Recorded
from ecrm_core.subscriptions.subscription import Subscription

__all__ = ["Entry", "Happened", "Simulation"]

_SHOWN = 200
_HEAD = ("when", "what", "subscription", "of what")


class Happened(Enum):
    """What an entry of the log tells."""

    EVENT = "event"
    """An event was written."""
    HANDED = "handed over"
    """An action was handed over to the host for the first time."""
    AGAIN = "handed over again"
    """The same action, under the same key: the host had died before it noted the first time."""
    COMMAND = "command"
    """A command arrived, or a report of the payment provider."""
    REFUSED = "refused"
    """The command before was refused."""
    CRASH = "crash"
    """The host died; it starts again at once."""


@frozen
class Entry:
    """One line of the log: when (the true time, whatever the host's clock showed), and what.

    ``of`` is the event or the action, the command, the code of the error; None for a crash.
    """

    at: datetime
    what: Happened
    subscription: str
    of: Recorded | Action | Command | str | None = None

    @property
    def name(self) -> str:
        """The kind of event, the action key, the name of the command, or the error's code."""
        if isinstance(self.of, Recorded):
            return self.of.event.kind
        if isinstance(self.of, Action):
            return self.of.key
        return type(self.of).__name__ if isinstance(self.of, Command) else self.of or ""

    def to_json(self) -> Json:
        """Return the line as JSON values: events as they are stored, actions as they are sent."""
        data: dict[str, Json] = {
            "at": instant_text(self.at),
            "what": self.what.value,
            "subscription": self.subscription,
            "of": self.name,
        }
        if isinstance(self.of, Recorded):
            data["event"] = self.of.to_json()
        elif isinstance(self.of, Action):
            data["action"] = dict(self.of.payload)
        return data


@frozen(kw_only=True, repr=False)
class Simulation:
    """What a simulation came to: its whole log, and how each subscription stands at the end."""

    until: datetime
    entries: tuple[Entry, ...]
    states: Mapping[str, Subscription]

    @property
    def events(self) -> tuple[Recorded, ...]:
        """Every event, in the order of writing: what ``fold`` and ``movements`` take."""
        return tuple(entry.of for entry in self.entries if isinstance(entry.of, Recorded))

    @property
    def actions(self) -> tuple[Action, ...]:
        """Every action that was handed over, each key once."""
        return tuple(
            entry.of
            for entry in self.entries
            if entry.what is Happened.HANDED and isinstance(entry.of, Action)
        )

    @property
    def counts(self) -> Mapping[str, int]:
        """How many entries there are of each kind, and how many actions of each kind."""
        lines = Counter(entry.what.value for entry in self.entries)
        kinds = Counter(action.kind.value for action in self.actions)
        return {
            **{what.value: lines[what.value] for what in Happened},
            **dict(sorted(kinds.items())),
        }

    def to_json(self) -> Json:
        """Return the whole log and the counts as JSON values."""
        return {
            "until": instant_text(self.until),
            "counts": dict(self.counts),
            "entries": [entry.to_json() for entry in self.entries],
        }

    def __repr__(self) -> str:
        """Return what it is and how long."""
        return f"<Simulation until {self.until.date()}: {len(self.entries)} entries>"

    def __str__(self) -> str:
        """Return the first lines of the log as a plain table, and how many more there are."""
        return plain_table(_HEAD, _rows(self.entries[:_SHOWN])) + self._rest

    def _repr_html_(self) -> str:
        return html_table(_HEAD, _rows(self.entries[:_SHOWN]), caption=self._rest.strip())

    @property
    def _rest(self) -> str:
        more = len(self.entries) - _SHOWN
        return f"\nand {more} more" if more > 0 else ""


def _rows(entries: Iterable[Entry]) -> list[tuple[str, ...]]:
    return [(instant_text(e.at), e.what.value, e.subscription, e.name) for e in entries]
