"""Naive: one table of customers with a pointer to the winner; rows are written whole, as ORMs do.

What a writer has read decides what it writes; the strategies differ in what they do about others
who write in between.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar

from attrs import evolve, frozen

from benchmarks.racing.plan import CUSTOMERS, FIELDS, WRITERS, Acks, Act, count_edges

T = TypeVar("T")


@frozen
class Row:
    """A customer as stored."""

    id: str
    parent: str | None
    brand: str
    lifecycle: str
    refused: int
    version: int


@frozen
class Edited:
    """A value that was set, under which id, and the value it took the place of."""

    id: str
    name: str
    old: str
    new: str


class Changed(Exception):
    """Somebody else has written the row since it was read."""


class Connection(Protocol):
    """What a strategy needs of a connection; ``with`` is a transaction."""

    def execute(self, sql: str, values: Sequence[Any] = ..., /) -> Any: ...  # noqa: ANN401
    def executemany(self, sql: str, rows: Sequence[Sequence[Any]], /) -> Any: ...  # noqa: ANN401
    def close(self) -> None: ...
    def __enter__(self) -> Any: ...  # noqa: ANN401
    def __exit__(self, *of: object) -> Any: ...  # noqa: ANN401


class Naive:
    """A strategy with one connection a writer: ``mode`` says which."""

    def __init__(self, connections: Sequence[Connection], mode: str) -> None:
        self.connections, self.mode, self.retries = connections, mode, 0
        self.people = [""] * CUSTOMERS
        with connections[0] as connection:
            connection.execute(
                "CREATE TABLE customer (id TEXT PRIMARY KEY, parent TEXT, brand TEXT,"
                " lifecycle TEXT, refused INT, version INT)"
            )

    def begin(self, number: int) -> None:
        self.people = [f"{number}-{at}" for at in range(CUSTOMERS)]
        with self.connections[0] as connection:
            connection.executemany(
                "INSERT INTO customer VALUES (?, NULL, ?, ?, 0, 0)",
                [(id_, f"b{id_}", f"l{id_}") for id_ in self.people],
            )

    def merges(self, writer: int, act: Act) -> tuple[str, str] | None:
        def merge(on: Connection) -> tuple[str, str] | None:
            winner, loser = (_root(on, self.people[at]) for at in (act.one, act.two))
            if winner is None or loser is None or winner.id == loser.id:
                return None
            self._save(on, evolve(loser, parent=winner.id))
            return loser.id, winner.id

        return self._do(writer, merge)

    def undos(self, writer: int, act: Act) -> tuple[str, str] | None:
        def undo(on: Connection) -> tuple[str, str] | None:
            row = _load(on, self.people[act.one])
            if row.parent is None:
                return None
            self._save(on, evolve(row, parent=None))
            return row.id, row.parent

        return self._do(writer, undo)

    def edits(self, writer: int, act: Act) -> object:
        def edit(on: Connection) -> Edited | None:
            row = _root(on, self.people[act.one])
            if row is None:
                return None
            self._save(on, evolve(row, **{act.name: act.value}))
            return Edited(row.id, act.name, getattr(row, act.name), act.value)

        return self._do(writer, edit)

    def refusals(self, writer: int, act: Act) -> str | None:
        def refuse(on: Connection) -> str | None:
            row = _root(on, self.people[act.one])
            if row is not None:
                self._save(on, evolve(row, refused=1))
            return row and row.id

        return self._do(writer, refuse)

    def audit(self, acks: Acks) -> Counter[str]:
        rows = {id_: _load(self.connections[0], id_) for id_ in self.people}
        found = count_edges(acks, {row.id: row.parent for row in rows.values() if row.parent})
        edits = [edited for edited in acks.edits if isinstance(edited, Edited)]
        replaced = {(edited.id, edited.name, edited.old) for edited in edits}
        shown = {(id_, name, getattr(row, name)) for id_, row in rows.items() for name in FIELDS}
        written = {(edited.id, edited.name, edited.new) for edited in edits}
        found["lost writes"] += len(written - shown - replaced)
        found["lost writes"] += sum(not rows[id_].refused for id_ in set(acks.refusals))
        found["came back"] += len(shown & replaced)
        return found

    def _do(self, writer: int, act: Callable[[Connection], T]) -> T:
        while True:
            try:
                with self._transaction(self.connections[writer]) as connection:
                    return act(connection)
            except Changed:
                self.retries += 1

    @contextmanager
    def _transaction(self, connection: Connection) -> Iterator[Connection]:
        if self.mode == "immediate":
            connection.execute("BEGIN IMMEDIATE")
        with connection:
            yield connection

    def _save(self, on: Connection, row: Row) -> None:
        sql = (
            "UPDATE customer SET parent=?, brand=?, lifecycle=?, refused=?, version=version+1"
            " WHERE id=?"
        )
        values = [row.parent, row.brand, row.lifecycle, row.refused, row.id]
        if self.mode == "version":
            sql, values = f"{sql} AND version=?", [*values, row.version]
        if not on.execute(sql, values).rowcount:
            raise Changed


def _load(on: Connection, id_: str) -> Row:
    return Row(*on.execute("SELECT * FROM customer WHERE id=?", [id_]).fetchone())


def _root(on: Connection, id_: str) -> Row | None:
    """Return the row at the top of a customer's tree; None in a circle, which has no top."""
    for _ in range(CUSTOMERS + 1):
        row = _load(on, id_)
        if row.parent is None:
            return row
        id_ = row.parent
    return None


def naive(folder: Path, mode: str) -> Naive:
    """A naive strategy on SQLite: "default", "none", "version" or "immediate"."""
    # "default": Python begins a transaction by itself before the first write, after the reads.
    level = "" if mode == "default" else None
    connections = [
        sqlite3.connect(folder / f"{mode}.db", timeout=60, isolation_level=level,
                        check_same_thread=False) for _ in range(WRITERS)
    ]  # fmt: skip
    connections[0].execute("PRAGMA journal_mode=WAL")
    for connection in connections:
        connection.execute("PRAGMA synchronous=NORMAL")
    return Naive(connections, mode)
