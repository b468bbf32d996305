"""Commanding: beginning a subscription, and what a command makes of one."""

from __future__ import annotations

from datetime import date, datetime

from attrs import evolve

from ecrm_core.customers import SourceKey
from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import ChangeSet, combine, derive_id, gate_text
from ecrm_core.ports import Store
from ecrm_core.ports.subscriptions import read_subscriptions, read_subscriptions_of
from ecrm_core.services.identity import group_of, identity_of
from ecrm_core.services.renewals.reading import Presets, stored_subscription
from ecrm_core.services.renewals.withdrawing import waiting_rows
from ecrm_core.subscriptions import (
    Alignment,
    Anchor,
    Command,
    Create,
    Plan,
    StubPolicy,
    TermRule,
    decide_step,
    handle,
    policies_of,
)

__all__ = ["prepare_command", "prepare_subscribe"]


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
    anchor: Anchor | None = None,
    align: Alignment = Alignment.OWN,
    stub: StubPolicy = StubPolicy.PRORATE,
    quantity: int = 1,
    billed_through: date | None = None,
    term: TermRule | None = None,
    auto_renew: bool = True,
    by: str | None = None,
) -> ChangeSet:
    """Return what beginning a subscription writes; it stays under the id that is meant, for ever.

    Raises MissingError for an unknown customer.
    """
    if not isinstance(plan, Plan):
        message = f"found {type(plan).__name__} as plan, expected a Plan"
        raise DefinitionError(message, code="argument")
    home = identity_of(store, customer)
    number = len(read_subscriptions_of(store, [home]).get(home, ()))
    create = Create(
        id=derive_id("sub", store.tenant, home, plan.id, str(number)), customer=home, plan=plan,
        preset=preset, tz=tz, starts_on=starts_on, anchor_day=anchor_day,
        anchor=anchor, align=align, stub=stub, quantity=quantity,
        billed_through=billed_through, term=term, auto_renew=auto_renew,
    )  # fmt: skip
    return _begun(store, create, customer, presets=presets, now=now, by=by)


def _begun(
    store: Store, create: Create, asked: str | SourceKey, *, presets: Presets, now: datetime,
    by: str | None,
) -> ChangeSet:  # fmt: skip
    """Return what beginning one writes; MissingError for an unknown customer, as she was named."""
    group = group_of(store, asked)
    step = handle(None, create, now, policies_of(create.preset, presets), by=by)
    changes = decide_step(step)
    # Expected and not written: who is erased meanwhile is not subscribed, and nobody else waits.
    return combine([changes, ChangeSet(expects=(group.expect,))], result=changes.result)


def prepare_command(
    store: Store, subscription: str, command: Command, *, presets: Presets, now: datetime, by: str
) -> ChangeSet:
    """Return what a command writes; MissingError for an unknown subscription or customer.

    Create and Import begin one under the id they name; IllegalTransition where it is there already.
    """
    if isinstance(command, Create):
        if gate_text(subscription, "$.subscription") != command.id:
            message = "found a command that begins another subscription, expected one id"
            raise DefinitionError(message, code="command")
        if command.id not in read_subscriptions(store, [command.id]):
            home = identity_of(store, command.customer)
            create = evolve(command, customer=home)
            return _begun(store, create, command.customer, presets=presets, now=now, by=by)
    row = stored_subscription(store, subscription)
    policies = policies_of(row.value.preset, presets)
    step = handle(row.value, command, now, policies, by=by)
    waiting = waiting_rows(store, step.events)
    return decide_step(step, version=row.version, waiting=waiting)
