"""What policies make of a scene: merges to add, automatic ones to undo, and proposals."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from ecrm_core.customers import Profile
from ecrm_core.errors import DefinitionError, UnknownName
from ecrm_core.kernel import CustomerId
from ecrm_core.matching import default_model
from ecrm_core.merging import (
    AutoMerge,
    Blocks,
    Cause,
    MergeEdge,
    Plan,
    Proof,
    Scene,
    Told,
    Unit,
    Weighed,
    Zone,
    plan_of_run,
    proposals_of,
    two,
    walls_of,
)

NOW = datetime(2026, 5, 1, tzinfo=UTC)
MODEL = default_model([("email", "email")])
A, B, C, D = map(CustomerId, ("cus_a", "cus_b", "cus_c", "cus_d"))
CERTAIN, LIKELY = AutoMerge(zone=Zone.CERTAIN), AutoMerge(zone=Zone.LIKELY)
TOLD = Told(tenant="main", model="m1", at=NOW)


def unit(
    id_: CustomerId, *homes: CustomerId, root: CustomerId | None = None, source: str = "shop"
) -> Unit:
    return Unit(id=id_, root=root or id_, homes=(id_, *homes), sources=frozenset({source}),
                profile=Profile(id=id_))  # fmt: skip


def sure(one: CustomerId, other: CustomerId, weight: float = 20.0, **more: object) -> Weighed:
    given = {"probability": 1.0, "cluster": A, **more}
    return Weighed(pair=two(one, other), weight=weight, **given)  # type: ignore[arg-type]


def edge(loser: CustomerId, winner: CustomerId, **more: object) -> MergeEdge:
    given = {"cause": Cause.AUTO, "by": "run", "at": NOW, **more}
    return MergeEdge(id=f"mrg_{loser}_{winner}", loser=loser, winner=winner, **given)  # type: ignore[arg-type]


def scene(*units: Unit, weighed: list[Weighed], **more: object) -> Scene:
    given = {"clusters": {A: [held.id for held in units]}, **more}
    return Scene(units={held.id: held for held in units}, weighed=weighed, **given)  # type: ignore[arg-type]


def joins(found: Scene, *policies: AutoMerge) -> list[tuple[CustomerId, CustomerId]]:
    return [(join.winner, join.loser) for join in plan_of_run(found, policies, MODEL).join]


def test_without_a_policy_nobody_is_joined() -> None:
    assert joins(scene(unit(A), unit(B), weighed=[sure(A, B)])) == []


def test_the_larger_group_wins_and_the_lower_id_where_they_are_alike() -> None:
    assert joins(scene(unit(A), unit(B), weighed=[sure(A, B)]), CERTAIN) == [(A, B)]
    assert joins(scene(unit(A), unit(B, D), weighed=[sure(A, B)]), CERTAIN) == [(B, A)]


def test_a_person_of_three_takes_two_merges() -> None:
    weighed = [sure(A, B), sure(B, C, 15.0), sure(A, C, 10.0)]
    assert joins(scene(unit(A), unit(B), unit(C), weighed=weighed), CERTAIN) == [(A, B), (A, C)]


def test_the_surest_pair_comes_first_and_a_wall_stops_the_other() -> None:
    found = scene(unit(A), unit(B), unit(C), weighed=[sure(A, B, 10.0), sure(B, C, 15.0)],
                  walls=frozenset({(A, C)}))  # fmt: skip
    assert joins(found, CERTAIN) == [(B, C)]


def test_what_is_likely_or_apart_is_not_certain() -> None:
    likely = sure(A, B, 3.0, probability=0.9)
    apart = sure(A, B, cluster=None)
    assert joins(scene(unit(A), unit(B), weighed=[likely]), CERTAIN) == []
    assert joins(scene(unit(A), unit(B), weighed=[apart]), LIKELY) == []
    assert joins(scene(unit(A), unit(B), weighed=[likely]), LIKELY) == [(A, B)]


def test_a_claim_joins_by_its_proof_if_it_fits_nobody_else() -> None:
    policy = AutoMerge(proof=Proof.CLICKED)
    for proof, ambiguous, expected in [
        (Proof.TYPED, False, []),
        (Proof.CLICKED, False, [(A, B)]),
        (Proof.LOGGED_IN, False, [(A, B)]),
        (Proof.LOGGED_IN, True, []),
    ]:
        claim = Weighed(pair=(A, B), proof=proof, ambiguous=ambiguous)
        assert joins(scene(unit(A), unit(B), weighed=[claim]), policy) == expected


def test_who_only_typed_an_address_is_joined_by_a_policy_that_names_that_proof_alone() -> None:
    def found(**more: object) -> Scene:
        return scene(unit(A), unit(B), weighed=[sure(A, B, **more)])  # type: ignore[arg-type]

    typed = AutoMerge(zone=Zone.CERTAIN, proof=Proof.TYPED)
    assert joins(found(proof=Proof.TYPED), CERTAIN) == []
    assert joins(found(proof=Proof.TYPED, ambiguous=True), CERTAIN) == []
    assert joins(found(proof=Proof.TYPED), CERTAIN, typed) == [(A, B)]
    assert joins(found(proof=Proof.TYPED, ambiguous=True), typed) == []
    assert joins(found(proof=Proof.TYPED, same=True), CERTAIN) == [(A, B)]
    assert joins(found(proof=Proof.CLICKED), CERTAIN) == [(A, B)]


def test_every_source_has_to_be_one_of_the_policy() -> None:
    policy = AutoMerge(zone=Zone.CERTAIN, sources={"shop"})
    both = [unit(A), unit(B, source="mail")]
    assert joins(scene(*both, weighed=[sure(A, B)]), policy) == []
    assert joins(scene(*both, weighed=[sure(A, B)]), policy, LIKELY) == [(A, B)]
    assert AutoMerge(zone=Zone.CERTAIN, sources="shop") == policy


def test_an_automatic_merge_is_undone_when_no_policy_would_make_it() -> None:
    held = scene(unit(A), unit(B, root=A), weighed=[], edges=[edge(B, A)])
    assert plan_of_run(held, [CERTAIN], MODEL).undo == ("mrg_cus_b_cus_a",)
    kept = scene(unit(A), unit(B, root=A), weighed=[sure(A, B)], edges=[edge(B, A)])
    assert plan_of_run(kept, [CERTAIN], MODEL).undo == ()
    assert joins(kept, CERTAIN) == []


def test_merges_to_add_wait_until_nothing_has_to_be_undone() -> None:
    held = scene(unit(A), unit(B, root=A), unit(C), weighed=[sure(B, C)], edges=[edge(B, A)])
    plan = plan_of_run(held, [CERTAIN], MODEL)
    assert (len(plan.undo), plan.join) == (1, ())


def test_a_refusal_keeps_two_apart_by_any_way_and_takes_nothing_apart() -> None:
    weighed = [sure(A, C, 20.0), sure(B, C, 15.0), sure(A, B, 10.0)]
    held = scene(unit(A), unit(B, root=A), unit(C), weighed=weighed, edges=[edge(B, A)])
    assert joins(held, CERTAIN) == [(A, C)]
    assert plan_of_run(held, [CERTAIN], MODEL, refused={(A, C)}) == Plan()
    apart = scene(unit(A), unit(B), unit(C), weighed=weighed)
    (join,) = plan_of_run(apart, [CERTAIN], MODEL, refused={(A, C)}).join
    assert (join.winner, join.loser) == (B, C)


def test_a_refusal_joins_nobody_who_would_be_parted_without_it() -> None:
    weighed = [sure(A, C, 20.0), sure(A, B, 10.0)]
    found = scene(unit(A), unit(B), unit(C), weighed=weighed, walls=frozenset({(B, C)}))
    assert plan_of_run(found, [CERTAIN], MODEL, refused={(A, C)}) == Plan()


def test_merges_to_add_do_not_wait_for_one_whose_undoing_was_refused() -> None:
    held = scene(unit(A), unit(B, root=A), unit(C), unit(D), weighed=[sure(C, D)],
                 edges=[edge(B, A)])  # fmt: skip
    kept = plan_of_run(held, [CERTAIN], MODEL, kept={"mrg_cus_b_cus_a"})
    assert (kept.undo, [(join.winner, join.loser) for join in kept.join]) == ((), [(C, D)])


def test_what_a_person_undid_is_a_wall_and_what_a_run_undid_is_none() -> None:
    for cause, expected in [(None, []), (Cause.HUMAN, []), (Cause.AUTO, [(A, B)])]:
        gone = edge(B, A, undone_at=NOW, undone_cause=cause)
        held = scene(unit(A), unit(B), weighed=[sure(A, B)], edges=[gone])
        assert joins(held, CERTAIN) == expected


def test_walls_reach_whoever_is_judged_the_same() -> None:
    assert walls_of(same=[(A, B)], different=[(B, C)]) == {(A, C), (B, C)}
    assert walls_of(same=[(A, B), (C, D)], different=[(B, C)]) == {(A, C), (A, D), (B, C), (B, D)}
    assert walls_of(same=[(A, B)], different=[]) == frozenset()


def test_blocks_are_put_together_but_not_across_walls() -> None:
    blocks = Blocks([A, B, C], [(A, C)])
    assert blocks.put(A, B)
    assert not blocks.put(B, A)
    assert not blocks.put(B, C)
    assert blocks.members(B) == {A, B}
    assert blocks.of(A) == blocks.of(B) != blocks.of(C)


def test_proposals_are_about_customers_and_show_their_surest_units() -> None:
    units = [unit(A, root=A), unit(B, root=A), unit(C)]
    weighed = [sure(A, B), sure(A, C, 5.0, probability=0.97), sure(B, C, 9.0, probability=0.998)]
    (row,) = proposals_of(scene(*units, weighed=weighed), MODEL, TOLD, stake=lambda _: 9_000,
                          known={})  # fmt: skip
    assert (row.left, row.right, row.group, row.zone) == (A, C, A, Zone.CERTAIN)
    assert (row.weight, row.probability) == (Decimal("9.000000"), Decimal("0.998000"))
    assert row.value == 9_000 * 998 // 1000 - 1_000


def test_a_pair_apart_is_a_card_of_its_own_and_one_held_apart_is_none() -> None:
    alone = [sure(A, B, -2.0, probability=0.2, cluster=None)]
    (row,) = proposals_of(scene(unit(A), unit(B), weighed=alone), MODEL, TOLD,
                          stake=lambda _: 0, known={})  # fmt: skip
    assert (row.zone, row.group) == (Zone.REVIEW, row.id)
    held = scene(unit(A), unit(B), weighed=alone, walls=frozenset({(A, B)}))
    assert proposals_of(held, MODEL, TOLD, stake=lambda _: 0, known={}) == ()


def test_the_queue_begins_with_the_most_valuable_and_ranks_are_texts() -> None:
    known = {}
    for stake in (0, 1_000, 50_000):
        held = scene(unit(A), unit(B), weighed=[sure(A, B)])
        (row,) = proposals_of(held, MODEL, TOLD, stake=lambda _, s=stake: s, known={})  # type: ignore[misc]
        known[row.rank] = row.value
    assert [known[rank] for rank in sorted(known)] == [49_000, 0, -1_000]


def test_zone_proof_and_source_may_be_given_by_name() -> None:
    named = AutoMerge(zone="likely", proof="clicked", sources="shop")
    assert named == AutoMerge(zone=Zone.LIKELY, proof=Proof.CLICKED, sources=frozenset({"shop"}))
    for wrong in ({"zone": "sure"}, {"proof": "seen"}):
        with pytest.raises(UnknownName):
            AutoMerge(**wrong)


@pytest.mark.parametrize(
    "given",
    [{}, {"zone": Zone.REVIEW}, {"zone": "review"}, {"sources": {"shop"}}, {"zone": "sure"},
     {"proof": "none"}, {"zone": Zone.CERTAIN, "sources": 5}],
)  # fmt: skip
def test_a_policy_that_would_join_anybody_or_says_nothing_is_refused(
    given: dict[str, object],
) -> None:
    with pytest.raises(DefinitionError):
        AutoMerge(**given)  # type: ignore[arg-type]
