"""Borrowing: a store in the host's own transaction: the host decides, and keeps its own work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Protocol

import pytest

from ecrm_core.errors import ConflictError, EcrmError, InputError, KeyReused
from ecrm_core.kernel import ABSENT, OUTBOX, ChangeSet, Emit, Expect, RequestKey
from ecrm_core.ports import Store, Tenants
from ecrm_core.testing.contracts.contract import Contract
from ecrm_core.testing.contracts.sample import LONG, NOON, THINGS, fill, names, things

__all__ = ["BorrowedContract", "Host"]

_KEY = RequestKey.of("r", 1, NOON)
_WRONG = (Expect(THINGS, ("s", "z"), 7),)
# What a store refuses, after it has written some of it or before.
_REFUSED: tuple[tuple[type[EcrmError], ChangeSet], ...] = (
    (ConflictError, ChangeSet(puts=things("xyz"), expects=_WRONG)),
    (InputError, ChangeSet(puts=things("xy", note="\0"))),
    (KeyReused, ChangeSet(puts=things("xyz"), key=RequestKey.of("r", 2, NOON))),
)


class Host(Protocol):
    """The host's side: its connection, its transaction, and a table of its own (of notes)."""

    def begin(self) -> Tenants:
        """Begin a transaction of the host's, and return a store that rides in it."""
        ...

    def note(self, text: str) -> None:
        """Write a row of the host's own, in the transaction."""
        ...

    def notes(self) -> list[str]:
        """Return the host's own rows, in the order of their text, as the transaction sees them."""
        ...

    def commit(self) -> None:
        """Commit the host's transaction."""
        ...

    def rollback(self) -> None:
        """Roll the host's transaction back."""
        ...

    def close(self) -> None:
        """Give the connection back; what was not committed is lost."""
        ...


class BorrowedContract(Contract):
    """What a store promises that was given a connection of the host's: write ``open_host``.

    Where the host makes the tables, it makes those of ``SAMPLE_KINDS``.
    """

    def open_host(self, folder: Path) -> Host:
        """Connect to a fresh database (kept in the folder, or elsewhere) with a table of notes."""
        raise NotImplementedError

    @contextmanager
    def given(self, folder: Path) -> Iterator[Mapping[str, object]]:
        """Open a fresh host."""
        with closing(self.open_host(folder)) as host:
            yield {"tmp_path": folder, "host": host}

    @pytest.fixture
    def host(self, tmp_path: Path) -> Iterator[Host]:
        """A fresh host."""
        with closing(self.open_host(tmp_path)) as host:
            yield host

    def test_what_the_host_commits_is_kept(self, host: Host) -> None:
        store = _begin(host)
        host.note("before")
        fill(store, "ab")
        host.note("between")
        fill(store, "c")
        host.commit()
        assert names(_begin(host)) == ["a", "b", "c"]
        assert host.notes() == ["before", "between"]

    def test_what_the_host_rolls_back_never_was(self, host: Host) -> None:
        fill(_begin(host), "a")
        host.commit()
        store = _begin(host)
        host.note("lost")
        emit = Emit(key="e", topic="mail", at=NOON)
        store.apply(ChangeSet(puts=things("ab", note="lost"), emits=(emit,), key=_KEY))
        host.rollback()
        store = _begin(host)
        assert [row.value.note for row in store.scan(THINGS).rows] == [""]
        assert store.scan(OUTBOX).rows == ()
        assert host.notes() == []
        assert not store.apply(ChangeSet(puts=things("b"), key=_KEY)).replayed

    def test_the_first_use_of_a_store_commits_nothing(self, host: Host) -> None:
        for read in (True, False):
            store = _begin(host)
            host.note("lost")
            assert read or not store.apply(ChangeSet(puts=things("a"))).replayed
            assert names(store) == ([] if read else ["a"])
            host.rollback()
        assert names(_begin(host)) == host.notes() == []

    def test_a_transaction_reads_what_it_wrote(self, host: Host) -> None:
        store = _begin(host)
        fill(store, "abc")
        version = store.get_many(THINGS, [("s", "a")])[("s", "a")].version
        expects = (Expect(THINGS, ("s", "a"), version), Expect(THINGS, ("s", "d"), ABSENT))
        store.apply(ChangeSet(puts=things("d"), expects=expects, key=_KEY))
        assert store.apply(ChangeSet(puts=things("e"), key=_KEY)).replayed
        assert names(store) == ["a", "b", "c", "d"]

    def test_a_refused_set_leaves_what_the_host_did_and_its_transaction(self, host: Host) -> None:
        store = _begin(host)
        store.apply(ChangeSet(key=_KEY))
        for at, (error, refused) in enumerate(_REFUSED):
            host.note(f"{at} before")
            with pytest.raises(error):
                store.apply(refused)
            host.note(f"{at} then")
            fill(store, str(at))
        host.commit()
        turns = [str(at) for at in range(len(_REFUSED))]
        assert names(_begin(host)) == turns
        assert host.notes() == [f"{at} {word}" for at in turns for word in ("before", "then")]

    def test_a_set_the_database_refuses_leaves_what_the_host_did(self, host: Host) -> None:
        store = _begin(host)
        host.note("before")
        kept = ["a", LONG, "b"]
        try:
            store.apply(ChangeSet(puts=things(kept)))
        except EcrmError:
            kept = []
        host.note("then")
        host.commit()
        assert names(_begin(host)) == sorted(kept)
        assert host.notes() == ["before", "then"]

    def test_a_version_read_in_one_transaction_is_expected_in_another(self, host: Host) -> None:
        fill(_begin(host), "a")
        host.commit()
        store = _begin(host)
        expect = Expect(THINGS, ("s", "a"), store.scan(THINGS).rows[0].version)
        store.apply(ChangeSet(puts=things("a", note="once"), expects=(expect,)))
        host.commit()
        store = _begin(host)
        with pytest.raises(ConflictError) as caught:
            store.apply(ChangeSet(puts=things("a", note="twice"), expects=(expect,)))
        assert caught.value.retry in {"operation", "transaction"}
        host.commit()
        assert [row.value.note for row in _begin(host).scan(THINGS).rows] == ["once"]

    def test_closing_the_store_leaves_the_host_its_transaction(self, host: Host) -> None:
        opened = host.begin()
        fill(opened.tenant("main"), "a")
        opened.close()
        host.note("after")
        host.commit()
        assert names(_begin(host)) == ["a"]
        assert host.notes() == ["after"]

    def test_tenants_share_the_transaction_and_no_row(self, host: Host) -> None:
        for end, left in ((host.rollback, ""), (host.commit, "a")):
            opened = host.begin()
            fill(opened.tenant("one"), "a")
            assert names(opened.tenant("two")) == []
            end()
            assert names(host.begin().tenant("one")) == list(left)
            host.rollback()


def _begin(host: Host) -> Store:
    """Begin a transaction and return the handle of a tenant."""
    return host.begin().tenant("main")
