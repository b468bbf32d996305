"""History: the statements that gave way to later ones, kept append-only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from attrs import frozen

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
from ecrm_core.kernel import Index, Json, Kind, Private, Reason

__all__ = ["HISTORY", "Superseded", "conflicting_statements", "standing_conflicts", "superseded"]

_CONFLICT = "{source} states two values for {field} at one time; the digest decided"


@frozen(kw_only=True, repr=False)
class Superseded(Private):
    """A value a source once stated for a field, with the times of the statement.

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
    def stated(self) -> FieldValue:
        """The value itself, or CLEARED."""
        return value_from_json(self.field_name, self.value)


HISTORY: Final = Kind(
    name="history",
    of=Superseded,
    key=("source", "external_id", "field_name", "observed_at", "digest"),
    indexes=(Index("by_record", ("source", "external_id")),),
    insert_only=True,
    owner="customers",
)
"""The rows of statements that gave way, found by record."""


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
