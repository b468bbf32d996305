"""Intake: what arriving statements change, for many customers at once."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from attrs import evolve

from ecrm_core.customers import (
    CONSENTS,
    HISTORY,
    HOMES,
    PROFILES,
    RECORDS,
    SEARCH_KEYS,
    ConsentState,
    ConsentStatement,
    Group,
    Profile,
    SourceKey,
    SourceRecord,
    Stated,
    SurvivorshipPolicy,
    decide_records,
    decide_statements,
    home_id,
    ids_of,
    new_group,
    parse_email,
    unify,
)
from ecrm_core.kernel import AnyKind, ChangeSet
from ecrm_core.merging import joined

AT = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
ONE, TWO = SourceKey("shop", "1"), SourceKey("shop", "2")
POLICY = SurvivorshipPolicy()


def stating(key: SourceKey, hours: int = 0, **values: object) -> SourceRecord:
    at = AT + hours * HOUR
    return SourceRecord(key, {name: Stated(value, at, at) for name, value in values.items()})


def decide(arriving: Sequence[SourceRecord], *held: Group) -> ChangeSet:
    groups = {key: new_group("main", key) for key in {record.key for record in arriving}}
    groups |= {home.key: group for group in held for home in group.homes}
    return decide_records(groups, arriving, policy=POLICY)


def counts(changes: ChangeSet) -> dict[str, object]:
    return {name: count for name, count in changes.result.items() if count and name != "customers"}


def written(changes: ChangeSet, kind: AnyKind) -> list[object]:
    return [put.value for put in changes.puts if put.kind is kind]


def held(*records: SourceRecord, version: int = 3) -> Group:
    group = new_group("main", records[0].key)
    for record in records:
        group = group.with_record(record)
    return evolve(group, version=version)


def test_a_new_party_is_created_with_its_home_profile_and_keys() -> None:
    record = stating(ONE, emails=(parse_email("kim@example.com"),))
    changes = decide([record])
    home = home_id("main", ONE)
    assert counts(changes) == {"created": 1}
    assert changes.result["customers"] == [home]
    assert written(changes, RECORDS) == [record]
    assert written(changes, PROFILES) == [unify([record], id=home)]
    assert [put.key for put in changes.puts if put.kind is SEARCH_KEYS] == [
        ("find-1", "email:kim@example.com", home)
    ]
    assert changes.expects == (new_group("main", ONE).expect,)


def test_every_record_is_counted_once() -> None:
    group = held(stating(ONE, 5, brand="B"))
    arriving = [
        stating(ONE, 5, brand="B"),
        stating(ONE, 4, brand="A"),
        stating(ONE, 6, brand="C"),
        stating(TWO, brand="D"),
        stating(TWO, brand="D"),
    ]
    changes = decide(arriving, group)
    assert counts(changes) == {"duplicate": 2, "superseded": 1, "updated": 1, "created": 1}


def test_what_says_nothing_new_writes_nothing() -> None:
    record = stating(ONE, brand="A")
    changes = decide([record, record], held(record))
    assert changes.empty
    assert changes.expects == ()


def test_a_batch_is_the_same_as_its_records_one_by_one() -> None:
    arriving = [stating(ONE, hours, brand=brand) for hours, brand in enumerate("CABD")]
    for order in (arriving, arriving[::-1], [*arriving, *arriving]):
        changes = decide(order)
        (record,) = written(changes, RECORDS)
        (profile,) = written(changes, PROFILES)
        assert isinstance(record, SourceRecord)
        assert isinstance(profile, Profile)
        assert (record.value("brand"), profile.value("brand")) == ("D", "D")
        assert len(written(changes, HISTORY)) == 3


def test_a_late_statement_is_kept_as_history_and_changes_no_record() -> None:
    changes = decide([stating(ONE, 1, brand="A")], held(stating(ONE, 2, brand="B")))
    assert written(changes, RECORDS) == []
    assert len(written(changes, HISTORY)) == 1
    assert [put.value for put in changes.puts if put.kind is HOMES] == [new_group("main", ONE).root]


def test_a_value_of_another_type_is_an_update() -> None:
    name = "attributes.x"
    before = SourceRecord(ONE, {name: Stated(1, AT, AT)})
    after = SourceRecord(ONE, {name: Stated(True, AT, AT)})  # noqa: FBT003
    found = [counts(decide([b], held(a))) for a, b in ((before, after), (after, before))]
    assert {"updated": 1} in found  # the other way round it is history
    assert {"superseded": 1} in found


def test_keys_a_record_is_found_under_no_more_are_dropped() -> None:
    old, new = parse_email("old@example.com"), parse_email("new@example.com")
    both = stating(ONE, 0, emails=(old,), tags=("a",))
    changes = decide([stating(ONE, 1, emails=(new,))], held(both))
    home = home_id("main", ONE)
    assert [(d.kind, d.key) for d in changes.drops] == [
        (SEARCH_KEYS, ("find-1", "email:old@example.com", home))
    ]
    assert [p.key[1] for p in changes.puts if p.kind is SEARCH_KEYS] == ["email:new@example.com"]


def test_records_of_one_customer_are_decided_together_under_one_version() -> None:
    group = joined(held(stating(ONE, brand="A")), held(stating(TWO, brand="B"), version=8))
    changes = decide([stating(ONE, 1, brand="C"), stating(TWO, 2, brand="D")], group)
    (profile,) = written(changes, PROFILES)
    assert isinstance(profile, Profile)
    assert profile.value("brand") == "D"
    assert changes.expects == (group.expect,)
    assert group.expect.version == 3
    assert changes.result["customers"] == [home_id("main", ONE), home_id("main", TWO)]


def test_two_values_at_one_time_are_a_reason() -> None:
    changes = decide([stating(ONE, 0, brand="A")], held(stating(ONE, 0, brand="B")))
    assert [reason.code for reason in changes.reasons] == ["conflicting_statement"]


# ---------------------------------------------------------------- statements

SAID = ConsentStatement(
    subject="email:kim@example.com", channel="email", purpose="marketing",
    state=ConsentState.GRANTED, at=AT, source="shop",
)  # fmt: skip


def test_a_statement_is_written_once() -> None:
    changes = decide_statements([SAID, SAID])
    assert (written(changes, CONSENTS), changes.result) == ([SAID], {"statements": 1})
    again = decide_statements([SAID], known=[CONSENTS.key_of(SAID)], groups=[held(stating(ONE))])
    assert again == ChangeSet(result={"statements": 0})


def test_a_statement_about_a_person_is_written_under_the_version_of_her_group() -> None:
    group = held(stating(ONE))
    changes = decide_statements([SAID], groups=[group])
    assert changes.expects == (group.expect,)
    assert written(changes, HOMES) == [group.root]


def test_all_ids_of_a_customer_are_named_in_order() -> None:
    group = joined(held(stating(TWO)), held(stating(ONE)))
    assert ids_of(group) == tuple(sorted([home_id("main", ONE), home_id("main", TWO)]))
