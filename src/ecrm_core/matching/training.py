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
    """The pairs as patterns of levels: how often each, and how often for each field it teaches.

    A pair teaches about a field if some rule found it that does not fix the field.
    """

    start: Model
    roles: tuple[str, ...]
    patterns: Levels
    counts: Numbers
    teaching: tuple[Numbers, ...]


def fit(
    features: Sequence[Feature], blocks: Blocks, level: Levels, *, rows: int, pairs: int
) -> Model:
    """Return the model fitted to pairs of known levels, of so many rows and possible pairs."""
    own = {feature.role: feature.own for feature in features if feature.own is not None}
    model = start = default_model(
        ((feature.name, feature.role) for feature in features), comparisons=own.values()
    )
    if not features:
        return model
    left, right = unpacked(blocks.pairs)
    seen = _evidence(start, features, level, blocks)
    strangers = _Strangers(start, features, rows)
    persons = _sure(model, features, rows, (left, right, level))
    for _ in range(_ROUNDS):
        model = strangers.learnt(model, persons)
        model = _maximised(model, seen, rows, pairs)
        persons = _sure(model, features, rows, (left, right, level))
    return model


def _sure(
    model: Model, features: Sequence[Feature], rows: int, pairs: tuple[Pairs64, Pairs64, Levels]
) -> Codes:
    """Return for each row its person, as far as the model is sure."""
    left, right, level = pairs
    sure = probability(Scorer(model, features).weights(left, right, level)) >= _SURE
    return components(rows, left[sure], right[sure]).astype(np.int32)


def _evidence(
    start: Model, features: Sequence[Feature], level: Levels, blocks: Blocks
) -> _Evidence:
    patterns, which = _patterns(level)
    counts = np.bincount(which, minlength=len(patterns)).astype(np.float64)
    teaching = []
    for feature in features:
        bits = sum(
            1 << bit
            for bit, rule in enumerate(blocks.rules)
            if not any(feature.role in FIXED.get(piece, (piece,)) for piece in rule)
        )
        free = which[blocks.found & bits != 0]
        teaching.append(np.bincount(free, minlength=len(patterns)).astype(np.float64))
    roles = tuple(feature.role for feature in features)
    return _Evidence(
        start=start, roles=roles, patterns=patterns, counts=counts, teaching=tuple(teaching)
    )


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

    def __init__(self, start: Model, features: Sequence[Feature], rows: int) -> None:
        self._start = start
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
        start = self._start.fields[self._features.index(feature)]
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


def _maximised(model: Model, seen: _Evidence, rows: int, pairs: int) -> Model:
    """Return the model with m and prior under which the pairs are likeliest (EM)."""
    start = seen.start
    ms = [np.array(held.m) for held in model.fields]
    us = [np.array(held.u) for held in model.fields]
    prior = model.prior
    for _ in range(_STEPS):
        tables = [np.append(np.log2(m / u), 0.0) for m, u in zip(ms, us, strict=True)]
        evidence = [t[level] for t, level in zip(tables, seen.patterns.T, strict=True)]
        weight = combined(seen.roles, seen.patterns, np.stack(evidence, axis=1), prior=prior)
        likely = probability(weight + prior)
        for at, field in enumerate(start.fields):
            said, level = likely * seen.teaching[at], seen.patterns[:, at]
            found = np.bincount(level[level >= 0], said[level >= 0], minlength=len(field.m))
            total = found + _SEEN_M * np.array(field.m)
            ms[at] = total / total.sum()
        found_pairs = float(likely @ seen.counts)
        share = min((found_pairs + _SEEN_MATCHES * rows) / (pairs + _SEEN_PAIRS), 0.5)
        before, prior = prior, float(np.log2(share / (1 - share)))
        if abs(prior - before) < _STILL:
            break
    fields = [evolve(held, m=tuple(m.tolist())) for held, m in zip(model.fields, ms, strict=True)]
    return evolve(model, fields=tuple(fields), prior=prior)
