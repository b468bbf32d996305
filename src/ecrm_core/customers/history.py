"""History: the values a source stated once and states no more, each as it was stated last.

It does not depend on the order of arrival: a value that stands in the record has no row, every
other one has one, with the latest time it was stated at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from attrs import define, field, frozen

from ecrm_core.customers.fields import FieldValue
from ecrm_core.customers.keys import SourceKey
from ecrm_core.customers.record import (
    SourceRecord,
    Stated,
    cell_digest,
    same_value,
    value_from_json,
    value_to_json,
)
from ecrm_core.kernel import ChangeSet, Drop, Index, Json, Key, Kind, Private, Put, Reason

__all__ = [
    "HISTORY",
    "Past",
    "Superseded",
    "conflicting_statements",
    "standing",
    "standing_conflicts",
    "superseded",
]

_CONFLICT = "{source} states two values for {field} at one time; the digest decided"


@frozen(kw_only=True, repr=False)
class Superseded(Private):
    """A value a source once stated for a field, with the times it was last stated at.

    ``value`` is its JSON, as it stands in a record.
    """

    source: str
    external_id: str
    field_name: str
    digest: str
    value: Json = None
    observed_at: datetime
    received_at: datetime

    @property
    def at(self) -> Key:
        """What the value is found under: record, field and digest."""
        return self.source, self.external_id, self.field_name, self.digest

    @property
    def stated(self) -> FieldValue:
        """The value itself, or CLEARED."""
        return value_from_json(self.field_name, self.value)


HISTORY: Final = Kind(
    name="history",
    of=Superseded,
    key=("source", "external_id", "field_name", "observed_at", "digest"),
    indexes=(
        Index("by_record", ("source", "external_id")),
        Index("by_value", ("source", "external_id", "field_name", "digest")),
    ),
    owner="customers",
)
"""The rows of values that gave way, found by record, or by record, field and digest."""


@define
class Past:
    """What becomes of a history while statements arrive.

    ``known`` are rows as stored; ``changed`` holds the row anew for each value, or None where it
    stands again. Both by what the index ``by_value`` finds them under.
    """

    known: Mapping[Key, Superseded]
    changed: dict[Key, Superseded | None] = field(factory=dict, init=False)

    def lay_aside(self, row: Superseded) -> bool:
        """Keep a value that gave way; False where it is known to have been stated later."""
        held = self.changed.get(row.at, self.known.get(row.at))
        # One statement heard twice counts from when it was first heard, as in a record.
        if held and (held.observed_at, row.received_at) >= (row.observed_at, held.received_at):
            return False
        self.changed[row.at] = row
        return True

    def take_back(self, at: Key) -> None:
        """Let go of the row of a value that stands again."""
        self.changed[at] = None

    @property
    def changes(self) -> ChangeSet:
        """What is to be written: where a row changed, the one that was stored goes."""
        puts = {HISTORY.key_of(row): Put(HISTORY, row) for row in self.changed.values() if row}
        stored = [HISTORY.key_of(self.known[at]) for at in self.changed if at in self.known]
        drops = [Drop(HISTORY, key) for key in stored if key not in puts]
        return ChangeSet(puts=tuple(puts.values()), drops=tuple(drops))


def standing(record: SourceRecord, name: str) -> Key:
    """Return under what the value that stands in a record would be found, were it history."""
    key = record.key
    return key.source, key.external_id, name, cell_digest(name, record.cells[name].value)


def superseded(
    before: SourceRecord, arriving: SourceRecord, after: SourceRecord
) -> tuple[Superseded, ...]:
    """Return what gave way when ``arriving`` joined ``before`` to make ``after``.

    A value merely stated again is no history; a late older value is.
    """
    rows = []
    for record in (before, arriving):
        for name, cell in record.cells.items():
            kept = after.cells[name]
            if kept is cell or same_value(name, kept.value, cell.value):
                continue
            rows.append(_row(record.key, name, cell))
    return tuple(rows)


def standing_conflicts(
    records: Mapping[SourceKey, SourceRecord], history: Iterable[Superseded]
) -> tuple[Reason, ...]:
    """Return a reason for each field whose value beat another that its source states for that time.

    As ``conflicting_statements`` says it when the second arrives, told from what is stored.
    """
    found = dict[tuple[SourceKey, str], Reason]()
    for row in history:
        key = SourceKey(row.source, row.external_id)
        held = records[key].cells.get(row.field_name) if key in records else None
        if held is not None and held.observed_at == row.observed_at:
            facts = {"source": row.source, "field": row.field_name}
            found[key, row.field_name] = Reason("conflicting_statement", _CONFLICT, facts)
    return tuple(found[at] for at in sorted(found))


def _row(key: SourceKey, name: str, cell: Stated) -> Superseded:
    return Superseded(
        source=key.source,
        external_id=key.external_id,
        field_name=name,
        digest=cell_digest(name, cell.value),
        value=value_to_json(name, cell.value),
        observed_at=cell.observed_at,
        received_at=cell.received_at,
    )


def conflicting_statements(left: SourceRecord, right: SourceRecord) -> tuple[Reason, ...]:
    """Return a reason for each field that one source states in two ways at one time."""
    reasons = []
    for name in sorted(left.cells.keys() & right.cells.keys()):
        one, two = left.cells[name], right.cells[name]
        if one.observed_at == two.observed_at and not same_value(name, one.value, two.value):
            facts = {"source": left.key.source, "field": name}
            reasons.append(Reason("conflicting_statement", _CONFLICT, facts))
    return tuple(reasons)
