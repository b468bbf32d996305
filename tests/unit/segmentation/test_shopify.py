"""Shopify's documented segments: what is supported reads, and the rest is refused with advice."""

from __future__ import annotations

import pytest

from ecrm_core.errors import SegmentSyntaxError
from ecrm_core.segmentation import (
    SHOPIFY_FILTERS,
    SHOPIFY_PARAMETERS,
    Segment,
    customer_schema,
)

SCHEMA = customer_schema(currency="USD")

SUPPORTED = [
    ("abandoned_checkout_date >= -7d", None),
    ("abandoned_checkout_date > -8m", None),
    ("amount_spent BETWEEN 1 AND 999.99", None),
    ("amount_spent <= 10.99", None),
    ("anniversary('metafields.facts.birth_date') = today",
     "anniversary(metafields.facts.birth_date) = today"),
    ("customer_added_date <= 2021-05-30", None),
    ("customer_cities CONTAINS 'US-NY-NewYorkCity'", None),
    ("customer_cities NOT CONTAINS 'US-CA-LosAngeles'", None),
    ("customer_countries CONTAINS 'CA'", None),
    ("customer_email_domain = 'example.com'", None),
    ("customer_email_domain != ''", None),
    ("customer_language = 'en'", None),
    ("customer_regions CONTAINS 'US-NY'", None),
    ("customer_tags CONTAINS '\\'VIP\\''", None),
    ("email_subscription_status = 'SUBSCRIBED' AND customer_countries CONTAINS 'CA'", None),
    ("sms_subscription_status != 'PENDING'", None),
    ("first_order_date BETWEEN -1y AND today", None),
    ("last_order_date BETWEEN 2020-01-01 AND -7d", None),
    ("last_order_date > 2020-05-30T16:00:00", None),
    ("last_order_date >= 7_days_ago", "last_order_date >= -7d"),
    ("last_order_date < 12_months_ago", "last_order_date < -12m"),
    ("last_order_date = yesterday", "last_order_date = -1d"),
    ("number_of_orders BETWEEN 100 AND 1000", None),
    ("orders_placed MATCHES ()", None),
    ("orders_placed MATCHES (date > 2025-01-01, count >= 5)", None),
    ("orders_placed MATCHES (amount >= 50, sum_amount >= 500)",
     "orders_placed MATCHES (amount >= 50, sum(amount) >= 500)"),
    ("orders_placed NOT_MATCHES (date >= -90d)", "orders_placed NOT MATCHES (date >= -90d)"),
    ("products_purchased MATCHES (id = 1234, count > 1)", None),
    ("products_purchased MATCHES (id IN (2012162031638, 1012132033639))", None),
    ("products_purchased MATCHES (id NOT IN (1012132033639))", None),
    ("products_purchased MATCHES (id = 1012132033639, date BETWEEN -12m AND today)", None),
    ("products_purchased MATCHES (sum_quantity >= 10, date >= -30d)",
     "products_purchased MATCHES (date >= -30d, sum(quantity) >= 10)"),
    ("products_purchased(id: 2012162031638) = true",
     "products_purchased MATCHES (id = 2012162031638)"),
    ("products_purchased(id: (2012162031638, 1012132033639)) = false",
     "products_purchased NOT MATCHES (id IN (2012162031638, 1012132033639))"),
    ("shopify_email.clicked(activity_id: (5240029206), since: 30_days_ago) = true",
     "shopify_email.clicked MATCHES (activity_id IN (5240029206), date >= -30d)"),
    ("shopify_email.opened MATCHES ()", None),
    ("shopify_email.opened MATCHES (activity_id IN (5240029206, 1932881090), count >= 2)", None),
    ("shopify_email.bounced NOT MATCHES (activity_id = 5240029206, date BETWEEN -12m AND today)",
     None),
    ("shopify_email.marked_as_spam MATCHES (date > -3m)", None),
    # templates of its help pages and examples
    ("number_of_orders > 0", None),
    ("number_of_orders = 0 AND email_subscription_status = 'SUBSCRIBED'", None),
    ("number_of_orders = 1 AND last_order_date < -30d", None),
    ("customer_added_date > -6m OR (customer_added_date <= -6m AND shopify_email.opened() = true)",
     "customer_added_date > -6m OR customer_added_date <= -6m AND shopify_email.opened MATCHES ()"),
    ("email_consent = 'granted' AND (customer_countries CONTAINS 'CA' OR amount_spent > 1)", None),
]  # fmt: skip


