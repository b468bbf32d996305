"""Moves: deciding what a refresh writes of one customer: entered, left, and when to look again.

Pure, and the same for whoever decides it: the id of an effect is derived from the segment, the
customer and the number of the move.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from attrs import evolve, field, frozen

from ecrm_core.kernel import (
    ABSENT,
    ChangeSet,
    CustomerId,
    Drop,
    Emit,
    Expect,
    Put,
    Stored,
    derive_id,
    instant_text,
)
from ecrm_core.segmentation.marks import MoveCause
from ecrm_core.segmentation.membership import (
    MEMBERSHIPS,
    SEGMENT_RECHECKS,
    Membership,
    SegmentRecheck,
)
from ecrm_core.segmentation.recheck import Recheck

__all__ = [
    "ENTERED",
    "LEFT",
    "MOVED",
    "TOPICS",
    "AskedCustomer",
    "AskedSegment",
    "decide_gone",
    "decide_moves",
    "effect_id",
]  # fmt: skip

ENTERED: Final = "segment_entered"
"""The topic of the effect of entering: segment, name, customer, at, cause, definition, number."""
LEFT: Final = "segment_left"
"""The topic of the effect of leaving; the same payload."""
MOVED: Final = "segment_moved"
"""The topic of both where the cause is a merge or its undoing: nothing to act on; ``in`` tells."""
TOPICS: Final = (ENTERED, LEFT, MOVED)


@frozen(kw_only=True)
class AskedSegment:
    """One segment that is asked: its id and name, the id of its rule, whether it has effects."""

    id: str
    name: str
    definition: str
    effects: bool = True


@frozen(kw_only=True)
class AskedCustomer:
    """One customer: the rows there are of her, and what her segments come to now, by their ids."""

    customer: CustomerId
    held: Mapping[str, Stored[Membership]] = field(factory=dict)
    recheck: Stored[SegmentRecheck] | None = None
    found: Mapping[str, Recheck] = field(factory=dict)


def decide_moves(
    seen: AskedCustomer,
    asked: Mapping[str, AskedSegment],
    *,
    tenant: str,
    cause: MoveCause,
    at: datetime,
) -> ChangeSet:
    """Return what becomes of one customer at an instant: memberships, recheck and effects.

    ``asked`` are all segments there are, by id; those of ``seen.found`` were asked about her.
    ``result`` counts ``entered`` and ``left``.
    """
    moves = []
    for id_, found in sorted(seen.found.items()):
        row = seen.held.get(id_)
        if found.value is not (row is not None and row.value.until is None):
            moves.append(_moved(row, asked[id_], seen.customer, cause=cause, at=at))
    emits = [_effect(move, asked[move.segment], tenant, at) for move in moves
             if asked[move.segment].effects]  # fmt: skip
    versions = {id_: row.version for id_, row in seen.held.items()}
    again = _again(seen, asked)
    entered = sum(move.until is None for move in moves)
    return ChangeSet(
        puts=(*(Put(MEMBERSHIPS, move) for move in moves), *again.puts),
        drops=again.drops,
        expects=(
            *(Expect(MEMBERSHIPS, (move.segment, move.customer),
                     versions.get(move.segment, ABSENT)) for move in moves),
            *again.expects,
        ),
        emits=tuple(emits),
        result={"entered": entered, "left": len(moves) - entered},
    )  # fmt: skip


def decide_gone(
    row: Stored[Membership], gone: AskedSegment, *, tenant: str, at: datetime
) -> ChangeSet:
    """Return what takes out the row of a segment that was dropped; who was in it has left."""
    held = row.value
    key = MEMBERSHIPS.key_of(held)
    out = ChangeSet(
        drops=(Drop(MEMBERSHIPS, key),), expects=(Expect(MEMBERSHIPS, key, row.version),)
    )
    if held.until is not None:
        return out
    move = _moved(row, gone, held.customer, cause=MoveCause.DROPPED, at=at)
    emit = _effect(move, gone, tenant, at)
    return evolve(out, emits=(emit,) if gone.effects else (), result={"left": 1})


def effect_id(tenant: str, segment: str, customer: str, number: int) -> str:
    """Return the key of the effect of a move: the same for whoever finds it."""
    return derive_id("evt", tenant, "membership", segment, customer, str(number))


def _moved(
    row: Stored[Membership] | None,
    asked: AskedSegment,
    customer: CustomerId,
    *,
    cause: MoveCause,
    at: datetime,
) -> Membership:
    if row is None:
        return Membership(segment=asked.id, customer=customer, since=at, cause=cause,
                          definition=asked.definition)  # fmt: skip
    held = row.value
    told = evolve(held, number=held.number + 1, cause=cause, definition=asked.definition)
    return evolve(told, until=at) if held.until is None else evolve(told, since=at, until=None)


def _effect(move: Membership, asked: AskedSegment, tenant: str, at: datetime) -> Emit:
    entered = move.until is None
    topic = MOVED if not move.cause.acts else ENTERED if entered else LEFT
    return Emit(
        key=effect_id(tenant, move.segment, move.customer, move.number),
        topic=topic,
        at=at,
        payload={
            "segment": move.segment, "name": asked.name, "customer": move.customer,
            "in": entered, "at": instant_text(at), "cause": move.cause.value,
            "definition": move.definition, "number": move.number,
        },
    )  # fmt: skip


def _again(seen: AskedCustomer, asked: Mapping[str, AskedSegment]) -> ChangeSet:
    """Return what changes in when to look again: asked segments anew, others as they are."""
    before = seen.recheck.value.at if seen.recheck else {}
    at = dict(_rechecks(seen, asked, before))
    if at == dict(before):
        return ChangeSet()
    key = (seen.customer,)
    expects = (Expect(SEGMENT_RECHECKS, key, seen.recheck.version if seen.recheck else ABSENT),)
    if not at:
        return ChangeSet(drops=(Drop(SEGMENT_RECHECKS, key),), expects=expects)
    row = SegmentRecheck(customer=seen.customer, at=at)
    return ChangeSet(puts=(Put(SEGMENT_RECHECKS, row),), expects=expects)


def _rechecks(
    seen: AskedCustomer, asked: Mapping[str, AskedSegment], before: Mapping[str, datetime]
) -> Iterator[tuple[str, datetime]]:
    for id_ in sorted(asked):
        found = seen.found.get(id_)
        at = before.get(id_) if found is None else found.at
        if at is not None:
            yield id_, at
