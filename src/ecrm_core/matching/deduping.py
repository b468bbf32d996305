"""Dedupe: which rows of a table are one person; no labels, no tuning, the same in any row order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from ecrm_core.customers.table import text_of
from ecrm_core.matching.arrays import Flags, Numbers, Pairs64, components
from ecrm_core.matching.clustering import Edges, Walls, clustered
from ecrm_core.matching.comparison import Comparison, by_role
from ecrm_core.matching.deduplication import Deduplication
from ecrm_core.matching.features import features_of
from ecrm_core.matching.finding import Found, expanded, find
from ecrm_core.matching.judgement import Judgement, JudgementVerdict, verdicts
from ecrm_core.matching.model import Model
from ecrm_core.matching.pairs import Pairs
from ecrm_core.matching.rows import Fields, Id, People, rows_of
from ecrm_core.matching.settling import settled, with_inner_pairs
from ecrm_core.matching.units import Units, units_of

__all__ = ["Progress", "dedupe"]

Progress = Callable[[int, int, str], object]
"""Called as progress(done, total, stage) after each stage of the work."""

_Verdicts = Mapping[tuple[str, str], JudgementVerdict]


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
    features = features_of(rows.columns, rows.fields, own)
    last = verdicts(judgements)
    said = _said(rows.ids, last)
    ranks = _ranks(rows.ids)
    units = units_of(features, ranks, rows.sources, np.unique(np.concatenate(list(said.values()))))
    walls = _walls(units, said)
    tell(1, 4, "reading")
    found = find(units, model, walls, tell)
    label = _clustered(units, found, walls)
    tell(4, 4, "clustering")
    inner = with_inner_pairs(found.scored, label, found.scorer)
    likely = settled(inner, label, found.model.link)
    scored, unit_pair = expanded(units, inner)
    pairs = Pairs.ranked(rows.ids, scored.left, scored.right, scored.weight, likely[unit_pair])
    return Deduplication(
        ids=rows.ids, model=found.model, left_out=found.left_out,
        compared=found.compared, scored=pairs,
        labels=_least(ranks, units.order, _of_rows(units, label)), features=features, verdicts=last,
        barred=_barred(units.rows, pairs, said),
    )  # fmt: skip


_Said = Mapping[JudgementVerdict, Pairs64]


def _said(ids: Sequence[Id], verdicts: _Verdicts) -> _Said:
    """Return what was judged as pairs of rows; ids that are not here are passed by."""
    sides: dict[JudgementVerdict, list[tuple[int, int]]] = {
        JudgementVerdict.SAME: [], JudgementVerdict.DIFFERENT: []
    }
    texts = {text_of(id_): row for row, id_ in enumerate(ids)} if verdicts else {}
    for (left, right), verdict in sorted(verdicts.items()):
        if verdict in sides and left in texts and right in texts:
            sides[verdict].append((texts[left], texts[right]))
    return {verdict: np.array(held, np.int64).reshape(-1, 2) for verdict, held in sides.items()}


def _walls(units: Units, said: _Said) -> Walls:
    unit = np.empty(units.rows, np.int64)
    unit[units.order] = units.of_rows
    return Walls(same=unit[said[JudgementVerdict.SAME]], different=unit[said[JudgementVerdict.DIFFERENT]])


def _ranks(ids: Sequence[Id]) -> Pairs64:
    """Return the rank of each id: whole numbers by value, anything else by text."""
    if isinstance(ids, range):
        return np.arange(len(ids))
    if all(isinstance(id_, int) for id_ in ids):
        return np.argsort(np.argsort(np.array(ids, np.int64), kind="stable"))
    texts = list(map(text_of, ids))
    ranks = np.empty(len(texts), np.int64)
    ranks[sorted(range(len(texts)), key=texts.__getitem__)] = np.arange(len(texts))
    return ranks


def _clustered(units: Units, found: Found, walls: Walls) -> Pairs64:
    """Return for each unit the first unit of its person; -1: its rows are strangers, alike."""
    link = found.model.link
    cut = float(np.log2(link / (1 - link))) if link < 1 else np.inf
    scored = found.scored

    def above(left: Pairs64, right: Pairs64) -> Numbers:
        weight = found.scorer.weights(left, right) - cut
        if units.sources is not None:  # two rows of one source are not compared
            weight[units.sources[left] == units.sources[right]] = 0.0
        return weight

    own = scored.left == scored.right
    strangers = units.sizes > 1
    strangers[scored.left[own & (scored.weight >= cut)]] = False
    edges = ~own & ~strangers[scored.left] & ~strangers[scored.right]
    label = clustered(
        units.count,
        Edges(scored.left[edges], scored.right[edges], scored.weight[edges] - cut),
        walls, above,
    )  # fmt: skip
    return np.where(strangers, -1 - label, label)


def _of_rows(units: Units, label: Pairs64) -> Pairs64:
    """Return for each row, in the order of units, the first row of its person."""
    of_rows = units.of_rows
    head = label[of_rows]
    return np.where(head < 0, np.arange(units.rows), units.starts[np.maximum(head, 0)])


def _least(ranks: Pairs64, order: Pairs64, label: Pairs64) -> Pairs64:
    """Return for each row of the table the row with the least id of its person."""
    best = np.full(len(ranks), len(ranks), np.int64)
    np.minimum.at(best, label, ranks[order])
    of_rank = np.empty(len(ranks), np.int64)
    of_rank[ranks] = np.arange(len(ranks))
    found = np.empty(len(ranks), np.int64)
    found[order] = of_rank[best[label]]
    return found


def _barred(rows: int, pairs: Pairs, said: _Said) -> Flags:
    """Return the pairs that were judged different, or are so by way of rows judged the same."""
    different = said[JudgementVerdict.DIFFERENT]
    if not len(different):
        return np.zeros(len(pairs), np.bool_)
    unit = components(rows, *said[JudgementVerdict.SAME].T)
    one, two = unit[different].min(axis=1), unit[different].max(axis=1)
    left, right = unit[pairs.left], unit[pairs.right]
    low, high = np.minimum(left, right), np.maximum(left, right)
    held_apart: Flags = np.isin(low << 32 | high, one << 32 | two)
    return held_apart
