"""Linked: rows of a plugin's own are found by their customer, through a merge and back."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from ecrm_core.adapters.memory import MemoryStore
from ecrm_core.crm import Crm, Settings
from ecrm_core.customers import SourceKey, SourceRecord, Stated
from ecrm_core.kernel import ChangeSet, CustomerId, FixedClock, Put
from ecrm_core.merging import LinkedKind
from ecrm_core.sources import Delivery
from ecrm_core.testing.plugins.plugged import Plugged

__all__ = ["LinkedContract"]

_AT = datetime(2026, 1, 1, tzinfo=UTC)
_ONE, _OTHER = SourceKey("test", "1"), SourceKey("test", "2")


class LinkedContract(Plugged):
    """What a LinkedKind promises: set ``tools``, its Kind's ``name``, and write ``row``."""

    def row(self, number: int, customer: CustomerId, record: SourceKey) -> object:
        """Return row number so and so, of this customer or record (whichever its index names)."""
        raise NotImplementedError

    def test_a_row_reads_as_it_was_written_and_no_clock_or_chance_makes_its_key(self) -> None:
        crm, rows = self._shop()
        assert crm.linked(_ONE, self.name) == rows[:2]
        assert crm.linked(_OTHER, self.name) == rows[2:]

    def test_a_view_and_an_export_hold_them_as_json(self) -> None:
        crm, rows = self._shop()
        assert crm.view(_ONE).linked[self.name] == rows[:2]
        exported = crm.export(_ONE)["linked"]
        assert json.loads(json.dumps(exported)) == exported
        assert len(exported[self.name]) == 2  # type: ignore[index]

    def test_a_merge_shows_all_and_its_undo_gives_them_back(self) -> None:
        crm, rows = self._shop()
        undo = crm.merge(_ONE, _OTHER, by="test")
        assert sorted(map(repr, crm.linked(_ONE, self.name))) == sorted(map(repr, rows))
        crm.unmerge(undo, by="test")
        assert crm.linked(_ONE, self.name) == rows[:2]
        assert crm.linked(_OTHER, self.name) == rows[2:]

    @property
    def _linked(self) -> LinkedKind:
        return self.tools.linked[self.name]

    def _shop(self) -> tuple[Crm, tuple[object, ...]]:
        """A shop of two customers; the first two rows are the one's, the last the other's."""
        crm = Crm(MemoryStore(), settings=Settings(tools=self.tools, clock=FixedClock(_AT)))
        stated = {"brand": Stated("test", _AT, _AT)}
        crm.ingest(Delivery(source="test", records=tuple(
            SourceRecord(key, stated) for key in (_ONE, _OTHER)
        )))  # fmt: skip
        whose = enumerate((_ONE, _ONE, _OTHER))
        rows = [self.row(number, crm.resolve(key), key) for number, key in whose]
        puts = tuple(Put(self._linked.kind, row) for row in rows)
        crm.store.apply(ChangeSet(puts=puts))
        by_key = sorted(range(2), key=lambda at: puts[at].key)
        return crm, (*(rows[at] for at in by_key), rows[2])
