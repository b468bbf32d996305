"""Ahead: code that reads one thing after the other, in as few statements as they depend on."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pytest

from ecrm_core.adapters.memory import MemoryStore
from ecrm_core.errors import DefinitionError, MissingError
from ecrm_core.kernel import ChangeSet, Put
from ecrm_core.ports import Ahead, Answers, AnyQuestion, Store, ask_each, scan_pages
from ecrm_core.testing.contracts.sample import THINGS, Shade, Thing, fill

DARK = (Shade.DARK.value,)


class Counting:
    """A store that counts how often it is asked, and what else is done with it."""

    def __init__(self, store: Store) -> None:
        self.store, self.asked, self.pages = store, 0, 0
        self.tenant, self.get_many, self.find_many = store.tenant, store.get_many, store.find_many
        self.apply = store.apply

    def scan(self, *given: Any, **more: Any) -> Any:  # noqa: ANN401 - handed on
        self.pages += 1
        return self.store.scan(*given, **more)

    def ask(self, questions: Collection[AnyQuestion]) -> Answers:
        self.asked += 1
        return ask_each(self.store, questions)


@pytest.fixture
def store() -> Counting:
    store = MemoryStore().tenant("main")
    fill(store, [f"{n:02}" for n in range(30)])
    return Counting(store)


def test_what_does_not_depend_on_each_other_is_asked_at_once(store: Counting) -> None:
    ahead = Ahead(store)

    def read() -> list[str]:
        first = ahead.get_many(THINGS, [("s", "01"), ("s", "02"), ("s", "no")])
        owned = ahead.find_many(THINGS, "owner", [("ann",), ("nobody",)])
        page = ahead.scan(THINGS, index="shade", within=DARK, limit=3)
        owners = {row.value.owner for row in first.values() if row.value.owner}
        theirs = ahead.find_many(THINGS, "owner", [(owner,) for owner in owners], limit=2)
        rows = [*first.values(), *owned.get(("ann",), ()), *page.rows]
        return [row.value.name for row in (*rows, *(r for held in theirs.values() for r in held))]

    found = ahead.settle(read)
    assert store.asked == 2
    assert found[:2] == ["01", "02"]
    assert found == Ahead(store.store).settle(lambda: found)
    assert len(found) == 2 + 10 + 3 + 4
    assert ahead.settle(read) == found
    assert store.asked == 2


def test_pages_go_on_where_the_first_one_ends(store: Counting) -> None:
    ahead = Ahead(store)

    def read() -> list[str]:
        pages = scan_pages(ahead, THINGS, index="shade", within=DARK, limit=4)
        return [row.value.name for page in pages for row in page]

    plain = [row.value.name for row in store.store.scan(THINGS, index="shade", within=DARK).rows]
    assert ahead.settle(read) == plain
    assert (store.asked, store.pages) == (1, 3)  # the first page is an answer


def test_what_is_raised_while_something_is_missing_says_nothing(store: Counting) -> None:
    ahead = Ahead(store)

    def named(name: str) -> str:
        row = ahead.get_many(THINGS, [("s", name)]).get(("s", name))
        if row is None:
            raise MissingError("no thing has this name")
        return row.value.name

    assert ahead.settle(lambda: named("03")) == "03"
    with pytest.raises(MissingError):
        ahead.settle(lambda: named("none"))


def test_a_row_that_changes_meanwhile_is_told(store: Counting) -> None:
    ahead = Ahead(store)
    (row,) = store.get_many(THINGS, [("s", "00")]).values()
    ahead.watch(THINGS, ("s", "00"), row.version)
    ahead.settle(lambda: ahead.get_many(THINGS, [("s", "01")]))
    assert ahead.steady
    store.apply(ChangeSet(puts=(Put(THINGS, Thing(source="s", name="00")),)))
    ahead.settle(lambda: ahead.get_many(THINGS, [("s", "02")]))
    assert not ahead.steady


def test_it_writes_nothing(store: Counting) -> None:
    with pytest.raises(DefinitionError, match="only reads"):
        Ahead(store).apply(ChangeSet())
