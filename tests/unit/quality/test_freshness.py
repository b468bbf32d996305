"""Freshness: half-lives by kind, what resets them, what ends them."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from attrs import evolve

from ecrm_core.customers import (
    Address,
    ContactPoint,
    FieldValue,
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
from ecrm_core.errors import DefinitionError, UnknownName
from ecrm_core.quality import (
    DecayKind,
    EventKind,
    Freshness,
    HalfLives,
    HardEvent,
    freshness,
    party_of,
)

THEN = datetime(2021, 3, 1, 9, tzinfo=UTC)
LIVES = HalfLives.from_json({
    "b2c": {"email_free": 100, "email_own": 200, "mobile": 300, "landline": 400, "name": 1000},
    "b2b": {"email_own": 50, "employment": 60},
    "left": {"company_sold": 0.5},
})  # fmt: skip
OWN, FREE = parse_email("ann@example.com"), parse_email("ann@gmail.com")
JOB = Relation(kind=RelationKind.WORKS_FOR, other_name="Example Ltd", title="Buyer")


def person(at: datetime = THEN, /, **fields: FieldValue) -> SourceRecord:
    cells = {name.replace("__", "."): Stated(value, at, at) for name, value in fields.items()}
    return SourceRecord(SourceKey("shop", "1"), cells)


def after(days: int) -> date:
    return THEN.date() + timedelta(days=days)


def fresh(record: SourceRecord, path: str, days: int, *events: HardEvent) -> tuple[Freshness, ...]:
    return freshness(party_of(record), path, as_of=after(days), half_lives=LIVES, events=events)


def verified(contact: ContactPoint, state: VerificationState, at: datetime | None) -> ContactPoint:
    return evolve(contact, verification=Verification(state=state, at=at))


@pytest.mark.parametrize(
    ("path", "value", "kind", "half_life"),
    [
        ("emails", FREE, DecayKind.EMAIL_FREE, 100),
        ("emails", OWN, DecayKind.EMAIL_OWN, 200),
        ("phones", parse_phone("+82 10-0000-0001"), DecayKind.MOBILE, 300),
        ("phones", parse_phone("+82 2-312-3456"), DecayKind.LANDLINE, 400),
    ],
)
def test_half_of_it_is_left_after_a_half_life(
    path: str, value: ContactPoint, kind: DecayKind, half_life: int
) -> None:
    record = person(**{path: (value,)})
    (held,) = fresh(record, path, half_life)
    assert (held.kind, held.half_life, held.confidence) == (kind, half_life, 0.5)
    assert fresh(record, path, 2 * half_life)[0].confidence == 0.25
    assert fresh(record, path, 0)[0].confidence == 1


def test_names_and_both_sorts_of_addresses_age() -> None:
    place = Address(country="KR", lines=("1 Main Street",), locality="Seoul")
    record = person(name__full="Ann Lee", address__lines=("2 Side Street",), addresses=(place,))
    assert [held.confidence for held in fresh(record, "name", 1000)] == [0.5]
    assert [held.kind for held in fresh(record, "addresses", 0)] == [DecayKind.ADDRESS] * 2
    assert fresh(person(address__country="KR"), "addresses", 0) == ()


@pytest.mark.parametrize("extra", [{"organisation__legal": "Example Ltd"}, {"relations": (JOB,)}])
def test_people_of_organisations_age_at_their_own_pace(extra: dict[str, FieldValue]) -> None:
    (held,) = fresh(person(emails=(OWN,), **extra), "emails", 50)
    assert (held.half_life, held.confidence) == (50, 0.5)


def test_what_cannot_be_read_and_other_relations_do_not_age() -> None:
    home = Relation(kind=RelationKind.HOUSEHOLD, other="shop/2")
    record = person(emails=(parse_email("ann"),), relations=(home, JOB))
    assert fresh(record, "emails", 1) == ()
    assert [held.kind for held in fresh(record, "relations", 60)] == [DecayKind.EMPLOYMENT]


def test_without_a_day_nothing_is_said() -> None:
    assert freshness(party_of(person(emails=(OWN,))), "emails") == ()
    dated = party_of(person(emails=(OWN,)), as_of=after(0))
    assert len(freshness(dated, "emails")) == 1


def test_another_path_is_refused() -> None:
    with pytest.raises(UnknownName):
        freshness(party_of(person()), "tags")


def test_a_confirmation_resets_the_age_and_an_older_one_does_not() -> None:
    late = verified(OWN, VerificationState.CONFIRMED, THEN + timedelta(days=200))
    (held,) = fresh(person(emails=(late,)), "emails", 400)
    assert (held.confidence, held.reset_by, held.since) == (0.5, "verified", after(200))
    early = verified(OWN, VerificationState.CONFIRMED, THEN - timedelta(days=200))
    (held,) = fresh(person(emails=(early,)), "emails", 200)
    assert (held.confidence, held.reset_by) == (0.5, "stated")
    undated = verified(OWN, VerificationState.CONFIRMED, None)
    assert fresh(person(emails=(undated,)), "emails", 200)[0].reset_by == "verified"


@pytest.mark.parametrize("state", [VerificationState.BOUNCED, VerificationState.UNREACHABLE])
def test_what_is_known_not_to_work_has_no_chance(state: VerificationState) -> None:
    (held,) = fresh(person(emails=(verified(OWN, state, THEN),)), "emails", 1)
    assert (held.confidence, held.event, held.event_on) == (0, state.value, THEN.date())


@pytest.mark.parametrize(("days", "left"), [(9, True), (10, False)])
def test_validity_ends_on_the_day_it_is_said_to_end(days: int, *, left: bool) -> None:
    (held,) = fresh(person(emails=(evolve(OWN, valid_until=after(10)),)), "emails", days)
    assert (held.confidence > 0, held.event is None) == (left, left)


def test_an_ended_job_takes_its_mailbox_with_it_and_leaves_the_private_one() -> None:
    ended = evolve(JOB, until_on=after(10))
    record = person(emails=(OWN, FREE), relations=(ended,))
    own, free = fresh(record, "emails", 10)
    assert (own.confidence, own.event, own.event_on) == (0, "job_ended", after(10))
    assert free.confidence > 0
    assert fresh(record, "emails", 9)[0].confidence > 0
    assert fresh(record, "relations", 10)[0].confidence == 0
    going_on = person(emails=(OWN,), relations=(ended, evolve(JOB, title="Head")))
    assert fresh(going_on, "emails", 10)[0].event is None
    confirmed = verified(OWN, VerificationState.CONFIRMED, THEN + timedelta(days=11))
    later = person(emails=(confirmed,), relations=(ended,))
    assert fresh(later, "emails", 11)[0].confidence == 1
    early = evolve(confirmed, verification=Verification(state=VerificationState.CONFIRMED, at=THEN))
    sooner = person(emails=(early,), relations=(ended,))
    assert fresh(sooner, "emails", 11)[0].event == "job_ended"


def test_a_purpose_says_what_is_the_employers() -> None:
    ended = evolve(JOB, until_on=after(0))
    mine, desk = evolve(OWN, purpose="home"), evolve(FREE, purpose="Work")
    found = fresh(person(emails=(mine, desk), relations=(ended,)), "emails", 1)
    assert [held.event for held in found] == [None, "job_ended"]


@pytest.mark.parametrize(
    ("kind", "hit"),
    [
        (EventKind.BOUNCED, {"emails"}),
        (EventKind.UNREACHABLE, {"phones"}),
        (EventKind.MAIL_RETURNED, {"addresses"}),
        (EventKind.MOVED, {"addresses"}),
        (EventKind.LEFT_JOB, {"emails", "relations"}),
        (EventKind.COMPANY_SOLD, {"emails", "relations"}),
        (EventKind.COMPANY_CLOSED, {"emails", "relations"}),
        (EventKind.DECEASED, {"emails", "phones", "addresses", "relations"}),
    ],
)
def test_a_hard_event_ends_what_it_is_about(kind: EventKind, hit: set[str]) -> None:
    record = person(emails=(OWN,), phones=(parse_phone("+82 10-0000-0001"),), relations=(JOB,),
                    addresses=(Address(lines=("1 Main Street",)),))  # fmt: skip
    event = HardEvent(kind=kind, on=after(5))
    found = {path: fresh(record, path, 5, event)[0] for path in
             ("emails", "phones", "addresses", "relations")}  # fmt: skip
    assert {path for path, held in found.items() if held.event == kind.value} == hit
    assert all(held.event is None for held in [fresh(record, p, 4, event)[0] for p in found])


def test_an_event_about_one_address_spares_the_other() -> None:
    event = HardEvent(kind=EventKind.BOUNCED, on=after(1), about=OWN.identity)
    own, free = fresh(person(emails=(OWN, FREE)), "emails", 2, event)
    assert own.confidence == 0 < free.confidence


def test_a_sold_company_leaves_the_share_that_is_said() -> None:
    event = HardEvent(kind=EventKind.COMPANY_SOLD, on=after(0))
    (held,) = fresh(person(emails=(OWN,), relations=(JOB,)), "emails", 0, event)
    assert held.confidence == 0.5


@pytest.mark.parametrize(("days", "dead"), [(9, True), (10, True), (11, False)])
def test_a_confirmation_on_a_later_day_lifts_an_event(days: int, *, dead: bool) -> None:
    contact = verified(OWN, VerificationState.CONFIRMED, THEN + timedelta(days=days))
    event = HardEvent(kind=EventKind.BOUNCED, on=after(10))
    (held,) = fresh(person(emails=(contact,)), "emails", 12, event)
    assert (held.confidence == 0) == dead


@pytest.mark.parametrize(
    "at",
    [
        datetime(9999, 12, 31, 23, 59, tzinfo=timezone(-timedelta(hours=5))),
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=5))),
        datetime(2024, 2, 29, tzinfo=UTC),
    ],
)
def test_strange_days_are_survived_and_the_future_is_no_more_than_certain(at: datetime) -> None:
    for state_at in (at, datetime(9999, 1, 1), datetime(1, 1, 1)):  # noqa: DTZ001 - as stored
        contact = verified(OWN, VerificationState.CONFIRMED, state_at)
        for day in (date.min, after(0), date.max):
            party = party_of(person(at, emails=(contact,)))
            assert 0 <= freshness(party, "emails", as_of=day)[0].confidence <= 1


def test_a_profile_says_the_same_as_its_record() -> None:
    record = person(emails=(OWN, FREE), name__full="Ann Lee", address__lines=("1 Main Street",))
    profile = unify([record], id=home_id("main", record.key))
    for path in ("emails", "name", "addresses"):
        left = freshness(party_of(record), path, as_of=after(99))
        assert left == freshness(profile, path, as_of=after(99))
        assert left


def test_the_chain_is_told_in_words_without_the_value() -> None:
    phone = parse_phone("+82 10-0000-0001")
    record = person(phones=(phone,))
    (held,) = freshness(party_of(record), "phones", as_of=date(2027, 3, 1))
    assert held.explain() == "stated 2021-03-01 by shop; mobile, half-life 5 years; chance 44 %"
    event = HardEvent(kind=EventKind.UNREACHABLE, on=after(3), about=phone.identity)
    (held,) = fresh(record, "phones", 3, event)
    assert held.explain().endswith("half-life 300 days; unreachable 2021-03-04; chance 0 %")
    assert "0000" not in repr(event) + repr(held)


def test_half_lives_come_back_from_their_json() -> None:
    assert HalfLives.from_json(LIVES.to_json()) == LIVES
    assert HalfLives.from_json({}) == HalfLives()
    assert HalfLives().days(DecayKind.MOBILE, b2b=True) < HalfLives().days(DecayKind.MOBILE)


@pytest.mark.parametrize(
    "data",
    [
        {"b2c": {"mobile": 0}},
        {"b2c": {"mobile": -1}},
        {"b2b": {"mobile": float("nan")}},
        {"b2b": {"mobile": float("inf")}},
        {"b2b": {"mobile": 1e7}},
        {"b2c": {"mobile": "5 years"}},
        {"b2c": {"mobile": True}},
        {"b2c": {"telex": 1}},
        {"left": {"bounced": 1.5}},
        {"left": {"bounced": -0.1}},
        {"b2g": {}},
        [],
    ],
)
def test_half_lives_that_are_none_are_refused(data: FieldValue) -> None:
    with pytest.raises(DefinitionError):
        HalfLives.from_json(data)


def test_half_lives_need_every_kind() -> None:
    with pytest.raises(DefinitionError):
        HalfLives(b2c={})
