"""Values: a field's value and a query's value brought to one form, and the two compared.

What is missing, or not of the field's type, is None; nothing here raises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any

from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.kernel import Money, gate_decimal, nfc
from ecrm_core.segmentation.schema import FieldType
from ecrm_core.segmentation.terms import Day, LocalTime, Param, Relative, Value
from ecrm_core.segmentation.times import Span, Times

__all__ = ["Plain", "after", "before", "plain", "text_form", "wanted"]

Plain = Any
"""A value in its one form: str, Decimal, bool, date, aware datetime, or tuple of str; None."""


def plain(value: object, kind: FieldType, *, currency: str | None = None) -> Plain:
    """Return a field's value in its one form; None for a missing one and one of another type."""
    if value is None:
        return None
    if kind is FieldType.MONEY:
        return _amount(value, currency)
    reader = _READERS.get(kind)
    return reader(value) if reader else None


def _text(value: object) -> str | None:
    return text_form(value) if isinstance(value, str) else None


def text_form(text: str) -> str:
    """Return a text in NFC as str itself: of a subclass the comparisons may be others."""
    return nfc(text if type(text) is str else str.__str__(text))


def _id(value: object) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        number = _number(value)
        return None if number is None else f"{number:f}"
    return _text(value)


def _number(value: object) -> Decimal | None:
    if isinstance(value, float):
        return _decimal(float.__repr__(value)) if isfinite(value) else None  # numpy's says more
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return None
    return _decimal(value)


def _decimal(value: int | Decimal | str) -> Decimal | None:
    try:
        return gate_decimal(value)
    except InputError:
        return None  # not finite, or beyond 40 digits


def _whole(value: object) -> Decimal | None:
    return _number(value) if isinstance(value, int) else None


def _amount(value: object, currency: str | None) -> Decimal | None:
    if isinstance(value, Money):
        return value.amount if value.currency == currency else None
    return None


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _day(value: object) -> date | None:
    return value if isinstance(value, date) and not isinstance(value, datetime) else None


def _moment(value: object) -> datetime | None:
    if not isinstance(value, datetime):
        return None
    try:
        return None if value.utcoffset() is None else value.astimezone(UTC)
    except (OverflowError, ValueError, NotImplementedError):
        return None  # beyond the years 1 to 9999, pandas' NaT, a tzinfo that tells nothing


def _list(value: object) -> tuple[str, ...] | None:
    if isinstance(value, str) or not isinstance(value, Iterable):
        return None
    return tuple(text_form(item) for item in value if isinstance(item, str)) or None


_READERS: Mapping[FieldType, Callable[[object], Plain]] = {
    FieldType.TEXT: _text,
    FieldType.ID: _id,
    FieldType.INTEGER: _whole,
    FieldType.NUMBER: _number,
    FieldType.BOOLEAN: _flag,
    FieldType.DATE: _day,
    FieldType.INSTANT: _moment,
    FieldType.LIST: _list,
}


def wanted(value: Value, kind: FieldType, times: Times) -> Plain:
    """Return what a query's value means beside a field of that type, then and there.

    A day beside a moment is the Span of the day. DefinitionError for a parameter without a value.
    """
    if isinstance(value, Param):
        message = f"found :{value.name} without a value, expected Segment.bind({value.name}=...)"
        raise DefinitionError(message, code="unbound")
    found: Plain = None
    if isinstance(value, Relative):
        found = times.day(value) if value.is_days else times.moment(value)
    elif isinstance(value, LocalTime):
        found = times.moment_of(value.value)
    else:
        found = value.value
    if kind is FieldType.ID and isinstance(found, Decimal):
        return f"{found:f}"
    if kind is FieldType.INSTANT and isinstance(value, (Day, Relative)) and type(found) is date:
        return times.moments(found)
    return found


def before(actual: Plain, value: Plain) -> bool:
    """Tell whether a value lies before what a query names: before the start of its day."""
    return bool(actual < (value.start if isinstance(value, Span) else value))


def after(actual: Plain, value: Plain) -> bool:
    """Tell whether a value lies after what a query names: not before the next day."""
    if isinstance(value, Span):
        return value.end is not None and bool(actual >= value.end)
    return bool(actual > value)
