"""Laws of scoring and units: what is quick comes to what is plain; rows alike are one."""

from itertools import pairwise
from random import Random

import numpy as np
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from ecrm_core.customers import FieldMap
from ecrm_core.matching import Model, dedupe, default_model
from ecrm_core.matching.agreement import Agreement
from ecrm_core.matching.arrays import Numbers, Pairs64
from ecrm_core.matching.features import Feature, features_of
from ecrm_core.matching.finding import expanded
from ecrm_core.matching.linkage import linked
from ecrm_core.matching.roles import COMPARED
from ecrm_core.matching.scoring import Scored, Scorer
from ecrm_core.matching.units import Units, units_of
from tests.duplicates import FIELDS, people
from tests.profile import size

SOME = settings(max_examples=size(25, 500))
MANY = settings(max_examples=size(100, 2_000))

floors = st.floats(-40, 40)
cells = st.one_of(
    st.none(),
    st.sampled_from(["Ann", "Anne", "Bob", "Robert", "Example", "Exmaple", "김민준",
                     "Kim Minjun", "1990-01-02",
                     "1990-02-01", "1991-01-02", "030 2312500", "ann@example.com",
                     "ann81@example.com",
                     "ann81@exmaple.com", "anne81@example.org", "1 High Street", "2 High St"]),
    st.text(max_size=6),
)  # fmt: skip


@st.composite
def tables(draw: st.DrawFn) -> tuple[dict[str, list[str | None]], FieldMap]:
    """Return columns of any roles, e-mail and phone in two columns at times, and the roles."""
    rows = draw(st.integers(2, 10))
    roles = draw(st.lists(st.sampled_from(sorted(COMPARED)), min_size=1, max_size=6, unique=True))
    roles += draw(st.lists(st.sampled_from(["email", "phone"]), max_size=2))
    columns = {
        f"c{at}": draw(st.lists(cells, min_size=rows, max_size=rows)) for at in range(len(roles))
    }
    return columns, FieldMap({f"c{at}": role for at, role in enumerate(roles)})


@st.composite
def models(draw: st.DrawFn, features: tuple[Feature, ...]) -> Model:
    """Return a model of any shares, household and frequent values."""
    model = default_model([(feature.name, feature.role) for feature in features])
    shares = st.floats(1e-6, 0.99)
    fields = []
    for held, feature in zip(model.fields, features, strict=True):
        several = st.tuples(*[shares] * len(held.m))
        numbers = [f"{key:016x}" for key in feature.texts.whole.tolist()]
        fields.append(
            evolve(
                held, m=draw(several), u=draw(several), rare=draw(shares),
                h=draw(several) if held.h else (),
                frequent=draw(st.dictionaries(st.sampled_from(numbers), shares)),
            )
        )  # fmt: skip
    return evolve(
        model,
        fields=tuple(fields),
        prior=draw(st.floats(-30, 5)),
        household=draw(st.floats(-30, 5)),
    )


def check_quick_is_plain(scorer: Scorer, rows: int, floor: float) -> None:
    """Check that giving pairs up early keeps those, and says that, what scoring all does."""
    left, right = (side.astype(np.int64) for side in np.triu_indices(rows, 1))
    weight = scorer.weights(left, right)
    kept = weight >= floor
    found = scorer.scored(left, right, floor=floor)
    assert found.left.tolist() == left[kept].tolist()
    assert found.right.tolist() == right[kept].tolist()
    assert found.weight.tolist() == weight[kept].tolist()
    level = scorer.agreement.levels(left, right)
    assert np.array_equal(found.level, level[kept])


@MANY
@given(tables(), st.data(), floors)
def test_pairs_given_up_early_are_those_that_do_not_reach_the_floor(
    table: tuple[dict[str, list[str | None]], FieldMap], data: st.DataObject, floor: float
) -> None:
    columns, fields = table
    features = features_of(columns, fields)
    if features:
        model = data.draw(models(features))
        again = np.arange(50) % len(columns["c0"])  # of a thousand pairs more is asked beforehand
        many = tuple(feature.taken(again) for feature in features)
        check_quick_is_plain(Scorer(model, many), len(again), floor)


@SOME
@given(st.integers(2, 40), st.integers(0, 10_000), floors)
def test_so_are_they_with_a_fitted_model(count: int, seed: int, floor: float) -> None:
    rows, _ = people(count, seed=seed)
    model = dedupe(rows, fields=FIELDS).model
    columns = {name: [row[name] for row in rows] for name in FIELDS}
    features = features_of(columns, FieldMap(FIELDS))
    check_quick_is_plain(Scorer(model, features, Agreement(features)), len(rows), floor)


@MANY
@given(tables(), st.data())
def test_a_pair_weighs_the_same_alone_and_from_either_side(
    table: tuple[dict[str, list[str | None]], FieldMap], data: st.DataObject
) -> None:
    columns, fields = table
    features = features_of(columns, fields)
    if not features:
        return
    scorer = Scorer(data.draw(models(features)), features)
    left, right = (side.astype(np.int64) for side in np.triu_indices(len(columns["c0"]), 1))
    weight = scorer.weights(left, right)
    assert weight.tolist() == scorer.weights(right, left).tolist()
    each = [scorer.weights(left[at : at + 1], right[at : at + 1])[0] for at in range(len(left))]
    assert weight.tolist() == each


