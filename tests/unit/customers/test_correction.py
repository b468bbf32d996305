"""Corrections: a person's ruling, from what she types to what it is kept as."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from attrs import evolve

from ecrm_core.customers import (
    CLEARED,
    CORRECTIONS,
    HOMES,
    PROFILES,
    SEARCH_KEYS,
    UNMATCHED,
    Address,
    Correction,
    Group,
    Profile,
    Relation,
    RelationKind,
    SourceKey,
    SourceRecord,
    Stated,
    SurvivorshipPolicy,
    accept_value,
    decide_correct,
    in_order,
    new_group,
    parse_email,
    unify,
)
from ecrm_core.customers.correction import replaced_digest
from ecrm_core.errors import DefinitionError, EcrmError, InputError, MissingError, UnknownName
from ecrm_core.kernel import ChangeSet, CustomerId, Json, instant_text

KEY = SourceKey("shop", "1")
AT = datetime(2026, 1, 1, tzinfo=UTC)
NOW = AT + timedelta(days=1)
CELLS = {
    "name.full": Stated("Kmi", AT, AT),
    "emails": Stated((parse_email("kim@exmaple.com"), parse_email("lee@example.com")), AT, AT),
}
GROUP = new_group("main", KEY).with_record(SourceRecord(KEY, CELLS))


def correct(
    field_name: str, value: object, *, group: Group = GROUP, replaces: object = None,
    pin: bool = False, at: datetime = NOW,
) -> ChangeSet:  # fmt: skip
    return decide_correct(
        group, tenant="main", field_name=field_name, value=value, replaces=replaces, by="ada",
        at=at, pin=pin, policy=SurvivorshipPolicy(), region="KR",
    )  # fmt: skip


def written(changes: ChangeSet) -> tuple[Correction, Profile]:
    """The ruling and the profile; the root's row is bumped under the version read."""
    rows = [put for put in changes.puts if put.kind is not SEARCH_KEYS]
    assert [put.kind for put in rows] == [CORRECTIONS, PROFILES, HOMES, UNMATCHED]
    ruling, profile, home, _ = (put.value for put in rows)
    assert home == GROUP.root
    assert changes.expects == (GROUP.expect,)
    assert isinstance(ruling, Correction)
    assert isinstance(profile, Profile)
    assert changes.result == {"correction": ruling.id}
    return ruling, profile


def test_a_correction_names_what_it_replaces_and_shows_in_the_profile() -> None:
    ruling, profile = written(correct("name.full", "Kim"))
    assert (ruling.field_name, ruling.value, ruling.by, ruling.at, ruling.pin) == (
        "name.full", "Kim", "ada", NOW, False,
    )  # fmt: skip
    assert ruling.replaces == replaced_digest("name.full", "Kmi")
    (sourced,) = profile.fields["name.full"]
    assert (sourced.value, sourced.source, sourced.rule, sourced.by) == (
        "Kim", None, "correction", "ada",
    )  # fmt: skip


def test_one_element_of_a_list_is_replaced() -> None:
    _, profile = written(correct("emails", "kim@example.com", replaces="KIM@exmaple.com"))
    assert [e.normalised for e in profile.emails] == ["kim@example.com", "lee@example.com"]


def test_an_element_is_added_and_one_is_taken_out() -> None:
    _, more = written(correct("emails", "new@example.com"))
    assert [e.normalised for e in more.emails][-1] == "new@example.com"
    _, less = written(correct("emails", None, replaces="lee@example.com"))
    assert [e.normalised for e in less.emails] == ["kim@exmaple.com"]


def test_a_field_nobody_stated_is_filled_and_one_stated_is_emptied() -> None:
    ruling, profile = written(correct("birth_on", "1990-02-03"))
    assert (ruling.replaces, profile.value("birth_on")) == (None, date(1990, 2, 3))
    _, empty = written(correct("name.full", None))
    assert "name.full" not in empty.fields


def test_an_element_that_is_not_there_cannot_be_corrected() -> None:
    with pytest.raises(MissingError) as caught:
        correct("emails", "a@example.com", replaces="b@example.com")
    assert caught.value.code == "no_such_element"


def known(*rulings: Correction) -> Group:
    return Group(homes=GROUP.homes, records=GROUP.records, corrections=rulings)


@pytest.mark.parametrize("late", [timedelta(0), timedelta(seconds=2)])
def test_who_rules_last_is_right_though_her_clock_be_behind(late: timedelta) -> None:
    first, _ = written(correct("brand", "b"))
    for letter in "cdefgh":
        then, profile = written(correct("brand", letter, group=known(first), at=NOW - late))
        assert (profile.value("brand"), then.at) == (letter, NOW + timedelta.resolution)
    end = evolve(first, at=datetime.max.replace(tzinfo=UTC))
    assert written(correct("brand", "c", group=known(end)))[0].at == end.at


def test_an_element_ruled_out_and_added_at_one_instant_is_there() -> None:
    added, _ = written(correct("tags", "vip"))
    gone, profile = written(correct("tags", None, replaces="vip", group=known(added)))
    assert "tags" not in profile.fields
    _, profile = written(correct("tags", "vip", group=known(added, gone), at=NOW))
    assert profile.values("tags") == ("vip",)


