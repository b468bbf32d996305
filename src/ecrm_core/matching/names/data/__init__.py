"""Tables of names, as JSON beside the code; read when first asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

__all__ = ["by_part", "table", "word_set"]


@lru_cache(maxsize=16)
def table(name: str) -> Mapping[str, str]:
    """Return the table of that name: texts by text."""
    held: dict[str, str] = json.loads(Path(__file__).with_name(f"{name}.json").read_text("utf-8"))
    return MappingProxyType(held)


@lru_cache(maxsize=16)
def by_part(name: str) -> Mapping[str, tuple[str, ...]]:
    """Return a table whose texts are words, the other way round: the keys of each word, sorted."""
    found: dict[str, set[str]] = {}
    for key, words in table(name).items():
        for word in words.split():
            found.setdefault(word, set()).add(key)
    return MappingProxyType({word: tuple(sorted(keys)) for word, keys in found.items()})


@lru_cache(maxsize=16)
def word_set(name: str) -> frozenset[str]:
    """Return a set of words by its name: particles and titles, small words, Roman numbers."""
    return frozenset(table("words")[name].split())
