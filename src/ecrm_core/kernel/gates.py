"""Gates: cheap checks that stand before every third-party parser, hash and store.

A gate looks at type, length and forbidden characters in time linear in the *allowed* size, so a
megabyte costs no more than a kilobyte. It raises InputError, which names the path and never the
value.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from math import isfinite
from operator import index

from attrs import frozen

from ecrm_core.errors import DefinitionError, InputError

__all__ = [
    "MAX_TEXT",
    "gate_decimal",
    "gate_instant",
    "gate_json",
    "gate_limit",
    "gate_text",
    "json_refused",
    "parse_json",
    "to_utc",
]

MAX_TEXT = 512
"""Characters a parser is handed at the most, where a field declares nothing longer."""
MAX_DEPTH = 64
MAX_NODES = 200_000
MAX_DIGITS = 40
MAX_BYTES = 64 * 1024 * 1024
_FORBIDDEN = re.compile("[\x00\ud800-\udfff]")
_NUMBER = re.compile(r"[+-]?\d{1,60}(?:\.\d{1,60})?(?:[eE][+-]?\d{1,3})?", re.ASCII)


def gate_text(value: object, path: str = "$", *, limit: int = MAX_TEXT) -> str:
    """Return the value if it is text of at most ``limit`` characters without NUL or surrogates.

    Text longer than MAX_TEXT may not pile up more than 30 combining marks on one letter either
    (UAX #15, Stream-Safe Text): the time to normalise them grows with their square.
    """
    if not isinstance(value, str):
        message = f"found {type(value).__name__}, expected text"
        raise InputError(message, path=path, code="not_text")
    if len(value) > limit:
        message = f"found {len(value)} characters, expected at most {limit}"
        raise InputError(message, path=path, code="too_long", found=len(value), limit=limit)
    if not value.isascii() or "\x00" in value:
        bad = _FORBIDDEN.search(value)
        if bad:
            what = "a NUL character" if bad[0] == "\x00" else "a lone surrogate"
            message = f"found {what} at {bad.start()}, expected text"
            raise InputError(message, path=path, code="forbidden_character", at=bad.start())
        if len(value) > MAX_TEXT and (pile := _piles().search(value)):
            message = f"found more than {_MARKS} combining marks in a row at {pile.start()}"
            raise InputError(message, path=path, code="combining_marks", at=pile.start())
    return value


_MARKS = 30


@lru_cache(maxsize=1)
def _piles() -> re.Pattern[str]:
    """Return what finds too many marks in a row (Unicode has none from U+20000 on)."""
    marks = "".join(char for char in map(chr, range(0x20000)) if unicodedata.combining(char))
    return re.compile(f"[{marks}]{{{_MARKS + 1}}}")


def gate_decimal(value: object, path: str = "$") -> Decimal:
    """Return an exact, finite decimal of at most 40 digits and exponent within +-40.

    Takes Decimal, int and plain decimal text; a float is refused, for it is not exact.
    """
    if isinstance(value, str):
        if not _NUMBER.fullmatch(value):
            message = f"found text of {len(value)} characters, expected a decimal number"
            raise InputError(message, path=path, code="not_decimal")
        value = Decimal(value)
    if isinstance(value, int) and not isinstance(value, bool):
        if value.bit_length() > MAX_DIGITS * 4:
            raise InputError("found a whole number too large", path=path, code="too_large")
        value = Decimal(value)
    if not isinstance(value, Decimal):
        message = f"found {type(value).__name__}, expected a decimal number"
        raise InputError(message, path=path, code="not_decimal")
    return _bounded(value, path)


def _bounded(number: Decimal, path: str) -> Decimal:
    if not number.is_finite():
        message = "found NaN or infinity, expected a finite number"
        raise InputError(message, path=path, code="not_finite")
    # adjusted() is O(1); int() of a huge exponent is not (22 s for 1e1000000).
    exponent = number.as_tuple().exponent
    too_fine = isinstance(exponent, int) and abs(exponent) > MAX_DIGITS
    if (
        too_fine
        or abs(number.adjusted()) > MAX_DIGITS
        or len(number.as_tuple().digits) > MAX_DIGITS
    ):
        message = f"found a number beyond {MAX_DIGITS} digits"
        raise InputError(message, path=path, code="too_large", limit=MAX_DIGITS)
    return number


def gate_instant(value: object, path: str = "$") -> datetime:
    """Return the value if it is an aware datetime; a naive one is refused (which zone is it?)."""
    if not isinstance(value, datetime):
        message = f"found {type(value).__name__}, expected a datetime with a zone"
        raise InputError(message, path=path, code="not_instant")
    if value.tzinfo is None or value.utcoffset() is None:
        message = "found a datetime without a zone, expected an aware one"
        raise InputError(message, path=path, code="naive_datetime")
    return value


def gate_limit(value: object, name: str = "limit") -> int:
    """Return the value if it is a whole number from 1; DefinitionError (code "limit") if not."""
    try:
        found = index(value)  # type: ignore[arg-type]  # what is no number raises
    except TypeError:
        message = f"the {name} is of type {type(value).__name__}, expected a whole number"
        raise DefinitionError(message, code="limit") from None
    if found < 1:
        raise DefinitionError(f"the {name} is {found}, expected 1 or more", code="limit")
    return found


def to_utc(value: object, path: str = "$") -> datetime:
    """Return an aware datetime in UTC; InputError for a naive one or beyond years 1 to 9999."""
    try:
        return gate_instant(value, path).astimezone(UTC)
    except OverflowError:
        message = "found an instant beyond the years 1 to 9999"
        raise InputError(message, path=path, code="date_range") from None


def parse_json(data: bytes | str, *, limit: int = MAX_BYTES) -> object:
    """Return what the JSON says (RFC 8259), decimals as Decimal, after every gate.

    Refuses, with InputError: more than ``limit`` bytes, bytes that are not UTF-8, NaN and Infinity,
    numbers beyond 40 digits, nesting beyond 64, more than 200,000 values, a key given twice in one
    object (one of the two would be lost), NUL and lone surrogates.
    """
    if len(data) > limit:
        message = f"found {len(data)} bytes, expected at most {limit}"
        raise InputError(message, code="too_long", found=len(data), limit=limit)
    with json_refused():
        text = data.decode("utf-8-sig") if isinstance(data, bytes) else data
        value = json.loads(
            text,
            parse_float=_json_number,
            parse_int=_json_whole,
            parse_constant=_json_constant,
            object_pairs_hook=_json_object,
        )
    gate_json(value)
    return value


@contextmanager
def json_refused() -> Iterator[None]:
    """Turn what a JSON decoder raises into InputError: no UTF-8, no JSON, nested too deep."""
    try:
        yield
    except UnicodeDecodeError as error:
        message = f"found a byte that is no UTF-8 at {error.start}"
        raise InputError(message, code="not_utf8", at=error.start) from None
    except json.JSONDecodeError as error:
        message = f"no JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        raise InputError(message, code="not_json", line=error.lineno, column=error.colno) from None
    except RecursionError:
        raise InputError(f"nested deeper than {MAX_DEPTH}", code="too_deep") from None


@frozen
class _Refused:
    """In place of a value the decoder must not make: gate_json knows its path, and raises there."""

    error: InputError


def _json_number(text: str) -> Decimal | _Refused:
    try:
        return _bounded(Decimal(text), "$")
    except InputError as error:
        return _Refused(error)
    except InvalidOperation:  # an exponent no Decimal has
        return _Refused(InputError(f"found a number beyond {MAX_DIGITS} digits", code="too_large"))


def _json_whole(text: str) -> int | _Refused:
    if len(text) > MAX_DIGITS + text.startswith("-"):
        return _Refused(InputError(f"found a number beyond {MAX_DIGITS} digits", code="too_large"))
    return int(text)


def _json_constant(name: str) -> _Refused:
    return _Refused(InputError(f"found {name}, expected a finite number", code="not_finite"))


def _json_object(pairs: list[tuple[str, object]]) -> dict[str, object] | _Refused:
    found = dict(pairs)
    if len(found) != len(pairs):
        return _Refused(InputError("a key stands twice in one object", code="duplicate_key"))
    return found


def gate_json(value: object, path: str = "$", *, text: int = MAX_BYTES) -> None:
    """Refuse what JSON or a store cannot hold: depth, size, NaN, NUL, surrogates, other types.

    ``text`` bounds each text; the error names the path of the first offence. The paths of all
    values together are bounded too: under long keys a short text spells gigabytes of them.
    """
    budget, room = MAX_NODES, MAX_BYTES
    stack: list[tuple[object, _Trail, int, int]] = [(value, (None, path), 0, len(path))]
    while stack:
        node, trail, depth, length = stack.pop()
        budget, room = budget - 1, room - length
        if depth > MAX_DEPTH:
            message = f"nested deeper than {MAX_DEPTH}"
            raise InputError(message, path=_path(trail), code="too_deep")
        if budget < 0:
            raise InputError(f"more than {MAX_NODES} values", path=path, code="too_many")
        if room < 0:
            message = f"found paths of more than {MAX_BYTES} characters together"
            raise InputError(message, path=path, code="too_long", limit=MAX_BYTES)
        try:
            inner = _inside(node, text)
        except InputError as error:
            raise error.at(_path(trail)) from None
        # The first comes off the stack first.
        stack += [(held, (trail, step), depth + 1, length + len(step))
                  for step, held in reversed(inner)]  # fmt: skip


_Trail = tuple["_Trail | None", str]  # a path by its steps, spelt out only in an error


def _path(trail: _Trail) -> str:
    steps, above = [trail[1]], trail[0]
    while above is not None:
        steps.append(above[1])
        above = above[0]
    return _short("".join(reversed(steps)))


def _short(path: str) -> str:
    return path if len(path) <= 80 else path[:80] + "…"


_LEAVES = (str, int, float, Decimal, bytes, type(None))


def _inside(node: object, text: int) -> list[tuple[str, object]]:
    """Return what is in a value, by the step that leads there; gate its keys, or the leaf."""
    if isinstance(node, _LEAVES):  # before the slow questions
        _gate_leaf(node, text)
        return []
    if isinstance(node, Mapping):
        return [(f".{gate_text(key)}", held) for key, held in node.items()]
    if isinstance(node, Sequence):
        return [(f"[{at}]", held) for at, held in enumerate(node)]
    _gate_leaf(node, text)
    return []


def _gate_leaf(node: object, text: int) -> None:
    if node is None or isinstance(node, bool):
        return
    if isinstance(node, _Refused):
        raise node.error
    if isinstance(node, str):
        gate_text(node, limit=text)
    elif isinstance(node, (int, Decimal)):
        gate_decimal(node)
    elif not isinstance(node, float):
        message = f"found {type(node).__name__}, expected a JSON value"
        raise InputError(message, code="not_json")
    elif not isfinite(node):
        raise InputError("found NaN or infinity, expected a JSON value", code="not_finite")
