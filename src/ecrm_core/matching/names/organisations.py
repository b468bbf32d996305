"""Organisations: the level of two names of firms, shops or restaurants."""

from __future__ import annotations

from functools import lru_cache

from ecrm_core.matching.names.data import table
from ecrm_core.matching.names.tokens import assigned, joined, likeness

__all__ = ["organisation_level"]

_SMALL = frozenset({"and", "the", "of", "und", "et", "y", "e", "de", "la", "le", "der", "die", "s"})


def organisation_level(one: str, two: str) -> int:
    """Return the level of two different names of organisations: 0 other, 1 similar, 2 close."""
    left, left_forms = _parts(one)
    right, right_forms = _parts(two)
    left, right = joined(left, right), joined(right, left)
    level = _words_level(left, right)
    if "".join(left + left_forms) == "".join(right + right_forms):
        return 2
    clash = bool(left_forms and right_forms) and set(left_forms).isdisjoint(right_forms)
    return min(level, 1) if clash else level


def _parts(text: str) -> tuple[list[str], list[str]]:
    """Return the words that name it, and its legal forms; a name of forms alone is a name."""
    legal = _names_of_forms()
    words = text.split()
    core = [word for word in words if word not in legal and word not in _SMALL]
    return core or words, sorted({word for word in words if word in legal} if core else set())


@lru_cache(maxsize=1)
def _names_of_forms() -> frozenset[str]:
    return frozenset(table("legal_forms").values())


def _words_level(left: list[str], right: list[str]) -> int:
    if sorted(left) == sorted(right) or "".join(left) == "".join(right):
        return 2
    found = assigned(left, right, _alike)
    if not found.pairs or (found.left and found.right):
        return int(len(found.pairs) >= 2 and found.score > 0.9)
    if found.left or found.right:
        return int(found.score >= 0.8)
    return 2 if found.score >= 0.85 else 1


def _alike(one: str, two: str) -> float:
    """Abbreviations too: deli and delicatessen; numbers are equal or others."""
    if one != two and (one.isdigit() or two.isdigit()):
        return 0.0
    short, long = sorted((one, two), key=len)
    if len(short) >= 3 and long.startswith(short):
        return 0.9
    return likeness(one, two)
