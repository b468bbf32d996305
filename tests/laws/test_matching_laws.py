"""Laws of matching: order says nothing, comparing is symmetric, judgements hold, models travel."""

from collections.abc import Hashable, Mapping
from datetime import UTC, datetime, timedelta
from random import Random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ecrm_core.matching import Comparison, Deduplication, Judgement, Model, dedupe, verdicts
from ecrm_core.matching.agreement import Agreement
from ecrm_core.matching.blocking import Blocking
from ecrm_core.matching.roles import COMPARED
from tests.duplicates import FIELDS, Row, people
from tests.matched import units
from tests.profile import size

ROUNDS = settings(max_examples=size(15, 400))
MANY = settings(max_examples=size(50, 1_000))
AT = datetime(2026, 5, 1, 9, tzinfo=UTC)

counts, seeds = st.integers(0, 40), st.integers(0, 10_000)
cells = st.one_of(
    st.none(),
    st.sampled_from(["Ann", "ann", "Anne", "Example", "김민준", "김 민준", "1990-01-02", "19900120",
                     "030 2312500", "ann@example.com", "ann@example.org", "1 High Street"]),
    st.text(max_size=12),
)  # fmt: skip
tables = st.integers(1, 12).flatmap(
    lambda rows: st.dictionaries(
        st.sampled_from(sorted(COMPARED)), st.lists(cells, min_size=rows, max_size=rows), min_size=1
    )
)


def told(result: Deduplication) -> tuple[object, ...]:
    """Return everything a result says, in no order of rows."""
    pairs = [
        {(frozenset({pair.left, pair.right}), pair.weight) for pair in zone}
        for zone in (result.pairs, result.certain, result.review)
    ]
    return (*pairs, dict(sorted(result.clusters.items(), key=str)), result.model)


def row_by_row(columns: Mapping[str, list[str | None]]) -> list[Row]:
    rows = len(next(iter(columns.values())))
    return [
        {"id": str(at), **{n: column[at] for n, column in columns.items()}} for at in range(rows)
    ]


def roles(columns: Mapping[str, object]) -> dict[str, str]:
    return {"id": "id", **{name: name for name in columns}}


@ROUNDS
@given(counts, seeds)
def test_the_order_of_rows_changes_nothing(count: int, seed: int) -> None:
    rows, _ = people(count, seed=seed)
    mixed = Random(seed).sample(rows, len(rows))
    assert told(dedupe(mixed, fields=FIELDS)) == told(dedupe(rows, fields=FIELDS))


@MANY
@given(tables, st.randoms(use_true_random=False))
def test_the_order_of_any_rows_changes_nothing(
    columns: dict[str, list[str | None]], mix: Random
) -> None:
    rows = row_by_row(columns)
    mixed = mix.sample(rows, len(rows))
    fields = roles(columns)
    assert told(dedupe(mixed, fields=fields)) == told(dedupe(rows, fields=fields))


OWN = Comparison(
    role="attribute:code",
    levels=("other", "near", "equal"),
    compare=lambda left, right: int(left[:2] == right[:2]),
    keys=lambda form: (form[:2], form[-2:]),
)


@MANY
@given(tables, st.lists(cells, min_size=12, max_size=12), st.randoms(use_true_random=False))
def test_with_a_custom_field_the_order_of_rows_changes_nothing(
    columns: dict[str, list[str | None]], codes: list[str | None], mix: Random
) -> None:
    rows = [{**row, "code": code} for row, code in zip(row_by_row(columns), codes, strict=False)]
    fields = roles(columns) | {"code": OWN.role}
    mixed = mix.sample(rows, len(rows))
    first = dedupe(rows, fields=fields, comparisons=[OWN])
    assert told(dedupe(mixed, fields=fields, comparisons=[OWN])) == told(first)
    model = Model.from_json(first.model.to_json())
    assert told(dedupe(rows, fields=fields, comparisons=[OWN], model=model)) == told(first)


@MANY
@given(tables)
def test_comparing_is_symmetric_and_each_pair_comes_once(
    columns: dict[str, list[str | None]],
) -> None:
    held = units(columns)
    pairs = Blocking(held).blocks().pairs
    left, right = pairs >> 32, pairs & 0xFFFFFFFF
    assert (left <= right).all()
    assert (held.sizes[left[left == right]] > 1).all()
    assert (np.diff(pairs) > 0).all()
    one, two = np.divmod(np.arange(held.count**2), held.count)
    agreement = Agreement(held.features)
    assert np.array_equal(agreement.levels(one, two), agreement.levels(two, one))


@MANY
@given(tables, st.sampled_from(sorted(COMPARED)))
def test_a_column_of_missing_values_changes_nothing(
    columns: dict[str, list[str | None]], role: str
) -> None:
    rows = row_by_row(columns)
    if role in columns and not COMPARED:
        return
    more = [{**row, "empty": None} for row in rows]
    fields = {name: held for name, held in roles(columns).items() if held != role}
    if len(fields) == 1:
        return
    assert told(dedupe(more, fields={**fields, "empty": role})) == told(dedupe(rows, fields=fields))


@ROUNDS
@given(counts, seeds)
def test_a_model_scores_the_same_after_its_json(count: int, seed: int) -> None:
    rows, _ = people(count, seed=seed)
    first = dedupe(rows, fields=FIELDS)
    again = dedupe(rows, fields=FIELDS, model=Model.from_json(first.model.to_json()))
    assert told(again) == told(first)


@ROUNDS
@given(st.integers(3, 25), seeds, st.data())
def test_judgements_hold_transitively(count: int, seed: int, data: st.DataObject) -> None:
    rows, _ = people(count, seed=seed, duplicated=0.6)
    names = [str(row["id"]) for row in rows]
    said = [
        Judgement.of(left, right, verdict, by="anna", at=AT + timedelta(minutes=at))
        for at, (left, right, verdict) in enumerate(
            data.draw(
                st.lists(
                    st.tuples(*[st.sampled_from(names)] * 2, st.sampled_from(["same", "different"]))
                    .filter(lambda judged: judged[0] != judged[1]),
                    max_size=12,
                )
            )
        )
    ]  # fmt: skip
    result = dedupe(rows, fields=FIELDS, judgements=said)
    clusters: Mapping[Hashable, Hashable] = result.clusters
    for (left, right), verdict in verdicts(said).items():
        if verdict.value == "different":
            assert clusters[left] != clusters[right]
    barred = {pair for pair, verdict in verdicts(said).items() if verdict.value == "different"}
    for zone in (result.pairs, result.certain, result.review):
        assert not {tuple(sorted(map(str, (p.left, p.right)))) for p in zone} & barred
    if not barred:
        assert all(clusters[left] == clusters[right] for left, right in verdicts(said))


@ROUNDS
@given(st.integers(2, 60), seeds)
def test_copies_of_one_row_are_one_person(copies: int, seed: int) -> None:
    (one, *_), _ = people(1, seed=seed, duplicated=0)
    rows = [{**one, "id": str(at)} for at in range(copies)]
    assert len(dedupe(rows, fields=FIELDS).groups) == 1
