"""Accounts: the rows of every file with their source keys, and who bought what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from ecrm_core.demo.dice import Dice
from ecrm_core.demo.fakes import fake_rows
from ecrm_core.demo.order_json import order_id, order_json
from ecrm_core.demo.orders import Order, orders_of, strange_orders
from ecrm_core.demo.people import Person
from ecrm_core.demo.row import Row
from ecrm_core.demo.rows import letter_row, shop_rows, till_row

__all__ = ["Keyed", "accounts", "bought", "guests", "labels_of", "order_objects", "tables"]

Keyed = Sequence[tuple[str, Row]]
"""Source keys ("shopify/8200000001") and what is said under them."""
_FIRST_ACCOUNT: Final = 8_200_000_001
_FIRST_ORDER: Final = 1_001
_REFUSALS: Final = frozenset({"refused", "revoked"})


def accounts(dice: Dice, known: Sequence[Person], today: date) -> Keyed:
    """Return the accounts of the shop, fakes among them, in the order of their numbers."""
    rows = [row for person in known for row in shop_rows(dice, person, today)]
    rows += fake_rows(dice, today, first=len(known) + 1, file="shop", share=1)
    mixed = dice.shuffled(rows, "accounts")
    return [(f"shopify/{_FIRST_ACCOUNT + at}", row) for at, row in enumerate(mixed)]


def tables(dice: Dice, known: Sequence[Person], today: date) -> Mapping[str, Keyed]:
    """Return the rows of the till and the two newsletters, by the names of their sources."""
    till = [row for person in known if (row := till_row(dice, person, today))]
    till += fake_rows(dice, today, first=len(known) + 101, file="till", share=3)
    letter = [row for person in known if (row := letter_row(dice, person, today))]
    korean = [row for row in letter if row.language == "ko"]
    japanese = [row for row in letter if row.language == "ja"]
    return {
        "till": _keyed(dice, "till/T-", till),
        "newsletter_ko": _keyed(dice, "newsletter_ko/K-", korean),
        "newsletter_ja": _keyed(dice, "newsletter_ja/M-", japanese),
    }


def _keyed(dice: Dice, prefix: str, rows: Sequence[Row]) -> Keyed:
    mixed = dice.shuffled(rows, prefix)
    return [(f"{prefix}{1001 + at}", row) for at, row in enumerate(mixed)]


def bought(dice: Dice, shop: Keyed, guest: Row, today: date) -> Sequence[Order]:
    """Return all orders by their time; ``guest`` is who bought without an account."""
    found = [
        order
        for at, (_, row) in enumerate(shop)
        if "fake" not in row.labels
        for order in orders_of(dice, at, today)
    ]
    found += strange_orders(dice, today, guest=guest)
    return sorted(found, key=lambda order: order.at)


def order_objects(
    orders: Sequence[Order], customers: Sequence[Mapping[str, object]]
) -> list[dict[str, object]]:
    """Return the orders as JSON, each with the customer object of its buyer."""
    return [
        order_json(order, number, None if order.buyer is None else customers[order.buyer])
        for number, order in enumerate(orders, start=_FIRST_ORDER)
    ]


def guests(orders: Sequence[Order]) -> Keyed:
    """Return who bought without an account: the shop knows her by the order alone."""
    return [
        (f"shopify/order/{order_id(number)}", order.guest)
        for number, order in enumerate(orders, start=_FIRST_ORDER)
        if order.guest
    ]


def labels_of(rows: Iterable[tuple[str, Row]]) -> Mapping[str, frozenset[str]]:
    """Return the source keys by what is wrong with their rows."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    by_address: defaultdict[str, list[tuple[str, Row]]] = defaultdict(list)
    for key, row in rows:
        for label in row.labels:
            found[label].add(key)
        if row.consent:
            by_address[row.email.lower().replace("+news@", "@")].append((key, row))
    for same in by_address.values():
        said = {row.consent for _, row in same}
        if "granted" in said and said & _REFUSALS:
            found["consent_conflict"].update(key for key, _ in same)
    return {label: frozenset(found[label]) for label in sorted(found)}
