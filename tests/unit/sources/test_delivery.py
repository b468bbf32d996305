"""Deliveries: parts that add up, and a quarantine that loses nothing."""

import json
from datetime import UTC, datetime

import pytest
from attrs import evolve

from ecrm_core.errors import InputError, InputErrors
from ecrm_core.sources import QUARANTINE, Delivery, quarantine, shopify

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def _delivery() -> Delivery:
    people: list[dict[str, object]] = [
        {
            "id": n,
            "email": f"p{n}@example.com",
            "email_marketing_consent": {"state": "subscribed" if n % 3 else "not_subscribed"},
        }
        for n in range(7)
    ]
    body = json.dumps([*people, {"email": "x@example.com"}, 5, *people[:1]]).encode()
    return shopify.read(body, received_at=NOW)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 100])
@pytest.mark.parametrize("skip", [0, 1, 7, 8, 9, 10])
def test_parts_are_the_whole(size: int, skip: int) -> None:
    whole = _delivery()
    parts = list(whole.pages(size, skip=skip))
    assert all(0 < part.rows <= size for part in parts)
    assert sum(part.rows for part in parts) == whole.rows - skip
    records = tuple(record for part in parts for record in part.records)
    refused = tuple(row for part in parts for row in part.refused)
    assert records == whole.records[skip:]
    assert refused == whole.refused[max(skip - len(whole.records), 0) :]
    assert len({part.digest for part in parts}) == len(parts)


def test_a_statement_travels_with_its_record() -> None:
    for part in _delivery().pages(1):
        held = [point.match_form for r in part.records for point in r.value("emails")]
        assert all(said.subject.removeprefix("email:") in held for said in part.consents)
        if part.records and held != ["p0@example.com"]:
            assert len(part.consents) == (int(str(held[0])[1]) % 3 > 0)


def test_the_same_bad_input_is_one_row_and_another_is_not() -> None:
    error = InputErrors("2", (InputError("a", path="$.x"), InputError("b", path="$.y")))
    rows = [
        quarantine("shop", place, payload, error=error, received_at=NOW)
        for place, payload in [("1", {"a": 1}), ("2", {"a": 1}), ("1", {"a": 2})]
    ]
    assert rows[0].id == rows[1].id != rows[2].id
    assert rows[0].problems == (("$.x", "a"), ("$.y", "b"))


def test_quarantine_holds_what_no_store_would() -> None:
    payload = {"a": "\x00\udcff", "b": 10**50}
    row = quarantine("shop", "1", payload, error=InputError("no"), received_at=NOW)
    assert row.payload is not None
    assert row.payload.isascii()
    assert json.loads(row.payload) == payload


def test_of_a_payload_beyond_a_mebibyte_length_and_digest_stay() -> None:
    row = quarantine("shop", "1", "x" * 2**20, error=InputError("no"), received_at=NOW)
    assert (row.payload, row.length) == (None, 2**20 + 2)


def test_a_refused_row_shows_no_content() -> None:
    row = quarantine("shop", "1", {"n": "Canary"}, error=InputError("no"), received_at=NOW)
    assert "Canary" not in repr(row)


def test_a_row_refused_by_an_earlier_version_is_read_without_the_party() -> None:
    row = quarantine(
        "list", "row 1", {"no": "1"}, error=InputError("x"), received_at=NOW, party="1"
    )
    body = json.loads(QUARANTINE.row(row).body)
    assert body.pop("party") == "1"
    assert QUARANTINE.read(json.dumps(body), 3, 1).value == evolve(row, party=None)


@pytest.mark.parametrize("party", ["", " ", "a\0", "\ud800", "9" * 201])
def test_what_can_be_nobodys_id_names_nobody(party: str) -> None:
    row = quarantine("shop", "1", {}, error=InputError("no"), received_at=NOW, party=party)
    assert row.party is None


def test_a_delivery_shows_nothing_of_what_is_kept() -> None:
    delivery = Delivery(source="shop", kept=({"$.customer.email": "canary@example.com"},))
    assert "canary" not in repr(delivery)
