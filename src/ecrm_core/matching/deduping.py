"""Dedupe: which rows of a table are one person; no labels, no tuning, the same in any row order."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

import numpy as np

from ecrm_core.customers.table import text_of
from ecrm_core.errors import DefinitionError, UnknownName
from ecrm_core.matching.arrays import Flags, Numbers, Pairs64, components
from ecrm_core.matching.clustering import Edges, Walls, clustered, linked_once
from ecrm_core.matching.comparison import Comparison, by_role
from ecrm_core.matching.deduplication import Deduplication
from ecrm_core.matching.features import features_of
from ecrm_core.matching.finding import Found, Telling, expanded, find, strangers_of
from ecrm_core.matching.judgement import Judgement, JudgementVerdict, verdicts
from ecrm_core.matching.model import Model
from ecrm_core.matching.pairs import Pairs
from ecrm_core.matching.rows import Fields, Id, People, Rows, rows_of
from ecrm_core.matching.settling import settled, with_inner_pairs
from ecrm_core.matching.units import Units, units_of

__all__ = ["Progress", "dedupe"]

Progress = Callable[[int, int, str], object]
"""Called as progress(done, total, stage) after each stage of the work; False stops it there."""

_Verdicts = Mapping[tuple[str, str], JudgementVerdict]


def dedupe(
    table: People,
    *,
    fields: Fields | None = None,
    id: str | None = None,  # noqa: A002 - the word of the design
    link: str | None = None,
    once: Collection[str] = (),
    model: Model | None = None,
    judgements: Iterable[Judgement] = (),
    comparisons: Iterable[Comparison] = (),
    rules: Sequence[Sequence[str]] | None = None,
    pairs: int | None = None,
    progress: Progress | None = None,
) -> Deduplication:
    """Return which rows are one person, with the pairs, what to review and why.

    ``table``: columns by name, a frame, a list of mappings, or of SourceRecords or Profiles (which
    need no ``fields``). ``fields``: a FieldMap, or roles by column. ``id`` names the column of ids
    (default: that of the role ``id``, else row numbers), ``link`` one that names the source: then
    only pairs of two sources count (for records any text: their source key says it). ``once`` are
    sources that hold everybody once: no cluster has two rows of one of them, the likeliest pairs
    come first (all sources: one to one; one of two: one to many). The model is fitted to the table,
    or the given one is used. ``judgements`` name rows by the text of their ids; they are obeyed.
    ``comparisons`` say how custom fields (``attribute:<name>``) are compared. ``rules`` replace the
    blocking rules, each the names of some pieces of docs/reference/matching-roles.md. ``pairs``
    bounds how many pairs are compared at most, and so the memory (some 100 bytes each; by default a
    few for each row); ``left_out`` says what that cost. ``progress`` may stop the work by
    returning False: what is compared by then is clustered, and the result is ``stopped``.

    Raises DefinitionError and UnknownName for columns and roles that are none, InputError for an id
    that is missing or given twice, PluginError for a comparison that fails. Values never raise:
    what cannot be read says nothing.
    """
    if pairs is not None and pairs < 1:
        raise DefinitionError(f"found pairs={pairs}, expected 1 or more", code="limit")
    once = (once,) if isinstance(once, str) else tuple(once)
    tell = Telling(progress)
    own = by_role(comparisons)
    rows = rows_of(table, fields=fields, id=id, link=link, own=own)
    features = features_of(rows.columns, rows.fields, own)
    last = verdicts(judgements)
    said = _said(rows.ids, last)
    ranks = _ranks(rows.ids)
    single = _single(rows, once)
    alone = np.concatenate([*(rows_.ravel() for rows_ in said.values()), single])
    units = units_of(features, ranks, rows.sources, alone)
    walls = _walls(units, said)
    tell(1, 4, "reading")
    found = find(units, model, walls, tell, rules, pairs)
    label = _clustered(units, found, walls, once)
    tell(4, 4, "clustering")
    inner = with_inner_pairs(found.scored, label, found.scorer, units.sources)
    likely = settled(inner, label, found.model.link)
    scored, unit_pair = expanded(units, inner)
    ranked = Pairs.ranked(rows.ids, scored.left, scored.right, scored.weight, likely[unit_pair])
    return Deduplication(
        ids=rows.ids, model=found.model, left_out=found.left_out,
        compared=found.compared, stopped=tell.stopped, scored=ranked,
        labels=_least(ranks, units.order, _of_rows(units, label)), features=features, verdicts=last,
        barred=_barred(units.rows, ranked, said),
    )  # fmt: skip


def _single(rows: Rows, once: Collection[str]) -> Pairs64:
    """Return the rows of sources that hold everybody once.

    Raises DefinitionError where no source is told apart, UnknownName for a source without rows; the
    others are not named, for a column of sources may hold anything.
    """
    if once and rows.sources is None:
        message = "expected link= to name the column of sources, for once= names some of them"
        raise DefinitionError(message, code="once")
    known, named = set(rows.sources or ()), frozenset(map(text_of, once))
    for name in sorted(named - known):
        raise UnknownName("source", name[:80], ())
    return np.array([at for at, held in enumerate(rows.sources or ()) if held in named], np.int64)


_Said = Mapping[JudgementVerdict, Pairs64]


def _said(ids: Sequence[Id], verdicts: _Verdicts) -> _Said:
    """Return what was judged as pairs of rows; ids that are not here are passed by."""
    sides: dict[JudgementVerdict, list[tuple[int, int]]] = {
        JudgementVerdict.SAME: [],
        JudgementVerdict.DIFFERENT: [],
    }
    texts = {text_of(id_): row for row, id_ in enumerate(ids)} if verdicts else {}
    for (left, right), verdict in sorted(verdicts.items()):
        if verdict in sides and left in texts and right in texts:
            sides[verdict].append((texts[left], texts[right]))
    return {verdict: np.array(held, np.int64).reshape(-1, 2) for verdict, held in sides.items()}


def _walls(units: Units, said: _Said) -> Walls:
    unit = np.empty(units.rows, np.int64)
    unit[units.order] = units.of_rows
    return Walls(
        same=unit[said[JudgementVerdict.SAME]], different=unit[said[JudgementVerdict.DIFFERENT]]
    )


def _ranks(ids: Sequence[Id]) -> Pairs64:
    """Return the rank of each id: whole numbers by value, anything else by text."""
    if isinstance(ids, range):
        return np.arange(len(ids))
    whole = all(isinstance(id_, int) for id_ in ids)
    keys: Sequence[object] = ids if whole else list(map(text_of, ids))
    ranks = np.empty(len(ids), np.int64)
    ranks[sorted(range(len(ids)), key=keys.__getitem__)] = np.arange(len(ids))  # type: ignore[arg-type]  # all of one type
    return ranks


def _clustered(units: Units, found: Found, walls: Walls, once: Collection[str]) -> Pairs64:
    """Return for each unit the first unit of its person; -1: its rows are strangers, alike."""
    link = found.model.link
    cut = float(np.log2(link / (1 - link))) if link < 1 else np.inf
    scored = found.scored

    def above(left: Pairs64, right: Pairs64) -> Numbers:
        weight = found.scorer.weights(left, right) - cut
        if units.sources is not None:  # two rows of one source are not compared
            weight[units.sources[left] == units.sources[right]] = 0.0
        return weight

    strangers = strangers_of(units, scored, found.scorer, cut)
    own = scored.left == scored.right
    edges = ~own & ~strangers[scored.left] & ~strangers[scored.right]
    held = Edges(scored.left[edges], scored.right[edges], scored.weight[edges] - cut)
    if once:
        label = linked_once(units.count, held, walls, units.sources_of(once))
    else:
        label = clustered(units.count, held, walls, above)
    if units.sources is not None:  # rows of one source are one only by way of another source
        strangers |= np.bincount(label, minlength=units.count)[label] == 1
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
