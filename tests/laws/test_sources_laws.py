"""Laws of sources: nothing is lost, silence clears nothing, pages make no difference."""

import csv as stdlib_csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from ecrm_core.customers import CLEARED, FieldMap
from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.sources import Delivery, EventMap, csv, generic, shopify, vcard
from ecrm_core.sources.payload import leaves
from ecrm_core.sources.vcard_card import card_of
from ecrm_core.sources.vcard_lines import properties, split_cards
from tests.profile import size

NOW = datetime(2026, 11, 23, tzinfo=UTC)
FIELDS = FieldMap(
    {
        "id": "id",
        "mail": "email",
        "name": "full_name",
        "ok": "consent:email:news",
        "at": "updated_at",
    }
)
COLUMNS = [*FIELDS.columns, "other"]
EVENTS = EventMap(
    {
        "id": "event_id",
        "at": "at",
        "what": "kind",
        "who": "subject",
        "mail": "email",
        "sum": "amount",
        "no": "number",
        "score": "number:score",
        "note": "text",
        "goods": "lines",
        "sku": "sku",
    },
    kind="call",
    currency="EUR",
)

# ---------------------------------------------------------------- JSON

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.integers(-(10**9), 10**9).map(lambda n: n / 1_000)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
)
KEYS = st.sampled_from(["a", "a.b", "", "[0]", '"', "키", "id", "default", "state"]) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5
)
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3)
)
WORDS = st.sampled_from(
    [
        "",
        " ",
        "Kim",
        "김  민준",
        "a@example.com",
        "no mail",
        "+82 2-0000-0101",
        "KR",
        "Korea",
        "Nowhere",
        "2026-05-01T10:00:00+09:00",
        "a, b,,c",
    ]
)
ODD = st.one_of(WORDS, WORDS, WORDS, st.none(), ANYTHING)


def _shaped(keys: str, **shaped: st.SearchStrategy[Any]) -> dict[str, st.SearchStrategy[Any]]:
    """Return keys with odd values, and keys with the values they should have, now and then odd."""
    return dict.fromkeys(keys.split(), ODD) | {key: value | ODD for key, value in shaped.items()}


ADDRESS = st.fixed_dictionaries(
    {},
    optional=_shaped(
        "id first_name last_name name company address1 address2 city province zip phone "
        "country country_code country_name",
        default=st.booleans(),
    ),
)
CONSENT = st.fixed_dictionaries(
    {},
    optional=_shaped(
        "consent_updated_at consent_collected_from",
        state=st.sampled_from(["subscribed", "unsubscribed", "pending", "not_subscribed"]),
        opt_in_level=st.sampled_from(["single_opt_in", "confirmed_opt_in"]),
    ),
)
CUSTOMER = st.fixed_dictionaries(
    {"id": st.integers(1, 10**12)},
    optional=_shaped(
        "first_name last_name email phone tags note locale updated_at created_at metafield",
        verified_email=st.booleans(),
        addresses=st.lists(ADDRESS | ODD, max_size=3),
        default_address=ADDRESS,
        email_marketing_consent=CONSENT,
        sms_marketing_consent=CONSENT,
    ),
)
UNSHAPED = st.dictionaries(KEYS, ANYTHING, max_size=5)
FIELD_OF = {
    "first_name": "name.given",
    "last_name": "name.family",
    "email": "emails",
    "phone": "phones",
    "addresses": "addresses",
    "tags": "tags",
    "note": "notes",
    "locale": "languages",
}


def _sent(data: object) -> tuple[bytes, Any]:
    """Return the body, and its content as it reads there: numbers exact."""
    body = json.dumps(data).encode()
    return body, json.loads(body, parse_float=Decimal)


def _accounted(delivery: Delivery, data: object) -> None:
    sent, mapped, kept = leaves(data), delivery.mapped[0], delivery.unmapped(0)
    assert mapped | kept.keys() == sent.keys()
    assert not mapped & kept.keys()
    assert all(_same(value, sent[path]) for path, value in kept.items())


