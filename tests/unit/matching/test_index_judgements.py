"""An index obeys what people judged."""

from datetime import UTC, datetime

import pytest

from ecrm_core.customers import SourceKey, SourceRecord, Stated
from ecrm_core.errors import InputError
from ecrm_core.matching import Index, Judgement, dedupe, default_model
from ecrm_core.matching.people import people_fields
from tests.duplicates import FIELDS, Row, people

AT = datetime(2026, 5, 1, 9, tzinfo=UTC)
MODEL = dedupe(people(60)[0], fields=FIELDS).model
ANN: Row = {"given": "Ann", "family": "Example", "mail": "ann@example.com", "born": "1990-01-02"}
BO: Row = {"given": "Bo", "family": "Park", "tel": "+49 30 23125000"}


def said(left: str, right: str, verdict: str, hour: int = 9) -> Judgement:
    at = AT.replace(hour=hour)
    return Judgement.of(left, right, verdict, by="anna", at=at, reason="met both")


def filled(*judgements: Judgement) -> Index:
    """Return an index of four rows of Ann, numbered, and one of Bo."""
    index = Index(MODEL, fields=FIELDS, judgements=judgements)
    for at in range(4):
        index.add(at, ANN)
    index.add("bo", BO)
    return index


def found(index: Index, id_: object, row: Row = ANN) -> list[object]:
    return [match.id for match in index.query(row, id=id_, limit=99)]


def test_who_is_held_apart_is_left_out_by_way_of_others_too() -> None:
    index = filled(said("0", "1", "different"), said("1", "2", "same"))
    assert found(index, 0) == [0, 3]
    assert found(index, 1) == [2, 1, 3]
    assert found(index, None) == [0, 1, 2, 3]


def test_who_was_judged_the_same_comes_first_even_where_no_key_meets() -> None:
    index = filled()
    index.judge(said("bo", "3", "same"))
    first, *_ = index.query(BO, id="bo")
    assert (first.id, first.weight, first.likely) == (3, 60.0, True)
    assert [str(reason) for reason in first.reasons] == ["judged the same"]
    assert found(index, 0)[0] == 0
    assert found(index, "3")[0] == "bo"
    assert [match.id for match in index.query(ANN, id=3, limit=1)] == ["bo"]


def test_a_later_judgement_stands_whatever_comes_first() -> None:
    index = filled(said("0", "1", "unsure", 11))
    index.judge(said("0", "1", "different", 10), said("2", "0", "different", 10))
    assert found(index, 0) == [0, 1, 3]
    assert [one.verdict.value for one in index.judgements] in (
        ["unsure", "different"], ["different", "unsure"]
    )  # fmt: skip


def test_nobody_in_a_contradiction_is_told_of_another() -> None:
    index = filled(said("0", "1", "same"), said("1", "2", "same"), said("0", "2", "different"))
    assert [found(index, at) for at in (0, 1, 2)] == [[0, 3], [1, 3], [2, 3]]


def test_a_row_says_by_itself_who_it_is() -> None:
    index = filled(said("0", "1", "different"))
    assert [match.id for match in index.query({**ANN, "id": "0"})] == [0, 2, 3]
    model = default_model([(name, name) for name in people_fields().columns])
    cells = {"name.given": Stated("Ann", AT, AT), "name.family": Stated("Example", AT, AT),
             "national_id": Stated("900101-1234567", AT, AT)}  # fmt: skip
    records = [SourceRecord(SourceKey("shop", key), cells) for key in "ab"]
    shop = Index(model, judgements=[said("shop/a", "shop/b", "different")])
    for record in records:
        shop.add(str(record.key), record)
    assert [match.id for match in shop.query(records[0])] == ["shop/a"]


def test_judgements_on_rows_that_come_later_or_have_gone_are_kept() -> None:
    index = filled(said("bo", "new", "same"))
    assert found(index, "bo", BO) == ["bo"]
    index.add("new", ANN)
    assert found(index, "bo", BO) == ["new", "bo"]
    index.remove("new")
    assert found(index, "bo", BO) == ["bo"]


def test_a_saved_index_keeps_the_judgements() -> None:
    index = filled(said("0", "1", "different"), said("bo", "3", "same"))
    again = Index.load(index.dump())
    assert again.judgements == index.judgements
    assert [again.query(ANN, id=at) for at in (0, 1, 3)] == [
        index.query(ANN, id=at) for at in (0, 1, 3)
    ]


def test_an_index_saved_before_there_were_judgements_is_read() -> None:
    data = filled().dump()
    older = data.replace(b"ecrm-index-2", b"ecrm-index-1", 1)
    assert len(Index.load(older)) == 5


def test_damaged_judgements_are_refused() -> None:
    data = filled(said("0", "1", "different")).dump()
    with pytest.raises(InputError):
        Index.load(data.replace(b'"different"', b'"daffirent"', 1))
