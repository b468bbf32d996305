"""Events: maps of columns and words, ready maps, keys and ids, goods, what an address tells."""

import io
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypedDict, Unpack

import pytest
from attrs import evolve

from ecrm_core.customers import ConsentState, FieldMap, SourceKey, VerificationState
from ecrm_core.errors import DefinitionError, InputError, UnknownName
from ecrm_core.kernel import Money
from ecrm_core.sources import Delivery, EventMap, csv, generic, ready_map, ready_maps
from ecrm_core.timeline import KINDS_OF_EVENTS, Interaction, OrderLine

NOW = datetime(2026, 11, 23, tzinfo=UTC)
TEN = datetime(2026, 5, 1, 10, tzinfo=UTC)
SECRET = b"0123456789abcdef"


class _Keys(TypedDict, total=False):
    secret: bytes
    key_is_personal: bool


class _Said(TypedDict, total=False):
    kind: str
    channel: str
    currency: str
    decimal: str
    subject_source: str
    data: Mapping[str, object]
    tz: str


AT = {"at": "2026-05-01T10:00:00Z"}


def _read(row: Mapping[str, object], fields: EventMap, **said: Unpack[_Keys]) -> Delivery:
    return generic.read_rows([row], fields=fields, source="tool", received_at=NOW, **said)


def _map(roles: dict[str, str], said: _Said) -> EventMap:
    whole: _Said = {"kind": "call", **said}
    return EventMap({"at": "at", **roles}, **whole)


def _told(row: Mapping[str, object], roles: dict[str, str], **said: Unpack[_Said]) -> Interaction:
    fields = _map(roles, said)
    delivery = _read({**AT, **row}, fields)
    assert not delivery.refused, delivery.refused
    return delivery.interactions[0]


def _refused(row: Mapping[str, object], roles: dict[str, str], **said: Unpack[_Said]) -> str:
    delivery = _read(row, _map(roles, said))
    assert (delivery.rows, delivery.interactions) == (1, ())
    return delivery.refused[0].problems[0][0]


@pytest.mark.parametrize(
    ("row", "roles", "said", "part", "value"),
    [
        ({"no": "e1"}, {"no": "event_id"}, {}, "event_id", "e1"),
        ({"who": "7"}, {"who": "subject"}, {}, "subject", SourceKey("tool", "7")),
        ({"who": "7"}, {"who": "subject"}, {"subject_source": "shop"}, "subject",
         SourceKey("shop", "7")),
        ({"t": "T-9"}, {"t": "number"}, {}, "correlation", "T-9"),
        ({"t": "T-9"}, {"t": "number"}, {}, "reference", "T-9"),
        ({"c": "kakao"}, {"c": "channel"}, {}, "channel", "kakao"),
        ({"c": "매장"}, {"c": "channel"}, {}, "channel", "store"),
        ({"c": "E-Mail"}, {"c": "channel"}, {}, "data", {"channel": "E-Mail"}),
        ({}, {}, {"channel": "phone"}, "channel", "phone"),
        ({"b": "North"}, {"b": "brand"}, {}, "brand", "North"),
        ({"x": "Hello\nthere"}, {"x": "text"}, {}, "text", "Hello\nthere"),
        ({"s": "9"}, {"s": "number:score"}, {"data": {"nps": True}}, "data",
         {"nps": True, "score": 9}),
        ({"s": "007"}, {"s": "data:serial"}, {}, "data", {"serial": "007"}),
        ({"m": "1,234.50"}, {"m": "amount"}, {"currency": "EUR"}, "amount",
         Money("1234.50", "EUR")),
        ({"m": "1.234,50"}, {"m": "amount"}, {"currency": "EUR", "decimal": ","}, "amount",
         Money("1234.50", "EUR")),
        ({"m": "12,000", "c": "krw"}, {"m": "amount", "c": "currency"}, {}, "amount",
         Money(12000, "KRW")),
        ({"m": "-5"}, {"m": "amount"}, {"currency": "EUR", "kind": "refund"}, "amount",
         Money(5, "EUR")),
        ({"m": "-5"}, {"m": "amount"}, {"currency": "EUR"}, "amount", Money(-5, "EUR")),
        ({"u": "2026-05-02T10:00:00Z"}, {"u": "told_at"}, {}, "told_at",
         datetime(2026, 5, 2, 10, tzinfo=UTC)),
        ({"p": "b", "n": "2", "€": "9"}, {"p": "product", "n": "quantity", "€": "price"},
         {"currency": "EUR"}, "lines",
         (OrderLine(product="b", quantity=Decimal(2), price=Money(9, "EUR")),)),
    ],
)  # fmt: skip
def test_a_column_fills_its_part(
    *, row: dict[str, str], roles: dict[str, str], said: _Said, part: str, value: object
) -> None:
    assert getattr(_told(row, roles, **said), part) == value