def _same(left: object, right: object) -> bool:
    return type(left) is type(right) and left == right


@settings(max_examples=size(100, 2_000))
@given(CUSTOMER | UNSHAPED)
@example({"id": 1, "addresses": [], "default_address": None})
def test_no_leaf_of_a_customer_is_lost(data: dict[str, Any]) -> None:
    body, sent = _sent(data)
    delivery = shopify.read(body, received_at=NOW)
    assert delivery.rows == 1
    if delivery.refused:
        assert json.loads(delivery.refused[0].payload or "") == body.decode()
    else:
        _accounted(delivery, sent)


@settings(max_examples=size(100, 2_000))
@given(CUSTOMER)
def test_only_what_a_shop_says_clears(data: dict[str, Any]) -> None:
    delivery = shopify.read(_sent(data)[0], received_at=NOW)
    for record in delivery.records:
        for key, field in FIELD_OF.items():
            cell = record.cells.get(field)
            if key not in data:
                assert cell is None
            elif data[key] is None:
                assert cell is not None
                assert cell.value is CLEARED


@settings(max_examples=size(100, 2_000))
@given(st.lists(CUSTOMER | UNSHAPED, max_size=5))
def test_a_customer_reads_alone_as_among_others(people: list[dict[str, Any]]) -> None:
    together = shopify.read(json.dumps({"customers": people}).encode(), received_at=NOW)
    bodies = [json.dumps({"customer": one}).encode() for one in people]
    alone = [shopify.read(body, received_at=NOW) for body in bodies]
    assert together.records == tuple(r for one in alone for r in one.records)
    assert together.consents == tuple(s for one in alone for s in one.consents)
    assert [row.id for row in together.refused] == [row.id for one in alone for row in one.refused]


@settings(max_examples=size(100, 2_000))
@given(st.binary(max_size=60) | st.text('[]{}",:0a\\ \n\0é', max_size=60).map(str.encode))
def test_no_bytes_crash_a_reader(body: bytes) -> None:
    for fields in (FIELDS, EVENTS):
        _readable(partial(generic.read, fields=fields, source="x"), body)
    _readable(shopify.read, body)


def _readable(read: Callable[..., Delivery], body: bytes) -> None:
    try:
        delivery = read(body, received_at=NOW)
    except InputError:
        return
    assert isinstance(json.loads(body.decode("utf-8-sig")), dict | list)
    assert delivery.rows == len(delivery.records) + len(delivery.kept) + len(delivery.refused)


@settings(max_examples=size(100, 2_000))
@given(st.dictionaries(st.sampled_from(COLUMNS) | KEYS, ODD, max_size=6))
def test_no_cell_of_a_row_is_lost(row: dict[str, Any]) -> None:
    body, sent = _sent(row)
    delivery = generic.read(b"[" + body + b"]", fields=FIELDS, source="list", received_at=NOW)
    if delivery.refused:
        assert json.loads(delivery.refused[0].payload or "") == body.decode()
        return
    said, kept, mapped = leaves(sent), delivery.unmapped(0), delivery.mapped[0]
    assert mapped | kept.keys() == said.keys()
    assert all(_same(value, said[path]) for path, value in kept.items())
    for column in FIELDS.columns.keys() - row.keys():
        assert FIELDS.role(column) != "email" or "emails" not in delivery.records[0].cells
    assert CLEARED not in [cell.value for cell in delivery.records[0].cells.values()]


# ---------------------------------------------------------------- events

LINE = st.fixed_dictionaries(
    {}, optional=_shaped("product sku title colour", quantity=st.integers(0, 9), price=ODD)
)
EVENT = st.fixed_dictionaries(
    {"at": st.sampled_from(["2026-05-01T10:00:00Z", "2026-05-02T10:00:00+09:00"])},
    optional=_shaped(
        "id who mail no note sku other",
        what=st.sampled_from(["email_bounced", "email unsubscribed", "refund", "review", "?"]),
        sum=st.sampled_from(["5", "1,234.50", "5,0", 7, 2.5, "much"]),
        score=st.integers(0, 10),
        goods=st.lists(LINE | ODD, max_size=2),
    ),
)


