"""Review: cards by their value, one reviewer each, decided whole and taken back whole."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ecrm_core.adapters.memory import MemoryStore
from ecrm_core.adapters.sqlite import SqliteStore
from ecrm_core.crm import Crm, Settings
from ecrm_core.customers import SourceKey
from ecrm_core.errors import (
    ConflictError,
    DefinitionError,
    KeyReused,
    MergeRefused,
    MissingError,
    RefusedError,
    UnknownName,
)
from ecrm_core.kernel import ChangeSet, Drop, FixedClock
from ecrm_core.merging import (
    PROPOSALS,
    REVIEW_DECISIONS,
    REVIEW_LEASES,
    REVIEW_PAUSE,
    CardVerdict,
    Zone,
)
from ecrm_core.ports import read_judgements
from ecrm_core.timeline import Interaction
from tests.queues import AT, cluster, home, people, proposal, propose, waiting

QUARTER = timedelta(minutes=15)
LAST = datetime.max.replace(tzinfo=UTC)
WRONG_LEASES = (timedelta(), timedelta(-1), timedelta.max, 15, "15")
WRONG_VERDICTS = (None, 5, b"same", {"a": "b"}, [5], ["same"], [["shop/a"], None])


@pytest.fixture(params=["memory", "sqlite"])
def crm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Crm]:
    store = MemoryStore() if request.param == "memory" else SqliteStore(tmp_path / "shop.db")
    with Crm(store, settings=Settings(clock=FixedClock(AT))) as crm:
        people(crm, "abcdefgh")
        yield crm


def cards(crm: Crm, **more: object) -> list[str]:
    return [card.id for card in crm.review(by="ada", lease=None, **more)]  # type: ignore[arg-type]


def low(*keys: str) -> str:
    return min(map(home, keys))


# ---------------------------------------------------------------- the queue


def test_the_most_valuable_card_comes_first_and_ties_go_by_id(crm: Crm) -> None:
    few = proposal("a", "b", value=1)
    ties = [proposal("c", "d", value=5), proposal("e", "f", value=5)]
    propose(crm, few, *ties)
    first = [held.group for held in sorted(ties, key=lambda held: held.id)]
    assert cards(crm) == [*first, few.group]
    assert [card.value for card in crm.review(by="ada")] == [5, 5, 1]
    assert cards(crm, limit=1) == first[:1]


def test_rows_of_one_group_are_one_card_placed_by_the_best_of_its_zone(crm: Crm) -> None:
    one = cluster("abc", value=3)
    sure = proposal("a", "c", value=90, zone=Zone.CERTAIN, group=one[0].group)
    propose(crm, *one, sure, proposal("d", "e", value=7))
    found = crm.review(by="ada")
    assert [(card.id, card.zone, card.value) for card in found] == [
        (low("d", "e"), Zone.REVIEW, 7),
        (low(*"abc"), Zone.REVIEW, 3),
    ]
    assert [each.id for each in found.cards[1].customers] == sorted(map(home, "abc"))
    assert cards(crm, zone="certain") == []


def test_a_zone_can_be_asked_for_and_a_wrong_one_is_named(crm: Crm) -> None:
    propose(crm, proposal("a", "b", zone=Zone.CERTAIN), proposal("c", "d"))
    assert cards(crm, zone=Zone.CERTAIN) == [low("a", "b")]
    assert cards(crm, zone="review") == [low("c", "d")]
    with pytest.raises(UnknownName, match="zone"):
        crm.review(by="ada", zone="sure")


def test_a_long_queue_is_gone_through_page_by_page(crm: Crm) -> None:
    keys = [f"n{at}" for at in range(300)]
    people(crm, keys)
    pairs = list(zip(keys[::2], keys[1::2], strict=True))
    propose(crm, *(proposal(*pair, value=at) for at, pair in enumerate(pairs)))
    propose(crm, *(proposal(f"n{at}", f"n{at + 3}", value=-at) for at in range(0, 120, 2)))
    for left, right in pairs[10:]:
        crm.merge(f"shop/{left}", f"shop/{right}", by="somebody")
    found = crm.review(by="ada", lease=None, limit=1000)
    values = [card.value for card in found]
    assert values == sorted(values, reverse=True)
    assert found.void == {"merged": len(pairs) - 10}


def test_what_was_decided_elsewhere_is_passed_by_and_told(crm: Crm) -> None:
    propose(crm, proposal("a", "b"), proposal("c", "d"), proposal("e", "x"), proposal("g", "h"))
    crm.merge("shop/a", "shop/b", by="bo")
    crm.judge("shop/c", "shop/d", "different", by="bo")
    found = crm.review(by="ada")
    assert [card.id for card in found] == [low("g", "h")]
    assert found.void == {"different": 1, "gone": 1, "merged": 1}
    assert "passed by: 1 different meanwhile, 1 gone meanwhile, 1 merged meanwhile" in str(found)
    for pair in ("ab", "cd", "ex"):
        with pytest.raises(RefusedError) as refused:
            crm.settle(proposal(*pair).id, "same", by="ada")
        assert refused.value.code == "card_decided"
    with pytest.raises(RefusedError):
        crm.review_card(low("a", "b"))


def test_a_judgement_on_an_id_of_before_a_merge_counts_for_whom_it_leads_to(crm: Crm) -> None:
    propose(crm, proposal("a", "c"))
    crm.judge("shop/b", "shop/c", "different", by="bo")
    crm.merge("shop/a", "shop/b", by="bo")
    assert crm.review(by="ada").void == {"different": 1}


def test_who_was_judged_the_same_and_not_merged_still_waits(crm: Crm) -> None:
    propose(crm, proposal("a", "b"))
    crm.judge("shop/a", "shop/b", "same", by="bo")
    (card,) = crm.review(by="ada")
    assert [said.verdict.value for said in card.judgements] == ["same"]
    assert "judged same on 2026-05-01" in str(card)


# ---------------------------------------------------------------- leases


def test_two_reviewers_never_get_one_card_and_each_keeps_hers(crm: Crm) -> None:
    propose(crm, proposal("a", "b", value=2), proposal("c", "d", value=1))
    assert [card.id for card in crm.review(by="ada", limit=1)] == [low("a", "b")]
    second = crm.review(by="bo", limit=5)
    assert ([card.id for card in second], second.held) == ([low("c", "d")], 1)
    again = crm.review(by="ada", limit=5, now=AT + timedelta(minutes=5))
    assert ([card.id for card in again], again.held) == ([low("a", "b")], 1)
    assert again.cards[0].held_until == AT + timedelta(minutes=20)


def test_a_lease_that_ran_out_comes_back(crm: Crm) -> None:
    propose(crm, proposal("a", "b"))
    crm.review(by="ada")
    assert not crm.review(by="bo", now=AT + QUARTER - timedelta(seconds=1)).cards
    assert crm.review(by="bo", now=AT + QUARTER).cards


def test_leases_that_ran_out_and_whose_cards_are_gone_are_cleared_away(crm: Crm) -> None:
    propose(crm, proposal("a", "b"), proposal("c", "d"))
    crm.review(by="ada")
    crm.merge("shop/a", "shop/b", by="bo")
    crm.review(by="ada", now=AT + QUARTER)
    rows = [row.value for row in crm.store.scan(REVIEW_LEASES).rows]
    assert [(row.card, row.until) for row in rows] == [(low("c", "d"), AT + 2 * QUARTER)]


def test_who_lost_the_lease_is_refused_and_may_decide_if_nobody_took_it(crm: Crm) -> None:
    propose(crm, proposal("a", "b"))
    crm.review(by="ada")
    late = AT + QUARTER
    crm.review(by="bo", now=late)
    with pytest.raises(RefusedError, match="somebody else holds this card until 2026") as refused:
        crm.settle(low("a", "b"), "same", by="ada", now=late)
    assert refused.value.code == "card_held"
    much_later = late + QUARTER
    crm.settle(low("a", "b"), "same", by="ada", now=much_later)
    with pytest.raises(RefusedError) as decided:
        crm.settle(low("a", "b"), "same", by="bo", now=much_later)
    assert decided.value.code == "card_decided"


def test_looking_takes_nothing_and_shows_what_others_hold(crm: Crm) -> None:
    propose(crm, proposal("a", "b"))
    crm.review(by="bo")
    page = crm.review(by="ada", lease=None)
    assert (page.until, page.cards[0].held_until) == (None, AT + QUARTER)
    assert not crm.review(by="ada").cards
    assert crm.review_card(proposal("a", "b").id).id == low("a", "b")


def test_cards_are_given_back_one_or_all_and_only_ones_own(crm: Crm) -> None:
    propose(crm, proposal("a", "b"), proposal("c", "d"), proposal("e", "f"))
    crm.review(by="ada")
    assert crm.release_review([low("a", "b")], by="bo") == 0
    assert crm.release_review([low("a", "b")], by="ada") == 1
    assert len(crm.review(by="bo").cards) == 1
    assert crm.release_review(by="ada") == 2
    assert len(crm.review(by="bo").cards) == 3


@pytest.mark.parametrize(
    ("more", "code"),
    [({"limit": 0}, "limit"), *(({"lease": lease}, "lease") for lease in WRONG_LEASES)],
)
def test_a_limit_and_a_lease_have_to_be_some(crm: Crm, more: dict[str, object], code: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        crm.review(by="ada", **more)  # type: ignore[arg-type]
    assert refused.value.code == code


def test_a_card_that_left_the_queue_is_given_back(crm: Crm) -> None:
    propose(crm, proposal("a", "b"))
    (card,) = crm.review(by="ada")
    crm.store.apply(ChangeSet(drops=(Drop(PROPOSALS, (proposal("a", "b").id,)),)))
    assert crm.release_review([card], by="ada") == 1
    assert not crm.store.scan(REVIEW_LEASES).rows
    with pytest.raises(MissingError):
        crm.release_review([card], by="ada")


def test_no_instant_is_too_late_for_the_queue(crm: Crm) -> None:
    propose(crm, proposal("a", "b"), proposal("c", "d"))
    crm.settle(low("a", "b"), "unsure", by="ada", now=LAST)
    crm.judge("shop/a", "shop/b", "same", by="bo", now=AT)  # comes after the one of then
    assert len(crm.review(by="bo").cards) == 2
    assert crm.review_counts().postponed == 1
    with pytest.raises(DefinitionError):
        crm.review(by="cy", now=LAST)


# ---------------------------------------------------------------- decisions


@pytest.mark.parametrize("verdict", WRONG_VERDICTS)
def test_a_verdict_is_a_word_or_lists_of_customers(crm: Crm, verdict: object) -> None:
    propose(crm, proposal("a", "b"), proposal("c", "d"))
    for verb in (crm.settle, crm.dry_run.settle):
        with pytest.raises(DefinitionError):
            verb(low("a", "b"), verdict, by="ada")  # type: ignore[arg-type]
    with pytest.raises(DefinitionError):  # before the first is decided
        crm.settle_many({low("c", "d"): "same", low("a", "b"): verdict}, by="ada")  # type: ignore[dict-item]
    assert len(waiting(crm)) == 2


def test_lists_that_are_gone_through_once_are_taken_whole(crm: Crm) -> None:
    propose(crm, *cluster("abc"))
    for key in "ab":
        crm.correct(f"shop/{key}", "national_id", key, by="bo")
    parts = (iter(part) for part in (["shop/a", "shop/b"], ["shop/c"]))
    made = crm.settle(low(*"abc"), parts, by="ada", despite=iter(["different_ids"]), key="k")  # type: ignore[arg-type]
    assert (len(made.edges), made.judgements) == (1, 3)
    (edge,) = crm.view("shop/a").merges
    assert edge.despite == ("different_ids",)


def test_many_go_on_where_the_customers_of_one_have_changed(crm: Crm) -> None:
    propose(crm, *cluster("abc"), proposal("d", "e"))
    crm.merge("shop/b", "shop/c", by="bo")
    verdicts = {low(*"abc"): [["shop/b", "shop/c"]], low("d", "e"): "same"}
    made = crm.settle_many(verdicts, by="ada")
    assert [one.code for one in made.refused] == ["parts"]
    assert list(made.settled) == [low("d", "e")]
    with pytest.raises(DefinitionError):
        crm.settle_many([low("d", "e")], by="ada")  # type: ignore[arg-type]


def test_no_lease_is_left_when_a_progress_raises_or_a_card_goes(crm: Crm) -> None:
    certain = [proposal(*pair, zone=Zone.CERTAIN) for pair in ("ab", "cd", "ef")]
    propose(crm, *certain)

    def fails(*_: object) -> None:
        raise KeyError

    with pytest.raises(KeyError):
        crm.settle_certain(by="ada", progress=fails)
    assert not crm.store.scan(REVIEW_LEASES).rows
    left = sorted(waiting(crm))

    def found_otherwise(*_: object) -> None:
        gone = [id_ for id_ in left if id_ in waiting(crm)]
        crm.store.apply(ChangeSet(drops=tuple(Drop(PROPOSALS, (id_,)) for id_ in gone)))

    made = crm.settle_certain(by="ada", progress=found_otherwise)
    assert (len(made.settled), [one.code for one in made.refused]) == (1, ["no_card"])
    assert not crm.store.scan(REVIEW_LEASES).rows


def test_the_same_are_judged_and_merged_and_the_card_is_gone(crm: Crm) -> None:
    propose(crm, *cluster("abc"), proposal("d", "e"))
    crm.review(by="ada")
    made = crm.settle(low(*"abc"), "same", by="ada", reason="one address")
    assert len({crm.resolve(f"shop/{key}") for key in "abc"}) == 1
    assert (len(made.edges), made.judgements) == (2, 3)
    told = read_judgements(crm.store, [home("a"), home("b"), home("c")])
    assert {(said.verdict.value, said.by, said.reason) for said in told} == {
        ("same", "ada", "one address")
    }
    assert waiting(crm) == {proposal("d", "e").id}
    left = crm.store.get_many(REVIEW_LEASES, [(low(*"abc"),), (low("d", "e"),)])
    assert set(left) == {(low("d", "e"),)}
    (row,) = crm.store.scan(REVIEW_DECISIONS).rows
    assert (row.value.verdict, row.value.edges) == (CardVerdict.SAME, made.edges)


def test_the_different_are_judged_each_with_each_and_nobody_is_merged(crm: Crm) -> None:
    propose(crm, *cluster("abc"))
    made = crm.settle(low(*"abc"), "different", by="ada")
    assert (made.edges, made.judgements) == ((), 3)
    assert len({crm.resolve(f"shop/{key}") for key in "abc"}) == 3
    assert not waiting(crm)


def test_of_three_two_may_be_one_and_the_third_another(crm: Crm) -> None:
    propose(crm, *cluster("abc"))
    crm.settle(low(*"abc"), [["shop/a", "shop/c"], ["shop/b"]], by="ada")
    assert crm.resolve("shop/a") == crm.resolve("shop/c") != crm.resolve("shop/b")
    (row,) = crm.store.scan(REVIEW_DECISIONS).rows
    assert row.value.verdict is CardVerdict.PARTED
    assert not waiting(crm)


def test_who_is_in_no_part_stays_undecided(crm: Crm) -> None:
    propose(crm, *cluster("abcd"))
    crm.settle(low(*"abcd"), [["shop/a", "shop/b"]], by="ada")
    (card,) = crm.review(by="ada")
    assert {each.id for each in card.customers} == {crm.resolve("shop/a"), home("c"), home("d")}


def test_unsure_puts_a_card_behind_all_others_for_a_week(crm: Crm) -> None:
    propose(crm, proposal("a", "b", value=9), proposal("c", "d", value=1))
    crm.judge("shop/a", "shop/b", "same", by="bo")
    crm.settle(low("a", "b"), "unsure", by="ada")
    assert [card.id for card in crm.review(by="ada")] == [low("c", "d"), low("a", "b")]
    assert cards(crm, limit=1) == [low("c", "d")]
    (card,) = [card for card in crm.review(by="ada") if card.id == low("a", "b")]
    assert [said.verdict.value for said in card.judgements] == ["unsure"]
    assert crm.review_counts().postponed == 1
    assert cards(crm, now=AT + REVIEW_PAUSE) == [low("a", "b"), low("c", "d")]


def test_a_verdict_that_contradicts_others_counts_and_says_so(crm: Crm) -> None:
    propose(crm, proposal("a", "b"), proposal("c", "d"))
    crm.judge("shop/a", "shop/g", "same", by="bo")
    crm.judge("shop/g", "shop/b", "same", by="cy")
    made = crm.settle(proposal("a", "b").id, "different", by="ada")
    assert len(made.contradictions) == 3
    assert "judged different by ada" in made.contradictions[0]
    assert len(crm.contradictions()) == 1
    assert crm.settle(proposal("c", "d").id, "different", by="ada").contradictions == ()


def test_the_winner_is_who_has_most_history_or_whom_the_reviewer_names(crm: Crm) -> None:
    propose(crm, proposal("a", "b"), proposal("c", "d"), proposal("e", "f"))
    people(crm, ["older"], at=AT - timedelta(days=400))
    crm.merge("shop/d", "shop/older", by="bo")
    crm.settle(low("c", "d"), "same", by="ada")
    assert crm.resolve("shop/c") == home("d")
    crm.settle(low("e", "f"), "same", by="ada", winner="shop/f")
    assert crm.resolve("shop/e") == home("f")
    with pytest.raises(DefinitionError, match="winner") as refused:
        crm.settle(low("a", "b"), "same", by="ada", winner="shop/c")
    assert refused.value.code == "winner"


def test_orders_count_more_than_who_was_known_first(crm: Crm) -> None:
    people(crm, ["old"], at=AT - timedelta(days=400))
    propose(crm, proposal("a", "old"))
    order = Interaction(source="shop", event_id="1", kind="order_placed", at=AT,
                        subject=SourceKey("shop", "a"))  # fmt: skip
    crm.record([order])
    crm.settle(proposal("a", "old").id, "same", by="ada")
    assert crm.resolve("shop/old") == home("a")


def test_values_of_three_are_one_correction(crm: Crm) -> None:
    propose(crm, *cluster("abc"))
    crm.settle(low(*"abc"), "same", by="ada", values={"name.given": "Hanna"})
    assert len(crm.view("shop/b").group.corrections) == 1
    assert crm.view("shop/b").profile.value("name.given") == "Hanna"


def test_values_chosen_in_review_are_corrections_of_the_one_they_become(crm: Crm) -> None:
    propose(crm, proposal("a", "b"))
    crm.settle(low("a", "b"), "same", by="ada", values={"name.given": "Anna"})
    assert crm.view("shop/a").profile.value("name.given") == "Anna"
    (correction,) = crm.view("shop/a").group.corrections
    assert (correction.by, correction.value) == ("ada", "Anna")
    propose(crm, proposal("c", "d"))
    with pytest.raises(DefinitionError, match="one for the values"):
        crm.settle(low("c", "d"), "different", by="ada", values={"name.given": "Anna"})


@pytest.mark.parametrize(
    "wrong", [[], [["shop/a"]], [["shop/a", "shop/a"]], [["shop/a"], ["shop/a", "shop/b"]],
              [["shop/a", "shop/h"]]]
)  # fmt: skip
def test_parts_that_are_none_are_refused(crm: Crm, wrong: list[list[str]]) -> None:
    propose(crm, proposal("a", "b"))
    with pytest.raises(DefinitionError) as refused:
        crm.settle(low("a", "b"), wrong, by="ada")
    assert refused.value.code == "parts"


def test_another_word_is_no_verdict_and_another_id_no_card(crm: Crm) -> None:
    propose(crm, proposal("a", "b"))
    with pytest.raises(UnknownName, match="verdict"):
        crm.settle(low("a", "b"), "maybe", by="ada")
    for wrong in (True, None):
        with pytest.raises(DefinitionError, match="expected a word"):
            crm.settle(low("a", "b"), wrong, by="ada")  # type: ignore[arg-type]
    with pytest.raises(MissingError) as missing:
        crm.settle(low("c", "d"), "same", by="ada")
    assert missing.value.code == "no_card"


def test_the_same_request_twice_is_one_decision(crm: Crm) -> None:
    propose(crm, proposal("a", "b"))
    told = {"by": "ada", "key": "button-1"}
    made = [crm.settle(low("a", "b"), "same", **told) for _ in range(2)]  # type: ignore[arg-type]
    assert made[0] == made[1]
    with pytest.raises(KeyReused):
        crm.settle(low("a", "b"), "different", **told)  # type: ignore[arg-type]
    with pytest.raises(KeyReused):
        crm.settle(low("a", "b"), "same", despite="two_accounts", **told)  # type: ignore[arg-type]


def test_a_dry_run_is_what_is_written_and_writes_nothing(crm: Crm) -> None:
    propose(crm, *cluster("abc"))
    before = crm.dry_run.settle(low(*"abc"), "same", by="ada")
    made = crm.settle(low(*"abc"), "same", by="ada")
    assert before.result["decision"] == made.decision
    undo = crm.dry_run.undo_decision(made.decision, by="ada")
    assert undo.result["proposals"] == 2
    assert not waiting(crm)
    assert crm.dry_run.review(by="ada").empty


def test_a_card_of_too_many_is_not_decided_at_once(crm: Crm) -> None:
    keys = [f"k{at}" for at in range(51)]
    people(crm, keys)
    propose(crm, *cluster(keys))
    with pytest.raises(RefusedError, match="51 customers, expected at most 50") as refused:
        crm.settle(low(*keys), "same", by="ada")
    assert refused.value.code == "card_too_large"


def test_two_decisions_on_parts_of_one_card_at_once_are_two(crm: Crm) -> None:
    propose(crm, *cluster("abcd"))
    card = low(*"abcd")
    drafts = [
        crm.dry_run.settle(card, [[f"shop/{key}" for key in part]], by="ada")
        for part in ("ab", "cd")
    ]
    crm.store.apply(drafts[0])
    with pytest.raises(ConflictError):
        crm.store.apply(drafts[1])
    crm.settle(card, [["shop/c", "shop/d"]], by="ada")
    assert len(crm.store.scan(REVIEW_DECISIONS).rows) == 2


def test_a_merge_thought_of_before_a_verdict_is_thought_of_again(crm: Crm) -> None:
    propose(crm, proposal("a", "b"))
    draft = crm.dry_run.merge("shop/a", "shop/b", by="bo")
    crm.settle(low("a", "b"), "different", by="ada")
    with pytest.raises(ConflictError):
        crm.store.apply(draft)
    with pytest.raises(MergeRefused):
        crm.merge("shop/a", "shop/b", by="bo")


def test_runs_fill_the_queue_and_obey_what_was_decided(crm: Crm) -> None:
    """Decided is not proposed again; taken back, it is, in the same row."""
    crm.run_matching()
    before = crm.review(by="ada", lease=None, limit=99)
    (card,) = before
    assert len(card.customers) == 8
    assert card.value == max(each.proposal.value for each in card.proposals) > 0
    for verdict in ("different", "same"):
        made = crm.settle(card, verdict, by="ada")
        crm.run_matching()
        assert not crm.review(by="ada").cards
        crm.undo_decision(made.decision, by="ada")
        crm.run_matching()
        (again,) = crm.review(by="ada", lease=None, limit=99)
        assert [each.proposal for each in again.proposals] == [
            each.proposal for each in card.proposals
        ]


# ---------------------------------------------------------------- many at once


def test_a_batch_decides_what_it_can_and_tells_what_it_cannot(crm: Crm) -> None:
    propose(crm, proposal("a", "b"), proposal("c", "d"), proposal("e", "f"))
    crm.review(by="bo", limit=1)
    (held,) = [card.id for card in crm.review(by="bo")][:1]
    told: list[tuple[int, int, str]] = []
    ids = [low("a", "b"), low("c", "d"), low("e", "f"), "prp_none"]
    crm.release_review(by="bo")
    crm.review(by="bo", limit=1)
    held = next(c.id for c in crm.review(by="ada", lease=None) if c.held_until)
    made = crm.settle_many(
        dict.fromkeys(ids, "same"), by="ada", progress=lambda *at: told.append(at)
    )
    assert set(made.settled) == {*ids[:3]} - {held}
    assert {(each.card, each.code) for each in made.refused} == {
        (held, "card_held"), ("prp_none", "no_card"),
    }  # fmt: skip
    assert told == [(at, 4, "settling") for at in (1, 2, 3, 4)]
    assert str(made) == "2 cards decided, 2 refused"


def test_a_batch_can_be_stopped_and_what_is_done_stays(crm: Crm) -> None:
    propose(crm, proposal("a", "b"), proposal("c", "d"))
    ids = [low("a", "b"), low("c", "d")]
    made = crm.settle_many(dict.fromkeys(ids, "same"), by="ada", progress=lambda *_: False)
    assert (list(made.settled), made.stopped) == (ids[:1], True)


def test_all_that_are_certain_are_merged_up_to_a_limit(crm: Crm) -> None:
    certain = [proposal(*pair, zone=Zone.CERTAIN, value=at) for at, pair in enumerate(["ab", "cd"])]
    doubtful = proposal("g", "h", zone=Zone.CERTAIN, group=low("e", "f"), value=90)
    propose(crm, *certain, proposal("e", "f", value=9), doubtful)
    first = crm.settle_certain(by="ada", limit=1)
    assert list(first.settled) == [low("c", "d")]
    told: list[tuple[int, int, str]] = []
    crm.settle_certain(by="ada", progress=lambda *at: told.append(at))
    assert told == [(1, 100, "settling")]
    assert crm.resolve("shop/a") == crm.resolve("shop/b")
    assert crm.resolve("shop/g") != crm.resolve("shop/h")
    assert [card.id for card in crm.review(by="bo")] == [low("e", "f")]


def test_a_certain_card_that_is_refused_is_given_back(crm: Crm) -> None:
    propose(crm, *(proposal(*pair, zone=Zone.CERTAIN) for pair in ("ab", "cd")))
    crm.hold("shop/a", reason="case 12", by="bo")
    made = crm.settle_certain(by="ada")
    assert (len(made.settled), [each.code for each in made.refused]) == (1, ["blocked"])
    assert [card.id for card in crm.review(by="bo")] == [low("a", "b")]


def test_the_counts_say_what_waits_and_what_was_done_today(crm: Crm) -> None:
    propose(crm, *cluster("abc"), proposal("d", "e", zone=Zone.CERTAIN), proposal("f", "g"))
    crm.review(by="ada", limit=1, zone="certain")
    crm.settle(low("f", "g"), "different", by="bo", now=AT - timedelta(days=1))
    counts = crm.review_counts()
    assert counts.waiting == {"certain": 1, "likely": 0, "review": 1}
    assert (counts.leased, counts.decided_today) == (1, 0)
    made = crm.settle(low(*"abc"), "same", by="bo")
    assert crm.review_counts().decided_today == 1
    crm.undo_decision(made.decision, by="bo")
    assert crm.review_counts().decided_today == 0
    assert str(counts) == (
        "2 cards wait (1 certain, 0 likely, 1 review); 1 leased, 0 postponed; 0 decided today"
    )
    assert "<td>leased</td><td>1</td>" in counts._repr_html_()
