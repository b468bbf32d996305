"""Shop: the files of an invented shop, and the truth about them; the same seed, the same bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from attrs import frozen

from ecrm_core.demo.accounts import (
    Keyed,
    accounts,
    bought,
    guests,
    labels_of,
    order_objects,
    tables,
)
from ecrm_core.demo.contracts import COLUMNS, contracts
from ecrm_core.demo.customer_json import customer_json
from ecrm_core.demo.dice import Dice
from ecrm_core.demo.orders import Order
from ecrm_core.demo.people import population
from ecrm_core.demo.phones import MOST
from ecrm_core.demo.tables import TABLES, Layout, write_line, write_lines, write_table
from ecrm_core.errors import DefinitionError

__all__ = ["PEOPLE", "SEED", "TODAY", "Shop", "generate"]

TODAY: Final = date(2026, 11, 23)
"""The day the shop is looked at, unless another is named."""
SEED: Final = 7
"""The seed of the shop that is shown."""
PEOPLE: Final = 500
"""How many customers it has."""
_LEAST: Final = 50


@frozen(kw_only=True)
class Shop:
    """Files by name, and what is true of them.

    ``truth`` tells which person a row (by source key) is about; ``labels`` which rows have which
    trouble ("fake", "typo_domain", "misspelled", "swapped", "romanised", ...); ``counts`` what
    taking a file in comes to: rows = accepted + quarantined + duplicate.
    """

    files: Mapping[str, bytes]
    truth: Mapping[str, int]
    labels: Mapping[str, frozenset[str]]
    counts: Mapping[str, Mapping[str, int]]


def generate(*, seed: int = SEED, people: int = PEOPLE, today: date = TODAY) -> Shop:
    """Return the files of a shop with so many customers (50 to 999), some in several files.

    Every choice is derived from the seed. Dates lie before ``today``, terms of contracts after it.
    Raises DefinitionError for a number of people beyond the fictional phone numbers there are.
    """
    if not _LEAST <= people <= MOST:
        message = f"found {people} people, expected {_LEAST} to {MOST}"
        raise DefinitionError(message, code="people")
    dice = Dice(seed)
    known = population(dice, people)
    shop, others = accounts(dice, known, today), tables(dice, known, today)
    guest = next(row for _, row in others["till"] if row.email and row.country)
    orders = bought(dice, shop, guest, today)
    customers = _customers(shop, orders)
    listed = [*customers, customers[0], *_without_id(customers)]
    rows = [*shop, *(row for table in others.values() for row in table)]
    rows += guests(orders)
    subscribed = [write_line(cells) for cells in (COLUMNS, *contracts(dice, shop, today))]
    return Shop(
        files={
            "shopify_customers.json": _json("customers", listed),
            "shopify_orders.json": _json("orders", order_objects(orders, customers)),
            **{t.file: write_table(t, others[t.source]) for t in TABLES},
            "subscriptions.csv": write_lines(subscribed, encoding="utf-8"),
        },
        truth={key: row.person for key, row in rows},
        labels=labels_of(rows),
        counts={
            "shopify_customers.json": _promised(len(shop), duplicate=1, quarantined=2),
            **{t.file: _of_table(t, others[t.source]) for t in TABLES},
            "shopify_orders.json": _of_orders(orders),
            "subscriptions.csv": {"rows": len(subscribed) - 1},
        },
    )


def _customers(shop: Keyed, orders: Sequence[Order]) -> list[dict[str, object]]:
    totals: dict[int, list[int]] = {at: [] for at in range(len(shop))}
    for order in orders:
        if order.buyer is not None and order.counts:
            totals[order.buyer].append(order.total)
    numbers = (int(key.partition("/")[2]) for key, _ in shop)
    return [
        customer_json(row, number, totals[at])
        for at, (number, (_, row)) in enumerate(zip(numbers, shop, strict=True))
    ]


def _without_id(customers: Sequence[Mapping[str, object]]) -> list[dict[str, object]]:
    """Return what a form left behind: two customers whom the shop never gave a number."""
    return [
        {name: value for name, value in customer.items() if name not in {"id", "addresses"}}
        for customer in customers[1:3]
    ]


def _json(name: str, objects: Sequence[Mapping[str, object]]) -> bytes:
    return (json.dumps({name: objects}, ensure_ascii=False, indent=1) + "\n").encode()


def _of_table(layout: Layout, rows: Keyed) -> Mapping[str, int]:
    return _promised(len(rows), duplicate=layout.repeats, quarantined=len(layout.unreadable))


def _promised(accepted: int, *, duplicate: int, quarantined: int) -> Mapping[str, int]:
    return {
        "rows": accepted + duplicate + quarantined,
        "accepted": accepted,
        "duplicate": duplicate,
        "quarantined": quarantined,
    }


def _of_orders(orders: Sequence[Order]) -> Mapping[str, int]:
    """Return what the orders come to: only a guest is a customer the shop has not told of."""
    guest = sum(order.buyer is None for order in orders)
    cancelled = sum(order.cancelled_at is not None for order in orders)
    refunds = sum(order.refunded > 0 for order in orders)
    return {
        **_promised(guest, duplicate=len(orders) - guest, quarantined=0),
        "cancelled": cancelled,
        "interactions": len(orders) + cancelled + refunds,
        "refunds": refunds,
        "tests": sum(order.test for order in orders),
    }
