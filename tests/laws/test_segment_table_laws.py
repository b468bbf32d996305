"""Laws of segments of tables: joined tables are the rows they stand for, and funnels add up."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecrm_core.segmentation import (
    FieldType,
    Relation,
    Row,
    Schema,
    SchemaField,
    Segment,
    evaluate,
)
from ecrm_core.segmentation.grouping import conjuncts
from tests.profile import size

pytestmark = pytest.mark.long
MANY = settings(max_examples=size(60, 5_000))
NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)

_CONDITIONS = st.sampled_from([
    "orders MATCHES ()", "orders NOT MATCHES (total > 2)", "orders MATCHES (count = 0)",
    "orders MATCHES (sum(total) > 5)", "orders MATCHES (date >= -3d, count >= 2)",
    "orders MATCHES (max(date) < -1d)", "orders MATCHES (total IS NULL)", "points > 2",
    "NOT points > 2", "points IS NULL", "customer_id IN (1, 3)", "IN SEGMENT 'some'",
    "NOT (points = 1 OR orders MATCHES (total = 1))",
])  # fmt: skip
_RULES = st.lists(_CONDITIONS, min_size=1, max_size=4).map(
    lambda conditions: Segment.parse(" AND ".join(conditions))
) | st.tuples(_CONDITIONS, _CONDITIONS).map(
    lambda conditions: Segment.parse(" OR ".join(conditions))
)
SOME = {"some": Segment.parse("orders MATCHES (total > 3) OR points = 1")}

_DAYS = st.integers(-2, 6).map(lambda days: date(2026, 11, 26) - timedelta(days=days))
_CENTS = st.integers(0, 500).map(lambda cents: Decimal(cents) / 100)
_ORDERS = st.lists(
    st.fixed_dictionaries({
        "customer_id": st.integers(1, 5) | st.none(),
        "date": _DAYS | st.none(),
        "total": _CENTS | st.none(),
    }),
    min_size=1,
    max_size=12,
)  # fmt: skip
_PEOPLE = st.lists(
    st.fixed_dictionaries({
        "customer_id": st.integers(1, 5) | st.none(), "points": st.integers(0, 4) | st.none()
    }),
    min_size=1,
    max_size=6,
)  # fmt: skip
_ID, _NUMBER = FieldType.NUMBER, FieldType.NUMBER
SCHEMA = (
    Schema()
    .add(
        SchemaField(name="customer_id", type=_ID),
        SchemaField(name="points", type=_NUMBER),
        Relation.of(
            "orders",
            [
                SchemaField(name="date", type=FieldType.DATE),
                SchemaField(name="total", type=_NUMBER),
            ],
            at="date",
        ),
    )
    .with_segments({name: segment.rule for name, segment in SOME.items()})
)
Rows = list[dict[str, object]]


def row_of(person: dict[str, object], orders: Rows) -> Row:
    key = person["customer_id"]
    hers = [each for each in orders if key is not None and each["customer_id"] == key]
    return Row(person, {"orders": hers})


@MANY
@given(_RULES, _PEOPLE, _ORDERS)
def test_a_joined_table_is_asked_as_the_rows_it_stands_for(
    segment: Segment, people: Rows, orders: Rows
) -> None:
    found = segment.members(people, orders=orders, segments=SOME, as_of=NOON)
    assert found.mask == [
        evaluate(segment.rule, row_of(person, orders), schema=SCHEMA, as_of=NOON)
        for person in people
    ]
    assert [found.explain(at).value for at in range(len(people))] == found.mask


@MANY
@given(_RULES, _PEOPLE, _ORDERS)
def test_a_funnel_loses_everybody_once_and_ends_with_the_members(
    segment: Segment, people: Rows, orders: Rows
) -> None:
    members = segment.members(people, orders=orders, segments=SOME, as_of=NOON)
    funnel = segment.funnel(people, orders=orders, segments=SOME, as_of=NOON)
    steps, conditions = funnel.steps, conjuncts(segment.rule)
    assert len(steps) == len(conditions)
    assert [at is None for at in funnel.dropped_at] == members.mask
    assert sum(step.dropped for step in steps) + members.count == len(people)
    assert steps[-1].left == members.count
    for step, condition in zip(steps, conditions, strict=True):
        alone = Segment(condition).members(people, orders=orders, segments=SOME, as_of=NOON)
        assert step.alone == alone.count
        others = [rule for rule in conditions if rule is not condition]
        without = [
            all(
                evaluate(rule, row_of(person, orders), schema=SCHEMA, as_of=NOON) for rule in others
            )
            for person in people
        ]
        assert step.only == sum(without) - members.count
