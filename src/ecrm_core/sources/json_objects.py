"""JSON objects: a body taken apart into its objects, so that a bad one harms no other.

Each object goes through every gate alone (``kernel.parse_json``): a NUL, a number of 5,000 digits
or a key given twice refuses that object and leaves the others.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType

from attrs import evolve, frozen

from ecrm_core.errors import InputError
from ecrm_core.kernel import json_refused, parse_json
from ecrm_core.sources.payload import child

__all__ = ["Found", "gate_body", "split_objects"]

MAX_BODY = 64 * 1024 * 1024
_SPACE = re.compile(r"[ \t\r\n]*")
# Numbers stay text here: int() of 5,000 digits raises, and the gates come with the second reading.
_LENIENT = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)


@frozen(repr=False)
class Found:
    """One object of a body: its path there, its text, and how to read it through the gates.

    ``sort`` is what the body calls it ("order"), None where it does not.
    """

    path: str
    text: str
    sort: str | None = None

    def read(self) -> Mapping[str, object]:
        """Return the object; InputError when a gate refuses it or it is something else."""
        value = parse_json(self.text)
        if not isinstance(value, dict):
            message = f"found {type(value).__name__}, expected an object"
            raise InputError(message, code="not_object")
        return value


def split_objects(
    body: bytes,
    *,
    named: Mapping[str, str] = MappingProxyType({}),
    within: str | None = None,
    shared: Collection[str] = (),
) -> Iterator[Found]:
    """Return the objects of a body: ``{...}``, ``[...]``, ``{one: {...}}`` or ``{many: [...]}``.

    ``named`` holds the names of one and of many, such as {"order": "orders"}. ``within`` is the
    name under which an object with other members has a list of them; its members ``shared`` hold
    for each that does not say otherwise. Raises InputError for bytes that are no JSON in UTF-8,
    more than 64 MiB, and other shapes.
    """
    text = _text(body)
    start = _skip(text, 0)
    if text[start] == "[":
        yield from _elements(text[start:], "$", None)
    elif text[start] != "{":
        raise InputError("found a bare value, expected an object or a list", code="not_object")
    elif within is None:
        yield from _named(text, start, named)
    else:
        yield from _within(text, start, within, shared)


def _within(text: str, start: int, within: str, shared: Collection[str]) -> Iterator[Found]:
    """Return the objects of a list inside an object, else the object itself."""
    members = dict(_members(text, start))
    held = members.get(within, "")
    if not held.startswith("["):
        yield Found("$", text)
        return
    around = {name: members[name] for name in shared if name in members}
    for found in _elements(held, child("$", within), None):
        yield evolve(found, text=_with(found.text, around))


def _with(text: str, around: Mapping[str, str]) -> str:
    """Return the text of an object with these members where it has none of the name."""
    if not around or not text.startswith("{"):
        return text
    own = {name for name, _ in _members(text, 0)}
    more = [f"{json.dumps(name)}:{held}" for name, held in around.items() if name not in own]
    inner = [text[1:-1], *more] if own else more
    return "{" + ",".join(inner) + "}"


def _named(text: str, start: int, named: Mapping[str, str]) -> Iterator[Found]:
    """Return the objects under the one name in an object, else the object itself."""
    members = list(_members(text, start))
    name, held = members[0] if len(members) == 1 else ("", "")
    several = {many: one for one, many in named.items()}
    if name in named:
        yield Found(child("$", name), held, name)
    elif name in several and held.startswith("["):
        yield from _elements(held, child("$", name), several[name])
    else:
        yield Found("$", text)


def gate_body(body: object) -> None:
    """Refuse (InputError) what is no body of bytes, or more than 64 MiB."""
    if not isinstance(body, bytes | bytearray):
        message = f"found {type(body).__name__}, expected the bytes of a body as they came"
        raise InputError(message, code="not_bytes")
    if len(body) > MAX_BODY:
        message = f"found {len(body)} bytes, expected at most {MAX_BODY}"
        raise InputError(message, code="too_long", found=len(body), limit=MAX_BODY)


def _text(body: bytes) -> str:
    """Return the body as text that is known to be JSON."""
    gate_body(body)
    with json_refused():
        text = body.decode("utf-8-sig")
        _LENIENT.decode(text)
    return text


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _elements(text: str, path: str, sort: str | None) -> Iterator[Found]:
    """Yield the elements of a list, each as its own text."""
    at, count = _skip(text, 1), 0
    while text[at] != "]":
        end = _LENIENT.raw_decode(text, at)[1]
        yield Found(f"{path}[{count}]", text[at:end], sort)
        count, at = count + 1, _next(text, end)


def _members(text: str, at: int) -> Iterator[tuple[str, str]]:
    """Yield the members of an object, the value as its own text; a key twice comes twice."""
    at = _skip(text, at + 1)
    while text[at] != "}":
        key, end = _LENIENT.raw_decode(text, at)
        at = _skip(text, _skip(text, end) + 1)  # over the colon
        end = _LENIENT.raw_decode(text, at)[1]
        yield key, text[at:end]
        at = _next(text, end)


def _next(text: str, end: int) -> int:
    """Return where the next element or the closing bracket stands."""
    at = _skip(text, end)
    return _skip(text, at + 1) if text[at] == "," else at
