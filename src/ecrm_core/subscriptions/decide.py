"""Decide: a Step as the ChangeSet that writes it: state, events and one Emit for each action."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from ecrm_core.kernel import ABSENT, ChangeSet, Expect, Put
from ecrm_core.subscriptions.action import ActionKind
from ecrm_core.subscriptions.advance import Step
from ecrm_core.subscriptions.kinds import SUBSCRIPTION_EVENTS, SUBSCRIPTIONS

__all__ = ["decide_step", "decide_steps"]


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
    return decide_steps([(step, version)], result=result)


def decide_steps(
    steps: Iterable[tuple[Step, int]], *, result: Mapping[str, object]
) -> ChangeSet:  # fmt: skip
    """Return what steps of several subscriptions write, each with the version of its row."""
    taken = [(step, version) for step, version in steps if step.events]
    events = [row for step, _ in taken for row in step.events]
    return ChangeSet(
        puts=(
            *[Put(SUBSCRIPTIONS, step.state) for step, _ in taken],
            *[Put(SUBSCRIPTION_EVENTS, row) for row in events],
        ),
        expects=tuple(
            [Expect(SUBSCRIPTIONS, (step.state.id,), version) for step, version in taken]
        ),
        emits=tuple([action.emit for step, _ in taken for action in step.actions]),
        result=result,
    )
