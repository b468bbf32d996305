"""Changes: one frozen value, written whole, in which no row is written twice."""

from datetime import UTC, datetime

import pytest
from attrs import frozen

from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import (
    OUTBOX,
    ChangeSet,
    Drop,
    Emit,
    Expect,
    Kind,
    Put,
    Reason,
    RequestKey,
    combine,
)

AT = datetime(2026, 1, 1, tzinfo=UTC)


@frozen
class Thing:
    id: str
    note: str = ""


THINGS = Kind(name="thing", of=Thing, key=("id",), owner="tests")
OTHERS = Kind(name="other", of=Thing, key=("id",), owner="tests")
MAIL = Emit(key="1", topic="mail", at=AT)


@pytest.mark.parametrize(
    "twice",
    [
        {"puts": (Put(THINGS, Thing("1")), Put(THINGS, Thing("1", "kim")))},
        {"puts": (Put(THINGS, Thing("1")),), "drops": (Drop(THINGS, ("1",)),)},
        {"drops": (Drop(THINGS, ("1",)), Drop(THINGS, ("1",)))},
        {"emits": (MAIL, MAIL)},
        {"emits": (MAIL,), "puts": (Put(OUTBOX, MAIL),)},
    ],
    ids=["two puts", "put and drop", "two drops", "two emits", "emit and put"],
)
def test_a_set_that_writes_one_row_twice_is_refused(twice: dict[str, object]) -> None:
    with pytest.raises(DefinitionError) as caught:
        ChangeSet(**twice)  # type: ignore[arg-type]
    assert caught.value.code == "written_twice"
    assert "kim" not in str(caught.value)


def test_one_key_in_two_kinds_is_two_rows() -> None:
    both = ChangeSet(puts=(Put(THINGS, Thing("1")), Put(OTHERS, Thing("1"))))
    assert [put.key for put in both.puts] == [("1",), ("1",)]


def test_emits_are_written_to_the_outbox() -> None:
    (row,) = ChangeSet(emits=(MAIL,)).writes
    assert (row.kind, row.value, row.key) == (OUTBOX, MAIL, ("1",))


@pytest.mark.parametrize(
    ("changes", "empty"),
    [
        (ChangeSet(), True),
        (ChangeSet(expects=(Expect(THINGS, ("1",), 0),), result={"a": 1}), True),
        (ChangeSet(puts=(Put(THINGS, Thing("1")),)), False),
        (ChangeSet(drops=(Drop(THINGS, ("1",)),)), False),
        (ChangeSet(emits=(MAIL,)), False),
        (ChangeSet(key=RequestKey.of("a", [], AT)), False),
    ],
)
def test_a_set_is_empty_when_it_writes_nothing(changes: ChangeSet, empty: bool) -> None:  # noqa: FBT001
    assert changes.empty is empty


def test_combined_sets_are_their_rows_in_order_under_each_expectation_once() -> None:
    expect = Expect(THINGS, ("1",), 2)
    one = ChangeSet(
        puts=(Put(THINGS, Thing("1")),), expects=(expect,), reasons=(Reason("a", "a"),),
        key=RequestKey.of("a", [], AT), result={"a": 1},
    )  # fmt: skip
    two = ChangeSet(drops=(Drop(THINGS, ("2",)),), expects=(expect,), emits=(MAIL,))
    both = combine([one, two], result={"b": 2})
    assert both == ChangeSet(
        puts=one.puts, drops=two.drops, emits=two.emits, expects=(expect,), reasons=one.reasons,
        result={"b": 2},
    )  # fmt: skip
    assert combine([]).empty


def test_sets_that_write_one_row_do_not_combine() -> None:
    one = ChangeSet(puts=(Put(THINGS, Thing("1")),))
    with pytest.raises(DefinitionError):
        combine([one, one])


def test_a_request_key_stands_for_its_parameters() -> None:
    one, same, other = (RequestKey.of("a", p, AT) for p in ([1, "x"], [1, "x"], [1, "y"]))
    assert one == same != other
    assert ChangeSet().keyed(one).key == one
    assert ChangeSet(key=one).keyed(None).key is None


def test_a_set_shows_no_content() -> None:
    key = ("email:kim@example.com",)
    shown = repr(
        ChangeSet(
            puts=(Put(THINGS, Thing("kim", "kim")),),
            drops=(Drop(OTHERS, key),),
            expects=(Expect(OTHERS, key, 1),),
            emits=(Emit(key="1", topic="mail", at=AT, payload={"to": "kim"}),),
        )
    )
    assert "kim" not in shown
    assert "Kind('thing')" in shown