@pytest.mark.parametrize(
    ("columns", "row", "said"),
    [
        ({"a": "at"}, {"a": "2026-05-01T12:00:00+02:00"}, {}),
        ({"a": "at"}, {"a": "2026-05-01 19:00"}, {"tz": "Asia/Seoul"}),
        ({"a": "at", "b": "at"}, {"a": "01.05.2026", "b": "19:00"},
         {"tz": "Asia/Seoul", "date_order": "DMY"}),
        ({"a": "at:unix"}, {"a": 1777629600}, {}),
        ({"a": "at:unix"}, {"a": "1777629600"}, {}),
        ({"a": "at:unix_ms"}, {"a": "1777629600000"}, {}),
    ],
)  # fmt: skip
def test_a_time_is_read_as_the_map_says(
    columns: dict[str, str], row: dict[str, object], said: dict[str, Any]
) -> None:
    (told,) = _read(row, EventMap(columns, kind="call", **said)).interactions
    assert told.at == TEN


@pytest.mark.parametrize(
    ("row", "roles", "said", "path"),
    [
        ({"at": ""}, {}, {}, "$.at"),
        ({"at": "2026-05-01 10:00"}, {}, {}, "$.at"),
        ({"at": "01/05/2026"}, {}, {"tz": "UTC"}, "$.at"),
        ({**AT, "k": "Zzz"}, {"k": "kind"}, {}, "$.k"),
        ({**AT, "m": "a lot"}, {"m": "amount"}, {"currency": "EUR"}, "$.m"),
        ({**AT, "m": "1.234,50"}, {"m": "amount"}, {"currency": "EUR"}, "$.m"),
        ({**AT, "m": "5", "c": "XQX"}, {"m": "amount", "c": "currency"}, {}, "$.c"),
        ({**AT, "m": "5", "c": ""}, {"m": "amount", "c": "currency"}, {}, "$.m"),
        ({**AT, "w": "a@example.com"}, {"w": "subject"}, {}, "$.w"),
    ],
)
def test_what_cannot_be_told_is_refused_and_never_guessed(
    row: dict[str, str], roles: dict[str, str], said: _Said, path: str
) -> None:
    assert _refused(row, roles, **said) == path


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"k": "kind"}, {}),
        ({"a": "at", "b": "at:unix"}, {"kind": "call"}),
        ({"a": "at"}, {}),
        ({"a": "at", "b": "event_id", "c": "event_id"}, {"kind": "call"}),
        ({"a": "at"}, {"kind": "A call"}),
        ({"a": "at"}, {"kind": "call", "kinds": {"x": "A call"}}),
        ({"a": "at"}, {"kind": "call", "tz": "Mars"}),
        ({"a": "at"}, {"kind": "call", "currency": "XQX"}),
        ({"a": "at"}, {"kind": "call", "date_order": "DYM"}),
        ({"a": "at"}, {"kind": "call", "decimal": "'"}),
        ({"a": "at", "b": "colour"}, {"kind": "call"}),
        ({"a": "at", "b": "data:The Colour"}, {"kind": "call"}),
    ],
)
def test_a_map_that_cannot_be_carried_out_is_refused(
    columns: dict[str, str], said: dict[str, Any]
) -> None:
    with pytest.raises(DefinitionError):
        EventMap(columns, **said)


