"""Search keys: under which forms of address and name a record is found."""

from datetime import UTC, datetime

import pytest

from ecrm_core.customers import (
    CLEARED,
    KEYSET,
    ContactKind,
    ContactPoint,
    MatchKey,
    SourceKey,
    SourceRecord,
    Stated,
    parse_email,
    parse_handle,
    parse_phone,
    record_keys,
    search_keys,
)
from ecrm_core.kernel import CustomerId

AT = datetime(2026, 1, 1, tzinfo=UTC)
HOME = CustomerId("cus_1")
RELAY = ContactPoint(
    kind=ContactKind.EMAIL, raw="x@relay.example", match_form="x@relay.example", relay=True
)


def record(**values: object) -> SourceRecord:
    cells = {name.replace("__", "."): Stated(value, AT, AT) for name, value in values.items()}
    return SourceRecord(SourceKey("shop", "1"), cells)


@pytest.mark.parametrize(
    ("values", "keys"),
    [
        ({"emails": (parse_email("Kim+a@Example.com"),)}, {("email", "kim@example.com")}),
        ({"emails": (parse_email("unreadable"),)}, set()),
        ({"emails": CLEARED}, set()),
        ({"phones": (parse_phone("02-0000-0001", region="KR"),)}, {("phone", "82200000001")}),
        ({"handles": (parse_handle(ContactKind.MESSAGING, "@Kim", service="line"),)},
         {("messaging", "line:kim")}),
        ({"emails": (RELAY,)}, {("email", "x@relay.example")}),
        ({"name__given": "민준", "name__family": "김"},
         {("name", "김민준"), ("name", "민준김")}),
        ({"name__full": "José Ruiz"}, {("name", "josé ruiz"), ("name", "jose ruiz")}),
        ({"name__given": "Ann", "name__family": "Lee", "name__full": "Dr. Ann Lee"},
         {("name", "ann lee"), ("name", "lee ann"), ("name", "dr ann lee")}),
        ({"organisation__legal": "Hanbit Co., Ltd.", "organisation__trading": "한빛"},
         {("name", "hanbit co ltd"), ("name", "한빛")}),
        ({"brand": "A", "tags": ("vip",)}, set()),
    ],
)  # fmt: skip
def test_a_record_is_found_under_its_addresses_and_names(
    values: dict[str, object], keys: set[tuple[str, str]]
) -> None:
    found = {(key.kind, key.form) for key in record_keys(record(**values))}
    assert keys <= found
    assert {kind for kind, _ in found} == {kind for kind, _ in keys}
    if not any(kind == "name" for kind, _ in keys):
        assert found == keys


def test_a_name_too_long_for_any_parser_still_has_bounded_keys() -> None:
    keys = record_keys(record(name__given="a" * 5_000, name__family="é" * 5_000))
    assert keys
    assert all(len(key.form) <= 120 for key in keys)


def test_index_rows_carry_key_set_and_home() -> None:
    rows = search_keys(HOME, record(emails=(parse_email("kim@example.com"),)))
    (row,) = rows.values()
    assert (list(rows), row.keyset, row.home_id) == (["email:kim@example.com"], KEYSET, HOME)
    assert search_keys(HOME, None) == {}


def test_keys_show_no_address() -> None:
    key = MatchKey("email", "kim@example.com")
    (row,) = search_keys(HOME, record(emails=(parse_email("kim@example.com"),))).values()
    assert "kim" not in repr(key) + repr(row) + repr([key, row])
