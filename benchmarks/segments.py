"""Segments: parsing and checking a query, and asking it of many rows beside hand-written Python."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from ecrm_core.kernel import Money
from ecrm_core.segmentation import Row, Segment, customer_schema, explain

AS_OF = datetime(2026, 11, 23, 12, tzinfo=UTC)
SCHEMA = customer_schema(currency="EUR")
TEN = (
    "amount_spent > 100 AND number_of_orders >= 2 AND last_order_date >= -90d "
    "AND NOT customer_tags CONTAINS 'vip' AND customer_countries CONTAINS 'KR' "
    "AND (email_consent = 'granted' OR sms_consent = 'granted') AND birth_date IS NOT NULL "
    "AND customer_language IN ('ko', 'en') AND orders MATCHES (total > 50, count >= 1)"
)
FOUR = (
    "amount_spent > 100 AND number_of_orders >= 2 AND last_order_date >= -90d "
    "AND NOT customer_tags CONTAINS 'vip'"
)


def row(number: int) -> Row:
    """Return a customer; every value differs with the number."""
    return Row(
        {
            "amount_spent": Money(Decimal(number % 400), "EUR"),
            "number_of_orders": number % 5,
            "last_order_date": AS_OF - timedelta(days=number % 200),
            "customer_tags": ("vip",) if number % 3 == 0 else ("new",),
        }
    )


def by_hand(one: Row) -> bool:
    """Tell the same as FOUR, as a programmer would write it."""
    held = one.fields
    spent, orders, last = (
        held.get(n) for n in ("amount_spent", "number_of_orders", "last_order_date")
    )
    return (
        isinstance(spent, Money)
        and spent.currency == "EUR"
        and spent.amount > 100
        and isinstance(orders, int)
        and orders >= 2
        and isinstance(last, datetime)
        and last >= SINCE
        and "vip" not in held.get("customer_tags", ())  # type: ignore[operator]
    )


SINCE = datetime(2026, 8, 25, tzinfo=UTC)


def seconds(work: Callable[[], object], rounds: int = 5) -> float:
    """Return the processor time of one call, the best of some rounds."""
    best = float("inf")
    for _ in range(rounds):
        began = time.process_time()
        work()
        best = min(best, time.process_time() - began)
    return best


def main() -> None:
    """Print milliseconds of a query, then rows a second and the ratio."""
    parse = seconds(lambda: [Segment.parse(TEN, SCHEMA) for _ in range(20)]) / 20
    print(f"parse + check of 10 clauses   {parse * 1e3:>10.2f} ms")
    rows = [row(number) for number in range(5_000)]
    segment = Segment.parse(FOUR, SCHEMA)

    def ours() -> list[bool]:
        return [segment.holds(one, schema=SCHEMA, as_of=AS_OF) for one in rows]

    if ours() != list(map(by_hand, rows)):
        raise SystemExit("the two do not agree")
    here, hand = seconds(ours), seconds(lambda: list(map(by_hand, rows)))
    told = seconds(lambda: [explain(segment.rule, one, schema=SCHEMA, as_of=AS_OF)
                            for one in rows])  # fmt: skip
    for name, took in (("interpreter", here), ("explain", told), ("by hand", hand)):
        print(f"{name:<30}{len(rows) / took:>10,.0f} rows/s {took / hand:>8.1f}x the time by hand")


if __name__ == "__main__":
    main()
