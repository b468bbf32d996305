"""Segments: one rule over many customers, beside Python by hand, zen-engine and rule-engine.

    python benchmarks/segments.py [CUSTOMERS]

All in one process on the same customers; each figure is the best of several rounds in turn, in
processor time. The rule is that of public comparisons: a list of countries, three numbers and a
window of 90 days, a tenth of the values missing. The floors stand behind the ratios.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import rule_engine
import zen

from ecrm_core.kernel import Money
from ecrm_core.segmentation import (
    FieldType,
    Relation,
    Row,
    Schema,
    SchemaField,
    Segment,
    compile_many,
    compile_record,
    customer_schema,
    evaluate,
    explain,
    parse_query,
    recheck,
)

AS_OF = datetime(2026, 11, 22, 12, tzinfo=UTC)
SINCE = AS_OF - timedelta(days=90)
COUNTRIES = ["DE", "FR", "NL", "AT", "BE", "US", "GB", "JP", "KR", "IT"]
WANTED = frozenset(COUNTRIES[:5])
SCHEMA = Schema(currency="EUR").add(
    SchemaField(name="country", type=FieldType.TEXT),
    SchemaField(name="orders_count", type=FieldType.INTEGER),
    SchemaField(name="total_spent", type=FieldType.NUMBER),
    SchemaField(name="last_order_at", type=FieldType.INSTANT),
    SchemaField(name="accepts_marketing", type=FieldType.BOOLEAN),
    Relation.of("orders", [
        SchemaField(name="total", type=FieldType.MONEY),
        SchemaField(name="at", type=FieldType.INSTANT),
    ], at="at"),
)  # fmt: skip
FIVE = parse_query(
    "country IN ('DE', 'FR', 'NL', 'AT', 'BE') AND orders_count >= 3 AND total_spent > 250 "
    "AND last_order_at >= -2160h AND accepts_marketing = true"
).rule
WINDOW = parse_query(
    "orders MATCHES (total > 100, at >= -2160h, count >= 3, sum(total) > 400)"
).rule
TEN = (
    "amount_spent > 100 AND number_of_orders >= 2 AND last_order_date >= -90d "
    "AND NOT customer_tags CONTAINS 'vip' AND customer_countries CONTAINS 'KR' "
    "AND (email_consent = 'granted' OR sms_consent = 'granted') AND birth_date IS NOT NULL "
    "AND customer_language IN ('ko', 'en') AND orders MATCHES (total > 50, count >= 1)"
)


def customers(count: int) -> list[dict[str, object]]:
    """Invented customers: a twentieth without a country, a tenth without an order."""
    random = Random(7)
    return [
        {
            "country": None if random.random() < 0.05 else random.choice(COUNTRIES),
            "orders_count": random.randint(0, 12),
            "total_spent": round(random.random() * 1000, 2),
            "last_order_at": None
            if random.random() < 0.1
            else AS_OF - timedelta(seconds=random.randint(0, 365 * 86_400)),
            "accepts_marketing": random.random() < 0.7,
        }
        for _ in range(count)
    ]


def by_hand(row: Row) -> bool:
    """Tell what FIVE tells of a row, as a programmer who trusts its types writes it."""
    held: Mapping[str, Any] = row.fields
    last = held.get("last_order_at")
    return (
        held.get("country") in WANTED
        and held.get("orders_count") >= 3
        and held.get("total_spent") > 250.0
        and last is not None
        and last >= SINCE
        and held.get("accepts_marketing") is True
    )


def of_dict(customer: Mapping[str, Any]) -> bool:
    """Tell the same of a dict that has every key, as the public comparisons do."""
    last = customer["last_order_at"]
    return (
        customer["country"] in WANTED
        and customer["orders_count"] >= 3
        and customer["total_spent"] > 250.0
        and last is not None
        and last >= SINCE
        and customer["accepts_marketing"] is True
    )


def orders_by_hand(orders: Sequence[Mapping[str, Any]]) -> bool:
    """Tell what WINDOW tells."""
    count, total = 0, Decimal(0)
    for order in orders:
        amount = order["total"].amount
        if amount > 100 and SINCE <= order["at"] <= AS_OF:
            count += 1
            total += amount
    return count >= 3 and total > 400


def strip(customer: Mapping[str, object]) -> dict[str, object]:
    """Return a customer as an engine without dates takes her: seconds, nothing as 0."""
    at = customer["last_order_at"]
    return {**customer, "last_order_at": at.timestamp() if isinstance(at, datetime) else 0}


def best(works: Mapping[str, Callable[[], Any]], rounds: int = 7) -> dict[str, float]:
    """Return the least processor time of each, asked in turn."""
    found = dict.fromkeys(works, float("inf"))
    for _ in range(rounds):
        for name, work in works.items():
            gc.collect()
            began = time.process_time()
            work()
            found[name] = min(found[name], time.process_time() - began)
    return found


def show(name: str, rows: int, took: float, ratio: str = "") -> None:
    """Print a line: what, customers a second, and beside what."""
    print(f"{name:<44}{rows / took:>14,.0f} /s   {ratio}")


def one_rule(people: list[dict[str, object]]) -> None:
    """Print the yardstick, and the engines beside it on fewer customers."""
    rows = [Row(each) for each in people]
    holds = compile_record(FIVE, SCHEMA, as_of=AS_OF)
    many = compile_many({"it": FIVE}, SCHEMA, as_of=AS_OF)
    few = min(len(people), 20_000)
    stripped = [strip(each) for each in people]
    expression = zen.compile_expression(
        "country in ['DE','FR','NL','AT','BE'] and orders_count >= 3 and total_spent > 250 "
        f"and last_order_at >= {SINCE.timestamp():f} and accepts_marketing == true"
    )
    context = rule_engine.Context(
        resolver=rule_engine.resolve_item, default_timezone="utc", default_value=None
    )
    rule = rule_engine.Rule(
        'country in ["DE","FR","NL","AT","BE"] and orders_count >= 3 and total_spent > 250 and '
        f'last_order_at != null and last_order_at >= d"{SINCE.isoformat()}" '
        "and accepts_marketing == true",
        context=context,
    )
    works: dict[str, Callable[[], list[bool]]] = {
        "by hand": lambda: [by_hand(row) for row in rows],
        "by hand, of dicts": lambda: [of_dict(each) for each in people],
        "compile_record": lambda: [holds(row) for row in rows],
        "compile_many": lambda: many(rows)["it"],
        "zen-engine": lambda: [expression.evaluate(each) for each in stripped],
    }
    slow: dict[str, Callable[[], list[bool]]] = {
        "evaluate (the interpreter)": lambda: [
            evaluate(FIVE, row, schema=SCHEMA, as_of=AS_OF) for row in rows[:few]
        ],
        "rule-engine": lambda: [rule.matches(each) for each in people[:few]],
    }
    told = works["by hand"]()
    if any(work() != told for work in works.values()) or any(
        work() != told[:few] for work in slow.values()
    ):
        raise SystemExit("they do not agree")
    took, later = best(works), best(slow, rounds=2)
    hand = took["by hand"]
    for name, seconds in took.items():
        show(name, len(rows), seconds, f"{hand / seconds:.0%} of by hand")
    for name, seconds in later.items():
        show(name, few, seconds)
    ours = took["compile_record"] / len(rows)
    dicts = took["by hand, of dicts"]
    for name, floor in (("compile_record", 50), ("compile_many", 80)):
        print(f"{name}: {hand / took[name]:.0%} of by hand (floor {floor} %), "
              f"{dicts / took[name]:.0%} of by hand on dicts")  # fmt: skip
    print(f"zen-engine: {took['zen-engine'] / len(rows) / ours:.1f} x our time a row (floor 5)")
    print(f"rule-engine: {later['rule-engine'] / few / ours:.0f} x our time a row (floor 75)")


def relations(count: int) -> None:
    """Print the pass over a relation beside the loop by hand."""
    random = Random(3)
    held = [
        [
            {"total": Money(Decimal(random.randint(0, 40_000)) / 100, "EUR"),
             "at": AS_OF - timedelta(seconds=random.randint(0, 400 * 86_400))}
            for _ in range(min(40, int(random.expovariate(0.2))))
        ]
        for _ in range(count)
    ]  # fmt: skip
    rows = [Row({}, {"orders": orders}) for orders in held]
    holds = compile_record(WINDOW, SCHEMA, as_of=AS_OF)
    works: dict[str, Callable[[], object]] = {
        "orders by hand": lambda: sum(map(orders_by_hand, held)),
        "orders, compile_record": lambda: sum(map(holds, rows)),
    }
    if len({work() for work in works.values()}) > 1:
        raise SystemExit("they do not agree about orders")
    took = best(works)
    for name, seconds in took.items():
        show(name, count, seconds, f"{took['orders by hand'] / seconds:.0%} of by hand")
    some = rows[:2_000]
    flips = best({"it": lambda: [recheck(WINDOW, row, schema=SCHEMA, as_of=AS_OF) for row in some]})
    show("orders, recheck", len(some), flips["it"])


def together(people: list[dict[str, object]]) -> None:
    """Print 200 segments of a shop fused beside each in a loop of its own."""
    random = Random(5)
    pool = [
        *(f"country = '{code}'" for code in COUNTRIES),
        *(f"orders_count >= {least}" for least in (1, 2, 3, 5, 8)),
        *(f"total_spent > {least}" for least in (50, 100, 250, 500, 800)),
        *(f"last_order_at {op} -{days}d" for op in ("<", ">=") for days in (30, 90, 180)),
        "accepts_marketing = true", "country IN ('DE', 'AT', 'BE')", "last_order_at IS NULL",
    ]  # fmt: skip
    rules = {
        str(at): parse_query(" AND ".join(random.sample(pool, random.randint(2, 6)))).rule
        for at in range(200)
    }
    rows = [Row(each) for each in people[:5_000]]
    fused = compile_many(rules, SCHEMA, as_of=AS_OF)
    alone = [compile_many({id_: rule}, SCHEMA, as_of=AS_OF) for id_, rule in rules.items()]
    records = [compile_record(rule, SCHEMA, as_of=AS_OF) for rule in rules.values()]
    took = best({
        "200 segments, each alone": lambda: [each(rows) for each in alone],
        "200 segments, row by row": lambda: [[holds(row) for row in rows] for holds in records],
        "200 segments, fused": lambda: fused(rows),
    }, rounds=3)  # fmt: skip
    for name, seconds in took.items():
        show(name, len(rows), seconds)
    fused_took = took["200 segments, fused"]
    each, alone_ = (
        took[f"200 segments, {how}"] / fused_took for how in ("row by row", "each alone")
    )
    print(f"fused: {each:.1f} x the speed of a function each, "
          f"{alone_:.1f} x that of a loop each (floor 3)")  # fmt: skip


def reading() -> None:
    """Print the milliseconds of a query of ten clauses, and explanations a second."""
    schema = customer_schema(currency="EUR")
    ten = Segment.parse(TEN, schema)
    row = Row({"amount_spent": Money(5, "EUR"), "number_of_orders": 3, "last_order_date": AS_OF})
    took = best({
        "parse, check": lambda: [Segment.parse(TEN, schema) for _ in range(20)],
        "compile": lambda: [compile_record(ten.rule, schema, as_of=AS_OF) for _ in range(20)],
        "explain": lambda: [explain(ten.rule, row, schema=schema, as_of=AS_OF) for _ in range(200)],
    })  # fmt: skip
    read, made = (took[name] / 20 * 1e3 for name in ("parse, check", "compile"))
    print(f"ten clauses: parse and check {read:.2f} ms, compile {made:.2f} ms, "
          f"together {read + made:.2f} ms (floor 2)")  # fmt: skip
    show("explain", 200, took["explain"])


def main() -> None:
    """Print everything."""
    people = customers(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
    one_rule(people)
    relations(len(people) // 5)
    together(people)
    reading()


if __name__ == "__main__":
    main()
