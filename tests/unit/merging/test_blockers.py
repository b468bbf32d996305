"""What speaks against a merge refuses it, unless it may be looked past and is named."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from ecrm_core.crm import Crm
from ecrm_core.customers import Relation, RelationKind
from ecrm_core.errors import InputError, MergeRefused, UnknownName
from ecrm_core.merging import BLOCKERS
from ecrm_core.sources import shopify, woocommerce
from tests.unit.merging.shop import ANN, BOB, CYD, NOW, told


def refused(crm: Crm, winner: str = ANN, loser: str = BOB) -> list[str]:
    """Return the codes for which a merge is refused, and the preview says the same."""
    preview = crm.preview_merge(winner, loser, by="anna")
    codes = [blocker.code for blocker in preview.blockers]
    if not codes:
        assert preview.changes == crm.dry_run.merge(winner, loser, by="anna")
        return codes
    assert preview.changes is None
    for verb in (crm.merge, crm.dry_run.merge):
        with pytest.raises(MergeRefused) as caught:
            verb(winner, loser, by="anna")
        assert (caught.value.code, caught.value.facts["blockers"]) == ("blocked", codes)
    return codes


def ids(crm: Crm) -> None:
    told(crm, ANN, national_id="900101-1")
    told(crm, BOB, national_id="900102-1")


def accounts(crm: Crm) -> None:
    told(crm, ANN, account="enabled")
    told(crm, BOB, account="enabled")


def parent(crm: Crm, *, other: str = BOB, of: str = ANN) -> None:
    told(crm, of, relations=(Relation(kind=RelationKind.PARENT_OF, other=other),))


def apart(crm: Crm) -> None:
    crm.judge(ANN, BOB, "different", by="anna")


def held(crm: Crm) -> None:
    crm.hold(BOB, reason="case 7", by="legal")


CASES: dict[str, Callable[[Crm], None]] = {
    "different_ids": ids, "two_accounts": accounts, "parent_and_child": parent,
    "protected_pair": apart, "legal_hold": held,
}  # fmt: skip


def test_every_blocker_has_its_case() -> None:
    assert list(CASES) == list(BLOCKERS)


@pytest.mark.parametrize("code", CASES)
def test_a_blocker_refuses_in_either_direction(crm: Crm, code: str) -> None:
    assert refused(crm) == []
    CASES[code](crm)
    assert refused(crm) == refused(crm, BOB, ANN) == [code]
    crm.merge(CYD, BOB, by="anna") if code != "legal_hold" else None
    assert refused(crm) == refused(crm, BOB, ANN) == [code]  # a blocker is of the whole group


@pytest.mark.parametrize("code", [c for c, blocker in BLOCKERS.items() if blocker.passable])
def test_a_blocker_that_is_named_is_looked_past_and_the_edge_says_so(crm: Crm, code: str) -> None:
    CASES[code](crm)
    preview = crm.preview_merge(ANN, BOB, by="anna", despite=(code,))
    assert preview.changes == crm.dry_run.merge(ANN, BOB, by="anna", despite=(code,))
    assert [blocker.code for blocker in preview.blockers] == [code]
    assert "looked past" in str(preview)
    assert "looked past" not in str(crm.preview_merge(ANN, BOB))
    crm.merge(ANN, BOB, by="anna", despite=code)  # one code needs no list
    (edge,) = crm.view(BOB).merges
    assert edge.despite == (code,)


def test_the_edge_keeps_only_what_was_there_to_be_looked_past(crm: Crm) -> None:
    accounts(crm)
    crm.merge(ANN, BOB, by="anna", despite=("two_accounts", "different_ids"))
    assert crm.view(BOB).merges[0].despite == ("two_accounts",)


def test_what_is_not_named_still_refuses(crm: Crm) -> None:
    ids(crm)
    accounts(crm)
    with pytest.raises(MergeRefused) as caught:
        crm.merge(ANN, BOB, by="anna", despite=("two_accounts",))
    assert caught.value.facts["blockers"] == ["different_ids"]
    assert "900101" not in str(caught.value)


@pytest.mark.parametrize("code", ["protected_pair", "legal_hold", "weather"])
def test_what_can_never_be_looked_past_is_no_name(crm: Crm, code: str) -> None:
    CASES.get(code, apart)(crm)
    for verb in (crm.merge, crm.preview_merge):
        with pytest.raises(UnknownName) as caught:
            verb(ANN, BOB, by="anna", despite=(code,))
        assert caught.value.near == ("different_ids", "two_accounts", "parent_and_child")
    assert crm.resolve(ANN) != crm.resolve(BOB)


# ---------------------------------------------------------------- which is which


def test_one_number_written_in_two_ways_is_one(crm: Crm) -> None:
    told(crm, ANN, national_id="900101-1234")
    told(crm, BOB, national_id="900101 1234")
    assert refused(crm) == []


def test_a_corrected_number_counts_as_corrected(crm: Crm) -> None:
    ids(crm)
    crm.correct(BOB, "national_id", "900101-1", by="anna")
    assert refused(crm) == []


def test_accounts_of_two_sources_are_no_two_accounts(crm: Crm) -> None:
    told(crm, ANN, account="enabled")
    told(crm, CYD, account="enabled")
    told(crm, BOB, account="disabled")
    assert refused(crm, ANN, CYD) == refused(crm, ANN, BOB) == []


def test_shopify_says_who_can_log_in(crm: Crm) -> None:
    states = {"1": "enabled", "2": "enabled", "3": "invited"}
    people = [{"id": id_, "state": state} for id_, state in states.items()]
    crm.ingest(shopify.read(json.dumps(people).encode(), received_at=NOW))
    assert refused(crm, "shopify/1", "shopify/2") == ["two_accounts"]
    assert refused(crm, "shopify/1", "shopify/3") == []


def test_whoever_has_an_id_at_woocommerce_can_log_in_and_a_guest_cannot(crm: Crm) -> None:
    people = [{"id": id_, "email": "", "username": "x"} for id_ in (1, 2)]
    guest = {"id": 9, "customer_id": 0, "line_items": [], "currency": "EUR",
             "billing": {}, "date_created_gmt": "2026-04-01T00:00:00"}  # fmt: skip
    crm.ingest(woocommerce.read(json.dumps([*people, guest]).encode(), received_at=NOW))
    assert refused(crm, "woocommerce/1", "woocommerce/2") == ["two_accounts"]
    assert refused(crm, "woocommerce/1", "woocommerce/order/9") == []


def test_a_relation_may_name_her_by_any_id_or_record(crm: Crm) -> None:
    undo = crm.merge(CYD, BOB, by="anna")
    parent(crm, other=crm.resolve(BOB))
    assert refused(crm) == ["parent_and_child"]
    told(
        crm,
        ANN,
        relations=(Relation(kind=RelationKind.HOUSEHOLD, other=BOB),),
        at=NOW.replace(hour=10),
    )
    assert refused(crm) == []
    assert "related" in {w.code for w in crm.preview_merge(ANN, CYD).warnings}
    crm.unmerge(undo, by="anna")


def test_a_protected_pair_is_protected_by_way_of_others_too(crm: Crm) -> None:
    crm.judge(ANN, CYD, "different", by="anna")
    assert refused(crm) == []
    crm.judge(CYD, BOB, "same", by="anna")
    assert refused(crm) == refused(crm, BOB, ANN) == ["protected_pair"]
    crm.judge(CYD, BOB, "unsure", by="anna", now=NOW.replace(hour=10))
    assert refused(crm) == []
    crm.merge(CYD, BOB, by="anna")
    assert refused(crm) == ["protected_pair"]


def test_judging_anew_takes_the_protection_away(crm: Crm) -> None:
    apart(crm)
    crm.judge(ANN, BOB, "unsure", by="anna", now=NOW.replace(hour=10))
    assert refused(crm) == []


@pytest.mark.parametrize(
    "wrong",
    [{"values": 5}, {"values": ["brand"]}, {"values": {None: "x"}}, {"despite": 5},
     {"despite": None}, {"despite": [None]}, {"despite": ["\ud800"]}],
)  # fmt: skip
def test_values_and_blockers_of_another_shape_are_refused(
    crm: Crm, wrong: dict[str, object]
) -> None:
    for verb in (crm.merge, crm.preview_merge, crm.dry_run.merge):
        with pytest.raises(InputError):
            verb(ANN, BOB, by="anna", **wrong)  # type: ignore[arg-type]


def test_blockers_are_named_by_one_word_or_by_what_is_gone_through_once(crm: Crm) -> None:
    for key, number in ((ANN, "1"), (BOB, "2")):
        crm.correct(key, "national_id", number, by="anna")
    undo = crm.merge(ANN, BOB, by="anna", despite=iter(["different_ids"]), key="k")  # type: ignore[arg-type]
    assert crm.merge(ANN, BOB, by="anna", despite="different_ids", key="k") == undo
