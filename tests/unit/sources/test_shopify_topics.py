"""Shopify's other topics: what each tells, about whom, when, and that no leaf of it is lost."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from ecrm_core.customers import CLEARED, ConsentState, SourceKey
from ecrm_core.kernel import Money
from ecrm_core.sources import Delivery, Link, PrivacyRequest, RequestKind, shopify
from ecrm_core.sources.payload import leaves
from ecrm_core.timeline import KINDS_OF_EVENTS, Interaction, retell

NOW = datetime(2026, 11, 23, tzinfo=UTC)
SENT = datetime(2026, 11, 22, 12, tzinfo=UTC)
MAY = datetime(2026, 5, 1, tzinfo=UTC)
AT = "2026-05-01T00:00:00Z"
LATER = "2026-05-02T00:00:00Z"
ANN = SourceKey("shopify", "7")
USD = {"amount": "19.99", "currency_code": "USD"}
LINE: dict[str, Any] = {
    "product_id": 11, "sku": "S-1", "title": "Beans", "quantity": 2, "price": "19.99",
    "price_set": {"shop_money": USD, "presentment_money": USD},
}  # fmt: skip
CUSTOMER: dict[str, Any] = {"id": 7, "first_name": "Ann", "phone": None, "updated_at": None}
BODIES: dict[str, dict[str, Any]] = {
    "cart": {"id": "c1", "token": "c1", "line_items": [LINE], "note": None, "updated_at": LATER,
             "created_at": AT},
    "checkout": {"id": 98, "token": "t1", "cart_token": "c1", "email": "ann@example.com",
                 "created_at": AT, "updated_at": LATER, "completed_at": None, "currency": "USD",
                 "presentment_currency": "USD", "total_price": "39.98", "line_items": [LINE],
                 "abandoned_checkout_url": "https://example.com/98", "source_name": "web",
                 "customer": CUSTOMER},
    "checkout_deletion": {"id": 98, "cart_token": "c1", "total_price": "39.98"},
    "refund": {"id": 9, "order_id": 450, "created_at": AT, "note": "broken",
               "transactions": [{"kind": "refund", "status": "success", "amount": "4.00",
                                 "currency": "USD", "test": False}],
               "refund_line_items": [{"quantity": 1, "line_item": LINE}]},
    "fulfillment": {"id": 25, "order_id": 450, "status": "success", "created_at": AT,
                    "updated_at": LATER, "shipment_status": None, "tracking_company": "Post",
                    "tracking_number": "1Z", "email": "ann@example.com",
                    "destination": {"city": "Leeds"}, "line_items": [LINE]},
    "return": {"id": 5, "status": "requested", "order": {"id": 450}, "name": "#1001-R1",
               "return_line_items": [{"quantity": 1, "customer_note": "too small"}]},
    "order_edit": {"id": 3, "order_id": 450, "committed_at": AT, "created_at": LATER,
                   "line_items": {"additions": [{"id": 1, "delta": 1}], "removals": []}},
    "deletion": {"id": 7, "tax_exemptions": [], "admin_graphql_api_id": "gid://shopify/Customer/7"},
    "merge": {"admin_graphql_api_customer_kept_id": "gid://shopify/Customer/7",
              "admin_graphql_api_customer_deleted_id": "gid://shopify/Customer/8",
              "admin_graphql_api_job_id": None, "status": "completed", "errors": []},
    "tags": {"customerId": "gid://shopify/Customer/7", "tags": ["vip", "b2b"], "occurredAt": AT},
    "email_consent": {"customer_id": 7, "email_address": "ann@example.com",
                      "email_marketing_consent": {"state": "unsubscribed", "opt_in_level": None,
                                                  "consent_updated_at": AT}},
    "sms_consent": {"id": 7, "phone": "+82 2-0000-0101",
                    "sms_marketing_consent": {"state": "subscribed", "opt_in_level": None,
                                              "consent_updated_at": AT,
                                              "consent_collected_from": "other"}},
    "data_request": {"shop_id": 1, "shop_domain": "shop.example.com", "orders_requested": [450],
                     "customer": {"id": 7, "email": "ann@example.com", "phone": None},
                     "data_request": {"id": 9999}},
    "redact": {"shop_id": 1, "shop_domain": "shop.example.com", "orders_to_redact": [450, 451],
               "customer": {"id": 7, "email": "ann@example.com", "phone": None}},
    "shop_redact": {"shop_id": 1, "shop_domain": "shop.example.com"},
}  # fmt: skip
BODY_OF = {
    "carts/create": "cart", "carts/update": "cart", "checkouts/create": "checkout",
    "checkouts/update": "checkout", "checkouts/delete": "checkout_deletion",
    "refunds/create": "refund", "fulfillments/create": "fulfillment",
    "fulfillments/update": "fulfillment", "orders/edited": "order_edit",
    "orders/delete": "deletion", "customers/delete": "deletion", "customers/merge": "merge",
    "customer.tags_added": "tags", "customer.tags_removed": "tags",
    "customers_email_marketing_consent/update": "email_consent",
    "customers_marketing_consent/update": "sms_consent", "customers/data_request": "data_request",
    "customers/redact": "redact", "shop/redact": "shop_redact",
    **{f"returns/{verb}": "return" for verb in
       ("approve", "cancel", "close", "decline", "reopen", "request", "update")},
}  # fmt: skip


def read(
    topic: str | None,
    *,
    sent_at: datetime | None = SENT,
    brand: str | None = None,
    **changed: object,
) -> Delivery:
    """Read the body of a topic, after checking that no leaf of it is lost."""
    return read_body(BODIES[BODY_OF[topic or ""]] | changed, topic, sent_at=sent_at, brand=brand)


def read_body(
    data: dict[str, Any], topic: str | None, *, sent_at: datetime | None = SENT,
    brand: str | None = None,
) -> Delivery:  # fmt: skip
    body = json.dumps(data)
    delivery = shopify.read(
        body.encode(), received_at=NOW, topic=topic, sent_at=sent_at, brand=brand
    )
    assert delivery.refused == ()
    sent = leaves(json.loads(body, parse_float=Decimal))
    mapped, kept = delivery.mapped[0], delivery.unmapped(0)
    assert mapped | kept.keys() == sent.keys()
    assert not mapped & kept.keys()
    assert all(sent[path] == value for path, value in kept.items())
    return delivery


def told(topic: str, **changed: object) -> Interaction:
    (one,) = read(topic, **changed).interactions  # type: ignore[arg-type]
    return one


@pytest.mark.parametrize("topic", BODY_OF)
def test_no_leaf_of_a_topic_is_lost_and_its_kinds_are_known(topic: str) -> None:
    delivery = read(topic)
    assert delivery.rows == 1
    assert {event.kind for event in delivery.interactions} <= KINDS_OF_EVENTS.keys()
    assert delivery == read(topic)


def test_every_topic_is_tested() -> None:
    whole = {f"customers/{verb}" for verb in ("create", "disable", "enable", "update")}
    whole |= {topic for topic in shopify.TOPICS if topic.startswith("orders/")}
    assert set(shopify.TOPICS) == BODY_OF.keys() | whole


@pytest.mark.parametrize(
    "topic",
    ["carts/update", "checkouts/update", "customers/delete", "customers/merge", "orders/delete",
     "refunds/create", "customers/redact", "customer.tags_added"],
)  # fmt: skip
def test_an_object_that_does_not_say_which_it_is_is_refused_alone(topic: str) -> None:
    delivery = shopify.read(b'{"status": "completed"}', received_at=NOW, topic=topic)
    (row,) = delivery.refused
    assert "found no" in row.problems[0][1]
    assert (delivery.requests, delivery.links) == ((), ())


# ---------------------------------------------------------------- parties


def test_a_deletion_is_a_statement_as_old_as_its_sending_and_erases_nothing() -> None:
    (record,) = read("customers/delete").records
    cell = record.cells["lifecycle"]
    assert (record.key, cell.value, cell.observed_at, cell.clock) == (
        ANN,
        "deleted",
        SENT,
        "source",
    )
    assert CLEARED not in [held.value for held in record.cells.values()]
    (record,) = read("customers/delete", sent_at=None).records
    assert (record.cells["lifecycle"].observed_at, record.cells["lifecycle"].clock) == (
        NOW, "receipt",
    )  # fmt: skip


def test_a_merge_in_the_shop_is_a_link() -> None:
    gone = SourceKey("shopify", "8")
    delivery = read("customers/merge")
    assert delivery.links == (Link(kept=ANN, gone=gone, at=SENT),)
    assert (delivery.records, delivery.interactions) == ((), ())
    assert read("customers/merge", sent_at=None).links[0].at == NOW


@pytest.mark.parametrize("status", ["failed", "in_progress", "requested", None, 7, "COMPLETED "])
def test_a_merge_that_is_not_done_is_kept_and_links_nobody(status: object) -> None:
    delivery = read("customers/merge", status=status)
    assert (delivery.links, len(delivery.kept)) == ((), 1)


def test_tags_come_and_go_as_events_and_leave_her_list_alone() -> None:
    added, removed = told("customer.tags_added"), told("customer.tags_removed")
    assert (added.kind, removed.kind) == ("tags_added", "tags_removed")
    assert (added.subject, added.at, added.told_at) == (ANN, MAY, MAY)
    assert added.data["tags"] == ["vip", "b2b"]
    assert added.event_id != told("customer.tags_added", occurredAt=LATER).event_id
    assert added.event_id != removed.event_id
    assert read("customer.tags_added").records == ()


def test_a_consent_alone_is_a_statement_about_its_address() -> None:
    (said,) = read("customers_email_marketing_consent/update").consents
    assert (said.subject, said.state, said.at, said.channel) == (
        "email:ann@example.com", ConsentState.REVOKED, MAY, "email",
    )  # fmt: skip
    (said,) = read("customers_marketing_consent/update").consents
    assert (said.subject, said.state, said.channel) == (
        "phone:82200000101", ConsentState.GRANTED, "sms",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("topic", "changed"),
    [
        ("customers_email_marketing_consent/update", {"email_address": None}),
        ("customers_marketing_consent/update", {"phone": None}),
        ("customers_marketing_consent/update", {"sms_marketing_consent": {"state": None}}),
    ],
)
def test_without_an_address_or_a_state_there_is_no_statement(
    topic: str, changed: dict[str, object]
) -> None:
    delivery = read(topic, **changed)  # type: ignore[arg-type]
    assert delivery.consents == ()
    assert {name for name in delivery.records[0].cells if name[:2] != "un"} == set()


def test_an_undated_consent_was_said_when_the_shop_sent_it() -> None:
    bare = {"state": "unsubscribed"}
    topic = "customers_email_marketing_consent/update"
    assert read(topic, email_marketing_consent=bare).consents[0].at == SENT
    assert read(topic, email_marketing_consent=bare, sent_at=None).consents[0].at == NOW


# ---------------------------------------------------------------- privacy


def test_a_request_for_data_is_passed_on_under_the_shops_name_for_it() -> None:
    (asked,) = read("customers/data_request").requests
    assert asked == PrivacyRequest(
        id="data_request/7/9999", kind=RequestKind.EXPORT, source="shopify", subject=ANN, at=SENT
    )


def test_a_redaction_is_one_request_however_often_it_is_sent_and_a_later_one_another() -> None:
    (asked,) = read("customers/redact").requests
    assert (asked.kind, asked.subject, asked.at) == (RequestKind.ERASE, ANN, SENT)
    assert read("customers/redact").requests == (asked,)
    (later,) = read("customers/redact", sent_at=NOW).requests
    (others,) = read("customers/redact", orders_to_redact=[452]).requests
    assert len({asked.id, later.id, others.id}) == 3
    assert "ann" not in asked.id


def test_a_redaction_without_a_customer_is_about_the_parties_of_the_orders() -> None:
    asked = read("customers/redact", customer={"email": "ann@example.com"}).requests
    assert [str(one.subject) for one in asked] == ["shopify/order/450", "shopify/order/451"]
    assert len({one.id for one in asked}) == 2


def test_a_redaction_of_nobody_is_refused_and_never_everybody() -> None:
    body = json.dumps(BODIES["redact"] | {"customer": None, "orders_to_redact": []}).encode()
    delivery = shopify.read(body, received_at=NOW, topic="customers/redact")
    assert (delivery.requests, len(delivery.refused)) == ((), 1)


def test_only_the_shops_own_redaction_is_about_everybody() -> None:
    (asked,) = read("shop/redact").requests
    assert (asked.kind, asked.subject) == (RequestKind.ERASE, None)


@pytest.mark.parametrize("body", ["data_request", "redact", "shop_redact"])
def test_without_its_topic_no_object_is_a_request(body: str) -> None:
    delivery = shopify.read(json.dumps(BODIES[body]).encode(), received_at=NOW)
    assert (delivery.requests, len(delivery.refused)) == ((), 1)


# ---------------------------------------------------------------- carts


def test_a_cart_is_one_event_that_is_told_anew_as_it_changes() -> None:
    cart = told("carts/create")
    assert (cart.event_id, cart.correlation, cart.kind) == ("cart/c1", "cart/c1", "cart_updated")
    assert (cart.at, cart.subject) == (MAY.replace(day=2), None)
    assert cart.lines[0].price == Money("19.99", "USD")
    emptied = told("carts/update", line_items=[])
    assert (emptied.event_id, emptied.kind) == ("cart/c1", "cart_emptied")


def test_the_key_behind_a_carts_token_is_no_part_of_its_name() -> None:
    assert told("carts/update", token="c1?key=s3cret").correlation == "cart/c1"


def test_a_checkout_belongs_to_its_cart_and_states_a_part_of_its_customer() -> None:
    delivery = read("checkouts/create")
    (started,) = delivery.interactions
    assert (started.event_id, started.kind, started.correlation) == (
        "checkout/t1", "checkout_started", "cart/c1",
    )  # fmt: skip
    assert (started.subject, started.at, started.told_at) == (ANN, MAY, MAY.replace(day=2))
    assert (started.amount, started.channel) == (Money("39.98", "USD"), "web")
    (record,) = delivery.records
    assert set(record.cells) == {"name.given"}
    assert record.cells["name.given"].observed_at == MAY.replace(day=2)


def test_a_checkout_without_a_customer_waits_for_its_order_to_say_whose_it_is() -> None:
    delivery = read("checkouts/create", customer=None)
    assert (delivery.records, delivery.interactions[0].subject) == ((), None)
    assert delivery.unmapped(0)["$.email"] == "ann@example.com"


def test_a_completed_checkout_ends_its_cart() -> None:
    started, ended = read("checkouts/update", completed_at=LATER).interactions
    assert (ended.kind, ended.correlation) == ("cart_completed", started.correlation)
    assert ended.at == MAY.replace(day=2)


def test_a_total_in_one_of_two_currencies_is_none() -> None:
    assert told("checkouts/update", presentment_currency="EUR").amount is None


def test_a_checkout_without_a_cart_is_its_own() -> None:
    assert told("checkouts/update", cart_token=None).correlation == "cart/t1"


def test_a_deleted_checkout_ends_its_cart() -> None:
    gone = told("checkouts/delete")
    assert (gone.kind, gone.correlation, gone.at) == ("cart_emptied", "cart/c1", SENT)
    assert (gone.told_at, gone.undated) == (SENT, False)
    unsent = told("checkouts/delete", sent_at=None)
    assert (unsent.at, unsent.told_at, unsent.undated) == (NOW, None, True)
    assert len(read("checkouts/delete", cart_token=None).kept) == 1


ORDER: dict[str, Any] = {
    "id": 450, "name": "#1001", "order_number": 1001, "created_at": AT, "updated_at": AT,
    "currency": "USD", "total_price": "39.98", "cart_token": "c1", "checkout_token": "t1",
    "customer": CUSTOMER, "line_items": [LINE],
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "cart"),
    [({}, "cart/c1"), ({"cart_token": None}, "cart/t1"),
     ({"cart_token": None, "checkout_token": None}, None)],
)  # fmt: skip
def test_an_order_ends_its_cart_and_says_whose_it_was(
    changed: dict[str, object], cart: str | None
) -> None:
    events = read_body(ORDER | changed, "orders/create").interactions
    ended = [(e.correlation, e.subject, e.at) for e in events if e.kind == "cart_completed"]
    assert ended == ([(cart, ANN, MAY)] if cart else [])


# ---------------------------------------------------------------- what becomes of an order


def test_a_refund_alone_is_about_whoever_its_order_is_about() -> None:
    back = told("refunds/create")
    assert (back.event_id, back.correlation, back.subject) == ("refund/9", "450", None)
    assert (back.amount, back.at, back.told_at) == (Money("4.00", "USD"), MAY, MAY)
    assert back.lines[0].price == Money("19.99", "USD")
    assert back.text == "broken"
    paid = BODIES["refund"]["transactions"][0] | {"test": True}
    assert told("refunds/create", transactions=[paid]).void


def test_a_refund_in_its_order_and_alone_at_one_time_are_one_telling_and_the_order_counts() -> None:
    alone = told("refunds/create")
    order = read_body(ORDER | {"refunds": [BODIES["refund"]]}, "orders/updated")
    (inside,) = [event for event in order.interactions if event.kind == "refund"]
    assert (inside.event_id, inside.told_at) == (alone.event_id, alone.told_at)
    assert retell(alone, inside) == retell(inside, alone) == inside


@pytest.mark.parametrize(
    ("changed", "kinds", "void"),
    [
        ({}, ["order_shipped"], False),
        ({"status": "cancelled"}, ["order_shipped"], True),
        ({"status": "error"}, ["order_shipped"], True),
        ({"shipment_status": "in_transit"}, ["order_shipped"], False),
        ({"shipment_status": "delivered"}, ["order_shipped", "order_delivered"], False),
    ],
)
def test_goods_leave_and_arrive(
    changed: dict[str, object],
    kinds: list[str],
    void: bool,  # noqa: FBT001
) -> None:
    events = read("fulfillments/update", **changed).interactions  # type: ignore[arg-type]
    assert ([event.kind for event in events], events[0].void) == (kinds, void)
    assert {event.correlation for event in events} == {"450"}
    assert (events[0].at, events[0].told_at) == (MAY, MAY.replace(day=2))
    assert [event.undated for event in events] == [False, True][: len(events)]


def test_an_order_tells_its_shipments_as_they_tell_themselves() -> None:
    order = read_body(ORDER | {"fulfillments": [BODIES["fulfillment"]]}, "orders/fulfilled")
    (inside,) = [event for event in order.interactions if event.kind == "order_shipped"]
    alone = told("fulfillments/create")
    assert (inside.event_id, inside.told_at, inside.subject) == (alone.event_id, alone.told_at, ANN)
    assert retell(alone, inside) == retell(inside, alone) == inside


@pytest.mark.parametrize(
    ("status", "kind"),
    [("requested", "return_requested"), ("open", "return_requested"), ("OPEN", "return_requested"),
     ("declined", "return_declined"), ("canceled", "return_declined"),
     ("closed", "return_received")],
)  # fmt: skip
def test_a_return_is_an_event_for_each_of_its_states(status: str, kind: str) -> None:
    back = told("returns/update", status=status)
    assert (back.kind, back.correlation, back.reference) == (kind, "450", "#1001-R1")
    assert (back.event_id, back.at) == (f"return/5/{status.lower()}", SENT)


@pytest.mark.parametrize("changed", [{"status": "processing"}, {"order": None}, {"status": None}])
def test_a_return_in_a_state_nobody_knows_is_kept(changed: dict[str, object]) -> None:
    assert len(read("returns/update", **changed).kept) == 1  # type: ignore[arg-type]


def test_a_deleted_order_counts_no_more() -> None:
    gone = told("orders/delete")
    assert (gone.kind, gone.event_id, gone.correlation) == (
        "order_cancelled",
        "order/7/deleted",
        "7",
    )
    assert (gone.at, gone.told_at) == (SENT, SENT)


def test_an_edit_is_told_and_changes_nothing_by_itself() -> None:
    edited = told("orders/edited")
    assert (edited.kind, edited.correlation, edited.at) == ("order_updated", "450", MAY)
    assert edited.data["unmapped"] == {
        "$.created_at": LATER, "$.line_items.additions[0].id": 1,
        "$.line_items.additions[0].delta": 1, "$.line_items.removals": [],
    }  # fmt: skip
    named = shopify.read(json.dumps({"order_edit": BODIES["order_edit"]}).encode(), received_at=NOW)
    assert named.interactions == (edited,)


# ---------------------------------------------------------------- exports, shops, replay


@pytest.mark.parametrize("body", ["checkout", "fulfillment", "merge", "refund", "return"])
def test_an_export_without_a_topic_is_known_by_its_looks(body: str) -> None:
    topic = next(topic for topic, name in BODY_OF.items() if name == body)
    assert read_body(BODIES[body], None) == read(topic)


@pytest.mark.parametrize("topic", [*BODY_OF, "orders/create", "customers/update"])
def test_what_was_refused_under_a_topic_reads_the_same_under_the_name_of_its_place(
    topic: str,
) -> None:
    (row,) = shopify.read(b'{"id": "\\u0000"}', received_at=NOW, topic=topic).refused
    name = row.place.removeprefix("$.")
    body = BODIES.get(BODY_OF.get(topic, ""), ORDER if topic == "orders/create" else CUSTOMER)
    plain = shopify.read(json.dumps(body).encode(), received_at=NOW, topic=topic, sent_at=SENT)
    again = shopify.read(json.dumps({name: body}).encode(), received_at=NOW, sent_at=SENT)
    assert (again.records, again.interactions, again.links, again.requests) == (
        plain.records, plain.interactions, plain.links, plain.requests,
    )  # fmt: skip


def test_a_brand_is_on_all_that_a_shop_says() -> None:
    email = {"email": "ann@example.com", "email_marketing_consent": {"state": "subscribed"}}
    order = ORDER | {"customer": CUSTOMER | email}
    delivery = read_body(order, "orders/create", brand="Beans & Co")
    (record,) = delivery.records
    assert record.value("brand") == "Beans & Co"
    assert record.cells["brand"].observed_at == record.cells["name.given"].observed_at
    assert {event.brand for event in delivery.interactions} == {"Beans & Co"}
    assert [said.brand for said in delivery.consents] == ["Beans & Co"]
    assert "brand" not in read_body(order, "orders/create").records[0].cells
    bare = shopify.read(b'{"id": 1}', received_at=NOW, topic="customers/update", brand="Beans & Co")
    assert bare.records[0].cells["brand"].clock == "receipt"


def test_two_shops_are_two_sources() -> None:
    body = json.dumps(ORDER).encode()
    one, two = (shopify.read(body, received_at=NOW, source=f"shop_{name}") for name in "ab")
    assert one.records[0].key == SourceKey("shop_a", "7")
    assert two.interactions[0].source == "shop_b"


def test_a_customer_without_a_time_is_as_old_as_its_sending() -> None:
    body = b'{"id": 1, "first_name": "Ann"}'
    delivery = shopify.read(body, received_at=NOW, topic="customers/update", sent_at=SENT)
    cell = delivery.records[0].cells["name.given"]
    assert (cell.observed_at, cell.clock) == (SENT, "source")


def test_the_brand_of_a_customer_named_alone_is_as_old_as_her_order() -> None:
    body = json.dumps(ORDER | {"customer": {"id": 7}, "updated_at": "2026-05-02T10:00:00Z"})
    delivery = shopify.read(body.encode(), received_at=NOW, topic="orders/updated", brand="north")
    cells = {record.key.external_id: record.cells for record in delivery.records}["7"]
    assert (cells["brand"].clock, cells["brand"].observed_at.day) == ("source", 2)
