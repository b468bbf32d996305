"""Why and why not: the fewest conditions, in words, with personal values masked."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ecrm_core.errors import UnknownName
from ecrm_core.kernel import Money
from ecrm_core.segmentation import (
    Explanation,
    Row,
    check,
    customer_schema,
    explain,
    parse_query,
    sentences,
)

SCHEMA = customer_schema(currency="EUR")
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ROW = Row(
    {
        "first_name": "Ada",
        "customer_emails": ("ada@example.com",),
        "customer_tags": ("vip", "new"),
        "number_of_orders": 2,
        "amount_spent": Money(150, "EUR"),
        "last_order_date": datetime(2026, 11, 11, 20, tzinfo=UTC),
        "email_consent": "none",
    },
    {"orders": [{"total": Money(50, "EUR")}, {"total": Money(100, "EUR")}]},
)


def explained(query: str) -> Explanation:
    rule = parse_query(query).rule
    assert [d for d in check(rule, SCHEMA) if d.severity == "error"] == []
    return explain(rule, ROW, schema=SCHEMA, as_of=NOON, tz="Asia/Seoul")


WORDS = [
    (
        "number_of_orders > 5 AND amount_spent > 100 AND last_order_date < -90d",
        [
            "number_of_orders is 2, asked for: > 5",
            "last_order_date is 2026-11-12T05:00+09:00, asked for: < -90d (2026-08-25)",
        ],
    ),
    (
        "(number_of_orders > 5 AND birth_date = today) OR amount_spent > 200",
        ["amount_spent is 150, asked for: > 200"],
    ),
    ("NOT customer_tags CONTAINS 'vip'", [("customer_tags is vip, new, which is excluded: "
                                          "CONTAINS 'vip'")]),
    ("birth_date = today", ["birth_date is missing, asked for: = today (2026-11-23)"]),
    ("number_of_orders = 2 OR amount_spent = 1", ["number_of_orders is 2, as asked: = 2"]),
    ("NOT number_of_orders = 3", ["number_of_orders is 2, not excluded by: = 3"]),
    ("birth_date IS NOT NULL", ["birth_date is missing, asked for: IS NOT NULL"]),
    (
        "number_of_orders NOT BETWEEN 1 AND 2",
        ["number_of_orders is 2, asked for: NOT BETWEEN 1 AND 2"],
    ),
    ("number_of_orders NOT IN (1, 2)", ["number_of_orders is 2, asked for: NOT IN 1, 2"]),
    (
        "orders MATCHES (total > 60, count >= 2)",
        ["orders: 1 found, asked for: orders MATCHES (total > 60, count >= 2)"],
    ),
    (
        "orders MATCHES (sum(total) > 500 AND count > 1)",
        [("orders: 2, sum(total) = 150 found, asked for: "
         "orders MATCHES (sum(total) > 500, count > 1)")],
    ),
    ("orders MATCHES ()", ["orders: 2 found, as asked: orders MATCHES ()"]),
    ("NOT orders MATCHES ()", ["orders: 2 found, which is excluded: orders MATCHES ()"]),
    ("NOT lines MATCHES ()", ["lines: 0 found, not excluded by: lines MATCHES ()"]),
    ("last_order_date > -36h", [("last_order_date is 2026-11-12T05:00+09:00, asked for: "
                                "> -36h (2026-11-22T00:00+00:00)")]),
]  # fmt: skip


@pytest.mark.parametrize(("query", "expected"), WORDS)
def test_the_fewest_conditions_that_decide_are_told(query: str, expected: list[str]) -> None:
    assert list(sentences(explained(query))) == expected


def test_personal_values_are_masked_unless_asked_for() -> None:
    found = explained("first_name = 'Bo' AND customer_emails CONTAINS 'bo@example.com'")
    assert list(sentences(found)) == [
        "first_name is A•••, asked for: = •••",
        "customer_emails is a•••, asked for: CONTAINS •••",
    ]
    assert sentences(found, masked=False)[0] == "first_name is Ada, asked for: = 'Bo'"
    assert "Ada" not in f"{found!r} {found.parts!r} {found.decisive!r}"


def test_every_node_has_its_value_and_every_condition_what_was_found() -> None:
    found = explained("NOT number_of_orders = 3 AND amount_spent > 100")
    assert [part.value for part in found.parts] == [True, True]
    assert found.parts[0].parts[0].value is False
    assert (found.parts[1].found, found.parts[1].named) == (150, (100,))


def test_a_language_nobody_wrote_yet_is_unknown() -> None:
    with pytest.raises(UnknownName):
        sentences(explained("number_of_orders = 2"), locale="fr")
