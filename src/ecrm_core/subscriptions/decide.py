"""Decide: a Step as the ChangeSet that writes it: state, events and one Emit for each action."""

from __future__ import annotations

from collections import Counter

from ecrm_core.kernel import ABSENT, ChangeSet, Expect, Put
from ecrm_core.subscriptions.action import ActionKind
from ecrm_core.subscriptions.advance import Step
from ecrm_core.subscriptions.kinds import SUBSCRIPTION_EVENTS, SUBSCRIPTIONS

__all__ = ["decide_step"]


def decide_step(step: Step, *, version: int = ABSENT) -> ChangeSet:
    """Return what a step writes; nothing when nothing happened.

    ``version`` is that of the row the step was made on (ABSENT for a new subscription). The result
    holds the id, the status, and counts the actions by kind.
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
        expects=(Expect(SUBSCRIPTIONS, (step.state.id,), version),),
        emits=tuple(action.emit for action in step.actions),
        result=result,
    )
