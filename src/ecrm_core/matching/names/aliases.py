"""Aliases: what two different forms share that are one name in another dress.

A nickname and its long form share the long form; a name in Hangul, kana or Chinese characters
shares what it sounds like with its spellings in Latin letters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType

from ecrm_core.customers import latin_families
from ecrm_core.kernel import script_of
from ecrm_core.matching.names.chinese import han_aliases, pinyin_aliases, pinyin_families
from ecrm_core.matching.names.data import by_part, table
from ecrm_core.matching.names.japanese import kana_aliases, may_be_japanese, romaji_aliases
from ecrm_core.matching.names.korean import (
    hangul_aliases,
    may_be_korean,
    romanised_aliases,
)

__all__ = ["aliases_of", "family_names", "long_names", "nicknames"]

_NONE: tuple[str, ...] = ()


def aliases_of(role: str, form: str, *, kana: bool = True) -> tuple[str, ...]:
    """Return what only other dresses of the same name share, each once; it never raises.

    ``role``: given_name, middle_name, family_name, full_name or kana; others have no aliases.
    Most names have none. A long name that has short ones is an alias of itself. Without ``kana``
    nothing is asked of Latin letters that may spell it, which is quicker.
    """
    if not form.isascii():
        return tuple(sorted(set(_of_script(role, form)))) if role in _LATIN else _NONE
    ask = _LATIN.get(role)
    found = ask(form) if ask is not None else _NONE
    if kana and ask is not None and may_be_japanese(form):
        found = (*found, *romaji_aliases(role, form))
    return tuple(dict.fromkeys(found)) if len(found) > 1 else found


@lru_cache(maxsize=1)
def long_names() -> Mapping[str, tuple[str, ...]]:
    """Return for each nickname, and each name that has one, the long names it may stand for."""
    found = {name: set(longs) for name, longs in by_part("nicknames").items()}
    for long in table("nicknames"):
        found.setdefault(long, set()).add(long)
    return MappingProxyType({name: tuple(sorted(longs)) for name, longs in found.items()})


@lru_cache(maxsize=1)
def nicknames() -> frozenset[str]:
    """Return the names that may stand for another."""
    return frozenset(name for name, longs in long_names().items() if {*longs} - {name})


def _given(form: str) -> tuple[str, ...]:
    longs = long_names().get(form)
    if longs is None and may_be_korean(form):
        return tuple(romanised_aliases("given_name", form.split()))
    return longs or _NONE


def _family(form: str) -> tuple[str, ...]:
    if form not in family_names():
        return _NONE
    found = tuple(f"ko:{each}" for each in latin_families().get(form, _NONE))
    return (*found, f"zh:{form}") if form in pinyin_families() else found


def _full(form: str) -> tuple[str, ...]:
    first, _, last = form.partition(" ")
    if not last:
        return _NONE
    longs, families = long_names(), family_names()
    if " " in last:
        words = form.split()
        asian = len(words) == 3 and (first in families or words[2] in families)
        return _asian(words) if asian else _NONE  # of a middle name nothing is known
    found: tuple[str, ...] = _NONE
    if first in longs:
        found = tuple([f"{long} {last}" for long in longs[first]])
    if last in longs:
        found += tuple([f"{long} {first}" for long in longs[last]])
    return found + _asian([first, last]) if first in families or last in families else found


def _asian(words: list[str]) -> tuple[str, ...]:
    return (*romanised_aliases("full_name", words), *pinyin_aliases(words))


@lru_cache(maxsize=1)
def family_names() -> frozenset[str]:
    """Return the Latin spellings of Korean and Chinese family names."""
    return frozenset(latin_families()) | pinyin_families()


def _of_script(role: str, form: str) -> Iterator[str]:
    script = script_of(form)
    if script == "hangul":
        yield from hangul_aliases(role, form)
    elif script == "kana":
        yield from kana_aliases(form)
    elif script == "han":
        yield from han_aliases(role, form)


_LATIN: Mapping[str, Callable[[str], tuple[str, ...]]] = MappingProxyType({
    "given_name": _given, "middle_name": _given, "family_name": _family, "full_name": _full,
    "kana": lambda _: _NONE,
})  # fmt: skip
