"""Profiles: one view of a customer, every value with where it comes from."""

from datetime import UTC, datetime, timedelta

import pytest

from ecrm_core.customers import (
    Address,
    NameOrder,
    OrganisationName,
    Profile,
    SourceKey,
    SourceRecord,
    Stated,
    parse_email,
    unify,
)
from ecrm_core.errors import InputError
from ecrm_core.kernel import CustomerId, Json

ROOT = CustomerId("cus_1")
AT = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def stating(source: str, hours: int = 0, **values: object) -> SourceRecord:
    at = AT + hours * HOUR
    cells = {name.replace("__", "."): Stated(value, at, at) for name, value in values.items()}
    return SourceRecord(SourceKey(source, "1"), cells)


def profile(*held: SourceRecord) -> Profile:
    return unify(held, id=ROOT)


def test_a_value_names_source_rule_and_time() -> None:
    (sourced,) = profile(stating("shop", 2, brand="A")).fields["brand"]
    assert (sourced.value, sourced.source, sourced.rule, sourced.by, sourced.observed_at) == (
        "A", SourceKey("shop", "1"), "newest", None, AT + 2 * HOUR,
    )  # fmt: skip
    assert sourced.reveal() == "A"


def test_lists_are_united_newest_first_and_preferred_before_all() -> None:
    a, b, c = (parse_email(f"{name}@example.com") for name in "abc")
    preferred = type(c)(
        kind=c.kind, raw=c.raw, normalised=c.normalised, match_form=c.match_form, preferred=True
    )
    held = profile(stating("shop", 0, emails=(c, b)), stating("mail", 1, emails=(a, b)),
                   stating("till", -1, emails=(preferred,)))  # fmt: skip
    assert [e.normalised for e in held.emails] == [
        "a@example.com",
        "b@example.com",
        "c@example.com",
    ]
    only = profile(stating("shop", 0, emails=(b,)), stating("till", -1, emails=(preferred,)))
    assert [e.normalised for e in only.emails] == ["c@example.com", "b@example.com"]


def test_one_element_spelt_twice_is_one_in_its_newest_spelling() -> None:
    held = profile(
        stating("shop", 0, emails=(parse_email("Kim@example.com"),), tags=("VIP",)),
        stating("mail", 1, emails=(parse_email("kim+news@example.com"),), tags=("vip",)),
    )
    assert [e.raw for e in held.emails] == ["kim+news@example.com"]
    assert held.values("tags") == ("vip",)


@pytest.mark.parametrize(
    ("values", "full", "given"),
    [
        ({"name__full": "Kim Min-jun"}, "Kim Min-jun", None),
        ({"name__given": "민준", "name__family": "김"}, "김민준", "민준"),
        ({"name__full": "M. Kim", "name__given": "Min", "name__family": "Kim"}, "M. Kim", "Min"),
        ({"name__phonetic": "キム"}, "キム", None),
    ],
)
def test_a_name_is_as_written_or_composed(
    values: dict[str, str], full: str, given: str | None
) -> None:
    name = profile(stating("shop", 0, **values)).name
    assert name is not None
    assert (name.full, name.given) == (full, given)


def test_a_part_stated_after_the_full_name_makes_a_new_one() -> None:
    record = stating("shop", 0, name__full="Ann Lee", name__given="Ann", name__family="Lee")
    married = {**record.cells, **stating("shop", 1, name__family="Park").cells}
    name = profile(SourceRecord(record.key, married)).name
    assert name is not None
    assert (name.full, name.order) == ("Ann Park", NameOrder.GIVEN_FIRST)


def test_an_address_in_parts_stands_before_those_in_lists() -> None:
    listed = Address(country="JP", locality="大阪")
    held = profile(
        stating("shop", 0, address__country="KR", address__lines=("Main Street 1",)),
        stating("mail", 1, addresses=(listed,)),
    )
    assert held.addresses == (Address(country="KR", lines=("Main Street 1",)), listed)


def test_an_organisation_goes_by_its_legal_name_else_by_that_it_trades_under() -> None:
    legal = profile(stating("shop", 0, organisation__legal="A Ltd", organisation__trading="A"))
    assert legal.organisation == OrganisationName(legal="A Ltd", trading="A")
    trading = profile(stating("shop", 0, organisation__trading="A"))
    assert trading.organisation == OrganisationName(legal="A", trading="A")


def test_an_empty_profile_has_nothing() -> None:
    held = profile()
    assert (held.name, held.organisation, held.emails, held.phones, held.addresses) == (
        None, None, (), (), (),
    )  # fmt: skip
    assert (held.value("brand"), held.values("tags")) == (None, ())


def test_what_no_field_takes_is_no_part_of_a_profile() -> None:
    assert profile(stating("shop", 0, unmapped__note="x")).fields == {}


def test_each_provenance_is_written_once() -> None:
    held = profile(stating("shop", 0, brand="A", lifecycle="x", tags=("a", "b")))
    data = held.to_json()
    assert len(data["from"]) == 2  # newest and union
    assert data["fields"]["tags"] == [["a", 1], ["b", 1]]
    assert Profile.from_json(data) == held


@pytest.mark.parametrize(
    "data",
    [
        None, {}, {"id": "cus_1", "policy": "", "from": [], "fields": {"brand": [["kim", 0]]}},
        {"id": "cus_1", "policy": "", "from": [["a", "b", "kim", "r", None]], "fields": {}},
        {"id": "cus_1", "policy": "", "from": [], "fields": {"kim": []}, "more": {"kim": 1}}
        | {"from": "kim"},
    ],
    ids=range(5),
)  # fmt: skip
def test_json_that_is_no_profile_is_an_input_error_that_shows_nothing(data: Json) -> None:
    with pytest.raises(InputError) as caught:
        Profile.from_json(data)
    assert "kim" not in str(caught.value)