@settings(max_examples=size(30, 2_000))
@given(rows=st.lists(EVENT | UNSHAPED, min_size=1, max_size=2), personal=st.booleans())
def test_no_cell_of_an_event_is_lost(*, rows: list[dict[str, Any]], personal: bool) -> None:
    read = partial(
        generic.read, fields=EVENTS, source="list", received_at=NOW, secret=b"0123456789abcdef",
        key_is_personal=personal,
    )  # fmt: skip
    for row in rows:
        body, sent = _sent(row)
        delivery = read(b"[" + body + b"]")
        if delivery.refused:
            assert json.loads(delivery.refused[0].payload or "") == body.decode()
            continue
        (told,) = delivery.interactions
        assert told.subject is not None or not delivery.records
        said, kept, mapped = leaves(sent), delivery.unmapped(0), delivery.mapped[0]
        assert mapped | kept.keys() == said.keys()
        assert all(_same(value, said[path]) for path, value in kept.items())
    together = read(_sent(rows)[0])
    alone = [read(_sent([row])[0]) for row in rows]
    assert together.interactions == tuple(told for one in alone for told in one.interactions)


# ---------------------------------------------------------------- cards

TEXTS = st.sampled_from(["Ann", "a@example.com", "+12025550123", "", " x ", "a;b", "a,b",
                         "a\\,b", "a\\nb", "1980-05-17", "20260501T100000Z", "김"])  # fmt: skip
NAMES = st.sampled_from(["FN", "N", "TEL", "EMAIL", "ADR", "ORG", "BDAY", "NOTE", "REV",
                         "KIND", "item1.TEL", "item1.X-ABLabel", "CATEGORIES"])  # fmt: skip
PARAMS = st.sampled_from(["", ";TYPE=home", ";WORK", ";PREF=1", ';TYPE="a,b"', ";X=1,2", ";=",
                          ";CHARSET=latin9", ";ENCODING=QUOTED-PRINTABLE"])  # fmt: skip
LINES = st.tuples(NAMES, PARAMS, st.just(":"), TEXTS, st.sampled_from(["", ";", ";;x"]))


@settings(max_examples=size(100, 2_000))
@given(st.lists(LINES.map("".join) | TEXTS, max_size=8), st.sampled_from(["2.1", "3.0", "4.0"]))
def test_no_property_of_a_card_is_lost(lines: list[str], version: str) -> None:
    whole = ["BEGIN:VCARD", f"VERSION:{version}", *lines, "UID:1", "END:VCARD"]
    body = "\r\n".join(whole).encode()
    delivery = vcard.read(body, received_at=NOW)
    assert not delivery.refused
    (raw,) = split_cards(body)
    _accounted(delivery, card_of(properties(raw.lines)))


@settings(max_examples=size(100, 2_000))
@given(
    st.lists(
        st.sampled_from([b"BEGIN:VCARD", b"END:VCARD", b"AGENT:BEGIN:VCARD", b"AGENT:", b"UID:1",
                         b"FN:Ann", b"FN;ENCODING=QUOTED-PRINTABLE:a=", b"PHOTO;BASE64:", b"AAAA"])
        | st.binary(max_size=6), max_size=12,
    )
)  # fmt: skip
def test_no_bytes_crash_a_reader_of_cards(lines: list[bytes]) -> None:
    try:
        delivery = vcard.read(b"\n".join(lines), received_at=NOW)
    except InputError:
        return
    assert delivery.rows > 0


# ---------------------------------------------------------------- CSV

CELLS = st.sampled_from(
    [*'12",\n\r ;\té김\0', "a@example.com", "yes", "Kim", '""', "\r\n", "2026-05-01", "x" * 600]
)
PIECES = [b"1", b"a@example.com", b'"', b'"', b'""', b",", b",", b",,,,,", b"\n", b"\n", b"\r\n"]
PIECES += [b"\r", b"\0", b"\xff", b"\xea\xb9\x80", b"yes", b" "]
SOUP = st.lists(st.sampled_from(PIECES) | st.binary(max_size=3), max_size=60).map(b"".join)
HEADER = ",".join(COLUMNS).encode() + b"\n"


