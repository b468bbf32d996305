"""Related: further tables (orders, visits) as the relations of the customers of a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from attrs import frozen

from ecrm_core.customers.table import Table, columns_of
from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import nfc
from ecrm_core.segmentation.cells import infer, tidy
from ecrm_core.segmentation.schema import FieldType, Relation, SchemaField

__all__ = ["Related", "RelatedTable", "id_of", "read_related", "text_id"]

_TIMES = frozenset({FieldType.DATE, FieldType.INSTANT})
_AT = "date"
_TOO_LARGE = 10**20  # nobody numbers customers so far, and to write it out may take for ever
_LONGEST = 10_000  # bits of a whole number that Python writes out whatever its limit is set to


@frozen(kw_only=True, repr=False, eq=False)
class RelatedTable:
    """A table whose rows belong to customers: ``key`` holds their ids, ``at`` when each happened.

    Rows after the instant asked about are not seen; ``at=None``: all of them are.
    """

    frame: Table
    key: str = "customer_id"
    at: str | None = _AT


@frozen(kw_only=True, repr=False)
class Related:
    """A relation, and its rows by the id of the customer they belong to, as text."""

    relation: Relation
    rows: Mapping[str, Sequence[Mapping[str, object]]]


def read_related(
    name: str, given: Table | RelatedTable, needed: Iterable[str], *, tz: str
) -> Related:
    """Return a table as a relation: each column is a field under its own name.

    A bare table has its ids in ``customer_id``, and its times in ``date`` where it has such a
    column. Only the columns a rule needs are read. Raises DefinitionError for a key or time that
    is not there, a time that is none ("related_table"), and a column of several types.
    """
    table = given if isinstance(given, RelatedTable) else RelatedTable(frame=given)
    held = {nfc(column): cells for column, cells in columns_of(table.frame).items()}
    at = nfc(table.at) if table.at and (table is given or _AT in held) else None
    keys = [text_id(cell) for cell in _column(held, table.key, name)]
    needed = {*needed, *([] if at is None else [at])}
    columns = {n: infer(cells, n, tz) for n, cells in held.items() if n in needed}
    fields = [_field(n, columns[n][0] if n in columns else FieldType.UNKNOWN)
              for n in held if n.strip()]  # fmt: skip
    return Related(
        relation=Relation.of(name, fields, at=_timed(at, held, columns, name)),
        rows=_rows(keys, {n: values for n, (_, values) in columns.items()}, name),
    )


def _field(name: str, kind: FieldType) -> SchemaField:
    return SchemaField(name=name, type=kind, nullable=kind is not FieldType.LIST)


def _timed(
    at: str | None,
    held: Mapping[str, Iterable[object]],
    columns: Mapping[str, tuple[FieldType, Sequence[object]]],
    name: str,
) -> str | None:
    """Return the column that says when each row happened; None too where it is empty."""
    if at is None:
        return None
    _column(held, at, name)
    kind = columns[at][0]
    if kind not in {*_TIMES, FieldType.UNKNOWN}:
        raise _wrong(f"found no times in the column {at!r} of {name!r}, expected some")
    return at if kind in _TIMES else None


def _rows(
    keys: Sequence[str], columns: Mapping[str, Sequence[object]], name: str
) -> dict[str, list[Mapping[str, object]]]:
    if any(len(values) != len(keys) for values in columns.values()):
        message = f"found columns of unequal length in {name!r}, expected a table"
        raise DefinitionError(message, code="not_a_table")
    rows: dict[str, list[Mapping[str, object]]] = {}
    for at, key in enumerate(keys):
        rows.setdefault(key, []).append({n: values[at] for n, values in columns.items()})
    return rows


def _column(held: Mapping[str, Iterable[object]], column: str, name: str) -> Iterable[object]:
    if nfc(column) not in held:
        raise _wrong(
            f"found no column {column[:80]!r} in {name!r}, expected RelatedTable to name it"
        )
    return held[nfc(column)]


def _wrong(message: str) -> DefinitionError:
    return DefinitionError(message, code="related_table")


def id_of(cell: object) -> object:
    """Return an id as it was meant: a frame turns whole numbers with a gap into floats."""
    value = tidy(cell)
    if not isinstance(value, (float, Decimal)) or not -_TOO_LARGE < value < _TOO_LARGE:
        return value
    return int(value) if value == int(value) else value


def text_id(cell: object) -> str:
    """Return an id as text, however a frame holds it: 7, 7.0 and "7" are one; "" for none."""
    value = id_of(cell)
    if isinstance(value, int) and value.bit_length() > _LONGEST:
        return ""
    return "" if value is None else nfc(str(value))