def units_from(
    columns: dict[str, list[str | None]],
    fields: FieldMap,
    sources: list[str] | None,
    alone: list[int],
) -> tuple[tuple[Feature, ...], Units]:
    features = features_of(columns, fields)
    rows = len(columns["c0"])
    return features, units_of(features, np.arange(rows), sources, np.array(alone, np.int64))


def said(features: tuple[Feature, ...], row: int) -> tuple[tuple[str, frozenset[str]], ...]:
    """Return what a row says in all, lists in no order."""
    return tuple(
        (f.name, frozenset(f.values[code] for code in f.codes[row].tolist() if code >= 0))
        for f in features
    )


@MANY
@given(tables(), st.sampled_from(["one source", "two sources"]), st.data())
def test_rows_alike_in_everything_are_one_unit(
    table: tuple[dict[str, list[str | None]], FieldMap], apart: str, data: st.DataObject
) -> None:
    columns, fields = table
    rows = len(columns["c0"])
    one_of_two = st.lists(st.sampled_from("ab"), min_size=rows, max_size=rows)
    sources = data.draw(one_of_two) if apart == "two sources" else None
    alone = data.draw(st.lists(st.integers(0, rows - 1), max_size=3))
    features, units = units_from(columns, fields, sources, alone)
    groups: dict[object, list[int]] = {}
    for row in range(rows):
        own = row if row in alone else -1
        key = (said(features, row), sources[row] if sources else "", own)
        groups.setdefault(key, []).append(row)
    ends = np.r_[units.starts, units.rows].tolist()
    found = [units.order[a:b].tolist() for a, b in pairwise(ends)]
    assert sorted(found) == sorted(groups.values())
    for at, held in enumerate(found):
        assert said(units.features, at) == said(features, held[0])
    pairs = [
        (a, b) for a in range(rows) for b in range(a) if not sources or sources[a] != sources[b]
    ]
    assert units.possible == len(pairs)
    first = units.first(max(units.count - 1, 1))
    assert first.order.tolist() == [row for held in found[: first.count] for row in held]
    assert [said(first.features, at) for at in range(first.count)] == [
        tuple(
            each for each in said(features, held[0]) if each[0] in {f.name for f in first.features}
        )
        for held in found[: first.count]
    ]


@MANY
@given(tables(), st.data())
def test_pairs_of_units_stand_for_all_pairs_of_their_rows(
    table: tuple[dict[str, list[str | None]], FieldMap], data: st.DataObject
) -> None:
    columns, fields = table
    columns = {name: [*column, *column[:4]] for name, column in columns.items()}
    _, units = units_from(columns, fields, None, [])
    nodes = st.integers(0, units.count - 1)
    pairs = sorted(
        data.draw(st.sets(st.tuples(nodes, nodes).map(lambda pair: (min(pair), max(pair)))))
    )
    left, right = np.array(pairs, np.int64).reshape(-1, 2).T
    held = Scored(left=left, right=right, weight=np.arange(len(pairs)).astype(np.float64),
                  level=np.zeros((len(pairs), 1), np.int8))  # fmt: skip
    rows, of_unit = expanded(units, held)
    ends = np.r_[units.starts, units.rows].tolist()
    want = [
        (frozenset({one, two}), at)
        for at, (a, b) in enumerate(pairs)
        for one in units.order[ends[a] : ends[a + 1]].tolist()
        for two in units.order[ends[b] : ends[b + 1]].tolist()
        if one != two and (a != b or one < two)
    ]
    sides = zip(rows.left.tolist(), rows.right.tolist(), of_unit.tolist(), strict=True)
    found = [(frozenset({one, two}), at) for one, two, at in sides]
    assert len(found) == len(want)
    assert set(found) == set(want)
    assert rows.weight.tolist() == of_unit.tolist()
    assert units.pairs(left, right).sum() == len(want)


def plainly_linked(weight: Numbers) -> list[int]:
    """Return average linkage as the book says it: the likeliest two first, then the lower."""
    capped = np.where(np.abs(weight) > 1_000, weight, np.clip(weight, -15, 15))
    groups = [[row] for row in range(len(weight))]
    while len(groups) > 1:
        means = [
            (-sum(capped[a, b] for a in one for b in two) / (len(one) * len(two)), at, to)
            for at, one in enumerate(groups)
            for to, two in enumerate(groups)
            if at < to
        ]
        mean, at, to = min(means)
        if mean > 0:
            break
        groups[at] += groups.pop(to)
    return [min(group) for row in range(len(weight)) for group in groups if row in group]


@MANY
@given(st.integers(1, 9), st.integers(1, 4), st.integers(0, 10_000))
def test_linkage_of_many_components_is_that_of_each(rows: int, count: int, seed: int) -> None:
    draw = Random(seed)
    weight = np.zeros((count, rows, rows))
    for at in range(count):
        for one in range(rows):
            for two in range(one):
                bits: float = draw.randrange(-12, 16)
                if draw.random() < 0.05:  # a ruling
                    bits = draw.choice([-1e9, 1e6])
                weight[at, one, two] = weight[at, two, one] = bits
    found: Pairs64 = linked(weight)
    assert found.tolist() == [plainly_linked(held) for held in weight]
