"""Codec: frozen attrs values to JSON and back, by their type annotations alone.

A field that holds its default is left out, so small values stay small and a new field with a
default reads old rows. A class with ``to_json`` and ``from_json`` of its own is asked instead.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Any, TypeVar

import attrs

from ecrm_core.errors import DefinitionError, InputError

__all__ = ["Json", "decode", "encode", "instant_text"]

Json = Any
"""Any JSON value: null, bool, int, text, a list or a dict with text keys."""

T = TypeVar("T")
_Codec = tuple[Callable[[Any], Any], Callable[[Any], Any]]


def encode(value: object, as_type: object = None) -> Json:
    """Return the JSON value for a value of the type (its own class by default)."""
    return _codec(as_type or type(value))[0](value)


def decode(as_type: type[T], data: object) -> T:
    """Return the value of the type; InputError (code "not_readable") when the JSON does not fit."""
    try:
        return typing.cast("T", _codec(typing.cast("Any", as_type))[1](data))
    except InputError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        name = getattr(as_type, "__name__", str(as_type))
        message = f"found JSON that is no {name} ({type(error).__name__})"
        raise InputError(message, code="not_readable", type=name) from None


def instant_text(instant: datetime) -> str:
    """Return an instant as UTC text of fixed width: its order as text is its order in time."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")[:26] + "Z"


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _same(value: object) -> object:
    return value


def _leaf(value: object) -> object:
    return {"$decimal": str(value)} if isinstance(value, Decimal) else value


def _unleaf(data: object) -> object:
    if isinstance(data, dict) and data.keys() == {"$decimal"}:
        return Decimal(data["$decimal"])
    return data


_PLAIN: dict[object, _Codec] = {
    str: (_same, _same),
    int: (_same, _same),
    bool: (_same, _same),
    object: (_leaf, _unleaf),
    type(None): (_same, _same),
    Decimal: (str, Decimal),
    datetime: (instant_text, _instant),
    date: (date.isoformat, date.fromisoformat),
}


@lru_cache(maxsize=256)
def _codec(of: Any) -> _Codec:  # noqa: ANN401 - annotations come in many classes
    """Return the (encode, decode) pair of a type."""
    if of in _PLAIN:
        return _PLAIN[of]
    if hasattr(of, "__supertype__"):  # NewType
        return _codec(of.__supertype__)
    origin, args = typing.get_origin(of), typing.get_args(of)
    if origin in {typing.Union, types.UnionType}:
        return _optional(args)
    if origin in {tuple, frozenset}:
        return _collection(origin, *_codec(args[0]))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _mapping(*_codec(args[1]))
    return _class(of)


def _collection(of: type, enc: Callable[[Any], Any], dec: Callable[[Any], Any]) -> _Codec:
    ordered = list if of is tuple else sorted
    return (lambda v: ordered(enc(x) for x in v)), (lambda d: of(dec(x) for x in d))


def _mapping(enc: Callable[[Any], Any], dec: Callable[[Any], Any]) -> _Codec:
    return (
        lambda v: {k: enc(x) for k, x in v.items()},
        lambda d: {k: dec(x) for k, x in d.items()},
    )


def _optional(args: tuple[Any, ...]) -> _Codec:
    inner = [arg for arg in args if arg is not type(None)]
    if len(inner) != 1:
        raise DefinitionError(f"no codec for a union of {len(inner)} types", code="codec")
    enc, dec = _codec(inner[0])
    return (lambda v: None if v is None else enc(v)), (lambda d: None if d is None else dec(d))


def _class(of: Any) -> _Codec:  # noqa: ANN401
    if hasattr(of, "to_json") and hasattr(of, "from_json"):
        return of.to_json, of.from_json
    if isinstance(of, type) and issubclass(of, Enum):
        return (lambda v: v.value), of
    if not attrs.has(of):
        raise DefinitionError(f"no codec for {of!r}", code="codec")
    return _attrs_class(of)


def _attrs_class(of: type[attrs.AttrsInstance]) -> _Codec:
    hints = typing.get_type_hints(of)
    parts = [(a.name, _default(a), *_codec(hints[a.name])) for a in attrs.fields(of) if a.init]
    decoders = {name: dec for name, _, _, dec in parts}

    def to_json(value: object) -> dict[str, Any]:
        out = {}
        for name, default, enc, _ in parts:
            held = getattr(value, name)
            if held is not default and held != default:
                out[name] = enc(held)
        return out

    def from_json(data: Mapping[str, Any]) -> object:
        return of(**{name: decoders[name](held) for name, held in data.items()})

    return to_json, from_json


def _default(attribute: attrs.Attribute[Any]) -> object:
    default: Any = attribute.default
    if hasattr(default, "factory"):
        return default.factory()
    return _REQUIRED if default is attrs.NOTHING else default


_REQUIRED = object()
