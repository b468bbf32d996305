"""Reading: the columns of any frame as plain Python values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

import narwhals as nw
from narwhals.exceptions import NarwhalsError

from ecrm_core.errors import DefinitionError

__all__ = ["Eager", "NativeFrame", "columns_of", "eager"]

NativeFrame: TypeAlias = object
"""A frame of any library that narwhals reads."""
Eager: TypeAlias = "nw.DataFrame[object]"
"""A frame in memory, whatever library made it."""


def columns_of(frame: NativeFrame) -> dict[str, list[object]]:
    """Return the columns by name as Python values; missing ones (null, NaN, NaT, NA) are None.

    Categories are their values, decimals Decimal, lists and structures list and dict. A lazy frame
    is collected. Raises DefinitionError for no frame, and for two columns of one name.
    """
    read = eager(frame)
    return {name: [_listed(value) for value in _values(read[name])] for name in read.columns}


def eager(frame: NativeFrame) -> Eager:
    """Return the frame as narwhals sees it, collected; DefinitionError for what is none."""
    _names_once(frame)
    try:
        read = nw.from_native(frame)  # type: ignore[call-overload]  # what it takes, it says itself
        return read.collect() if isinstance(read, nw.LazyFrame) else read
    except (NarwhalsError, TypeError) as error:
        message = f"found {type(frame).__name__}, expected a frame that narwhals reads"
        raise DefinitionError(message, code="not_a_table") from error


def _names_once(frame: NativeFrame) -> None:
    # Libraries differ in when they notice, and in what they raise; lazy frames always do.
    if hasattr(frame, "collect"):
        return
    names = getattr(frame, "column_names", None)
    if not isinstance(names, list):
        names = getattr(frame, "columns", None)
    seen: set[str] = set()
    for name in map(str, names if isinstance(names, Iterable) else ()):
        if name in seen:
            message = f"two columns are named {name!r}, expected one"
            raise DefinitionError(message, code="column_twice", column=name)
        seen.add(name)


def _values(series: nw.Series[object]) -> Iterable[object]:  # type: ignore[type-var]
    missing = series.is_null()
    if series.dtype.is_float():
        missing = missing | series.is_nan()
    return (
        None if gone else value
        for value, gone in zip(series.to_list(), missing.to_list(), strict=True)
    )


def _listed(value: object) -> object:
    """Return an array or list of another library as a list."""
    convert = getattr(value, "tolist", None) if getattr(value, "ndim", 0) else None
    return value if convert is None else convert()
