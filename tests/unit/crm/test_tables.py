"""Exporting all customers as a table, and taking the table in again."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from ecrm_core.crm import Crm
from ecrm_core.customers import (
    Attribute,
    AttributeSchema,
    AttributeType,
    FieldMap,
    Profile,
)
from ecrm_core.errors import ConflictError, DefinitionError, InputError, UnknownName
from ecrm_core.kernel import FixedClock, Money
from ecrm_core.sources import csv, generic, shopify

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
SCHEMA = AttributeSchema(
    {
        "size": Attribute(AttributeType.DECIMAL),
        "since": Attribute(AttributeType.DATE),
        "seen": Attribute(AttributeType.INSTANT),
        "vip": Attribute(AttributeType.BOOLEAN),
        "spent": Attribute(AttributeType.MONEY),
        "likes": Attribute(AttributeType.LIST),
        "points": Attribute(AttributeType.INTEGER),
        "shoe (EU), left": Attribute(AttributeType.TEXT),
    }
)
FIELDS = FieldMap(
    {
        "no": "id", "name": "full_name", "given": "given_name", "family": "family_name",
        "reading": "kana", "firm": "organisation", "mail": "email", "work": "email",
        "tel": "phone", "desk": "phone", "line": "street", "flat": "street2", "floor": "street2",
        "city": "city", "area": "area", "zip": "postcode", "land": "country",
        "born": "birth_date", "pin": "national_id", "lang": "language", "tags": "tags",
        "note": "note", "more": "note", "brand": "brand", "stage": "lifecycle", "at": "updated_at",
        "a": "attribute:size", "b": "attribute:since", "c": "attribute:seen", "d": "attribute:vip",
        "e": "attribute:spent", "f": "attribute:likes", "g": "attribute:points",
        "h": "attribute:shoe (EU), left",
    }
)  # fmt: skip
ROWS = [
    {
        "no": "1", "name": "=Ann Lee", "given": "Ann", "family": "Lee", "reading": "アン リー",
        "firm": "@Example Ltd", "mail": "Ann@example.com", "work": "ann.lee@example.org",
        "tel": "+44 20 7946 0018", "desk": "+44 20 7946 0019 ext. 12", "line": "1 Main Street",
        "flat": "Flat 2", "floor": "3rd floor", "city": "London", "area": "-", "zip": "01234",
        "land": "GB", "born": "1980-03-04", "pin": "0012", "lang": "en", "tags": "vip, '=x",
        "note": " a\r\n'b\n=c ", "more": '"', "brand": "north", "stage": "customer",
        "at": "2026-05-01T09:30:00+09:00", "a": "1.50", "b": "2020-01-02",
        "c": "2026-05-01T09:30:00Z", "d": "yes", "e": "12.30 EUR", "f": "tea, milk", "g": "-7",
        "h": "007",
    },
    {"no": "2", "name": "김민준", "tel": "12", "mail": "no mail", "at": "2026-05-02T09:30:00Z"},
]  # fmt: skip


@pytest.fixture(params=["memory", "sqlite"])
def crm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Crm]:
    target = None if request.param == "memory" else tmp_path / "shop.db"
    with Crm.open(target, attributes=SCHEMA, clock=FixedClock(NOW)) as crm:
        delivery = generic.read_rows(
            ROWS, fields=FIELDS, source="list", received_at=NOW, schema=SCHEMA
        )
        assert (len(delivery.records), delivery.refused) == (2, ())
        crm.ingest(delivery)
        yield crm


def _said(profile: Profile) -> dict[str, object]:
    """Return what a profile says, without who said it when and how it was typed."""
    said: dict[str, object] = {name: profile.values(name) for name in profile.fields}
    for name in ("emails", "phones"):
        said[name] = [c.identity if c.match_form else c.raw for c in profile.values(name)]
    return said


@pytest.mark.parametrize("mode", ["exact", "spreadsheet"])
def test_a_table_taken_in_again_under_another_source_says_the_same(
    crm: Crm, tmp_path: Path, mode: str
) -> None:
    path = tmp_path / "people.csv"
    done = crm.export_table(path, mode=mode)
    assert (done.rows, done.stopped) == (2, False)
    with Crm.open(attributes=SCHEMA, clock=FixedClock(NOW)) as other:
        receipt = other.ingest_file(path, source="copy", fields=done.fields, mode=mode)
        assert (receipt.created, receipt.quarantined) == (2, 0)
        for key in ("list/1", "list/2"):
            ours = crm.view(key).profile
            theirs = other.view(f"copy/{ours.id}").profile
            assert _said(theirs) == _said(ours)
            assert theirs.name == ours.name
            assert {s.observed_at for held in theirs.fields.values() for s in held} == {
                s.observed_at for held in ours.fields.values() for s in held
            }
        typed = other.view(f"copy/{crm.resolve('list/1')}").profile
        assert typed.value("attributes.spent") == Money(Decimal("12.30"), "EUR")
        assert typed.value("attributes.since") == date(2020, 1, 2)


def test_the_columns_are_called_by_roles_and_guessed_as_such(crm: Crm) -> None:
    stream = io.BytesIO()
    done = crm.export_table(stream)
    header = csv.header(io.BytesIO(stream.getvalue()))
    assert header.columns == tuple(done.fields.columns)
    assert header.columns[:3] == ("id", "full_name", "given_name")
    assert {"email", "email_2", "phone_2", "street_3", "attribute:shoe (EU), left"} <= {
        *header.columns
    }
    assert FieldMap.guess(header.table) == done.fields


def test_a_first_address_of_a_list_fills_the_columns() -> None:
    with Crm.open() as crm:
        places = [{"address1": "1 Main Street", "city": "London", "country_code": "GB"},
                  {"address1": "2 Side Street", "city": "Leeds", "country_code": "GB"}]  # fmt: skip
        body = json.dumps({"id": 1, "first_name": "Ann", "addresses": places}).encode()
        crm.ingest(shopify.read(body, topic="customers/create", received_at=NOW))
        stream = io.BytesIO()
        crm.export_table(stream)
    row = csv.header(io.BytesIO(stream.getvalue())).sample[0]
    assert (row["full_name"], row["street"], row["city"], row["country"]) == (
        "Ann", "1 Main Street", "London", "GB",
    )  # fmt: skip


def test_a_store_without_customers_is_a_table_without_rows() -> None:
    stream = io.BytesIO()
    with Crm.open() as crm:
        assert str(crm.export_table(stream)) == "0 customers in 1 columns, mode exact"
    assert stream.getvalue() == b"id\r\n"


def test_pages_make_no_difference_and_progress_is_told(crm: Crm) -> None:
    whole, paged, told = io.BytesIO(), io.BytesIO(), list[tuple[int, int, str]]()
    crm.export_table(whole)
    crm.export_table(paged, page=1, progress=lambda *said: told.append(said))
    assert paged.getvalue() == whole.getvalue()
    assert told == [(1, 2, "customers"), (2, 2, "customers")]


def test_stopped_work_leaves_the_path_as_it_was(crm: Crm, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    for before in (None, b"older"):
        if before:
            path.write_bytes(before)
        done = crm.export_table(path, page=1, progress=lambda *_: False)
        assert (done.rows, done.stopped) == (1, True)
        assert str(done).endswith("stopped")
        assert (path.read_bytes() if path.exists() else None) == before
        assert not (tmp_path / "people.csv.part").exists()


def test_a_customer_who_grows_a_column_meanwhile_is_not_cut_short(crm: Crm, tmp_path: Path) -> None:
    def change(*_: object) -> None:
        for key in ("list/1", "list/2"):
            crm.correct(key, "notes", "a third one", by="ann")
            crm.correct(key, "notes", "a fourth one", by="ann")

    with pytest.raises(ConflictError, match="export again") as caught:
        crm.export_table(tmp_path / "people.csv", page=1, progress=change)
    assert caught.value.code == "changed_meanwhile"
    assert not list(tmp_path.glob("people*"))
    assert crm.export_table(tmp_path / "people.csv").rows == 2


def test_what_cannot_be_done_is_said_before_anything_is_written(crm: Crm, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    with pytest.raises(UnknownName):
        crm.export_table(path, mode="excel")
    with pytest.raises(DefinitionError):
        crm.export_table(path, page=0)
    with pytest.raises(InputError) as caught:
        crm.export_table(tmp_path / "missing" / "people.csv")
    assert caught.value.code == "unwritable_file"
    assert not path.exists()


def test_a_family_name_beside_a_whole_name_is_guessed_as_such() -> None:
    fields = FieldMap({"no": "id", "name": "full_name", "family": "family_name"})
    row = {"no": "1", "name": "Ann Lee", "family": "Lee"}
    stream = io.BytesIO()
    with Crm.open() as crm:
        crm.ingest(generic.read_rows([row], fields=fields, source="list", received_at=NOW))
        done = crm.export_table(stream)
    header = csv.header(io.BytesIO(stream.getvalue()))
    assert FieldMap.guess(header.table) == done.fields


def test_a_file_taken_in_again_in_its_right_mode_is_another_import(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("id,name\n1,'=x\n", encoding="utf-8")
    fields = FieldMap({"id": "id", "name": "full_name"})
    with Crm.open() as crm:
        for day, mode, name in ((1, "exact", "'=x"), (2, "spreadsheet", "=x"), (3, "exact", "=x")):
            at = NOW.replace(day=day)
            crm.ingest_file(path, source="list", fields=fields, mode=mode, now=at)
            assert crm.view("list/1").profile.value("name.full") == name
