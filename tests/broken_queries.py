"""A hundred broken queries, each with all that is told about it, kept word for word.

``python -m tests.broken_queries`` writes the file anew: read the difference before committing it.
"""

from __future__ import annotations

from pathlib import Path

from ecrm_core.errors import Diagnostic, SegmentSyntaxError
from ecrm_core.segmentation import FieldType, Relation, Schema, SchemaField, Segment, parse_query

__all__ = ["GOLDEN", "QUERIES", "SCHEMA", "refused", "written"]

GOLDEN = Path(__file__).parent / "unit" / "segmentation" / "broken_queries.txt"


def _field(name: str, kind: FieldType, *choices: str) -> SchemaField:
    return SchemaField(name=name, type=kind, choices=choices)


_LINE = (
    _field("id", FieldType.ID),
    _field("category", FieldType.TEXT),
    _field("quantity", FieldType.NUMBER),
    _field("date", FieldType.INSTANT),
)
SCHEMA = (
    Schema(currency="EUR")
    .add(
        _field("customer_id", FieldType.ID),
        _field("first_name", FieldType.TEXT),
        _field("customer_tags", FieldType.LIST),
        _field("customer_countries", FieldType.LIST),
        _field("birth_date", FieldType.DATE),
        _field("number_of_orders", FieldType.INTEGER),
        _field("amount_spent", FieldType.MONEY),
        _field("weight", FieldType.NUMBER),
        _field("member", FieldType.BOOLEAN),
        _field("last_order_date", FieldType.INSTANT),
        _field("email_consent", FieldType.TEXT, "granted", "denied", "none"),
        _field("attributes.plan", FieldType.TEXT, "gold", "silver"),
        Relation.of("orders", (
            _field("total", FieldType.MONEY),
            _field("channel", FieldType.TEXT),
            _field("date", FieldType.INSTANT),
        ), at="date"),
        Relation.of("products_purchased", _LINE, at="date"),
    )
    .with_segments({
        "vip": parse_query("amount_spent > 1000").rule,
        "round": parse_query("IN SEGMENT 'about'").rule,
        "about": parse_query("IN SEGMENT 'round'").rule,
    })
)  # fmt: skip
"""A small schema of its own, so that the file stays when the customer's schema grows."""

QUERIES = (
    # names
    "amuont_spent > 100",
    "spent > 100",
    "AMOUNT_SPENT > 100",
    "tags CONTAINS 'vip'",
    "shoe_size > 40",
    "plan = 'gold'",
    "attributes.pln = 'gold'",
    "oders MATCHES (total > 100)",
    "visits MATCHES (count > 3)",
    "orders MATCHES (totl > 100)",
    "orders MATCHES (sum(totl) > 100)",
    "orders MATCHES (member = true)",
    "total > 100",
    "orders > 3",
    "orders IS NULL",
    "count >= 3",
    "customer_tags MATCHES (count > 1)",
    "anniversary(birthdate) = today",
    "bucket('spring', id) < 10",
    "IN SEGMENT 'vipp'",
    "IN SEGMENT 'round'",
    # names Shopify has
    "rfm_group = 'CHAMPIONS'",
    "predicted_spend_tier = 'HIGH'",
    "companies IS NOT NULL",
    "metafields.custom.vip = true",
    "storefront.product_viewed MATCHES (id = 5)",
    "products_purchased MATCHES (tag = 'sale')",
    "customer_within_distance(coordinates: (1.5, 2), distance_km: 10) = true",
    # operators
    "amount_spent",
    "amount_spent == 100",
    "amount_spent => 100",
    "amount_spent =< 100",
    "first_name LIKE 'a%'",
    "customer_tags HAS 'vip'",
    "customer_tags CONTIANS 'vip'",
    "last_order_date BEFORE -90d",
    "last_order_date EXISTS",
    "amount_spent NOT > 100",
    "amount_spent IS 100",
    "amount_spent IS NOT",
    "weight BETWEEN 1 UND 5",
    "weight BETWEEN 1",
    "customer_tags = 'vip'",
    "member > true",
    "customer_id < '3'",
    "weight CONTAINS 1",
    "number_of_orders CONTAINS 1",
    "anniversary(birth_date) > today",
    "sum(weight) MATCHES (count > 1)",
    # values
    "amount_spent >",
    "amount_spent > 'lots'",
    "amount_spent > $100",
    "amount_spent > 1,000",
    "amount_spent > 1_000",
    "weight > 50%",
    "number_of_orders = 10.5",
    "number_of_orders = true",
    "first_name = Ada",
    "first_name = 5",
    "first_name = 'Ada",
    "first_name = 'a\\n'",
    "first_name IN ()",
    "first_name IN ('a' 'b')",
    "first_name IN 'a'",
    "first_name = NULL",
    "member = ture",
    "member = 1",
    "email_consent = granted",
    "email_consent = 'Granted'",
    "email_consent = 'yes'",
    "attributes.plan IN ('gold', 'sliver')",
    "weight = 12345678901234567890123456789012345678901",
    "weight > :since",
    "weight > :",
    "bucket(5) < 10",
    # dates
    "birth_date = 2026-02-30",
    "birth_date = 31.12.2025",
    "birth_date = 2025/12/31",
    "birth_date < -36h",
    "birth_date < 2026-01-31T09:00:00Z",
    "birth_date > 2026-01-31T09:00:00",
    "last_order_date > 2026-01-31T24:00:00",
    "last_order_date > 2026-01-31T25:00:00Z",
    "last_order_date > -90days",
    "last_order_date > -90 days",
    "last_order_date > -9999999d",
    "last_order_date > tomorrow",
    "anniversary(weight) = today",
    "anniversry(birth_date) = today",
    # joints and brackets
    "",
    "NOT",
    "AND amount_spent > 100",
    "amount_spent > 100 AND",
    "amount_spent > 100 && member = true",
    "amount_spent > 100 ADN member = true",
    "amount_spent > 100, member = true",
    "amount_spent > 100 member = true",
    "(amount_spent > 100",
    "amount_spent > 100)",
    "orders MATCHES (total > 100",
    "orders MATCHES total > 100",
    "orders MATCHES (orders MATCHES ())",
    "orders MATCHES (IN SEGMENT 'vip')",
    "orders MATCHES (total > 100 OR count > 3)",
    "orders MATCHES (max(channel) = 'web')",
    "products_purchased(quantity: 5) = 1",
    "products_purchased(quantity: 5",
    # several at once
    "custmer_tags CONTAINS 'a' OR number_of_orders = 'x' AND email_consent = 'no'",
    "a == 1 AND (b = c OR d IN ())\n AND NOT e LIKE 'x' OR f = 1",
    "amount_spent > 100; DROP TABLE customers",
)


def refused(query: str) -> tuple[Diagnostic, ...]:
    """Return what is told of a query; AssertionError when it is taken."""
    try:
        Segment.parse(query, SCHEMA).check(SCHEMA)
    except SegmentSyntaxError as error:
        return error.diagnostics
    raise AssertionError(f"taken: {query}")


def _told(query: str) -> str:
    lines = [f"> {query}".replace("\n", "\n> ")]
    for found in refused(query):
        lines += [f"[{found.code}]", *found.shown(query).splitlines()]
    return "\n".join(lines)


def written() -> str:
    """Return the text of the file."""
    return "\n\n".join(map(_told, QUERIES)) + "\n"


if __name__ == "__main__":
    GOLDEN.write_text(written(), encoding="utf-8")
