"""Segment members: who is in a saved segment, and which ones a customer is in, as last found."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from attrs import frozen

from ecrm_core.customers import SourceKey
from ecrm_core.kernel import CustomerId
from ecrm_core.ports import Store, read_members, read_memberships
from ecrm_core.segmentation import Membership, SavedSegment
from ecrm_core.services.identity import group_of
from ecrm_core.services.refresh import read_refresh
from ecrm_core.services.refreshing import questions_of
from ecrm_core.services.saved_segments import Setting, read_segments

__all__ = ["MembersFound", "members_of", "memberships_of"]


@frozen(kw_only=True)
class MembersFound:
    """Who is in a saved segment, sorted, and of which refresh and rule that is."""

    segment: SavedSegment
    members: tuple[CustomerId, ...]
    as_of: datetime | None
    complete: bool


def members_of(store: Store, name: str, *, setting: Setting) -> MembersFound:
    """Return who is in the segment of a name, page by page; UnknownName where there is none."""
    segment = read_segments(store).named(name)
    state = read_refresh(store).value
    members = [held.customer for page in read_members(store, segment.id) for held in page]
    as_of = state.as_of
    rules = questions_of(store, setting, at=segment.at).rules
    known = state.evaluated.get(segment.id)
    complete = known is not None and segment.id in rules and known.basis == rules[segment.id].basis
    return MembersFound(segment=segment, members=tuple(members), as_of=as_of, complete=complete)


def memberships_of(store: Store, customer: str | SourceKey) -> Mapping[str, Membership]:
    """Return the present memberships of a customer, by the names of the segments."""
    names = {held.id: held.name for held in read_segments(store).saved}
    root = group_of(store, customer).root.id
    rows = read_memberships(store, [root]).get(root, ())
    found = {
        names[row.value.segment]: row.value
        for row in rows
        if row.value.current is not None and row.value.segment in names
    }
    return dict(sorted(found.items()))
