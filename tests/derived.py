"""What is derived, computed anew from what is true: roots, profiles, search keys and facts."""

from __future__ import annotations

from typing import Any

from ecrm_core.customers import (
    CORRECTIONS,
    HOMES,
    PROFILES,
    RECORDS,
    SEARCH_KEYS,
    SurvivorshipPolicy,
    home_id,
    in_order,
    search_keys,
    unify,
)
from ecrm_core.kernel import CustomerId, Key, Kind
from ecrm_core.merging import CUSTOMER_CLAIMS, MERGE_EDGES, roots_of
from ecrm_core.ports import Store
from ecrm_core.timeline import (
    CORRELATIONS,
    FACTS,
    INTERACTIONS,
    Facts,
    HomeFacts,
    Interaction,
    correlation_key,
)

POLICY = SurvivorshipPolicy()


def rows(store: Store, kind: Kind[Any]) -> dict[Key, Any]:
    """Every row of a Kind by its key."""
    page = store.scan(kind, limit=10_000)
    assert page.following is None
    return {kind.key_of(row.value): row.value for row in page.rows}


def check_derived(store: Store) -> None:
    """Every root, profile, search key and fact in the store is what the truth in it gives."""
    check_facts(store)
    records = {home_id(store.tenant, r.key): r for r in rows(store, RECORDS).values()}
    corrections = rows(store, CORRECTIONS).values()
    edges, claims = rows(store, MERGE_EDGES).values(), rows(store, CUSTOMER_CLAIMS).values()
    named = {id_ for edge in edges for id_ in (edge.loser, edge.winner)}
    named |= {CustomerId(id_) for c in claims for id_ in (c.claimant, c.claimed.partition(":")[2])}
    founded = {home.id for home in rows(store, HOMES).values()} - records.keys()
    assert founded <= named  # nothing is known of them but that somebody speaks of them
    roots = roots_of(records.keys() | founded, edges)
    assert {home.id: home.root_id for home in rows(store, HOMES).values()} == roots
    assert rows(store, PROFILES) == {
        (root,): unify(
            [record for id_, record in records.items() if roots[id_] == root],
            [c for c in corrections if roots[c.customer] == root],
            POLICY,
            id=root,
        )
        for root in roots.values()
    }
    ruled = in_order(corrections)
    keys = [k for id_, held in records.items() for k in search_keys(id_, held, ruled).values()]
    assert rows(store, SEARCH_KEYS) == {SEARCH_KEYS.key_of(key): key for key in keys}


def check_facts(store: Store) -> None:
    """The stored facts are those of the stored interactions, home by home."""
    events = rows(store, INTERACTIONS).values()
    led: dict[object, Interaction] = {}
    for told in sorted(events, key=lambda one: one.event_id):
        if told.correlation and told.subject:
            led.setdefault(correlation_key(told), told)
    for told in events:
        whose = told.subject or getattr(led.get(correlation_key(told)), "subject", None)
        assert told.home_id == (whose and home_id(store.tenant, whose))
    told_by = {key: correlation.subject for key, correlation in rows(store, CORRELATIONS).items()}
    assert told_by == {key: led[key].subject if key in led else None for key in told_by}
    loose = {correlation_key(told) for told in events if told.subject is None}
    assert loose - {None} <= told_by.keys()
    homes = {told.home_id for told in events if told.home_id}
    stored = {row.home_id: row for row in rows(store, FACTS).values()}
    for home in homes:
        folded = HomeFacts.fold(home, [told for told in events if told.home_id == home])
        assert stored.pop(home, HomeFacts(home_id=home)) == folded
    assert all(row.facts == Facts() for row in stored.values())
