"""Runs: what changed is looked at, proposed, and joined where a policy asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from itertools import permutations
from pathlib import Path

import pytest

from ecrm_core.crm import Crm
from ecrm_core.customers import CLEARED, UNMATCHED, SourceKey, SourceRecord, Stated, parse_email
from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import Emit, FixedClock
from ecrm_core.matching import MODELS, SWEEPS, default_model
from ecrm_core.merging import (
    MERGE_EDGES,
    PROPOSALS,
    AutoMerge,
    Cause,
    MergeEdge,
    Proof,
    Proposal,
    Zone,
)
from ecrm_core.services import MERGED, UNMERGED, Act, prepare_merge
from ecrm_core.sources import Delivery
from tests.derived import rows

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
ROLES = ("full_name", "given_name", "family_name", "email", "birth_date")
MODEL = default_model([(role, role) for role in ROLES], prior=-9.0)
CERTAIN = AutoMerge(zone=Zone.CERTAIN)


@pytest.fixture(params=["memory", "sqlite"])
def crm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Crm]:
    path = tmp_path / "shop.db" if request.param == "sqlite" else None
    with Crm.open(path, clock=FixedClock(NOW)) as opened:
        opened.adopt_model(MODEL, by="test")
        opened.run_matching()
        yield opened


def take(  # noqa: PLR0917 - a row
    crm: Crm, key: str, given: str, family: str, email: str, born: date | None = None
) -> None:
    stated: dict[str, object] = {
        "name.given": given, "name.family": family, "emails": (parse_email(email),),
        "birth_on": born,
    }  # fmt: skip
    cells = {name: Stated(value, NOW, NOW) for name, value in stated.items() if value}
    record = SourceRecord(SourceKey.parse(key), cells)
    crm.ingest(Delivery(source=record.key.source, records=(record,)))


def anna(crm: Crm, key: str, given: str = "Anna") -> None:
    take(crm, key, given, "Berg", "anna@example.com", date(1980, 5, 1))


def proposals(crm: Crm) -> list[Proposal]:
    return list(rows(crm.store, PROPOSALS).values())


def edges(crm: Crm) -> list[MergeEdge]:
    return list(rows(crm.store, MERGE_EDGES).values())


def test_a_run_proposes_and_joins_nobody(crm: Crm) -> None:
    anna(crm, "shop/1")
    anna(crm, "mail/1")
    came = crm.run_matching()
    assert (came.customers, came.proposed, came.merged) == (2, 1, 0)
    (row,) = proposals(crm)
    assert {row.left, row.right} == {crm.resolve("shop/1"), crm.resolve("mail/1")}
    assert (row.zone, row.group, row.model) == (Zone.CERTAIN, row.left, "m1")
    assert edges(crm) == []
    assert rows(crm.store, UNMATCHED) == {}


def test_a_draft_says_what_a_run_would_do_and_writes_nothing(crm: Crm) -> None:
    anna(crm, "shop/1")
    anna(crm, "mail/1")
    draft = crm.draft_matching(auto=CERTAIN)
    ((winner, loser),) = [(join.winner, join.loser) for join in draft.plan.join]
    assert {winner, loser} == {crm.resolve("shop/1"), crm.resolve("mail/1")}
    assert draft.changes.result["proposed"] == 1
    assert (proposals(crm), edges(crm), len(rows(crm.store, UNMATCHED))) == ([], [], 2)
    plain = crm.draft_matching().changes
    crm.run_matching()
    assert [put.value for put in plain.puts] == proposals(crm)


def test_what_no_longer_holds_is_withdrawn(crm: Crm) -> None:
    anna(crm, "shop/1")
    anna(crm, "mail/1")
    crm.run_matching()
    for name, value in (
        ("name.given", "Zoe"),
        ("name.family", "Quist"),
        ("birth_on", date(1955, 1, 2)),
    ):
        crm.correct("mail/1", name, value, by="ann")
    crm.correct("mail/1", "emails", "zoe@example.com", replaces="anna@example.com", by="ann")
    came = crm.run_matching()
    assert (came.withdrawn, proposals(crm)) == (1, [])


def test_a_proposal_keeps_the_instant_it_was_found_at(crm: Crm) -> None:
    anna(crm, "shop/1")
    anna(crm, "mail/1")
    crm.run_matching()
    later = datetime(2026, 6, 1, tzinfo=UTC)
    crm.correct("mail/1", "brand", "main street", by="ann", now=later)
    came = crm.run_matching(now=later)
    assert (came.customers, came.proposed, came.withdrawn) == (2, 0, 0)
    assert [row.found_at for row in proposals(crm)] == [NOW]


def test_a_policy_joins_the_certain_and_says_so_in_the_outbox(crm: Crm) -> None:
    anna(crm, "shop/1")
    anna(crm, "mail/1")
    take(crm, "mail/2", "Anna", "Burg", "someone@example.com")
    came = crm.run_matching(auto=CERTAIN)
    assert (came.merged, crm.resolve("shop/1")) == (1, crm.resolve("mail/1"))
    (edge,) = edges(crm)
    assert (edge.cause, edge.by, edge.model) == (Cause.AUTO, "matching", "m1")
    heard: list[Emit] = []
    crm.deliver(others={MERGED: heard.append})
    assert [(emit.topic, emit.payload["edge"], emit.payload["model"]) for emit in heard] == [
        (MERGED, edge.id, "m1")
    ]


def test_a_merge_of_a_run_that_no_policy_asks_for_any_more_is_taken_back(crm: Crm) -> None:
    anna(crm, "shop/1")
    anna(crm, "mail/1")
    crm.run_matching(auto=CERTAIN)
    came = crm.run_matching(full=True)
    assert (came.undone, came.proposed) == (1, 1)
    assert crm.resolve("shop/1") != crm.resolve("mail/1")
    (edge,) = edges(crm)
    assert (edge.undone_cause, edge.undone_by) == (Cause.AUTO, "matching")
    heard: list[Emit] = []
    crm.deliver(others={MERGED: lambda _: None, UNMERGED: heard.append})
    assert [emit.payload["edge"] for emit in heard] == [edge.id]


def test_a_judgement_takes_back_the_merge_of_a_run_and_stands_in_the_way_of_the_next(
    crm: Crm,
) -> None:
    anna(crm, "shop/1")
    anna(crm, "mail/1")
    crm.judge("shop/1", "mail/1", "different", by="ann")
    came = crm.run_matching(auto=AutoMerge(zone=Zone.LIKELY))
    assert (came.merged, came.proposed, proposals(crm)) == (0, 0, [])


def test_what_a_person_undid_no_run_makes_again(crm: Crm) -> None:
    anna(crm, "shop/1")
    anna(crm, "mail/1")
    crm.run_matching(auto=CERTAIN)
    crm.unmerge(edges(crm)[0], by="ann")
    came = crm.run_matching(auto=CERTAIN, full=True)
    assert (came.merged, came.proposed) == (0, 1)


def test_merges_of_people_stand_whatever_the_model_says(crm: Crm) -> None:
    anna(crm, "shop/1")
    take(crm, "mail/9", "Bo", "Quist", "bo@example.com")
    crm.merge("shop/1", "mail/9", by="ann")
    came = crm.run_matching(auto=CERTAIN, full=True)
    assert (came.undone, crm.resolve("mail/9")) == (0, crm.resolve("shop/1"))


def test_somebody_whose_merge_is_blocked_is_proposed(crm: Crm) -> None:
    anna(crm, "shop/1")
    anna(crm, "mail/1")
    crm.hold("mail/1", reason="a court asks", by="ann")
    came = crm.run_matching(auto=CERTAIN)
    assert (came.merged, came.refused, came.proposed) == (0, 1, 1)


@pytest.mark.parametrize("keys", list(permutations("123")))
def test_a_merge_that_is_refused_leads_nobody_to_the_wrong_customer(
    crm: Crm, keys: tuple[str, ...]
) -> None:
    one, two, three = (f"shop/{key}" for key in keys)
    for key in keys:
        take(crm, f"shop/{key}", f"Ann{key}", f"Berg{key}", f"{key}@example.com")
    for key, number in ((one, "111"), (two, "222")):
        crm.correct(key, "national_id", number, by="ann")
    crm.claim(one, two, proof="logged_in", source="shop", by="shop")
    crm.claim(three, two, proof="clicked", source="shop", by="shop")
    came = crm.run_matching(auto=AutoMerge(proof=Proof.CLICKED))
    assert (came.merged, came.refused) == (1, 1)
    assert crm.resolve(one) != crm.resolve(two) == crm.resolve(three)


@pytest.mark.parametrize("held", "0123")
@pytest.mark.parametrize("page", [1, 200])
def test_one_of_many_who_is_blocked_keeps_the_others_from_nothing(
    crm: Crm, held: str, page: int
) -> None:
    others = [f"shop/{key}" for key in "0123" if key != held]
    for key in "0123":
        anna(crm, f"shop/{key}")
    crm.hold(f"shop/{held}", reason="a court asks", by="ann")
    assert crm.run_matching(auto=CERTAIN, page=page).merged == 2
    assert len({crm.resolve(key) for key in others}) == 1
    again = crm.run_matching(auto=CERTAIN, full=True, page=page)
    assert (again.merged, again.undone, again.refused) == (0, 0, 1)


def test_an_undo_that_is_refused_stops_no_other_merge(crm: Crm) -> None:
    for key in ("shop/1", "shop/2"):
        anna(crm, key)
    crm.run_matching(auto=CERTAIN)
    hold = crm.hold("shop/1", reason="a court asks", by="ann")
    take(crm, "mail/3", "Bo", "Quist", "bo@example.com")
    crm.claim("site/4", "mail/3", proof="clicked", source="site", by="site")
    proven = AutoMerge(proof=Proof.CLICKED)
    came = crm.run_matching(auto=proven, full=True)
    assert (came.merged, came.undone, came.refused) == (1, 0, 1)
    assert crm.resolve("mail/3") == crm.resolve("site/4")
    crm.release(hold, by="ann")
    assert crm.run_matching(auto=proven).undone == 1  # whoever is released is looked at again


def test_sources_bound_a_policy(crm: Crm) -> None:
    anna(crm, "shop/1")
    anna(crm, "mail/1")
    anna(crm, "shop/2")
    crm.run_matching(auto=AutoMerge(zone=Zone.CERTAIN, sources={"shop"}))
    assert crm.resolve("shop/1") == crm.resolve("shop/2") != crm.resolve("mail/1")


@pytest.mark.parametrize(("proof", "merged"), [("typed", 0), ("clicked", 0), ("logged_in", 1)])
def test_a_visitor_is_joined_by_the_proof_of_her_claim(crm: Crm, proof: str, merged: int) -> None:
    anna(crm, "shop/1")
    crm.claim("site/visitor-7", "shop/1", proof=proof, source="site", by="site")
    came = crm.run_matching(auto=AutoMerge(proof=Proof.LOGGED_IN))
    assert (came.merged, came.proposed) == (merged, 1 - merged)
    for edge in edges(crm):
        assert (edge.proof, edge.winner) == ("logged_in", crm.resolve("site/visitor-7"))
    for row in proposals(crm):
        assert (row.proof, row.probability, row.zone) == (Proof.of(proof), None, Zone.REVIEW)


def test_a_visitor_who_logged_in_as_two_is_joined_with_neither(crm: Crm) -> None:
    anna(crm, "shop/1")
    take(crm, "shop/2", "Bo", "Quist", "bo@example.com")
    for key in ("shop/1", "shop/2"):
        crm.claim("site/visitor-7", key, proof="logged_in", source="site", by="site")
    came = crm.run_matching(auto=AutoMerge(proof=Proof.LOGGED_IN))
    assert (came.merged, came.proposed) == (0, 2)


def test_whom_only_a_third_had_brought_together_is_looked_at_when_the_third_leaves(
    crm: Crm,
) -> None:
    crm.adopt_model(default_model([(role, role) for role in ROLES], prior=-14.0), by="test")
    mails = {"1": ["a"], "2": ["a", "b"], "3": ["b"]}
    for key, names in mails.items():
        contacts = tuple(parse_email(f"{name}@example.com") for name in names)
        stated: dict[str, object] = {"name.given": "Anna", "name.family": "Berg"}
        stated |= {"emails": contacts} | ({} if key == "3" else {"birth_on": date(1980, 5, 1)})
        cells = {name: Stated(value, NOW, NOW) for name, value in stated.items()}
        record = SourceRecord(SourceKey("shop", key), cells)
        crm.ingest(Delivery(source="shop", records=(record,)))
    crm.run_matching()
    assert {row.group for row in proposals(crm)} == {min(row.left for row in proposals(crm))}
    moved = {"name.given": "Zoe", "name.family": "Quist", "emails": CLEARED, "birth_on": CLEARED}
    later = datetime(2026, 5, 2, tzinfo=UTC)
    cells = {name: Stated(value, later, later) for name, value in moved.items()}
    record = SourceRecord(SourceKey("shop", "2"), cells)
    crm.ingest(Delivery(source="shop", records=(record,)))
    crm.run_matching()
    (row,) = proposals(crm)
    assert (row.zone, row.group) == (Zone.REVIEW, row.id)


@pytest.mark.parametrize("hub", ["shop/1", "mail/1", "till/1"])
def test_whom_a_third_lets_go_are_joined_in_the_same_run(crm: Crm, hub: str) -> None:
    """Whatever the order of ids: their marks may lie behind where the run has come to."""
    keys = {"shop/1", "mail/1", "till/1"}
    for key in keys:
        anna(crm, key)
    for key in sorted(keys - {hub}):
        crm.store.apply(prepare_merge(crm.store, hub, key, act=Act(by="run", at=NOW),
                                      cause=Cause.AUTO))  # fmt: skip
    crm.run_matching(auto=CERTAIN)
    later = datetime(2026, 5, 2, tzinfo=UTC)
    moved = {"name.given": "Zoe", "name.family": "Quist", "emails": CLEARED,
             "birth_on": CLEARED}  # fmt: skip
    cells = {name: Stated(value, later, later) for name, value in moved.items()}
    record = SourceRecord(SourceKey.parse(hub), cells)
    crm.ingest(Delivery(source=record.key.source, records=(record,)))
    came = crm.run_matching(auto=CERTAIN)
    assert (came.undone, came.merged) == (2, 1)
    one, other = sorted(keys - {hub})
    assert crm.resolve(one) == crm.resolve(other) != crm.resolve(hub)
    assert crm.run_matching(auto=CERTAIN).customers == 0


def test_three_of_one_person_are_on_one_card(crm: Crm) -> None:
    for key in ("shop/1", "mail/1", "till/1"):
        anna(crm, key)
    crm.run_matching()
    assert len(proposals(crm)) == 3
    assert {row.group for row in proposals(crm)} == {min(row.left for row in proposals(crm))}


def test_whom_a_person_judged_the_same_is_certain_whatever_they_state(crm: Crm) -> None:
    anna(crm, "shop/1")
    take(crm, "mail/9", "Bo", "Quist", "bo@example.com")
    crm.judge("shop/1", "mail/9", "same", by="ann")
    crm.run_matching()
    (row,) = proposals(crm)
    assert (row.zone, row.probability) == (Zone.CERTAIN, None)


def test_few_customers_are_matched_by_the_table_of_roles_and_many_by_a_fit(tmp_path: Path) -> None:
    with Crm.open(tmp_path / "shop.db", clock=FixedClock(NOW)) as crm:
        anna(crm, "shop/1")
        anna(crm, "mail/1")
        came = crm.run_matching(full=True)
        assert (came.model, came.proposed, crm.matching_model()) == ("roles", 1, None)
        cells = {"name.family": Stated("Quist", NOW, NOW)}
        many = tuple(SourceRecord(SourceKey("list", str(at)), cells) for at in range(1_000))
        crm.ingest(Delivery(source="list", records=many))
        came = crm.run_matching(page=1_002)
        assert (came.model, came.customers) == ("m1", 1_002)
        assert crm.run_matching(by="cron").model == "m1"
        (adopted,) = rows(crm.store, MODELS).values()
        assert (adopted.by, adopted.at) == ("matching", NOW)


def test_a_run_in_an_empty_shop_does_nothing() -> None:
    crm = Crm.open()
    assert crm.run_matching().customers == 0


def test_another_model_is_shown_before_it_is_adopted_and_then_looks_at_everybody(crm: Crm) -> None:
    anna(crm, "shop/1")
    anna(crm, "mail/1")
    take(crm, "mail/2", "Bo", "Quist", "bo@example.com")
    crm.run_matching()
    refit = crm.refit()
    assert sum(refit.moves.values()) >= 1
    assert len(rows(crm.store, MODELS)) == 1
    assert "certain" in str(refit)
    assert "<table" in refit._repr_html_()
    assert crm.adopt_model(refit, by="ann") == "m2"
    came = crm.run_matching()
    assert (came.model, came.customers) == ("m2", 3)
    assert {row.model for row in proposals(crm)} <= {"m2"}
    assert crm.adopt_model(refit, by="ann") == "m2"


def test_a_run_that_is_stopped_goes_on_where_it_was(crm: Crm) -> None:
    for at in range(9):
        take(crm, f"shop/{at}", "Bo", f"Quist{at}", f"bo{at}@example.com")
    seen: list[tuple[int, int, str]] = []

    def twice(done: int, total: int, stage: str) -> bool:
        seen.append((done, total, stage))
        return len(seen) < 2

    came = crm.run_matching(page=2, progress=twice)
    assert (came.stopped, came.customers, len(rows(crm.store, UNMATCHED))) == (True, 4, 5)
    assert seen == [(2, 9, "matching"), (4, 9, "matching")]
    assert crm.run_matching(page=2).customers == 5
    crm.run_matching(full=True, page=2, progress=lambda *_: False)
    assert len(rows(crm.store, SWEEPS)) == 1
    assert crm.run_matching(page=2).customers == 7
    assert rows(crm.store, SWEEPS) == {}


def test_impossible_runs_are_refused(crm: Crm) -> None:
    bad: list[Callable[[], object]] = [
        lambda: crm.run_matching(page=0),
        lambda: crm.run_matching(page="all"),  # type: ignore[arg-type]
        lambda: crm.draft_matching(limit=None),  # type: ignore[arg-type]
        lambda: crm.matches("shop/1", limit=1.5),  # type: ignore[arg-type]
        lambda: crm.review(by="ann", limit="many"),  # type: ignore[arg-type]
        lambda: crm.run_matching(auto=["certain"]),  # type: ignore[list-item]
        AutoMerge,
        lambda: AutoMerge(zone=Zone.REVIEW),
    ]
    for act in bad:
        with pytest.raises(DefinitionError):
            act()


def test_a_key_that_too_many_share_is_passed_by_and_told(crm: Crm) -> None:
    for at in range(101):
        take(crm, f"shop/{at}", "Bo", f"Quist{at}", "info@example.com")
    came = crm.run_matching()
    assert (came.customers, came.proposed) == (101, 0)
    assert came.passed >= 1


def test_a_scene_too_large_to_be_followed_is_told(
    crm: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(crm, "shop/1", "Anna", "Berg", "anna@example.com")
    take(crm, "mail/1", "Anna", "Berg", "anna@example.com")
    assert crm.run_matching().cut == 0
    monkeypatch.setattr("ecrm_core.services.scenes.LARGEST", 1)
    crm.correct("mail/1", "brand", "x", by="ann")
    assert crm.run_matching().cut == 1


def test_a_change_while_a_run_decides_stays_marked_for_the_next(crm: Crm) -> None:
    """Somebody writes between reading and applying: the page is looked at again."""
    anna(crm, "shop/1")
    anna(crm, "mail/1")
    store = crm.store
    applied: list[object] = []
    before = store.apply

    def apply(changes: object) -> object:
        if not applied:
            applied.append(changes)
            crm.correct("mail/1", "name.given", "Anne", by="ann")
        return before(changes)  # type: ignore[arg-type]

    store.apply = apply  # type: ignore[method-assign,assignment]
    came = crm.run_matching()
    del store.apply
    assert came.customers == 2
    again = crm.run_matching(full=True)
    assert (again.proposed, again.withdrawn) == (0, 0)
