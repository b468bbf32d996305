"""Custom fields are compared as a plugin says, by whatever it brings, and told by its name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import evolve

from ecrm_core import Crm, dedupe
from ecrm_core.customers import (
    Attribute,
    AttributeSchema,
    AttributeType,
    SourceKey,
    SourceRecord,
    Stated,
)
from ecrm_core.errors import DefinitionError, PluginError, UnknownName
from ecrm_core.matching import Comparison, Deduplication, Model, best_matches, default_model
from ecrm_core.ports import Toolbox
from ecrm_core.sources import Delivery

NOW = datetime(2026, 5, 1, tzinfo=UTC)
ASKED: list[tuple[str, str]] = []


def compare(left: str, right: str) -> int:
    ASKED.append((left, right))
    return int(sum(one != two for one, two in zip(left, right, strict=False)) == 1)


def signs(text: str) -> str:
    return "".join(filter(str.isalnum, text)).lower()


PLATE = Comparison(
    role="attribute:plate", levels=("other", "slip", "equal"), compare=compare, form=signs,
    keys=lambda form: (form[:4], form[-4:]), strangers=0.00001, origin="acme-crm",
)  # fmt: skip
FIELDS = {"no": "id", "name": "full_name", "plate": "attribute:plate"}
ROWS: list[dict[str, object]] = [
    {"no": "1", "name": "Ann Example", "plate": "AB-12 345"},
    {"no": "2", "name": "Quentin Zorn", "plate": "ab 12345"},
    {"no": "3", "name": "Bo Park", "plate": "AB-12 346"},
    {"no": "4", "name": "Ann Exmaple", "plate": None},
    {"no": "5", "name": "Cho Yun", "plate": "ZZ 99 111"},
]


def found(**more: Any) -> Deduplication:  # noqa: ANN401 - parameters of one call
    return dedupe(ROWS, fields=FIELDS, comparisons=[evolve(PLATE, **more)])


def levels(result: Deduplication, left: str, right: str) -> dict[str, str | None]:
    return {each.name: each.level for each in result.explain(left, right).fields}


def test_values_have_the_levels_of_the_comparison() -> None:
    result = found()
    assert levels(result, "1", "2")["plate"] == "equal"  # alike in form: compare is not asked
    assert levels(result, "1", "3")["plate"] == "slip"
    assert levels(result, "1", "5")["plate"] == "other"
    assert levels(result, "1", "4")["plate"] is None


def test_only_different_forms_are_compared_and_each_two_in_one_order() -> None:
    ASKED.clear()
    found()
    assert ASKED
    assert all(left < right for left, right in ASKED)


def test_rows_that_share_a_key_are_compared() -> None:
    before = dedupe(ROWS, fields=FIELDS).compared
    assert found().compared > found(keys=None).compared == before


def test_without_a_comparison_the_column_says_nothing() -> None:
    assert "plate" not in levels(dedupe(ROWS, fields=FIELDS), "1", "2")


def test_without_a_form_the_words_are_compared() -> None:
    result = found(form=None)
    assert levels(result, "1", "2")["plate"] == "other"  # "ab 12 345" and "ab 12345"
    assert levels(result, "1", "3")["plate"] == "slip"


def test_a_model_with_a_custom_field_travels_and_scores_the_same() -> None:
    first = found()
    model = Model.from_json(first.model.to_json())
    again = dedupe(ROWS, fields=FIELDS, comparisons=[PLATE], model=model)
    assert again.explain("1", "2").weight == first.explain("1", "2").weight
    assert dedupe(ROWS, fields=FIELDS, model=model).explain("1", "2").weight != (
        first.explain("1", "2").weight
    )


def test_a_model_of_other_levels_is_refused() -> None:
    model = default_model([("plate", "attribute:plate")], comparisons=[PLATE])
    other = evolve(PLATE, levels=("other", "equal"))
    with pytest.raises(DefinitionError, match="3 levels for 'plate', expected 2"):
        dedupe(ROWS, fields=FIELDS, comparisons=[other], model=model)


@pytest.mark.parametrize("count", range(2, 6))
def test_the_shares_to_begin_with_are_whole_and_grow(count: int) -> None:
    named = evolve(PLATE, levels=tuple("abcde"[:count]), strangers=0.0001)
    (field,) = default_model([("p", "attribute:plate")], comparisons=[named]).fields
    assert sum(field.m) == pytest.approx(1)
    assert sum(field.u) == pytest.approx(1)
    weights = [m / u for m, u in zip(field.m, field.u, strict=True)]
    assert weights == sorted(weights)


WRONG: dict[str, dict[str, object]] = {
    "attribute:<name>": {"role": "full_name"},
    "2 to 5 different ones": {"levels": ("equal",)},
    "2 to 5 different": {"levels": ("a", "a")},
    "below 1": {"strangers": 1.0},
}


@pytest.mark.parametrize("said", WRONG)
def test_what_can_be_no_comparison_is_refused(said: str) -> None:
    with pytest.raises(DefinitionError, match=said):
        found(**WRONG[said])


def test_a_role_that_is_none_is_refused() -> None:
    with pytest.raises(UnknownName):
        found(role="plate")


def test_two_comparisons_of_one_field_are_refused() -> None:
    with pytest.raises(DefinitionError, match="one for each role"):
        dedupe(ROWS, fields=FIELDS, comparisons=[PLATE, PLATE])


def _raises(*_: str) -> Any:  # noqa: ANN401 - never returns
    raise KeyError("AB12345 Ann Example")


def _later(_: str) -> Any:  # noqa: ANN401 - of the wrong type
    yield "a"
    yield 7


BUGS: dict[str, tuple[str, Callable[..., Any]]] = {
    "raised KeyError": ("compare", _raises),
    "returned str, expected the place of a level": ("compare", lambda _, __: "slip"),
    "returned bool": ("compare", lambda _, __: True),
    "outside 0 to 1: the last is for equal forms": ("compare", lambda _, __: 2),
    "outside 0 to 1": ("compare", lambda _, __: -1),
    "returned int as a form": ("form", lambda _: 7),
    "of acme-crm raised KeyError": ("form", _raises),
    "returned str as keys": ("keys", lambda form: form),
    "keys that are no texts": ("keys", _later),
    "'attribute:plate' of acme-crm raised KeyError": ("keys", _raises),
}


@pytest.mark.parametrize("said", BUGS)
def test_a_function_that_fails_is_named_without_what_it_saw(said: str) -> None:
    part, function = BUGS[said]
    with pytest.raises(PluginError, match=said) as caught:
        found(**{part: function})
    assert caught.value.facts["distribution"] == "acme-crm"
    assert caught.value.__context__ is None
    assert "Ann" not in str(caught.value)


def record(no: str, plate: str) -> SourceRecord:
    stated = {"attributes.plate": plate, "name.full": f"Person {no}"}
    cells = {name: Stated(value, NOW, NOW) for name, value in stated.items()}
    return SourceRecord(SourceKey("shop", no), cells)


def test_customers_of_the_store_are_compared_by_it() -> None:
    schema = AttributeSchema({"plate": Attribute(AttributeType.TEXT)})
    with Crm.open(tools=Toolbox().add(PLATE), attributes=schema) as crm:
        crm.ingest(Delivery(source="shop", records=(record("1", "AB-12 345"),
                                                    record("2", "ab 12346"))))  # fmt: skip
        one, two = crm.resolve("shop/1"), crm.resolve("shop/2")
        assert levels(crm.duplicates(), one, two)["attribute:plate"] == "slip"
        asked = record("9", "AB 12345")
        profile = crm.view("shop/2").profile
        model = evolve(default_model([("attribute:plate", "attribute:plate")],
                                     comparisons=[PLATE]), prior=0.0)  # fmt: skip
        (match,) = best_matches(asked, [profile], comparisons=[PLATE], model=model)
        assert str(match.reasons[0]).startswith("attribute:plate: slip")


def test_keys_may_be_of_any_length() -> None:
    long = evolve(PLATE, keys=lambda form: (form[:2] + "x" * 500,))
    # More rows than are numbered one by one, so that the way of whole columns is asked.
    rows = [{"no": str(at), "name": f"Ann {at}", "plate": f"ab{at}"} for at in range(300)]
    found = dedupe(rows, fields=FIELDS, comparisons=[long])
    assert "attribute:plate" in found.explain("1", "2").rules
    assert found.compared > 300