@pytest.mark.parametrize(("query", "canonical"), SUPPORTED, ids=range(len(SUPPORTED)))
def test_a_documented_query_pastes_in(query: str, canonical: str | None) -> None:
    segment = Segment.parse(query, SCHEMA)
    assert str(segment) == (canonical or query)
    assert Segment.parse(str(segment), SCHEMA) == segment


REFUSED = [
    ("companies IS NOT NULL", "unknown_name", "organisation IS NOT NULL"),
    ("companies = 1234", "unknown_name", "organisation IS NOT NULL"),
    ("created_by_app_id = 1234", "unknown_name", "another condition"),
    ("customer_account_status = 'ENABLED'", "unknown_name", "another condition"),
    ("customer_within_distance(coordinates: (40.7, -74.0), distance_mi: 6.2) = true",
     "unknown_name", "customer_cities CONTAINS '...'"),
    ("customer_within_distance MATCHES (coordinates = (40.7, -74.0), distance_km = 10)",
     "unknown_name", "customer_cities CONTAINS '...'"),
    ("predicted_spend_tier = 'HIGH'", "unknown_name", "amount_spent"),
    ("store_credit_accounts MATCHES (balance > 0)", "unknown_name", "another condition"),
    ("storefront.product_viewed MATCHES (id = 1234)", "unknown_name",
     "interactions MATCHES (kind = '...')"),
    ("storefront_event.collection_viewed MATCHES ()", "unknown_name",
     "interactions MATCHES (kind = '...')"),
    ("customer.metafields.custom.vip = true", "unknown_name", "attributes.<name>"),
    ("metafields.custom.vip = true", "unknown_name", "attributes.<name>"),
    ("products_purchased MATCHES (tag = 'Sports wear')", "unknown_name", "category"),
    ("orders_placed MATCHES (app_id = 129785)", "unknown_name", "source"),
    ("orders_placed MATCHES (location_id = 1234)", "unknown_name", "channel"),
    ("last_order_date = NULL", "null_value", "IS NULL"),
    ("customer_email_subscription_status = 'SUBSCRIBED'", "unknown_name",
     "email_subscription_status"),
    ("orders_placed IS NULL", "name_place", "orders_placed MATCHES (...)"),
    ("email_subscription_status = 'INVALID'", "unknown_value", "'SUBSCRIBED'"),
    ("last_order_date BETWEEN 1pm AND 3pm", "value_expected", "a value"),
    ("number_of_orders = 10.5", "type", "a whole number"),
    ("customer_email_domain = example.com", "unquoted_text", "text in quotes"),
]  # fmt: skip


@pytest.mark.parametrize(("query", "code", "write"), REFUSED, ids=range(len(REFUSED)))
def test_what_is_not_supported_is_refused_with_what_to_write(
    query: str, code: str, write: str
) -> None:
    with pytest.raises(SegmentSyntaxError) as caught:
        Segment.parse(query, SCHEMA)
    assert (caught.value.code, caught.value.expected[0]) == (code, write)
    assert len(caught.value.diagnostics) == 1


def test_a_mistake_behind_a_filter_that_is_not_known_is_told_too() -> None:
    query = "customer_within_distance(coordinates: (1, 2), distance_km: 3) = true AND amount_spent"
    with pytest.raises(SegmentSyntaxError) as caught:
        Segment.parse(query, SCHEMA)
    assert [d.code for d in caught.value.diagnostics] == ["unknown_name", "operator_expected"]


def test_every_filter_of_the_table_is_tried() -> None:
    tried = " ".join([query for query, *_ in SUPPORTED + REFUSED])
    for each in (*SHOPIFY_FILTERS, *SHOPIFY_PARAMETERS):
        plain = each.name.removesuffix("(...)")
        if plain.partition(".")[0] not in {"product_subscription_status", "rfm_group",
                                           "shopify_email"}:  # fmt: skip
            assert plain in tried
    known = {each.ours for each in SHOPIFY_FILTERS if each.ours == each.name}
    names = {*SCHEMA.fields, *SCHEMA.relations, "anniversary(...)"}
    assert known <= names
