"""Organisations: the level of two names of firms, shops or restaurants."""

from __future__ import annotations

from functools import lru_cache
from itertools import chain, groupby

from rapidfuzz.distance import OSA

from ecrm_core.matching.names.data import by_part, table, word_set
from ecrm_core.matching.names.tokens import Assigned, assigned, joined, likeness

__all__ = ["organisation_level"]

_GENERAL = frozenset({"co", "jsc"})  # a company may say more exactly what it is
_SIMILAR, _CLOSE = 1, 2


def organisation_level(one: str, two: str) -> int:
    """Return the level of two different names of organisations: 0 other, 1 similar, 2 close.

    Legal forms that differ make close names similar; one that is missing does not.
    """
    if one.replace(" ", "") == two.replace(" ", ""):
        return _CLOSE
    left, left_forms = _parts(one)
    right, right_forms = _parts(two)
    level = _words_level(joined(left, right), joined(right, left))
    if level == _CLOSE and left_forms and right_forms and left_forms.isdisjoint(right_forms):
        return _CLOSE if (left_forms | right_forms) & _GENERAL else _SIMILAR
    return level


def _parts(text: str) -> tuple[list[str], frozenset[str]]:
    """Return the words that name it, in full, and its legal forms; forms alone are the name."""
    words, legal = _initials_joined(text.split()), _legal_forms()
    small = word_set("small")
    core = [_long(word) for word in words if word not in legal and word not in small]
    forms = frozenset(word for word in words if word in legal)
    return (core, forms) if core else (words, frozenset())


def _initials_joined(words: list[str]) -> list[str]:
    """Return words, with letters in a row as one: s c johnson, sc johnson."""
    runs = ((short, list(run)) for short, run in groupby(words, key=lambda word: len(word) == 1))
    return list(chain.from_iterable(["".join(run)] if short else run for short, run in runs))


def _long(word: str) -> str:
    return by_part("abbreviations").get(word, (word,))[0]


@lru_cache(maxsize=1)
def _legal_forms() -> frozenset[str]:
    return frozenset(table("legal_forms").values())


def _words_level(left: list[str], right: list[str]) -> int:
    if sorted(left) == sorted(right) or "".join(left) == "".join(right):
        return _CLOSE
    found = assigned(left, right, _alike)
    if not found.pairs:
        return 0
    if found.left and found.right:
        return int(found.score > 0.9 and _share(found) >= 0.7)
    if found.left or found.right:
        kinds = word_set("kinds").issuperset(found.left + found.right)
        return _CLOSE if kinds and found.score > 0.9 else int(found.score >= 0.8)
    return _CLOSE if _sure(found) else _SIMILAR


def _share(found: Assigned) -> float:
    """Return how much of the name with more to it has a partner, 0 to 1."""
    held = sum(min(len(one), len(two)) for _, one, two in found.pairs)
    rest = max(sum(map(len, found.left)), sum(map(len, found.right)))
    return held / (held + rest)


def _sure(found: Assigned) -> bool:
    """Tell whether one word is the same, or the only one has but a slip in it."""
    if len(found.pairs) > 1:
        return found.score >= 0.85
    _, one, two = found.pairs[0]
    return (
        min(len(one), len(two)) > 4
        and max(len(one), len(two)) > 5
        and OSA.distance(one, two, score_cutoff=1) <= 1
    )


def _alike(one: str, two: str) -> float:
    """Tell how alike two words are; beginnings too: deli and delicatessen. Numbers are equal."""
    if one != two and (_number(one) or _number(two)):
        return 0.0
    short, long = sorted((one, two), key=len)
    if len(short) >= 3 and long.startswith(short):
        return max(likeness(one, two), 0.9)
    return likeness(one, two)


def _number(word: str) -> bool:
    return word in word_set("roman") or any(map(str.isdigit, word))
