"""History: what gave way is kept, with its times; a repetition is none."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import reduce
from itertools import permutations

import pytest

from ecrm_core.customers import (
    CLEARED,
    SourceKey,
    SourceRecord,
    Stated,
    conflicting_statements,
    join,
    superseded,
)
from ecrm_core.customers.history import Past, Superseded, standing

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


def test_a_value_is_found_at_one_place_however_often_it_gives_way() -> None:
    one, two, three = stating("A", 0), stating("B", 1), stating("C", 2)
    (first,) = superseded(one, two, join(one, two))
    (again,) = superseded(three, one, join(three, one))
    assert first.at == again.at == standing(one, "brand")


def rows(*statements: tuple[str, int], known: Sequence[Superseded] = ()) -> list[Superseded]:
    """The history of these, taken in one after the other."""
    past = Past({row.at: row for row in known})
    record = stating(*statements[0])
    for arriving in (stating(*one) for one in statements[1:]):
        after = join(record, arriving)
        for row in superseded(record, arriving, after):
            past.lay_aside(row)
            if after != record:
                past.take_back(standing(after, "brand"))
        record = after
    found = {**past.known, **past.changed}
    return [row for row in found.values() if row]


@pytest.mark.parametrize("order", list(permutations([("A", 1), ("A", 3), ("B", 2), ("B", 9)])))
def test_of_a_value_that_gave_way_the_last_statement_is_kept(order: list[tuple[str, int]]) -> None:
    (row,) = rows(*order)
    assert (row.value, row.observed_at) == ("A", AT + 3 * HOUR)
    for at in range(1, 4):  # in two deliveries, the second with what the first has left
        first = reduce(join, [stating(*one) for one in order[:at]]).cells["brand"]
        stands = (str(first.value), int((first.observed_at - AT) / HOUR))
        (again,) = rows(stands, *order[at:], known=rows(*order[:at]))
        assert again == row
