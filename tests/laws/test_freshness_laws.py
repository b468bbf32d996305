"""Laws of freshness: never above 1, older never surer, a later confirmation never less."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta

import pytest
from attrs import evolve, frozen
from hypothesis import given
from hypothesis import strategies as st

from ecrm_core.customers import (
    ContactKind,
    ContactPoint,
    Relation,
    RelationKind,
    SourceKey,
    SourceRecord,
    Stated,
    Verification,
    VerificationState,
    home_id,
    parse_email,
    parse_phone,
    unify,
)
from ecrm_core.quality import (
    ALL,
    FRESH_PATHS,
    LANGUAGES,
    EventKind,
    HalfLives,
    HardEvent,
    check_record,
    freshness,
    party_of,
    work_list,
)
from ecrm_core.testing.strategies import records

pytestmark = pytest.mark.long
DAYS = st.dates()
INSTANTS = st.datetimes(timezones=st.just(UTC))
CONTACTS = st.sampled_from([
    parse_email("ann@example.com"),
    parse_email("ann@gmail.com"),
    parse_phone("+82 10-0000-0001"),
    parse_phone("+82 2-312-3456"),
])  # fmt: skip
JOBS = st.builds(
    Relation, kind=st.just(RelationKind.WORKS_FOR), other=st.just("shop/9"),
    until_on=st.none() | DAYS,
)  # fmt: skip
EVENTS = st.lists(st.builds(HardEvent, kind=st.sampled_from(EventKind), on=DAYS), max_size=3)


@frozen(kw_only=True)
class Case:
    """One contact point on one day, with jobs and events around it."""

    contact: ContactPoint
    at: datetime
    day: date
    jobs: list[Relation]
    events: list[HardEvent]
    confirmed: datetime | None = None

    @property
    def confidence(self) -> float:
        """How sure the contact point still is."""
        state, contact = VerificationState.CONFIRMED, self.contact
        if self.confirmed is not None:
            held = Verification(state=state, at=self.confirmed)
            contact = evolve(contact, verification=held)
        path = "emails" if contact.kind is ContactKind.EMAIL else "phones"
        cells = {
            path: Stated((contact,), self.at, self.at),
            "relations": Stated(tuple(self.jobs), self.at, self.at),
        }
        party = party_of(SourceRecord(SourceKey("s", "1"), cells))
        (found,) = freshness(party, path, as_of=self.day, events=self.events)
        assert 0 <= found.confidence <= 1
        return found.confidence


CASES = st.builds(
    Case, contact=CONTACTS, at=INSTANTS, day=DAYS, jobs=st.lists(JOBS, max_size=2), events=EVENTS
)


@given(CASES, INSTANTS)
def test_older_is_never_surer(case: Case, other: datetime) -> None:
    old, new = sorted((case.at, other))
    assert evolve(case, at=old).confidence <= evolve(case, at=new).confidence


@given(CASES, INSTANTS, INSTANTS)
def test_a_later_confirmation_is_never_less(case: Case, one: datetime, other: datetime) -> None:
    first, last = sorted((one, other))
    early, late = (evolve(case, confirmed=at).confidence for at in (first, last))
    assert case.confidence <= early <= late


@given(CASES, DAYS)
def test_time_alone_never_makes_anything_surer(case: Case, other: date) -> None:
    early, late = sorted((case.day, other))
    assert evolve(case, day=late).confidence <= evolve(case, day=early).confidence


@given(CASES, EVENTS)
def test_one_more_event_never_makes_anything_surer(case: Case, more: list[HardEvent]) -> None:
    both = evolve(case, events=[*case.events, *more]).confidence
    assert both <= case.confidence
    assert both == evolve(case, events=[*more, *case.events]).confidence


@given(st.integers(1, 10_000), st.integers(0, 10_000))
def test_a_half_life_halves(half_life: int, age: int) -> None:
    lives = HalfLives.from_json({"b2c": {"email_own": half_life}})
    at = datetime(2000, 1, 1, tzinfo=UTC)
    cells = {"emails": Stated((parse_email("ann@example.com"),), at, at)}
    party = party_of(SourceRecord(SourceKey("s", "1"), cells))
    now, then = (
        freshness(party, "emails", as_of=at.date() + timedelta(days=days), half_lives=lives)[0]
        for days in (age, age + half_life)
    )
    assert math.isclose(then.confidence, now.confidence / 2, rel_tol=1e-9)


@given(records(), DAYS)
def test_no_record_makes_a_rule_crash_or_a_chain_show_anybody(
    record: SourceRecord, day: date
) -> None:
    report = check_record(record, ALL, as_of=day, region="KR")
    assert [finding for finding in report.findings if finding.crashed] == []
    assert all(finding.message(language) for finding in report.findings for language in LANGUAGES)
    party = party_of(record)
    for path in FRESH_PATHS:
        for found in freshness(party, path, as_of=day):
            assert found.explain().endswith("%")


@given(records(), DAYS)
def test_a_profile_of_one_record_is_as_fresh(record: SourceRecord, day: date) -> None:
    profile = unify([record], id=home_id("main", record.key))
    for path in ("emails", "phones", "handles"):
        left = {held.confidence for held in freshness(party_of(record), path, as_of=day)}
        right = {held.confidence for held in freshness(profile, path, as_of=day)}
        assert right <= left


@given(st.lists(records(), max_size=8), st.integers(1, 8), DAYS)
def test_a_short_list_is_the_beginning_of_the_long_one(
    people: list[SourceRecord], limit: int, day: date
) -> None:
    people = list({str(held.key): held for held in people}.values())
    values = {str(held.key): len(held.cells) for held in people}
    whole = work_list(people, value=values, as_of=day, limit=100)
    cut = work_list(people[::-1], value=values, as_of=day, limit=limit)
    assert cut.rows == whole.rows[:limit]
    assert (cut.at_risk, cut.customers) == (whole.at_risk, len(people))
    assert sum(row.at_risk for row in whole.rows) == whole.at_risk
    assert all(0 <= row.at_risk <= row.value for row in whole.rows)
