"""Identity: resolving, correcting, merging and undoing, each one load and one decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from attrs import field, frozen

from ecrm_core.customers import (
    Group,
    SourceKey,
    SurvivorshipPolicy,
    decide_correct,
    home_id,
    ids_of,
    person_subject,
)
from ecrm_core.errors import InputError, MissingError
from ecrm_core.kernel import ChangeSet, CustomerId, gate_text
from ecrm_core.merging import (
    MERGE_EDGES,
    MergePreview,
    decide_merge,
    decide_unmerge,
    preview_merge,
)
from ecrm_core.ports import (
    Store,
    read_consents,
    read_corrections,
    read_edges,
    read_groups,
    read_interactions,
    read_subscriptions_of,
)

__all__ = [
    "Act",
    "group_of",
    "identity_of",
    "prepare_correct",
    "prepare_merge",
    "prepare_preview",
    "prepare_unmerge",
]


def _who(by: object) -> str:
    text = gate_text(by, "$.by").strip()
    if not text:
        raise InputError("found no name, expected who does this", path="$.by", code="empty")
    return text


@frozen(kw_only=True)
class Act:
    """Who does something, when, and under which survivorship policy."""

    by: str = field(converter=_who)
    at: datetime
    policy: SurvivorshipPolicy = field(factory=SurvivorshipPolicy)


def identity_of(store: Store, customer: str | SourceKey) -> CustomerId:
    """Return the home id meant by a CustomerId, a SourceKey or the text "source/external_id"."""
    if isinstance(customer, SourceKey):
        return home_id(store.tenant, customer)
    text = gate_text(customer, "$.customer")
    if text.startswith("cus_") and "/" not in text:
        return CustomerId(text)
    if "/" in text:
        return home_id(store.tenant, SourceKey.parse(text))
    message = "expected a customer id (cus_...) or a source key (source/external_id)"
    raise InputError(message, path="$.customer", code="not_an_identity")


def group_of(store: Store, customer: str | SourceKey) -> Group:
    """Return the whole group of one identity, old ids too; MissingError when it is unknown."""
    return groups_of(store, [customer])[0]


def groups_of(store: Store, customers: Sequence[str | SourceKey]) -> tuple[Group, ...]:
    """Return the groups of several identities as of one moment, so that no home is in two."""
    ids = [identity_of(store, customer) for customer in customers]
    found = read_groups(store, ids)
    missing = [id_ for id_ in ids if id_ not in found]
    if missing:
        asked = customers[ids.index(missing[0])]
        message = f"no customer has the id or source key {str(asked)[:200]!r}"
        raise MissingError(message, code="no_customer", customer=missing[0])
    return tuple(found[id_] for id_ in ids)


def prepare_correct(
    store: Store,
    customer: str | SourceKey,
    field_name: str,
    value: object,
    *,
    act: Act,
    replaces: object = None,
    pin: bool = False,
    reason: str | None = None,
    region: str | None = None,
) -> ChangeSet:
    """Return what correcting one field of a customer changes."""
    group = group_of(store, customer)
    return decide_correct(
        group, tenant=store.tenant, field_name=field_name, value=value,
        replaces=replaces, by=act.by, at=act.at, pin=pin, reason=reason, policy=act.policy,
        region=region,
    )  # fmt: skip


def prepare_preview(
    store: Store, winner: str | SourceKey, loser: str | SourceKey, *, policy: SurvivorshipPolicy
) -> MergePreview:
    """Return what merging the loser into the winner would give."""
    keep, give = groups_of(store, [winner, loser])
    return preview_merge(keep, give, policy=policy, linked=_linked(store, give))


def _linked(store: Store, group: Group) -> Mapping[str, int]:
    ids = ids_of(group)
    return {
        "records": len(group.records),
        "corrections": len(group.corrections),
        "merges": len(read_edges(store, ids)),
        "consents about the person": len(read_consents(store, map(person_subject, ids))),
        "interactions": sum(map(len, read_interactions(store, ids).values())),
        "subscriptions": sum(map(len, read_subscriptions_of(store, ids).values())),
    }


def prepare_merge(
    store: Store, winner: str | SourceKey, loser: str | SourceKey, *, act: Act
) -> ChangeSet:
    """Return what merging the loser into the winner changes."""
    keep, give = groups_of(store, [winner, loser])
    edges = [row.value for row in read_edges(store, [give.root.id])]
    earlier = [edge for edge in edges if edge.loser == give.root.id]
    return decide_merge(
        keep, give, tenant=store.tenant, earlier=earlier, by=act.by, at=act.at, policy=act.policy
    )


def prepare_unmerge(store: Store, edge_id: str, *, act: Act) -> ChangeSet:
    """Return what undoing one merge changes; MissingError for an edge that is unknown."""
    found = store.get_many(MERGE_EDGES, [(gate_text(edge_id),)]).get((edge_id,))
    if found is None:
        raise MissingError("no merge has this id", code="no_merge")
    group = group_of(store, found.value.winner)
    ids = ids_of(group)
    # Read behind the version of the group: the edge may have been undone since it was found.
    edges = {row.value.id: row.value for row in read_edges(store, ids)}
    # Versions only grow, so what was written since the edge is known without trusting a clock.
    written = [row for rows in read_corrections(store, ids).values() for row in rows]
    return decide_unmerge(
        group,
        tuple(edges.values()),
        edges[found.value.id],
        meanwhile=[row.value for row in written if row.version > found.version],
        refusals=len(read_consents(store, map(person_subject, ids))),
        by=act.by,
        at=act.at,
        policy=act.policy,
    )
