"""Amounts: money, numbers and ids in the payloads of shops; what cannot be read is left."""

from __future__ import annotations

from decimal import Decimal

from ecrm_core.errors import EcrmError
from ecrm_core.kernel import Money, gate_decimal, minor_units
from ecrm_core.sources.payload import Node
from ecrm_core.sources.said import raw_text

__all__ = ["code_of", "currency_of", "id_of", "money_of", "number_of", "plain"]


def number_of(node: Node | None) -> Decimal | None:
    """Return the exact number of a leaf, and take it; None when it is none."""
    if node is None or isinstance(node.value, (bool, float)):
        return None
    try:
        found = gate_decimal(node.value, node.path)
    except EcrmError:
        return None
    node.take()
    return found


def plain(number: Decimal) -> int | Decimal:
    """Return a number as data hold it: a whole one below 10^18 as an int."""
    whole = number == number.to_integral_value() and abs(number) < Decimal(10) ** 18
    return int(number) if whole else number


def currency_of(node: Node | None) -> str | None:
    """Return the ISO 4217 currency a leaf names, and take it; None when it names none."""
    if node is None or not isinstance(node.value, str):
        return None
    try:
        minor_units(node.value)
    except EcrmError:
        return None
    node.take()
    return node.value


def money_of(node: Node | None, currency: str | None) -> Money | None:
    """Return the amount of a leaf in a currency, and take it; None without either."""
    if currency is None:
        return None
    amount = number_of(node)
    return None if amount is None else Money(amount, currency)


def id_of(node: Node | None) -> str | None:
    """Return an id, a number or a text, and take it; None for null, 0 and "": there is none."""
    text = code_of(node)
    return None if text == "0" else text


def code_of(node: Node | None, *, limit: int = 200) -> str | None:
    """Return a text as it is, or a whole number as text, and take it; None for other things.

    An empty text, or one beyond ``limit`` characters, is left.
    """
    text = raw_text(node)
    if node is None or not text or len(text) > limit:
        return None
    node.take()
    return text
