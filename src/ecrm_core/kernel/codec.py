"""Codec: frozen attrs values to JSON and back, by their type annotations alone.

A field that holds its default is left out, so small values stay small and a new field with a
default reads old rows. A class with ``to_json`` and ``from_json`` of its own is asked instead. One
with ``read_once = True`` (few values, in many rows) is read once for each of its texts.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from functools import lru_cache, wraps
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

import attrs

from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.kernel.gates import gate_decimal, gate_instant, to_utc

__all__ = ["Json", "decode", "encode", "encoded", "guarded", "instant_text", "recency_text"]

Json = Any
"""Any JSON value: null, bool, int, text, a list or a dict with text keys."""

T = TypeVar("T")
_END = datetime.max.replace(tzinfo=UTC)


class _Codec(NamedTuple):
    """How values of a type are written and read; ``shares``: parts of the JSON are kept."""

    write: Callable[[Any], Any]
    read: Callable[[Any], Any]
    shares: bool = False


def encode(value: object, as_type: object = None) -> Json:
    """Return the JSON value for a value of the type (its own class by default)."""
    codec = _codec(as_type or type(value))
    return _copied(codec.write(value)) if codec.shares else codec.write(value)


def encoded(value: object, as_type: object) -> Json:
    """Return the JSON value to look at, never to write into: other values share parts of it."""
    return _codec(as_type).write(value)


def decode(as_type: type[T], data: object) -> T:
    """Return the value of the type; InputError (code "not_readable") when the JSON does not fit."""
    read = _codec(as_type).read  # type: ignore[arg-type] # a type is hashable
    try:
        value: T = read(data)
    except InputError:
        raise
    except _MISFITS as error:
        raise _misfit(getattr(as_type, "__name__", str(as_type)), error) from None
    return value


_MISFITS = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError)
_Read = TypeVar("_Read", bound=Callable[..., object])


def _misfit(name: str, error: Exception) -> InputError:
    message = f"found JSON that is no {name} ({type(error).__name__})"
    return InputError(message, code="not_readable", type=name)


def guarded(read: _Read) -> _Read:
    """Make a ``from_json`` classmethod raise InputError, as ``decode`` does, for what does not fit.

    What Python raises by itself would show the value: "Invalid isoformat string: ...".
    """

    @wraps(read)
    def guard(cls: type, data: Json) -> object:
        try:
            return read(cls, data)
        except InputError:
            raise
        except _MISFITS as error:
            raise _misfit(cls.__name__, error) from None

    return typing.cast("_Read", guard)


def instant_text(instant: datetime) -> str:
    """Return an instant as UTC text of fixed width: its order as text is its order in time.

    Raises InputError for a naive datetime and for one that UTC puts outside the years 1 to 9999.
    """
    return _utc_text(instant if instant.tzinfo is UTC else to_utc(instant))


@lru_cache(maxsize=1_024)  # what happens at one instant is written in many places
def _utc_text(instant: datetime) -> str:
    return instant.isoformat(timespec="microseconds")[:26] + "Z"


def recency_text(instant: datetime) -> str:
    """Return text that sorts the newest first: the microseconds up to the end of the year 9999."""
    ago = _END - instant
    return f"{(ago.days * 86_400 + ago.seconds) * 1_000_000 + ago.microseconds:018d}"


def _instant(text: str) -> datetime:
    return gate_instant(datetime.fromisoformat(text))


def _decimal_text(value: Decimal) -> str:
    return str(gate_decimal(value))


def _decimal(text: str) -> Decimal:
    return gate_decimal(_TEXT(text))


def _same(value: object) -> object:
    return value


def _expected(of: type) -> Callable[[object], object]:
    def check(data: object) -> object:
        if type(data) is not of:
            raise TypeError
        return data

    return check


_TEXT = _expected(str)


_ATOMS = frozenset({str, int, bool, type(None), float})


def _leaf(value: object) -> object:
    """Return any JSON value with its decimals tagged; what looks like a tag is wrapped in one."""
    if type(value) in _ATOMS:  # nearly all are: asking for a Mapping takes ten times as long
        return value
    if isinstance(value, Decimal):
        return {"$decimal": _decimal_text(value)}
    if isinstance(value, Mapping):
        held = {key: _leaf(inner) for key, inner in value.items()}
        return {"$value": held} if _tagged(held) else held
    if isinstance(value, (list, tuple)):
        return [_leaf(inner) for inner in value]
    return value


def _unleaf(data: object) -> object:
    if isinstance(data, dict):
        if not _tagged(data):
            return {key: _unleaf(inner) for key, inner in data.items()}
        ((tag, inner),) = data.items()
        if tag == "$decimal":
            return _decimal(inner)
        return {key: _unleaf(held) for key, held in inner.items()}
    return [_unleaf(inner) for inner in data] if isinstance(data, list) else data


def _tagged(held: Mapping[str, object]) -> bool:
    return len(held) == 1 and next(iter(held)).startswith("$")


_PLAIN: dict[object, _Codec] = {
    str: _Codec(_same, _TEXT),
    int: _Codec(_same, _expected(int)),
    bool: _Codec(_same, _expected(bool)),
    Any: _Codec(_same, _same),
    object: _Codec(_leaf, _unleaf),
    type(None): _Codec(_same, _expected(type(None))),
    Decimal: _Codec(_decimal_text, _decimal),
    datetime: _Codec(instant_text, _instant),
    date: _Codec(date.isoformat, date.fromisoformat),
}


@lru_cache(maxsize=256)
def _codec(of: Any) -> _Codec:  # noqa: ANN401 - annotations come in many classes
    """Return how values of a type are written and read."""
    if of in _PLAIN:
        return _PLAIN[of]
    if hasattr(of, "__supertype__"):  # NewType
        return _codec(of.__supertype__)
    origin, args = typing.get_origin(of), typing.get_args(of)
    if origin in _OPTIONAL - {None}:
        return _optional(args)
    if (origin is tuple and args[1:] == (...,)) or origin is frozenset:
        return _collection(origin, _codec(args[0]))
    if isinstance(origin, type) and issubclass(origin, Mapping) and _is_text(args[0]):
        return _mapping(_codec(args[1]))
    return _class(of)


_OPTIONAL = {None, typing.Union, types.UnionType}


def _is_text(of: Any) -> bool:  # noqa: ANN401
    return getattr(of, "__supertype__", of) is str


def _collection(of: type, inner: _Codec) -> _Codec:
    ordered = list if of is tuple else sorted
    enc, dec, shares = inner

    def read(data: object) -> object:
        if not isinstance(data, list):
            raise TypeError
        return of([dec(x) for x in data])

    return _Codec(lambda v: ordered([enc(x) for x in v]), read, shares)


def _mapping(inner: _Codec) -> _Codec:
    enc, dec, shares = inner
    return _Codec(
        lambda v: {k: enc(x) for k, x in v.items()},
        lambda d: {k: dec(x) for k, x in d.items()},
        shares,
    )


def _optional(args: tuple[Any, ...]) -> _Codec:
    inner = [arg for arg in args if arg is not type(None)]
    if len(inner) != 1:
        raise DefinitionError(f"no codec for a union of {len(inner)} types", code="codec")
    enc, dec, shares = _codec(inner[0])
    return _Codec(
        lambda v: None if v is None else enc(v), lambda d: None if d is None else dec(d), shares
    )


def _class(of: Any) -> _Codec:  # noqa: ANN401
    if hasattr(of, "to_json") and hasattr(of, "from_json"):
        return _Codec(of.to_json, of.from_json)
    if isinstance(of, type) and issubclass(of, Enum):
        return _Codec(lambda v: v.value, {member.value: member for member in of}.__getitem__)
    if not attrs.has(of):
        raise DefinitionError(f"no codec for {of!r}", code="codec")
    return _attrs_class(of)


def _attrs_class(of: type[attrs.AttrsInstance]) -> _Codec:
    hints = typing.get_type_hints(of)
    codecs = {a.alias: _codec(hints[a.name]) for a in attrs.fields(of) if a.init}
    fields = [a for a in attrs.fields(of) if a.init]
    parts = [(a.alias, default, type(default), codecs[a.alias].write)
             for a in fields for default in [_default(a)]]  # fmt: skip
    names = [a.name for a in fields]
    held_by = attrgetter(*names) if len(names) > 1 else lambda v: [getattr(v, n) for n in names]
    decoders = {alias: codec.read for alias, codec in codecs.items()}
    texts = {a.alias for a in attrs.fields(of) if _plain_text(hints[a.name])}

    def to_json(value: object) -> dict[str, Any]:
        out = {}
        for held, (alias, default, kind, enc) in zip(held_by(value), parts, strict=True):
            # Types first: most values are no default, and comparing them costs more than a look.
            if held is not default and (type(held) is not kind or held != default):
                out[alias] = enc(held)
        return out

    def from_json(data: Mapping[str, Any]) -> object:
        values = dict(data)
        for name, held in data.items():
            if type(held) is not str or name not in texts:  # most are text: nothing to call
                values[name] = decoders[name](held)
        return of(**values)

    if getattr(of, "read_once", False):
        return _Codec(_once_written(to_json), _once(from_json), shares=True)
    return _Codec(to_json, from_json, any(codec.shares for codec in codecs.values()))


_KEPT = 1_024


def _once(read: Callable[[Any], object]) -> Callable[[Any], object]:
    """Keep what is read under its text: frozen values may be shared by all rows that hold them."""
    known: dict[str, object] = {}

    def from_json(data: Any) -> object:  # noqa: ANN401 - JSON
        text = repr(data)
        found = known.get(text)
        if found is None:
            if len(known) >= _KEPT:
                known.clear()
            found = known[text] = read(data)
        return found

    return from_json


def _once_written(write: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Keep what was written of a value, which is kept with it: most rows hold the same few."""
    known: dict[int, tuple[object, Any]] = {}

    def to_json(value: object) -> Any:  # noqa: ANN401 - JSON
        found = known.get(id(value))
        if found is None:
            if len(known) >= _KEPT:
                known.clear()
            found = known[id(value)] = (value, write(value))
        return found[1]

    return to_json


def _copied(data: Any) -> Any:  # noqa: ANN401 - JSON
    """Return the same JSON, which may be written into."""
    if type(data) is dict:
        return {key: _copied(held) for key, held in data.items()}
    return [_copied(held) for held in data] if type(data) is list else data


def _plain_text(of: Any) -> bool:  # noqa: ANN401
    return any(map(_is_text, typing.get_args(of) or (of,))) and typing.get_origin(of) in _OPTIONAL


def _default(attribute: attrs.Attribute[Any]) -> object:
    default: Any = attribute.default
    if hasattr(default, "factory"):
        return default.factory()
    return _REQUIRED if default is attrs.NOTHING else default


_REQUIRED = object()