@pytest.mark.parametrize("role", ["amount", "price"])
def test_amounts_need_a_currency(role: str) -> None:
    with pytest.raises(DefinitionError):
        _read(AT, EventMap({"at": "at", "m": role}, kind="call"))


def test_an_address_alone_needs_a_word_about_keys() -> None:
    fields = EventMap({"at": "at", "mail": "email"}, kind="call")
    with pytest.raises(DefinitionError):
        _read(AT, fields)
    with pytest.raises(DefinitionError):
        _read(AT, fields, key_is_personal=True)


def test_a_row_known_by_an_address_alone_is_not_nobodys_by_mistake() -> None:
    row = {"event": "open", "timestamp": "2026-05-01T10:00:00Z", "email": "a@example.com"}
    assert _read(row, ready_map("email")).refused[0].problems[0][0] == "$"
    blank = _read({**row, "contact_id": ""}, ready_map("email"))
    assert blank.interactions[0].subject is None
    assert blank.interactions[0].data["email"] == "a@example.com"


def test_words_are_translated_whatever_their_case_and_some_are_no_events() -> None:
    fields = EventMap({"at": "at", "k": "kind"}, kinds={"Rang Up": "call", "heartbeat": ""})
    rows = [{**AT, "k": word} for word in ("rang  up", "Ticket closed", "heartbeat")]
    delivery = generic.read_rows(rows, fields=fields, source="tool", received_at=NOW)
    assert [told.kind for told in delivery.interactions] == ["call", "ticket_closed"]
    assert (delivery.rows, len(delivery.kept)) == (3, 3)
    assert delivery.unmapped(2) == {f"$.{name}": text for name, text in rows[2].items()}


# ---------------------------------------------------------------- ids


def test_an_event_without_an_id_is_known_by_what_it_says() -> None:
    one = _told({"x": "a"}, {"x": "text"})
    assert one.event_id.startswith("derived/")
    assert _told({"x": "a", "new": "column"}, {"x": "text"}).event_id == one.event_id
    assert _told({"x": "b"}, {"x": "text"}).event_id != one.event_id


def test_an_order_without_an_id_is_known_by_its_number() -> None:
    roles = {"t": "number", "m": "amount"}
    said: _Said = {"kind": "order_placed", "currency": "EUR"}
    first = _told({"t": "9", "m": "5"}, roles, **said)
    assert first.event_id == _told({"t": "9", "m": "6"}, roles, **said).event_id
    back: _Said = {**said, "kind": "refund"}
    assert (
        _told({"t": "9", "m": "5"}, roles, **back).event_id
        != _told({"t": "9", "m": "6"}, roles, **back).event_id
    )


# ---------------------------------------------------------------- addresses


def _mail(event: str, **more: str) -> Delivery:
    row = {"event": event, "timestamp": "2026-05-01T10:00:00Z", "email": "Ann@example.com", **more}
    return _read(row, ready_map("email"), secret=SECRET, key_is_personal=True)


def test_a_mail_that_bounced_is_told_of_the_address() -> None:
    delivery = _mail("hard_bounce")
    (point,) = delivery.records[0].cells["emails"].reveal()
    assert (point.verification.state, point.verification.at) == (VerificationState.BOUNCED, TEN)
    assert delivery.records[0].cells["emails"].observed_at == TEN
    assert delivery.interactions[0].subject == delivery.records[0].key
    assert delivery.interactions[0].data["email"] == "Ann@example.com"
    soft = _mail("soft_bounce").records[0].cells["emails"].reveal()[0]
    assert soft.verification is None


