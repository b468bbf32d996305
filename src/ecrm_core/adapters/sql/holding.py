"""Holding: a value of a row as a column holds it, and back."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Context, Decimal
from typing import Any

from ecrm_core.adapters.sql.forms import Form, bounded, cut_of
from ecrm_core.adapters.sql.mapping import Column
from ecrm_core.errors import EcrmError, InputError
from ecrm_core.kernel import Money, gate_text
from ecrm_core.segmentation import FieldType, SchemaField
from ecrm_core.segmentation.values import plain

__all__ = ["from_column", "to_column"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EXACT = Context(prec=200)
_LONGEST = 100_000


def to_column(value: object, held: SchemaField, column: Column, *, currency: str | None) -> object:
    """Return a value of a row as the column holds it; None for what a segment takes as missing.

    Raises InputError for one the column cannot hold exactly: it would answer wrongly.
    """
    known = plain(value, held.type, currency=currency)
    if known is None:
        return None
    if held.type is FieldType.LIST:
        texts = [gate_text(text, held.name, limit=_LONGEST) for text in known]
        as_json = column.form is Form.JSON
        return json.dumps(texts, ensure_ascii=False) if as_json else texts
    if isinstance(known, str):
        gate_text(known, held.name, limit=_LONGEST)
    cut = cut_of(known, column.form, scale=column.scale, like=column.like)
    if cut is None or cut.side or (_counts(column) and bounded(cut) != cut):
        message = f"found a value the column of {held.name[:80]!r} cannot hold exactly"
        raise InputError(message, path=held.name, code="sql_range")
    return cut.value


def _counts(column: Column) -> bool:
    return column.form in {Form.INTEGER, Form.EPOCH}


def from_column(
    value: Any,  # noqa: ANN401 - what a driver returns
    held: SchemaField,
    column: Column,
    *,
    currency: str | None,
) -> object:
    """Return what a column holds as a value of a row; None for NULL."""
    if value is None:
        return None
    if held.type is FieldType.MONEY:
        return _money(_number(value, column), currency)
    if column.form in {Form.INTEGER, Form.DECIMAL} and held.type is FieldType.NUMBER:
        return _number(value, column)
    return _read(value, column)


def _money(amount: Decimal, currency: str | None) -> Money | None:
    try:
        return None if currency is None else Money(amount, currency)
    except EcrmError:
        return None  # not finite, beyond 40 digits, or in no currency there is


def _number(value: int | float | Decimal, column: Column) -> Decimal:  # noqa: PYI041 - as drivers say
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    return _EXACT.scaleb(number, -column.scale) if column.scale else number


def _read(value: Any, column: Column) -> object:  # noqa: ANN401, PLR0911 - one return a form
    match column.form:
        case Form.TEXT:
            return str(value)
        case Form.BOOLEAN:
            return bool(value)
        case Form.ISO_DATE:
            return date.fromisoformat(value)
        case Form.TIMESTAMP | Form.TIMESTAMPTZ:  # the latter is read in UTC
            return value.replace(tzinfo=UTC)
        case Form.ISO_INSTANT:
            at = datetime.fromisoformat(value)
            return at if at.tzinfo else at.replace(tzinfo=UTC)
        case Form.EPOCH:
            return _EPOCH + timedelta(microseconds=value * 10 ** (6 - column.scale))
        case Form.JSON | Form.ARRAY:
            return _texts(json.loads(value) if isinstance(value, str) else value)
        case _:
            return value


def _texts(found: Iterable[object]) -> tuple[object, ...]:
    return tuple(found)
