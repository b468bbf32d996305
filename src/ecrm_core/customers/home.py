"""Home: where a source record lives for ever, and the root its customer goes by now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import evolve, field, frozen

from ecrm_core.customers.correction import Correction
from ecrm_core.customers.keys import SourceKey
from ecrm_core.customers.record import SourceRecord
from ecrm_core.kernel import ABSENT, CustomerId, Expect, Index, Kind

__all__ = ["HOMES", "Group", "Home"]


@frozen(kw_only=True)
class Home:
    """One home: its id and source key never change; ``root_id`` follows merges and their undoing.

    The row of a root is the unit of concurrency of its group: whoever changes anything in the group
    expects its version and writes it anew.
    """

    id: CustomerId
    key: SourceKey
    root_id: CustomerId

    @property
    def is_root(self) -> bool:
        """Whether the customer goes by this id now."""
        return self.id == self.root_id


HOMES: Final = Kind(
    name="home",
    of=Home,
    key=("id",),
    indexes=(Index("by_root", ("root_id",)),),
    owner="customers",
)
"""The rows of homes, found by root."""


@frozen(kw_only=True)
class Group:
    """All that is known of one customer: the homes under one root, their records, corrections.

    ``version`` is that of the root's row when the group was read; ABSENT for one not stored yet.
    """

    homes: tuple[Home, ...]
    records: Mapping[SourceKey, SourceRecord] = field(factory=dict)
    corrections: tuple[Correction, ...] = ()
    version: int = ABSENT

    @property
    def root(self) -> Home:
        """The home the customer goes by."""
        return next(home for home in self.homes if home.is_root)

    @property
    def expect(self) -> Expect:
        """The condition under which a decision on this group may be applied."""
        return Expect(HOMES, (self.root.id,), self.version)

    def with_record(self, record: SourceRecord) -> Group:
        """Return the group with this record in place of the one of its key."""
        return evolve(self, records={**self.records, record.key: record})
