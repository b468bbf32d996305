"""Laws of join: order and repetition of statements do not matter, and nothing is lost."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import reduce
from random import Random

from hypothesis import example, given, settings
from hypothesis import strategies as st

from ecrm_core.customers import (
    CLEARED,
    SourceKey,
    SourceRecord,
    Stated,
    cell_digest,
    conflicting_statements,
    join,
    superseded,
)
from ecrm_core.kernel import canonical_json
from ecrm_core.testing.strategies import cells, records
from tests.profile import size

KEY = SourceKey("shop", "1")
ROUNDS = settings(max_examples=size(50, 1_000))
# Few fields, so that statements about one of them meet.
FEW = ("name.full", "emails", "birth_on", "attributes.size", "unmapped.$.a")
statements = records(st.just(KEY), FEW)
streams = st.lists(statements, min_size=1, max_size=5)
AT, LATER = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)


def exact(record: SourceRecord) -> str:
    """The record as bytes see it: 1 and True differ, equal instants do not."""
    return canonical_json(record.to_json())


def stating(value: object, received_at: datetime = AT) -> SourceRecord:
    return SourceRecord(KEY, {"attributes.size": Stated(value, AT, received_at)})


@ROUNDS
@given(statements, statements)
@example(stating(1), stating(True))  # noqa: FBT003
@example(stating("a"), stating(CLEARED))
def test_join_is_commutative(one: SourceRecord, two: SourceRecord) -> None:
    assert exact(join(one, two)) == exact(join(two, one))


@ROUNDS
@given(statements, statements, statements)
@example(stating(1, LATER), stating(True), stating("b"))  # noqa: FBT003
def test_join_is_associative(one: SourceRecord, two: SourceRecord, three: SourceRecord) -> None:
    assert exact(join(join(one, two), three)) == exact(join(one, join(two, three)))


@ROUNDS
@given(statements)
def test_join_is_idempotent(one: SourceRecord) -> None:
    assert exact(join(one, one)) == exact(one)


@ROUNDS
@given(streams, st.randoms(use_true_random=False))
def test_every_order_and_repetition_ends_in_one_record(
    stream: list[SourceRecord], draw: Random
) -> None:
    again = [*stream, *stream]
    draw.shuffle(again)
    assert exact(reduce(join, again)) == exact(reduce(join, stream))


@ROUNDS
@given(streams)
def test_no_value_ever_stated_is_lost(stream: list[SourceRecord]) -> None:
    kept, gone = _taken_in(stream)
    assert _values(stream) == _values([kept]) | gone


@ROUNDS
@given(streams, st.permutations(range(5)))
def test_history_and_record_hold_the_same_values_in_every_order(
    stream: list[SourceRecord], order: list[int]
) -> None:
    other = [stream[at] for at in order if at < len(stream)]
    kept, gone = _taken_in(stream)
    _, also = _taken_in(other)
    assert gone - _values([kept]) == also - _values([kept])


@ROUNDS
@given(statements, cells(FEW))
def test_a_missing_key_never_clears(held: SourceRecord, partial: dict[str, Stated]) -> None:
    after = join(held, SourceRecord(KEY, partial))
    for name in held.cells.keys() - partial.keys():
        assert after.cells[name] is held.cells[name]


@ROUNDS
@given(statements, statements)
def test_a_conflict_is_found_from_both_sides(one: SourceRecord, two: SourceRecord) -> None:
    found = conflicting_statements(one, two)
    assert found == conflicting_statements(two, one)
    for reason in found:
        name = str(reason.facts["field"])
        assert one.cells[name].observed_at == two.cells[name].observed_at
        assert cell_digest(name, one.cells[name].value) != cell_digest(name, two.cells[name].value)


Values = set[tuple[str, str]]


def _taken_in(stream: Sequence[SourceRecord]) -> tuple[SourceRecord, Values]:
    kept, gone = stream[0], set()
    for record in stream[1:]:
        after = join(kept, record)
        gone |= {(row.field_name, row.digest) for row in superseded(kept, record, after)}
        kept = after
    return kept, gone


def _values(several: Iterable[SourceRecord]) -> Values:
    return {(n, cell_digest(n, c.value)) for record in several for n, c in record.cells.items()}
