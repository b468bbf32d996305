"""Attributes: custom fields of a shop, typed by a schema the shop declares."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, cast

from attrs import field, frozen

from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.kernel import (
    Money,
    gate_decimal,
    gate_text,
    instant_text,
    nfc,
    parse_date,
    parse_instant,
)

__all__ = [
    "Attribute",
    "AttributeSchema",
    "AttributeType",
    "AttributeValue",
    "decode_attribute",
    "encode_attribute",
]

AttributeValue = str | int | bool | Decimal | date | datetime | Money | tuple[str, ...]
"""What a custom field may hold; a list is a tuple of texts."""
"""A value of a custom field, by its AttributeType; a list is a tuple of texts."""
_MAX_ATTRIBUTE = 65_536
_TRUE, _FALSE = {"true", "yes", "y", "1"}, {"false", "no", "n", "0"}


class AttributeType(Enum):
    """The types a custom field may have."""

    TEXT = "str"
    INTEGER = "int"
    DECIMAL = "decimal"
    BOOLEAN = "bool"
    DATE = "date"
    INSTANT = "instant"
    CHOICE = "enum"
    LIST = "list"
    MONEY = "money"


@frozen
class Attribute:
    """One custom field: its type; ``choices`` for an enum, ``currency`` for money, ``tz`` if local.

    A list is text parted by commas, or a sequence of texts.
    """

    type: AttributeType = AttributeType.TEXT
    choices: tuple[str, ...] = ()
    currency: str | None = None
    tz: str | None = None

    def parse(self, raw: object, path: str = "$") -> AttributeValue:
        """Return the value the raw one states; InputError says what was expected instead."""
        if self.type is AttributeType.BOOLEAN and isinstance(raw, bool):
            return raw
        if self.type is AttributeType.LIST and isinstance(raw, (list, tuple)):
            return tuple(nfc(gate_text(item, path)) for item in raw)
        if isinstance(raw, (int, Decimal)) and not isinstance(raw, bool):
            raw = str(gate_decimal(raw, path))
        text = nfc(gate_text(raw, path, limit=_MAX_ATTRIBUTE).strip())
        return _PARSERS[self.type](self, text, path)


def _integer(_: Attribute, text: str, path: str) -> int:
    number = gate_decimal(text, path)
    if number != number.to_integral_value():
        raise InputError("found a fraction, expected a whole number", path=path, code="not_integer")
    return int(number)


def _boolean(_: Attribute, text: str, path: str) -> bool:
    if text.lower() in _TRUE | _FALSE:
        return text.lower() in _TRUE
    raise InputError("expected true or false (yes, no, 1, 0)", path=path, code="not_boolean")


def _choice(attribute: Attribute, text: str, path: str) -> str:
    if text in attribute.choices:
        return text
    expected = ", ".join(attribute.choices)
    raise InputError(f"expected one of {expected}", path=path, code="not_a_choice")


def _money(attribute: Attribute, text: str, path: str) -> Money:
    amount, _, stated = text.partition(" ")
    number, currency = gate_decimal(amount, path), stated.strip() or attribute.currency or ""
    try:
        return Money(number, currency)
    except DefinitionError:
        message = "expected an amount and an ISO 4217 currency (12.30 EUR)"
        raise InputError(message, path=path, code="not_money") from None


_PARSERS: Mapping[AttributeType, Callable[[Attribute, str, str], AttributeValue]] = {
    AttributeType.TEXT: lambda _, text, __: text,
    AttributeType.INTEGER: _integer,
    AttributeType.DECIMAL: lambda _, text, path: gate_decimal(text, path),
    AttributeType.BOOLEAN: _boolean,
    AttributeType.DATE: lambda _, text, path: parse_date(text, path),
    AttributeType.INSTANT: lambda a, text, path: parse_instant(text, path, tz=a.tz),
    AttributeType.CHOICE: _choice,
    AttributeType.LIST: lambda _, text, __: tuple(t.strip() for t in text.split(",") if t.strip()),
    AttributeType.MONEY: _money,
}


@frozen
class AttributeSchema:
    """The custom fields a shop knows, by name; what is not here is kept apart, never dropped."""

    attributes: Mapping[str, Attribute] = field(factory=dict)

    def parse(self, name: str, raw: object, path: str = "$") -> AttributeValue | None:
        """Return the typed value of a declared attribute; None for a name that is not declared."""
        attribute = self.attributes.get(name)
        return None if attribute is None else attribute.parse(raw, path)


_TAGS: Mapping[str, Callable[[Any], AttributeValue]] = {
    "$decimal": Decimal,
    "$date": date.fromisoformat,
    "$instant": datetime.fromisoformat,
    "$money": lambda parts: Money(parts[0], parts[1]),
}


def encode_attribute(value: AttributeValue) -> object:
    """Return the JSON of a value, tagged where JSON has no such type; InputError for others."""
    if isinstance(value, datetime):
        return {"$instant": instant_text(value)}
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    if isinstance(value, Money):
        return {"$money": [str(value.amount), value.currency]}
    if isinstance(value, (int, Decimal)):
        return _number_to_json(value)
    if isinstance(value, tuple):
        return [gate_text(item, "$.attributes", limit=_MAX_ATTRIBUTE) for item in value]
    return gate_text(value, "$.attributes", limit=_MAX_ATTRIBUTE)


def _number_to_json(value: int | Decimal) -> object:
    if isinstance(value, bool):
        return value
    exact = gate_decimal(value, "$.attributes")
    return {"$decimal": str(exact)} if isinstance(value, Decimal) else value


def decode_attribute(data: object) -> AttributeValue:
    """Return the value of the JSON that ``encode_attribute`` made."""
    if isinstance(data, dict):
        ((tag, content),) = data.items()
        return _TAGS[tag](content)
    return tuple(data) if isinstance(data, list) else cast("AttributeValue", data)
