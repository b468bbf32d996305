"""Laws of storage: what a Kind writes it reads back, byte for byte; and roots of merges."""

from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from ecrm_core.customers import (
    CONSENTS,
    CORRECTIONS,
    HISTORY,
    PROFILES,
    RECORDS,
    ConsentStatement,
    Correction,
    SourceKey,
    SourceRecord,
    Stated,
    join,
    superseded,
    unify,
)
from ecrm_core.kernel import CustomerId, Kind, canonical_json, encode
from ecrm_core.merging import MergeEdge, roots_of
from ecrm_core.testing.strategies import (
    consents,
    corrections,
    json_values,
    records,
    source_keys,
)
from tests.profile import size

ROUNDS = settings(max_examples=size(50, 1_000))
KEY = SourceKey("shop", "1")
AT = datetime(2026, 1, 1, tzinfo=UTC)


def same_again(kind: Kind[Any], value: object) -> bool:
    row = kind.row(value)
    again = kind.read(row.body, 7, kind.format)
    return again.value == value and kind.row(again.value) == row and again.version == 7


@ROUNDS
@given(records())
def test_a_record_comes_back(record: SourceRecord) -> None:
    assert same_again(RECORDS, record)


@ROUNDS
@given(json_values())
@example({"$decimal": "no number"})
@example({"$cleared": True})
@example({"$value": {"$decimal": "1"}})
def test_an_unmapped_value_comes_back_whatever_it_looks_like(value: object) -> None:
    assert same_again(RECORDS, SourceRecord(KEY, {"unmapped.$.a": Stated(value, AT, AT)}))


@ROUNDS
@given(st.lists(records(source_keys()), min_size=1, max_size=3), st.lists(corrections()))
def test_a_profile_comes_back(held: list[SourceRecord], ruled: list[Correction]) -> None:
    assert same_again(PROFILES, unify(held, ruled, id=CustomerId("cus_1")))


@ROUNDS
@given(corrections())
def test_a_correction_comes_back(correction: Correction) -> None:
    assert same_again(CORRECTIONS, correction)


@ROUNDS
@given(consents())
def test_a_consent_comes_back(statement: ConsentStatement) -> None:
    assert same_again(CONSENTS, statement)


@ROUNDS
@given(records(st.just(KEY)), records(st.just(KEY)))
def test_history_comes_back(one: SourceRecord, two: SourceRecord) -> None:
    for row in superseded(one, two, join(one, two)):
        assert same_again(HISTORY, row)


@ROUNDS
@given(records())
def test_what_a_record_reveals_is_json(record: SourceRecord) -> None:
    canonical_json(record.reveal())
    assert canonical_json(encode(record)) == canonical_json(record.to_json())


# ---------------------------------------------------------------- roots


@st.composite
def forests(draw: Callable[[st.SearchStrategy[Any]], Any]) -> list[MergeEdge]:
    """Edges as merges make them: the loser is a root at that moment; some are undone."""
    names = [CustomerId(f"cus_{n}") for n in range(draw(st.integers(1, 8)))]
    edges: list[MergeEdge] = []
    for number in range(draw(st.integers(0, 12))):
        one, two = draw(st.sampled_from(names)), draw(st.sampled_from(names))
        one, two = _brute(one, edges), _brute(two, edges)
        if one != two:
            edges.append(MergeEdge(id=str(number), loser=one, winner=two, at=AT, by="ada"))
        if edges and draw(st.booleans()):
            at = draw(st.integers(0, len(edges) - 1))
            edges[at] = MergeEdge(
                id=edges[at].id, loser=edges[at].loser, winner=edges[at].winner, at=AT, by="ada",
                undone_at=AT,
            )  # fmt: skip
    return edges


def _brute(name: CustomerId, edges: list[MergeEdge]) -> CustomerId:
    """Follow one edge at a time, looking through all of them."""
    for edge in edges:
        if edge.active and edge.loser == name:
            return _brute(edge.winner, edges)
    return name


@ROUNDS
@given(forests(), st.randoms(use_true_random=False))
def test_roots_are_those_of_following_every_edge(edges: list[MergeEdge], draw: Random) -> None:
    names = {CustomerId(f"cus_{n}") for n in range(8)}
    expected = {name: _brute(name, edges) for name in names}
    draw.shuffle(edges)
    assert roots_of(names, edges) == expected
