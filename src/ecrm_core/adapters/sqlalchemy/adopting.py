"""Adopting: tables brought to what the Kinds say today: columns, indexes, rows entered there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateColumn

from ecrm_core.adapters.sqlalchemy.kindtable import KindTable
from ecrm_core.adapters.sqlalchemy.known import (
    LAYOUT,
    UNDECLARED,
    Declarations,
    Declared,
    declaration,
    last_declaration,
    read_declarations,
)
from ecrm_core.adapters.sqlalchemy.tables import Tables
from ecrm_core.adapters.sqlalchemy.troubles import unavailable
from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import AnyKind

__all__ = ["declare", "next_number", "refuse_changed", "require_tables", "share_declarations"]

_PAGE = 1_000


def share_declarations(connection: sa.Connection, tables: Tables, *, alone: bool) -> bool:
    """Hold the declarations until the transaction ends, with other writers or against all.

    Returns whether the transaction is blind: under REPEATABLE READ and above it does not see what
    others committed since it began. SQLite has one writer anyway.
    """
    if connection.dialect.name != "postgresql":
        return False
    lock = sa.func.pg_advisory_xact_lock if alone else sa.func.pg_advisory_xact_lock_shared
    level = sa.func.current_setting("transaction_isolation")
    held = connection.execute(sa.select(lock(tables.lock_number), level)).one()
    return held[1] in {"repeatable read", "serializable"}


def refuse_changed(connection: sa.Connection, tables: Tables, kinds: Iterable[AnyKind]) -> None:
    """In a blind transaction: raise the database's error when one of them was declared anew."""
    name = tables.kinds.c.name
    names = [kind.name for kind in kinds]
    connection.execute(sa.select(name).where(name.in_(names)).with_for_update(read=True))


def declare(
    connection: sa.Connection, tables: Tables, kinds: Iterable[AnyKind], *, blind: bool = False
) -> Declarations:
    """Bring these Kinds to what they say today, and return the declarations then.

    The caller holds them alone. A blind transaction would leave out rows that it does not see.
    """
    if tables.managed:
        _make_own(connection, tables)
    known = read_declarations(connection, tables.kinds)
    if known.changed == UNDECLARED:
        _remember(connection, tables, ("", Declared(LAYOUT, (), {})))
    for kind in kinds:
        before = known.there(kind)
        if before != declaration(kind):
            _adopt(connection, tables, tables.of(kind), before, blind=blind)
    return read_declarations(connection, tables.kinds)


def _make_own(connection: sa.Connection, tables: Tables) -> None:
    """Make the tables that are no Kind's."""
    for table in (tables.kinds, tables.sequence):
        table.create(connection, checkfirst=True)


def require_tables(connection: sa.Connection, tables: Tables) -> None:
    """Raise StorageUnavailable (code "no_tables") unless the host has made all of them."""
    there = set(sa.inspect(connection).get_table_names(schema=tables.schema))
    missing = sorted(table.name for table in tables.everything() if table.name not in there)
    if missing:
        raise unavailable("no_tables", missing=missing)


def _adopt(
    connection: sa.Connection,
    tables: Tables,
    of: KindTable,
    before: Declared | None,
    *,
    blind: bool,
) -> None:
    """Make the table of the Kind, or bring it to the Kind's declaration.

    The host's migrations have made the columns unless the store does it itself; the rows are
    entered here in both cases. An index the Kind does not have is forgotten: rows written under
    this Kind will not be entered there, and a program that has it enters them again.
    """
    now = declaration(of.kind)
    if tables.managed:
        _shape(connection, of, before)
    kept = before is not None and before.format == now.format
    if not (kept and before and now.indexes.items() <= before.indexes.items()):
        if blind and before is not None:
            raise _blind(of.kind)
        _fill(connection, of)
    _remember(connection, tables, (of.kind.name, now))


def _blind(kind: AnyKind) -> DefinitionError:
    message = (
        f"rows of {kind.name!r} are to be entered in an index first, which a transaction of "
        "REPEATABLE READ or above cannot do: call create() of a store on the engine"
    )
    return DefinitionError(message, code="isolation", kind=kind.name)


