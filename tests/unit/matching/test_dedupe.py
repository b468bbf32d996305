"""A table compared with itself, without labels."""

from typing import Any

import pytest

from ecrm_core import FieldMap, dedupe
from ecrm_core.customers.table import Table
from ecrm_core.errors import DefinitionError, InputError, MissingError, UnknownName
from ecrm_core.matching import Deduplication, Model
from tests.duplicates import FIELDS, Row, f1, people

WHO = {"name": "full_name", "mail": "email"}
TWINS: list[dict[str, object]] = [
    {"name": "Ann Example", "mail": "ann81@example.com"},
    {"name": "Ann Exmaple", "mail": "Ann81+shop@example.com"},
    {"name": "Bo Park", "mail": "bo77@example.com"},
]


def found(count: int = 300) -> tuple[Deduplication, list[Row], list[int]]:
    rows, true = people(count)
    return dedupe(rows, fields=FIELDS), rows, true


def test_generated_people_are_found_without_labels() -> None:
    result, _, true = found()
    assert f1(list(result.clusters.values()), true) > 0.97


def test_the_pairs_at_the_default_cut_are_nearly_all_right() -> None:
    result, rows, true = found()
    number = {row["id"]: person for row, person in zip(rows, true, strict=True)}
    right = [number[str(p.left)] == number[str(p.right)] for p in result.pairs]
    assert sum(right) / len(right) > 0.97


def test_certain_pairs_are_right_pairs() -> None:
    result, rows, true = found()
    number = {row["id"]: person for row, person in zip(rows, true, strict=True)}
    wrong = [p for p in result.certain if number[str(p.left)] != number[str(p.right)]]
    assert len(wrong) <= 0.01 * len(result.certain)


def test_two_spellings_of_one_person_are_one() -> None:
    assert dedupe(TWINS, fields=WHO).groups == ((0, 1),)


def test_the_cluster_of_a_row_is_its_least_id() -> None:
    rows = [{**row, "key": 10 - at} for at, row in enumerate(TWINS)]
    assert dedupe(rows, fields=WHO, id="key").clusters == {10: 9, 9: 9, 8: 8}


def test_the_id_column_may_come_from_the_map() -> None:
    rows = [{**row, "key": f"k{at}"} for at, row in enumerate(TWINS)]
    assert dedupe(rows, fields={**WHO, "key": "id"}).groups == (("k0", "k1"),)


def test_with_a_source_named_only_pairs_of_two_sources_count() -> None:
    rows = [{**row, "shop": shop} for row, shop in zip([*TWINS, TWINS[2]], "aaab", strict=True)]
    assert dedupe(rows, fields=WHO, link="shop").groups == ((2, 3),)


class Frame:
    """What frames have in common."""

    def __init__(self, columns: dict[str, list[object]]) -> None:
        self._columns = columns
        self.columns = list(columns)

    def __getitem__(self, name: str) -> list[object]:
        return self._columns[name]


class Assigning(Frame):
    def assign(self, **added: list[object]) -> "Assigning":
        return Assigning({**self._columns, **added})


COLUMNS: dict[str, list[object]] = {name: [row[name] for row in TWINS] for name in WHO}


@pytest.mark.parametrize("table", [TWINS, COLUMNS, Frame(COLUMNS), Assigning(COLUMNS)])
def test_every_shape_of_table_gives_the_same(table: Table) -> None:
    assert dedupe(table, fields=WHO).clusters == {0: 0, 1: 0, 2: 2}


def test_rows_are_labelled_as_rows_and_columns_as_columns() -> None:
    result = dedupe(TWINS, fields=WHO)
    assert result.label(TWINS) == [
        {**row, "cluster_id": at} for row, at in zip(TWINS, [0, 0, 2], strict=True)
    ]
    assert result.label(COLUMNS, column="who") == {**COLUMNS, "who": [0, 0, 2]}


def test_a_frame_is_labelled_as_a_frame() -> None:
    labelled = dedupe(TWINS, fields=WHO).label(Assigning(COLUMNS))
    assert isinstance(labelled, Assigning)
    assert labelled["cluster_id"] == [0, 0, 2]


