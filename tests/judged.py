"""Random judgements, and what they come to by the plainest way: every pair, again and again."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from ecrm_core.matching import Judgement

AT = datetime(2026, 5, 1, 9, tzinfo=UTC)
VERDICTS = ("same", "same", "different", "unsure")
Said = tuple[str, str, str]
Two = tuple[str, str]


def said_of(ids: Sequence[str], most: int = 12) -> st.SearchStrategy[list[Said]]:
    """Return strategies of verdicts on pairs of these ids, contradictory ones too."""
    one = st.tuples(st.sampled_from(ids), st.sampled_from(ids), st.sampled_from(VERDICTS))
    some = one.filter(lambda said: said[0] != said[1])
    return st.one_of(
        st.lists(some, max_size=most), st.lists(some, min_size=most // 2, max_size=most)
    )


def judgements_of(said: Iterable[Said]) -> list[Judgement]:
    """Return the judgements, each a minute later than the one before."""
    return [
        Judgement.of(left, right, verdict, by="anna", at=AT + timedelta(minutes=at))
        for at, (left, right, verdict) in enumerate(said)
    ]


def closed(ids: Collection[str], said: Iterable[Said]) -> tuple[set[Two], set[Two]]:
    """Return every two (in both orders) that are one, and every two that are held apart."""
    last = {(min(a, b), max(a, b)): verdict for a, b, verdict in said}
    same: set[Two] = {(id_, id_) for id_ in ids}
    same |= {pair for (a, b), v in last.items() if v == "same" for pair in ((a, b), (b, a))}
    while more := {(a, d) for a, b in same for c, d in same if b == c} - same:
        same |= more
    walls = {pair for (a, b), v in last.items() if v == "different" for pair in ((a, b), (b, a))}
    apart = {(x, y) for x, a in same for b, y in same if (a, b) in walls and x != y}
    return same, apart
