"""Comparison: any two texts have a level, and pairs that are alike come together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from hypothesis import given
from hypothesis import strategies as st

from ecrm_core.matching import Comparison
from ecrm_core.testing.plugins.plugged import Plugged
from ecrm_core.testing.strategies import texts

__all__ = ["ComparisonContract"]


class ComparisonContract(Plugged):
    """What a Comparison promises: set ``tools``, its role as ``name``, and ``pairs`` with levels.

    ``pairs`` maps two texts to the name of the level they have.
    """

    pairs: ClassVar[Mapping[tuple[str, str], str]]

    def test_each_pair_has_its_level(self) -> None:
        assert {pair: self._level(*pair) for pair in self.pairs} == self.pairs

    def test_any_two_texts_have_a_level_whichever_comes_first(self) -> None:
        some = self._texts()

        @self.draws
        @given(some, some)
        def compare(left: str, right: str) -> None:
            assert self._level(left, right) == self._level(right, left)
            assert self._keys(left) == self._keys(left), "other keys the second time"

        compare()

    def test_pairs_that_are_alike_share_a_key(self) -> None:
        lowest = self._comparison.levels[0]
        alike = [pair for pair, level in self.pairs.items() if level != lowest]
        apart = [pair for pair in alike if not self._keys(pair[0]) & self._keys(pair[1])]
        assert self._comparison.keys is None or apart == []

    @property
    def _comparison(self) -> Comparison:
        return self.tools.comparisons[self.name]

    def _texts(self) -> st.SearchStrategy[str]:
        """Draw texts of the pairs, often with one sign of another in them, and any text."""
        known = st.sampled_from(sorted({text for pair in self.pairs for text in pair}))
        places = st.integers(0, 40)
        near = st.builds(_mixed, known, known, places, places)
        return known | near | near | texts(min_size=0)

    def _form(self, text: str) -> str:
        form = self._comparison.formed(text)
        assert form == self._comparison.formed(text), "another form the second time"
        return text if form is None else form

    def _keys(self, text: str) -> set[str]:
        form = self._form(text)
        return set(self._comparison.shared(form)) if form else set()

    def _level(self, left: str, right: str) -> str:
        low, high = sorted(map(self._form, (left, right)))
        levels = self._comparison.levels
        if not low:
            return levels[0]  # a text that says nothing is compared with none
        if low == high:
            return levels[-1]
        place = self._comparison.level(low, high)
        assert place == self._comparison.level(low, high), "another level the second time"
        return levels[place]


def _mixed(text: str, other: str, at: int, of: int) -> str:
    """Return the text with one sign of the other in it."""
    return text[:at] + other[of : of + 1] + text[at + 1 :]
