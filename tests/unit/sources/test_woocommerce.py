"""WooCommerce: who is let in, what becomes of each leaf, and which orders count."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from ecrm_core.crm import Crm
from ecrm_core.customers import CLEARED, SourceKey
from ecrm_core.errors import DefinitionError, InputError, RefusedError
from ecrm_core.kernel import FixedClock, Money
from ecrm_core.sources import READERS, Delivery, woocommerce
from ecrm_core.sources.payload import leaves
from ecrm_core.timeline import Facts, Interaction, OrderState

NOW = datetime(2026, 11, 23, tzinfo=UTC)
PLACE: dict[str, Any] = {
    "first_name": "Ann", "last_name": "Example", "company": "", "address_1": "1 Main Street",
    "address_2": "", "city": "Springfield", "state": "CA", "postcode": "00001", "country": "US",
    "email": "ann@example.com", "phone": "(555) 555-0100",
}  # fmt: skip
BLANK = dict.fromkeys(PLACE, "")
ACCOUNT: dict[str, Any] = {
    "id": 25, "date_created_gmt": "2026-03-01T00:00:00", "date_modified_gmt": "2026-04-01T00:00:00",
    "date_modified": "2026-03-31T21:00:00", "email": "ann@example.com", "first_name": "Ann",
    "last_name": "Example", "username": "ann", "billing": PLACE, "shipping": BLANK,
    "meta_data": [{"id": 1, "key": "k", "value": "v"}],
}  # fmt: skip
LINE: dict[str, Any] = {
    "id": 1, "name": "Beans", "product_id": 11, "quantity": 2, "subtotal": "6.00", "total": "5.00",
    "sku": "S-1", "price": 2.5,
}  # fmt: skip
ORDER: dict[str, Any] = {
    "id": 727, "number": "727", "status": "processing", "currency": "USD", "total": "15.00",
    "date_created_gmt": "2026-05-01T01:00:00", "date_modified_gmt": "2026-05-01T03:00:00",
    "customer_id": 25, "created_via": "checkout", "billing": PLACE, "shipping": BLANK,
    "customer_note": "", "line_items": [LINE], "refunds": [], "meta_data": [],
}  # fmt: skip


def read(*objects: object, tz: str | None = None, topic: str | None = None) -> Delivery:
    """Read objects, after checking that no leaf of them is lost."""
    body = json.dumps(list(objects))
    delivery = woocommerce.read(body.encode(), received_at=NOW, tz=tz, topic=topic)
    assert delivery.refused == ()
    for at, data in enumerate(json.loads(body, parse_float=Decimal)):
        sent, mapped, kept = leaves(data), delivery.mapped[at], delivery.unmapped(at)
        assert mapped | kept.keys() == sent.keys()
        assert not mapped & kept.keys()
        assert all(sent[path] == value for path, value in kept.items())
    return delivery


def cells(**changed: object) -> dict[str, Any]:
    (record,) = read(ACCOUNT | changed).records
    return {name: cell.value for name, cell in record.cells.items() if name[:2] != "un"}


def placed(**changed: object) -> Interaction:
    return read(ORDER | changed).interactions[0]


# ---------------------------------------------------------------- the door


def test_only_what_the_shop_signed_passes() -> None:
    body = b'{"id": 25}'
    signed = base64.b64encode(hmac.new(b"s3cret", body, hashlib.sha256).digest()).decode()
    woocommerce.verify(body, signed, secret="s3cret")
    for signature in (None, "", "no base64!", signed[:-4]):
        with pytest.raises(RefusedError) as caught:
            woocommerce.verify(body, signature, secret="s3cret")
        assert caught.value.code == "bad_signature"
    with pytest.raises(RefusedError, match="X-WC-Webhook-Signature"):
        woocommerce.verify(body, None, secret="s3cret")
    with pytest.raises(DefinitionError):
        woocommerce.verify(body, signed, secret="")


@pytest.mark.parametrize(
    ("body", "records", "kept", "refused"),
    [
        (ACCOUNT, 1, 0, 0),
        ([ACCOUNT, ORDER], 2, 0, 0),
        ({"orders": [ORDER]}, 1, 0, 0),
        ({"customer": ACCOUNT}, 1, 0, 0),
        ({"id": 9, "amount": "10.00", "line_items": []}, 0, 0, 1),
        ({"id": 9, "topic": "order.updated", "delivery_url": "https://example.com"}, 0, 0, 1),
        ({"id": 25}, 0, 0, 1),
        ([7], 0, 0, 1),
    ],
)
def test_customers_and_orders_are_known_by_their_looks_and_others_refused(
    body: object, records: int, kept: int, refused: int
) -> None:
    delivery = woocommerce.read(json.dumps(body).encode(), received_at=NOW)
    counts = (len(delivery.records), len(delivery.kept), len(delivery.refused))
    assert counts == (records, kept, refused)


def test_a_topic_says_what_it_is() -> None:
    assert read(ACCOUNT, topic="customer.updated").records[0].key == SourceKey("woocommerce", "25")
    body = json.dumps(ACCOUNT).encode()
    named = json.dumps({"customer": ACCOUNT}).encode()
    delivery = woocommerce.read(named, received_at=NOW, topic="order.updated")
    assert len(delivery.refused) == 1
    with pytest.raises(DefinitionError, match=r"'action\.run'"):
        woocommerce.read(body, received_at=NOW, topic="action.run")
    with pytest.raises(InputError):
        woocommerce.read(b"webhook_id=7", received_at=NOW)


def test_a_file_of_it_is_read_without_a_field_map() -> None:
    delivery = READERS["woocommerce"](json.dumps(ORDER).encode(), received_at=NOW, region="US")
    assert delivery.source == "woocommerce"


# ---------------------------------------------------------------- customers


def test_an_account_becomes_a_record() -> None:
    found = cells()
    assert (found["name.given"], found["name.family"]) == ("Ann", "Example")
    assert [point.normalised for point in found["emails"]] == ["ann@example.com"]
    assert [point.match_form for point in found["phones"]] == ["15555550100"]
    (address,) = found["addresses"]
    assert (address.country, address.lines, address.area) == ("US", ("1 Main Street",), "CA")
    assert (address.recipient, address.postal_code) == ("Ann Example", "00001")


def test_it_is_observed_when_it_was_changed_in_gmt() -> None:
    (record,) = read(ACCOUNT).records
    assert record.cells["emails"].observed_at == datetime(2026, 4, 1, tzinfo=UTC)
    never = ACCOUNT | {"date_modified_gmt": None, "date_modified": None}
    (record,) = read(never).records
    assert record.cells["emails"].observed_at == datetime(2026, 3, 1, tzinfo=UTC)


def test_a_local_date_counts_only_where_the_zone_is_named() -> None:
    local = {k: v for k, v in ACCOUNT.items() if not k.endswith("_gmt")}
    (record,) = read(local).records
    assert record.cells["emails"].clock == "receipt"
    (record,) = read(local, tz="America/Sao_Paulo").records
    assert record.cells["emails"].observed_at == datetime(2026, 4, 1, tzinfo=UTC)


def test_the_shop_clears_what_is_blank_in_its_own_record() -> None:
    found = cells(first_name="", email="", billing=BLANK, shipping=BLANK)
    assert found["name.given"] is found["emails"] is found["phones"] is CLEARED
    assert found["addresses"] is CLEARED


def test_silence_says_nothing() -> None:
    assert set(cells(billing=None, shipping=7)) == {
        "name.given",
        "name.family",
        "emails",
        "account",
    }


def test_a_country_alone_is_no_address() -> None:
    assert "addresses" not in cells(billing=BLANK | {"country": "US"})


def test_two_addresses_of_an_account_are_one_e_mail_and_two_places() -> None:
    other = PLACE | {"city": "Shelbyville", "email": "Ann@Example.com", "phone": "5555550101"}
    found = cells(shipping=other)
    assert [point.match_form for point in found["emails"]] == ["ann@example.com"]
    assert [point.match_form for point in found["phones"]] == ["15555550100", "15555550101"]
    assert [address.locality for address in found["addresses"]] == ["Springfield", "Shelbyville"]


def test_an_address_told_twice_is_one() -> None:
    assert len(cells(shipping=PLACE)["addresses"]) == 1


@pytest.mark.parametrize("id_", [0, None, "", "x" * 300])
def test_an_account_without_an_id_is_refused(id_: object) -> None:
    body = json.dumps([ACCOUNT | {"id": id_}, ACCOUNT]).encode()
    delivery = woocommerce.read(body, received_at=NOW)
    assert [row.problems[0][0] for row in delivery.refused] == ["$.id"]
    assert len(delivery.records) == 1


# ---------------------------------------------------------------- orders


def test_an_order_is_an_interaction_with_its_lines() -> None:
    told = placed(customer_note="Ring twice")
    assert (told.event_id, told.correlation, told.channel) == ("order/727", "727", "web")
    assert (told.at.hour, told.told_at and told.told_at.hour) == (1, 3)
    assert told.subject == SourceKey("woocommerce", "25")
    assert told.amount == Money("15.00", "USD")
    assert told.data["channel"] == "checkout"
    assert (told.text, told.data["status"], told.reference) == (
        "Ring twice", "processing", "727",
    )  # fmt: skip
    (line,) = told.lines
    assert (line.product, line.sku, line.title) == ("11", "S-1", "Beans")
    assert (line.price, line.discount) == (Money("3.00", "USD"), Money("1.00", "USD"))
    assert line.quantity == Decimal(2)


@pytest.mark.parametrize(
    ("line", "price"),
    [
        ({"subtotal": "10.00", "quantity": 3}, "3.333333"),
        ({"subtotal": "20.00", "quantity": 1}, "20.00"),
        ({"subtotal": "0.01", "quantity": 2}, "0.005000"),
        ({"subtotal": "6.00", "quantity": 0}, None),
        ({"subtotal": "six"}, None),
        ({"subtotal": None}, None),
    ],
)
def test_the_price_of_one_is_exact_where_it_can_be(
    line: dict[str, object], price: str | None
) -> None:
    (found,) = placed(line_items=[LINE | line, None]).lines
    assert found.price == (Money(price, "USD") if price else None)


def test_what_the_checkout_says_is_as_old_as_the_order_and_clears_nothing() -> None:
    delivery = read(ORDER | {"billing": PLACE | {"last_name": ""}})
    (record,) = delivery.records
    assert delivery.unmapped(0)["$.billing.last_name"] == ""
    assert set(record.cells) == {"name.given", "emails", "phones", "addresses"}
    assert record.cells["emails"].observed_at == datetime(2026, 5, 1, 1, tzinfo=UTC)


def test_a_guest_is_a_party_of_the_order() -> None:
    delivery = read(ORDER | {"customer_id": 0})
    (record,) = delivery.records
    assert record.key == delivery.interactions[0].subject
    assert record.key == SourceKey("woocommerce", "order/727")
    assert record.cells["emails"].observed_at == datetime(2026, 5, 1, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "void"),
    [
        ("processing", False), ("completed", False), ("on-hold", False), ("refunded", False),
        ("wc-shipped", False), ("", False), ("pending", True), ("failed", True),
        ("cancelled", False), ("wc-cancelled", False), ("trash", True), ("checkout-draft", True),
    ],
)  # fmt: skip
def test_an_order_counts_once_it_is_one(status: str, void: bool) -> None:  # noqa: FBT001
    assert placed(status=status).void is void


def test_a_cancelled_order_is_shown_as_such_and_counts_until_it_stands_again() -> None:
    """As one of Shopify's, in whichever order it is told; one in the bin is not shown at all."""
    tellings = [
        read(ORDER | {"status": status, "date_modified_gmt": f"2026-05-0{at}T00:00:00"})
        for at, status in enumerate(("processing", "wc-cancelled", "completed"), 2)
    ]
    for told, stands in ((tellings[:2], False), (tellings, True)):
        for order in permutations(told):
            with Crm.open(clock=FixedClock(NOW)) as crm:
                for delivery in order:
                    crm.ingest(delivery)
                (shown,) = crm.view("woocommerce/25").orders
                assert (shown.state is OrderState.CANCELLED) is not stands
                assert crm.facts("woocommerce/25").order_count == stands
                assert crm.segment("number_of_orders > 0").count == stands
                crm.ingest(read({"id": 727}, topic="order.deleted"))
                assert crm.view("woocommerce/25").orders == ()


