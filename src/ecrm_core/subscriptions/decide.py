"""Decide: a Step as the ChangeSet that writes it: state, events and one Emit for each action."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from ecrm_core.kernel import ABSENT, OUTBOX, ChangeSet, Drop, Emit, Expect, Put, Stored
from ecrm_core.subscriptions.action import Action, ActionKind
from ecrm_core.subscriptions.advance import Step
from ecrm_core.subscriptions.events import PaymentRecorded, Withdrawn
from ecrm_core.subscriptions.kinds import SUBSCRIPTION_EVENTS, SUBSCRIPTIONS
from ecrm_core.subscriptions.recorded import Recorded

__all__ = ["decide_step", "decide_steps", "withdrawn_keys"]

_NOTHING: Mapping[str, Stored[Emit]] = {}


def decide_step(
    step: Step, *, version: int = ABSENT, waiting: Mapping[str, Stored[Emit]] = _NOTHING
) -> ChangeSet:
    """Return what a step writes; nothing when nothing happened.

    ``version`` is that of the row the step was made on (ABSENT for a new subscription). ``waiting``
    are the rows of the outbox under ``withdrawn_keys``, by key: they are dropped, for nobody has
    seen them yet. The result holds the id, the status, and counts the actions by kind.
    """
    counts = Counter(action.kind.value for action in step.actions)
    result: dict[str, object] = {
        "subscription": step.state.id,
        "status": step.state.status.value,
        **{kind.value: counts[kind.value] for kind in ActionKind},
    }
    return decide_steps([(step, version)], result=result, waiting=waiting)


def decide_steps(
    steps: Iterable[tuple[Step, int]],
    *,
    result: Mapping[str, object],
    waiting: Mapping[str, Stored[Emit]] = _NOTHING,
) -> ChangeSet:
    """Return what steps of several subscriptions write, each with the version of its row."""
    taken = [(step, version) for step, version in steps if step.events]
    events = [row for step, _ in taken for row in step.events]
    actions = [action for step, _ in taken for action in step.actions]
    return ChangeSet(
        puts=(
            *[Put(SUBSCRIPTIONS, step.state) for step, _ in taken],
            *[Put(SUBSCRIPTION_EVENTS, row) for row in events],
        ),
        drops=tuple([Drop(OUTBOX, (key,)) for key in waiting]),
        expects=(
            *[Expect(SUBSCRIPTIONS, (step.state.id,), version) for step, version in taken],
            *[Expect(OUTBOX, (key,), row.version) for key, row in waiting.items()],
        ),
        emits=tuple([action.emit for action in _going_out(actions, events, waiting)]),
        result=result,
    )


def withdrawn_keys(events: Iterable[Recorded]) -> tuple[str, ...]:
    """Return the action keys that are not to be handed out any more, if they still wait."""
    found: list[str] = []
    for row in events:
        event, id_ = row.event, row.subscription
        if isinstance(event, Withdrawn):
            found += [f"{id_}/notice/{name}" for name in event.notices]
            found += [f"{id_}/{kind}/{name}" for name in event.tasks for kind in _OF_TASK]
        elif isinstance(event, PaymentRecorded) and event.retry is not None:
            found.append(event.retry)
    return tuple(found)


_OF_TASK = ("task", "escalation")


def _going_out(
    actions: list[Action], events: list[Recorded], waiting: Mapping[str, Stored[Emit]]
) -> list[Action]:
    """Return the actions without what the steps themselves take back, and the taking back of it."""
    gone = withdrawn_keys(events)
    if not gone:
        return actions
    unseen = {action.key for action in actions if action.key in gone} | set(waiting)
    return [action for action in actions if unseen.isdisjoint({action.key, _taken(action)})]


def _taken(action: Action) -> str | None:
    return action.of if action.kind is ActionKind.WITHDRAWAL else None
