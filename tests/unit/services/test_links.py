"""Links and requests: what a source states of its parties is a merge, or waits for a person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ecrm_core.adapters.memory import MemoryStore
from ecrm_core.crm import Crm
from ecrm_core.crm.settings import Settings
from ecrm_core.customers import SourceKey, SourceRecord, Stated, home_id
from ecrm_core.kernel import Emit, FixedClock
from ecrm_core.merging import MERGE_EDGES, Cause
from ecrm_core.sources import Delivery, Link, PrivacyRequest, RequestKind
from tests.derived import rows

AT = datetime(2026, 5, 1, tzinfo=UTC)
ANN, OLD, BOB = (SourceKey("shop", name) for name in ("ann", "old", "bob"))


@pytest.fixture
def crm() -> Crm:
    settings = Settings(clock=FixedClock(AT), secret=b"kept for ever by the shop")
    return Crm(MemoryStore(), settings=settings)


def record(key: SourceKey, **values: object) -> Delivery:
    cells = {name.replace("__", "."): Stated(value, AT, AT) for name, value in values.items()}
    return Delivery(source=key.source, records=(SourceRecord(key, cells),))


def link(gone: SourceKey = OLD, kept: SourceKey = ANN, **parts: Any) -> Delivery:  # noqa: ANN401
    stated = Link(kept=kept, gone=gone, at=AT + timedelta(hours=1))
    return Delivery(source=kept.source, links=(stated,), **parts)


def root(crm: Crm, key: SourceKey) -> str:
    return crm.view(key).group.root.id


def test_two_parties_that_are_one_at_their_source_become_one_customer(crm: Crm) -> None:
    crm.ingest(record(ANN, name__full="Ann Roe"))
    crm.ingest(record(OLD, name__full="Ann R."))
    receipt = crm.ingest(link())
    assert (receipt.links, receipt.merged, receipt.blocked) == (1, 1, 0)
    (edge,) = rows(crm.store, MERGE_EDGES).values()
    assert (edge.cause, edge.by, edge.at) == (Cause.STATED, "shop", AT + timedelta(hours=1))
    assert root(crm, OLD) == root(crm, ANN) == home_id("main", ANN)


def test_a_link_may_come_before_either_party_and_with_them(crm: Crm) -> None:
    receipt = crm.ingest(link())
    assert receipt.merged == 1
    both = (*record(ANN, name__full="Ann Roe").records, *record(OLD, tags=("vip",)).records)
    crm.ingest(Delivery(source="shop", records=both))
    view = crm.view(OLD)
    assert (view.profile.name and view.profile.name.full, view.profile.values("tags")) == (
        "Ann Roe", ("vip",),
    )  # fmt: skip
    other = Crm(MemoryStore())
    assert other.ingest(link(records=both)).merged == 1
    assert other.view(OLD).profile == view.profile


def test_twice_is_once(crm: Crm) -> None:
    crm.ingest(link())
    again = crm.ingest(Delivery(source="shop", links=link().links * 2, digest="other"))
    assert (again.merged, again.outcomes.unchanged) == (0, 2)
    assert len(rows(crm.store, MERGE_EDGES)) == 1


def test_the_accounts_of_the_source_that_says_so_block_nothing(crm: Crm) -> None:
    crm.ingest(record(ANN, account="enabled"))
    crm.ingest(record(OLD, account="enabled"))
    assert crm.ingest(link()).merged == 1
    (edge,) = rows(crm.store, MERGE_EDGES).values()
    assert edge.despite == ("two_accounts",)


@pytest.mark.parametrize("wall", ["different", "hold", "ids", "undone"])
def test_what_is_blocked_is_left_to_review_as_a_claim(crm: Crm, wall: str) -> None:
    ids = {ANN: "1", OLD: "2"} if wall == "ids" else {}
    for key in (ANN, OLD):
        crm.ingest(record(key, name__full="Ann Roe", national_id=ids.get(key, "1")))
    if wall == "different":
        crm.judge(ANN, OLD, "different", by="ada")
    elif wall == "hold":
        crm.hold(OLD, reason="case 7", by="ada")
    elif wall == "undone":
        crm.unmerge(crm.merge(ANN, OLD, by="ada"), by="ada")
    (reason,) = crm.dry_run.ingest(link()).reasons
    assert reason.code == "link_blocked"
    receipt = crm.ingest(link())
    assert (receipt.merged, receipt.blocked, receipt.outcomes.quarantined) == (0, 1, 1)
    (claim,) = crm.claims(OLD)
    assert claim.customers == (home_id("main", ANN),)
    assert root(crm, OLD) != root(crm, ANN)


def test_a_party_stated_to_be_two_of_them_is_neither(crm: Crm) -> None:
    """Two people at one device: the second login puts the first in doubt."""
    for key in (ANN, BOB):
        crm.ingest(record(key, name__full=key.external_id))
    assert crm.ingest(link(OLD, ANN)).merged == 1
    assert crm.ingest(link(OLD, BOB)).blocked == 1
    assert len({root(crm, key) for key in (ANN, BOB, OLD)}) == 3
    assert {claim.conflicting for claim in crm.claims(OLD)} == {True}
    assert crm.ingest(link(OLD, ANN, digest="again")).blocked == 1


def test_a_stated_merge_is_undone_like_any_other_and_stays_undone(crm: Crm) -> None:
    crm.ingest(link())
    (edge,) = rows(crm.store, MERGE_EDGES).values()
    crm.unmerge(edge.id, by="ada")
    assert crm.ingest(link(digest="again")).blocked == 1
    assert root(crm, OLD) == home_id("main", OLD)


def test_a_link_to_somebody_erased_is_left_out(crm: Crm) -> None:
    crm.ingest(record(ANN, name__full="Ann Roe"))
    crm.erase(ANN, by="ada", reason="asked")
    receipt = crm.ingest(link())
    assert (receipt.links, receipt.merged, receipt.outcomes.rejected) == (1, 0, 1)


# ---------------------------------------------------------------- requests by law


def asked(id_: str = "r1", *, kind: RequestKind = RequestKind.ERASE) -> Delivery:
    request = PrivacyRequest(id=id_, kind=kind, source="shop", subject=ANN, at=AT)
    return Delivery(source="shop", requests=(request,), digest=id_ + kind.value)


def test_a_request_goes_to_the_host_once_and_erases_nobody(crm: Crm) -> None:
    crm.ingest(record(ANN, name__full="Ann Roe"))
    receipt = crm.ingest(asked())
    assert (receipt.requests, receipt.outcomes.applied) == (1, 1)
    assert "1 request by law" in str(receipt)
    told: list[Emit] = []
    crm.deliver(others={"privacy": told.append})
    assert crm.ingest(asked()).outcomes.duplicate == 1
    crm.deliver(others={"privacy": told.append})
    (emit,) = told
    assert emit.payload == {
        "source": "shop", "request": "r1", "kind": "erase", "at": "2026-05-01T00:00:00.000000Z",
        "subject": "shop/ann", "customer": home_id("main", ANN),
    }  # fmt: skip
    assert crm.view(ANN).profile.name is not None


def test_a_receipt_tells_what_became_of_every_item(crm: Crm) -> None:
    crm.ingest(record(ANN, name__full="Ann Roe"))
    whole = Delivery(
        source="shop", records=record(ANN, name__full="Ann Roe").records, links=link().links * 2,
        requests=asked().requests, kept=({"$.id": 1},),
    )  # fmt: skip
    receipt = crm.ingest(whole)
    assert str(receipt.outcomes) == "5 items = 2 applied + 2 unchanged + 1 duplicate"
    assert (receipt.rows, receipt.kept, receipt.items) == (2, 1, 5)
    assert str(receipt).endswith(str(receipt.outcomes))
    assert "<td>5</td>" in receipt._repr_html_()
