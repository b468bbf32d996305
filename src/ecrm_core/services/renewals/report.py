"""Report: what a run came to, added up over its transactions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from attrs import define, field, frozen

from ecrm_core.kernel import html_table, plain_table
from ecrm_core.services.renewals.reading import SetAside
from ecrm_core.subscriptions import Action, Step
from ecrm_core.subscriptions.events import ChargeHeld, ChargeSkipped, NoticeMissed, TaskMissed

__all__ = ["RunReport", "SetAside", "Tally"]

_ALWAYS = ("subscriptions", "charges", "notices", "tasks")
_ACTIONS: Final[Mapping[str, str]] = {
    "charge": "charges",
    "notice": "notices",
    "task": "tasks",
    "credit": "credits",
    "retry": "retries",
    "escalation": "escalations",
    "withdrawal": "withdrawals",
}
"""The count of each kind of action; a test checks that none is missing."""
_COUNTS = ("subscriptions", *_ACTIONS.values(), "late", "missed", "skipped", "held")
_EVENTS: Final[Mapping[str, str]] = {
    NoticeMissed.kind: "missed",
    TaskMissed.kind: "missed",
    ChargeSkipped.kind: "skipped",
    ChargeHeld.kind: "held",
}


@frozen(kw_only=True)
class RunReport:
    """What a run came to: how many subscriptions it took up, and what it asks the host to do.

    ``late`` are the notices and tasks that go out late, ``missed`` those whose window had passed;
    ``skipped`` charges are never made, ``held`` ones wait for a look. ``lateness`` is how long the
    one waited that waited longest. ``aside`` are the subscriptions
    that could not be read or decided: they are as they were, and the next run tries again.
    """

    subscriptions: int = 0
    charges: int = 0
    credits: int = 0
    notices: int = 0
    tasks: int = 0
    retries: int = 0
    escalations: int = 0
    withdrawals: int = 0
    late: int = 0
    missed: int = 0
    skipped: int = 0
    held: int = 0
    lateness: timedelta = timedelta(0)
    aside: tuple[SetAside, ...] = ()

    def plus(self, result: Mapping[str, object]) -> RunReport:
        """Return the report with one more transaction's result."""
        counts = {name: getattr(self, name) + int(str(result.get(name, 0))) for name in _COUNTS}
        waited = timedelta(seconds=float(str(result.get("lateness", 0))))
        more = result.get("aside", {})
        named = more.items() if isinstance(more, Mapping) else ()
        aside = tuple(SetAside(subscription=id_, code=code) for id_, code in named)
        return RunReport(**counts, lateness=max(self.lateness, waited), aside=(*self.aside, *aside))

    def to_json(self) -> dict[str, object]:
        """Return counts, the lateness in seconds, and the codes of those set aside by id."""
        aside = {held.subscription: held.code for held in self.aside}
        counts = {name: getattr(self, name) for name in _COUNTS}
        return {**counts, "lateness": self.lateness.total_seconds(), "aside": aside}

    def __str__(self) -> str:
        """Return the counts as a plain table; beyond the first four those that are not zero."""
        head, row = self._cells()
        return plain_table(head, [row])

    def _repr_html_(self) -> str:
        head, row = self._cells()
        return html_table(head, [row])

    def _cells(self) -> tuple[list[str], list[str]]:
        cells = {name: getattr(self, name) for name in _COUNTS}
        cells |= {"lateness": self.lateness if self.late or self.missed else 0}
        cells |= {"set aside": len(self.aside)}
        shown = {n: str(count) for n, count in cells.items() if n in _ALWAYS or count}
        return list(shown), list(shown.values())


@define
class Tally:
    """The counts of one transaction while they are made."""

    now: datetime
    counts: Counter[str] = field(factory=Counter)
    aside: dict[str, str] = field(factory=dict)
    waited: timedelta = timedelta(0)

    def step(self, step: Step, due: datetime) -> None:
        """Count what came of a subscription that was due then."""
        self.counts["subscriptions"] += 1
        self.waited = max(self.waited, self.now - due)
        for row in step.events:
            if row.event.kind in _EVENTS:
                self.counts[_EVENTS[row.event.kind]] += 1
        self._actions(step.actions)

    def _actions(self, actions: Iterable[Action]) -> None:
        for action in actions:
            self.counts[_ACTIONS[action.kind.value]] += 1
            self.counts["late"] += action.late

    @property
    def result(self) -> dict[str, object]:
        """The counts as JSON values; what did not happen is left out."""
        result: dict[str, object] = {name: self.counts[name] for name in _ALWAYS}
        result |= {n: self.counts[n] for n in _COUNTS if self.counts[n]}
        if self.waited:
            result["lateness"] = self.waited.total_seconds()
        return result | ({"aside": self.aside} if self.aside else {})
