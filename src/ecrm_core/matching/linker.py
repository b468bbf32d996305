"""Linker: pairs of people weighed by a frozen model, and put together to persons.

What comes of two people depends on them and the model alone, so a few of a store, looked at by
themselves, come out as they would among all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from ecrm_core.customers import Profile, SourceRecord
from ecrm_core.kernel import Reason
from ecrm_core.matching.arrays import Numbers, Pairs64
from ecrm_core.matching.clustering import Edges, Walls, clustered
from ecrm_core.matching.comparison import Comparison, by_role
from ecrm_core.matching.explain import reasons_of
from ecrm_core.matching.features import Feature, forms_of_row, names_of
from ecrm_core.matching.model import Model, default_model
from ecrm_core.matching.people import people_columns, people_fields
from ecrm_core.matching.scoring import Scorer
from ecrm_core.matching.stock import Form, Layout
from ecrm_core.matching.weights import Tables, probability

__all__ = ["Forms", "Linker", "Pair"]

Forms = tuple[Form, ...]
"""What one person says, field by field."""
Pair = tuple[int, int]
"""Places of two people in a list, the lower first."""


class Linker:
    """A frozen model bound to the fields that people have; default: the table of roles.

    ``comparisons`` are those of custom fields. Raises DefinitionError when the model knows none of
    the fields.
    """

    def __init__(self, model: Model | None = None, comparisons: Iterable[Comparison] = ()) -> None:
        own = by_role(comparisons)
        self._own = own
        names = sorted(set(names_of(people_fields(own), own).values()))
        self._layout = Layout(names=tuple(names), own=own)
        self.model = model or default_model(names, comparisons=own.values())
        self._tables = Tables(self.model)
        Scorer(self.model, self._layout.features([self._layout.nothing]), tables=self._tables)

    def read(self, person: SourceRecord | Profile) -> Forms:
        """Return what a person says, for ``weights`` and ``link``."""
        columns, fields, _ = people_columns([person], self._own)
        cells = {name: cell for name, (cell,) in columns.items()}
        held = forms_of_row(cells, names_of(fields, self._own), None, self._own)
        return tuple(held.get(name, ()) for name, _ in self._layout.names)

    def scorer(self, people: Sequence[Forms]) -> Scorer | None:
        """Return what weighs pairs of these people; None when they state nothing to compare."""
        features: Sequence[Feature] = self._layout.features(people) if people else ()
        known = [held for held in features if held.values and self._tables.of(held)]
        return Scorer(self.model, known, tables=self._tables) if known else None

    @property
    def link_bits(self) -> float:
        """The weight from which the model takes two for one."""
        return _bits(self.model.link)

    @staticmethod
    def probability(bits: float) -> float:
        """Return the probability (0 to 1) of a weight."""
        return float(probability(np.array([bits]))[0])

    def weights(self, people: Sequence[Forms], pairs: Sequence[Pair]) -> dict[Pair, float]:
        """Return the weights, in bits, of those of the pairs that reach the review cut."""
        scorer = self.scorer(people)
        if scorer is None or not pairs:
            return {}
        found = scorer.scored(*_columns(pairs), floor=_bits(self.model.review) - _SLACK)
        found = found.kept(probability(found.weight) >= self.model.review)
        places = zip(found.left.tolist(), found.right.tolist(), strict=True)
        return dict(zip(places, found.weight.tolist(), strict=True))

    def reasons(self, one: Forms, other: Forms) -> tuple[Reason, ...]:
        """Return what the fields say about two people, the strongest first."""
        scorer = self.scorer([one, other])
        if scorer is None:
            return ()
        left, right = _columns([(0, 1)])
        level = scorer.agreement.levels(left, right)
        bits = scorer.evidence(level, left, right)
        return reasons_of(scorer.features, level[0].tolist(), bits[0].tolist())

    def link(
        self,
        people: Sequence[Forms],
        weights: Mapping[Pair, float],
        *,
        same: Sequence[Pair] = (),
        different: Sequence[Pair] = (),
    ) -> Sequence[int]:
        """Return for each of the people the first who is one person with her, judgements obeyed.

        ``weights`` (bits) are those of ``weights``, of every two of the people that it found.
        """
        cut = self.link_bits
        scorer = self.scorer(people)

        def above(left: Pairs64, right: Pairs64) -> Numbers:
            """Weigh the pairs within a doubtful group that shared no key."""
            if scorer is None:
                return np.full(len(left), -np.inf)
            weight: Numbers = scorer.weights(left, right) - cut
            return weight

        left, right = _columns(sorted(weights))
        bits = np.array([weights[pair] for pair in sorted(weights)], np.float64) - cut
        walls = Walls(same=_said(same), different=_said(different))
        found: list[int] = clustered(len(people), Edges(left, right, bits), walls, above).tolist()
        return found


_SLACK = 0.01  # bits below the cut: what is above is looked at exactly


def _columns(pairs: Iterable[Pair]) -> tuple[Pairs64, Pairs64]:
    held = np.array(list(pairs), np.int64).reshape(-1, 2)
    return held[:, 0], held[:, 1]


def _said(pairs: Sequence[Pair]) -> Pairs64:
    return np.array(pairs, np.int64).reshape(-1, 2)


def _bits(share: float) -> float:
    return float(np.log2(share / (1 - share))) if share < 1 else np.inf
