"""Borrowed: a host in memory whose transaction a store rides in, and what goes wrong there."""

# ruff: noqa: ARG002 - a broken method may well ignore what it is given

from __future__ import annotations

from copy import deepcopy
from typing import Any

from ecrm_core.adapters.memory.store import MemoryStore, MemoryTenant
from ecrm_core.errors import EcrmError
from ecrm_core.kernel import Applied, ChangeSet
from ecrm_core.ports import Tenants


class MemoryHost:
    """A database of notes and rows in memory: a transaction works on a copy of all of it."""

    store: type[BorrowedStore]

    def __init__(self, store: type[BorrowedStore] | None = None) -> None:
        self.kept: dict[str, Any] = {"notes": [], "tenants": {}}
        self.open: dict[str, Any] | None = None
        self.store = store or BorrowedStore

    @property
    def state(self) -> dict[str, Any]:
        """The state as the open transaction has it; the first statement begins one."""
        if self.open is None:
            self.open = deepcopy(self.kept)
        return self.open

    def begin(self) -> Tenants:
        self.open = None
        return self.store(self)

    def note(self, text: str) -> None:
        self.state["notes"].append(text)

    def notes(self) -> list[str]:
        return sorted(self.state["notes"])

    def commit(self) -> None:
        self.kept, self.open = self.state, None

    def rollback(self) -> None:
        self.open = None

    def close(self) -> None:
        self.open = None


class BorrowedStore(MemoryStore):
    """A store in the transaction of the host."""

    def __init__(self, host: MemoryHost) -> None:
        super().__init__()
        self.host = host

    def tenant(self, name: str) -> MemoryTenant:
        return BorrowedTenant(name, self)


class BorrowedTenant(MemoryTenant):
    """A handle whose rows are part of the host's state."""

    def __init__(self, name: str, owner: BorrowedStore) -> None:
        super().__init__(name, owner._lock)
        self.owner = owner
        self._load()

    def _load(self) -> None:
        state = self.owner.host.state["tenants"]
        self._tables, self._sequence = state.get(self._name, ({}, 0))

    def apply(self, changes: ChangeSet) -> Applied:
        self._load()
        try:
            return super().apply(changes)
        except EcrmError as error:
            self.refused(error)
            raise
        finally:
            self.owner.host.state["tenants"][self._name] = self._tables, self._sequence
            self.written()

    def refused(self, error: EcrmError) -> None:
        """What happens to the transaction when a set is refused: nothing."""

    def written(self) -> None:
        """What happens to the transaction after a set: nothing."""


class Faulty(BorrowedStore):
    """A store whose handles are of a broken class."""

    handle: type[BorrowedTenant]

    def tenant(self, name: str) -> MemoryTenant:
        return self.handle(name, self)


class CommitsInside(BorrowedTenant):
    """Each set commits the host's transaction."""

    def written(self) -> None:
        self.owner.host.commit()


class RollsBackTheHost(BorrowedTenant):
    """A conflict rolls back everything, not to a savepoint."""

    def refused(self, error: EcrmError) -> None:
        self.owner.host.rollback()
        self._load()


class OwnTransaction(BorrowedTenant):
    """Writes go through a connection of the store's own."""

    def written(self) -> None:
        host = self.owner.host
        host.kept["tenants"][self._name] = deepcopy((self._tables, self._sequence))


class LeavesHalf(BorrowedTenant):
    """Without a savepoint: what was written before the refusal stays in the transaction."""

    def refused(self, error: EcrmError) -> None:
        if error.code != "forbidden_character":
            MemoryTenant.apply(self, ChangeSet(puts=self.changes.puts[:1]))

    def apply(self, changes: ChangeSet) -> Applied:
        self.changes = changes
        return super().apply(changes)


class ReadsAnother(BorrowedTenant):
    """Reads do not see what the transaction has written."""

    def scan(self, kind: Any, **asked: Any) -> Any:  # noqa: ANN401 - handed on
        self._tables, self._sequence = self.owner.host.kept["tenants"].get(self._name, ({}, 0))
        return super().scan(kind, **asked)


class ClosesTheHost(Faulty):
    """Closing the store ends the host's transaction."""

    handle = BorrowedTenant

    def close(self) -> None:
        self.host.rollback()


class CommitsAtFirstUse(Faulty):
    """Making its tables commits what the host had begun."""

    handle = BorrowedTenant

    def tenant(self, name: str) -> MemoryTenant:
        self.host.note("table made")
        self.host.commit()
        return super().tenant(name)


def faulty(handle: type[BorrowedTenant]) -> type[Faulty]:
    return type(handle.__name__, (Faulty,), {"handle": handle})


MUTANTS = [
    *map(faulty, (CommitsInside, RollsBackTheHost, OwnTransaction, LeavesHalf, ReadsAnother)),
    ClosesTheHost,
    CommitsAtFirstUse,
]
