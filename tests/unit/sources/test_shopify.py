"""Shopify: who is let in, what becomes of each leaf, and what null, "" and silence mean."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from ecrm_core.customers import CLEARED, VerificationState
from ecrm_core.errors import DefinitionError, InputError, RefusedError
from ecrm_core.sources import Delivery, shopify
from ecrm_core.sources.payload import leaves

NOW = datetime(2026, 11, 23, tzinfo=UTC)
AT = "2026-05-01T10:00:00+09:00"
MAY = datetime(2026, 5, 1, 1, tzinfo=UTC)


def _read(data: object, *, topic: str | None = None, region: str | None = None) -> Delivery:
    return shopify.read(json.dumps(data).encode(), received_at=NOW, topic=topic, region=region)


def _cells(**fields: object) -> dict[str, Any]:
    """Return the values of one customer, after checking that no leaf is lost."""
    data = {"id": 1, **fields}
    delivery = shopify.read(json.dumps(data).encode(), received_at=NOW)
    assert delivery.refused == ()
    kept = delivery.unmapped(0)
    assert delivery.mapped[0] | kept.keys() == leaves(data).keys()
    assert not delivery.mapped[0] & kept.keys()
    return {name: cell.value for name, cell in delivery.records[0].cells.items()}


# ---------------------------------------------------------------- the door


def _signature(body: bytes, secret: str) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def test_a_webhook_that_was_signed_passes() -> None:
    body = b'{"id": 1}'
    shopify.verify(body, _signature(body, "s3cret"), secret="s3cret")
    shopify.verify(body, _signature(body, "s3cret"), secret=b"s3cret")


@pytest.mark.parametrize(
    "signature", [None, "", "no base64!", "äö", "c2hvcnQ=", _signature(b'{"id": 2}', "s3cret")]
)
def test_any_other_is_refused(signature: str | None) -> None:
    with pytest.raises(RefusedError) as caught:
        shopify.verify(b'{"id": 1}', signature, secret="s3cret")
    assert caught.value.code == "bad_signature"


def test_an_empty_secret_verifies_nothing() -> None:
    with pytest.raises(DefinitionError):
        shopify.verify(b"", _signature(b"", ""), secret="")


@pytest.mark.parametrize("topic", [None, "create", "disable", "enable", "update"])
def test_topics_that_bring_a_customer_are_read(topic: str | None) -> None:
    delivery = _read({"id": 1}, topic=topic and f"customers/{topic}")
    assert [record.key.external_id for record in delivery.records] == ["1"]


def test_other_topics_are_refused_by_name() -> None:
    with pytest.raises(DefinitionError, match="customers/update"):
        _read({"id": 1}, topic="themes/publish")


@pytest.mark.parametrize(
    ("body", "places"),
    [
        ({"id": 1, "email": ""}, ["$"]),
        ({"customer": {"id": 1}}, ["$.customer"]),
        ({"customers": [{"id": 1}, {"id": 2}]}, ["$.customers[0]", "$.customers[1]"]),
        ([{"id": 1, "email": ""}, {"id": 2, "phone": ""}], ["$[0]", "$[1]"]),
        ([], []),
        ({"customers": []}, []),
    ],
)
def test_one_customer_or_many(body: object, places: list[str]) -> None:
    assert _read(body).rows == len(places)
    bad = json.loads(json.dumps(body).replace('"id"', '"no"'))
    assert [row.place for row in _read(bad).refused] == places


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff{}", b"[1,]", b'"text"', b"7", b"[" * 100_000, b'{"a": "\x00"}']
)
def test_bytes_that_are_no_json_of_objects_are_an_error(body: bytes) -> None:
    with pytest.raises(InputError):
        shopify.read(body, received_at=NOW)


@pytest.mark.parametrize(
    "bad",
    [
        '{"email": "a@example.com"}',
        '{"id": null}',
        '{"id": true}',
        '{"id": "  "}',
        '{"id": 9, "first_name": "a\\u0000"}',
        '{"id": 9, "x": "\\ud800"}',
        '{"id": 9, "id": 10}',
        '{"id": 9, "x": ' + "1" * 5000 + "}",
        '{"id": 9, "x": NaN}',
        '{"id": 9, "x": 1e1000000}',
        '{"id": 9, "x": ' + "[" * 70 + "]" * 70 + "}",
        '{"id": 9, "first_name": "' + "x" * 513 + '"}',
        '{"id": 9, "email": "' + "x" * 513 + '"}',
        '{"id": 9, "x": "' + "x" * 65_536 + '"}',
        '{"id": 9, "note": "' + "x" * 65_537 + '"}',
        "[1]",
        "null",
        "7",
    ],
)
def test_a_bad_object_is_refused_whole_and_harms_no_other(bad: str) -> None:
    body = f'{{"customers": [{{"id": 1}}, {bad} , {{"id": 2}}]}}'
    delivery = shopify.read(body.encode(), received_at=NOW)
    assert [record.key.external_id for record in delivery.records] == ["1", "2"]
    (row,) = delivery.refused
    assert row.place == "$.customers[1]"
    assert row.payload is not None
    assert json.loads(row.payload) == bad
    assert row.problems


def test_every_problem_of_an_object_is_named() -> None:
    (row,) = _read({"first_name": "x" * 600, "email": "y" * 600}).refused
    assert {path for path, _ in row.problems} == {"$.id", "$.first_name", "$.email"}


def test_spaces_and_escapes_between_objects_do_not_matter() -> None:
    body = b'\xef\xbb\xbf \n{ "customers" :\t[ {"id":1} ,\r\n {"id":2, "note":"],{\\"" } ] } '
    delivery = shopify.read(body, received_at=NOW)
    assert [r.value("notes") for r in delivery.records] == [None, ('],{"',)]


# ---------------------------------------------------------------- said, cleared, not said

MAPPED = {
    "first_name": "name.given",
    "last_name": "name.family",
    "email": "emails",
    "phone": "phones",
    "addresses": "addresses",
    "tags": "tags",
    "note": "notes",
    "locale": "languages",
}


@pytest.mark.parametrize(("key", "field"), MAPPED.items())
@pytest.mark.parametrize("nothing", [None, "", []])
def test_null_and_empty_clear(key: str, field: str, nothing: object) -> None:
    assert _cells(**{key: nothing}) == {field: CLEARED}


def test_a_missing_key_says_nothing() -> None:
    assert _cells() == {}


@pytest.mark.parametrize(("key", "field"), MAPPED.items())
def test_what_is_of_another_kind_is_kept_as_it_is(key: str, field: str) -> None:
    cells = _cells(**{key: {"odd": True}})
    assert cells == {f"unmapped.$.{key}.odd": True}
    assert field not in cells


def test_numbers_stay_exact() -> None:
    body = b'{"id": 1, "total_spent": 199.650000000000000000001, "n": 9007199254740993}'
    delivery = shopify.read(body, received_at=NOW)
    assert delivery.unmapped(0) == {
        "$.total_spent": Decimal("199.650000000000000000001"),
        "$.n": 9007199254740993,
    }


def test_a_tidied_text_is_kept_raw_as_well() -> None:
    cells = _cells(first_name=" Ann  Marie ", last_name="Müller")
    assert cells == {
        "name.given": "Ann Marie",
        "name.family": "Müller",
        "unmapped.$.first_name": " Ann  Marie ",
    }


# ---------------------------------------------------------------- fields


def test_the_verified_flag_goes_with_the_address() -> None:
    for flag, state in [(True, "CONFIRMED"), (False, "UNVERIFIED")]:
        (point,) = _cells(email="a@example.com", verified_email=flag)["emails"]
        assert point.verification.state is VerificationState[state]
    assert _cells(email="a@example.com")["emails"][0].verification is None
    assert _cells(verified_email=True) == {"unmapped.$.verified_email": True}


@pytest.mark.parametrize(
    ("more", "normalised"),
    [
        ({"addresses": [{"country_code": "KR"}]}, "+8220000101"),
        ({"addresses": [{"country": "South Korea"}]}, "+8220000101"),
        ({"addresses": [{"country_code": "US"}, {"country_code": "KR", "default": True}]},
         "+8220000101"),
        ({"default_address": {"country_code": "KR"}}, "+8220000101"),
        ({"addresses": [{"country": "Nowhere"}]}, "+8130000101"),
        ({}, "+8130000101"),
    ],
)  # fmt: skip
def test_a_phone_is_read_by_the_country_of_the_default_address(
    more: dict[str, object], normalised: str
) -> None:
    number = "02-000-0101" if normalised.startswith("+82") else "03-000-0101"
    delivery = _read({"id": 1, "phone": number, **more}, region="JP")
    assert delivery.records[0].value("phones")[0].normalised == normalised


def test_addresses_come_default_first_with_every_part() -> None:
    other = {"address1": "1 Road", "default": False}
    home = {
        "id": 7,
        "name": "Ann Lee",
        "first_name": "Ann",
        "company": "Acme",
        "address1": "2 Street",
        "address2": "Flat 3",
        "city": "Leeds",
        "province": "West Yorkshire",
        "province_code": "WYK",
        "zip": "LS1 1AA",
        "country": "United Kingdom",
        "country_code": "GB",
        "phone": "0113 496 0000",
        "default": True,
    }
    cells = _cells(addresses=[other, home], default_address=home)
    first, second = cells["addresses"]
    assert (first.recipient, first.organisation, first.lines) == (
        "Ann Lee",
        "Acme",
        ("2 Street", "Flat 3"),
    )
    assert (first.locality, first.area, first.postal_code) == ("Leeds", "West Yorkshire", "LS1 1AA")
    assert (first.country, first.phone) == ("GB", "0113 496 0000")
    assert (first.area_code, second.area_code) == ("WYK", None)
    assert second.lines == ("1 Road",)
    kept = {name for name in cells if name.startswith("unmapped.")}
    assert kept == {"unmapped.$.addresses[1].id", "unmapped.$.addresses[1].first_name"}


@pytest.mark.parametrize("flags", [(False, False), (True, True), (1, 0)])
def test_default_flags_that_name_no_one_address_are_kept(flags: tuple[object, object]) -> None:
    cells = _cells(
        addresses=[{"city": "A", "default": flags[0]}, {"city": "B", "default": flags[1]}]
    )
    assert [address.locality for address in cells["addresses"]] == ["A", "B"]
    assert cells["unmapped.$.addresses[1].default"] == flags[1]


def test_a_default_address_that_is_none_of_them_is_kept() -> None:
    cells = _cells(addresses=[{"city": "A"}], default_address={"city": "B"})
    assert cells["unmapped.$.default_address.city"] == "B"
    assert "addresses" not in _cells(default_address={"city": "B"})


def test_a_country_nobody_knows_is_kept() -> None:
    cells = _cells(addresses=[{"country": "Nowhere", "country_code": None}])
    assert cells["addresses"][0].country is None
    assert cells["unmapped.$.addresses[0].country"] == "Nowhere"


def test_a_country_name_that_contradicts_the_code_is_kept() -> None:
    cells = _cells(addresses=[{"country": "Canada", "country_code": "US"}])
    assert cells["addresses"][0].country == "US"
    assert cells["unmapped.$.addresses[0].country"] == "Canada"


def test_a_recipient_is_composed_where_no_name_is_given() -> None:
    cells = _cells(addresses=[{"first_name": "민준", "last_name": "김", "name": ""}])
    assert cells["addresses"][0].recipient == "김민준"
    assert len(cells) == 1


def test_elements_that_are_no_addresses_are_kept() -> None:
    cells = _cells(addresses=["x", {"city": "A"}])
    assert [address.locality for address in cells["addresses"]] == ["A"]
    assert cells["unmapped.$.addresses[0]"] == "x"


def test_tags_are_words() -> None:
    assert _cells(tags="Léon, Noël,,B2B ")["tags"] == ("Léon", "Noël", "B2B")
    assert _cells(tags=" , ")["tags"] is CLEARED


# ---------------------------------------------------------------- time


def test_the_shop_dates_its_statement() -> None:
    cell = _read({"id": 1, "note": "x", "updated_at": AT}).records[0].cells["notes"]
    assert (cell.observed_at, cell.received_at, cell.clock) == (MAY, NOW, "source")


@pytest.mark.parametrize("updated_at", [None, "yesterday", 5, "2026-05-01T10:00:00"])
def test_without_a_time_the_receipt_counts(updated_at: object) -> None:
    record = _read({"id": 1, "note": "x", "updated_at": updated_at}).records[0]
    assert record.cells["notes"].observed_at == NOW
    assert record.cells["notes"].clock == "receipt"
    assert record.cells["unmapped.$.updated_at"].value == updated_at


def test_a_time_that_no_field_carries_is_kept() -> None:
    assert _cells(updated_at=AT) == {"unmapped.$.updated_at": AT}


def test_a_receipt_without_a_zone_is_refused() -> None:
    with pytest.raises(InputError):
        shopify.read(b'{"id": 1}', received_at=NOW.replace(tzinfo=None))


# ---------------------------------------------------------------- consent


CONSENTS: dict[str, tuple[dict[str, object], tuple[str, bool, datetime | None]]] = {
    "bare": ({"state": "subscribed"}, ("granted", False, None)),
    "single": (
        {"state": "subscribed", "opt_in_level": "single_opt_in"},
        ("granted", False, None),
    ),
    "confirmed": (
        {"state": "subscribed", "opt_in_level": "confirmed_opt_in"},
        ("granted", True, MAY),
    ),
    "pending": (
        {"state": "pending", "opt_in_level": "confirmed_opt_in"},
        ("pending", True, None),
    ),
    "revoked": ({"state": "unsubscribed", "opt_in_level": None}, ("revoked", False, None)),
}


@pytest.mark.parametrize("name", CONSENTS)
@pytest.mark.parametrize("channel", ["email", "sms"])
def test_consents_become_statements(name: str, channel: str) -> None:
    consent, (state, double, confirmed) = CONSENTS[name]
    address = {"email": "Ann@example.com", "phone": "+82 2-0000-0101"}
    dated = {**consent, "consent_updated_at": AT, "consent_collected_from": "OTHER"}
    (said,) = _read({"id": 1, **address, f"{channel}_marketing_consent": dated}).consents
    assert (said.channel, said.purpose, said.source) == (channel, "marketing", "shopify")
    assert (said.state.value, said.at, said.evidence) == (state, MAY, "OTHER")
    assert (said.double_opt_in, said.confirmed_at) == (double, confirmed)
    assert said.subject == {"email": "email:ann@example.com", "sms": "phone:82200000101"}[channel]


@pytest.mark.parametrize(
    "fields",
    [
        {"email": "a@example.com", "email_marketing_consent": {"state": "not_subscribed"}},
        {"email": "a@example.com", "email_marketing_consent": {"state": "redacted"}},
        {"email": "no address", "email_marketing_consent": {"state": "unsubscribed"}},
        {"email": None, "email_marketing_consent": {"state": "subscribed"}},
        {"email_marketing_consent": {"state": "subscribed"}},
    ],
)
def test_what_is_no_statement_is_kept(fields: dict[str, Any]) -> None:
    delivery = _read({"id": 1, **fields})
    assert delivery.consents == ()
    state = fields["email_marketing_consent"]["state"]
    assert delivery.unmapped(0)["$.email_marketing_consent.state"] == state


def test_an_undated_consent_has_the_time_of_its_customer() -> None:
    data = {"id": 1, "email": "a@example.com", "email_marketing_consent": {"state": "subscribed"}}
    assert _read(data).consents[0].at == NOW
    assert _read({**data, "updated_at": AT}).consents[0].at == MAY


def test_a_consent_time_that_is_none_is_kept() -> None:
    consent = {"state": "subscribed", "consent_updated_at": "yesterday"}
    delivery = _read({"id": 1, "email": "a@example.com", "email_marketing_consent": consent})
    assert delivery.consents[0].at == NOW
    assert delivery.unmapped(0)["$.email_marketing_consent.consent_updated_at"] == "yesterday"


def test_a_default_flag_of_another_kind_is_kept_beside_the_default() -> None:
    cells = _cells(addresses=[{"city": "A", "default": "x"}, {"city": "B", "default": True}])
    assert [address.locality for address in cells["addresses"]] == ["B", "A"]
    assert cells["unmapped.$.addresses[0].default"] == "x"
