"""Member: one of a closed set of names, given as text."""

from __future__ import annotations

from enum import Enum
from typing import TypeVar

from ecrm_core.errors import UnknownName

__all__ = ["member_of"]

E = TypeVar("E", bound=Enum)


def member_of(of: type[E], value: object, kind: str | None = None) -> E:
    """Return the member of that value, or the member itself.

    Raises UnknownName, with all there are, for any other value; ``kind`` is what it calls one of
    them (default: the name of the class).
    """
    try:
        return of(value)
    except ValueError:
        names = tuple(str(member.value) for member in of)
        raise UnknownName(kind or of.__name__.lower(), str(value)[:80], names) from None
