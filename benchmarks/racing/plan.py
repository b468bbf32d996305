"""Plan: what four writers do in each round, drawn once and the same for every strategy."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import perf_counter
from typing import Protocol

from attrs import field, frozen

WRITERS, CUSTOMERS, BEATS = 4, 5, 2
FIELDS = ("brand", "lifecycle")


@frozen
class Act:
    """One thing a writer does: ``verb`` with customers, by number, and a value nobody else has."""

    verb: str
    one: int
    two: int
    name: str
    value: str


@frozen(kw_only=True)
class Acks:
    """What writers were told is done: merges and undos as (loser, winner), the rest as it came."""

    merges: list[tuple[str, str]] = field(factory=list)
    undos: list[tuple[str, str]] = field(factory=list)
    edits: list[object] = field(factory=list)
    refusals: list[str] = field(factory=list)


class Strategy(Protocol):
    """A way to keep customers; a verb returns what is done, or None when it was refused."""

    retries: int

    def begin(self, number: int) -> None: ...
    def merges(self, writer: int, act: Act) -> tuple[str, str] | None: ...
    def undos(self, writer: int, act: Act) -> tuple[str, str] | None: ...
    def edits(self, writer: int, act: Act) -> object: ...
    def refusals(self, writer: int, act: Act) -> str | None: ...
    def audit(self, acks: Acks) -> Counter[str]: ...


def rounds(seed: int, count: int) -> Iterator[Sequence[Sequence[Act]]]:
    """Go through the rounds: five new customers, two beats, in each of them an act a writer."""
    draw = random.Random(seed)
    verbs = ["merges"] * 5 + ["undos"] * 2 + ["edits"] * 3 + ["refusals"]
    for number in range(count):
        yield [
            [Act(draw.choice(verbs), *draw.sample(range(CUSTOMERS), 2), draw.choice(FIELDS),
                 f"{number}.{beat}.{writer}") for writer in range(WRITERS)]
            for beat in range(BEATS)
        ]  # fmt: skip


def race(strategy: Strategy, seed: int, count: int) -> tuple[Counter[str], float]:
    """Return what went wrong in that many rounds, and the seconds that writers were at work."""
    found, seconds = Counter[str](), 0.0
    barrier = Barrier(WRITERS)

    def work(writer: int, act: Act) -> object:
        barrier.wait()
        return getattr(strategy, act.verb)(writer, act)

    with ThreadPoolExecutor(WRITERS) as pool:
        for number, beats in enumerate(rounds(seed, count)):
            strategy.begin(number)
            acks, began = Acks(), perf_counter()
            for beat in beats:
                for act, told in zip(beat, pool.map(work, range(WRITERS), beat), strict=True):
                    if told is not None:
                        getattr(acks, act.verb).append(told)
            seconds += perf_counter() - began
            found += strategy.audit(acks)
    return found, seconds


def count_edges(acks: Acks, parents: dict[str, str]) -> Counter[str]:
    """Return whether merges run in a circle, how many are lost, how many undone ones stand."""
    standing = Counter(acks.merges)
    standing.subtract(acks.undos)
    lost = sum(left - (parents.get(loser) == winner)
               for (loser, winner), left in standing.items() if left > 0)  # fmt: skip
    back = sum(standing[pair] <= 0 for pair in parents.items())
    return Counter({"cycles": _circle(parents), "lost merges": lost, "came back": back})


def _circle(parents: dict[str, str]) -> bool:
    for id_ in parents:
        for _ in range(len(parents) + 1):
            id_ = parents.get(id_, "")  # noqa: PLW2901 - one step up
        if id_:
            return True
    return False
