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

from ecrm_core.matching.agreement import Agreement
from ecrm_core.matching.arrays import Flags, Keys, Levels, Numbers, Pairs64, components
from ecrm_core.matching.features import Counts, Feature
from ecrm_core.matching.model import FieldWeights, Model, default_model, of_household
from ecrm_core.matching.rules import FIXED
from ecrm_core.matching.units import Units
from ecrm_core.matching.weights import classes, household_weights, level_weights

__all__ = ["Sample", "Training"]

_STEPS = 30
_SAMPLE = 400  # rows compared with one another to learn how alike strangers are
_SEEN_M, _SEEN_U, _SEEN_EQUAL = 20.0, 500.0, 2_000.0  # pairs the table of roles stands for
_SEEN_PAIRS, _SEEN_MATCHES, _SEEN_HOUSES = 5_000.0, 0.02, 0.005
_FREQUENT = 5_000  # values of a field whose own share is kept
_SURE = 0.9  # of the table of roles, before anything is learnt
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


@frozen(kw_only=True, eq=False)
class Sample:
    """Pairs to learn from: levels, the rules that found each (bits), and for how many it stands."""

    left: Pairs64
    right: Pairs64
    level: Levels
    found: Pairs64
    counts: Numbers


class Training:
    """What a fit needs of a table: patterns of a sample of its pairs, and a sample of strangers."""

    def __init__(
        self,
        units: Units,
        agreement: Agreement,
        rules: Sequence[Sequence[str]],
        sample: Sample,
    ) -> None:
        features = units.features
        own = {feature.role: feature.own for feature in features if feature.own is not None}
        names = ((feature.name, feature.role) for feature in features)
        self._units = units
        self._start = default_model(names, comparisons=own.values())
        self._seen, which = _evidence(self._start, features, rules, sample)
        sure = _responsibilities(self._start, self._seen)[0][which] >= _SURE
        self._sure = sample.left[sure], sample.right[sure]
        self._strangers = _Strangers(self._start, units, agreement)

    def first(self) -> Model:
        """Return a model that knows who is one person as far as the table of roles is sure."""
        persons = components(self._units.count, *self._sure)
        return self.again(self._start, persons)

    def again(self, model: Model, persons: Pairs64, alone: Flags | None = None) -> Model:
        """Return a model that knows which rows are one person, as far as another is sure.

        ``alone`` are units whose rows are strangers, alike as they are.
        """
        weight = None if alone is None else np.where(alone, self._units.sizes, 1)
        learnt = self._strangers.learnt(model, persons, weight)
        return _maximised(learnt, self._seen, self._units.rows, self._units.possible)


def _evidence(
    start: Model, features: Sequence[Feature], rules: Sequence[Sequence[str]], sample: Sample
) -> tuple[_Evidence, Pairs64]:
    """Return the evidence of a sample, and which of its patterns each pair shows."""
    patterns, which = _patterns(sample.level)
    counts = _summed(which, sample.counts, len(patterns))
    teaching: list[Numbers] = []
    for feature in features:
        bits = sum(
            1 << bit
            for bit, rule in enumerate(rules)
            if not any(feature.role in FIXED.get(piece, (piece,)) for piece in rule)
        )
        free = sample.found & bits != 0
        teaching.append(_summed(which[free], sample.counts[free], len(patterns)))
    roles = tuple(feature.role for feature in features)
    seen = _Evidence(
        start=start, roles=roles, patterns=patterns, counts=counts, teaching=tuple(teaching)
    )
    return seen, which


