"""Merging: an edge is added, nothing moves, and taking it back is exact."""

from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve

from ecrm_core.customers import (
    HOMES,
    PROFILES,
    UNMATCHED,
    Correction,
    Group,
    Home,
    SourceKey,
    SourceRecord,
    Stated,
    SurvivorshipPolicy,
    choose_fields,
    new_group,
    unify,
)
from ecrm_core.errors import InputError, MergeRefused, StorageError
from ecrm_core.kernel import ABSENT, AnyKind, ChangeSet, CustomerId, canonical_json, decode
from ecrm_core.merging import (
    MERGE_EDGES,
    Cause,
    MergeEdge,
    MergePreview,
    UndoReport,
    decide_merge,
    decide_unmerge,
    joined,
    parted,
    preview_merge,
    roots_of,
)

AT = datetime(2026, 1, 1, tzinfo=UTC)
POLICY = SurvivorshipPolicy()


def group(number: int, name: str, *, version: int = 1, hours: int = 0) -> Group:
    at = AT + timedelta(hours=hours)
    key = SourceKey("shop", str(number))
    record = SourceRecord(key, {"name.full": Stated(name, at, at), "tags": Stated((name,), at, at)})
    return evolve(new_group("main", key).with_record(record), version=version)


def ruling(customer: CustomerId, id_: str, value: str = "x") -> Correction:
    return Correction(id=id_, customer=customer, field_name="brand", replaces=None, value=value,
                      at=AT, by="ada")  # fmt: skip


def merge(winner: Group, loser: Group, *earlier: MergeEdge, **more: object) -> ChangeSet:
    return decide_merge(
        winner, loser, tenant="main", earlier=earlier, by="ada", at=AT, policy=POLICY,
        **more,  # type: ignore[arg-type]
    )  # fmt: skip


def edge_of(changes: ChangeSet) -> MergeEdge:
    (edge,) = [put.value for put in changes.puts if put.kind is MERGE_EDGES]
    assert isinstance(edge, MergeEdge)
    return edge


def homes_of(changes: ChangeSet) -> set[tuple[str, str]]:
    homes = [put.value for put in changes.puts if put.kind is HOMES]
    return {(home.id, home.root_id) for home in homes if isinstance(home, Home)}


def written(changes: ChangeSet, kind: AnyKind) -> list[object]:
    return [put.value for put in changes.puts if put.kind is kind]


KIM, LEE, PARK = group(1, "Kim", version=4), group(2, "Lee", version=7, hours=1), group(3, "Park")


# ---------------------------------------------------------------- merge


def test_a_merge_adds_one_edge_and_moves_no_record() -> None:
    changes = merge(KIM, LEE, cause=Cause.AUTO, model="m1")
    edge = edge_of(changes)
    assert (edge.loser, edge.winner, edge.at, edge.by, edge.cause, edge.model, edge.active) == (
        LEE.root.id, KIM.root.id, AT, "ada", Cause.AUTO, "m1", True,
    )  # fmt: skip
    assert {put.kind for put in changes.puts} == {MERGE_EDGES, HOMES, PROFILES, UNMATCHED}
    assert homes_of(changes) == {(KIM.root.id, KIM.root.id), (LEE.root.id, KIM.root.id)}
    assert [(drop.kind, drop.key) for drop in changes.drops] == [(PROFILES, (LEE.root.id,))]
    assert changes.result == {"edge": edge.id, "winner": KIM.root.id, "loser": LEE.root.id}


def test_a_merge_is_decided_under_the_versions_of_both_groups() -> None:
    assert set(merge(KIM, LEE).expects) == {KIM.expect, LEE.expect}
    assert [expect.version for expect in (KIM.expect, LEE.expect)] == [4, 7]


def test_the_profile_after_a_merge_is_that_of_all_records() -> None:
    changes = merge(KIM, LEE)
    records = [*KIM.records.values(), *LEE.records.values()]
    assert written(changes, PROFILES) == [unify(records, id=KIM.root.id)]


def test_a_customer_is_not_merged_with_herself() -> None:
    for loser in (KIM, joined(KIM, LEE)):
        with pytest.raises(MergeRefused) as caught:
            merge(KIM, loser)
        assert caught.value.code == "same_customer"


def test_a_merge_says_who_decided() -> None:
    with pytest.raises(InputError):
        decide_merge(KIM, LEE, tenant="main", by="x" * 513, at=AT, policy=POLICY)


def test_a_second_merge_of_the_same_two_is_another_edge() -> None:
    first = edge_of(merge(KIM, LEE))
    second = edge_of(merge(KIM, LEE, evolve(first, undone_at=AT)))
    assert first.id != second.id
    assert edge_of(merge(KIM, LEE)).id == first.id


def test_corrections_of_both_come_together_in_the_order_they_were_made() -> None:
    one = evolve(KIM, corrections=(ruling(KIM.root.id, "b"),))
    two = evolve(LEE, corrections=(ruling(LEE.root.id, "a"),))
    assert [c.id for c in joined(one, two).corrections] == ["a", "b"]


# ---------------------------------------------------------------- preview


def previewed(winner: Group, loser: Group, **more: object) -> MergePreview:
    return preview_merge(
        winner, loser, tenant="main", by="ada", at=AT, policy=POLICY,
        **more,  # type: ignore[arg-type]
    )  # fmt: skip


