"""Contradictions: two were judged different, and other people's words make them one."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType

from attrs import frozen

from ecrm_core.kernel import Reason, html_table, instant_text, plain_table
from ecrm_core.matching.judgement import Judgement, JudgementVerdict

__all__ = ["Bond", "Contradiction", "contradictions"]

_HEAD = ("said", "left", "right", "by", "at", "id")
_DIFFERENT, _SAME = "judged different", "judged the same"


@frozen(kw_only=True)
class Bond:
    """One statement that two ids are one person: a judgement, or a merge that stands.

    ``said`` tells which: "judged the same", "merged", "merged automatically".
    """

    id: str
    left: str
    right: str
    by: str
    at: datetime
    said: str = _SAME


@frozen(kw_only=True)
class Contradiction:
    """A judgement ``wall`` that two are different, and the shortest ``path`` that makes them one.

    The path leads from ``wall.left`` to ``wall.right``. ``str``, the table and the reasons hold
    ids, authors and times, never a value of the data.
    """

    wall: Judgement
    path: tuple[Bond, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids on the path, from the left of the wall to its right."""
        found = [self.wall.left]
        for bond in self.path:
            found.append(bond.right if bond.left == found[-1] else bond.left)
        return tuple(found)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The wall and each step of the path as reasons."""
        return tuple(
            Reason("contradicted" if at == 0 else "contradicts",
                   "{left} and {right} were {said} by {by} at {at} ({id})",
                   dict(zip(_HEAD, row, strict=True)))
            for at, row in enumerate(self.rows())
        )  # fmt: skip

    def rows(self) -> tuple[tuple[str, ...], ...]:
        """Return what was said, of whom, by whom, when, and the id, as text; the wall first."""
        wall = _row(_DIFFERENT, self.wall)
        return (wall, *(_row(bond.said, bond) for bond in self.path))

    def __str__(self) -> str:
        """Return the plain table."""
        return plain_table(_HEAD, self.rows())

    def _repr_html_(self) -> str:
        return html_table(_HEAD, self.rows())


def contradictions(
    judgements: Iterable[Judgement],
    *,
    merged: Iterable[Bond] = (),
    roots: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Contradiction, ...]:
    """Return every last verdict "different" that other last verdicts and merges contradict.

    ``roots`` name the customer each id belongs to now: of judgements on the same two customers the
    last counts. In the order of the walls' ids; each path is the shortest, ties broken by id.
    """
    last = _last(judgements, roots)
    walls = [said for said in last if said.verdict is JudgementVerdict.DIFFERENT]
    ties = _ties([*map(_bond, _said_same(last)), *merged])
    found = [(wall, _path(ties, wall.left, wall.right)) for wall in walls]
    held = [Contradiction(wall=wall, path=path) for wall, path in found if path]
    return tuple(sorted(held, key=lambda one: one.wall.id))


def _last(judgements: Iterable[Judgement], roots: Mapping[str, str]) -> Collection[Judgement]:
    """Return the last judgement on each two customers; within one, on each two ids."""
    found: dict[tuple[str, ...], Judgement] = {}
    for said in sorted(judgements, key=lambda said: (said.at, said.id)):
        pair = sorted(roots.get(id_, id_) for id_ in (said.left, said.right))
        found[tuple(pair) if pair[0] != pair[1] else (said.left, said.right)] = said
    return found.values()


def _said_same(judgements: Iterable[Judgement]) -> Iterator[Judgement]:
    return (said for said in judgements if said.verdict is JudgementVerdict.SAME)


def _bond(said: Judgement) -> Bond:
    return Bond(id=said.id, left=said.left, right=said.right, by=said.by, at=said.at)


def _row(said: str, row: Judgement | Bond) -> tuple[str, ...]:
    return (said, row.left, row.right, row.by, instant_text(row.at), row.id)


_Ties = Mapping[str, Mapping[str, Bond]]


def _ties(bonds: Iterable[Bond]) -> _Ties:
    """Return for each id whom it is tied to by which bond, the earliest where there are two."""
    found: dict[str, dict[str, Bond]] = {}
    for bond in sorted(bonds, key=lambda bond: (bond.at, bond.id)):
        found.setdefault(bond.left, {}).setdefault(bond.right, bond)
        found.setdefault(bond.right, {}).setdefault(bond.left, bond)
    return found


def _path(ties: _Ties, start: str, end: str) -> tuple[Bond, ...]:
    """Return the shortest way from one to the other; empty when there is none."""
    came: dict[str, str] = {start: start}
    waiting = deque([start])
    while waiting and end not in came:
        here = waiting.popleft()
        for other in sorted(ties.get(here, {})):
            if other not in came:
                came[other] = here
                waiting.append(other)
    steps: list[Bond] = []
    while end != start and end in came:
        steps.append(ties[came[end]][end])
        end = came[end]
    return tuple(reversed(steps))
