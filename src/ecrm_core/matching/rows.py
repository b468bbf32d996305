"""Rows: whatever holds people as columns with roles and ids; and labels given back to it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Protocol, cast

from attrs import frozen

from ecrm_core.customers import FieldMap, Profile, SourceRecord
from ecrm_core.customers.table import Frame, Table, columns_of, text_of
from ecrm_core.errors import DefinitionError, InputError, UnknownName
from ecrm_core.matching.columns import cells_of
from ecrm_core.matching.comparison import NO_COMPARISONS, Comparison
from ecrm_core.matching.people import people_columns
from ecrm_core.matching.roles import COMPARED

__all__ = ["Fields", "People", "Rows", "labelled", "plain_id", "rows_of"]

Id = Hashable
"""What names a row: a value of the id column, else its number from 0."""
Fields = FieldMap | Mapping[str, str]
"""What the columns mean."""
People = Table | Sequence[SourceRecord] | Sequence[Profile]
"""A table, or what the library itself knows of people."""


@frozen(kw_only=True, repr=False, eq=False)
class Rows:
    """Columns of equal length with their roles, an id for each row, and perhaps its source."""

    columns: Mapping[str, Sequence[object]]
    fields: FieldMap
    ids: Sequence[Id]
    sources: tuple[str, ...] | None = None


def rows_of(
    people: People,
    *,
    fields: Fields | None,
    id: str | None,  # noqa: A002 - the word of the design
    link: str | None,
    own: Mapping[str, Comparison] = NO_COMPARISONS,
) -> Rows:
    """Return the rows of a table or of records.

    Raises DefinitionError and UnknownName for columns that are not there, have different lengths,
    or say nothing about who somebody is; InputError for an id that is missing or given twice.
    """
    if _are_people(people, fields):
        known = cast("Sequence[SourceRecord | Profile]", people)
        columns, field_map, ids = people_columns(known, own)
        sources = [_source(one) for one in known] if link else None
        return _checked(columns, field_map, ids, sources)
    if fields is None:
        message = "expected fields= to say what the columns mean (FieldMap.guess proposes it)"
        raise DefinitionError(message, code="no_fields")
    field_map = fields if isinstance(fields, FieldMap) else FieldMap(fields)
    held = _columns(cast("Table", people), (*field_map.columns, *filter(None, (id, link))))
    id = id or next(iter(field_map.columns_for("id")), None)  # noqa: A001
    wanted = [name for name, role in field_map.columns.items() if role in COMPARED or role in own]
    for name in (*wanted, *filter(None, (id, link))):
        if name not in held:
            raise UnknownName("column", name[:80], tuple(get_close_matches(name, held, n=3)))
    stated = {name: _sized(held[name]) for name in wanted}
    named = cells_of(held[id]) if id else None
    sources = [text_of(cell) for cell in cells_of(held[link])] if link else None
    return _checked(stated, field_map, named, sources)


def _sized(column: Iterable[object]) -> Sequence[object]:
    """Return the column as it is if its length is known: frames number their own values."""
    return column if hasattr(column, "__len__") else list(column)  # type: ignore[return-value]


def _columns(table: Table, names: Iterable[str]) -> Mapping[str, Iterable[object]]:
    if isinstance(table, Sequence) and not table:
        return dict.fromkeys(names, ())  # no rows: no names of columns either
    return columns_of(table)


def _are_people(people: People, fields: Fields | None) -> bool:
    if not isinstance(people, Sequence):
        return False
    # None at all, and nobody says what columns mean: nobody is a duplicate of nobody.
    return isinstance(people[0], (SourceRecord, Profile)) if people else fields is None


def _source(one: SourceRecord | Profile) -> str:
    return one.key.source if isinstance(one, SourceRecord) else ""


def _checked(
    columns: Mapping[str, Sequence[object]],
    fields: FieldMap,
    ids: Sequence[object] | None,
    sources: Sequence[str] | None,
) -> Rows:
    if not columns:
        message = "found no column that says who somebody is, expected a name, an e-mail, ..."
        raise DefinitionError(message, code="no_fields")
    lengths = {len(column) for column in (*columns.values(), ids, sources) if column is not None}
    if len(lengths) > 1:
        message = f"found columns of {min(lengths)} and {max(lengths)} rows, expected equal ones"
        raise DefinitionError(message, code="ragged")
    names = range(lengths.pop()) if ids is None else tuple(map(plain_id, ids))
    if ids is not None:
        _check_ids(names)
    return Rows(columns=columns, fields=fields, ids=names,
                sources=None if sources is None else tuple(sources))  # fmt: skip


def plain_id(value: object) -> Id:
    """Return an id as Python's own value, its text where it cannot be one."""
    plain = value.as_py() if hasattr(value, "as_py") else value  # a pyarrow scalar
    return plain if isinstance(plain, Hashable) else str(plain)


def _check_ids(ids: Sequence[Id]) -> None:
    texts = [text_of(held) for held in ids]
    if "" in texts:
        message = "found no id, expected one in every row"
        raise InputError(message, path=f"$[{texts.index('')}].id", code="empty")
    seen: set[Id] = set()
    for at, names in enumerate(zip(texts, ids, strict=True)):
        if not seen.isdisjoint(names):  # True and 1 have two texts, and are one key
            raise InputError("found an id for the second time", path=f"$[{at}].id", code="id_twice")
        seen.update(names)


class _MadeSeries(Protocol):
    def __call__(self, name: str, values: list[Id], /) -> object: ...


def labelled(table: Table, labels: Sequence[Id], column: str = "cluster_id") -> object:
    """Return the table with one more column, as what it is: frame, columns or rows.

    Raises DefinitionError for a table of another length.
    """
    columns = columns_of(table)
    found = len(list(next(iter(columns.values()), ())))
    if found != len(labels):
        message = f"found a table of {found} rows, expected the {len(labels)} that were compared"
        raise DefinitionError(message, code="ragged")
    if isinstance(table, Mapping):
        return {**table, column: list(labels)}
    if isinstance(table, Sequence):
        return [{**row, column: label} for row, label in zip(table, labels, strict=True)]
    return _framed(table, list(labels), column)


def _framed(frame: Frame, labels: list[Id], column: str) -> object:
    if (assign := getattr(frame, "assign", None)) is not None:  # pandas
        return assign(**{column: labels})
    if (append := getattr(frame, "append_column", None)) is not None:  # pyarrow
        return append(column, [labels])
    if (extend := getattr(frame, "with_columns", None)) is not None:  # polars
        series = cast("_MadeSeries", type(frame[str(next(iter(frame.columns)))]))
        return extend(series(column, labels))
    names: Iterable[object] = frame.columns
    return {str(name): frame[str(name)] for name in names} | {column: labels}
