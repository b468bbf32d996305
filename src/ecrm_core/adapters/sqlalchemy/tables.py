"""Tables: the tables of a store on somebody's metadata, for this adapter and for Alembic."""

from __future__ import annotations

import re
from collections.abc import Iterable
from threading import RLock
from typing import Any, Final
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from attrs import field, frozen

from ecrm_core.adapters.sqlalchemy.kindtable import TEXT, KindTable, table_of
from ecrm_core.adapters.sqlalchemy.known import Declarations
from ecrm_core.adapters.sqlalchemy.statements import Statements
from ecrm_core.adapters.sqlalchemy.values import Query
from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import AnyKind
from ecrm_core.kernel.ids import digest
from ecrm_core.ports import KINDS

__all__ = ["Shape", "Tables", "build_tables", "empty_tables"]

Shape = tuple[AnyKind, str | None, int, int | None]
"""A question without its values: the Kind, the index, how many columns, the limit."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,40}", re.ASCII)
_NUMBER: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


@frozen(eq=False)
class Tables:
    """The tables of one store: one for each Kind, ``kinds`` (how each is declared) and a counter.

    ``managed`` tells that the store makes and changes them itself, for any Kind it meets.
    """

    metadata: sa.MetaData
    prefix: str
    schema: str | None
    managed: bool
    kinds: sa.Table
    sequence: sa.Table
    _known: WeakKeyDictionary[sa.Pool, Declarations] = field(factory=WeakKeyDictionary, repr=False)
    _of: dict[AnyKind, KindTable] = field(factory=dict, repr=False)
    _read: dict[AnyKind, KindTable] = field(factory=dict, repr=False)
    _statements: dict[tuple[AnyKind, bool], Statements] = field(factory=dict, repr=False)
    asked: dict[tuple[tuple[Shape, ...], bool], Query] = field(factory=dict, repr=False)
    """Statements of many questions, ready to be asked again."""
    locked: dict[tuple[tuple[tuple[AnyKind, bool], ...], bool], Query] = field(
        factory=dict, repr=False
    )
    """Statements that lock rows of many Kinds, ready to be used again."""
    _lock: Any = field(factory=RLock, repr=False)

    def of(self, kind: AnyKind) -> KindTable:
        """Return the table of a Kind; DefinitionError for one these tables were built without."""
        found = self._of.get(kind) or self._read.get(kind)
        if found is None:
            # A Kind may read the rows of another of its name as other values: it has that table.
            known = any(held.kind.name == kind.name for held in self._of.values())
            if not self.managed and not known:
                message = (
                    f"the Kind {kind.name!r} has no table: give it to build_tables(kinds=...) "
                    "and migrate"
                )
                raise DefinitionError(message, code="kind", kind=kind.name)
            with self._lock:
                into = self._of if self.managed else self._read
                found = into.setdefault(kind, self._make(kind, sa.MetaData()))
        return found

    def add(self, kind: AnyKind) -> None:
        """Put the table of a Kind on the metadata."""
        self._of[kind] = self._make(kind, self.metadata)

    def _make(self, kind: AnyKind, metadata: sa.MetaData) -> KindTable:
        return table_of(kind, metadata, prefix=self.prefix, schema=self.schema)

    def statements(self, kind: AnyKind, *, postgres: bool) -> Statements:
        """Return the statements about the rows of a Kind."""
        found = self._statements.get((kind, postgres))
        if found is None:
            found = Statements(self.of(kind), self.kinds, postgres=postgres)
            self._statements[kind, postgres] = found
        return found

    @property
    def lock_number(self) -> int:
        """The number under which Postgres locks the declarations of these tables."""
        return int(digest([self.schema, self.prefix])[:15], 16)

    def recall(self, connection: sa.Connection) -> Declarations | None:
        """Return what this process remembers of the tables in the connection's database."""
        return self._known.get(connection.engine.pool)

    def remember(self, connection: sa.Connection, known: Declarations | None) -> None:
        """Remember this, or nothing: what was read may be rolled back, or change."""
        with self._lock:
            if known is None:
                self._known.pop(connection.engine.pool, None)
            else:
                self._known[connection.engine.pool] = known

    def everything(self) -> list[sa.Table]:
        """Return all tables, those that are no Kind's too."""
        return [self.kinds, self.sequence, *(of.table for of in self._of.values())]

    def every(self) -> tuple[KindTable, ...]:
        """Return the tables of Kinds there are."""
        return tuple(self._of.values())


def build_tables(
    metadata: sa.MetaData,
    *,
    prefix: str = "ecrm_",
    schema: str | None = None,
    kinds: Iterable[AnyKind] = KINDS,
) -> Tables:
    """Return the tables of these Kinds, put on the caller's metadata as Alembic expects them.

    ``prefix`` begins every name. Kinds of plugins are given beside the library's own:
    ``kinds=(*KINDS, MINE)``. Raises DefinitionError for a prefix or schema that is no plain name.
    """
    tables = empty_tables(metadata, prefix=prefix, schema=schema, managed=False)
    for kind in kinds:
        tables.add(kind)
    return tables


def empty_tables(
    metadata: sa.MetaData, *, prefix: str, schema: str | None, managed: bool
) -> Tables:
    """Return the tables without those of Kinds."""
    for name in (prefix or "_", schema or "_"):
        if not _NAME.fullmatch(name):
            message = "found no plain name, expected a prefix or schema of letters, digits and _"
            raise DefinitionError(message, code="name")
    kinds = sa.Table(  # no Kind has a name that begins with _
        f"{prefix}_kinds",
        metadata,
        sa.Column("name", TEXT, primary_key=True),
        sa.Column("format", sa.Integer, nullable=False),
        sa.Column("declared", sa.Text, nullable=False),  # key and indexes, JSON
        sa.Column("changed", sa.BigInteger, nullable=False),
        schema=schema,
    )
    last = sa.Column("last", _NUMBER, sa.Identity(), primary_key=True)
    sequence = sa.Table(
        f"{prefix}_sequence", metadata, last, schema=schema, sqlite_autoincrement=True
    )
    return Tables(metadata, prefix, schema, managed, kinds, sequence)