def test_labelling_another_table_is_refused() -> None:
    with pytest.raises(DefinitionError, match="a table of 2 rows"):
        dedupe(TWINS, fields=WHO).label(TWINS[:2])


def test_an_explanation_says_what_each_field_says() -> None:
    told = dedupe(TWINS, fields=WHO).explain(0, 1)
    assert [(field.name, field.level) for field in told.fields] == [
        ("email", "equal"), ("name", "close"),
    ]  # fmt: skip
    total = told.prior + sum(field.weight for field in told.fields)
    assert told.weight == pytest.approx(total, abs=0.05)  # a household is hardly likelier
    assert str(told.reasons[0]).startswith("email: equal (+")


def test_the_pair_weighs_what_its_explanation_says() -> None:
    result, _, _ = found(60)
    for pair in result.pairs:
        assert result.explain(pair.left, pair.right).weight == pytest.approx(pair.weight)
        assert result.explain(pair.right, pair.left).weight == pytest.approx(pair.weight)


def test_no_value_shows_unasked() -> None:
    result = dedupe(TWINS, fields=WHO)
    told = result.explain(0, 1)
    shown = "".join([
        str(result), repr(result), result._repr_html_(), repr(result.pairs), repr(result.pairs[0]),
        str(told), repr(told), told._repr_html_(), repr(told.fields), repr(result.model),
        *map(str, told.reasons), str(result.model.to_json()),
    ])  # fmt: skip
    for trace in ("example", "exmaple", "ann ", "park", "@"):
        assert trace not in shown.lower()


def test_unlike_rows_stay_apart_and_empty_tables_are_none() -> None:
    assert dedupe(TWINS[1:], fields=WHO).groups == ()
    assert dedupe({"name": [], "mail": []}, fields=WHO).clusters == {}
    assert dedupe([], fields=None).clusters == {}


@pytest.mark.parametrize("value", ["Ann", None, "", float("nan")])
def test_a_constant_column_says_nothing(value: object) -> None:
    result = dedupe({"name": [value] * 2_000}, fields={"name": "given_name"})
    assert result.groups == ()
    assert len(result.pairs) == 0


def test_ten_thousand_copies_of_one_row_are_one_person_in_bounded_work() -> None:
    rows = {name: [TWINS[0][name]] * 10_000 for name in WHO}
    result = dedupe(rows, fields=WHO)
    assert len(set(result.clusters.values())) == 1
    assert result.compared < 50_000
    assert sum(missed.pairs for missed in result.left_out) > 0


def test_a_name_alone_makes_nobody_one() -> None:
    people_of_one_name: list[dict[str, object]] = [{"name": "Kim Minjun", "mail": None}] * 5
    assert dedupe([*people_of_one_name, *TWINS], fields=WHO).groups == ((5, 6),)


def test_a_household_is_not_one_person() -> None:
    home = {"family": "Example", "street": "1 High Street", "zip": "12345", "tel": "030 2312500"}
    fields = {"given": "given_name", "family": "family_name", "street": "street",
              "zip": "postcode", "tel": "phone", "born": "birth_date"}  # fmt: skip
    rows = [
        {**home, "given": "Ann", "born": "1970-02-03"},
        {**home, "given": "Otto", "born": "1999-11-28"},
    ]
    assert dedupe(rows, fields=fields).groups == ()


def test_a_given_model_is_used_as_it_is() -> None:
    model = dedupe(TWINS, fields=WHO).model
    assert dedupe(TWINS[:2], fields=WHO, model=model).model is model


def test_a_model_of_other_fields_is_refused() -> None:
    model = dedupe([{"t": "030 2312500"}], fields={"t": "phone"}).model
    with pytest.raises(DefinitionError, match="knows none of the fields"):
        dedupe(TWINS, fields=WHO, model=model)


def test_a_model_of_json_scores_the_same() -> None:
    result, rows, _ = found(80)
    again = dedupe(rows, fields=FIELDS, model=Model.from_json(result.model.to_json()))
    assert list(again.pairs) == list(result.pairs)
    assert again.clusters == result.clusters


