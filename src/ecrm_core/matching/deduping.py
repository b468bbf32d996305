"""Dedupe: which rows of a table are one person; no labels, no tuning, the same in any row order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from attrs import frozen

from ecrm_core.customers.table import text_of
from ecrm_core.matching.agreement import agreement
from ecrm_core.matching.arrays import Codes, Flags, Levels, Numbers, Pairs64, components, unpacked
from ecrm_core.matching.blocking import block
from ecrm_core.matching.clustering import Edges, Walls, clustered
from ecrm_core.matching.comparison import Comparison, by_role
from ecrm_core.matching.deduplication import Deduplication
from ecrm_core.matching.features import Feature, features_of
from ecrm_core.matching.judgement import Judgement, JudgementVerdict, verdicts
from ecrm_core.matching.model import Model
from ecrm_core.matching.pairs import Pairs
from ecrm_core.matching.rows import Fields, Id, People, Rows, rows_of
from ecrm_core.matching.scoring import Scorer, probability
from ecrm_core.matching.training import fit

__all__ = ["Progress", "dedupe"]

Progress = Callable[[int, int, str], object]
"""Called as progress(done, total, stage) after each stage of the work."""

_Verdicts = Mapping[tuple[str, str], JudgementVerdict]
_RULED = 60.0  # bits of what a person has judged the same
_TWINS = 500.0  # bits that keep rows alike in everything together, however many they are


def dedupe(
    table: People,
    *,
    fields: Fields | None = None,
    id: str | None = None,  # noqa: A002 - the word of the design
    link: str | None = None,
    model: Model | None = None,
    judgements: Iterable[Judgement] = (),
    comparisons: Iterable[Comparison] = (),
    progress: Progress | None = None,
) -> Deduplication:
    """Return which rows are one person, with the pairs, what to review and why.

    ``table``: columns by name, a frame, a list of mappings, or of SourceRecords or Profiles (which
    need no ``fields``). ``fields``: a FieldMap, or roles by column. ``id`` names the column of ids
    (default: that of the role ``id``, else row numbers), ``link`` one that names the source: then
    only pairs of two sources count (for records any text: their source key says it). The model is
    fitted to the table, or the given one is used. ``judgements`` name rows by the text of their
    ids; they are obeyed. ``comparisons`` say how custom fields (``attribute:<name>``) are compared.

    Raises DefinitionError and UnknownName for columns and roles that are none, InputError for an id
    that is missing or given twice, PluginError for a comparison that fails. Values never raise:
    what cannot be read says nothing.
    """
    tell = progress or (lambda done, total, stage: None)  # noqa: ARG005 - said by the protocol
    own = by_role(comparisons)
    rows = rows_of(table, fields=fields, id=id, link=link, own=own)
    found = features_of(rows.columns, rows.fields, own)
    held = _in_order(rows, found)
    tell(1, 4, "reading")
    blocks = block(held.features, len(held.order), held.sources)
    tell(2, 4, "blocking")
    left, right = unpacked(blocks.pairs)
    level: Levels | None = None
    if model is None:
        level = agreement(held.features, left, right)
        model = fit(held.features, blocks, level, rows=len(held.order), pairs=held.possible)
    tell(3, 4, "fitting")
    last = verdicts(judgements)
    walls = held.walls(rows.ids, last)
    weight = Scorer(model, held.features).weights(left, right, level)
    scored = _kept(model, (left, right, weight), walls)
    label = _clustered(model, held, scored, walls)
    tell(4, 4, "clustering")
    left, right, weight = scored
    pairs = Pairs.ranked(rows.ids, held.order[left], held.order[right], weight)
    return Deduplication(
        ids=rows.ids, model=model, left_out=blocks.left_out,
        compared=len(blocks.pairs), scored=pairs,
        labels=_least(rows.ids, held.order, label), features=found, verdicts=last,
        barred=_barred(held, pairs, walls),
    )  # fmt: skip


@frozen(kw_only=True, eq=False)
class _Ordered:
    """The rows in an order of their values alone; ``order`` leads back to the table."""

    features: tuple[Feature, ...]
    order: Pairs64
    sources: Codes | None

    @property
    def possible(self) -> int:
        """How many pairs there are."""
        rows = len(self.order)
        total = rows * (rows - 1) // 2
        if self.sources is None:
            return total
        sizes = np.bincount(self.sources)
        return total - int((sizes * (sizes - 1) // 2).sum())

    @property
    def twins(self) -> Pairs64:
        """A number for each row that only rows alike in everything share: they are neighbours."""
        differ = np.zeros(len(self.order), np.bool_)
        for feature in self.features:
            differ[1:] |= (feature.codes[1:] != feature.codes[:-1]).any(axis=1)
        return np.cumsum(differ)

    def walls(self, ids: Sequence[Id], said: _Verdicts) -> Walls:
        """Return what was judged as pairs of ordered rows; ids that are not here are passed by."""
        if not said:
            return Walls()
        texts = {text_of(ids[at]): row for row, at in enumerate(self.order.tolist())}
        sides: dict[JudgementVerdict, list[tuple[int, int]]] = {}
        for (left, right), verdict in sorted(said.items()):
            if left in texts and right in texts:
                sides.setdefault(verdict, []).append((texts[left], texts[right]))
        same, different = (
            np.array(sides.get(verdict, []), np.int64).reshape(-1, 2)
            for verdict in (JudgementVerdict.SAME, JudgementVerdict.DIFFERENT)
        )
        return Walls(same=same, different=different)


def _in_order(rows: Rows, found: Sequence[Feature]) -> _Ordered:
    """Order rows by their values, then by id: where they stood in the table is forgotten."""
    ranks = _ranks(rows.ids)
    keys = [ranks, *(slot for feature in reversed(found) for slot in feature.codes.T[::-1])]
    order = np.lexsort(keys).astype(np.int64)
    sources: Codes | None = None
    if rows.sources is not None:
        which = np.unique(np.array(rows.sources, np.str_), return_inverse=True)[1]
        sources = which[order].astype(np.int32)
    taken = tuple(feature.taken(order) for feature in found)
    return _Ordered(features=taken, order=order, sources=sources)


def _ranks(ids: Sequence[Id]) -> Pairs64:
    """Return the rank of each id: whole numbers by value, anything else by text."""
    if all(isinstance(id_, int) for id_ in ids):
        return np.argsort(np.argsort(np.array(ids, np.int64), kind="stable"))
    return np.argsort(np.argsort(np.array(list(map(text_of, ids)), np.str_), kind="stable"))


_Scored = tuple[Pairs64, Pairs64, Numbers]


def _kept(model: Model, scored: _Scored, walls: Walls) -> _Scored:
    """Return the pairs above the review cut or judged the same, with their weights."""
    left, right, weight = scored
    low, high = walls.same.min(axis=1), walls.same.max(axis=1)
    kept = probability(weight) >= model.review
    kept &= ~np.isin(left << 32 | right, low << 32 | high)
    ruled = np.full(len(low), _RULED)
    return np.r_[left[kept], low], np.r_[right[kept], high], np.r_[weight[kept], ruled]


def _clustered(model: Model, held: _Ordered, scored: _Scored, walls: Walls) -> Pairs64:
    cut = float(np.log2(model.link / (1 - model.link))) if model.link < 1 else np.inf
    scorer = Scorer(model, held.features)

    def above(left: Pairs64, right: Pairs64) -> Numbers:
        weight = scorer.weights(left, right) - cut
        if held.sources is not None:  # two rows of one source are not compared
            weight[held.sources[left] == held.sources[right]] = 0.0
        return weight

    left, right, weight = scored
    weight = weight - cut
    twins = held.twins
    weight[(twins[left] == twins[right]) & (weight >= 0)] = _TWINS
    return clustered(len(held.order), Edges(left, right, weight), walls, above)


def _least(ids: Sequence[Id], order: Pairs64, label: Pairs64) -> Pairs64:
    """Return for each row of the table the row with the least id of its person."""
    ranks = _ranks(ids)
    best = np.full(len(ids), len(ids), np.int64)
    np.minimum.at(best, label, ranks[order])
    of_rank = np.argsort(ranks, kind="stable")
    found = np.empty(len(ids), np.int64)
    found[order] = of_rank[best[label]]
    return found


def _barred(held: _Ordered, pairs: Pairs, walls: Walls) -> Flags:
    """Return the pairs that were judged different, or are so by way of rows judged the same."""
    same, different = held.order[walls.same], held.order[walls.different]
    unit = components(len(held.order), *same.T)
    one, two = unit[different].min(axis=1), unit[different].max(axis=1)
    left, right = unit[pairs.left], unit[pairs.right]
    low, high = np.minimum(left, right), np.maximum(left, right)
    held_apart: Flags = np.isin(low << 32 | high, one << 32 | two)
    return held_apart
