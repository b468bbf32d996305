"""Renewals: contracts taken over; the next thirty days of charges, notices and sales tasks."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from ecrm_core.crm import Crm
from ecrm_core.demo.scene import Scene
from ecrm_core.kernel import Emit, Money
from ecrm_core.subscriptions import Action, ActionKind, Plan, TermRule, explain

__all__ = ["renew"]

_DAYS: Final = 30
_SHOWN: Final = 5
_TITLES: Final = {
    "renewal": "Contracts that renew",
    "notice": "Notices to customers, before they have to decide",
    "task": "Tasks for sales, before the first notice",
    "charge": "Other charges",
}


def renew(crm: Crm, scene: Scene) -> None:
    """Take the contracts over, show what is due, do what is due today, and hand it over."""
    scene.title(f"Subscriptions: what the next {_DAYS} days bring")
    with (scene.folder / "subscriptions.csv").open(encoding="utf-8", newline="") as stream:
        rows = {_subscribe(crm, row): row for row in csv.DictReader(stream)}
    scene.say(f"{len(rows)} subscriptions taken over from subscriptions.csv")
    due = [(_kind(action, rows), action) for action in crm.due(days=_DAYS)]
    for kind, title in _TITLES.items():
        scene.say(f"\n{title}: {sum(held == kind for held, _ in due)}")
        _show(crm, scene, [action for held, action in due if held == kind], rows)
    _run(crm, scene)


def _kind(action: Action, rows: Mapping[str, Mapping[str, str]]) -> str:
    """Return what it is, a charge on the day a term ends being a renewal."""
    renews = action.on.isoformat() == rows[action.subscription]["term_ends_on"]
    return "renewal" if renews and action.kind is ActionKind.CHARGE else action.kind.value


def _subscribe(crm: Crm, row: Mapping[str, str]) -> str:
    term = TermRule(initial=row["term"], notice=row["notice"]) if row["term"] else None
    plan = Plan(
        id=row["plan"], name=row["title"], price=Money(row["price"], row["currency"]),
        cadence=row["cadence"], term=term,
    )  # fmt: skip
    return crm.subscribe(
        row["customer"],
        plan,
        starts_on=date.fromisoformat(row["starts_on"]),
        billed_through=date.fromisoformat(row["paid_until"]),
        preset=row["buyers"],
        auto_renew=row["auto_renew"] != "no",
        key=f"demo: {row['subscription']}",
    )


def _show(
    crm: Crm, scene: Scene, actions: Sequence[Action], rows: Mapping[str, Mapping[str, str]]
) -> None:
    for action in actions[:_SHOWN]:
        what = scene.amount(action.amount) if action.amount else f"{action.rule} ({action.to})"
        before = f", before {action.reference_on}" if action.reference_on else ""
        late = ", late" if action.late else ""
        title, name = rows[action.subscription]["title"], scene.name(crm, action.customer)
        scene.say(f"  {action.on}  {what}{before}{late}: {title}, {name}")
    if len(actions) > _SHOWN:
        scene.say(f"  and {len(actions) - _SHOWN} more")
    if actions:
        scene.say(f"  Why the first: {'; '.join(map(str, explain(actions[0])))}")


def _run(crm: Crm, scene: Scene) -> None:
    """Write what is due now into the outbox, and hand it to functions that stand for a host's."""
    crm.run_due()
    handed = Counter[str]()

    def host(effect: Emit) -> None:
        handed[effect.topic] += 1

    crm.deliver(charge=host, notice=host, task=host, limit=1_000)
    told = ", ".join(f"{count} {topic}s" for topic, count in sorted(handed.items()))
    scene.say(f"\nDue today and handed over now: {told or 'nothing that is not done already'}")