def next_number(connection: sa.Connection, tables: Tables) -> tuple[int, str]:
    """Take the next number of the store: above all before it, never again, gaps allowed.

    Beside it stands what names the last declaration. Postgres takes it from the column's own
    sequence, which nobody waits for.
    """
    postgres = connection.dialect.name == "postgresql"
    changed = sa.select(last_declaration(tables.kinds, postgres=postgres))
    if postgres:
        name = connection.dialect.identifier_preparer.format_table(tables.sequence)
        owned = sa.func.pg_get_serial_sequence(name, "last")
        asked = sa.select(sa.func.nextval(owned), changed.scalar_subquery())
        number, last = connection.execute(asked).one()
        return number, last
    inserted = connection.execute(sa.insert(tables.sequence)).inserted_primary_key
    connection.execute(sa.delete(tables.sequence))
    return int(inserted[0]) if inserted else 0, connection.execute(changed).scalar_one()


def _shape(connection: sa.Connection, of: KindTable, before: Declared | None) -> None:
    of.table.create(connection, checkfirst=True)
    if before is None:
        return
    there = {column["name"] for column in _columns(connection, of)}
    preparer = connection.dialect.identifier_preparer
    for column in of.extras:
        if column.name not in there:
            text = CreateColumn(column).compile(dialect=connection.dialect)
            table = preparer.format_table(of.table)
            connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN {text}")
    found = sa.inspect(connection).get_indexes(of.table.name, schema=of.table.schema)
    stale = {index["name"] for index in found} if _changed(of, before) else set()
    for index in of.table.indexes:
        if index.name in stale:
            index.drop(connection)
        index.create(connection, checkfirst=True)


def _columns(connection: sa.Connection, of: KindTable) -> Any:  # noqa: ANN401 - SQLAlchemy's own
    return sa.inspect(connection).get_columns(of.table.name, schema=of.table.schema)


def _changed(of: KindTable, before: Declared) -> bool:
    """Whether an index of today stands under the same name with other columns."""
    now = declaration(of.kind).indexes
    return any(before.indexes.get(name, columns) != columns for name, columns in now.items())


def _fill(connection: sa.Connection, of: KindTable) -> None:
    """Enter every row anew, as its value reads today."""
    if not of.extras:
        return
    key = (of.table.c.tenant, *of.keys)
    same = [column == sa.bindparam(f"k{at}") for at, column in enumerate(key)]
    new: dict[Any, Any] = {column: sa.bindparam(f"x{at}") for at, column in enumerate(of.extras)}
    update = sa.update(of.table).where(*same).values(new)
    for rows in _pages(connection, of, key):
        changes = []
        for *found, version, format_, body in rows:
            row = of.kind.row(of.kind.read(body, version, format_).value)
            texts = of.texts(row)[len(of.keys) : -1]
            changes.append(
                {f"k{at}": text for at, text in enumerate(found)}
                | {f"x{at}": text for at, text in enumerate(texts)}
            )
        connection.execute(update, changes)


def _pages(
    connection: sa.Connection, of: KindTable, key: tuple[sa.Column[str], ...]
) -> Iterator[list[tuple[Any, ...]]]:
    c = of.table.c
    query = sa.select(*key, c.version, c.format, sa.cast(c.body, sa.Text)).order_by(*key)
    after: sa.ColumnElement[bool] = sa.true()
    while rows := connection.execute(query.where(after).limit(_PAGE)).all():
        yield [tuple(row) for row in rows]
        after = sa.tuple_(*key) > sa.tuple_(*rows[-1][: len(key)])


def _remember(connection: sa.Connection, tables: Tables, entry: tuple[str, Declared]) -> None:
    name, now = entry
    number, _ = next_number(connection, tables)
    row = {"name": name, "format": now.format, "declared": now.text(), "changed": number}
    postgres = connection.dialect.name == "postgresql"
    insert: Any = (postgresql if postgres else sqlite).insert(tables.kinds).values(row)
    own = {column: insert.excluded[column] for column in ("format", "declared", "changed")}
    connection.execute(insert.on_conflict_do_update(index_elements=["name"], set_=own))