@pytest.mark.parametrize("event", ["spamreport", "Unsubscribed"])
def test_who_complains_or_unsubscribes_refuses_more(event: str) -> None:
    (said,) = _mail(event, brand="North").consents
    assert (said.subject, said.channel, said.purpose) == (
        "email:ann@example.com", "email", "marketing",
    )  # fmt: skip
    assert (said.state, said.at, said.brand) == (ConsentState.REVOKED, TEN, "North")


@pytest.mark.parametrize("event", ["sent", "delivered", "open", "click", "bounce", "deferred"])
def test_other_mails_say_nothing_of_consent(event: str) -> None:
    assert _mail(event).consents == ()


def test_a_refusal_stands_where_the_customer_is_of_another_source() -> None:
    fields = evolve(ready_map("email"), subject_source="shop")
    row = {"event": "unsubscribe", "timestamp": "2026-05-01T10:00:00Z", "email": "a@example.com",
           "contact_id": "7"}  # fmt: skip
    delivery = _read(row, fields)
    assert (delivery.records, delivery.kept, delivery.spoken) == ((), ({},), (1,))
    assert delivery.interactions[0].subject == SourceKey("shop", "7")
    (page,) = delivery.pages(1)
    assert page.consents == delivery.consents != ()


def test_a_key_is_that_of_a_list_of_the_same_source() -> None:
    listed = generic.read_rows(
        [{"mail": "ann@example.com"}], fields=FieldMap({"mail": "email"}), source="tool",
        received_at=NOW, secret=SECRET, key_is_personal=True,
    )  # fmt: skip
    assert _mail("open").records[0].key == listed.records[0].key


# ---------------------------------------------------------------- tables, JSON, ready maps


def test_a_list_of_lines_is_read_leaf_by_leaf() -> None:
    fields = EventMap({"at": "at", "goods": "lines"}, kind="order_placed", currency="EUR")
    goods = [
        {"product": 7, "quantity": 2, "price": 9.5, "colour": "red"},
        {"sku": "S", "price": "?"},
    ]
    body = json.dumps([{**AT, "goods": goods, "who": {"name": "x"}}]).encode()
    delivery = generic.read(body, fields=fields, source="till", received_at=NOW)
    assert delivery.interactions[0].lines == (
        OrderLine(product="7", quantity=Decimal(2), price=Money("9.5", "EUR")),
        OrderLine(sku="S"),
    )
    assert delivery.unmapped(0) == {
        "$.goods[0].colour": "red", "$.goods[1].price": "?", "$.who.name": "x",
    }  # fmt: skip


def test_a_csv_of_events_may_lack_what_is_optional_and_nothing_else() -> None:
    head = b"event,timestamp,email,more\n"
    row = b"open,2026-05-01T10:00:00Z,a@example.com,x\n"
    said: dict[str, Any] = {
        "fields": ready_map("email"), "source": "tool", "received_at": NOW, "secret": SECRET,
        "key_is_personal": True,
    }  # fmt: skip
    (delivery,) = csv.pages(io.BytesIO(head + row), **said)
    assert delivery.unmapped(0) == {"$.more": "x"}
    with pytest.raises(DefinitionError, match="timestamp"):
        csv.pages(io.BytesIO(head.replace(b"timestamp", b"when") + row), **said)


@pytest.mark.parametrize("name", sorted(ready_maps()))
def test_a_ready_map_tells_kinds_that_are_known(name: str) -> None:
    fields = ready_map(name)
    kinds = {*fields.kinds.values(), *([fields.kind] if fields.kind else [])}
    assert kinds - {""} <= KINDS_OF_EVENTS.keys()
    assert EventMap.from_json(json.loads(json.dumps(fields.to_json()))) == fields
    assert fields.optional < fields.columns.keys()


def test_an_unknown_ready_map_is_named_with_the_others() -> None:
    with pytest.raises(UnknownName):
        ready_map("mails")


