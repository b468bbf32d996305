"""Nearest: the names a mistaken one may have meant."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

__all__ = ["nearest"]

_PARTS = re.compile(r"[\W_]+")
_LONGEST = 80


def nearest(name: str, names: Iterable[str], *, most: int = 3) -> tuple[str, ...]:
    """Return up to ``most`` names like this one, the nearest first, whatever their case.

    A name is near when it is spelled alike, or has a part that is: 'spent' is near 'amount_spent'.
    """
    known = {each.casefold(): each for each in names}
    asked = name[:_LONGEST].casefold()
    close = get_close_matches(asked, known, n=most)
    parts = {each: _PARTS.split(each) for each in known if each not in close}
    close += [each for each, some in parts.items() if get_close_matches(asked, some, 1, 0.7)]
    return tuple(known[each] for each in close[:most])
