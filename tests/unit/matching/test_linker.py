"""A frozen model bound to the fields of people: pairs weighed, persons made, by themselves."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from ecrm_core.customers import Profile, SourceKey, SourceRecord, Stated, parse_email, unify
from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import CustomerId
from ecrm_core.matching import Linker, completed, dedupe, default_model

AT = datetime(2026, 5, 1, tzinfo=UTC)


def person(at: int, given: str, family: str, email: str | None = None) -> Profile:
    stated: dict[str, object] = {
        "name.given": given, "name.family": family, "birth_on": date(1980, 1, 1),
        "emails": email and (parse_email(email),),
    }  # fmt: skip
    cells = {name: Stated(value, AT, AT) for name, value in stated.items() if value}
    record = SourceRecord(SourceKey("shop", str(at)), cells)
    return unify([record], id=CustomerId(f"cus_{at}"))


ANNA, ANNE, BO = (
    person(1, "Anna", "Berg", "anna@example.com"),
    person(2, "Anne", "Berg", "anna@example.com"),
    person(3, "Bo", "Quist", "bo@example.com"),
)


def test_a_pair_weighs_the_same_by_itself_and_among_others() -> None:
    linker = Linker()
    people = [linker.read(one) for one in (ANNA, ANNE, BO)]
    among = linker.weights(people, [(0, 1), (0, 2), (1, 2)])
    alone = linker.weights(people[:2], [(0, 1)])
    assert among == alone
    assert among[0, 1] > linker.link_bits


def test_a_pair_weighs_what_a_table_of_the_same_model_says() -> None:
    roles = ("full_name", "given_name", "family_name", "email", "birth_date")
    model = default_model([(role, role) for role in roles], prior=-9.0)
    linker = Linker(model)
    weights = linker.weights([linker.read(ANNA), linker.read(ANNE)], [(0, 1)])
    (pair,) = dedupe([ANNA, ANNE, BO], model=model).pairs
    assert weights[0, 1] == pytest.approx(pair.weight)
    assert linker.probability(weights[0, 1]) == pytest.approx(pair.probability)


def test_persons_are_made_and_judgements_obeyed() -> None:
    linker = Linker()
    people = [linker.read(one) for one in (ANNA, ANNE, BO)]
    weights = linker.weights(people, [(0, 1)])
    assert linker.link(people, weights) == [0, 0, 2]
    assert linker.link(people, weights, different=[(0, 1)]) == [0, 1, 2]
    assert linker.link(people, weights, same=[(1, 2)], different=[(0, 1)]) == [0, 1, 1]


def test_nobody_and_people_who_state_nothing_are_no_error() -> None:
    linker = Linker()
    nobody = linker.read(Profile(id=CustomerId("cus_9")))
    assert linker.weights([], []) == {}
    assert linker.weights([nobody, nobody], [(0, 1)]) == {}
    assert linker.link([nobody, nobody], {}) == [0, 1]
    assert linker.reasons(nobody, nobody) == ()


def test_a_model_of_other_fields_is_refused() -> None:
    with pytest.raises(DefinitionError):
        Linker(default_model([("product", "category")]))


def test_a_model_is_completed_by_what_it_never_met() -> None:
    model = default_model([("email", "email")], prior=-9.0)
    whole = completed(model)
    assert whole.fields[0] == model.fields[0]
    assert {"phone", "birth_date", "full_name"} <= {held.role for held in whole.fields}
    assert completed(whole) == whole
