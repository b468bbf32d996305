"""Persons: the level of two whole names, by their words; sorted, shortened, glued or initials."""

from __future__ import annotations

from ecrm_core.matching.names.aliases import aliases_of, long_names
from ecrm_core.matching.names.tokens import assigned, joined, likeness

__all__ = ["REORDERED", "person_level"]

REORDERED = 4  # as the table of roles has it

_PARTICLES = frozenset(
    "a al ait bin bint ben ibn el ul ad as abd da das de del della den der des di do dos du e het la le "
    "los las lo mac van von vom zu zur y und mr mrs ms miss dr prof sir".split()
)
_CLOSE, _SIMILAR = 0.86, 0.72


def person_level(one: str, two: str) -> int:
    """Return the level of two different full names: 0 other, 1 similar, 2 close, or REORDERED."""
    left, right = one.split(), two.split()
    if len(left) > 1 and sorted(left) == sorted(right):
        return REORDERED
    if not (one.isascii() and two.isascii()) and _shared(one, two):
        return 2
    left, right = _named(left), _named(right)
    left, right = joined(left, right), joined(right, left)
    if "".join(left) == "".join(right) or sorted(left) == sorted(right):
        return 2
    return _words_level(left, right)


def _shared(one: str, two: str) -> bool:
    return not set(aliases_of("full_name", one)).isdisjoint(aliases_of("full_name", two))


def _named(words: list[str]) -> list[str]:
    return [word for word in words if word not in _PARTICLES] or words


def _words_level(left: list[str], right: list[str]) -> int:
    found = assigned(left, right, _alike)
    least = min(len(left), len(right))
    spare = min(len(found.left), len(found.right))  # words on both sides that nothing answers
    if not found.pairs or least < 2 or spare:
        return int(least > 2 and spare == 1 and len(found.pairs) >= 2)
    more = abs(len(left) - len(right))
    sure = sum(score == 1 and len(a) > 1 for score, a, _ in found.pairs)
    if found.score < _SIMILAR:
        return 0
    weak = min(score for score, _, _ in found.pairs) < 0.8
    if found.score >= _CLOSE and (sure or not more) and not (weak and not sure):
        return 2 if more <= max(1, least - 1) else 1
    return 1


def _alike(one: str, two: str) -> float:
    score, longs = likeness(one, two), long_names()
    if score < 0.95 and not set(longs.get(one, ())).isdisjoint(longs.get(two, ())):
        return 0.95
    return score
