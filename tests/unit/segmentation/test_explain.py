"""Why and why not: the fewest conditions, in words, with personal values masked."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from ecrm_core.errors import UnknownName
from ecrm_core.kernel import Money
from ecrm_core.segmentation import (
    Explanation,
    Row,
    check,
    customer_schema,
    explain,
    outlook,
    parse_query,
    sentences,
    told,
)
from ecrm_core.segmentation.phrases import phrases

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
            ("last_order_date is 2026-11-12T05:00+09:00, 11 days ago, asked for: < -90d "
             "(2026-08-25)"),
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


OUTLOOKS = [
    (
        "last_order_date < -90d",
        "en",
        ("not in: last_order_date is 2026-11-12T05:00+09:00, 11 days ago, asked for: < -90d "
        "(2026-08-25); will enter on 11 February 2027 if nothing changes"),
    ),
    (
        "last_order_date < -90d",
        "ko",
        ("미포함: last_order_date: 2026-11-12T05:00+09:00, 11일 전, 필요한 조건: < -90d "
        "(2026-08-25); 다른 변화가 없으면 2027년 2월 11일에 포함됨"),
    ),
    (
        "last_order_date < -90d",
        "ja",
        ("対象外: last_order_date: 2026-11-12T05:00+09:00, 11日前、必要な条件: < -90d "
        "(2026-08-25); ほかに変化がなければ2027年2月11日に対象になる"),
    ),
    (
        "last_order_date >= -300h AND number_of_orders = 2",
        "en",
        ("in: last_order_date is 2026-11-12T05:00+09:00, as asked: >= -300h "
        "(2026-11-11T00:00+00:00); number_of_orders is 2, as asked: = 2; "
        "will leave on 24 November 2026 at 17:00 if nothing changes"),
    ),
    ("number_of_orders = 2", "ja", "対象: number_of_orders: 2、条件に一致: = 2"),
    ("birth_date IS NOT NULL", "ko", "미포함: birth_date: 없음, 필요한 조건: IS NOT NULL"),
    ("NOT lines MATCHES ()", "ko",
     "포함: lines: 찾은 수 0, 제외 조건에 해당하지 않음: lines MATCHES ()"),
]  # fmt: skip


@pytest.mark.parametrize(("query", "locale", "expected"), OUTLOOKS)
def test_why_is_told_in_three_languages_with_what_time_alone_will_change(
    query: str, locale: str, expected: str
) -> None:
    assert told(explained(query), locale=locale) == expected


def test_the_catalogues_say_the_same_things() -> None:
    holes = [
        {key: sorted(re.findall(r"{(\w+)}", text)) for key, text in phrases(locale).items()}
        for locale in ("en", "ko", "ja")
    ]
    for each in holes:
        for key in ("on", "at"):
            each[key] = [name for name in each[key] if name not in {"month", "number"}]
    assert holes[0] == holes[1] == holes[2]


def test_an_outlook_does_not_tell_a_birthday_unless_asked_to() -> None:
    row = Row({"birth_date": date(1990, 1, 3)})
    rule = parse_query("anniversary(birth_date) = today").rule
    found = explain(rule, row, schema=SCHEMA, as_of=NOON, tz="Asia/Seoul")
    assert outlook(found) is None
    assert "January" not in told(found)
    assert outlook(found, masked=False) == "will enter on 3 January 2027 if nothing changes"


def test_an_outlook_passes_over_rechecks_that_change_nothing() -> None:
    orders = [{"date": NOON - timedelta(days=d), "total": Money(1, "EUR")} for d in range(9)]
    rule = parse_query("orders MATCHES (date >= -30d, max(date) < -5d)").rule
    found = explain(rule, Row({}, {"orders": orders}), schema=SCHEMA, as_of=NOON)
    assert outlook(found) == "will enter on 29 November 2026 if nothing changes"
    assert outlook(explained("number_of_orders = 2")) is None
