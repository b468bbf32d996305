"""Copying: a state with some of its parts changed, and what is worked out of one only once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Generic, TypeVar, overload

__all__ = ["changed", "derived", "derived_of", "finished"]

S = TypeVar("S")
T = TypeVar("T")


class derived(Generic[S, T]):  # noqa: N801 - written as a decorator, like property
    """A property of a frozen value without slots, worked out once and kept beside its parts.

    As ``functools.cached_property`` does, which takes a lock for each of them in Python 3.11. A
    copy in which nothing has changed of what it is worked out ``of`` keeps it too; what is not
    named there must not be asked (None: anything may be).
    """

    def __init__(self, work: Callable[[S], T], of: frozenset[str] | None = None) -> None:
        self.work, self.of, self.name, self.__doc__ = work, of, work.__name__, work.__doc__

    @overload
    def __get__(self, state: None, of: type[S]) -> derived[S, T]: ...
    @overload
    def __get__(self, state: S, of: type[S]) -> T: ...
    def __get__(self, state: S | None, of: type[S]) -> derived[S, T] | T:
        if state is None:
            return self
        value = state.__dict__[self.name] = self.work(state)
        return value


def derived_of(*of: str) -> Callable[[Callable[[S], T]], derived[S, T]]:
    """Return the decorator of a property that is worked out of these parts alone."""
    return lambda work: derived(work, frozenset(of))


_set = object.__setattr__


def changed(state: S, **parts: object) -> S:
    """Return a copy of a frozen value without slots, validators or converters, with these parts.

    What ``attrs.evolve`` returns, in a twentieth of its time: a state of fifty parts is copied
    several times for each event.
    """
    held = state.__dict__.copy()
    for name in _stale(type(state), tuple([n for n, part in parts.items() if held[n] is not part])):  # type: ignore[arg-type] # a class is hashable
        held.pop(name, None)
    held.update(parts)
    copy: S = object.__new__(type(state))
    _set(copy, "__dict__", held)
    return copy


def finished(copy: S, **parts: object) -> S:
    """Return a copy that nobody else holds yet with these parts, which nothing is worked out of."""
    copy.__dict__.update(parts)
    return copy


@cache
def _stale(of: type, parts: tuple[str, ...]) -> tuple[str, ...]:
    """Return what has to be worked out anew when these parts have changed."""
    return tuple(
        name
        for name, value in vars(of).items()
        if isinstance(value, derived) and parts
        and (value.of is None or not value.of.isdisjoint(parts))
    )  # fmt: skip
