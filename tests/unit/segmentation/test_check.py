"""The checker: unknown names, values that do not fit, and who gets in for want of a value."""

from __future__ import annotations

import pytest

from ecrm_core.customers import Attribute, AttributeSchema, AttributeType
from ecrm_core.errors import Diagnostic, PluginError, SegmentSyntaxError
from ecrm_core.segmentation import (
    FieldType,
    SchemaField,
    Segment,
    check,
    customer_schema,
    parse_query,
)
from ecrm_core.segmentation.terms import Aggregate, Function, Number
from ecrm_core.segmentation.tree import Compare, Matches, Op

PLAN = AttributeSchema(
    {
        "plan": Attribute(AttributeType.CHOICE, choices=("gold", "silver")),
        "points": Attribute(AttributeType.INTEGER),
    }
)
SCHEMA = customer_schema(attributes=PLAN, currency="EUR").add(
    SchemaField(name="weight", type=FieldType.NUMBER),
    SchemaField(name="member", type=FieldType.BOOLEAN),
)


def found(query: str) -> list[Diagnostic]:
    return list(check(parse_query(query).rule, SCHEMA))


ERRORS = [
    ("number_of_order > 1", "unknown_name", 0),
    ("order MATCHES ()", "unknown_name", 0),
    ("total > 100", "name_place", 0),
    ("orders IS NULL", "name_place", 0),
    ("customer_tags MATCHES ()", "name_place", 0),
    ("orders MATCHES (birth_date = today)", "name_place", 16),
    ("orders MATCHES (IN SEGMENT 'x')", "segment_place", 16),
    ("IN SEGMENT 'x'", "unknown_name", 0),
    ("count > 1", "name_place", 0),
    ("orders MATCHES (totl > 1)", "unknown_name", 16),
    ("orders MATCHES (sum(totl) > 1)", "unknown_name", 16),
    ("anniversary(birthdate) = today", "unknown_name", 0),
    ("attributes.pln = 'gold'", "unknown_name", 0),
    ("number_of_orders = 10.5", "type", 19),
    ("number_of_orders = '10'", "type", 19),
    ("weight = today", "type", 9),
    ("member = 1", "type", 9),
    ("birth_date < -36h", "type", 13),
    ("birth_date < 2026-01-31T00:00:00Z", "type", 13),
    ("last_order_date = true", "type", 18),
    ("first_name IN ('a', 1)", "type", 20),
    ("weight BETWEEN 1 AND 'b'", "type", 21),
    ("customer_id = 1.5", "type", 14),
    ("anniversary(birth_date) = -36h", "type", 26),
    ("anniversary(weight) = today", "type", 0),
    ("orders MATCHES (sum(date) > 1)", "type", 16),
    ("orders MATCHES (max(channel) = 'web')", "type", 16),
    ("customer_tags = 'vip'", "operator", 0),
    ("member > true", "operator", 0),
    ("customer_id < '3'", "operator", 0),
    ("weight CONTAINS 1", "operator", 0),
    ("anniversary(birth_date) > today", "operator", 0),
    ("email_consent = 'GRANTED'", "unknown_value", 16),
    ("attributes.plan IN ('gold', 'tin')", "unknown_value", 28),
    ("orders MATCHES (orders MATCHES ())", "nested_matches", 16),
    ("sum(weight) > 1", "aggregate_place", 0),
]


@pytest.mark.parametrize(("query", "code", "start"), ERRORS)
def test_what_does_not_fit_is_an_error_at_its_place(query: str, code: str, start: int) -> None:
    """Segments 5.2."""
    (error,) = found(query)
    assert (error.code, error.start, error.severity) == (code, start, "error")


FITS = [
    "number_of_orders = 10.0",
    "amount_spent > 10.5 AND last_order_date >= -36h",
    "last_order_date IN (today, 2026-01-31)",
    "customer_id = 12 OR customer_id IN ('x', 3)",
    "first_name CONTAINS 'a'",
    "attributes.plan CONTAINS 'ol'",
    "attributes.points BETWEEN 1 AND 3",
    "anniversary(last_order_date) IN (today)",
    "orders MATCHES (max(date) < -30d, min(total) > 1, sum(quantity) > 2)",
    "shopify_email.opened MATCHES (activity_id = 5240029206)",
]


