"""Deduplication: what comparing a table with itself came to. It proposes, and joins nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
from attrs import evolve, field, frozen

from ecrm_core.customers.table import Table, text_of
from ecrm_core.errors import MissingError
from ecrm_core.kernel import Reason, html_table, plain_table
from ecrm_core.matching.arrays import Flags, Pairs64
from ecrm_core.matching.blocking import LeftOut
from ecrm_core.matching.explain import Explanation
from ecrm_core.matching.explaining import between_groups, explained
from ecrm_core.matching.features import Feature
from ecrm_core.matching.judgement import JudgementVerdict
from ecrm_core.matching.model import Model
from ecrm_core.matching.pairs import Pairs
from ecrm_core.matching.rows import Id, labelled
from ecrm_core.matching.weights import probability

__all__ = ["Deduplication"]

_HEAD = ("what", "how many")


@frozen(kw_only=True, repr=False, eq=False, slots=False)
class Deduplication:
    """Rows put together to persons, and the pairs that speak for it.

    ``compared`` counts the pairs looked at, ``left_out`` lists blocks too large for that;
    ``stopped`` says that progress stopped the work. Ids are
    those of the table, or the numbers of its rows from 0. ``str`` and notebooks show counts, never
    a value of the data.
    """

    ids: Sequence[Id]
    model: Model
    left_out: tuple[LeftOut, ...]
    compared: int
    stopped: bool
    _scored: Pairs = field(alias="scored")
    _labels: Pairs64 = field(alias="labels")
    _features: tuple[Feature, ...] = field(alias="features")
    _verdicts: Mapping[tuple[str, str], JudgementVerdict] = field(alias="verdicts")
    _barred: Flags = field(alias="barred")

    @cached_property
    def clusters(self) -> Mapping[Id, Id]:
        """The cluster of each id: the least id of the rows that are one person."""
        return {id_: self.ids[at] for id_, at in zip(self.ids, self._labels.tolist(), strict=True)}

    @cached_property
    def groups(self) -> tuple[tuple[Id, ...], ...]:
        """The ids of every cluster of two or more, in the order of the table."""
        found: dict[int, list[Id]] = {}
        for id_, at in zip(self.ids, self._labels.tolist(), strict=True):
            found.setdefault(at, []).append(id_)
        return tuple(tuple(members) for members in found.values() if len(members) > 1)

    @cached_property
    def pairs(self) -> Pairs:
        """The pairs of one cluster, the likeliest first."""
        return self._scored.kept(self._together & ~self._barred)

    @cached_property
    def certain(self) -> Pairs:
        """The pairs of one cluster from the ``certain`` cut on, proposed: look at a sample first.

        Of invented people made hard .998 were right, of other labelled sets nearly all.
        """
        return self._scored.kept(self._sure)

    @cached_property
    def review(self) -> Pairs:
        """The middle zone: pairs somebody should look at, the likeliest first.

        What a pair says of itself does not matter where its cluster is sure.
        """
        likely = self._scored.likely
        middle = (likely >= self.model.review) & (likely < self.model.certain)
        return self._scored.kept(middle & ~self._sure & ~self._barred)

    @property
    def _sure(self) -> Flags:
        """Which pairs are of one cluster, and say so by themselves."""
        held: Flags = self._together & (probability(self._scored.weight) >= self.model.certain)
        return held

    @property
    def _together(self) -> Flags:
        held: Flags = self._labels[self._scored.left] == self._labels[self._scored.right]
        return held

    def explain(self, left: Id, right: Id) -> Explanation:
        """Return why two rows are taken for one person or not, field by field.

        Raises MissingError for an id that is not in the table.
        """
        one, two = self._row(left), self._row(right)
        low, high = sorted((text_of(left), text_of(right)))
        verdict = self._verdicts.get((low, high))
        found = explained(self.model, self._features, one, two)
        together = bool(self._labels[one] == self._labels[two])
        apart = not together and found.probability >= self.model.link
        groups = [np.flatnonzero(self._labels == self._labels[row]).tolist() for row in (one, two)]
        between = between_groups(self.model, self._features, *groups) if apart else None
        judged = verdict.value if verdict else None
        return evolve(found, judged=judged, together=together, between=between)

    def reasons(self, left: Id, right: Id) -> tuple[Reason, ...]:
        """Return the evidence on two rows as reasons without values, the strongest first."""
        return self.explain(left, right).reasons

    def _row(self, id_: Id) -> int:
        at = self._places.get(text_of(id_))
        if at is None:
            raise MissingError("no row of the table has this id", code="no_row")
        return at

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {text_of(id_): at for at, id_ in enumerate(self.ids)}

    def label(self, table: Table, *, column: str = "cluster_id") -> object:
        """Return the table with the cluster of each row as one more column: frames stay frames.

        Raises DefinitionError for a table of another length.
        """
        return labelled(table, list(self.clusters.values()), column)

    @property
    def counts(self) -> Mapping[str, int]:
        """How many rows, persons, pairs of each zone, and pairs left out there are."""
        sizes = Counter(self._labels.tolist())
        return {
            "rows": len(self.ids),
            "persons": len(sizes),
            "largest": max(sizes.values(), default=0),
            "pairs compared": self.compared,
            "pairs taken for one": len(self.pairs),
            "certain": len(self.certain),
            "to review": len(self.review),
            "left out in large blocks": self._missed,
        }

    @property
    def _missed(self) -> int:
        """At most so many pairs: what one rule leaves out, another may have compared."""
        rows = len(self.ids)
        rest = rows * (rows - 1) // 2 - self.compared
        return min(rest, sum(missed.pairs for missed in self.left_out))

    def __repr__(self) -> str:
        """Show the numbers of rows and persons."""
        return f"<Deduplication {len(self.ids)} rows, {self.counts['persons']} persons>"

    def __str__(self) -> str:
        """Show the counts."""
        return plain_table(_HEAD, self._table())

    def _repr_html_(self) -> str:
        return html_table(_HEAD, self._table())

    def _table(self) -> Sequence[tuple[str, str]]:
        return [(name, f"{count:,}") for name, count in self.counts.items()]
