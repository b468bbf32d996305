"""Payload: one JSON object, and which of its leaves became fields; the others are kept verbatim.

A leaf is a scalar, null, an empty list or an empty object. Its path reads "$.addresses[0].city";
a key that holds a dot, a bracket or a quote, or nothing, stands in quotes: '$["e.mail"]'.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal

from ecrm_core.errors import InputError, InputErrors

__all__ = [
    "MAX_UNMAPPED",
    "MAX_VALUE",
    "Node",
    "Payload",
    "child",
    "gate_unmapped",
    "joined",
    "leaves",
    "noting",
]

MAX_VALUE = 64 * 1024
"""Bytes of path and value that an unmapped leaf may have."""
MAX_UNMAPPED = 1024 * 1024
"""Bytes that the unmapped leaves of one payload may have together."""
_QUOTED = frozenset('.[]"')


def child(path: str, key: str) -> str:
    """Return the path of a key inside an object; no two keys share one."""
    if key and _QUOTED.isdisjoint(key):
        return f"{path}.{key}"
    return f"{path}[{json.dumps(key, ensure_ascii=False)}]"


def leaves(value: object, path: str = "$") -> dict[str, object]:
    """Return every leaf of a JSON value by its path, in order."""
    found: dict[str, object] = {}
    stack = [(path, value)]
    while stack:
        where, held = stack.pop()
        if isinstance(held, (dict, Mapping)) and held:  # a dict is told quickly, a Mapping slowly
            stack += reversed([(child(where, key), inner) for key, inner in held.items()])
        elif isinstance(held, list) and held:
            stack += reversed([(f"{where}[{at}]", inner) for at, inner in enumerate(held)])
        else:
            found[where] = held
    return found


class Node:
    """A value inside a payload, where it stands, and the leaves of the payload taken so far."""

    __slots__ = ("_taken", "path", "value")

    def __init__(self, value: object, path: str, taken: set[str]) -> None:
        """Keep value and path; ``taken`` is shared by all nodes of one payload."""
        self.value, self.path, self._taken = value, path, taken

    def get(self, key: str) -> Node | None:
        """Return the value under a key; None when this is no object or does not have it."""
        if not isinstance(self.value, (dict, Mapping)) or key not in self.value:
            return None
        return Node(self.value[key], child(self.path, key), self._taken)

    def items(self) -> list[Node]:
        """Return the elements; none when this is no list."""
        held = self.value if isinstance(self.value, list) else []
        return [Node(item, f"{self.path}[{at}]", self._taken) for at, item in enumerate(held)]

    def stated(self) -> Node:
        """Return the object without what is blank (null, "", [], {}): a part says nothing by it."""
        return Node(_stated(self.value), self.path, self._taken)

    def apart(self) -> Node:
        """Return the same value where taking a leaf takes nothing: for what is only added up."""
        return Node(self.value, self.path, set())

    def take(self) -> None:
        """Mark every leaf in here as held by a field: only ever once the field holds it whole."""
        self._taken.update(leaves(self.value, self.path))

    def take_blanks(self) -> None:
        """Mark every "" and [] in here, where what is blank says nothing."""
        found = leaves(self.value, self.path)
        self._taken.update(path for path, value in found.items() if value in ("", []))


def _stated(value: object) -> object:
    if not isinstance(value, Mapping):
        return value
    held = {key: _stated(inner) for key, inner in value.items()}
    return {key: inner for key, inner in held.items() if inner not in (None, "", [], {})}


class Payload(Node):
    """A whole payload: mapped and unmapped leaves together are always all of its leaves."""

    __slots__ = ()

    def __init__(self, data: Mapping[str, object]) -> None:
        """Start with nothing taken."""
        super().__init__(data, "$", set())

    @property
    def mapped(self) -> frozenset[str]:
        """The paths of the leaves that fields hold."""
        return frozenset(self._taken)

    def unmapped(self) -> dict[str, object]:
        """Return the leaves no field holds, verbatim, by path.

        Raises InputError beyond 64 KiB for one of them or 1 MiB for all.
        """
        left = {at: v for at, v in leaves(self.value).items() if at not in self._taken}
        gate_unmapped(left)
        return left


def gate_unmapped(left: Mapping[str, object]) -> None:
    """Refuse unmapped leaves beyond 64 KiB each or 1 MiB together (InputError)."""
    total = 0
    for path, value in left.items():
        length = len(path.encode()) + _length(value)
        total += length
        if length > MAX_VALUE:
            message = f"found {length} bytes that no field takes, expected at most {MAX_VALUE}"
            raise InputError(message, path=_short(path), code="too_long", limit=MAX_VALUE)
    if total > MAX_UNMAPPED:
        message = f"found {total} bytes that no field takes, expected at most {MAX_UNMAPPED}"
        raise InputError(message, code="too_long", found=total, limit=MAX_UNMAPPED)


def _length(value: object) -> int:
    if isinstance(value, str):
        return len(value) if value.isascii() else len(value.encode())
    return len(str(value)) if isinstance(value, (int, float, Decimal)) else 4


def _short(path: str) -> str:
    return path if len(path) <= 80 else path[:80] + "…"


@contextmanager
def noting(problems: list[InputError]) -> Iterator[None]:
    """Note an InputError among the problems and go on, so that a payload names all of them."""
    try:
        yield
    except InputError as error:
        problems.append(error)


def joined(problems: list[InputError]) -> InputError:
    """Return the problem, or all of them as one InputErrors; there is at least one."""
    if len(problems) == 1:
        return problems[0]
    return InputErrors(f"found {len(problems)} problems", tuple(problems))
