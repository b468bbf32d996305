"""Tables: columns of whatever holds rows, by duck typing; no frame library is imported."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, time
from decimal import Decimal
from typing import Protocol

from ecrm_core.errors import DefinitionError

__all__ = ["Frame", "Table", "columns_of", "text_of"]


_MAX_BITS = 2_048  # some 600 digits


class Frame(Protocol):
    """What pandas, polars and pyarrow have in common: names of columns, and a column by name."""

    @property
    def columns(self) -> Iterable[object]:
        """The names of the columns."""

    def __getitem__(self, name: str, /) -> Iterable[object]:
        """Return the values of one column."""


Table = Mapping[str, Sequence[object]] | Sequence[Mapping[str, object]] | Frame
"""Columns by name, a list of mappings (rows), or a frame."""


def columns_of(table: Table) -> dict[str, Iterable[object]]:
    """Return the columns by name, in order; the values are read when iterated.

    Raises DefinitionError for something that is no table, or two columns of one name.
    """
    if isinstance(table, Mapping):
        return {str(name): values for name, values in table.items()}
    if isinstance(table, Sequence):
        return _of_rows(table)
    if hasattr(table, "columns"):
        return _of_frame(table)
    message = f"found {type(table).__name__}, expected columns, rows or a frame"
    raise DefinitionError(message, code="not_a_table")


def text_of(value: object) -> str:
    """Return a cell as trimmed text; missing values (None, NaN, pandas.NA) are empty.

    A day that a frame holds as midnight without a zone is written as a day.
    """
    if isinstance(value, str):
        return value.strip()
    value = _python(value)
    if isinstance(value, Decimal) and value.is_snan():
        return ""  # it differs from everything by an exception
    if isinstance(value, int) and value.bit_length() > _MAX_BITS:
        return hex(value)  # as decimal text, Python refuses it
    if value is None or type(value).__name__ in {"NAType", "NaTType"} or value != value:  # noqa: PLR0124 - NaN alone differs from itself
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # a frame turns whole numbers with a gap into floats
    with suppress(ValueError):  # a list may hold a number that is too long for decimal text
        return str(value).strip()
    return ""


def _python(value: object) -> object:
    """Return a scalar of pyarrow, an array, a list of polars and a bare day as Python's own."""
    if hasattr(value, "as_py"):
        value = value.as_py()
    if getattr(value, "ndim", 0) and hasattr(value, "tolist"):
        return value.tolist()
    if hasattr(value, "to_list"):
        return value.to_list()
    if isinstance(value, datetime) and value.tzinfo is None and value == value:  # noqa: PLR0124 - not NaT
        return value.date() if value.time() == time.min else value
    return value


def _of_frame(frame: Frame) -> dict[str, Iterable[object]]:
    names = getattr(frame, "column_names", None)  # pyarrow: its `columns` are the values
    named: dict[str, object] = {}
    for name in names if isinstance(names, list) else frame.columns:
        if str(name) in named:
            message = f"two columns are named {str(name)!r}, expected one"
            raise DefinitionError(message, code="column_twice", column=str(name))
        named[str(name)] = name
    return {text: frame[name] for text, name in named.items()}  # type: ignore[index]  # of any type


class _Column:
    """One column of a list of rows, read lazily and as often as asked."""

    def __init__(self, rows: Sequence[Mapping[str, object]], name: str) -> None:
        self._rows = rows
        self._name = name

    def __iter__(self) -> Iterator[object]:
        return (row.get(self._name) for row in self._rows)


def _of_rows(rows: Sequence[Mapping[str, object]]) -> dict[str, Iterable[object]]:
    strange = next((row for row in rows if not hasattr(row, "keys")), None)
    if strange is not None:
        message = f"found rows of {type(strange).__name__}, expected mappings"
        raise DefinitionError(message, code="not_a_table")
    names = dict.fromkeys(name for row in rows for name in row)
    return {str(name): _Column(rows, name) for name in names}
