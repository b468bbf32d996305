"""What people said of two, and how matching obeys it."""

from datetime import UTC, datetime, timedelta

import pytest

from ecrm_core import dedupe
from ecrm_core.errors import DefinitionError, InputError, UnknownName
from ecrm_core.matching import (
    JUDGEMENTS,
    Judgement,
    JudgementVerdict,
    decide_judgement,
    verdicts,
)

AT = datetime(2026, 5, 1, 9, tzinfo=UTC)
WHO = {"key": "id", "name": "full_name", "mail": "email"}
ROWS = [{"key": key, "name": "Ann Example", "mail": "ann@example.com"} for key in "abc"]
OTHERS = [
    {"key": "x", "name": "Bo Park", "mail": "bo@example.com"},
    {"key": "y", "name": "Cy Lee", "mail": "cy@example.com"},
    {"key": "z", "name": "Di Kim", "mail": "di@example.com"},
]


def judged(left: str, right: str, verdict: str, *, later: int = 0) -> Judgement:
    return Judgement.of(left, right, verdict, by="anna", at=AT + timedelta(minutes=later))


def test_a_judgement_is_one_appended_row_and_merges_nobody() -> None:
    changes = decide_judgement("b", "a", "same", tenant="main", by="anna", at=AT, reason="phoned")
    (put,) = changes.puts
    assert (put.kind, changes.result["judgement"]) == (JUDGEMENTS, put.key[0])
    said = put.value
    assert isinstance(said, Judgement)
    assert (said.left, said.right, said.reason) == ("a", "b", "phoned")


def test_one_of_the_last_instant_there_is_can_be_followed() -> None:
    last = datetime.max.replace(tzinfo=UTC)
    before = Judgement.of("a", "b", "different", by="anna", at=last)
    changes = decide_judgement("a", "b", "same", tenant="main", by="anna", at=AT, known=[before])
    (put,) = changes.puts
    assert isinstance(put.value, Judgement)
    assert put.value.at == last


def test_the_order_of_the_two_changes_nothing() -> None:
    assert judged("a", "b", "same") == judged("b", "a", "same")


def test_a_later_verdict_stands_and_unsure_takes_it_back() -> None:
    first, second = judged("a", "b", "same"), judged("b", "a", "different", later=1)
    assert verdicts([second, first]) == {("a", "b"): JudgementVerdict.DIFFERENT}
    assert verdicts([second, judged("a", "b", "unsure", later=2), first]) == {}


def test_a_verdict_comes_after_the_one_it_stands_in_place_of() -> None:
    """Though a clock stands still or is behind; said twice it is one."""
    said = [Judgement.of("a", "b", "same", by="ada", at=AT)]
    for verdict, at in [("different", AT), ("unsure", AT - timedelta(days=1)), ("same", AT)]:
        made = decide_judgement("b", "a", verdict, tenant="main", by="bo", at=at, known=said)
        (row,) = [put.value for put in made.puts]
        assert isinstance(row, Judgement)
        assert row.at > said[-1].at
        said.append(row)
        assert verdicts(said) == ({} if verdict == "unsure" else {("a", "b"): row.verdict})
    again = decide_judgement("a", "b", "same", tenant="main", by="bo", at=said[-1].at, known=said)
    assert again.result["judgement"] == said[-1].id


def test_nobody_is_judged_against_herself() -> None:
    with pytest.raises(DefinitionError, match="two ids"):
        judged("a", "a", "same")


def test_verdicts_have_three_names() -> None:
    with pytest.raises(UnknownName, match="no verdict is named 'perhaps'"):
        judged("a", "b", "perhaps")


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(InputError):
        Judgement.of("a", "b", "same", by="anna", at=datetime(2026, 5, 1))  # noqa: DTZ001


def test_different_is_a_wall() -> None:
    result = dedupe(ROWS[:2], fields=WHO, judgements=[judged("a", "b", "different")])
    assert result.groups == ()
    assert [len(zone) for zone in (result.pairs, result.certain, result.review)] == [0, 0, 0]
    assert result.explain("a", "b").judged == "different"


def test_the_wall_holds_by_way_of_rows_judged_the_same() -> None:
    said = [judged("a", "b", "different"), judged("b", "c", "same")]
    result = dedupe(ROWS, fields=WHO, judgements=said)
    assert result.groups == (("b", "c"),)
    assert {(pair.left, pair.right) for pair in result.pairs} == {("b", "c")}
    assert len(result.review) == 0


def test_same_joins_what_nothing_else_does() -> None:
    said = [judged("x", "y", "same"), judged("y", "z", "same")]
    result = dedupe([*ROWS, *OTHERS], fields=WHO, judgements=said)
    assert result.groups == (("a", "b", "c"), ("x", "y", "z"))
    assert {("x", "y"), ("y", "z")} <= {(pair.left, pair.right) for pair in result.certain}


def test_judgements_on_rows_that_are_not_here_are_passed_by() -> None:
    result = dedupe(ROWS, fields=WHO, judgements=[judged("a", "gone", "different")])
    assert result.groups == (("a", "b", "c"),)
