"""One row against many."""

from datetime import UTC, date, datetime

import pytest

from ecrm_core.customers import SourceKey, SourceRecord, Stated, home_id, unify
from ecrm_core.errors import DefinitionError, InputError, MissingError
from ecrm_core.matching import Capped, Comparison, Index, Model, dedupe, default_model
from ecrm_core.matching.people import people_fields
from tests.duplicates import FIELDS, Row, people

AT = datetime(2026, 5, 1, 9, tzinfo=UTC)
ROWS, _ = people(60)
MODEL = dedupe(ROWS, fields=FIELDS).model
ANN: Row = {"given": "Ann", "family": "Example", "mail": "ann@example.com", "born": "1990-01-02"}
NOTHING: Row = dict.fromkeys(FIELDS)
BO: Row = {"given": "Bo", "family": "Park", "tel": "+49 30 23125000"}


def filled(*rows: Row, fields: dict[str, str] = FIELDS) -> Index:
    index = Index(MODEL, fields=fields)
    for at, row in enumerate(rows):
        index.add(at, row)
    return index


def test_the_likeliest_comes_first_with_reasons() -> None:
    found = filled(BO, {**ANN, "born": "1990-02-01"}, ANN).query(ANN)
    assert [match.id for match in found] == [2, 1]
    assert found[0].likely
    assert found[0].weight > found[1].weight
    assert {reason.code for reason in found[0].reasons} == {"match_for"}
    assert str(found[0]).startswith("2  1.000  ")
    assert "Ann" not in repr(found)


def test_strangers_and_an_empty_index_bring_nobody() -> None:
    assert filled(BO).query(ANN) == ()
    assert filled().query(ANN) == ()
    assert filled(BO).query({"given": None, "family": ""}) == ()


def test_what_is_added_changed_and_removed_is_seen_at_once() -> None:
    index = filled(BO)
    index.add("ann", ANN)
    assert [match.id for match in index.query(ANN)] == ["ann"]
    index.update("ann", BO)
    assert index.query(ANN) == ()
    assert {match.id for match in index.query(BO)} == {0, "ann"}
    index.remove("ann")
    assert [match.id for match in index.query(BO)] == [0]
    assert (len(index), repr(index)) == (1, "<Index 1 rows>")


def test_the_limit_holds_and_equals_are_in_the_order_of_ids() -> None:
    index = Index(MODEL, fields=FIELDS)
    for id_ in ("c", "a", "b"):
        index.add(id_, ANN)
    assert [match.id for match in index.query(ANN, limit=2)] == ["a", "b"]
    with pytest.raises(DefinitionError, match="limit is 0"):
        index.query(ANN, limit=0)


def test_a_table_is_added_whole_or_not_at_all() -> None:
    index = filled()
    index.add_many(ROWS)
    assert len(index) == len(ROWS)
    columns = {name: [row.get(name) for row in (ANN, BO)] for name in FIELDS if name != "id"}
    with pytest.raises(InputError, match="in the index already"):
        index.add_many({"id": ["new", ROWS[0]["id"]], **columns})
    assert len(index) == len(ROWS)
    assert "new" not in {match.id for match in index.query(ANN)}