def test_progress_is_told_by_stage() -> None:
    told: list[tuple[int, int, str]] = []
    dedupe(TWINS, fields=WHO, progress=lambda *said: told.append(said))
    assert [done for done, _, _ in told] == [1, 2, 3, 4]


WRONG: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"fields": {"nane": "full_name"}}, UnknownName, "no column is named 'nane'"),
    ({"fields": {"name": "nickname"}}, UnknownName, "no role is named"),
    ({"fields": {"name": "ignore"}}, DefinitionError, "no column that says who"),
    ({}, DefinitionError, "FieldMap.guess"),
    ({"fields": WHO, "id": "key"}, UnknownName, "no column is named 'key'"),
    ({"fields": WHO, "id": "name", "link": "x"}, UnknownName, "no column is named 'x'"),
]


@pytest.mark.parametrize(("given", "error", "text"), WRONG)
def test_a_wrong_definition_says_so(
    given: dict[str, Any], error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        dedupe(TWINS, **given)


def test_ids_must_be_there_and_differ() -> None:
    wrong: list[list[object]] = [[1, 1, 2], [1, None, 2], [1, True, 2], [1, "1", 2]]
    for ids in wrong:
        with pytest.raises(InputError, match=r"\$\[1\].id"):
            dedupe({**COLUMNS, "key": ids}, fields=WHO, id="key")


def test_columns_must_have_one_length() -> None:
    with pytest.raises(DefinitionError, match="2 and 3 rows"):
        dedupe({"name": ["a", "b"], "mail": ["a", "b", "c"]}, fields=WHO)


def test_an_unknown_id_has_no_explanation() -> None:
    with pytest.raises(MissingError):
        dedupe(TWINS, fields=WHO).explain(0, 9)


def test_a_guessed_map_does() -> None:
    rows, true = people(100)
    result = dedupe(rows, fields=FieldMap.guess(rows))
    assert f1(list(result.clusters.values()), true) > 0.8


def test_pairs_are_a_sequence() -> None:
    pairs = found(60)[0].pairs
    assert list(pairs[:2]) == [pairs[0], pairs[1]]
    assert pairs[-1] == list(pairs)[-1]
    likely = [pair.probability for pair in pairs]
    assert likely == sorted(likely, reverse=True)


@pytest.mark.parametrize("most", [1, 10, 100])
def test_no_more_pairs_are_compared_than_allowed_and_the_rest_is_told(most: int) -> None:
    rows, _ = people(300)
    free, bound = dedupe(rows, fields=FIELDS), dedupe(rows, fields=FIELDS, pairs=most)
    assert bound.compared <= most < free.compared
    assert sum(missed.pairs for missed in bound.left_out) > 0


SHOPS: Table = {
    **COLUMNS,
    "shop": ["ann81@example.com", "till", "till"],
}
ODD: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"pairs": 0}, DefinitionError, "1 or more"),
    ({"rules": [()]}, DefinitionError, "found nothing as a rule"),
    ({"rules": ["email"]}, DefinitionError, "found a text as a rule"),
    ({"rules": [("mail",)]}, UnknownName, "did you mean 'email'"),
    ({"rules": [(1,)]}, UnknownName, "no piece"),
    ({"rules": [("email",)] * 61}, DefinitionError, "at most 60"),
    ({"once": ["till"]}, DefinitionError, "link="),
    ({"once": ["web"], "link": "shop"}, UnknownName, "no source"),
]


@pytest.mark.parametrize(("given", "error", "text"), ODD)
def test_what_cannot_be_followed_is_refused(
    given: dict[str, Any], error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text) as told:
        dedupe(SHOPS, fields=WHO, **given)
    assert "ann81" not in str(told.value)  # a column of sources may hold anything


def test_a_single_source_may_be_named_as_a_text() -> None:
    one = dedupe(SHOPS, fields=WHO, link="shop", once="till")
    assert one.clusters == dedupe(SHOPS, fields=WHO, link="shop", once=["till"]).clusters


def test_ids_may_be_whole_numbers_of_any_size() -> None:
    found = dedupe({**COLUMNS, "key": [10**30, 5, -7]}, fields=WHO, id="key")
    assert found.clusters == {10**30: 5, 5: 5, -7: -7}
