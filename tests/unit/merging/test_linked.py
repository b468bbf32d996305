"""Rows of a plugin's Kind are counted, shown and exported with their customer, and never move."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve, frozen

from ecrm_core.crm import Crm
from ecrm_core.errors import DefinitionError, PluginError, UnknownName
from ecrm_core.kernel import ChangeSet, CustomerId, Index, Kind, Put
from ecrm_core.merging import MERGE_EDGES, LinkedKind
from ecrm_core.merging.linked import COUNTED
from ecrm_core.ports import Toolbox
from tests.unit.merging.shop import ANN, BOB, CARDS, CYD, TOOLS, Card, card, machine, opened


def test_rows_follow_their_customer_through_a_merge_and_back(crm: Crm) -> None:
    mine, theirs, made = card(crm, "1", ANN), card(crm, "2", BOB), machine(crm, "m", BOB)
    undo = crm.merge(ANN, BOB, by="anna")
    for who in (ANN, BOB):
        assert crm.linked(who, "loyalty_card") == (mine, theirs)
        assert crm.linked(who, "machine") == (made,)
        assert crm.view(who).linked == {"loyalty_card": (mine, theirs), "machine": (made,)}
    report = crm.unmerge(undo, by="anna")
    assert report.linked == {}
    assert crm.linked(ANN, "loyalty_card") == (mine,)
    assert crm.linked(BOB, "loyalty_card") == (theirs,)
    assert crm.linked(BOB, "machine") == (made,)
    assert crm.linked(CYD, "machine") == ()


def test_an_export_has_them_and_is_the_same_after_an_undo(crm: Crm) -> None:
    card(crm, "1", ANN, points=3)
    before = [crm.export(who, audit=False) for who in (ANN, BOB)]
    assert before[0]["linked"] == {
        "loyalty_card": [{"id": "1", "customer": crm.resolve(ANN), "points": 3}], "machine": [],
    }  # fmt: skip
    crm.unmerge(crm.merge(BOB, ANN, by="anna"), by="anna")
    assert [crm.export(who, audit=False) for who in (ANN, BOB)] == before


def test_what_is_written_under_the_root_meanwhile_stays_with_it_and_is_counted(crm: Crm) -> None:
    old = card(crm, "1", ANN)
    gone = card(crm, "2", BOB)
    undo = crm.merge(ANN, BOB, by="anna")
    new = card(crm, "3", BOB)
    made = machine(crm, "m", BOB)
    report = crm.unmerge(undo, by="anna")
    assert report.linked == {"loyalty_card": 1}  # the machine follows Bob's record
    assert crm.linked(ANN, "loyalty_card") == (old, new)
    assert crm.linked(BOB, "loyalty_card") == (gone,)
    assert crm.linked(BOB, "machine") == (made,)


def test_a_row_written_under_the_other_s_own_id_goes_back_with_her(crm: Crm) -> None:
    undo = crm.merge(ANN, BOB, by="anna")
    held = Card(id="1", customer=undo.loser)
    crm.store.apply(ChangeSet(puts=(Put(CARDS, held),)))
    assert crm.unmerge(undo, by="anna").linked == {}
    assert crm.linked(BOB, "loyalty_card") == (held,)


def test_rows_come_in_the_order_of_their_keys_whosever_they_were(crm: Crm) -> None:
    rows = [card(crm, str(n), who) for n, who in enumerate([BOB, ANN, BOB, ANN])]
    crm.merge(ANN, BOB, by="anna")
    assert crm.linked(ANN, "loyalty_card") == tuple(rows)


def test_an_undo_answers_a_second_request_with_the_same_report(crm: Crm) -> None:
    undo = crm.merge(ANN, BOB, by="anna")
    card(crm, "1", BOB)
    reports = [crm.unmerge(undo, by="anna", key="k") for _ in range(2)]
    assert reports[0] == reports[1]
    assert reports[0].linked == {"loyalty_card": 1}


def test_a_kind_nobody_added_is_an_unknown_name(crm: Crm) -> None:
    with pytest.raises(UnknownName) as caught:
        crm.linked(ANN, "loyalty_cart")
    assert caught.value.near == ("loyalty_card",)


@frozen(kw_only=True)
class Fickle:
    id: str
    who: CustomerId

    @property
    def customer(self) -> str:
        if self.id in SPOILT:
            raise ValueError("anna@example.com")
        return self.who


SPOILT: set[str] = set()
FICKLE = Kind(name="fickle", of=Fickle, key=("id",), owner="a plugin",
              indexes=(Index("by_customer", ("customer",)),))  # fmt: skip


def test_code_of_a_plugin_is_not_in_the_way_of_an_undo(tmp_path: Path) -> None:
    opened(tmp_path / "shop.db").close()
    tools = Toolbox().add(LinkedKind(kind=FICKLE, by="by_customer"))
    with Crm.open(tmp_path / "shop.db", tools=tools) as crm:
        undo = crm.merge(ANN, BOB, by="anna")
        crm.store.apply(ChangeSet(puts=(Put(FICKLE, Fickle(id="1", who=undo.winner)),)))
        SPOILT.add("1")
        assert crm.unmerge(undo, by="anna").linked == {"fickle": 1}
    SPOILT.clear()


# ---------------------------------------------------------------- definitions


@frozen(kw_only=True)
class Odd:
    id: str
    customer: CustomerId
    number: int = 0
    at: datetime | None = None
    what: object = None


@frozen(kw_only=True)
class Unwritable:
    id: str
    customer: str
    parts: list[str]


def kind(*columns: str, of: type[Any] = Odd, key: tuple[str, ...] = ("id",)) -> Kind[Any]:
    return Kind(name="odd", of=of, key=key, indexes=(Index("by", columns),), owner="a plugin")


BROKEN: dict[str, tuple[Any, str, str]] = {
    "no Kind": ("odd", "by", "found str, expected a Kind"),
    "no index": (kind("customer"), "by_customer", "no index 'by_customer'"),
    "too many columns": (kind("customer", "id", "number"), "by", "has 3 columns"),
    "no column": (kind("client"), "by", "no attribute 'client'"),
    "no deep column": (kind("customer.id"), "by", "no attribute 'customer.id'"),
    "no key": (kind("customer", key=("no",)), "by", "no attribute 'no'"),
    "a number": (kind("number"), "by", "holds no text"),
    "an instant": (kind("customer", "at"), "by", "holds no text"),
    "no class of attrs": (kind("customer", of=dict), "by", "no attribute 'id'"),
    "no rows": (kind("customer", of=Unwritable), "by", "no codec for"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_kind_is_refused_with_what_is_wrong(what: str) -> None:
    of, by, message = BROKEN[what]
    with pytest.raises(DefinitionError, match=message) as caught:
        LinkedKind(kind=of, by=by)
    assert caught.value.code == "linked_kind"


def test_a_name_is_taken_once_and_the_library_s_own_are_taken() -> None:
    other = evolve(TOOLS, owner="beta")
    with pytest.raises(PluginError, match="one of the host, one of beta"):
        other.add(LinkedKind(kind=CARDS, by="by_customer"))
    own = Kind(name=MERGE_EDGES.name, of=Odd, key=("id",),
               indexes=(Index("by", ("customer",)),), owner="a plugin")  # fmt: skip
    with pytest.raises(PluginError, match="one of ecrm_core, one of the host"):
        Toolbox().add(LinkedKind(kind=own, by="by"))


@pytest.mark.parametrize("name", [name for name in COUNTED if name.isalpha()])
def test_no_kind_takes_the_place_of_what_a_preview_counts_anyway(crm: Crm, name: str) -> None:
    own = Kind(name=name, of=Odd, key=("id",), indexes=(Index("by", ("customer",)),),
               owner="a plugin")  # fmt: skip
    with pytest.raises(PluginError, match="one of ecrm_core, one of the host"):
        Toolbox().add(LinkedKind(kind=own, by="by"))
    assert [*crm.preview_merge(ANN, BOB).linked] == [*COUNTED, *TOOLS.linked]


def test_a_linked_kind_knows_who_added_it() -> None:
    tools = evolve(Toolbox(), owner="acme-crm").add(LinkedKind(kind=CARDS, by="by_customer"))
    assert tools.linked["loyalty_card"].origin == tools.origin("linked", "loyalty_card")
    assert tools.origin("linked", "loyalty_card") == "acme-crm"
