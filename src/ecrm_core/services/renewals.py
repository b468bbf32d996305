"""Renewals: subscriptions loaded, decided and made ready to be written; no rule stands here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from difflib import get_close_matches

from attrs import frozen

from ecrm_core.customers import SourceKey, ids_of
from ecrm_core.errors import MissingError, UnknownName
from ecrm_core.kernel import ChangeSet, Stored, combine, derive_id, gate_text, plain_table
from ecrm_core.ports import Store
from ecrm_core.ports.subscriptions import read_due, read_subscriptions, read_subscriptions_of
from ecrm_core.services.identity import group_of, identity_of
from ecrm_core.subscriptions import (
    Action,
    ActionKind,
    Command,
    Create,
    Plan,
    Policies,
    Subscription,
    TermRule,
    advance,
    decide_step,
    forecast,
    handle,
)

__all__ = [
    "RunReport",
    "due_actions",
    "prepare_command",
    "prepare_run_due",
    "prepare_subscribe",
    "subscriptions_of",
]

Presets = Mapping[str, Policies]


@frozen(kw_only=True)
class RunReport:
    """What a run came to: how many subscriptions it took up, and what it asks the host to do."""

    subscriptions: int = 0
    charges: int = 0
    notices: int = 0
    tasks: int = 0

    def plus(self, result: Mapping[str, object]) -> RunReport:
        """Return the report with one more transaction's result."""
        counts = {name: int(str(result.get(name, 0))) for name in _COUNTS}
        return RunReport(**{name: getattr(self, name) + count for name, count in counts.items()})

    def __str__(self) -> str:
        """Return the counts as a plain table."""
        return plain_table(_COUNTS, [[str(getattr(self, name)) for name in _COUNTS]])


_COUNTS = ("subscriptions", "charges", "notices", "tasks")
_KINDS = {ActionKind.CHARGE: "charges", ActionKind.NOTICE: "notices", ActionKind.TASK: "tasks"}


def prepare_subscribe(
    store: Store,
    customer: str | SourceKey,
    plan: Plan,
    *,
    presets: Presets,
    now: datetime,
    preset: str = "b2c",
    tz: str = "UTC",
    starts_on: date | None = None,
    anchor_day: int | None = None,
    billed_through: date | None = None,
    term: TermRule | None = None,
    auto_renew: bool = True,
    by: str | None = None,
) -> ChangeSet:
    """Return what beginning a subscription writes; it stays under the id that is meant, for ever.

    Raises MissingError for an unknown customer.
    """
    group = group_of(store, customer)
    home = identity_of(store, customer)
    number = len(read_subscriptions_of(store, [home]).get(home, ()))
    create = Create(
        id=derive_id("sub", store.tenant, home, plan.id, str(number)), customer=home, plan=plan,
        preset=preset, tz=tz, starts_on=starts_on, anchor_day=anchor_day,
        billed_through=billed_through, term=term, auto_renew=auto_renew,
    )  # fmt: skip
    step = handle(None, create, now, _policies(presets, preset), by=by)
    changes = decide_step(step)
    # Expected and not written: who is erased meanwhile is not subscribed, and nobody else waits.
    return combine([changes, ChangeSet(expects=(group.expect,))], result=changes.result)


def prepare_command(
    store: Store, subscription: str, command: Command, *, presets: Presets, now: datetime, by: str
) -> ChangeSet:
    """Return what a command writes; MissingError for an unknown subscription."""
    row = _row(store, subscription)
    policies = _policies(presets, row.value.preset)
    step = handle(row.value, command, now, policies, by=by)
    return decide_step(step, version=row.version)


def _row(store: Store, subscription: str) -> Stored[Subscription]:
    id_ = gate_text(subscription, "$.subscription")
    found = read_subscriptions(store, [id_]).get(id_)
    if found is None:
        raise MissingError("no subscription has this id", code="no_subscription", id=id_[:80])
    return found


def _policies(presets: Presets, name: str) -> Policies:
    if name not in presets:
        near = tuple(get_close_matches(name[:80], presets))
        raise UnknownName("preset of policies", name[:80], near)
    return presets[name]


def subscriptions_of(store: Store, customer: str | SourceKey) -> tuple[Subscription, ...]:
    """Return every subscription of a customer, under whichever of her ids, by start and id."""
    homes = ids_of(group_of(store, customer))
    rows = [row.value for found in read_subscriptions_of(store, homes).values() for row in found]
    return tuple(sorted(rows, key=lambda held: (held.starts_on, held.id)))


def due_actions(
    store: Store, until: datetime, *, now: datetime, presets: Presets
) -> tuple[Action, ...]:
    """Return the actions runs will write up to ``until``: what is overdue now, the rest on time."""
    actions = [
        action
        for row in read_due(store, until)
        for action in forecast(
            row.value, until, _policies(presets, row.value.preset), now=now
        ).actions
    ]
    return tuple(sorted(actions, key=lambda action: (action.at, action.key)))


def prepare_run_due(
    store: Store, *, now: datetime, presets: Presets, limit: int
) -> ChangeSet:  # fmt: skip
    """Return what is due in the first ``limit`` subscriptions; the result counts it."""
    counts: Counter[str] = Counter()
    sets = []
    for row in read_due(store, now, limit=limit):
        step = advance(row.value, now, _policies(presets, row.value.preset))
        sets.append(decide_step(step, version=row.version))
        counts["subscriptions"] += 1
        counts.update(_KINDS[action.kind] for action in step.actions)
    return combine(sets, result={name: counts[name] for name in _COUNTS})
