"""Intake: a delivery into the store, in one transaction, with counts that add up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from attrs import evolve

from ecrm_core.customers import (
    CONSENTS,
    CORRECTIONS,
    HISTORY,
    HOMES,
    RECORDS,
    Group,
    SourceKey,
    SurvivorshipPolicy,
    decide_records,
    decide_statements,
    erased_subject,
    given_way,
    home_id,
    new_group,
)
from ecrm_core.kernel import ChangeSet, Key, Put, combine
from ecrm_core.merging import CUSTOMER_CLAIMS, Claim, decide_claims, guest_claims
from ecrm_core.merging.decision import stacked
from ecrm_core.ports import Ahead, Store, is_remote, read_groups
from ecrm_core.services.asked import prepare_requests
from ecrm_core.services.erased_links import ask_about_linked, keep_out, linked_unknown
from ecrm_core.services.links import Linking, keys_linked
from ecrm_core.services.outcomes import outcomes_of
from ecrm_core.services.timeline import names_told_of, record_spared
from ecrm_core.services.tombstones import Erasures, read_erasures
from ecrm_core.sources import QUARANTINE, Delivery, Quarantined
from ecrm_core.sources.erased import Spared, parties_of, without_erased

__all__ = ["prepare_ingest"]

_SMALL = 20  # items: for more, preparing twice costs more than journeys


def prepare_ingest(
    store: Store, delivery: Delivery, *, policy: SurvivorshipPolicy, secret: bytes | None = None
) -> ChangeSet:
    """Return what taking in the delivery changes; the result counts what came of every row.

    What is about people who were erased is counted and left out (``secret`` tells them). A remote
    store is asked for all that a small delivery needs at once, as of one moment.
    """
    if _items(delivery) > _SMALL or not is_remote(store):
        return _prepared(store, delivery, policy=policy, secret=secret)
    ahead = Ahead(store, at_once=True)
    for key in parties_of(delivery):
        place = (home_id(store.tenant, key),)
        ahead.expect(HOMES, [place])
        ahead.expect(HOMES, [place], index="by_root")
        ahead.expect(CORRECTIONS, [place], index="by_customer")
        ahead.expect(RECORDS, [(key.source, key.external_id)])
    return ahead.settle(lambda: _prepared(ahead, delivery, policy=policy, secret=secret))


def _prepared(
    store: Store, delivery: Delivery, *, policy: SurvivorshipPolicy, secret: bytes | None
) -> ChangeSet:
    whole = delivery
    erasures = read_erasures(store, _names(store, delivery), secret=secret)
    linked = linked_unknown(store, delivery.links, erasures)
    erasures = evolve(erasures, erased=erasures.erased | linked)
    spared = _spared(store, delivery, erasures)
    delivery = spared.delivery
    parties = {record.key for record in delivery.records}
    groups = _groups(store, parties.union(keys_linked(delivery.links)))
    records = _records(store, groups, delivery, policy)
    said = (*delivery.consents, *spared.refusals)
    keys = [CONSENTS.key_of(statement) for statement in said]
    known = store.get_many(CONSENTS, keys)
    statements = decide_statements(said, known=known.keys())
    linking = Linking.over(store, groups, records, policy=policy)
    for link in sorted(delivery.links, key=lambda one: (one.at, one.gone, one.kept)):
        linking.take(link)
    refused = _quarantine(store, delivery.refused)
    claims = _claims(store, delivery, linking.claims, policy)
    told = record_spared(store, whole.interactions, erasures)
    asked = prepare_requests(store, delivery.requests)
    counts: dict[str, Any] = {
        "rows": whole.rows,
        "erased": spared.rows,
        "kept": len(delivery.kept),
        "quarantined": len(delivery.refused),
        "conflicting": len(records.reasons),
        **records.result,
        **statements.result,
        **told.result,
        **claims.result,
        **linking.counts,
        "requests": len(whole.requests),
    }
    counts["links"] = len(whole.links)
    told_apart: dict[str, Any] = {
        "statements_told": len(delivery.consents),
        "statements_new": len({CONSENTS.key_of(one) for one in delivery.consents} - known.keys()),
        "requests_told": len(delivery.requests),
        **asked.result,
        "erased_statements": len(whole.consents) - len(delivery.consents),
        "erased_links": len(whole.links) - len(delivery.links),
        "erased_requests": len(whole.requests) - len(delivery.requests),
    }
    counts |= outcomes_of(counts | told_apart)
    counts["items"] = _items(whole)
    parts = [
        stacked([records, *linking.sets], result={}) if linking.sets else records,
        statements, refused, told, claims, asked,
        ChangeSet(reasons=tuple(linking.reasons)),
        ask_about_linked(store, whole.links, erasures), erasures.guard,
    ]  # fmt: skip
    if linked and erasures.secret is not None:
        parts.append(keep_out(store, linked, erasures.secret))
    if records.puts or linking.sets:
        parts.append(erasures.founding)
    return combine(parts, result=counts)


def _records(
    store: Store, groups: Mapping[SourceKey, Group], delivery: Delivery, policy: SurvivorshipPolicy
) -> ChangeSet:
    changes = decide_records(groups, delivery.records, policy=policy)
    if places := given_way(changes):
        found = store.find_many(HISTORY, "by_value", places)
        if known := {at: row.value for at, rows in found.items() for row in rows}:
            changes = decide_records(groups, delivery.records, policy=policy, known=known)
    return changes


def _items(delivery: Delivery) -> int:
    """Return how many things a delivery brings, each of which comes to one outcome."""
    apart = (delivery.consents, delivery.interactions, delivery.links, delivery.requests)
    return delivery.rows + sum(map(len, apart))


def _names(store: Store, delivery: Delivery) -> Iterator[str]:
    """Go through everybody whom the delivery is about, and the threads of its events."""
    for key in parties_of(delivery):
        yield home_id(store.tenant, key)
    yield from names_told_of(store, delivery.interactions)


def _spared(store: Store, delivery: Delivery, erasures: Erasures) -> Spared:
    secret = erasures.secret
    if secret is None or not erasures.erased:
        return Spared(delivery=delivery)
    parties = parties_of(delivery)
    gone = {key for key in parties if home_id(store.tenant, key) in erasures.erased}
    return without_erased(
        delivery, gone, subject=lambda held: erased_subject(secret, store.tenant, held)
    )


def _groups(store: Store, keys: Iterable[SourceKey]) -> dict[SourceKey, Group]:
    ids = {key: home_id(store.tenant, key) for key in sorted(keys)}
    found = read_groups(store, list(ids.values()))
    return {key: found.get(id_) or new_group(store.tenant, key) for key, id_ in ids.items()}


def _claims(
    store: Store, delivery: Delivery, linked: Iterable[Claim], policy: SurvivorshipPolicy
) -> ChangeSet:
    """Take down what guests claim by the addresses they typed, and what links left to people."""
    claims = [
        *linked,
        *(
            claim
            for record in delivery.records
            if record.key in delivery.guests
            for claim in guest_claims(store.tenant, record, at=delivery.guests[record.key])
        ),
    ]
    known = store.get_many(CUSTOMER_CLAIMS, [CUSTOMER_CLAIMS.key_of(claim) for claim in claims])
    return decide_claims(claims, known=known.keys(), policy=policy)


def _quarantine(store: Store, refused: Iterable[Quarantined]) -> ChangeSet:
    """Keep what was refused, each input once."""
    rows: dict[Key, Quarantined] = {(row.id,): row for row in refused}
    known = store.get_many(QUARANTINE, list(rows))
    fresh = [row for key, row in rows.items() if key not in known]
    return ChangeSet(puts=tuple(Put(QUARANTINE, row) for row in fresh))
