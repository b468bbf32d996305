"""Records: cells with times, three states, and the JSON they are kept as."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from ecrm_core.customers import (
    CLEARED,
    FIELDS,
    RECORDS,
    Address,
    SourceKey,
    SourceRecord,
    Stated,
    cell_digest,
    field_of,
    home_id,
    join,
    parse_email,
)
from ecrm_core.errors import DefinitionError, InputError, UnknownName
from ecrm_core.kernel import Json, decode

KEY = SourceKey("shop", "1")
AT = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
NAIVE = datetime(2026, 1, 1)  # noqa: DTZ001 - what is refused


def record(hours: int = 0, **values: object) -> SourceRecord:
    at = AT + hours * HOUR
    return SourceRecord(KEY, {n.replace("__", "."): Stated(v, at, at) for n, v in values.items()})


def test_a_field_is_stated_cleared_or_not_stated() -> None:
    held = record(name__full="Kim", brand=CLEARED)
    assert [held.value(n) for n in ("name.full", "brand", "lifecycle")] == ["Kim", None, None]
    assert set(held.cells) == {"name.full", "brand"}


def test_an_explicit_clearing_is_a_later_statement_and_a_missing_key_is_none() -> None:
    held = record(0, name__full="Kim", brand="A")
    after = join(held, record(1, brand=CLEARED))
    assert (after.value("name.full"), after.value("brand")) == ("Kim", None)
    assert join(after, record(2, brand="B")).value("brand") == "B"
    assert join(after, record(0, brand="B")).value("brand") is None


def test_a_restated_list_replaces_its_own_list() -> None:
    one, two = parse_email("a@example.com"), parse_email("b@example.com")
    after = join(record(0, emails=(one, two)), record(1, emails=(two,)))
    assert after.value("emails") == (two,)


def test_one_statement_heard_twice_counts_from_when_it_was_first_heard() -> None:
    early = SourceRecord(KEY, {"brand": Stated("A", AT, AT + HOUR)})
    late = SourceRecord(KEY, {"brand": Stated("A", AT, AT + 2 * HOUR)})
    assert join(late, early) == join(early, late) == early


def test_records_of_two_keys_do_not_join() -> None:
    with pytest.raises(DefinitionError) as caught:
        join(record(), SourceRecord(SourceKey("shop", "2")))
    assert caught.value.code == "keys_differ"


@pytest.mark.parametrize("times", [(NAIVE, AT), (AT, NAIVE), ("2026-01-01", AT), (None, AT)])
def test_a_cell_has_times_with_a_zone(times: tuple[datetime, datetime]) -> None:
    with pytest.raises(InputError):
        Stated("x", *times)


# ---------------------------------------------------------------- json


def test_cells_stated_together_stand_together() -> None:
    seoul = AT.astimezone(timezone(timedelta(hours=9)))
    held = SourceRecord(
        KEY,
        {
            "name.full": Stated("김", AT, AT),
            "brand": Stated(CLEARED, seoul, AT),
            "birth_on": Stated(date(1990, 2, 3), AT, AT, "receipt"),
        },
    )
    text = "2026-01-01T00:00:00.000000Z"
    assert held.to_json() == {
        "key": ["shop", "1"],
        "stated": [
            [text, text, "receipt", {"birth_on": "1990-02-03"}],
            [text, text, "source", {"name.full": "김", "brand": {"$cleared": True}}],
        ],
    }


def test_the_order_of_cells_is_no_part_of_what_is_kept() -> None:
    cells = record(name__full="Kim", brand="A", lifecycle="x").cells
    turned = dict(reversed(list(cells.items())))
    assert RECORDS.row(SourceRecord(KEY, cells)) == RECORDS.row(SourceRecord(KEY, turned))


@pytest.mark.parametrize(
    "data",
    [
        None, [], {}, {"key": ["shop"], "stated": []}, {"key": ["shop", "1"]},
        {"key": ["shop", "1"], "stated": [["kim", "kim", "source", {}]]},
        {"key": ["shop", "1"], "stated": [["2026-01-01", "2026-01-01", "source", {"brand": 1}]]},
        {"key": ["shop", "1"], "stated": [[
            "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "source", {"birth_on": "kim"}]]},
        {"key": ["shop", "1"], "stated": [[
            "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "source", {"kim": "kim"}]]},
        {"key": ["shop", "1"], "stated": [[
            "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "source", {"emails": [{"kim": 1}]}]]},
    ],
    ids=range(10),
)  # fmt: skip
def test_json_that_is_no_record_is_an_input_error_that_shows_nothing(data: Json) -> None:
    for read in (SourceRecord.from_json, lambda given: decode(SourceRecord, given)):
        with pytest.raises(InputError) as caught:
            read(data)
        assert "kim" not in str(caught.value)


# ---------------------------------------------------------------- fields and keys


@pytest.mark.parametrize(
    "name", ["name", "attributes", "attributes.", "unmapped", "e", "x" * 10**6]
)
def test_a_field_that_is_none_is_unknown(name: str) -> None:
    with pytest.raises(UnknownName) as caught:
        field_of(name)
    assert len(str(caught.value)) < 250


def test_a_misspelt_field_names_the_nearest() -> None:
    with pytest.raises(UnknownName, match=r"name\.family"):
        field_of("name.familly")


@pytest.mark.parametrize("name", [*FIELDS, "attributes.x", "attributes.a.b", "unmapped.$.a"])
def test_a_field_is_found_by_its_name(name: str) -> None:
    assert field_of(name).name == name


def test_equal_values_have_one_digest_and_types_tell_others_apart() -> None:
    name = "attributes.x"
    assert cell_digest(name, "a") == cell_digest(name, "a")
    values: list[object] = [1, True, "1", Decimal(1), ("1",), CLEARED]
    assert len({cell_digest(name, value) for value in values}) == len(values)
    assert cell_digest("addresses", (Address(country="KR"),)) != cell_digest("addresses", ())


@pytest.mark.parametrize(
    ("source", "external_id", "path"),
    [
        ("", "1", "$.source"), ("shop", " ", "$.external_id"), ("a/b", "1", "$.source"),
        ("x" * 201, "1", "$.source"), ("shop", "1\x00", "$.external_id"),
        ("shop", 1, "$.external_id"), (None, "1", "$.source"),
    ],
)  # fmt: skip
def test_a_key_that_names_nobody_is_refused(source: str, external_id: str, path: str) -> None:
    with pytest.raises(InputError) as caught:
        SourceKey(source, external_id)
    assert caught.value.path == path


@pytest.mark.parametrize("external_id", ["1", "a/b", "/", "김", " 1 ", "x" * 200])
def test_a_key_is_read_as_it_is_written(external_id: str) -> None:
    key = SourceKey("shop", external_id)
    assert SourceKey.parse(str(key)) == key


@pytest.mark.parametrize("text", ["shop", "", "/1", "shop/", "x" * 513])
def test_text_that_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        SourceKey.parse(text)


def test_a_home_depends_on_tenant_and_both_parts_of_the_key() -> None:
    homes = {home_id(t, SourceKey(s, e)) for t in "ab" for s in "ab" for e in "ab"}
    assert len(homes) == 8
    assert home_id("main", KEY) == home_id("main", SourceKey("shop", "1"))
