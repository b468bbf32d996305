"""Record: what one source states about one party, cell by cell, and how statements join.

``join`` takes for every field the greater (observed_at, digest of the value), so it does not matter
in which order, or how often, the statements of a source arrive.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Final, Literal

from attrs import field, frozen

from ecrm_core.customers.fields import FIELDS, FieldValue, field_of
from ecrm_core.customers.keys import SourceKey
from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import Json, Kind, Private, digest, gate_instant, guarded, instant_text

__all__ = [
    "CLEARED",
    "RECORDS",
    "Cleared",
    "SourceRecord",
    "Stated",
    "cell_digest",
    "join",
    "same_value",
    "value_from_json",
    "value_to_json",
]


class Cleared(Enum):
    """The type of CLEARED: an explicit "there is none", unlike a field not stated at all."""

    CLEARED = "cleared"


CLEARED: Final = Cleared.CLEARED
"""A source says outright that the field is empty."""
_CLEARED_JSON: Mapping[str, bool] = {"$cleared": True}


@frozen(repr=False)
class Stated(Private):
    """One cell: a value (or CLEARED), when it was so at the source, and when we heard of it.

    ``clock`` is "receipt" where the source named no time: then ``observed_at`` is ours, and the
    order of arrival decides.
    """

    value: FieldValue
    observed_at: datetime
    received_at: datetime
    clock: Literal["source", "receipt"] = "source"

    def __attrs_post_init__(self) -> None:
        """Refuse naive times (InputError): they have no order."""
        # Millions of cells are made: the gate is asked only where the zone is not plainly UTC.
        if type(self.observed_at) is not datetime or self.observed_at.tzinfo is not UTC:
            gate_instant(self.observed_at, "$.observed_at")
        if type(self.received_at) is not datetime or self.received_at.tzinfo is not UTC:
            gate_instant(self.received_at, "$.received_at")

    def reveal(self) -> FieldValue:
        """Return the value itself."""
        return self.value


@frozen(repr=False)
class SourceRecord(Private):
    """Everything one source states about one party, by field name."""

    key: SourceKey
    cells: Mapping[str, Stated] = field(factory=dict)

    def __repr__(self) -> str:
        """Show the key and the number of stated fields."""
        return f"<SourceRecord {self.key}: {len(self.cells)} fields>"

    def value(self, name: str) -> FieldValue:
        """Return the stated value of a field; None when it is cleared or not stated."""
        cell = self.cells.get(name)
        return None if cell is None or cell.value is CLEARED else cell.value

    def to_json(self) -> Json:
        """Return the record as JSON; cells stated together stand together."""
        together: dict[tuple[datetime, datetime, str], dict[str, Json]] = {}
        for name, cell in self.cells.items():
            when = (cell.observed_at, cell.received_at, cell.clock)
            together.setdefault(when, {})[name] = value_to_json(name, cell.value)
        stated = [
            [instant_text(observed), instant_text(received), clock, cells]
            for (observed, received, clock), cells in sorted(together.items())
        ]
        return {"key": [self.key.source, self.key.external_id], "stated": stated}

    @classmethod
    @guarded
    def from_json(cls, data: Json) -> SourceRecord:
        """Return the record that ``to_json`` wrote; InputError for JSON that is none."""
        cells = {}
        for observed, received, clock, values in data["stated"]:
            times = datetime.fromisoformat(observed), datetime.fromisoformat(received)
            for name, held in values.items():
                cells[name] = Stated(value_from_json(name, held), *times, clock)
        return cls(SourceKey(*data["key"]), cells)


RECORDS: Final = Kind(
    name="record",
    of=SourceRecord,
    key=("key.source", "key.external_id"),
    owner="customers",
)
"""The rows of source records."""


def value_to_json(name: str, value: FieldValue) -> Json:
    """Return the JSON of a value of that field, CLEARED included."""
    return _CLEARED_JSON if value is CLEARED else field_of(name).to_json(value)


def value_from_json(name: str, data: Json) -> FieldValue:
    """Return the value of that field which ``value_to_json`` wrote."""
    if data == _CLEARED_JSON:
        return CLEARED
    return field_of(name).from_json(data)


def cell_digest(name: str, value: object) -> str:
    """Return the digest that stands for a value of that field: equal values, equal digests."""
    return digest(value_to_json(name, value))


def same_value(name: str, left: object, right: object) -> bool:
    """Tell whether two values of that field have one digest.

    Where a field takes values of several types, ``==`` is no judge: 1 == True, 1.0 == 1.00.
    """
    if name in FIELDS:
        return left == right
    return left is right or cell_digest(name, left) == cell_digest(name, right)


def join(left: SourceRecord, right: SourceRecord) -> SourceRecord:
    """Return one record that states, field by field, the later of the two.

    Commutative, associative, idempotent. Equal times: the greater digest. Nothing is lost: see
    ``history.superseded`` for what gave way. DefinitionError for records of two keys.
    """
    if left.key != right.key:
        raise DefinitionError("only records of one source key join", code="keys_differ")
    cells = dict(left.cells)
    for name, cell in right.cells.items():
        held = cells.get(name)
        cells[name] = cell if held is None else _later(name, held, cell)
    return SourceRecord(left.key, cells)


def _later(name: str, left: Stated, right: Stated) -> Stated:
    if left.observed_at != right.observed_at:
        return left if left.observed_at > right.observed_at else right
    if not same_value(name, left.value, right.value):
        greater = cell_digest(name, left.value) > cell_digest(name, right.value)
        return left if greater else right
    # One statement heard twice: it counts from when it was first heard.
    return min(left, right, key=lambda cell: (cell.received_at, cell.clock))
