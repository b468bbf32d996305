"""Finding: the pairs of units worth telling about, and the model they were weighed with."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from attrs import evolve, frozen

from ecrm_core.matching.agreement import Agreement
from ecrm_core.matching.arrays import Flags, Pairs64, components, distinct, unpacked
from ecrm_core.matching.blocking import Blocking, Blocks, LeftOut
from ecrm_core.matching.clustering import Walls
from ecrm_core.matching.judgement import RULED
from ecrm_core.matching.model import Model
from ecrm_core.matching.scoring import Scored, Scorer, joined
from ecrm_core.matching.training import Sample, Training
from ecrm_core.matching.units import Units
from ecrm_core.matching.weights import probability

__all__ = ["Found", "expanded", "find", "strangers_of"]

_LEARN = 40_000  # pairs to learn from
_SURE = 3.17  # bits: nine of ten
_LOW = -7.0  # bits below which no later round lifts a pair
_ROUNDS = 2
_PART = 20_000  # units among which wide rules are tried out; a tenth, if that is more
_ASKED = 3_000  # pairs that say whether a wide rule is worth following
_YIELD, _YIELD_OF_FEW = 0.01, 0.003  # matches a pair from which it is; of few pairs
_NONE, _FEW = 10_000, 300_000  # pairs that cost next to nothing, and little
_ALL = 64  # rows alike in everything whose pairs are all listed


class Telling:
    """Tells how far the work is, and remembers that it shall stop."""

    def __init__(self, progress: Callable[[int, int, str], object] | None) -> None:
        self._progress = progress
        self.stopped = False

    def __call__(self, done: int, total: int, stage: str) -> None:
        """Tell of a stage that is done."""
        if self._progress is not None and self._progress(done, total, stage) is False:
            self.stopped = True


@frozen(eq=False, kw_only=True, repr=False)
class Found:
    """Scored pairs of units, their model, and what was not compared."""

    model: Model
    scorer: Scorer
    scored: Scored
    compared: int
    left_out: tuple[LeftOut, ...]


def find(  # noqa: PLR0917 - what a run is told
    units: Units,
    model: Model | None,
    walls: Walls,
    tell: Telling,
    rules: Sequence[Sequence[str]] | None = None,
    most: int | None = None,
) -> Found:
    """Return the pairs above the review cut or judged the same; the model is fitted if not given.

    At most so many pairs are compared.
    """
    agreement = Agreement(units.features)
    blocking = Blocking(units, rules=rules, most=most)
    blocks = blocking.blocks(stop=tell.stopped)
    tell(2, 4, "blocking")
    left, right = unpacked(blocks.pairs)
    if model is None:
        training = Training(units, agreement, blocking.rules, _sample(units, agreement, blocks))
        model = training.first()
        scorer = Scorer(model, units.features, agreement)
        scored = scorer.scored(left, right, floor=_LOW)
        for _ in range(_ROUNDS):
            model = training.again(model, *_persons(units, scored, scorer))
            scorer = Scorer(model, units.features, agreement)
            weight = scorer.score(scored.level, scored.left, scored.right)
            scored = evolve(scored, weight=weight)
    else:
        scorer = Scorer(model, units.features, agreement)
        scored = scorer.scored(left, right, floor=_LOW)
    tell(3, 4, "fitting")
    compared = 0
    if not (tell.stopped or blocking.spent):
        more, compared = _wider(units, blocking, scorer, blocks.pairs)
        scored = joined([scored, more])
    scored = _kept(model, scored, walls)
    _of_the_alike(units, blocking)
    return Found(model=model, scorer=scorer, scored=scored, compared=len(left) + compared,
                 left_out=tuple(blocking.left_out))  # fmt: skip


def _sample(units: Units, agreement: Agreement, blocks: Blocks) -> Sample:
    """Return every so manieth pair: they are in the order of what the rows say."""
    step = max(len(blocks.pairs) // _LEARN, 1)
    left, right = unpacked(blocks.pairs[::step])
    return Sample(
        left=left, right=right, level=agreement.levels(left, right),
        found=blocks.found[::step], counts=units.pairs(left, right) * step,
    )  # fmt: skip


def _persons(units: Units, scored: Scored, scorer: Scorer) -> tuple[Pairs64, Flags]:
    """Return for each unit its person as far as is sure, and which units are rows of strangers."""
    sure = scored.weight >= _SURE
    persons = components(units.count, scored.left[sure], scored.right[sure])
    return persons, strangers_of(units, scored, scorer, _SURE)


def strangers_of(units: Units, scored: Scored, scorer: Scorer, cut: float) -> Flags:
    """Return which units are rows of strangers, alike as they are: their pairs miss the cut."""
    strangers = units.sizes > 1
    if units.sources is None:
        own = scored.left == scored.right
        strangers[scored.left[own & (scored.weight >= cut)]] = False
    else:  # rows of one source are brought together by no rule
        several = np.flatnonzero(strangers)
        strangers[several] = scorer.weights(several, several) < cut
    return strangers


def _wider(units: Units, blocking: Blocking, scorer: Scorer, known: Pairs64) -> tuple[Scored, int]:
    """Return the pairs of wide rules that are worth following, and how many were compared."""
    cut = (
        float(np.log2(scorer.model.link / (1 - scorer.model.link)))
        if scorer.model.link < 1
        else np.inf
    )
    found, compared = [], 0
    part = blocking.part(max(_PART, units.count // 10))
    for rule in blocking.wide:
        some, total = part.sample(rule, _ASKED)
        some = _without(some, known)
        if not len(some):
            continue
        if blocking.spent:
            break
        hits = scorer.scored(*unpacked(some), floor=cut)
        wanted = _YIELD if total > _FEW else _YIELD_OF_FEW if total > _NONE else 0.0
        if len(hits.weight) < wanted * len(some):
            continue
        fresh = _without(distinct(blocking.pairs(rule)), known)
        compared += len(fresh)
        known = np.sort(np.concatenate([known, fresh]))
        found.append(scorer.scored(*unpacked(fresh), floor=_LOW))
    return joined(found) if found else scorer.scored(known[:0], known[:0], floor=0.0), compared


def _without(pairs: Pairs64, known: Pairs64) -> Pairs64:
    """Return the pairs that are not among the known ones, which are sorted."""
    if not len(known):
        return pairs
    at = np.minimum(np.searchsorted(known, pairs), len(known) - 1)
    fresh: Pairs64 = pairs[known[at] != pairs]
    return fresh


def _of_the_alike(units: Units, blocking: Blocking) -> None:
    """Say how many pairs of rows alike in everything are not listed."""
    sizes = units.sizes[units.sizes > _ALL]
    missed = int((sizes * (sizes - 1) // 2).sum()) - len(sizes) * (_ALL * (_ALL - 1) // 2)
    if missed:
        alike = LeftOut(rule="alike in everything", limit=_ALL, blocks=len(sizes), pairs=missed)
        blocking.left_out.append(alike)


def _kept(model: Model, scored: Scored, walls: Walls) -> Scored:
    """Return the pairs above the review cut or judged the same, with their weights."""
    kept = scored.kept(probability(scored.weight) >= model.review)
    if not len(walls.same):
        return kept
    low, high = walls.same.min(axis=1), walls.same.max(axis=1)
    kept = kept.kept(~np.isin(kept.left << 32 | kept.right, low << 32 | high))
    ruled = np.full(len(low), RULED)
    level = np.full((len(low), kept.level.shape[1]), -1, np.int8)
    return joined([kept, Scored(left=low, right=high, weight=ruled, level=level)])


def expanded(units: Units, scored: Scored) -> tuple[Scored, Pairs64]:
    """Return the pairs of rows that pairs of units stand for, and for each which pair of units.

    Of units of more than 64 rows those of the first 64.
    """
    sizes = np.minimum(units.sizes, _ALL)
    a, b = sizes[scored.left], sizes[scored.right]
    own = scored.left == scored.right
    at = np.repeat(np.arange(len(a)), a * b)
    within = np.arange(len(at)) - np.repeat(np.cumsum(a * b) - a * b, a * b)
    one, two = within // b[at], within % b[at]
    held = ~own[at] | (one < two)
    at, one, two = at[held], one[held], two[held]
    left = units.order[units.starts[scored.left[at]] + one]
    right = units.order[units.starts[scored.right[at]] + two]
    return Scored(left=left, right=right, weight=scored.weight[at], level=scored.level[at]), at
