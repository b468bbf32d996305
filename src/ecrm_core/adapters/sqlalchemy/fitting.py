"""Fitting: whether a host's table can take what a projection writes, asked before anything is.

What is refused here would otherwise stop an intake later, at the first customer it does not fit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import sqlalchemy as sa

from ecrm_core.customers import FieldMap
from ecrm_core.errors import DefinitionError
from ecrm_core.sources.row_fields import TEXT_FIELDS

__all__ = ["TYPES", "check_fit"]

_SEVERAL = ("email", "language", "note", "phone", "street")
_SINGLE = ("birth_date", "country", "id", "kana", "tags", "updated_at", *TEXT_FIELDS)
TYPES: Final[Mapping[str, type[sa.types.TypeEngine[Any]]]] = {
    "birth_date": sa.Date,
    "updated_at": sa.DateTime,
}
"""The type that a column of the role may have, where it is not text."""


def check_fit(table: sa.Table, fields: FieldMap, keys: tuple[str, ...]) -> None:
    """Refuse columns that are not in the table or do not fit their roles; DefinitionError says why.

    ``keys`` are the columns that tell a row.
    """
    names = (*keys, *fields.columns)
    strangers = [name for name in names if name not in table.c]
    if strangers:
        raise _misfit(table, strangers[0], "expected a column of the table")
    for column, role in fields.columns.items():
        _check_role(table, column, role)
        _check_type(table, column, role)
    for column in fields.columns:
        if column not in keys:
            _check_free(table, column)
    if not any(set(found) == set(keys) for found in _unique(table)):
        raise _misfit(table, keys[-1], f"expected {' and '.join(keys)} to be unique")
    for own in table.c:
        if own.name not in names and not _fills_itself(table, own):
            raise _misfit(table, own.name, "not mapped: expected a default, or that it may be NULL")


def _misfit(table: sa.Table, column: str, said: str) -> DefinitionError:
    message = f"the projection into {table.name!r}: column {column[:80]!r}, {said}"
    return DefinitionError(message, code="projection", table=table.name, column=column[:80])


def _check_role(table: sa.Table, column: str, role: str) -> None:
    if role in (*_SEVERAL, *_SINGLE) or role.startswith("attribute:"):
        return
    raise _misfit(table, column, f"found the role {role!r}, expected one that a profile has")


def _check_type(table: sa.Table, column: str, role: str) -> None:
    type_ = table.c[column].type
    own = TYPES.get(role)
    if isinstance(type_, sa.String) and not isinstance(type_, sa.Enum):
        if type_.length is not None:
            raise _misfit(table, column, f"found {type_!r}, expected Text: a length stops intakes")
    elif own is None or not isinstance(type_, own):
        expected = f"Text or {own.__name__}" if own else "Text"
        raise _misfit(table, column, f"found {type_!r}, expected {expected}")
    elif isinstance(type_, sa.DateTime) and not type_.timezone:
        raise _misfit(table, column, f"found {type_!r}, expected DateTime(timezone=True)")


def _check_free(table: sa.Table, column: str) -> None:
    """A customer may lack the value, and two may share it."""
    if not table.c[column].nullable:
        raise _misfit(table, column, "expected that it may be NULL")
    if any(column in found for found in _unique(table, partial=True)):
        raise _misfit(table, column, "expected that two customers may share a value")


def _unique(table: sa.Table, *, partial: bool = False) -> Iterator[tuple[str, ...]]:
    """Yield the columns that are unique together, ``partial``: among some of the rows."""
    yield tuple(column.name for column in table.primary_key)
    for constraint in table.constraints:
        if isinstance(constraint, sa.UniqueConstraint):
            yield tuple(column.name for column in constraint.columns)
    for index in table.indexes:
        if index.unique and (partial or not index.dialect_kwargs):
            yield tuple(column.name for column in index.columns)


def _fills_itself(table: sa.Table, column: sa.Column[object]) -> bool:
    given = (column.default, column.server_default, column.computed, column.identity)
    return (
        column.nullable
        or any(part is not None for part in given)
        or table.autoincrement_column is column
    )
