"""Undo of decisions: whole, at any time, in any order, and once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from ecrm_core.adapters.memory import MemoryStore
from ecrm_core.adapters.sqlite import SqliteStore
from ecrm_core.crm import Crm, Settings
from ecrm_core.errors import KeyReused, MergeRefused, MissingError, RefusedError
from ecrm_core.kernel import FixedClock
from ecrm_core.matching import JudgementVerdict, verdicts
from ecrm_core.merging import REVIEW_DECISIONS
from ecrm_core.ports import all_judgements
from tests.queues import AT, cluster, home, people, proposal, propose, waiting


@pytest.fixture(params=["memory", "sqlite"])
def crm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Crm]:
    store = MemoryStore() if request.param == "memory" else SqliteStore(tmp_path / "shop.db")
    with Crm(store, settings=Settings(clock=FixedClock(AT))) as crm:
        people(crm, "abcdefgh")
        yield crm


def low(*keys: str) -> str:
    return min(map(home, keys))


def said(crm: Crm) -> dict[tuple[str, str], str]:
    return {pair: one.value for pair, one in verdicts(all_judgements(crm.store)).items()}


def as_it_is(crm: Crm, keys: str) -> list[object]:
    shown = [crm.export(f"shop/{key}", audit=False) for key in keys]
    for export in shown:
        export.pop("judgements")  # they are never rewritten; what counts is what was said last
    return [shown, waiting(crm), said(crm), [card.id for card in crm.review(by="x", lease=None)]]


@pytest.mark.parametrize("verdict", ["same", "different", "unsure", [["a", "b"], ["c"]]])
def test_a_decision_and_its_undo_leave_all_as_before(crm: Crm, verdict: object) -> None:
    propose(crm, *cluster("abc"), proposal("d", "e", value=3))
    crm.judge("shop/a", "shop/b", "same", by="bo")
    before = as_it_is(crm, "abcde")
    parts = verdict if isinstance(verdict, str) else [
        [f"shop/{key}" for key in part] for part in verdict  # type: ignore[attr-defined]
    ]  # fmt: skip
    made = crm.settle(low(*"abc"), parts, by="ada")
    assert as_it_is(crm, "abcde") != before
    undone = crm.undo_decision(made.decision, by="bo")
    assert as_it_is(crm, "abcde") == before
    assert {report.edge for report in undone.reports} == set(made.edges)


def test_a_decision_is_named_by_what_settle_returned_and_by_that_of_a_card(crm: Crm) -> None:
    propose(crm, proposal("a", "b"))
    made = crm.settle(low("a", "b"), JudgementVerdict.UNSURE, by="ada")
    (held,) = crm.review_card(low("a", "b")).decisions
    assert crm.undo_decision(made, by="ada").decision == made.decision == held.id
    with pytest.raises(RefusedError, match="taken back already"):
        crm.undo_decision(held, by="ada")


def test_the_last_decision_of_a_reviewer_is_taken_back_then_the_one_before(crm: Crm) -> None:
    propose(crm, *(proposal(*pair) for pair in ("ab", "cd", "ef", "gh")))
    made = [crm.settle(low(*pair), "same", by="ada").decision for pair in ("ab", "cd")]
    crm.settle(low("e", "f"), "same", by="bo")
    crm.settle(low("g", "h"), "same", by="ada", now=AT - timedelta(days=1))
    assert crm.undo_last(by="ada").decision == made[1]
    assert crm.undo_last(by="ada").decision == made[0]
    crm.undo_last(by="ada")
    assert crm.resolve("shop/e") == crm.resolve("shop/f")
    with pytest.raises(MissingError, match="no decision of this reviewer stands") as none:
        crm.undo_last(by="ada")
    assert none.value.code == "no_decision"


def test_a_decision_is_taken_back_once_and_its_card_may_be_decided_again(crm: Crm) -> None:
    propose(crm, proposal("a", "b"))
    first = crm.settle(low("a", "b"), "same", by="ada")
    crm.undo_decision(first.decision, by="ada")
    with pytest.raises(RefusedError, match="taken back already") as refused:
        crm.undo_decision(first.decision, by="ada")
    assert refused.value.code == "decision_undone"
    second = crm.settle(low("a", "b"), "same", by="ada")
    assert second.decision != first.decision
    assert crm.resolve("shop/a") == crm.resolve("shop/b")
    assert said(crm) == {tuple(sorted((home("a"), home("b")))): "same"}
    rows = [row.value for row in crm.store.scan(REVIEW_DECISIONS).rows]
    assert sorted(row.stands for row in rows) == [False, True]


def test_an_unknown_decision_is_missing(crm: Crm) -> None:
    with pytest.raises(MissingError, match="no decision has this id"):
        crm.undo_decision("rvd_none", by="ada")


def test_an_undo_under_a_key_is_done_once(crm: Crm) -> None:
    propose(crm, proposal("a", "b"), proposal("c", "d"))
    made = [crm.settle(low(*pair), "same", by="ada").decision for pair in ("ab", "cd")]
    undone = [crm.undo_decision(made[0], by="ada", key="undo-1") for _ in range(2)]
    assert undone[0] == undone[1]
    with pytest.raises(KeyReused):
        crm.undo_decision(made[1], by="ada", key="undo-1")


def test_the_last_is_taken_back_once_under_a_key(crm: Crm) -> None:
    propose(crm, proposal("a", "b"), proposal("c", "d"))
    made = [crm.settle(low(*pair), "same", by="ada").decision for pair in ("ab", "cd")]
    assert crm.dry_run.undo_last(by="ada").result["decision"] == made[1]
    undone = [crm.undo_last(by="ada", key="undo") for _ in range(2)]
    assert [each.decision for each in undone] == [made[1]] * 2
    assert crm.resolve("shop/a") == crm.resolve("shop/b")


def test_decisions_are_taken_back_in_any_order(crm: Crm) -> None:
    propose(crm, *(proposal(*pair) for pair in ("ab", "cd")))
    before = as_it_is(crm, "abcd")
    first = crm.settle(low("a", "b"), "same", by="ada", winner="shop/a")
    second = crm.settle(low("c", "d"), "same", by="ada", winner="shop/c")
    third = crm.merge("shop/c", "shop/a", by="bo")
    crm.undo_decision(first.decision, by="ada")
    assert crm.resolve("shop/b") == home("b")
    assert crm.resolve("shop/a") == crm.resolve("shop/d") == home("c")
    crm.undo_decision(second.decision, by="ada")
    crm.unmerge(third, by="bo")
    assert as_it_is(crm, "abcd") == before


def test_what_was_undone_or_judged_since_is_left_as_it_is(crm: Crm) -> None:
    propose(crm, *cluster("abc"))
    made = crm.settle(low(*"abc"), "same", by="ada")
    crm.unmerge(made.edges[0], by="bo")
    gone = next(key for key in "abc" if crm.resolve(f"shop/{key}") == home(key)
                and sum(crm.resolve(f"shop/{k}") == home(key) for k in "abc") == 1)  # fmt: skip
    (kept,) = {crm.resolve(f"shop/{key}") for key in "abc" if key != gone}
    crm.judge(f"shop/{gone}", kept, "different", by="bo", now=AT + timedelta(days=1))
    undone = crm.undo_decision(made.decision, by="ada", now=AT + timedelta(days=2))
    assert (undone.undone_before, len(undone.reports)) == (made.edges[:1], 1)
    pair = tuple(sorted((home(gone), kept)))
    assert said(crm) == {pair: "different"}
    assert undone.judgements == 2


def test_what_stood_before_is_said_again_of_whom_it_was_said(crm: Crm) -> None:
    """Also when the two part later: the verdict on b is none on the one she was merged with."""
    propose(crm, proposal("a", "c"))
    crm.judge("shop/b", "shop/c", "same", by="bo")
    undo = crm.merge("shop/a", "shop/b", by="bo")
    made = crm.settle(proposal("a", "c").id, "different", by="ada")
    crm.undo_decision(made.decision, by="ada")
    assert said(crm) == {tuple(sorted((home("b"), home("c")))): "same"}
    crm.unmerge(undo, by="bo")
    (told,) = said(crm).values()
    assert told == "same"


def test_a_proposal_that_a_run_made_anew_is_kept(crm: Crm) -> None:
    propose(crm, proposal("a", "b", value=1))
    made = crm.settle(low("a", "b"), "different", by="ada")
    propose(crm, proposal("a", "b", value=7))
    assert crm.undo_decision(made.decision, by="ada").proposals == 0
    assert [card.value for card in crm.review(by="ada")] == [7]


def test_values_chosen_in_review_are_put_back_and_both_rulings_stay(crm: Crm) -> None:
    propose(crm, proposal("a", "b"))
    shown = [set(crm.view(f"shop/{key}").profile.fields) for key in "ab"]
    given = [crm.view(f"shop/{key}").profile.value("name.given") for key in "ab"]
    chosen = {"name.given": "Hanna", "tags": "vip", "brand": "main street"}
    made = crm.settle(low("a", "b"), "same", by="ada", winner="shop/a", values=chosen)
    merged = crm.view("shop/a").profile
    assert [merged.value(name) for name in chosen] == list(chosen.values())
    undone = crm.undo_decision(made.decision, by="ada", now=AT + timedelta(days=1))
    assert [crm.view(f"shop/{key}").profile.value("name.given") for key in "ab"] == given
    profiles = [crm.view(f"shop/{key}").profile for key in "ab"]
    assert [{name for name, held in p.fields.items() if held} for p in profiles] == shown
    assert len(undone.corrections) == 3
    assert len(crm.view("shop/a").group.corrections) == 6
    rulings = {held.id for held in crm.view("shop/a").group.corrections}
    assert set(undone.reports[0].stayed) == rulings - set(undone.corrections)


def test_a_blocked_card_is_refused_with_its_reasons_and_waits(crm: Crm) -> None:
    propose(crm, *cluster("abc"), proposal("d", "e"))
    crm.judge("shop/a", "shop/c", "different", by="bo")
    with pytest.raises(MergeRefused, match="judged to be different") as refused:
        crm.settle(low(*"abc"), "same", by="ada")
    assert refused.value.code == "blocked"
    hold = crm.hold("shop/d", reason="case 12", by="bo")
    made = crm.settle_many({low(*"abc"): "same", low("d", "e"): "same"}, by="ada")
    assert [each.code for each in made.refused] == ["blocked", "blocked"]
    found = {card.id: card for card in crm.review(by="ada")}
    assert "blocked, a legal hold stands on one of them" in str(found[low("d", "e")])
    assert len(found) == 2
    crm.release(hold, by="bo")
    crm.settle(low("d", "e"), "same", by="ada")


def test_a_blocker_is_looked_past_by_its_name(crm: Crm) -> None:
    for key, number in (("a", "1"), ("b", "2")):
        crm.correct(f"shop/{key}", "national_id", number, by="bo")
    propose(crm, proposal("a", "b"))
    with pytest.raises(MergeRefused):
        crm.settle(low("a", "b"), "same", by="ada")
    crm.settle(low("a", "b"), "same", by="ada", despite=["different_ids"])
    assert crm.view("shop/a").merges[0].despite == ("different_ids",)
