"""One purchase at a shop, told by its webhooks in any order: whose it is, and what is open."""

import json
from datetime import datetime, timedelta
from itertools import permutations

import pytest

from ecrm_core import Crm
from ecrm_core.kernel import FixedClock, Money
from ecrm_core.sources import shopify
from ecrm_core.timeline import MatterKind
from tests.unit.sources.test_shopify_topics import BODIES, CUSTOMER, NOW, ORDER, SENT

TOLD = {
    "carts/update": BODIES["cart"],  # a day after the order: the cart is over all the same
    "checkouts/update": BODIES["checkout"] | {"customer": None},
    "orders/create": ORDER,
    "refunds/create": BODIES["refund"],
    "fulfillments/update": BODIES["fulfillment"] | {"shipment_status": "delivered"},
}
ORDERS = list(permutations(TOLD))[::13]


def tell(crm: Crm, topic: str, body: object, *, sent_at: datetime = SENT) -> None:
    crm.ingest(
        shopify.read(
            json.dumps(body).encode(), received_at=NOW, topic=topic, sent_at=sent_at, brand="Beans"
        )
    )


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: " ".join(order)[:60])
def test_a_purchase_is_hers_in_whichever_order_it_is_told(order: tuple[str, ...]) -> None:
    crm = Crm.open(clock=FixedClock(NOW))
    for topic in order:
        tell(crm, topic, TOLD[topic])
    facts = crm.facts("shopify/7")
    assert (facts.order_count, dict(facts.spend)) == (1, {"USD": Money("35.98", "USD")})
    assert facts.counts == {
        "cart_completed": 1, "cart_updated": 1, "checkout_started": 1, "order_delivered": 1,
        "order_placed": 1, "order_shipped": 1, "refund": 1,
    }  # fmt: skip
    assert [matter.open for matter in facts.matters] == [False]


def test_a_cart_nobody_ordered_is_open_until_it_is_removed() -> None:
    crm = Crm.open(clock=FixedClock(NOW))
    tell(crm, "checkouts/update", BODIES["checkout"] | {"customer": CUSTOMER})
    tell(crm, "carts/update", BODIES["cart"])
    (cart,) = crm.facts("shopify/7").open_matters(MatterKind.CART)
    assert cart.correlation == "cart/c1"
    tell(crm, "checkouts/delete", BODIES["checkout_deletion"])
    assert crm.facts("shopify/7").open_matters() == ()


def test_a_return_is_open_until_the_goods_are_back_and_again_when_it_is_reopened() -> None:
    crm = Crm.open(clock=FixedClock(NOW))
    tell(crm, "orders/create", ORDER)
    for hours, status, still in [(0, "open", 1), (1, "closed", 0), (2, "open", 1)]:
        body = BODIES["return"] | {"status": status}
        tell(crm, "returns/update", body, sent_at=SENT + timedelta(hours=hours))
        assert len(crm.facts("shopify/7").open_matters(MatterKind.RETURN)) == still


def test_two_returns_of_one_order_are_two_matters_in_whichever_order_they_are_told() -> None:
    told = [("5", "open", 0), ("6", "open", 1), ("6", "closed", 2)]
    for order in permutations(told):
        crm = Crm.open(clock=FixedClock(NOW))
        tell(crm, "orders/create", ORDER)
        for id_, status, hours in order:
            body = BODIES["return"] | {"id": int(id_), "status": status}
            tell(crm, "returns/update", body, sent_at=SENT + timedelta(hours=hours))
        matters = [one for one in crm.facts("shopify/7").matters if one.kind is MatterKind.RETURN]
        found = {each.part: (each.correlation, each.open) for each in matters}
        assert found == {"5": ("450", True), "6": ("450", False)}
        (line,) = crm.view("shopify/7").shown("agent").to_json()["parts"]["matters"]
        assert line["number"] == "450, 5"


def test_a_deleted_order_counts_no_more_and_a_deleted_customer_says_so() -> None:
    crm = Crm.open(clock=FixedClock(NOW))
    tell(crm, "orders/create", ORDER)
    tell(crm, "orders/delete", {"id": 450})
    tell(crm, "customers/delete", BODIES["deletion"])
    assert crm.facts("shopify/7").order_count == 0
    assert crm.view("shopify/7").profile.value("lifecycle") == "deleted"


def test_a_merge_in_the_shop_makes_one_customer_of_two() -> None:
    crm = Crm.open(clock=FixedClock(NOW))
    tell(crm, "customers/update", CUSTOMER)
    tell(crm, "customers/merge", BODIES["merge"])
    tell(crm, "customers/update", CUSTOMER | {"id": 8, "last_name": "Lee"})
    assert crm.resolve("shopify/8") == crm.resolve("shopify/7")