def test_the_same_addition_again_writes_nothing() -> None:
    ruling, _ = written(correct("tags", "vip"))
    again = correct("tags", "vip", group=known(ruling))
    assert again == ChangeSet(result={"correction": ruling.id})
    assert correct("tags", "vip", group=known(ruling), at=NOW + timedelta(hours=1)).puts


def test_a_ruling_on_a_ruling_replaces_what_it_showed() -> None:
    first, _ = written(correct("name.full", "Kin"))
    group = Group(homes=GROUP.homes, records=GROUP.records, corrections=(first,))
    second, profile = written(correct("name.full", "Kim", group=group, at=NOW + timedelta(hours=1)))
    assert second.replaces == replaced_digest("name.full", "Kin")
    assert profile.value("name.full") == "Kim"


# ---------------------------------------------------------------- what a caller may give


@pytest.mark.parametrize(
    ("name", "given", "value"),
    [
        ("name.full", "Jose\u0301", "José"),
        ("name.full", None, CLEARED),
        ("emails", CLEARED, CLEARED),
        ("emails", "Kim@Example.com", parse_email("Kim@Example.com")),
        ("birth_on", "1990-02-03", date(1990, 2, 3)),
        ("birth_on", date(1990, 2, 3), date(1990, 2, 3)),
        ("address.lines", ("a", "b"), ("a", "b")),
        ("addresses", Address(country="KR"), Address(country="KR")),
        ("attributes.x", Decimal("1.50"), Decimal("1.50")),
        ("attributes.x", ("a",), ("a",)),
        ("attributes.x", True, True),
        ("notes", "x" * 60_000, "x" * 60_000),
        ("relations", Relation(kind=RelationKind.WORKS_FOR, other="shop/2"),
         Relation(kind=RelationKind.WORKS_FOR, other="shop/2")),
    ],
)  # fmt: skip
def test_what_is_given_becomes_the_value_of_the_field(
    name: str, given: object, value: object
) -> None:
    assert accept_value(name, given) == value


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("name.full", 5), ("name.full", "x" * 513), ("name.full", "kim\x00"),
        ("name.full", ["kim"]),
        ("emails", "kim at example"), ("emails", 5), ("emails", Address(raw="kim")),
        ("phones", "kim"), ("birth_on", "kim"), ("birth_on", AT), ("birth_on", 5),
        ("address.lines", "kim"), ("address.lines", ["kim"]), ("addresses", "kim"),
        ("relations", {"kim": 1}), ("attributes.x", 1.5), ("attributes.x", {"kim": 1}),
        ("attributes.x", float("nan")), ("attributes.x", Decimal("1e1000000")), ("tags", 5),
        ("notes", "x" * 70_000), ("notes", "kim" + "é" * 600 + "\u0301" * 60_000),
        ("attributes.x", ("kim", "\x00")),
        pytest.param("attributes.x", 10**5_000, id="attributes.x-huge"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_and_not_shown(name: str, given: object) -> None:
    with pytest.raises(InputError) as caught:
        accept_value(name, given)
    assert "kim" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "error"),
    [("unmapped.$.a", DefinitionError), ("nmae.full", UnknownName), ("attributes", UnknownName)],
)
def test_a_field_that_cannot_be_corrected_is_refused(name: str, error: type[EcrmError]) -> None:
    with pytest.raises(error):
        accept_value(name, "x")


# ---------------------------------------------------------------- what it is kept as


def ruling(at: datetime = NOW, **more: object) -> Correction:
    values: Mapping[str, object] = {
        "id": "cor_1", "customer": CustomerId("cus_1"), "field_name": "brand", "replaces": None,
        "value": "A", "at": at, "by": "ada",
    }  # fmt: skip
    return Correction(**{**values, **more})  # type: ignore[arg-type]


def test_one_instant_in_two_zones_is_one_row() -> None:
    seoul = NOW.astimezone(timezone(timedelta(hours=9)))
    assert CORRECTIONS.row(ruling(seoul)) == CORRECTIONS.row(ruling(NOW))
    assert ruling(seoul).to_json()["at"] == instant_text(NOW)


def test_a_ruling_has_a_time_with_a_zone() -> None:
    with pytest.raises(InputError):
        ruling(datetime(2026, 1, 1))  # noqa: DTZ001 - what is refused


@pytest.mark.parametrize(
    "change", [{"at": "kim"}, {"field": "kim"}, {"field": "birth_on", "value": "kim"}, {"by": None}]
)
def test_json_that_is_no_correction_is_an_input_error_that_shows_nothing(change: Json) -> None:
    data = ruling().to_json() | change
    if change == {"by": None}:
        del data["by"]
    with pytest.raises(InputError) as caught:
        Correction.from_json(data)
    assert "kim" not in str(caught.value)


def test_rulings_stand_in_the_order_they_were_made() -> None:
    one, two, three = ruling(NOW, id="b"), ruling(NOW, id="a"), ruling(AT, id="c")
    assert in_order([one, two, three]) == (three, two, one)


def test_pinned_rulings_hold_and_the_reason_of_others_names_the_ruling() -> None:
    later = SourceRecord(KEY, {"name.full": Stated("Other", NOW + timedelta(days=1), NOW)})
    for pin, shown in ((True, "Kim"), (False, "Other")):
        made, _ = written(correct("name.full", "Kim", pin=pin))
        profile = unify([later], [made], id=CustomerId("cus_1"))
        assert profile.value("name.full") == shown