def _pages(body: bytes, *, page: int = 500, skip: int = 0) -> list[Delivery]:
    return list(
        csv.pages(
            io.BytesIO(body), fields=FIELDS, source="list", received_at=NOW, encoding="utf-8",
            page=page, skip=skip,
        )
    )  # fmt: skip


def _whole(pages: list[Delivery]) -> tuple[object, ...]:
    return (
        [record for page in pages for record in page.records],
        [said for page in pages for said in page.consents],
        [row for page in pages for row in page.refused],
        [paths for page in pages for paths in page.mapped],
    )


@settings(max_examples=size(100, 2_000))
@given(
    st.lists(st.lists(st.lists(CELLS, max_size=3).map("".join), min_size=6, max_size=6), max_size=6)
)
def test_a_well_formed_file_reads_as_the_standard_library_reads_it(rows: list[list[str]]) -> None:
    text = io.StringIO(newline="")
    stdlib_csv.writer(text).writerows([COLUMNS, *rows])
    pages = _pages(text.getvalue().encode())
    direct = generic.read_rows(
        [dict(zip(COLUMNS, row, strict=True)) for row in rows],
        fields=FIELDS, source="list", received_at=NOW,
    )  # fmt: skip
    records, consents, refused, mapped = _whole(pages)
    assert (records, consents, mapped) == (
        list(direct.records), list(direct.consents), list(direct.mapped),
    )  # fmt: skip
    assert sum(page.rows for page in pages) == len(rows)
    assert isinstance(refused, list)
    assert [row.id for row in refused] == [row.id for row in direct.refused]


@settings(max_examples=size(100, 2_000))
@given(SOUP, st.integers(1, 7))
def test_of_any_bytes_every_line_is_a_record_or_refused(soup: bytes, page: int) -> None:
    pages = _pages(HEADER + soup, page=page)
    assert all(0 < one.rows <= page for one in pages)
    rows = sum(one.rows for one in pages)
    lines = [line for line in soup.split(b"\n") if line.strip()]
    assert rows <= len(lines)
    if b'"' not in soup:
        assert rows == len(lines)
    assert (rows > 0) == bool(lines)


@settings(max_examples=size(100, 2_000))
@given(SOUP, st.integers(1, 7), st.integers(0, 9))
def test_pages_make_no_difference(soup: bytes, page: int, skip: int) -> None:
    whole = _whole(_pages(HEADER + soup, page=1_000))
    assert _whole(_pages(HEADER + soup, page=page)) == whole
    one_by_one = _pages(HEADER + soup, page=1)
    assert _whole(_pages(HEADER + soup, page=page, skip=skip)) == _whole(one_by_one[skip:])


@settings(max_examples=size(100, 2_000))
@given(SOUP, st.sampled_from([1, 2, 3, 7]))
def test_blocks_make_no_difference(soup: bytes, step: int) -> None:
    class _Slow(io.BytesIO):
        def read(self, n: int | None = -1, /) -> bytes:
            return super().read(min(step, n) if n and n > 0 else step)

    slow = csv.pages(
        _Slow(HEADER + soup), fields=FIELDS, source="list", received_at=NOW, encoding="utf-8"
    )
    assert _whole(list(slow)) == _whole(_pages(HEADER + soup))


@settings(max_examples=size(100, 2_000))
@given(SOUP)
def test_no_bytes_crash_the_choice_of_a_format(soup: bytes) -> None:
    for body in (soup, HEADER + soup):
        try:
            pages = list(csv.pages(io.BytesIO(body), fields=FIELDS, source="a", received_at=NOW))
        except (InputError, DefinitionError):
            continue
        assert body.startswith(b"id,") or pages == []
