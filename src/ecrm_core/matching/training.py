"""Training: fitting the weights to a table without labels.

Strangers (u): from how often values occur, each person counted once, and from a sample of rows
against itself. Pairs of one person (m): expectation maximisation over counts of patterns, within
each blocking rule, never learning about the fields a rule fixes; the table of roles stands in as a
few pairs seen before. Twice over, for who is one person is better known after the first time.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from attrs import evolve, frozen

from ecrm_core.matching.agreement import agreement
from ecrm_core.matching.arrays import Codes, Levels, Numbers, Pairs64, components, unpacked
from ecrm_core.matching.blocking import Blocks
from ecrm_core.matching.features import Feature, counted
from ecrm_core.matching.keys import FIXED
from ecrm_core.matching.model import FieldWeights, Model, default_model, value_digest
from ecrm_core.matching.scoring import Scorer, combined, probability

__all__ = ["fit"]

_ROUNDS, _STEPS = 3, 30
_SAMPLE = 400  # rows compared with one another to learn how alike strangers are
_SEEN_M, _SEEN_U, _SEEN_EQUAL = 20.0, 500.0, 2_000.0  # pairs the table of roles stands for
_SEEN_PAIRS, _SEEN_MATCHES = 5_000.0, 0.02
_FREQUENT = 2_000  # values of a field whose own share is kept
_SURE = 0.9
_STILL = 1e-3  # a share that moves by less has arrived


@frozen(kw_only=True, eq=False)
class _Evidence:
    """The pairs as patterns of levels: how often each, and for each rule how often within it."""

    roles: tuple[str, ...]
    patterns: Levels
    which: Pairs64
    by_rule: tuple[tuple[frozenset[str], Numbers], ...]


def fit(features: Sequence[Feature], blocks: Blocks, *, rows: int, pairs: int) -> Model:
    """Return the model fitted to these pairs of a table of so many rows and possible pairs."""
    model = default_model((feature.name, feature.role) for feature in features)
    left, right = unpacked(blocks.pairs)
    level = agreement(features, left, right)
    seen = _evidence(features, level, blocks)
    strangers = _Strangers(features, rows)
    persons = _sure(model, features, rows, (left, right, level))
    for _ in range(_ROUNDS):
        model = strangers.learnt(model, persons)
        model = _learn_m(model, seen)
        model = _learn_prior(model, seen, rows, pairs)
        persons = _sure(model, features, rows, (left, right, level))
    return model


def _sure(
    model: Model, features: Sequence[Feature], rows: int, pairs: tuple[Pairs64, Pairs64, Levels]
) -> Codes:
    """Return for each row its person, as far as the model is sure."""
    left, right, level = pairs
    sure = probability(Scorer(model, features).score(level, left, right)) >= _SURE
    return components(rows, left[sure], right[sure]).astype(np.int32)


def _evidence(features: Sequence[Feature], level: Levels, blocks: Blocks) -> _Evidence:
    patterns, which = _patterns(level)
    by_rule = []
    for bit, rule in enumerate(blocks.rules):
        inside = (blocks.found >> bit & 1).astype(np.bool_)
        counts = np.bincount(which[inside], minlength=len(patterns)).astype(np.float64)
        fixed = frozenset(role for piece in rule for role in FIXED[piece])
        by_rule.append((fixed, counts))
    roles = tuple(feature.role for feature in features)
    return _Evidence(roles=roles, patterns=patterns, which=which, by_rule=tuple(by_rule))


def _patterns(level: Levels) -> tuple[Levels, Pairs64]:
    """Return the different rows of levels, and for each row which."""
    key = np.zeros(len(level), np.int64)
    for column in level.T:
        key = key * 6 + column + 1
        if key.max(initial=0) > 1 << 58:  # many fields: start again from small numbers
            key = np.unique(key, return_inverse=True)[1].astype(np.int64)
    _, first, which = np.unique(key, return_index=True, return_inverse=True)
    return level[first], which.astype(np.int64)


class _Strangers:
    """What strangers have in common: learnt from frequencies and from a sample of rows."""

    def __init__(self, features: Sequence[Feature], rows: int) -> None:
        self._features = features
        self._rows = rows
        chosen = np.unique(np.linspace(0, max(rows - 1, 0), min(rows, _SAMPLE)).astype(np.int64))
        one, two = np.triu_indices(len(chosen), 1)
        self._left, self._right = chosen[one], chosen[two]
        self._level = agreement(features, self._left, self._right)

    def learnt(self, model: Model, persons: Codes) -> Model:
        """Return the model with u and frequent values, where ``persons`` tells rows apart."""
        apart = persons[self._left] != persons[self._right]
        fields = [
            self._field(held, feature, self._level[apart, at], persons)
            for at, (held, feature) in enumerate(zip(model.fields, self._features, strict=True))
        ]
        return evolve(model, fields=tuple(fields))

    def _field(
        self, held: FieldWeights, feature: Feature, level: Codes, persons: Codes
    ) -> FieldWeights:
        start = default_model([(held.name, held.role)]).fields[0]
        counts = counted(feature, persons)
        total = max(counts.sum(), 1.0)
        equal = (counts * (counts - 1)).sum() / 2 + _SEEN_EQUAL * start.u[-1]
        equal /= total * (total - 1) / 2 + _SEEN_EQUAL
        unlike = np.bincount(level[level >= 0], minlength=len(start.u))[:-1] + 0.0
        unlike += _SEEN_U * np.array(start.u[:-1])
        u = np.append(unlike / unlike.sum() * (1 - equal), equal)
        shares, rare = _shares(counts, equal)
        often = np.argsort(-counts, kind="stable")[:_FREQUENT].tolist()
        frequent = {
            value_digest(feature.values[at]): float(shares[at]) for at in often if counts[at] > 1
        }
        return evolve(held, u=tuple(u.tolist()), rare=rare, frequent=frequent)


def _shares(counts: Numbers, equal: float) -> tuple[Numbers, float]:
    """Return how likely a stranger has a value, and one that occurs once: never nothing."""
    seen = 200.0
    total = counts.sum() + seen
    held = np.clip((counts - 1 + seen * equal) / total, 1e-7, 1.0)
    return held, float(np.clip(seen * equal / total, 1e-7, 1.0))


def _learn_m(model: Model, seen: _Evidence) -> Model:
    """Return the model with m learnt in every rule, the rules of purer blocks counting more."""
    start = default_model((held.name, held.role) for held in model.fields)
    sums = [np.array(held.m) * 1e-6 for held in start.fields]
    for fixed, counts in seen.by_rule:
        free = [at for at, role in enumerate(seen.roles) if role not in fixed]
        if not counts.any() or not free:
            continue
        share, learnt = _maximised((start, model), seen, free, counts)
        for at in free:
            sums[at] = sums[at] + share * share * counts.sum() * learnt[at]
    fields = [
        evolve(held, m=tuple((total / total.sum()).tolist()))
        for held, total in zip(model.fields, sums, strict=True)
    ]
    return evolve(model, fields=tuple(fields))


def _maximised(
    models: tuple[Model, Model], seen: _Evidence, free: Sequence[int], counts: Numbers
) -> tuple[float, dict[int, Numbers]]:
    """Return the share of pairs of one person in a block, and m of the free fields."""
    start, model = models
    inside = np.flatnonzero(counts)
    level, counts = seen.patterns[inside], counts[inside]
    roles = [seen.roles[at] for at in free]
    m = {at: np.array(model.fields[at].m) for at in free}
    u = {at: np.array(model.fields[at].u) for at in free}
    share = 0.2
    for _ in range(_STEPS):
        tables = {at: np.append(np.log2(m[at] / u[at]), 0.0) for at in free}
        evidence = np.stack([tables[at][level[:, at]] for at in free], axis=1)
        odds = float(np.log2(share / (1 - share)))
        sums = combined(roles, level[:, free], evidence, prior=odds)
        likely = counts * probability(sums + odds)
        before, share = share, float(np.clip(likely.sum() / counts.sum(), 1e-4, 0.999))
        for at in free:
            held = level[:, at] >= 0
            found = np.bincount(level[held, at], likely[held], minlength=len(m[at])).astype(
                np.float64
            )
            found += _SEEN_M * np.array(start.fields[at].m)
            m[at] = found / found.sum()
        if abs(share - before) < _STILL * share:
            break
    return share, m


def _learn_prior(model: Model, seen: _Evidence, rows: int, pairs: int) -> Model:
    """Return the model with the odds of a pair taken at random, from the pairs found likely."""
    tables = [np.append(np.log2(np.array(f.m) / np.array(f.u)), 0.0) for f in model.fields]
    if not tables or not len(seen.patterns):
        return model
    level = seen.patterns
    evidence = np.stack([table[level[:, at]] for at, table in enumerate(tables)], axis=1)
    counts = np.bincount(seen.which, minlength=len(level)).astype(np.float64)
    prior = model.prior
    for _ in range(_STEPS):
        likely = probability(combined(seen.roles, level, evidence, prior=prior) + prior)
        found = float(likely @ counts)
        share = min((found + _SEEN_MATCHES * rows) / (pairs + _SEEN_PAIRS), 0.5)
        before, prior = prior, float(np.log2(share / (1 - share)))
        if abs(prior - before) < _STILL:
            break
    return evolve(model, prior=prior)
