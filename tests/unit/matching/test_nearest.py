"""One record against candidates."""

from datetime import UTC, datetime

import pytest

from ecrm_core.customers import (
    Address,
    Profile,
    SourceKey,
    SourceRecord,
    Stated,
    home_id,
    parse_email,
    parse_phone,
    unify,
)
from ecrm_core.matching import Model, best_matches, dedupe
from ecrm_core.matching.people import people_columns

AT = datetime(2026, 5, 1, 9, tzinfo=UTC)


def record(key: str, **values: object) -> SourceRecord:
    cells = {name.replace("__", "."): Stated(value, AT, AT) for name, value in values.items()}
    return SourceRecord(SourceKey("shop", key), cells)


def profile(key: str, **values: object) -> Profile:
    held = record(key, **values)
    return unify([held], id=home_id("main", held.key))


ANN: dict[str, object] = {
    "name__given": "Ann",
    "name__family": "Example",
    "emails": (parse_email("ann81@example.com"),),
}
BO: dict[str, object] = {"name__full": "Bo Park", "phones": (parse_phone("+49 30 23125000"),)}


def test_the_likeliest_comes_first_with_reasons() -> None:
    others = [
        profile("1", **BO),
        profile("2", name__given="Anne", name__family="Example"),
        profile("3", **ANN),
    ]
    first, *_ = best_matches(record("9", **ANN), others)
    assert (first.customer, first.likely) == (others[2].id, True)
    assert str(first.reasons[0]) == "email: equal (+16 bits)"
    assert first.reasons[0].code == "match_for"


def test_strangers_do_not_come_at_all() -> None:
    assert best_matches(record("9", **ANN), [profile("1", **BO)]) == ()
    assert best_matches(record("9", **ANN), []) == ()


def test_the_limit_holds_and_equals_are_ordered_by_id() -> None:
    others = [profile(str(at), **ANN) for at in range(5)]
    found = best_matches(record("9", **ANN), others, limit=3)
    assert [match.customer for match in found] == sorted(other.id for other in others)[:3]


def test_one_shared_address_of_several_is_enough() -> None:
    mails = (parse_email("a.n.other@example.com"), parse_email("ann81@example.com"))
    (match,) = best_matches(
        record("9", **ANN), [profile("1", **{**ANN, "emails": mails})]
    )  # fmt: skip
    assert match.likely


def test_a_relay_address_says_nothing() -> None:
    relay = {"emails": (parse_email("x7q9@privaterelay.appleid.com"),)}
    assert best_matches(record("9", **relay), [profile("1", **relay)]) == ()


def test_a_name_in_one_part_meets_the_name_in_two() -> None:
    one = record("9", name__full="김민준", phones=(parse_phone("+82 10-0000-1234"),))
    other = profile("1", name__given="민준", name__family="김",
                    phones=(parse_phone("+82 10-0000-1234"),))  # fmt: skip
    (match,) = best_matches(one, [other])
    assert {reason.facts["field"]: reason.facts["level"] for reason in match.reasons} == {
        "phone": "equal", "full_name": "equal",
    }  # fmt: skip


def test_it_weighs_as_the_batch_does() -> None:
    model = dedupe([profile("1", **ANN), profile("2", **BO)]).model
    one, other = profile("3", **ANN), profile("1", **ANN)
    (match,) = best_matches(one, [other], model=model)
    told = dedupe([one, other], model=model).explain(one.id, other.id)
    assert match.weight == pytest.approx(told.weight)


def test_a_match_shows_no_value() -> None:
    (match,) = best_matches(record("9", **ANN), [profile("1", **ANN)])
    assert "example" not in f"{match!r}{match}".lower()


def test_people_become_columns_with_the_roles_of_any_table() -> None:
    home = Address(lines=("1 High Street",), locality="Aville", postal_code="12345", country="DE")
    columns, fields, ids = people_columns(
        [record("1", **ANN, addresses=(home,)), profile("2", **BO)]
    )
    assert dict(fields.columns) == {name: name.rstrip("12") for name in columns}
    assert columns["street"] == ["1 High Street", None]
    assert columns["email1"] == ["ann81@example.com", None]
    assert columns["full_name"] == [None, "Bo Park"]
    assert ids == ["shop/1", home_id("main", SourceKey("shop", "2"))]


def test_records_are_compared_without_a_map_and_across_sources() -> None:
    rows = [record("1", **ANN), record("2", **ANN)]
    assert dedupe(rows).groups == (("shop/1", "shop/2"),)
    assert dedupe(rows, link="source").groups == ()


def test_the_default_model_travels_as_json() -> None:
    model = dedupe([profile("1", **ANN)]).model
    assert Model.from_json(model.to_json()) == model
