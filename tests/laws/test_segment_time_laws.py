"""Laws of time in segments: days tile the time, and nothing that comes later is seen."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecrm_core.segmentation import Row, evaluate
from ecrm_core.segmentation.terms import FieldRef, Relative, Unit
from ecrm_core.segmentation.times import Times
from ecrm_core.segmentation.tree import Compare, Op, Rule
from ecrm_core.segmentation.values import plain
from tests.profile import size
from tests.segment_trees import ROWS, RULES, SCHEMA, TIMES, ZONES

pytestmark = pytest.mark.long
MANY = settings(max_examples=size(100, 20_000))
CHANGING = [*ZONES, "Europe/Berlin", "Australia/Lord_Howe", "Africa/Casablanca"]


def _is(rule: Rule, row: Row, as_of: datetime, tz: str) -> bool:
    return evaluate(rule, row, schema=SCHEMA, as_of=as_of, tz=tz)


@MANY
@given(RULES, ROWS, TIMES, st.sampled_from(ZONES))
def test_what_comes_after_the_instant_makes_no_difference(
    rule: Rule, row: Row, as_of: datetime, tz: str
) -> None:
    """Segments 3.7."""

    def happened(relation: str, values: dict[str, object]) -> bool:
        held = SCHEMA.relations[relation]
        at = plain(values.get(str(held.at)), held.fields[str(held.at)].type)
        if at is None:
            return True
        return bool(at <= (as_of if isinstance(at, datetime) else Times(as_of, tz).today))

    known = {
        name: [dict(each) for each in rows if happened(name, dict(each))]
        for name, rows in row.relations.items()
    }
    assert _is(rule, row, as_of, tz) is _is(rule, Row(row.fields, known), as_of, tz)


@MANY
@given(
    st.datetimes(datetime.fromisoformat("2005-01-01"), datetime.fromisoformat("2038-01-01")),
    st.integers(0, 10**12),
    st.sampled_from(CHANGING),
)
def test_the_days_of_a_zone_hold_each_moment_once(start: datetime, later: int, tz: str) -> None:
    """Segments 3.4."""
    moment, as_of = start.replace(tzinfo=UTC), start.replace(tzinfo=UTC) + timedelta(days=40)
    moment += timedelta(microseconds=later)
    days = [-(as_of.date() - moment.date()).days + off for off in range(-2, 3)]
    row = Row({"last.seen": moment})
    on = [Compare(FieldRef("last.seen"), Op.EQ, Relative(day, Unit.DAY)) for day in days]
    assert sum(_is(rule, row, as_of, tz) for rule in on) == 1


@MANY
@given(st.dates(date(2005, 1, 1), date(2038, 1, 1)), st.sampled_from(CHANGING))
def test_a_day_ends_where_the_next_begins(day: date, tz: str) -> None:
    """Segments 3.4, 3.5."""
    times = Times(datetime(2026, 1, 1, tzinfo=UTC), tz)
    this, following = times.moments(day), times.moments(day + timedelta(days=1))
    assert this.end == following.start
    assert timedelta(0) <= following.start - this.start <= timedelta(hours=25)
    if this.start < following.start:  # but for the day a zone left out
        assert times.local_day(this.start) == day
        assert times.local_day(following.start - timedelta(microseconds=1)) == day
