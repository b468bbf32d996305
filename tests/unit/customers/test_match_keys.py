"""Match keys: what records of one person nearly always share beside addresses and names."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from ecrm_core.customers import (
    CLEARED,
    MATCH_KEYSET,
    Address,
    SourceKey,
    SourceRecord,
    Stated,
    match_keys,
    search_keys,
)
from ecrm_core.kernel import CustomerId

AT = datetime(2026, 1, 1, tzinfo=UTC)
BORN = date(1980, 5, 1)
HOME = CustomerId("cus_1")


def record(**values: object) -> SourceRecord:
    cells = {name.replace("__", "."): Stated(value, AT, AT) for name, value in values.items()}
    return SourceRecord(SourceKey("shop", "1"), cells)


@pytest.mark.parametrize(
    ("values", "keys"),
    [
        ({"name__given": "Ada", "name__family": "Kim", "birth_on": BORN},
         {("born", "1980-05-01|ak")}),
        ({"name__full": "Dr. José de Ruiz", "birth_on": BORN}, {("born", "1980-05-01|dr")}),
        ({"name__full": "Kim Ada", "birth_on": BORN}, {("born", "1980-05-01|ak")}),
        ({"name__given": "민준", "name__family": "김", "birth_on": BORN},
         {("born", "1980-05-01|김")}),
        ({"name__full": "김민준", "birth_on": BORN}, {("born", "1980-05-01|김")}),
        ({"birth_on": BORN, "address__postal_code": "SW1A 1AA"},
         {("born_at", "1980-05-01|sw1a1aa")}),
        ({"address__lines": ("1 Rue de l'Été",), "address__locality": "Saint-Denis"},
         {("home", "1ruedelete|saintdenis")}),
        ({"national_id": "800501-1234567"}, {("national_id", "8005011234567")}),
        ({"name__full": "Ada Kim"}, set()),
        ({"birth_on": BORN}, set()),
        ({"birth_on": CLEARED, "name__full": "Ada Kim"}, set()),
        ({"address__lines": ("1 Road",)}, set()),
        ({"name__full": "...", "birth_on": BORN}, {("born", "1980-05-01|.")}),
    ],
)  # fmt: skip
def test_a_record_is_matched_under_birth_home_and_id(
    values: dict[str, object], keys: set[tuple[str, str]]
) -> None:
    assert {(key.kind, key.form) for key in match_keys(record(**values))} == keys


def test_listed_addresses_count_too_three_of_them() -> None:
    listed = tuple(
        Address(lines=(f"{at} Road",), locality="Leeds", country="GB") for at in range(5)
    )
    keys = match_keys(record(addresses=listed))
    assert sorted(key.form for key in keys) == ["0road|leeds", "1road|leeds", "2road|leeds"]


def test_long_texts_are_cut() -> None:
    keys = match_keys(record(address__lines=("é" * 5_000,), address__locality="x" * 5_000))
    assert [len(key.form) for key in keys] == [241]


def test_the_rows_are_of_a_key_set_of_their_own() -> None:
    rows = search_keys(HOME, record(name__full="Ada Kim", birth_on=BORN))
    assert {row.keyset: row.key for row in rows.values() if row.keyset == MATCH_KEYSET} == {
        MATCH_KEYSET: "born:1980-05-01|ak"
    }
    assert "name:ada kim" in rows
