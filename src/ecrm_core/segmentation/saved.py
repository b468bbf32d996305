"""Saved: rules that a shop keeps under names, and the row that says what changes are watched for.

A rule may name others; whoever changes one of them expects the watch, so that no two changes at
once make a circle, and no change of a customer slips by while the first segment is saved.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Final

from attrs import field, frozen

from ecrm_core.kernel import Index, Json, Key, Kind
from ecrm_core.segmentation.segment import Segment
from ecrm_core.segmentation.terms import FieldRef
from ecrm_core.segmentation.tree import InSegment, IsNull, Rule
from ecrm_core.segmentation.tree_read import rule_from_json

__all__ = [
    "NOBODY",
    "SEGMENTS",
    "SEGMENT_WATCH",
    "WATCH",
    "SavedSegment",
    "SegmentWatch",
    "rules_of",
    "segment_name",
]

NOBODY: Final[Rule] = IsNull(FieldRef("customer_id"))
"""The rule of a segment that was emptied: nobody is without an id."""


def segment_name(name: object) -> str:
    """Return the name as a rule may write it; DefinitionError for a blank or a long one."""
    return InSegment(name).name  # type: ignore[arg-type]  # what is no text is refused there


@frozen(kw_only=True, slots=False)
class SavedSegment:
    """One saved rule: its id is for ever, its name and its rule may change.

    ``by`` and ``at`` are of the last change. ``effects``: who enters and leaves is told to the host
    through the outbox. ``rule_json`` holds the texts of the rule.
    """

    id: str
    name: str
    rule_json: Json = field(repr=False)
    effects: bool = True
    by: str
    at: datetime

    @cached_property
    def rule(self) -> Rule:
        """The rule as a tree; other segments stand in it by name."""
        return rule_from_json(self.rule_json)

    @cached_property
    def segment(self) -> Segment:
        """The rule as a segment: its text, its JSON, its id."""
        return Segment.from_json(self.rule_json)

    def __str__(self) -> str:
        """Return the name and the canonical query."""
        return f"{self.name}: {self.segment}"


@frozen(kw_only=True)
class SegmentWatch:
    """What the saved segments look at: while ``segments`` is 0, no change of a customer is noted.

    ``made`` counts the segments there ever were. ``consents``: one of them asks what was said about
    addresses, so what is said, and who holds an address, is noted too.
    """

    id: str = "watch"
    segments: int = 0
    made: int = 0
    consents: bool = False


SEGMENTS: Final = Kind(
    name="segment",
    of=SavedSegment,
    key=("id",),
    indexes=(Index("by_name", ("name",)),),
    owner="segmentation",
)
"""The rows of saved segments, found by name."""
SEGMENT_WATCH: Final = Kind(
    name="segment_watch", of=SegmentWatch, key=("id",), owner="segmentation"
)
"""The one row of the watch."""
WATCH: Final[Key] = ("watch",)
"""Its key."""


def rules_of(saved: Iterable[SavedSegment]) -> Mapping[str, Rule]:
    """Return the rules by name, as ``Schema.with_segments`` takes them."""
    return {held.name: held.rule for held in saved}
