"""Tokens: the words of two names, each put to the word of the other it is most like."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from attrs import frozen
from rapidfuzz.distance import OSA, JaroWinkler

__all__ = ["Assigned", "assigned", "joined", "likeness"]

_SHORT = 0.6  # a slip in a word of two or three letters may make another


@frozen
class Assigned:
    """Words of one name with their partners in the other, how alike (0 to 1), and those left."""

    pairs: tuple[tuple[float, str, str], ...]
    left: tuple[str, ...]
    right: tuple[str, ...]

    @property
    def score(self) -> float:
        """The mean likeness of the words with a partner, long words counting more; 0 to 1."""
        weights = [min(len(one), len(two)) for _, one, two in self.pairs]
        told = sum(pair[0] * weight for pair, weight in zip(self.pairs, weights, strict=True))
        return told / max(sum(weights), 1)


def likeness(one: str, two: str) -> float:
    """Return how alike two words are, 0 to 1; 0: other words. The longer, the more slips."""
    if one == two:
        return 1.0
    short, long = (one, two) if len(one) <= len(two) else (two, one)
    if len(short) == 1:
        return 0.9 if long[0] == short else 0.0
    most = min(max(len(long) // 4, 1), 3) if one[0] == two[0] else 1
    if OSA.distance(one, two, score_cutoff=most) > most:
        return 0.0
    score: float = JaroWinkler.similarity(one, two) if len(long) > 3 else _SHORT
    return score


def assigned(
    left: Sequence[str], right: Sequence[str], like: Callable[[str, str], float] = likeness
) -> Assigned:
    """Return the words put together, the likest first; each word has one partner at most."""
    found = sorted(
        ((-score, one, two, at, to) for at, one in enumerate(left) for to, two in enumerate(right)
         if (score := like(one, two)) > 0),
        key=lambda each: (each[0], *sorted(each[1:3])),
    )  # fmt: skip
    ones, twos, pairs = set(range(len(left))), set(range(len(right))), []
    for score, one, two, at, to in found:
        if at in ones and to in twos:
            ones.remove(at)
            twos.remove(to)
            pairs.append((-score, one, two))
    rest = tuple(left[at] for at in sorted(ones)), tuple(right[to] for to in sorted(twos))
    return Assigned(tuple(pairs), *rest)


def joined(words: Sequence[str], other: Sequence[str]) -> list[str]:
    """Return the words, two neighbours as one where the other name writes them as one."""
    whole, result = set(other), list(words)
    for at in range(len(result) - 2, -1, -1):
        if result[at] + result[at + 1] in whole:
            result[at : at + 2] = [result[at] + result[at + 1]]
    return result
