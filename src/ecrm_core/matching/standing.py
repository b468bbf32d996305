"""Standing: what judgements come to together: who is one, and who is held apart, transitively.

Who was judged the same as somebody is one with her, by way of others too. Two are held apart where
anybody who is one with the first was judged different from anybody who is one with the second. So
judgements that contradict one another hold all they tie together apart: the wall wins.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cached_property

from attrs import field, frozen

from ecrm_core.matching.judgement import Judgement, JudgementVerdict

__all__ = ["Standing"]

_Pair = tuple[str, str]


@frozen(eq=False, repr=False, slots=False)
class Standing:
    """The last judgement on each two ids, and what follows from all of them."""

    last: Mapping[_Pair, Judgement] = field(factory=dict)

    @classmethod
    def of(cls, judgements: Iterable[Judgement]) -> Standing:
        """Return what stands of judgements told in any order."""
        told = sorted(judgements, key=lambda said: (said.at, said.id))
        return cls({(said.left, said.right): said for said in told})

    def told(self, judgements: Iterable[Judgement]) -> Standing:
        """Return what stands once these are told as well; this value stays as it is."""
        return Standing.of((*self.last.values(), *judgements))

    @cached_property
    def _same(self) -> Mapping[str, tuple[str, ...]]:
        return _neighbours(self.last, JudgementVerdict.SAME)

    @cached_property
    def _different(self) -> Mapping[str, tuple[str, ...]]:
        return _neighbours(self.last, JudgementVerdict.DIFFERENT)

    def same(self, ids: Collection[str]) -> frozenset[str]:
        """Return these ids and all that were judged the same, by way of others too."""
        found, fresh = set(ids), list(ids)
        while fresh:
            others = [other for other in self._same.get(fresh.pop(), ()) if other not in found]
            found.update(others)
            fresh += others
        return frozenset(found)

    def foes(self, ids: Collection[str]) -> frozenset[str]:
        """Return who was judged different from one of these very ids."""
        return frozenset(foe for id_ in ids for foe in self._different.get(id_, ()))

    def apart(self, ids: Collection[str]) -> frozenset[str]:
        """Return who is held apart from somebody of these ids, who are one."""
        return self.same(self.foes(self.same(ids))) - set(ids)

    def one_with(self, ids: Collection[str]) -> frozenset[str]:
        """Return who was judged the same as somebody of these ids, and is not held apart."""
        return self.same(ids) - self.apart(ids) - set(ids)


def _neighbours(
    last: Mapping[_Pair, Judgement], verdict: JudgementVerdict
) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for (left, right), said in last.items():
        if said.verdict is verdict:
            found.setdefault(left, []).append(right)
            found.setdefault(right, []).append(left)
    return {id_: tuple(others) for id_, others in found.items()}
