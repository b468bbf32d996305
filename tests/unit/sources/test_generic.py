"""Rows: roles to fields, the three states of a cell, keys that are personal, words of consent."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypedDict, Unpack

import pytest

from ecrm_core.customers import (
    CLEARED,
    Attribute,
    AttributeSchema,
    AttributeType,
    ConsentState,
    FieldMap,
)
from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.sources import QUARANTINE, Delivery, generic, shopify
from ecrm_core.sources.consent_words import consent_state
from ecrm_core.sources.generic import _gate

NOW = datetime(2026, 11, 23, tzinfo=UTC)
TEN = datetime(2026, 5, 1, 10, tzinfo=UTC)
SECRET = b"0123456789abcdef"


class _Options(TypedDict, total=False):
    tz: str
    date_order: str
    clears: set[str]
    region: str
    schema: AttributeSchema
    first_row: int


def _rows(
    rows: Sequence[Mapping[str, object]], roles: dict[str, str], **options: Unpack[_Options]
) -> Delivery:
    return generic.read_rows(
        rows,
        fields=FieldMap(
            {"id": "id", **roles},
            tz=options.get("tz"),
            date_order=options.get("date_order"),
            clears=frozenset(options.get("clears", ())),
        ),
        source="list",
        received_at=NOW,
        region=options.get("region"),
        schema=options.get("schema"),
        first_row=options.get("first_row", 1),
    )


def _cells(
    row: dict[str, object], roles: dict[str, str], **options: Unpack[_Options]
) -> dict[str, Any]:
    delivery = _rows([{"id": "1", **row}], roles, **options)
    assert delivery.refused == ()
    paths = {f"$.{column}" for column in ("id", *row)}
    assert delivery.mapped[0] | delivery.unmapped(0).keys() == paths
    assert not delivery.mapped[0] & delivery.unmapped(0).keys()
    return {name: cell.value for name, cell in delivery.records[0].cells.items()}


@pytest.mark.parametrize(
    ("role", "cell", "field", "value"),
    [
        ("full_name", "김민준", "name.full", "김민준"),
        ("given_name", "Ann", "name.given", "Ann"),
        ("family_name", "O'Neill", "name.family", "O'Neill"),
        ("middle_name", "B", "name.middle", "B"),
        ("kana", "ヤマダ", "name.phonetic", "ヤマダ"),
        ("prefix", "Dr.", "name.prefix", "Dr."),
        ("suffix", "Jr.", "name.suffix", "Jr."),
        ("organisation", "Groß GmbH", "organisation.legal", "Groß GmbH"),
        ("street", "1 Road", "address.lines", ("1 Road",)),
        ("street2", "Flat 3", "address.lines", ("Flat 3",)),
        ("city", "Leeds", "address.locality", "Leeds"),
        ("area", "서울", "address.area", "서울"),
        ("postcode", "04524", "address.postal_code", "04524"),
        ("country", "대한민국", "address.country", "KR"),
        ("birth_date", "2001-02-03", "birth_on", date(2001, 2, 3)),
        ("national_id", "123-45", "national_id", "123-45"),
        ("language", "ko", "languages", ("ko",)),
        ("tags", "VIP; 세탁기、B2B", "tags", ("VIP", "세탁기", "B2B")),
        ("note", " two\nlines ", "notes", (" two\nlines ",)),
        ("brand", "north", "brand", "north"),
        ("lifecycle", "lead", "lifecycle", "lead"),
        ("account", "enabled", "account", "enabled"),
        ("entered_by", "agent 7", "entered_by", "agent 7"),
        ("attribute:size", "XL", "attributes.size", "XL"),
        ("category", "gold", "attributes.x", "gold"),
        ("text", "likes tea", "attributes.x", "likes tea"),
    ],
)
def test_each_role_has_its_field(role: str, cell: str, field: str, value: object) -> None:
    assert _cells({"x": cell}, {"x": role}) == {field: value}
    assert _cells({"x": " "}, {"x": role}) == {}
    assert _cells({}, {"x": role}) == {}
    assert _cells({"x": ""}, {"x": role}, clears={"x"}) == {field: CLEARED}
    assert _cells({}, {"x": role}, clears={"x"}) == {}


def test_every_role_is_read_or_left_out_on_purpose() -> None:
    from ecrm_core.customers.roles import ROLES

    for role in ROLES.keys() - {"id", "ignore", "updated_at"}:
        cell = {"birth_date": "2001-02-03", "country": "KR"}.get(role, "x")
        (name,) = _cells({"x": cell}, {"x": role})
        assert not name.startswith("unmapped."), role
    assert _cells({"x": "pass word", "y": 1.5}, {"x": "ignore", "y": "ignore"}) == {}


def test_columns_of_one_role_come_in_order() -> None:
    roles = {
        "b": "street2",
        "a": "street",
        "m1": "email",
        "m2": "email",
        "セイ": "kana",
        "メイ": "kana",
    }
    row: dict[str, object] = {"b": "Flat 3", "a": "1 Road", "m1": "", "m2": "a@example.com"}
    cells = _cells({**row, "セイ": "ヤマダ", "メイ": "タロウ"}, roles, clears={"m1"})
    assert cells["address.lines"] == ("1 Road", "Flat 3")
    assert [point.raw for point in cells["emails"]] == ["a@example.com"]
    assert cells["name.phonetic"] == "ヤマダ タロウ"


def test_phones_are_read_by_the_country_of_the_row() -> None:
    roles = {"p": "phone", "c": "country"}
    for country, normalised in [
        ("JP", "+81312340101"),
        ("", "+82312340101"),
        ("?", "+82312340101"),
    ]:
        cells = _cells({"p": "03-1234-0101", "c": country}, roles, region="KR")
        assert cells["phones"][0].normalised == normalised


@pytest.mark.parametrize(
    ("role", "cell", "field"),
    [
        ("birth_date", "10/11/12", "birth_on"),
        ("birth_date", "x" * 100, "birth_on"),
        ("country", "Nowhere", "address.country"),
        ("updated_at", "yesterday", ""),
        ("consent:email:marketing", "maybe", ""),
    ],
)
def test_a_cell_its_role_cannot_read_is_kept_and_the_row_accepted(
    role: str, cell: str, field: str
) -> None:
    cells = _cells({"x": cell, "m": "a@example.com"}, {"x": role, "m": "email"})
    assert cells["unmapped.$.x"] == cell
    assert field not in cells


def test_a_tidied_cell_is_kept_raw_as_well() -> None:
    cells = _cells({"x": " Kim  Lee"}, {"x": "full_name"})
    assert cells == {"name.full": "Kim Lee", "unmapped.$.x": " Kim  Lee"}


def test_columns_nobody_mapped_are_kept_unless_blank() -> None:
    row: dict[str, object] = {"a": "x", "b": "", "c": None, "d": float("nan"), "e": Decimal("1.50")}
    assert _cells({**row, "f": False}, {}) == {
        "unmapped.$.a": "x",
        "unmapped.$.e": Decimal("1.50"),
        "unmapped.$.f": False,
    }


def test_numbers_and_flags_are_cells_too() -> None:
    assert _cells({"x": 4524}, {"x": "postcode"}) == {"address.postal_code": "4524"}
    assert _cells({"x": 1.5}, {"x": "brand"}) == {"brand": "1.5", "unmapped.$.x": 1.5}
    assert _cells({"x": Decimal("1.50")}, {"x": "attribute:a"}) == {"attributes.a": Decimal("1.50")}


# ---------------------------------------------------------------- attributes

SCHEMA = AttributeSchema(
    {
        "points": Attribute(AttributeType.INTEGER),
        "paid": Attribute(AttributeType.MONEY),
        "vip": Attribute(AttributeType.BOOLEAN),
    }
)


@pytest.mark.parametrize(
    ("name", "cell", "value"),
    [("points", "12", 12), ("points", 12, 12), ("vip", "yes", True), ("vip", False, False)],
)
def test_attributes_are_typed_by_the_schema(name: str, cell: object, value: object) -> None:
    assert _cells({"x": cell}, {"x": f"attribute:{name}"}, schema=SCHEMA) == {
        f"attributes.{name}": value
    }


@pytest.mark.parametrize(
    ("name", "cell"), [("points", "many"), ("paid", "5 XQX"), ("paid", "5"), ("other", "x")]
)
def test_attributes_the_schema_cannot_read_are_kept(name: str, cell: object) -> None:
    cells = _cells({"x": cell}, {"x": f"attribute:{name}"}, schema=SCHEMA)
    assert cells == {"unmapped.$.x": cell}


def test_two_columns_cannot_be_one_attribute() -> None:
    with pytest.raises(DefinitionError):
        _rows([], {"size": "category", "b": "attribute:size"})


# ---------------------------------------------------------------- time


@pytest.mark.parametrize(
    ("text", "options", "at"),
    [
        ("2026-05-01T10:00:00Z", {}, TEN),
        ("2026-05-01 10:00:00", {"tz": "Asia/Seoul"}, datetime(2026, 5, 1, 1, tzinfo=UTC)),
        ("2026-05-01", {"tz": "Asia/Seoul"}, datetime(2026, 4, 30, 15, tzinfo=UTC)),
        ("2026.05.01 9:30", {"tz": "Asia/Seoul"}, datetime(2026, 5, 1, 0, 30, tzinfo=UTC)),
        ("1/5/2026 10:00", {"tz": "UTC", "date_order": "DMY"}, TEN),
        ("2026-05-01 10:00:00", {}, None),
        ("2026-05-01", {}, None),
        ("01/05/2026 10:00", {"tz": "UTC"}, None),
        ("2026-05-01 25:00", {"tz": "UTC"}, None),
        ("", {"tz": "UTC"}, None),
    ],
)  # fmt: skip
def test_a_row_is_observed_when_its_source_says(
    text: str, options: _Options, at: datetime | None
) -> None:
    roles = {"u": "updated_at", "n": "brand"}
    (record,) = _rows([{"id": "1", "u": text, "n": "x"}], roles, **options).records
    cell = record.cells["brand"]
    assert (cell.observed_at, cell.clock) == ((at, "source") if at else (NOW, "receipt"))


def test_a_time_that_no_field_carries_is_kept() -> None:
    assert list(_cells({"u": "2026-05-01T10:00:00Z"}, {"u": "updated_at"})) == ["unmapped.$.u"]


# ---------------------------------------------------------------- consent


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ("yes Y true 1 수신 동의 はい 同意 subscribed Opted-In 수신_동의 ＹＥＳ", "GRANTED"),
        ("no N false 0 거부 미동의 いいえ Declined 受信しない", "REFUSED"),
        ("unsubscribed 수신거부 철회 配信停止 opt-out", "REVOKED"),
        ("pending 대기 確認待ち", "PENDING"),
    ],
)
def test_words_of_consent(words: str, state: str) -> None:
    assert {consent_state(word) for word in words.split()} == {ConsentState[state]}


@pytest.mark.parametrize("word", ["maybe", "yes no", "", "ye", "x" * 100_000])
def test_a_word_nobody_knows_says_nothing(word: str) -> None:
    assert consent_state(word) is None


def _said(row: dict[str, object], **roles: str) -> list[tuple[str, str, str]]:
    delivery = _rows([{"id": "1", **row}], {**roles, "m1": "email", "m2": "email"})
    return [(said.subject, said.channel, said.state.value) for said in delivery.consents]


def test_a_grant_is_about_the_first_address_and_a_refusal_about_all() -> None:
    row: dict[str, object] = {"m1": "a@example.com", "m2": "b@example.com"}
    granted = _said({**row, "c": "yes"}, c="consent:email:marketing")
    refused = _said({**row, "c": "no"}, c="consent:email:marketing")
    assert granted == [("email:a@example.com", "email", "granted")]
    assert refused == [
        ("email:a@example.com", "email", "refused"),
        ("email:b@example.com", "email", "refused"),
    ]


def test_a_consent_without_a_readable_address_is_kept() -> None:
    for m1 in ("", "no address"):
        cells = _cells({"m1": m1, "c": "no"}, {"m1": "email", "c": "consent:email:marketing"})
        assert cells["unmapped.$.c"] == "no"


def test_a_flag_is_a_word_of_consent() -> None:
    assert _said({"m1": "a@example.com", "c": True}, c="consent:email:news")[0][2] == "granted"


def test_a_blank_consent_is_no_statement() -> None:
    assert _said({"m1": "a@example.com", "c": ""}, c="consent:email:news") == []


# ---------------------------------------------------------------- keys


@pytest.mark.parametrize(
    ("row", "path"),
    [
        ({"id": ""}, "$.id"),
        ({"id": None}, "$.id"),
        ({}, "$.id"),
        ({"id": "a@example.com"}, "$.id"),
        ({"id": "x" * 201}, "$.external_id"),
        ({"id": "1", "n": "a\x00"}, "$.n"),
        ({"id": "1", "other": "\ud800"}, "$.other"),
        ({"id": "1", "n": "x" * 513}, "$.n"),
        ({"id": "1", "other": "x" * 65_537}, "$.other"),
        ({"id": "1", "t": "x" * 65_537}, "$.t"),
    ],
)
def test_a_row_that_cannot_be_is_refused_whole(row: dict[str, object], path: str) -> None:
    rows: list[dict[str, object]] = [{"id": "0"}, row, {"id": "2"}]
    delivery = _rows(rows, {"n": "full_name", "t": "text"}, first_row=7)
    assert [record.key.external_id for record in delivery.records] == ["0", "2"]
    (refused,) = delivery.refused
    assert (refused.place, refused.problems[0][0]) == ("row 8", path)
    assert json.loads(refused.payload or "") == row


def test_every_problem_of_a_row_is_named() -> None:
    (row,) = _rows([{"id": "1", "a": "\x00", "b": "\x00"}], {}).refused
    assert [path for path, _ in row.problems] == ["$.a", "$.b"]


def test_without_a_key_the_map_is_refused() -> None:
    fields = FieldMap({"m": "email"})
    with pytest.raises(DefinitionError, match="key_is_personal"):
        generic.read_rows([], fields=fields, source="list", received_at=NOW)


@pytest.mark.parametrize("secret", [None, b"short"])
def test_a_personal_key_needs_a_secret(secret: bytes | None) -> None:
    with pytest.raises(DefinitionError) as caught:
        generic.read_rows(
            [], fields=FieldMap({"m": "email"}), source="list", received_at=NOW,
            key_is_personal=True, secret=secret,
        )  # fmt: skip
    assert caught.value.code == "secret_needed"


def _personal(row: dict[str, object], roles: dict[str, str], secret: bytes = SECRET) -> Delivery:
    return generic.read_rows(
        [row], fields=FieldMap(roles), source="list", received_at=NOW, secret=secret,
        key_is_personal=True,
    )  # fmt: skip


def test_a_personal_key_is_a_keyed_stand_in() -> None:
    roles = {"m": "email", "p": "phone"}
    (one,) = _personal({"m": "Ann+shop@example.com"}, roles).records
    (two,) = _personal({"m": "ann@example.com", "p": "+82 2-0000-0101"}, roles).records
    (other,) = _personal({"m": "ann@example.com"}, roles, b"another secret..").records
    (phone,) = _personal({"m": "?", "p": "+82 2-0000-0101"}, roles).records
    assert one.key == two.key != other.key != phone.key
    assert "ann" not in one.key.external_id.lower()
    assert (
        _personal({"m": "?", "p": ""}, roles).refused[0].problems[0][1].startswith("found neither")
    )


def test_an_address_as_key_is_kept_beside_its_stand_in() -> None:
    (record,) = _personal({"k": "Ann@example.com"}, {"k": "id"}).records
    assert record.key.external_id.startswith("p_")
    assert record.value("unmapped.$.k") == "Ann@example.com"


# ---------------------------------------------------------------- JSON


def test_json_rows_are_read_one_by_one() -> None:
    body = b'[{"id": 1, "n": "Kim", "x": {"a": [1, null]}}, {"id": 2, "n": "\\u0000"}, 5]'
    fields = FieldMap({"id": "id", "n": "full_name"})
    delivery = generic.read(body, fields=fields, source="list", received_at=NOW)
    assert delivery.unmapped(0) == {"$.x.a[0]": 1, "$.x.a[1]": None}
    assert delivery.mapped[0] == {"$.id", "$.n"}
    assert [row.place for row in delivery.refused] == ["$[1]", "$[2]"]


def test_a_list_where_a_text_is_expected_is_kept() -> None:
    assert _cells({"x": []}, {"x": "full_name"}) == {"unmapped.$.x": []}


def test_the_digest_stands_for_the_rows() -> None:
    one, same, other = (_rows([{"id": key}], {}).digest for key in ("1", "1", "2"))
    assert one == same != other


def test_a_receipt_without_a_zone_is_refused() -> None:
    fields = FieldMap({"id": "id"})
    with pytest.raises(InputError):
        generic.read_rows([], fields=fields, source="a", received_at=NOW.replace(tzinfo=None))


CIRCLE: list[object] = []
CIRCLE.append(CIRCLE)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"id": "1", None: ["a cell too many"]}, "not_text"),  # csv.DictReader
        ({"id": "1", 5: "x"}, "not_text"),
        ({"id": "1", "\ud800": "x"}, "forbidden_character"),
        ({"id": "1", "\0": "x"}, "forbidden_character"),
        ({"id": 10**5_000}, "too_large"),
        ({"id": "1", "n": Decimal("1e1000000")}, "too_large"),
        ({"id": "1", "n": Decimal("sNaN")}, "not_finite"),
        ({"id": "1", "n": float("inf")}, "not_finite"),
        ({"id": "1", "n": [float("nan")]}, "not_finite"),
        ({"id": "1", "n": ["\ud800"]}, "forbidden_character"),
        ({"id": "1", "n": {"a": {1, 2}, 3: 4}}, "not_text"),
        ({"id": "1", "n": CIRCLE}, "too_deep"),
        (["1"], "not_object"),
        (None, "not_object"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_row_no_store_can_hold_is_refused_alone(row: Any, code: str) -> None:  # noqa: ANN401
    delivery = _rows([row, {"id": "2", "name": "Ada"}], {"name": "given_name"})
    (refused,) = delivery.refused
    assert (refused.place, delivery.records[0].key.external_id) == ("row 1", "2")
    QUARANTINE.row(refused)  # what is refused can be kept
    with pytest.raises(InputError) as caught:
        _gate(row)
    assert caught.value.code == code


def test_what_has_no_text_is_refused_each_for_itself() -> None:
    delivery = _rows([{"id": 10**5_000}, {"id": 10**5_001}], {})
    assert len({row.id for row in delivery.refused}) == 2


@pytest.mark.parametrize("source", ["", " ", "a/b", "\0", "\ud800", "x" * 201])
def test_a_source_without_a_usable_name_is_refused_at_once(source: str) -> None:
    fields = FieldMap({"id": "id"})
    with pytest.raises(InputError):
        generic.read_rows([{"id": "1"}], fields=fields, source=source, received_at=NOW)
    with pytest.raises(InputError):
        shopify.read(b'{"id": 1}', source=source, received_at=NOW)


def test_what_is_no_json_is_kept_as_text() -> None:
    assert _cells({"x": date(2026, 5, 1)}, {}) == {"unmapped.$.x": "2026-05-01"}


def test_a_tag_too_long_to_be_one_is_kept_as_it_is() -> None:
    cell = "VIP," + "x" * 513
    assert _cells({"x": cell}, {"x": "tags"}) == {"tags": ("VIP",), "unmapped.$.x": cell}


def test_a_row_states_its_consent_to_the_brand_it_names() -> None:
    columns = {"m": "email", "c": "consent:email:news", "b": "brand"}
    fields = FieldMap(columns={"id": "id", **columns})
    row = {"id": "7", "m": "a@example.com", "c": "yes"}
    brands = []
    for named in ({"b": "South"}, {"b": ""}):
        delivery = generic.read_rows([row | named], fields=fields, source="list", received_at=NOW,
                             brand="North")  # fmt: skip
        brands += [said.brand for said in delivery.consents]
    assert brands == ["South", "North"]
