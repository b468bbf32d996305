"""A legal hold keeps a customer as she is until it is released."""

from __future__ import annotations

import pytest

from ecrm_core.crm import Crm
from ecrm_core.customers import HOMES
from ecrm_core.errors import ConflictError, InputError, MergeRefused, MissingError, RefusedError
from tests.unit.merging.shop import ANN, BOB, CYD, NOW, told


def test_a_hold_is_shown_and_exported_and_stays_after_its_release(crm: Crm) -> None:
    id_ = crm.hold(ANN, reason="case 7", by="legal")
    (hold,) = crm.view(ANN).holds
    assert (hold.id, hold.customer, hold.reason, hold.by, hold.at, hold.stands) == (
        id_, crm.resolve(ANN), "case 7", "legal", NOW, True,
    )  # fmt: skip
    crm.release(hold, by="court")
    (hold,) = crm.view(ANN).holds
    assert (hold.stands, hold.released_at, hold.released_by) == (False, NOW, "court")
    exported = str(crm.export(ANN)["holds"])
    assert "case 7" in exported
    assert "court" in exported


def test_a_released_hold_blocks_no_more(crm: Crm) -> None:
    id_ = crm.hold(ANN, reason="case 7", by="legal")
    with pytest.raises(MergeRefused):
        crm.merge(ANN, BOB, by="anna")
    crm.release(id_, by="legal")
    crm.merge(ANN, BOB, by="anna")


def test_a_hold_keeps_a_merge_from_being_undone(crm: Crm) -> None:
    undo = crm.merge(ANN, BOB, by="anna")
    id_ = crm.hold(BOB, reason="case 7", by="legal")
    with pytest.raises(MergeRefused, match="the merge is not undone") as caught:
        crm.unmerge(undo, by="anna")
    assert (caught.value.code, caught.value.facts["blockers"]) == ("blocked", ["legal_hold"])
    assert crm.resolve(BOB) == crm.resolve(ANN)
    crm.release(id_, by="legal")
    crm.unmerge(undo, by="anna")


def test_two_holds_are_released_one_by_one(crm: Crm) -> None:
    first, second = (crm.hold(ANN, reason=f"case {n}", by="legal") for n in (1, 2))
    crm.release(first, by="legal")
    with pytest.raises(MergeRefused):
        crm.merge(BOB, ANN, by="anna")
    crm.release(second, by="legal")
    crm.merge(BOB, ANN, by="anna")


def test_a_hold_is_released_once(crm: Crm) -> None:
    id_ = crm.hold(ANN, reason="case 7", by="legal")
    crm.release(id_, by="legal", key="k")
    crm.release(id_, by="legal", key="k")
    with pytest.raises(RefusedError) as caught:
        crm.release(id_, by="legal")
    assert caught.value.code == "already_released"
    with pytest.raises(MissingError):
        crm.release("hld_unknown", by="legal")


def test_a_hold_needs_a_reason_and_a_customer(crm: Crm) -> None:
    with pytest.raises(InputError):
        crm.hold(ANN, reason=" ", by="legal")
    with pytest.raises(MissingError):
        crm.hold("shop/nobody", reason="case 7", by="legal")


@pytest.mark.parametrize("verb", ["hold", "release"])
def test_a_hold_conflicts_with_whatever_changes_the_customer_meanwhile(crm: Crm, verb: str) -> None:
    id_ = crm.hold(ANN, reason="case 1", by="legal")
    changes = {
        "hold": lambda: crm.dry_run.hold(ANN, reason="case 2", by="legal"),
        "release": lambda: crm.dry_run.release(id_, by="legal"),
    }[verb]()
    assert [put.kind for put in changes.puts].count(HOMES) == 1
    told(crm, ANN, brand="x")
    with pytest.raises(ConflictError):
        crm.store.apply(changes)


def test_a_hold_placed_between_a_look_and_a_merge_is_a_conflict(crm: Crm) -> None:
    changes = crm.dry_run.merge(CYD, ANN, by="anna")
    crm.hold(ANN, reason="case 7", by="legal")
    with pytest.raises(ConflictError):
        crm.store.apply(changes)
