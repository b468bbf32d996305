"""Projection: the profiles of a tenant as rows of a host's own table, written by us, read by them.

One row a customer, under the id she goes by: put with her profile, deleted with it (a merged
loser's, an erased one's), always in the transaction of the change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from attrs import field, frozen
from sqlalchemy.dialects import postgresql, sqlite

from ecrm_core.adapters.sqlalchemy.fitting import TYPES, check_fit
from ecrm_core.customers import PROFILES, FieldMap
from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import AnyKind, ChangeSet
from ecrm_core.sources.profile_rows import profile_cells

__all__ = ["Projection"]

_READ: Mapping[type[Any], Callable[[str], object]] = {
    sa.Date: date.fromisoformat,
    sa.DateTime: datetime.fromisoformat,
}


def _table(given: object) -> sa.Table:
    table = given if isinstance(given, sa.Table) else getattr(given, "__table__", None)
    if not isinstance(table, sa.Table):
        message = f"found {type(given).__name__}, expected a Table or the model of one"
        raise DefinitionError(message, code="projection")
    return table


def _field_map(given: FieldMap | Mapping[str, str]) -> FieldMap:
    return given if isinstance(given, FieldMap) else FieldMap(given)


@frozen
class Projection:
    """A table of the host (or its model), and the roles its columns play: a FieldMap.

    ``Projection(Card, {"crm_id": "id", "mail": "email"})``: the column of the role "id" is the key;
    the second column of a role takes the second value (e-mail, phone, street). Values are text,
    dates a Date and instants a DateTime where the column is one; what nobody said is NULL. Without
    a ``tenant_column`` the table is that of one ``tenant``, and others are left out.

    Raises UnknownName for a role that is none, and DefinitionError for a table that does not fit: a
    column that is not there, of another type, of limited length, that may not be NULL or must be
    unique; a key that is not unique; a column of the host's own that has to be filled.
    """

    kind: ClassVar[AnyKind] = PROFILES
    """The Kind whose rows are projected."""
    table: sa.Table = field(converter=_table)
    fields: FieldMap = field(converter=_field_map)
    tenant: str = field(default="main", kw_only=True)
    tenant_column: str | None = field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Refuse a definition that does not fit the table."""
        if len(self.fields.columns_for("id")) != 1:
            message = f"the projection into {self.table.name!r} has no column of the role 'id'"
            raise DefinitionError(message, code="projection")
        check_fit(self.table, self.fields, self.keys)

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that tell a row: the id, after the tenant where there is a column for it."""
        (key,) = self.fields.columns_for("id")
        return (key,) if self.tenant_column is None else (self.tenant_column, key)

    def concerns(self, tenant: str) -> bool:
        """Return whether the customers of a tenant are in the table."""
        return self.tenant_column is not None or tenant == self.tenant

    def write(self, connection: sa.Connection, tenant: str, changes: ChangeSet) -> None:
        """Follow the puts and drops of a set, in the transaction that applies it."""
        if not self.concerns(tenant):
            return
        gone = sorted(drop.key[0] for drop in changes.drops if drop.kind.name == self.kind.name)
        rows = [self._row(tenant, put.value) for put in changes.puts
                if put.kind.name == self.kind.name]  # fmt: skip
        if gone:
            self._delete(connection, tenant, gone)
        if rows:
            rows.sort(key=lambda row: str(row[self.keys[-1]]))  # one order of locks for everybody
            connection.execute(self._upsert(connection.dialect.name), rows)

    def held(
        self, connection: sa.Connection, tenant: str, *, after: str = "", limit: int = 500
    ) -> list[str]:
        """Return the ids of a tenant's rows after one, in the order of code points."""
        key: Any = self.table.c[self.keys[-1]]
        if connection.dialect.name == "postgresql":  # a column of the host has a locale's order
            key = sa.collate(key, "C")
        found = sa.select(key).where(key > after, *self._of(tenant)).order_by(key).limit(limit)
        return list(connection.execute(found).scalars())

    def _of(self, tenant: str) -> Iterator[sa.ColumnElement[bool]]:
        if self.tenant_column is not None:
            yield self.table.c[self.tenant_column] == tenant

    def _delete(self, connection: sa.Connection, tenant: str, gone: list[str]) -> None:
        same = self.table.c[self.keys[-1]] == sa.bindparam("gone")
        connection.execute(
            sa.delete(self.table).where(same, *self._of(tenant)), [{"gone": key} for key in gone]
        )

    def _upsert(self, dialect: str) -> sa.Insert:
        insert: sqlite.Insert | postgresql.Insert = (
            sqlite.insert(self.table) if dialect == "sqlite" else postgresql.insert(self.table)
        )
        written = {c: insert.excluded[c] for c in self.fields.columns if c not in self.keys}
        if not written:
            return insert.on_conflict_do_nothing(index_elements=self.keys)
        return insert.on_conflict_do_update(index_elements=self.keys, set_=written)

    def _row(self, tenant: str, value: Any) -> dict[str, object]:  # noqa: ANN401 - a row of the Kind
        cells, seen = profile_cells(value), Counter[str]()
        row: dict[str, object] = {self.tenant_column: tenant} if self.tenant_column else {}
        for column, role in self.fields.columns.items():
            seen[role] += 1
            cell = cells.get(role if seen[role] == 1 else f"{role}_{seen[role]}")
            row[column] = None if cell is None else self._read(column, role, cell)
        return row

    def _read(self, column: str, role: str, cell: str) -> object:
        own = TYPES.get(role)
        if own is None or not isinstance(self.table.c[column].type, own):
            return cell
        return _READ[own](cell)
