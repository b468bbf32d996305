"""History: what gave way is kept, with its times; a repetition is none."""

from datetime import UTC, datetime, timedelta

import pytest

from ecrm_core.customers import (
    CLEARED,
    HISTORY,
    SourceKey,
    SourceRecord,
    Stated,
    conflicting_statements,
    join,
    superseded,
)

KEY = SourceKey("shop", "1")
AT = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def stating(value: object, hours: int, name: str = "brand") -> SourceRecord:
    return SourceRecord(KEY, {name: Stated(value, AT + hours * HOUR, AT + 9 * HOUR)})


@pytest.mark.parametrize(
    ("before", "arriving", "gone"),
    [
        (("A", 0), ("B", 1), [("A", 0)]),
        (("A", 1), ("B", 0), [("B", 0)]),
        (("A", 0), ("A", 1), []),
        (("A", 1), ("A", 0), []),
        (("A", 0), ("A", 0), []),
        (("A", 0), (CLEARED, 1), [("A", 0)]),
        ((CLEARED, 0), ("A", 1), [({"$cleared": True}, 0)]),
    ],
)
def test_what_gives_way_is_kept_with_its_time(
    before: tuple[object, int], arriving: tuple[object, int], gone: list[tuple[object, int]]
) -> None:
    one, two = stating(*before), stating(*arriving)
    rows = superseded(one, two, join(one, two))
    assert [(row.value, row.observed_at) for row in rows] == [
        (value, AT + hours * HOUR) for value, hours in gone
    ]
    for row in rows:
        assert (row.source, row.external_id, row.field_name) == ("shop", "1", "brand")
        assert row.received_at == AT + 9 * HOUR


def test_of_two_values_at_one_time_one_stays_and_one_is_history() -> None:
    one, two = stating("A", 0), stating("B", 0)
    after = join(one, two)
    (row,) = superseded(one, two, after)
    assert {row.value, after.value("brand")} == {"A", "B"}
    (reason,) = conflicting_statements(one, two)
    assert str(reason) == "shop states two values for brand at one time; the digest decided"


@pytest.mark.parametrize("other", [stating("A", 0), stating("B", 1), stating("B", 0, "lifecycle")])
def test_no_conflict_without_two_values_at_one_time(other: SourceRecord) -> None:
    assert conflicting_statements(stating("A", 0), other) == ()


def test_a_true_beside_a_one_is_a_conflict() -> None:
    name = "attributes.x"
    assert conflicting_statements(stating(1, 0, name), stating(True, 0, name))  # noqa: FBT003


def test_one_statement_is_one_row_however_often_it_gives_way() -> None:
    one, two, three = stating("A", 0), stating("B", 1), stating("C", 2)
    (first,) = superseded(one, two, join(one, two))
    (again,) = superseded(three, one, join(three, one))
    assert HISTORY.key_of(first) == HISTORY.key_of(again)
