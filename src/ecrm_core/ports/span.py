"""Span: one scan as a stretch of the sorted columns, the same for every adapter."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from attrs import frozen

from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.kernel import Key, Kind, prefix_end
from ecrm_core.ports.store import Cursor

__all__ = [
    "MAX_LIMIT",
    "Span",
    "check_format",
    "check_keys",
    "check_limit",
    "check_tenant",
    "lower_bound",
    "sayable",
    "span_of",
]

MAX_LIMIT = 10_000
"""The most rows of one page."""

_MAX_TENANT = 200


@frozen(kw_only=True)
class Span:
    """The rows a scan wants, in the order of all its columns (index columns, then key).

    Their columns begin with ``within``; the columns after those are, taken as one tuple, above
    ``low`` (or at it, when ``closed``), and the first of them is below ``below``.
    ``nothing`` tells that no row can qualify.
    """

    within: Key
    low: Key
    closed: bool
    below: str | None
    limit: int
    nothing: bool = False


def span_of(
    kind: Kind[Any],
    *,
    index: str | None,
    within: Key,
    starts: str | None,
    after: Cursor | None,
    limit: int,
) -> Span:
    """Return the span of the arguments of ``Store.scan``.

    Raises DefinitionError for an unknown index, too many columns, a cursor of another index and a
    limit out of bounds; InputError for text no store can hold.
    """
    width = len(kind.key) + (0 if index is None else len(kind.index(index).columns))
    _check_shape(kind, width, (within, starts, after, limit))
    if not all(map(sayable, (within, (starts or "",), after or ()))):
        raise InputError("found a lone surrogate, expected text", code="forbidden_character")
    low: Key = () if starts is None else (starts,)
    closed = True
    if after is not None and after[: len(within)] == within and after[len(within) :] >= low:
        low, closed = after[len(within) :], False
    return Span(
        within=within,
        low=low,
        closed=closed,
        below=None if starts is None else prefix_end(starts),
        limit=limit,
        nothing=after is not None and (after[: len(within)] > within or after == within),
    )


def _check_shape(
    kind: Kind[Any], width: int, asked: tuple[Key, str | None, Cursor | None, int]
) -> None:
    within, starts, after, limit = asked
    if len(within) + (starts is not None) > width or (after is not None and len(after) != width):
        message = f"found a scan of {kind.name!r} over other columns than the {width} it has"
        raise DefinitionError(message, code="scan")
    check_limit(limit)


def lower_bound(columns: Sequence[str], span: Span) -> tuple[dict[str, str], bool]:
    """Return the lower bound by different columns, and whether it is in the span.

    ``columns`` are all that the scan goes by. Where a column comes again, the bound agrees with
    itself (and says nothing new), or decides about all rows with the columns before.
    """
    known = dict(zip(columns, span.within, strict=False))
    low: dict[str, str] = {}
    for column, text in zip(columns[len(span.within) :], span.low, strict=False):
        if column not in known:
            known[column] = low[column] = text
        elif known[column] != text:
            return low, known[column] > text
    return low, span.closed


def sayable(texts: Collection[str]) -> bool:
    """Tell whether a store can hold these texts: without lone surrogates.

    Raises DefinitionError for what is no text.
    """
    try:
        joined = "".join(texts)
    except TypeError:
        raise DefinitionError("found a column that is no text", code="column") from None
    if not joined.isascii():
        try:
            joined.encode()
        except UnicodeEncodeError:
            return False
    return True


def check_limit(limit: int | None) -> None:
    """Refuse a number of rows that is not 1 to 10,000 (None: all)."""
    if limit is not None and not 1 <= limit <= MAX_LIMIT:
        raise DefinitionError(f"found limit {limit}, expected 1 to {MAX_LIMIT}", code="limit")


def check_keys(kind: Kind[Any], keys: Collection[Key], *, index: str | None = None) -> list[Key]:
    """Return the different keys (or index values) that some row can have, in order.

    Keys with lone surrogates are left out: no row has them. Raises DefinitionError for an unknown
    index, a key of the wrong length, or one that is no tuple of texts.
    """
    width = len(kind.index(index).columns if index else kind.key)
    asked: list[object] = list(keys)  # a text is a sequence of texts too, and no key
    wrong = next((k for k in asked if not isinstance(k, tuple) or len(k) != width), None)
    if wrong is not None:
        message = f"found a key of {kind.name!r} that is no tuple of {width} texts"
        raise DefinitionError(message, code="key")
    return [key for key in dict.fromkeys(keys) if sayable(key)]


def check_format(kind: Kind[Any], found: int) -> None:
    """Refuse a Kind whose rows a later version of the library has written (StorageError)."""
    if found > kind.format:
        kind.read("null", 0, found)  # raises, in the words of the Kind


def check_tenant(name: str) -> str:
    """Return the name of a tenant: any text of 1 to 200 characters a store can hold."""
    if not 0 < len(name) <= _MAX_TENANT or "\0" in name:
        message = f"found no name of a tenant, expected 1 to {_MAX_TENANT} characters"
        raise DefinitionError(message, code="tenant")
    if not sayable((name,)):
        raise InputError("found a lone surrogate, expected text", code="forbidden_character")
    return name
