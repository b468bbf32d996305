"""What a rule takes from elsewhere: other segments, buckets of an id, values given later."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from ecrm_core.errors import DefinitionError, InputError, SegmentSyntaxError, UnknownName
from ecrm_core.segmentation import (
    FieldType,
    Row,
    Schema,
    SchemaField,
    Segment,
    check,
    evaluate,
    expanded,
    last,
    parse_query,
)

NOW = datetime(2026, 11, 26, tzinfo=UTC)
SCHEMA = (
    Schema()
    .add(
        SchemaField(name="customer_id", type=FieldType.ID, nullable=False),
        SchemaField(name="n", type=FieldType.NUMBER),
        SchemaField(name="d", type=FieldType.DATE),
    )
    .with_segments({
        "big": parse_query("n > 10").rule,
        "not big": parse_query("NOT IN SEGMENT 'big'").rule,
    })
)  # fmt: skip


def holds(query: str, **fields: object) -> bool:
    return evaluate(parse_query(query).rule, Row(fields), schema=SCHEMA, as_of=NOW)


@pytest.mark.parametrize("n", [None, 5, 10, 11])
def test_in_segment_holds_as_if_its_rule_stood_there_in_brackets(n: int | None) -> None:
    """Segments 5.1."""
    for query, put_in in [
        ("IN SEGMENT 'big'", "n > 10"),
        ("IN SEGMENT 'not big'", "NOT n > 10"),
        ("IN SEGMENT 'big' AND n < 12 OR NOT IN SEGMENT 'not big'",
         "n > 10 AND n < 12 OR NOT (NOT n > 10)"),
    ]:  # fmt: skip
        assert holds(query, n=n) is holds(put_in, n=n)
        assert expanded(parse_query(query).rule, SCHEMA) == parse_query(put_in).rule


def test_a_named_segment_that_does_not_fit_is_an_error_where_it_is_named() -> None:
    """Segments 5.2."""
    schema = SCHEMA.with_segments({
        "odd": parse_query("n > 'x' AND m = 1").rule,
        "via odd": parse_query("NOT IN SEGMENT 'odd'").rule,
        "open": parse_query("n > :least").rule,
    })  # fmt: skip
    (error,) = check(parse_query("n = 1 AND IN SEGMENT 'via odd'").rule, schema)
    assert (error.code, error.start, error.expected) == ("segment_misfit", 10, ("a number",))
    assert error.message.startswith("segment 'via odd' does not fit: found text for 'n'")
    (error,) = check(parse_query("IN SEGMENT 'open'").rule, schema)
    assert error.code == "unbound"
    assert check(parse_query("IN SEGMENT 'open'").rule, schema, template=True) == ()


# ---------------------------------------------------------------- buckets

# The first 32 bits of SHA-256 of "salt/id", modulo 100: reckoned apart from the library.
BUCKETS = [
    ("spring", "1", 96), ("spring", "2", 82), ("autumn", "1", 88), ("", "abc", 9), ("강", "é", 80),
]  # fmt: skip


@pytest.mark.parametrize(("salt", "id_", "number"), BUCKETS)
def test_the_bucket_of_an_id_is_the_same_for_ever(salt: str, id_: str, number: int) -> None:
    """Segments 5.3."""
    assert holds(f"bucket('{salt}') = {number}", customer_id=id_)
    assert holds(f"bucket('{salt}', customer_id) BETWEEN {number} AND {number}", customer_id=id_)
    assert not holds(f"bucket('{salt}') = {(number + 1) % 100}", customer_id=id_)


def test_buckets_cut_evenly_and_two_salts_know_nothing_of_each_other() -> None:
    """Segments 5.3."""
    people = [Row({"customer_id": str(number)}) for number in range(4_000)]
    spring, autumn = (
        {
            number
            for number, row in enumerate(people)
            if evaluate(rule, row, schema=SCHEMA, as_of=NOW)
        }
        for rule in (
            parse_query("bucket('spring') < 10").rule,
            parse_query("bucket('autumn') < 10").rule,
        )
    )
    assert 340 < len(spring) < 460
    assert 340 < len(autumn) < 460
    assert 15 < len(spring & autumn) < 70


# ---------------------------------------------------------------- parameters


def test_a_parameter_takes_a_value_later() -> None:
    """Segments 5.4."""
    segment = Segment.parse("n > :least AND d IN (:day, today)", SCHEMA)
    with pytest.raises(SegmentSyntaxError) as caught:
        segment.check(SCHEMA)
    assert [d.code for d in caught.value.diagnostics] == ["unbound", "unbound"]
    with pytest.raises(DefinitionError):
        segment.holds(Row({"n": 5, "d": date(2026, 1, 1)}), schema=SCHEMA, as_of=NOW)
    half = segment.bind(least=10)
    assert str(half) == "n > 10 AND d IN (:day, today)"
    assert half.bind(day=date(2026, 1, 31)) == Segment.parse("n > 10 AND d IN (2026-01-31, today)")
    assert half.bind(day=last(days=3)) == Segment.parse("n > 10 AND d IN (-3d, today)")
    assert half.bind(day=last(days=3)).check(SCHEMA) == ()


def test_a_value_for_no_parameter_or_of_no_sort_is_refused() -> None:
    """Segments 5.4."""
    segment = Segment.parse("n > :least")
    with pytest.raises(UnknownName):
        segment.bind(most=1)
    with pytest.raises(DefinitionError):
        segment.bind(least=1.5)  # type: ignore[arg-type]
    with pytest.raises(InputError):
        segment.bind(least=datetime.fromisoformat("2026-01-31T00:00"))
    with pytest.raises(SegmentSyntaxError) as caught:
        segment.bind(least="much").check(SCHEMA)
    assert (caught.value.code, caught.value.source) == ("type", "n > 'much'")