def _summed(which: Pairs64, counts: Numbers, size: int) -> Numbers:
    return np.bincount(which, weights=counts, minlength=size).astype(np.float64)


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

    def __init__(self, start: Model, units: Units, agreement: Agreement) -> None:
        self._start = start
        self._features = units.features
        self._counts = [Counts(feature, units.sizes) for feature in units.features]
        count = units.count
        chosen = np.unique(np.linspace(0, max(count - 1, 0), min(count, _SAMPLE)).astype(np.int64))
        one, two = np.triu_indices(len(chosen), 1)
        self._left, self._right = chosen[one], chosen[two]
        self._level = agreement.levels(self._left, self._right)

    def learnt(self, model: Model, persons: Pairs64, weight: Pairs64 | None) -> Model:
        """Return the model with u and frequent values, where ``persons`` tells rows apart."""
        apart = persons[self._left] != persons[self._right]
        fields = [
            self._field(at, held, self._level[apart, at], counts.of(persons, weight))
            for at, (held, counts) in enumerate(zip(model.fields, self._counts, strict=True))
        ]
        return evolve(model, fields=tuple(fields))

    def _field(self, at: int, held: FieldWeights, level: Levels, counts: Numbers) -> FieldWeights:
        start = self._start.fields[at]
        total = max(counts.sum(), 1.0)
        equal = (counts * (counts - 1)).sum() / 2 + _SEEN_EQUAL * start.u[-1]
        equal /= total * (total - 1) / 2 + _SEEN_EQUAL
        unlike = np.bincount(level[level >= 0], minlength=len(start.u))[:-1] + 0.0
        unlike += _SEEN_U * np.array(start.u[:-1])
        u = np.append(unlike / unlike.sum() * (1 - equal), equal)
        kept = [self._features[at].sort.levels.index(name) for name in self._features[at].sort.kept]
        u[kept] = np.array(start.u)[kept]
        shares, rare = _shares(counts, equal)
        whole = self._features[at].texts.whole
        frequent = {f"{whole[value]:016x}": float(shares[value]) for value in _often(counts, whole)}
        return evolve(held, u=tuple(u.tolist()), rare=rare, frequent=frequent)


def _often(counts: Numbers, whole: Keys) -> list[int]:
    """Return the values that occur most, ties by their numbers: whatever the order of rows."""
    several = np.flatnonzero(counts > 1)
    order = np.lexsort((whole[several], -counts[several]))[:_FREQUENT]
    found: list[int] = several[order].tolist()
    return found


def _shares(counts: Numbers, equal: float) -> tuple[Numbers, float]:
    """Return how likely a stranger has a value, and one that occurs once: never nothing."""
    seen = 200.0
    total = counts.sum() + seen
    held = np.clip((counts - 1 + seen * equal) / total, 1e-7, 1.0)
    return held, float(np.clip(seen * equal / total, 1e-7, 1.0))


def _maximised(model: Model, seen: _Evidence, rows: int, pairs: int) -> Model:
    """Return the model under which the pairs are likeliest, by expectation maximisation.

    Every pair is of one person, of two people of one household, or of strangers.
    """
    for _ in range(_STEPS):
        before = model.prior
        one, two = _responsibilities(model, seen)
        ms = [_shares_of(at, seen, one, start.m) for at, start in enumerate(seen.start.fields)]
        fields = [
            evolve(held, m=m, h=of_household(held.role, m, held.u))
            for held, m in zip(model.fields, ms, strict=True)
        ]
        model = evolve(
            model,
            fields=tuple(fields),
            prior=_odds(float(one @ seen.counts), _SEEN_MATCHES * rows, pairs),
            household=_odds(float(two @ seen.counts), _SEEN_HOUSES * rows, pairs),
        )
        if abs(model.prior - before) < _STILL:
            break
    return model


def _responsibilities(model: Model, seen: _Evidence) -> tuple[Numbers, Numbers]:
    """Return how likely each pattern is of one person, and of one household."""
    tables = [np.append(level_weights(held), 0.0) for held in model.fields]
    shifts = [np.append(household_weights(held), 0.0) for held in model.fields]
    evidence, household = np.zeros(seen.patterns.shape), np.zeros(seen.patterns.shape)
    for at, (table, shift) in enumerate(zip(tables, shifts, strict=True)):
        level = seen.patterns[:, at]
        evidence[:, at] = table[level]
        if len(shift) > 1:
            household[:, at] = table[level] + shift[level]
    one, two = classes(seen.roles, evidence, household, model)
    highest = np.maximum(np.maximum(one, two), 0)
    a, b, c = np.exp2(one - highest), np.exp2(two - highest), np.exp2(-highest)
    return a / (a + b + c), b / (a + b + c)


def _shares_of(
    at: int, seen: _Evidence, likely: Numbers, start: tuple[float, ...]
) -> tuple[float, ...]:
    """Return the shares of the levels of a field among likely pairs."""
    said, level = likely * seen.teaching[at], seen.patterns[:, at]
    found = np.bincount(level[level >= 0], said[level >= 0], minlength=len(start))
    total = found + _SEEN_M * np.array(start)
    shares: tuple[float, ...] = tuple((total / total.sum()).tolist())
    return shares


def _odds(found: float, seen: float, pairs: int) -> float:
    share = min(max(found + seen, 1e-9) / (pairs + _SEEN_PAIRS), 0.5)  # no rows: no odds
    return float(np.log2(share / (1 - share)))
