"""Database: statements and sets on what a store works on, and what is known of its tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from attrs import frozen

from ecrm_core.adapters.sqlalchemy.adopting import declare, require_tables, share_declarations
from ecrm_core.adapters.sqlalchemy.binding import Binding
from ecrm_core.adapters.sqlalchemy.known import (
    Declarations,
    last_declaration,
    read_declarations,
)
from ecrm_core.adapters.sqlalchemy.projection import Projection
from ecrm_core.adapters.sqlalchemy.tables import Tables
from ecrm_core.adapters.sqlalchemy.troubles import translated
from ecrm_core.adapters.sqlalchemy.writing import AgainError, Writing
from ecrm_core.errors import ConflictError, DefinitionError
from ecrm_core.kernel import AnyKind, Applied
from ecrm_core.ports.plan import Plan

__all__ = ["Asked", "Builder", "Database"]

_ATTEMPTS = 10
Asked = tuple[AnyKind, str | None]
"""What a question is about: the Kind, and the index."""
Builder = Callable[[tuple[int, ...]], tuple[Any, dict[str, object]]]
"""What makes a statement, and the values to bind, from the places of questions."""


@frozen
class Database:
    """One store: where it is, and its tables."""

    binding: Binding
    tables: Tables
    postgres: bool
    projections: tuple[Projection, ...] = ()

    def ask(
        self, kind: AnyKind, index: str | None, query: tuple[Any, dict[str, object]]
    ) -> list[sa.Row[Any]]:
        """Return the rows a statement finds; an index that does not stand yet is filled first."""
        for _ in range(_ATTEMPTS):
            with translated(own=self.binding.own), self.binding.reading() as connection:
                known = self._known(connection, kind)
                there = known.there(kind)
                if there is None and self.tables.managed:
                    return []
                if there is None or there.serves(kind, index):
                    found = connection.execute(*query).all()
                    if index is None:
                        return list(found)
                    if found[0].changed == known.changed:
                        return [row for row in found if row.version is not None]
                    self.tables.remember(connection, None)
                    continue
            self.declare([kind])
        raise self._contended()

    def ask_all(self, asked: Sequence[Asked], build: Builder) -> list[sa.Row[Any]]:
        """Return the rows that one statement finds for many questions; see ``ask``.

        ``build`` makes the statement from the places of the questions whose Kinds have tables. A
        Kind without one is not looked for again: while the number of the declarations that the
        statement tells is the one known, it has none.
        """
        for _ in range(_ATTEMPTS):
            with translated(own=self.binding.own), self.binding.reading() as connection:
                known = self.tables.recall(connection) or self._read(connection)
                there = [known.there(kind) for kind, _ in asked]
                late = [
                    kind for (kind, index), held in zip(asked, there, strict=True)
                    if not (held.serves(kind, index) if held else self.tables.managed)
                ]  # fmt: skip
                if not late:
                    if known.changed is None:
                        return []
                    standing = tuple(at for at, held in enumerate(there) if held)
                    found = connection.execute(*build(standing)).all()
                    if found[0].changed == known.changed:
                        return [row for row in found if row.version is not None]
                    self.tables.remember(connection, None)
                    continue
            self.declare(late)
        raise self._contended()

    def apply(
        self, tenant: str, plan: Plan, follow: Callable[[sa.Connection], None]
    ) -> Applied:  # fmt: skip
        """Apply the plan in one transaction, or in a savepoint of the host's.

        ``follow`` is called in it, after the writes.
        """
        for _ in range(_ATTEMPTS):
            try:
                with translated(own=self.binding.own), self.binding.writing() as connection:
                    known = self._known(connection)
                    work = Writing(connection, self.tables, known, tenant, self.postgres)
                    applied = work.apply(plan)
                    if not applied.replayed:
                        follow(connection)
                    return applied
            except AgainError:
                continue
            except ConflictError as error:
                if error.retry == "transaction":
                    raise
                facts: dict[str, Any] = {**error.facts, "retry": self.binding.retry()}
                raise ConflictError(error.message, **facts) from None
        raise self._contended()

    def declare(self, kinds: Iterable[AnyKind]) -> None:
        """Bring tables, indexes and rows to what the Kinds say today."""
        with translated(own=self.binding.own), self.binding.writing() as connection:
            self._check_encoding(connection)
            if not self.tables.managed:
                require_tables(connection, self.tables)
            blind = share_declarations(connection, self.tables, alone=True)
            self.tables.remember(connection, None)
            declare(connection, self.tables, kinds, blind=blind)

    def _known(self, connection: sa.Connection, kind: AnyKind | None = None) -> Declarations:
        """Return what is remembered, read anew where there is nothing, or may be more of the Kind.

        A host's own tables are there whether or not a Kind has had rows.
        """
        known = self.tables.recall(connection)
        if known is None:
            return self._read(connection)
        absent = kind and self.tables.managed and known.there(kind) is None
        return self._read(connection) if absent and self._changed(connection, known) else known

    def _changed(self, connection: sa.Connection, known: Declarations) -> bool:
        """Whether somebody declared a Kind since."""
        if known.changed is None:
            return True
        last = last_declaration(self.tables.kinds, postgres=self.postgres)
        return bool(connection.scalar(sa.select(last)) != known.changed)

    def _read(self, connection: sa.Connection) -> Declarations:
        self._check_encoding(connection)
        if not self.tables.managed:
            require_tables(connection, self.tables)
        elif not sa.inspect(connection).has_table(
            self.tables.kinds.name, schema=self.tables.schema
        ):
            return Declarations(None)
        known = read_declarations(connection, self.tables.kinds)
        self.tables.remember(connection, known)
        return known

    def _check_encoding(self, connection: sa.Connection) -> None:
        """Refuse a database that cannot hold every text, or sorts it by other bytes than UTF-8."""
        if not self.postgres:
            return
        found = connection.scalar(sa.select(sa.func.current_setting("server_encoding")))
        if found != "UTF8":
            message = f"the database holds text as {found}, expected UTF8: make another database"
            raise DefinitionError(message, code="encoding", found=found)

    def _contended(self) -> ConflictError:
        message = "others write at the same place again and again; try later"
        return ConflictError(message, retry=self.binding.retry())