@pytest.mark.parametrize("many", [10, 700])
def test_rows_added_together_are_those_added_one_by_one(many: int) -> None:
    rows, _ = people(many)
    together, single = filled(), filled()
    together.add_many(rows[: many // 2], id="id")
    together.add_many(rows[many // 2 :], id="id")
    for row in rows:
        single.add(row["id"], row)
    for row in rows[:20]:
        assert together.query(row) == single.query(row) != ()


def test_rows_that_went_stay_away_when_the_index_is_tidied() -> None:
    index = filled()
    index.add_many(people(400)[0])
    index.add("ann", ANN)
    for _ in range(1_100):  # above what is kept beside the stock
        index.update("ann", ANN)
    index.remove("r0")
    index.add_many([{**row, "id": f"more {row['id']}"} for row in people(600, seed=8)[0]])
    assert [match.id for match in index.query(ANN)][:1] == ["ann"]
    assert "r0" not in {match.id for match in index.query(people(400)[0][0], limit=500)}


def test_a_key_of_very_many_rows_is_told_of_without_its_value() -> None:
    index = filled()
    crowd = [{**NOTHING, "id": str(at), "mail": "info@example.com"} for at in range(1_003)]
    index.add_many(crowd[:1_001])
    assert index.capped == (Capped(rule="email", keys=1, largest=1_001),)
    for row in crowd[1_001:]:
        index.add(row["id"], row)
    assert index.capped[0].largest == 1_003
    assert len(index.query({"mail": "info@example.com"}, limit=500)) <= 200


def test_of_too_many_rows_those_with_the_rarest_keys_are_compared() -> None:
    index = filled()
    name: Row = {"given": "Ann", "family": "Example", "zip": "10115"}
    index.add_many([{**NOTHING, **name, "id": str(at)} for at in range(600)])
    index.add("she", {**ANN, "zip": "10115"})
    assert index.query({**ANN, "zip": "10115"}, limit=1)[0].id == "she"


def test_a_saved_index_finds_and_scores_the_same() -> None:
    index = filled(ANN, BO)
    index.add_many(ROWS)
    index.remove(1)
    again = Index.load(index.dump())
    assert len(again) == len(index)
    assert [again.query(row) for row in ROWS] == [index.query(row) for row in ROWS]
    again.add(1, BO)
    assert again.query(BO)[0].id == 1
    assert len(Index.load(filled().dump())) == 0


def test_bytes_of_another_version_or_damaged_are_refused() -> None:
    data = filled(ANN, BO).dump()
    with pytest.raises(DefinitionError, match="ecrm-index"):
        Index.load(b"something else")
    for damaged in (data[:-1], data[:20], data + b"0", data[:-1] + bytes([data[-1] ^ 1])):
        with pytest.raises(InputError, match="damaged"):
            Index.load(damaged)


def test_ids_that_json_cannot_say_are_not_written() -> None:
    index = Index(MODEL, fields=FIELDS)
    index.add(date(2026, 1, 1), ANN)
    assert index.query(ANN)[0].id == date(2026, 1, 1)
    with pytest.raises(DefinitionError, match="no texts or whole numbers"):
        index.dump()


@pytest.mark.parametrize("empty", [None, "", "  ", float("nan")])
def test_an_id_is_stated(empty: object) -> None:
    with pytest.raises(InputError, match="found no id"):
        filled().add(empty, ANN)


def test_an_id_is_given_once_and_known_when_it_is_changed() -> None:
    index = filled(ANN)
    with pytest.raises(InputError, match="already"):
        index.add(0, BO)
    with pytest.raises(MissingError, match="no row of the index"):
        index.update(7, BO)
    with pytest.raises(MissingError, match="no row of the index"):
        index.remove(7)
    assert [match.id for match in index.query(ANN)] == [0]


def test_a_row_is_of_the_kind_and_columns_of_the_index() -> None:
    index = filled()
    for wrong in ("ann", {"name": "Ann"}, {}, RECORD):
        with pytest.raises(DefinitionError):
            index.query(wrong)  # type: ignore[arg-type]
    with pytest.raises(DefinitionError, match="expected a table"):
        index.add_many([RECORD])
    with pytest.raises(DefinitionError, match="SourceRecord or Profile"):
        Index(PEOPLE).query(ANN)


def test_a_model_of_other_fields_is_refused() -> None:
    with pytest.raises(DefinitionError, match="none of the fields"):
        Index(default_model([("x", "national_id")]), fields=FIELDS)


RECORD = SourceRecord(
    SourceKey("shop", "1"),
    {"name.given": Stated("Ann", AT, AT), "name.family": Stated("Example", AT, AT),
     "birth_on": Stated(date(1990, 1, 2), AT, AT)},
)  # fmt: skip
PEOPLE: Model = default_model(
    [(name, role) for name, role in people_fields().columns.items()], prior=-10.0
)


@pytest.mark.parametrize("stored", ["Liz", "Elizabeth"])
@pytest.mark.parametrize("many", [1, 600])
def test_a_nickname_is_found_though_no_row_had_the_long_name(stored: str, many: int) -> None:
    index = Index(default_model([("given", "given_name"), ("born", "birth_date")], prior=-8.0),
                  fields={"id": "id", "given": "given_name", "born": "birth_date"})  # fmt: skip
    crowd = [{"id": str(at), "given": stored, "born": f"{1900 + at // 12}-{at % 12 + 1:02}-17"}
             for at in range(many)]  # fmt: skip
    index.add_many([*crowd, {"id": "she", "given": stored, "born": "1990-01-02"}])
    asked = {"Liz": "Elizabeth", "Elizabeth": "Liz"}[stored]
    found = index.query({"given": asked, "born": "1990-01-02"})
    assert [match.id for match in found][:1] == ["she"]


def test_records_and_profiles_are_rows_too() -> None:
    profile = unify([RECORD], id=home_id("main", RECORD.key))
    index = Index(PEOPLE)
    index.add_many([RECORD])
    index.add("profile", profile)
    assert {match.id for match in index.query(profile)} == {"shop/1", "profile"}
    again = Index.load(index.dump())
    assert again.query(RECORD) == index.query(RECORD)


def test_a_custom_field_brings_rows_together_by_its_keys() -> None:
    own = Comparison(
        role="attribute:serial", levels=("other", "near", "equal"),
        compare=lambda left, right: int(left[:2] == right[:2]), keys=lambda form: [form[:4]],
    )  # fmt: skip
    fields = {"serial": own.role, "given": "given_name"}
    model = default_model([("serial", own.role), ("given", "given_name")], prior=-2.0,
                          comparisons=[own])  # fmt: skip
    index = Index(model, fields=fields, comparisons=[own])
    index.add(1, {"serial": "AB-1234", "given": "Ann"})
    assert [match.id for match in index.query({"serial": "ab 1299", "given": "Ann"})] == [1]
    data = index.dump()
    assert len(Index.load(data, comparisons=[own])) == 1
    with pytest.raises(DefinitionError):
        Index.load(data)
