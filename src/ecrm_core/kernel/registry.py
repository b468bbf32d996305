"""Registry: the open choices of the library, by name; a frozen value, passed as an argument."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import Generic, TypeVar

from ecrm_core.errors import PluginError, UnknownName

__all__ = ["Registry"]

T = TypeVar("T")


class Registry(Generic[T]):
    """Named things of one sort (policies, sources, tests): ``add`` gives a new registry.

    ``kind`` is the word for one of them in messages. A name is taken once: a second thing under it
    raises PluginError naming where both come from.
    """

    __slots__ = ("_entries", "_kind")

    def __init__(self, kind: str, entries: Mapping[str, T] | None = None) -> None:
        """Hold the entries (the library's own) under the word for one of them."""
        self._kind = kind
        self._entries: Mapping[str, T] = MappingProxyType(dict(entries or {}))

    def add(self, name: str, thing: T) -> Registry[T]:
        """Return a registry with one more entry; PluginError when the name is taken."""
        if name in self._entries:
            origins = [_origin(self._entries[name]), _origin(thing)]
            message = f"two {self._kind} entries are named {name!r}: {origins[0]} and {origins[1]}"
            raise PluginError(message, code="name_clash", name=name, origins=origins)
        return Registry(self._kind, {**self._entries, name: thing})

    def __getitem__(self, name: str) -> T:
        """Return the thing of that name; UnknownName, with the nearest ones, when there is none."""
        try:
            return self._entries[name]
        except KeyError:
            near = tuple(get_close_matches(name[:80], self._entries, n=3))
            raise UnknownName(self._kind, name[:80], near) from None

    def values(self) -> tuple[T, ...]:
        """Return the things, in the order of their names."""
        return tuple(self._entries[name] for name in self)

    def __contains__(self, name: object) -> bool:
        """Tell whether the name is taken."""
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        """Go through the names in order."""
        return iter(sorted(self._entries))

    def __len__(self) -> int:
        """Return the number of entries."""
        return len(self._entries)

    def __repr__(self) -> str:
        """Show the word and the names."""
        return f"Registry({self._kind!r}: {', '.join(self)})"


def _origin(thing: object) -> str:
    return str(getattr(thing, "__module__", type(thing).__module__))