def test_a_preview_is_unify_before_and_after() -> None:
    preview = previewed(KIM, LEE, linked={"orders": (0, 2)})
    whole = joined(KIM, LEE)
    assert preview.winner == unify(KIM.records.values(), id=KIM.root.id)
    assert preview.loser == unify(LEE.records.values(), id=LEE.root.id)
    assert preview.after == unify(whole.records.values(), id=KIM.root.id)
    assert preview.choices == choose_fields(whole.records.values(), (), POLICY)
    assert [choice.field_name for choice in preview.conflicts] == ["name.full"]
    assert (preview.linked, preview.reasons) == ({"orders": (0, 2)}, ())
    assert preview.changes == merge(KIM, LEE)


def test_the_order_of_a_merge_changes_the_id_and_not_the_values() -> None:
    one, two = previewed(KIM, LEE), previewed(LEE, KIM)
    assert one.after.fields == two.after.fields
    assert one.after.id != two.after.id


def test_a_preview_is_a_table_masked_unless_asked() -> None:
    preview = previewed(KIM, LEE, linked={"records": (1, 1)})
    whose = ", 2026-01-01; union, shop/"
    assert str(preview).splitlines() == [
        "field      winner  loser  merged      why",
        "---------  ------  -----  ----------  " + "-" * 52,
        "name.full  K•••    L•••   L•••        newest, shop/2, 2026-01-01; gives way: shop/1",
        f"tags       K•••    L•••   L•••, K•••  union, shop/2{whose}1, 2026-01-01",
        "",
        "hangs on  winner  loser",
        "--------  ------  -----",
        "records   1       1",
        "",
        "what     code          before you merge",
        "-------  ------------  ----------------------------------",
        "warning  same_source   shop knows them as two",
        "warning  names_differ  their names have no word in common",
    ]
    assert "Kim" in preview.table(masked=False)
    assert "Kim" not in repr(preview) + str(preview) + preview._repr_html_()
    assert canonical_json(preview.reveal())
    assert preview.reveal()["winner"] == preview.winner.to_json()


# ---------------------------------------------------------------- undo


def undo(whole: Group, edges: list[MergeEdge], edge: MergeEdge, **more: object) -> ChangeSet:
    return decide_unmerge(whole, edges, edge, by="ada", at=AT, policy=POLICY, **more)  # type: ignore[arg-type]


def test_an_undone_merge_leaves_both_as_they_were() -> None:
    one = evolve(KIM, corrections=(ruling(KIM.root.id, "a"),))
    two = evolve(LEE, corrections=(ruling(LEE.root.id, "b"),))
    whole, edge = joined(one, two), edge_of(merge(one, two))
    kept, restored = parted(whole, [edge], edge)
    assert kept == one
    assert restored == evolve(two, version=ABSENT)
    changes = undo(whole, [edge], edge)
    undone = evolve(edge, undone_at=AT, undone_by="ada", undone_cause=Cause.HUMAN)
    assert written(changes, MERGE_EDGES) == [undone]
    assert homes_of(changes) == {(KIM.root.id, KIM.root.id), (LEE.root.id, LEE.root.id)}
    assert written(changes, PROFILES) == [
        unify(two.records.values(), two.corrections, id=LEE.root.id),
        unify(one.records.values(), one.corrections, id=KIM.root.id),
    ]
    assert changes.expects == (whole.expect,)


def test_the_middle_of_a_chain_comes_out_with_what_hangs_on_it() -> None:
    first = edge_of(merge(LEE, PARK))
    pair = joined(LEE, PARK)
    second = edge_of(merge(KIM, pair))
    whole = joined(KIM, pair)
    kept, restored = parted(whole, [first, second], second)
    assert {home.id for home in kept.homes} == {KIM.root.id}
    assert {home.root_id for home in restored.homes} == {LEE.root.id}
    assert len(restored.homes) == 2
    kept, restored = parted(whole, [first, second], first)
    assert {home.id for home in restored.homes} == {PARK.root.id}
    assert {home.root_id for home in kept.homes} == {KIM.root.id}


def test_what_was_ruled_meanwhile_stays_with_the_root_and_is_named() -> None:
    edge = edge_of(merge(KIM, LEE))
    late, early = ruling(KIM.root.id, "late"), ruling(LEE.root.id, "early")
    whole = evolve(joined(KIM, LEE), corrections=(early, late))
    changes = undo(whole, [edge], edge, meanwhile=[late], refusals=2)
    report = decode(UndoReport, dict(changes.result))
    assert report == UndoReport(
        edge=edge.id, kept=KIM.root.id, restored=LEE.root.id, stayed=("late",), refusals=2
    )


def test_a_merge_is_undone_once() -> None:
    edge = evolve(edge_of(merge(KIM, LEE)), undone_at=AT)
    with pytest.raises(MergeRefused) as caught:
        undo(joined(KIM, LEE), [edge], edge)
    assert caught.value.code == "already_undone"


# ---------------------------------------------------------------- roots


def test_undone_edges_lead_nowhere_and_unknown_ids_to_themselves() -> None:
    edge = edge_of(merge(KIM, LEE))
    ids = [KIM.root.id, LEE.root.id, CustomerId("cus_x")]
    assert list(roots_of(ids, [edge]).values()) == [KIM.root.id, KIM.root.id, "cus_x"]
    assert list(roots_of(ids, [evolve(edge, undone_at=AT)]).values()) == ids


@pytest.mark.parametrize("ring", ["aa", "ab", "abc"])
def test_edges_in_a_circle_are_an_error_and_no_endless_loop(ring: str) -> None:
    edges = [
        MergeEdge(id=one, loser=CustomerId(one), winner=CustomerId(two), at=AT, by="ada")
        for one, two in zip(ring, ring[1:] + ring[0], strict=True)
    ]
    with pytest.raises(StorageError) as caught:
        roots_of([CustomerId("a")], edges)
    assert caught.value.code == "cycle"
