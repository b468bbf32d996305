"""Put back: the values that a decision chose are overruled when it is taken back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from ecrm_core.customers import (
    Group,
    Profile,
    Ruling,
    SurvivorshipPolicy,
    decide_corrections,
    field_of,
    unify,
)
from ecrm_core.kernel import ChangeSet
from ecrm_core.merging.decision import ReviewDecision

__all__ = ["put_back"]


def put_back(
    decision: ReviewDecision,
    groups: Sequence[Group],
    *,
    tenant: str,
    by: str,
    at: datetime,
    policy: SurvivorshipPolicy,
) -> Iterator[ChangeSet]:
    """Go through the rulings that put back what the values of the decision replaced.

    Corrections stay for ever, and stay with the winner: without these she would go on showing what
    may be somebody else's.
    """
    for group in groups:
        own = [held for held in group.corrections if held.id not in decision.corrections]
        if len(own) == len(group.corrections):
            continue
        shown, before = (
            unify(group.records.values(), held, policy, id=group.root.id)
            for held in (group.corrections, own)
        )
        names = {c.field_name for c in group.corrections if c.id in decision.corrections}
        why = f"decision {decision.id} taken back"
        rulings = [
            ruling for name in sorted(names) for ruling in _rulings(name, shown, before, why)
        ]
        yield decide_corrections(group, rulings, tenant=tenant, by=by, at=at, policy=policy)


def _rulings(name: str, shown: Profile, before: Profile, why: str) -> Iterator[Ruling]:
    held, meant = shown.values(name), before.values(name)
    if not field_of(name).many:
        if held != meant:
            yield Ruling(field_name=name, value=before.value(name), reason=why)
        return
    for element in held:
        if element not in meant:
            yield Ruling(field_name=name, value=None, replaces=element, reason=why)
