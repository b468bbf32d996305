"""Membership: who is in which saved segment, since when and why, and when to look again.

A row belongs to the id a customer goes by, her root. It stays when she leaves, with its number, so
that every entering and leaving has an id of its own, the same for whoever finds it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from attrs import field, frozen

from ecrm_core.kernel import CustomerId, Index, Kind
from ecrm_core.segmentation.marks import MoveCause

__all__ = [
    "MEMBERSHIPS",
    "SEGMENT_RECHECKS",
    "SEGMENT_REFRESH",
    "Evaluated",
    "Membership",
    "SegmentRecheck",
    "SegmentRefresh",
]


@frozen(kw_only=True)
class Membership:
    """That a customer is in a segment, or was.

    ``number`` counts her enterings and leavings: odd while she is in. ``since`` is when she was
    found to have entered the last time, ``until`` when to have left; ``cause`` is of the last of
    both, ``definition`` the id of the rule it happened under.
    """

    segment: str
    customer: CustomerId
    number: int = 1
    since: datetime
    until: datetime | None = None
    cause: MoveCause
    definition: str

    @property
    def current(self) -> str | None:
        """The customer, while she is in."""
        return self.customer if self.until is None else None


@frozen(kw_only=True)
class SegmentRecheck:
    """When time alone may move a customer into a segment or out of it, by the segment's id.

    An instant may tell a birthday: a repr does not show it.
    """

    customer: CustomerId
    at: Mapping[str, datetime] = field(factory=dict, repr=False)

    @property
    def first(self) -> datetime | None:
        """The first of these instants."""
        return min(self.at.values(), default=None)


@frozen(kw_only=True)
class Evaluated:
    """A segment as it was last asked of everybody: ``basis`` stands for all its answer rests on."""

    name: str
    basis: str
    effects: bool = True


@frozen(kw_only=True)
class SegmentRefresh:
    """How far the memberships are: true as of ``as_of``, of the ``evaluated`` segments.

    ``begun`` is the latest instant somebody was asked at, by a refresh that may have been stopped.
    ``sweep`` are the bases of segments that are being asked of everybody, up to and with the
    customer ``after``.
    """

    id: str = "refresh"
    as_of: datetime | None = None
    begun: datetime | None = None
    evaluated: Mapping[str, Evaluated] = field(factory=dict)
    sweep: Mapping[str, str] = field(factory=dict)
    after: str = ""

    def latest(self, at: datetime) -> datetime:
        """Return the instant, or that of a refresh before it which was later."""
        return max([at, *(known for known in (self.as_of, self.begun) if known is not None)])


MEMBERSHIPS: Final = Kind(
    name="membership",
    of=Membership,
    key=("segment", "customer"),
    indexes=(Index("by_segment", ("segment", "current")), Index("by_customer", ("customer",))),
    owner="segmentation",
)
"""The rows of memberships: the present ones by segment, all by customer."""
SEGMENT_RECHECKS: Final = Kind(
    name="segment_recheck",
    of=SegmentRecheck,
    key=("customer",),
    indexes=(Index("by_time", ("first",)),),
    owner="segmentation",
)
"""The rows of rechecks, the first that is due first."""
SEGMENT_REFRESH: Final = Kind(
    name="segment_refresh", of=SegmentRefresh, key=("id",), owner="segmentation"
)
"""The one row that says how far the memberships are."""