def test_a_column_can_be_called_otherwise() -> None:
    fields = ready_map("email").renamed({"timestamp": "Zeit", "brand": "Laden"})
    assert fields.columns_for("at") == ("Zeit",)
    assert {"Laden"} == fields.optional - ready_map("email").optional
    with pytest.raises(DefinitionError):
        fields.renamed({"timestamp": "Time"})


@pytest.mark.parametrize(
    "data", [{}, {"columns": []}, {"columns": {}, "colour": 1}, {"columns": {"a": "at"}, "tz": 7},
             {"columns": {"a": "at"}, "kinds": []}],
)  # fmt: skip
def test_json_that_is_no_map_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(DefinitionError):
        EventMap.from_json(data)


def test_a_refused_row_names_whom_it_is_about() -> None:
    fields = EventMap({"at": "at", "who": "subject"}, kind="call")
    assert _read({"at": "?", "who": " 7 "}, fields).refused[0].party == "7"
    assert _read({"at": "?", "who": "a@example.com"}, fields).refused[0].party is None


def test_rows_of_nobody_are_events_all_the_same() -> None:
    delivery = _read(
        {"visited_at": "2026-05-01T10:00:00Z", "store": "S"}, ready_map("store_visits")
    )
    assert delivery.interactions[0].subject is None
    assert delivery.interactions[0].data == {"store": "S"}


def test_a_time_beyond_the_calendar_is_refused() -> None:
    fields = EventMap({"a": "at:unix"}, kind="call")
    assert _read({"a": "9" * 30}, fields).refused
    with pytest.raises(InputError):
        generic.read(b"?", fields=fields, source="x", received_at=NOW)


# ---------------------------------------------------------------- a receipt, line by line

TILL = b"type,sold_at,receipt,sku,quantity,price,total,colour\n"
SALE = b"sale,2026-05-01T10:00:00Z"
FIRST, SECOND = SALE + b",R1,A,2,3.00,,red\n", SALE + b",R1,B,1,4.00,,blue\n"
OTHER = SALE + b",R2,A,1,3.00,,\n"


def _till(*rows: bytes, page: int = 500, skip: int = 0) -> list[Delivery]:
    fields = evolve(ready_map("point_of_sale"), currency="EUR")
    body = io.BytesIO(TILL + b"".join(rows))
    return list(
        csv.pages(body, fields=fields, source="till", received_at=NOW, page=page, skip=skip)
    )


@pytest.mark.parametrize("page", [1, 2, 3, 500])
def test_the_lines_of_a_receipt_are_one_order_wherever_a_page_ends(page: int) -> None:
    pages = _till(FIRST, SECOND, OTHER, page=page)
    told = [told for one in pages for told in one.interactions]
    assert [one.event_id for one in told] == ["order_placed/R1", "order_placed/R2"]
    assert [line.sku for line in told[0].lines] == ["A", "B"]
    assert [one.amount for one in told] == [Money(10, "EUR"), Money(3, "EUR")]
    assert sum(one.rows for one in pages) == 3
    kept = [one.unmapped(at) for one in pages for at in range(one.rows)]
    assert kept == [{"$.colour": "red"}, {"$.colour": "blue"}, {}]
    again = _till(FIRST, SECOND, OTHER, page=page, skip=pages[0].rows)
    assert [one.interactions for one in again] == [one.interactions for one in pages[1:]]


def test_a_line_that_contradicts_its_receipt_is_refused() -> None:
    whole = [FIRST.replace(b",,", b",10,"), SECOND.replace(b",,", b",10,")]
    (delivery,) = _till(*whole)
    assert delivery.interactions[0].amount == Money(10, "EUR")
    for wrong in (
        SECOND.replace(b",,", b",11,"),
        SECOND.replace(b",,", b",10,").replace(b"10:00", b"11:00"),
    ):
        (delivery,) = _till(whole[0], wrong)
        assert (len(delivery.interactions), len(delivery.refused)) == (1, 1)
        assert len(delivery.interactions[0].lines) == 1