def test_refunds_inside_an_order_are_events_dated_by_their_first_telling() -> None:
    parts = [{"id": 724, "refund": "", "total": "-9.00"},
             {"id": 726, "reason": "broken", "total": "-1.00"}, {"total": "-1.00"}]  # fmt: skip
    _, one, two = read(ORDER | {"refunds": parts}).interactions
    assert (one.event_id, one.amount, one.undated) == ("refund/724", Money("9.00", "USD"), True)
    assert (two.text, two.correlation) == ("broken", "727")
    facts = Facts.fold(read(ORDER | {"refunds": parts}).interactions)
    assert facts.spend == {"USD": Money("5.00", "USD")}


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"id": 0}, "$.id"),
        ({"date_created_gmt": None}, "$.date_created_gmt"),
        ({"date_created_gmt": "yesterday"}, "$.date_created_gmt"),
        ({"billing": {"email": "x" * 600}}, "$.billing.email"),
        ({"extra": "x" * 70_000}, "$.extra"),
        ({"line_items": [LINE | {"subtotal": "9" * 38, "total": None}]}, "$"),
        ({"total": "9" * 40}, "$.amount"),
    ],
)
def test_an_order_that_cannot_be_is_refused_alone(changed: dict[str, object], path: str) -> None:
    body = json.dumps([ORDER | changed, ORDER]).encode()
    delivery = woocommerce.read(body, received_at=NOW)
    assert len(delivery.records) == 1
    assert [place for row in delivery.refused for place, _ in row.problems] == [path]


def test_an_order_never_changed_was_told_when_it_was_placed() -> None:
    told = placed(date_modified_gmt=None)
    assert told.told_at == told.at


@pytest.mark.parametrize("changed", [{"currency": "dollars"}, {"total": None}])
def test_money_needs_a_number_and_a_currency(changed: dict[str, object]) -> None:
    assert placed(**changed).amount is None
