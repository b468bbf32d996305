"""Chinese names: family name by longest match, and pinyin of common characters without tones."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from ecrm_core.matching.names.data import table

__all__ = ["han_aliases", "pinyin_aliases", "pinyin_families"]

_SYLLABLES = re.compile(r"(?:(?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])?[aeiou]{1,3}(?:ng?|r)?){1,2}")


def han_aliases(role: str, form: str) -> Iterator[str]:
    """Yield the aliases of a name in Chinese characters."""
    if role == "full_name":
        yield from _whole(form)
        return
    families = table("chinese_family")
    letters = families if role == "family_name" else table("chinese_given")
    told = letters.get(form) or _pinyin(form, letters)
    if told:
        yield f"zh:{told}"


def pinyin_aliases(words: Sequence[str]) -> list[str]:
    """Return the aliases of a whole name in pinyin, of two words or three, in either order."""
    return [
        f"zh:{family} {''.join(given)}"
        for family, given in ((words[0], words[1:]), (words[-1], words[:-1]))
        if family in pinyin_families() and _SYLLABLES.fullmatch("".join(given))
    ]


@lru_cache(maxsize=1)
def pinyin_families() -> frozenset[str]:
    """Return family names in pinyin."""
    return frozenset(table("chinese_family").values())


def _whole(form: str) -> Iterator[str]:
    families = table("chinese_family")
    for size in (2, 1):
        given = _pinyin(form[size:], table("chinese_given"))
        if form[:size] in families and given:
            yield f"zh:{families[form[:size]]} {given}"
            return


def _pinyin(form: str, letters: Mapping[str, str]) -> str:
    told = [letters.get(char, "") for char in form]
    return "".join(told) if all(told) else ""
