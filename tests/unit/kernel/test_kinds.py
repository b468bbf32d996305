"""Kinds: values as rows of text, in a format that is checked."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum
from typing import Any

import pytest
from attrs import evolve, frozen

from ecrm_core.errors import DefinitionError, EcrmError, InputError, StorageError
from ecrm_core.kernel import Index, Json, Kind

AT = datetime(2026, 1, 1, 9, tzinfo=timezone(timedelta(hours=9)))


class Colour(Enum):
    RED = "red"


@frozen
class Part:
    city: str | None = None


@frozen
class Thing:
    id: str
    at: datetime = AT
    colour: Colour = Colour.RED
    number: int = 0
    part: Part = Part()


THINGS = Kind(
    name="thing",
    of=Thing,
    key=("id", "at"),
    indexes=(Index("by_city", ("part.city", "colour")), Index("by_colour", ("colour",))),
    owner="tests",
)
FORBIDDEN = ["\x00", "a\x00b", "\\\x00", "\\\\\x00", "\ud800", "é\udfff"]
ALLOWED = ["\\u0000", "\\\\u0000", "\\\\\\u0000", '"\\u0000"', "\\", "\\u0001", "é", "\x01", "𝒳"]


def made(**changes: Any) -> Kind[Thing]:  # noqa: ANN401 - fields of a Kind
    return evolve(THINGS, **changes)


def test_columns_are_text_of_every_supported_sort() -> None:
    row = THINGS.row(Thing("1", part=Part("Seoul")))
    assert row.key == ("1", "2026-01-01T00:00:00.000000Z")
    assert row.entries == {"by_city": ("Seoul", "red"), "by_colour": ("red",)}


def test_a_row_without_a_column_is_not_in_that_index() -> None:
    assert THINGS.row(Thing("1")).entries == {"by_city": None, "by_colour": ("red",)}


def test_a_row_is_read_back_with_its_version() -> None:
    thing = Thing("1", AT.astimezone(UTC), part=Part("é"))
    stored = THINGS.read(THINGS.row(thing).body, 3, 1)
    assert (stored.value, stored.version) == (thing, 3)


@pytest.mark.parametrize("text", FORBIDDEN)
def test_a_character_some_store_cannot_hold_is_refused(text: str) -> None:
    for thing in (Thing(text), Thing("1", part=Part(text))):
        with pytest.raises(InputError) as caught:
            THINGS.row(thing)
        assert caught.value.code == "forbidden_character"


@pytest.mark.parametrize("text", ALLOWED)
def test_text_that_only_looks_forbidden_is_kept(text: str) -> None:
    row = THINGS.row(Thing(text, AT.astimezone(UTC)))
    assert THINGS.read(row.body, 1, 1).value.id == text


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"key": ("part.city",)}, "column"),
        ({"key": ("number",)}, "column"),
        ({"indexes": (Index("by_number", ("number",)),)}, "column"),
    ],
)
def test_a_column_that_is_no_text_is_a_mistake_in_the_kind(
    changes: dict[str, object], code: str
) -> None:
    with pytest.raises(DefinitionError) as caught:
        made(**changes).row(Thing("1"))
    assert caught.value.code == code


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Thing"}, {"name": ""}, {"name": "a b"}, {"name": "a;drop"}, {"name": "é"},
        {"name": "a" * 42}, {"name": "1a"}, {"key": ()},
        {"indexes": (Index("by-city", ("id",)),)},
        {"indexes": (Index("a", ("id",)), Index("a", ("at",)))},
        {"format": 2}, {"format": 3, "upgrades": {2: dict}},
    ],
    ids=str,
)  # fmt: skip
def test_a_kind_that_no_store_could_build_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(DefinitionError) as caught:
        made(**changes)
    assert caught.value.code == "kind"


def test_an_index_is_found_by_name() -> None:
    assert THINGS.index("by_colour").columns == ("colour",)
    with pytest.raises(DefinitionError) as caught:
        THINGS.index("by_nothing")
    assert caught.value.code == "index"


# ---------------------------------------------------------------- formats


def _rename(old: str, new: str) -> Callable[[Json], Json]:
    return lambda data: {new if key == old else key: value for key, value in data.items()}


def test_rows_of_earlier_formats_are_upgraded_step_by_step() -> None:
    third = made(format=3, upgrades={1: _rename("a", "b"), 2: _rename("b", "id")})
    bodies = ['{"a":"1"}', '{"b":"1"}', '{"id":"1"}']
    assert [third.read(body, 1, at).value.id for at, body in enumerate(bodies, start=1)] == [
        "1"
    ] * 3


def test_a_newer_format_is_refused_and_says_what_to_do() -> None:
    with pytest.raises(
        StorageError, match="use the version of ecrm_core that wrote them"
    ) as caught:
        THINGS.read('{"id":"1"}', 1, 2)
    assert caught.value.code == "newer_format"


@pytest.mark.parametrize("body", ["", "{", '{"id":5}', '{"kim":1}', "[]", "null"])
def test_a_damaged_row_is_an_error_of_the_store_without_its_content(body: str) -> None:
    with pytest.raises(StorageError) as caught:
        THINGS.read(body, 1, 1)
    assert caught.value.code == "damaged_row"
    assert isinstance(caught.value, EcrmError)
    assert "kim" not in str(caught.value)


def test_a_row_taken_apart_shows_nothing() -> None:
    assert "kim" not in repr(THINGS.row(Thing("kim")))
    assert repr(THINGS) == "Kind('thing')"
