"""What a column header says, in English, Korean or Japanese: words from a table, signs are free."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from attrs import frozen

from ecrm_core.customers.data import load_data
from ecrm_core.kernel import fold

__all__ = ["Header", "read_header"]

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_PARTS = re.compile(r"[^\W\d_]+|\d+")
_UNSAID = "consent:?"


@frozen
class Header:
    """The role a header names (or None), how sure that is, and why."""

    role: str | None
    confidence: float
    why: str


def read_header(name: str) -> Header:
    """Return what the header says; role None and an empty reason when it says nothing."""
    parts = _parts(name[:200])
    words = _words()
    for key, confidence, why in _readings(parts):
        role = words.get(key or name.strip())
        if role == _UNSAID:
            return Header(None, 0.0, "consent, but not by which channel: consent:email:marketing?")
        if role:
            return Header(role, confidence, why)
    return Header(None, 0.0, "may be about somebody else: kept as it is" * _is_others(parts))


def _readings(parts: list[str]) -> Iterator[tuple[str, float, str]]:
    """The header as it stands, then without "customer" and the like, then without numbers."""
    yield "".join(parts), 0.9, "the header"
    ours = [part for part in map(_ours, parts) if part]
    yield "".join(ours), 0.8, "the header, in part"
    yield "".join(part for part in ours if not part.isdigit()), 0.75, "the header, in part"


def _parts(name: str) -> list[str]:
    return _PARTS.findall(fold(_CAMEL.sub(" ", name)))


def _ours(part: str) -> str:
    """Take "고객" off "고객이메일" and all of "customer": they say whose it is, not what."""
    belongs = load_data("header_words")["belongs"]
    if part in belongs:
        return ""
    for word in belongs:
        if not word.isascii() and part.startswith(word):
            return part.removeprefix(word)
    return part


def _is_others(parts: list[str]) -> bool:
    """Tell a recipient's, guardian's or seller's column, whose values are not the customer's."""
    whole = "".join(parts)
    return any(
        word in parts if word.isascii() else word in whole
        for word in load_data("header_words")["others"]
    )


@lru_cache(maxsize=1)
def _words() -> Mapping[str, str]:
    table = load_data("header_words")
    return {
        "".join(_parts(word)) or word: role
        for role, words in table.items()
        if role not in {"belongs", "others"}
        for word in words
    }