@pytest.mark.parametrize("query", FITS)
def test_what_fits_has_no_error(query: str) -> None:
    assert found(query) == []


def test_several_errors_are_told_at_once_with_the_nearest_names() -> None:
    errors = found("custmer_tags CONTAINS 'a' OR number_of_orders = 'x' OR email_consent = 'no'")
    assert [e.code for e in errors] == ["unknown_name", "type", "unknown_value"]
    assert "customer_tags" in errors[0].near
    assert errors[1].expected == ("a whole number",)


def test_an_amount_needs_a_currency() -> None:
    (error,) = check(parse_query("amount_spent > 1").rule, customer_schema())
    assert error.code == "currency_missing"


def test_a_tree_made_in_python_may_have_its_aggregates_in_no_wrong_place() -> None:
    count = Compare(Aggregate(Function.COUNT), Op.GE, Number(1))
    field = parse_query("total > 1").rule
    for rule in (count, Matches("orders", where=count), Matches("orders", having=field)):
        assert [e.code for e in check(rule, SCHEMA)] == ["aggregate_place"]
    nested = Matches("orders", having=Matches("orders"))
    assert [e.code for e in check(nested, SCHEMA)] == ["nested_matches"]


# ---------------------------------------------------------------- for want of a value

LET_IN = [
    ("weight != 1", ["AND weight IS NOT NULL"]),
    ("NOT weight = 1", ["AND weight IS NOT NULL"]),
    ("NOT NOT weight != 1", ["AND weight IS NOT NULL"]),
    ("weight NOT IN (1)", ["AND weight IS NOT NULL"]),
    ("weight NOT BETWEEN 1 AND 2", ["AND weight IS NOT NULL"]),
    ("weight != 1 OR weight IS NOT NULL", ["AND weight IS NOT NULL"]),
    ("NOT (weight = 1 AND first_name = 'a')", ["AND weight IS NOT NULL",
                                               "AND first_name IS NOT NULL"]),
    ("NOT anniversary(birth_date) = today", ["AND anniversary(birth_date) IS NOT NULL"]),
    ("orders MATCHES (channel != 'web')", ["AND channel IS NOT NULL"]),
    ("orders MATCHES (NOT max(date) > -3d)", ["AND max(date) IS NOT NULL"]),
    ("weight != 1 AND weight IS NOT NULL", []),
    ("weight != 1 OR weight IS NULL", []),
    ("NOT (weight = 1 AND NOT weight IS NULL)", []),
    ("weight != 1 OR first_name IS NULL", ["AND weight IS NOT NULL"]),
    ("weight != 1 AND weight > 0", []),
    ("(weight != 1 OR member = true) AND NOT weight IS NULL", []),
    ("NOT (weight = 1 OR weight IS NULL)", []),
    ("weight = 1 OR NOT weight IS NULL", []),
    ("weight IS NULL", []),
    ("NOT email_consent = 'denied'", ["AND email_consent != 'none'"]),
    ("email_consent != 'granted'", ["AND email_consent != 'none'"]),
    ("email_consent NOT IN ('denied', 'none')", []),
    ("NOT email_consent = 'denied' AND email_consent != 'none'", []),
    ("NOT email_consent = 'denied' AND email_consent IN ('granted', 'pending')", []),
    ("NOT (email_consent = 'denied' OR email_consent = 'none')", []),
    ("sms_subscription_status != 'UNSUBSCRIBED'",
     ["AND sms_subscription_status != 'NOT_SUBSCRIBED'"]),
    ("email_consent IN ('none', 'expired')", []),
    ("customer_tags NOT CONTAINS 'vip'", []),
    ("number_of_orders != 1", []),
    ("orders MATCHES (sum(total) != 3, count != 2)", []),
    ("products_purchased NOT MATCHES (date > -3m)", []),
]  # fmt: skip


@pytest.mark.parametrize(("query", "fixes"), LET_IN)
def test_who_gets_in_for_want_of_a_value_is_said_with_the_remedy(
    query: str, fixes: list[str]
) -> None:
    """Segments 7.1."""
    warnings = found(query)
    assert [w.fix for w in warnings] == fixes
    assert {w.severity for w in warnings} <= {"warning"}


