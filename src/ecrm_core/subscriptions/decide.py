"""Decide: a Step as the ChangeSet that writes it: state, events and one Emit for each action."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from ecrm_core.kernel import ABSENT, OUTBOX, ChangeSet, Drop, Emit, Expect, Put, Stored
from ecrm_core.subscriptions.action import Action, ActionKind
from ecrm_core.subscriptions.advance import Step
from ecrm_core.subscriptions.events import PaymentRecorded, Withdrawn
from ecrm_core.subscriptions.kinds import SUBSCRIPTION_EVENTS, SUBSCRIPTIONS

__all__ = ["decide_step", "withdrawn_keys"]

_NOTHING: Mapping[str, Stored[Emit]] = {}


def decide_step(
    step: Step, *, version: int = ABSENT, waiting: Mapping[str, Stored[Emit]] = _NOTHING
) -> ChangeSet:
    """Return what a step writes; nothing when nothing happened.

    ``version`` is that of the row the step was made on (ABSENT for a new subscription). ``waiting``
    are the rows of the outbox under ``withdrawn_keys(step)``, by key: they are dropped, for nobody
    has seen them yet. The result holds the id, the status, and counts the actions by kind.
    """
    counts = Counter(action.kind.value for action in step.actions)
    result: dict[str, object] = {
        "subscription": step.state.id,
        "status": step.state.status.value,
        **{kind.value: counts[kind.value] for kind in ActionKind},
    }
    if not step.events:
        return ChangeSet(result=result)
    return ChangeSet(
        puts=(
            Put(SUBSCRIPTIONS, step.state),
            *(Put(SUBSCRIPTION_EVENTS, row) for row in step.events),
        ),
        drops=tuple(Drop(OUTBOX, (key,)) for key in waiting),
        expects=(
            Expect(SUBSCRIPTIONS, (step.state.id,), version),
            *(Expect(OUTBOX, (key,), row.version) for key, row in waiting.items()),
        ),
        emits=tuple(action.emit for action in _going_out(step, waiting)),
        result=result,
    )


def withdrawn_keys(step: Step) -> tuple[str, ...]:
    """Return the action keys that are not to be handed out any more, if they still wait."""
    found: list[str] = []
    for row in step.events:
        event, id_ = row.event, row.subscription
        if isinstance(event, Withdrawn):
            found += [f"{id_}/notice/{name}" for name in event.notices]
            found += [f"{id_}/{kind}/{name}" for name in event.tasks for kind in _OF_TASK]
        elif isinstance(event, PaymentRecorded) and event.retry is not None:
            found.append(event.retry)
    return tuple(found)


_OF_TASK = ("task", "escalation")


def _going_out(step: Step, waiting: Mapping[str, Stored[Emit]]) -> list[Action]:
    """Return the actions without what the step itself takes back, and the taking back of it."""
    unseen = {action.key for action in step.actions} & set(withdrawn_keys(step)) | set(waiting)
    if not unseen:
        return list(step.actions)
    return [action for action in step.actions if unseen.isdisjoint({action.key, _taken(action)})]


def _taken(action: Action) -> str | None:
    return action.of if action.kind is ActionKind.WITHDRAWAL else None
