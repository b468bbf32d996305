"""Define: deciding what saving, renaming and dropping a segment writes.

Every one of them writes the watch anew under the version read: so the names, and who names whom,
are those that were looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from difflib import get_close_matches

from attrs import evolve, field, frozen

from ecrm_core.errors import RefusedError, UnknownName
from ecrm_core.kernel import ABSENT, ChangeSet, Drop, Expect, Put, derive_id, gate_text, nfc
from ecrm_core.segmentation.names import fields_named, segments_named
from ecrm_core.segmentation.references import expanded
from ecrm_core.segmentation.saved import (
    NOBODY,
    SEGMENT_WATCH,
    SEGMENTS,
    WATCH,
    SavedSegment,
    SegmentWatch,
    rules_of,
    segment_name,
)
from ecrm_core.segmentation.schema import Schema
from ecrm_core.segmentation.segment import Segment
from ecrm_core.segmentation.tree import And, InSegment, Not, Or, Rule
from ecrm_core.segmentation.tree_json import rule_to_json

__all__ = ["SavedSegments", "decide_drop_segment", "decide_rename_segment", "decide_save_segment"]


@frozen(kw_only=True)
class SavedSegments:
    """All saved segments, and the watch with its version (ABSENT: there is none yet)."""

    saved: Sequence[SavedSegment] = ()
    watch: SegmentWatch = field(factory=SegmentWatch)
    version: int = ABSENT

    @property
    def rules(self) -> Mapping[str, Rule]:
        """The rules by name."""
        return rules_of(self.saved)

    def named(self, name: str) -> SavedSegment:
        """Return the segment of a name; UnknownName, with the nearest, where there is none."""
        name = nfc(gate_text(name))  # as it was saved
        for held in self.saved:
            if held.name == name:
                return held
        near = tuple(get_close_matches(name[:80], self.rules))
        raise UnknownName("saved segment", name[:80], near)


def decide_save_segment(
    known: SavedSegments,
    name: str,
    segment: Segment | None,
    *,
    schema: Schema,
    tenant: str,
    effects: bool = True,
    by: str,
    at: datetime,
) -> ChangeSet:
    """Return what saving a rule under a name writes, new or in place of the one there is.

    ``segment`` None empties it: nobody is in it. ``schema`` knows no saved segments yet. Raises
    SegmentSyntaxError for a rule that does not fit, names a segment there is not, or itself by a
    detour (code "segment_cycle", the circle in the message). ``result`` holds the id.
    """
    name = segment_name(name)
    before = next((held for held in known.saved if held.name == name), None)
    rule = NOBODY if segment is None else segment.rule
    rules = {**known.rules, name: rule}
    whole = schema.with_segments(rules)
    if segment is not None:
        segment.check(whole)
    for other in rules.values():
        expanded(other, whole)  # one that names this one may be too large by now
    made = known.watch.made + (before is None)
    id_ = before.id if before else derive_id("sgm", tenant, str(made))
    saved = SavedSegment(
        id=id_, name=name, rule_json=rule_to_json(rule), effects=effects, by=gate_text(by), at=at
    )
    others = [held for held in known.saved if held.name != name]
    return _written(known, [*others, saved], [saved], whole, made=made, result={"segment": id_})


def decide_rename_segment(
    known: SavedSegments, name: str, new: str, *, schema: Schema, by: str, at: datetime
) -> ChangeSet:
    """Return what renaming writes; rules that name the segment name it anew, and mean the same.

    Raises UnknownName, and RefusedError (code "segment_name") for a name that is taken.
    """
    held, new = known.named(name), segment_name(new)
    name = held.name
    if new in known.rules:
        message = "another segment has this name: take a new one, or drop that one first"
        raise RefusedError(message, code="segment_name", name=new[:80])
    after = [
        evolve(each, name=new if each is held else each.name,
               rule_json=rule_to_json(_renamed(each.rule, name, new)), by=gate_text(by), at=at)
        if each is held or name in segments_named(each.rule) else each
        for each in known.saved
    ]  # fmt: skip
    changed = [each for each, old in zip(after, known.saved, strict=True) if each is not old]
    whole = schema.with_segments(rules_of(after))
    return _written(known, after, changed, whole, result={"segment": held.id})


def decide_drop_segment(known: SavedSegments, name: str, *, schema: Schema) -> ChangeSet:
    """Return what dropping writes; who was in it leaves by the next refresh.

    Raises UnknownName, and RefusedError (code "segment_in_use") while others name it.
    """
    held = known.named(name)
    users = sorted(each.name for each in known.saved if held.name in segments_named(each.rule))
    if users:
        message = f"{len(users)} saved segments name this one: change or drop them first"
        raise RefusedError(message, code="segment_in_use", segments=users)
    after = [each for each in known.saved if each is not held]
    changes = _written(
        known, after, [], schema.with_segments(rules_of(after)), result={"segment": held.id}
    )
    return evolve(changes, drops=(Drop(SEGMENTS, (held.id,)),))


def _written(
    known: SavedSegments,
    after: Sequence[SavedSegment],
    changed: Sequence[SavedSegment],
    schema: Schema,
    *,
    made: int | None = None,
    result: Mapping[str, object],
) -> ChangeSet:
    names = set[str]().union(*(fields_named(expanded(held.rule, schema)) for held in after))
    watch = SegmentWatch(
        segments=len(after),
        made=known.watch.made if made is None else made,
        consents=any(name in schema.fields and schema.fields[name].consent for name in names),
    )
    return ChangeSet(
        puts=(*(Put(SEGMENTS, held) for held in changed), Put(SEGMENT_WATCH, watch)),
        expects=(Expect(SEGMENT_WATCH, WATCH, known.version),),
        result=result,
    )


def _renamed(rule: Rule, name: str, new: str) -> Rule:
    match rule:
        case And() | Or():
            return evolve(rule, items=tuple(_renamed(item, name, new) for item in rule.items))
        case Not():
            return evolve(rule, item=_renamed(rule.item, name, new))
        case InSegment():
            return evolve(rule, name=new) if rule.name == name else rule
        case _:
            return rule