def test_the_remedy_silences_the_warning() -> None:
    """Segments 7.1."""
    (warning,) = found("weight != 1")
    assert found(f"weight != 1 {warning.fix}") == []


def test_a_segment_is_checked_when_it_is_parsed_with_a_schema() -> None:
    with pytest.raises(SegmentSyntaxError, match="number_of_orders"):
        Segment.parse("number_of_order > 1", SCHEMA)
    segment = Segment.parse("weight != 1", SCHEMA)
    assert segment.warnings[0].startswith("line 1, column 1: those without a value of weight")
    assert Segment.from_json(segment.to_json(), SCHEMA).warnings == segment.warnings


def test_a_name_is_taken_once() -> None:
    with pytest.raises(PluginError):
        SCHEMA.add(SchemaField(name="weight", type=FieldType.NUMBER))


# ---------------------------------------------------------------- consent in an OR

GRANTED = "email_consent = 'granted'"
AROUND = [
    (f"{GRANTED} OR amount_spent > 100", GRANTED),
    (f"amount_spent > 100 OR {GRANTED}", GRANTED),
    (f"({GRANTED} AND weight > 1) OR amount_spent > 100", GRANTED),
    (f"weight > 1 AND ({GRANTED} OR amount_spent > 100)", GRANTED),
    ("sms_subscription_status = 'SUBSCRIBED' OR customer_countries CONTAINS 'CA'",
     "sms_subscription_status = 'SUBSCRIBED'"),
    ("email_consent != 'denied' AND email_consent != 'none' OR amount_spent > 100",
     "email_consent != 'denied'"),
    ("NOT (email_consent NOT IN ('granted') AND weight > 1)",
     "NOT email_consent NOT IN ('granted')"),
]  # fmt: skip
NOT_AROUND = [
    f"{GRANTED} AND (amount_spent > 100 OR weight > 1)",
    f"{GRANTED} OR sms_consent = 'granted'",
    f"({GRANTED} AND weight > 1) OR (sms_consent = 'granted' AND amount_spent > 100)",
    f"sms_consent = 'granted' AND ({GRANTED} OR amount_spent > 100)",
    "email_consent = 'none' OR number_of_orders = 0",
    "email_consent IN ('granted', 'pending', 'denied', 'expired', 'none') OR weight > 1",
    "email_consent IS NOT NULL OR weight > 1",
    "NOT (email_consent IN ('denied', 'none', 'expired', 'pending') OR weight > 1)",
    "orders MATCHES (channel = 'web' OR total > 1)",
    "amount_spent > 100 OR weight > 1",
]


@pytest.mark.parametrize(("query", "fix"), AROUND)
def test_an_or_that_goes_round_consent_is_told_with_the_remedy(query: str, fix: str) -> None:
    """Segments 7.2."""
    (warning,) = [d for d in found(query) if d.code == "consent_or"]
    assert (warning.severity, warning.fix) == ("warning", f"AND {fix}")
    assert warning.start < warning.end
    assert not [d for d in found(f"({query}) {warning.fix}") if d.code == "consent_or"]


@pytest.mark.parametrize("query", NOT_AROUND)
def test_an_or_that_asks_all_for_consent_or_nobody_is_not_told(query: str) -> None:
    """Segments 7.2."""
    assert not [d for d in found(query) if d.code == "consent_or"]


def test_consent_asked_in_another_segment_counts() -> None:
    schema = SCHEMA.with_segments({"readers": parse_query(GRANTED).rule})
    codes = [
        [d.code for d in check(parse_query(query).rule, schema)]
        for query in (
            "IN SEGMENT 'readers' OR amount_spent > 100",
            "IN SEGMENT 'readers' OR email_consent = 'granted'",
        )
    ]
    assert codes == [["consent_or"], []]


def test_consent_that_is_given_later_is_not_judged() -> None:
    rule = parse_query("email_consent != :word OR amount_spent > 100").rule
    assert check(rule, SCHEMA, template=True) == ()
