"""Persons: the level of two whole names, by their words; sorted, shortened, glued or initials."""

from __future__ import annotations

import re
from itertools import pairwise

from ecrm_core.matching.names.aliases import aliases_of, long_names
from ecrm_core.matching.names.data import word_set
from ecrm_core.matching.names.tokens import Assigned, assigned, joined, likeness

__all__ = ["REORDERED", "person_level", "two_genders"]

REORDERED = 4
"""The level of the same words in another order, as the table of roles has it."""

_SIMILAR, _CLOSE = 1, 2
_CHILD = frozenset({"bin", "ibn", "bint"})  # stands before the name of the father
_ENDING = re.compile(r"(?:iy|ii|yi|yy|ij|yj|y)$")  # of Slavic names in Latin letters
_ENDINGS_OF_GENDERS = (("", "a"), ("o", "a"), ("us", "a"), ("", "ine"), ("ian", "ine"))
_TWICE = re.compile(r"(.)\1")
_SAME, _LIKE = 0.86, 0.72
_SAME_WORD, _OTHER_PERSON = 0.95, 0.6


def person_level(one: str, two: str) -> int:
    """Return the level of two different full names: 0 other, 1 similar, 2 close, or REORDERED."""
    left, right = one.split(), two.split()
    if one.replace(" ", "") == two.replace(" ", ""):
        return _CLOSE
    if len(left) > 1 and sorted(left) == sorted(right):
        return REORDERED if _one_father(left, right) else _SIMILAR
    if not (one.isascii() and two.isascii()) and _shared(one, two):
        return _CLOSE
    left, right = joined(left, right), joined(right, left)
    level = _words_level(*_spelled(_named(left), _named(right)))
    one_line = _one_father(left, right) and not _two_generations(left, right)
    return level if one_line else min(level, _SIMILAR)


def _one_father(left: list[str], right: list[str]) -> bool:
    """Tell whether salman bin muhammad and muhammad bin salman may be one: not so."""
    one, two = _father(left), _father(right)
    return not one or not two or _alike(one, two) > 0


def _two_generations(left: list[str], right: list[str]) -> bool:
    one, two = ({*words} & word_set("suffixes") for words in (left, right))
    return bool(one and two) and one != two


def _father(words: list[str]) -> str:
    return next((father for child, father in pairwise(words) if child in _CHILD), "")


def _shared(one: str, two: str) -> bool:
    return not set(aliases_of("full_name", one)).isdisjoint(aliases_of("full_name", two))


def _named(words: list[str]) -> list[str]:
    particles = word_set("particles")
    return [word for word in words if word not in particles] or words


def _spelled(left: list[str], right: list[str]) -> tuple[list[str], list[str]]:
    """Return the words, written together or apart as the other name has them."""
    left, right = _apart(left, right), _apart(right, left)
    return joined(left, right), joined(right, left)


def _apart(words: list[str], other: list[str]) -> list[str]:
    """Return the words, initials in one (jc) as letters where the other name begins so."""
    if len(words) < 2:
        return words
    first = words[0]
    initials = "".join(word[0] for word in other[: len(first)])
    return [*first, *words[1:]] if 1 < len(first) < 4 and first == initials else words


def _words_level(left: list[str], right: list[str]) -> int:
    if sorted(left) == sorted(right) or "".join(left) == "".join(right):
        return _CLOSE
    found = assigned(left, right, _alike)
    least = min(len(left), len(right))
    if max(len(left), len(right)) == 1:
        return _of_one_word(found)
    spare = min(len(found.left), len(found.right))  # words on both sides that nothing answers
    if not found.pairs or least < 2 or spare:
        return int(least > 2 and spare == 1 and len(found.pairs) >= 2)
    return _of_words(found, more=abs(len(left) - len(right)))


def _of_one_word(found: Assigned) -> int:
    """Return the level of names of one word: a slip in a long one is a slip."""
    long = [min(len(one), len(two)) > 5 for _, one, two in found.pairs]
    return _CLOSE if long == [True] and found.score > 0.8 else len(long)


def _of_words(found: Assigned, *, more: int) -> int:
    """Return the level where each word of the shorter name has a partner in the longer."""
    if found.score < _LIKE:
        return 0
    same = sum(score == 1 and len(one) > 1 for score, one, _ in found.pairs)
    if found.score < _SAME or (more and not same):
        return _SIMILAR
    if more > 1 and same < len(found.pairs):
        return _SIMILAR
    return _CLOSE if more < 3 else _SIMILAR


def _alike(one: str, two: str) -> float:
    score, longs = likeness(one, two), long_names()
    if score == 1:
        return score
    if not set(longs.get(one, ())).isdisjoint(longs.get(two, ())):
        return _SAME_WORD
    if two_genders(one, two):
        return min(score, _OTHER_PERSON)
    if score < _SAME_WORD and one[0] == two[0] and min(len(one), len(two)) > 3:
        return _SAME_WORD if _sound(one) == _sound(two) else score
    return score


def two_genders(one: str, two: str) -> bool:
    """Return whether two names are a woman's and a man's: daniel and daniela, mario and maria."""
    return any(
        (one.endswith(man) and two == one[: len(one) - len(man)] + woman)
        or (two.endswith(man) and one == two[: len(two) - len(man)] + woman)
        for man, woman in _ENDINGS_OF_GENDERS
    )


def _sound(word: str) -> str:
    """Return how a word sounds: stefan, stephan; husein, hussein; arkady, arkadii."""
    word = word.replace("ph", "f").replace("ck", "k")
    return _TWICE.sub(r"\1", _ENDING.sub("i", word))
