"""Copying: a state with some of its parts changed, and what is worked out of one only once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Generic, TypeVar, overload

__all__ = ["changed", "derived"]

S = TypeVar("S")
T = TypeVar("T")


class derived(Generic[S, T]):  # noqa: N801 - written as a decorator, like property
    """A property of a frozen value without slots, worked out once and kept beside its parts.

    As ``functools.cached_property`` does, which takes a lock for each of them in Python 3.11.
    """

    def __init__(self, work: Callable[[S], T]) -> None:
        self.work, self.name, self.__doc__ = work, work.__name__, work.__doc__

    @overload
    def __get__(self, state: None, of: type[S]) -> derived[S, T]: ...
    @overload
    def __get__(self, state: S, of: type[S]) -> T: ...
    def __get__(self, state: S | None, of: type[S]) -> derived[S, T] | T:
        if state is None:
            return self
        value = state.__dict__[self.name] = self.work(state)
        return value


def changed(state: S, **parts: object) -> S:
    """Return a copy of a frozen value without slots, validators or converters, with these parts.

    What ``attrs.evolve`` returns, in a tenth of its time: a state of forty parts is copied several
    times for each event.
    """
    copy = object.__new__(type(state))
    held = copy.__dict__
    held.update(state.__dict__)
    for name in _derived(type(state)):  # type: ignore[arg-type] # a class is hashable
        held.pop(name, None)
    held.update(parts)
    return copy


@cache
def _derived(of: type) -> tuple[str, ...]:
    return tuple(name for name, value in vars(of).items() if isinstance(value, derived))
