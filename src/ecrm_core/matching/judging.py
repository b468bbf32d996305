"""Judging: deciding what a person's verdict on two customers writes, and what it contradicts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from types import MappingProxyType

from ecrm_core.kernel import ChangeSet, Key, Put
from ecrm_core.matching.contradictions import Bond, contradictions
from ecrm_core.matching.judgement import JUDGEMENTS, Judgement, JudgementVerdict, said_after

__all__ = ["decide_judgement", "decide_judgements"]


def decide_judgement(
    left: str,
    right: str,
    verdict: str | JudgementVerdict,
    *,
    tenant: str,
    by: str,
    at: datetime,
    reason: str | None = None,
    known: Iterable[Judgement] = (),
    merged: Iterable[Bond] = (),
    roots: Mapping[str, str] = MappingProxyType({}),
) -> ChangeSet:
    """Return what a verdict on two home ids writes: one row, and nobody is merged by it.

    A verdict is never refused for contradicting others. ``known``, ``merged`` and ``roots`` are
    what stands around the two, as for ``contradictions``: ``reasons`` name what this one
    contradicts, and the result holds them as sentences beside the id. Raises DefinitionError for
    one id given twice, UnknownName for a verdict that is none. It comes after the verdict in whose
    place it stands, though a clock stands still or is behind.
    """
    told = tuple(known)
    said = Judgement.of(left, right, verdict, by=by, at=at, reason=reason, tenant=tenant)
    before = _before(said, told, roots)
    if before is not None and before.id != said.id:
        later = said_after(at, before)
        said = Judgement.of(left, right, verdict, by=by, at=later, reason=reason, tenant=tenant)
    found = contradictions([*told, said], merged=merged, roots=roots)
    own = [one for one in found if said.id in {one.wall.id, *(bond.id for bond in one.path)}]
    reasons = {str(why): why for one in own for why in one.reasons}
    result = {"judgement": said.id, "contradictions": list(reasons)}
    return ChangeSet(puts=(Put(JUDGEMENTS, said),), result=result, reasons=tuple(reasons.values()))


def _before(
    said: Judgement, known: Iterable[Judgement], roots: Mapping[str, str]
) -> Judgement | None:
    """Return the last judgement on the same two customers."""
    pair = {roots.get(id_, id_) for id_ in (said.left, said.right)}
    held = [
        each for each in known if {roots.get(id_, id_) for id_ in (each.left, each.right)} == pair
    ]
    return max(held, key=lambda each: (each.at, each.id), default=None)


def decide_judgements(
    judgements: Iterable[Judgement],
    *,
    known: Collection[Key] = (),
) -> ChangeSet:
    """Return what judgements told elsewhere write: those not in ``known`` (keys of JUDGEMENTS).

    Their authors, times and reasons stay. The result counts ``imported`` and ``known``.
    """
    told = list(judgements)
    new = {JUDGEMENTS.key_of(said): said for said in told}
    new = {key: said for key, said in sorted(new.items()) if key not in known}
    return ChangeSet(
        puts=tuple(Put(JUDGEMENTS, said) for said in new.values()),
        result={"imported": len(new), "known": len(told) - len(new)},
    )
