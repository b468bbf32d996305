"""Four writers at once: no cycle, no lost merge, no half-written customer."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ecrm_core.adapters.memory import MemoryStore
from ecrm_core.adapters.sqlite import SqliteStore
from ecrm_core.crm import Crm
from ecrm_core.customers import (
    HOMES,
    PROFILES,
    SourceKey,
    SourceRecord,
    Stated,
    SurvivorshipPolicy,
    home_id,
    unify,
)
from ecrm_core.errors import ConflictError, MergeRefused
from ecrm_core.kernel import CustomerId
from ecrm_core.merging import MergeEdge, roots_of
from ecrm_core.ports import Store, Tenants, read_edges, read_groups
from ecrm_core.sources import Delivery
from tests.profile import SEED, size

NOW = datetime(2026, 1, 1, tzinfo=UTC)
WRITERS, CUSTOMERS = 4, 5


@pytest.fixture(params=["memory", "sqlite"])
def handles(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[Tenants]]:
    """One handle for each writer on the same data, as four threads or processes would have."""
    if request.param == "memory":
        yield [MemoryStore()] * WRITERS
        return
    with ExitStack() as stack:
        path = tmp_path / "shop.db"
        # What a power cut would do is not asked here, so the disk is not waited for.
        yield [stack.enter_context(SqliteStore(path, synchronous="NORMAL")) for _ in range(WRITERS)]


def _people(crm: Crm, number: int) -> list[CustomerId]:
    keys = [SourceKey("shop", f"{number}-{at}") for at in range(CUSTOMERS)]
    cells = {"brand": Stated("a", NOW, NOW)}
    records = tuple(SourceRecord(key, cells) for key in keys)
    crm.ingest(Delivery(source="shop", records=records), now=NOW)
    return [home_id(crm.store.tenant, key) for key in keys]


def _merge(crm: Crm, pair: Sequence[CustomerId]) -> str | None:
    try:
        return crm.merge(pair[0], pair[1], by="a writer", now=NOW).edge
    except MergeRefused:
        return None
    except ConflictError:
        return ""


def test_merges_at_once_make_no_cycle_and_lose_none(handles: list[Tenants]) -> None:
    draw = random.Random(SEED)
    gave_up = 0
    with ThreadPoolExecutor(WRITERS) as pool:
        for number in range(size(150, 10_000)):
            # A tenant for some rounds each: tables that grow for ever would only make it slow.
            crms = [Crm(handle, tenant=f"shop {number // 250}") for handle in handles]
            store = crms[0].store
            people = _people(crms[0], number)
            pairs = [draw.sample(people, 2) for _ in crms]
            done = list(pool.map(_merge, crms, pairs))
            gave_up += done.count("")
            _check(store, people, {edge for edge in done if edge})
    assert gave_up == 0


def _check(store: Store, people: list[CustomerId], reported: set[str]) -> None:
    edges: list[MergeEdge] = [row.value for row in read_edges(store, people)]
    assert {edge.id for edge in edges} == reported
    losers = [edge.loser for edge in edges]
    assert len(set(losers)) == len(losers), "an id lost twice: not a forest"
    roots = roots_of(people, edges)  # a cycle would never end: see the next line
    assert len(set(roots.values())) == CUSTOMERS - len(edges)
    stored = store.get_many(HOMES, [(id_,) for id_ in people])
    assert {id_: stored[id_,].value.root_id for id_ in people} == roots
    for root, group in read_groups(store, sorted(set(roots.values()))).items():
        profile = store.get_many(PROFILES, [(root,)])[root,].value
        assert profile == unify(group.records.values(), (), SurvivorshipPolicy(), id=root)
    assert len(store.get_many(PROFILES, [(id_,) for id_ in people])) == len(set(roots.values()))


def test_edits_at_once_with_merges_are_never_lost(handles: list[Tenants]) -> None:
    """A writer that corrects, one that takes in, two that merge: every reported write is there."""
    draw = random.Random(SEED)
    crms = [Crm(handle) for handle in handles]
    store = crms[0].store
    with ThreadPoolExecutor(WRITERS) as pool:
        for number in range(size(40, 2_000)):
            people = _people(crms[0], number)
            one, two, three = (draw.choice(people) for _ in range(3))
            late = SourceRecord(
                SourceKey("shop", f"{number}-0"), {"lifecycle": Stated("b", NOW, NOW)}
            )
            correction = pool.submit(crms[0].correct, one, "tags", f"t{number}", by="a", now=NOW)
            others = draw.sample(people, 2)
            work: list[Future[object]] = [
                pool.submit(crms[1].ingest, Delivery(source="shop", records=(late,)), now=NOW),
                pool.submit(_merge, crms[2], draw.sample(people, 2)),
                pool.submit(_merge, crms[3], [two, three] if two != three else others),
            ]
            for done in work:
                done.result()
            made = correction.result()
            groups = read_groups(store, people)
            assert made in {c.id for c in groups[one].corrections}
            assert groups[people[0]].records[late.key].value("lifecycle") == "b"
            assert groups[people[0]].records[late.key].value("brand") == "a"
            for group in groups.values():
                profile = store.get_many(PROFILES, [(group.root.id,)])[group.root.id,].value
                expected = unify(group.records.values(), group.corrections,
                                 SurvivorshipPolicy(), id=group.root.id)  # fmt: skip
                assert profile == expected
