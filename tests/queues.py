"""Queues: customers and proposals on them, for the tests of review."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise

from ecrm_core.crm import Crm
from ecrm_core.customers import SourceKey, SourceRecord, Stated, home_id, parse_email
from ecrm_core.kernel import ChangeSet, CustomerId, Put
from ecrm_core.merging import PROPOSALS, Proof, Proposal, Zone, proposal_id
from ecrm_core.sources import Delivery

AT = datetime(2026, 5, 1, 9, tzinfo=UTC)


def home(key: str, tenant: str = "main", source: str = "shop") -> CustomerId:
    """Return the id of the customer of that key of the shop."""
    return home_id(tenant, SourceKey(source, key))


def people(crm: Crm, keys: Iterable[str], *, at: datetime = AT) -> None:
    """Take in one customer for each key."""
    records = [
        SourceRecord(
            SourceKey("shop", key),
            {
                "name.given": Stated(f"Ann{key}", at, at),
                "name.family": Stated("Example", at, at),
                "emails": Stated((parse_email("ann@example.com"),), at, at),
            },
        )
        for key in keys
    ]
    crm.ingest(Delivery(source="shop", records=tuple(records)), now=at)


def proposal(
    left: str,
    right: str,
    *,
    value: int = 0,
    zone: Zone = Zone.REVIEW,
    group: str | None = None,
    probability: str = "0.5",
    proof: Proof | None = None,
    tenant: str = "main",
    source: str = "shop",
) -> Proposal:
    """Return the proposal on two customers, alone on its card unless a group is given."""
    low, high = sorted((home(left, tenant, source), home(right, tenant, source)))
    return Proposal(
        id=proposal_id(tenant, low, high), left=low, right=high, zone=zone, group=group or low,
        probability=Decimal(probability), value=value, proof=proof, found_at=AT,
    )  # fmt: skip


def cluster(keys: Sequence[str], **more: object) -> tuple[Proposal, ...]:
    """Return the proposals of one card on all of these, each with the next."""
    group = min(map(home, keys))
    pairs = pairwise(keys)
    return tuple(proposal(*pair, group=group, **more) for pair in pairs)  # type: ignore[arg-type]


def propose(crm: Crm, *proposals: Proposal) -> None:
    """Write proposals as a run does."""
    crm.store.apply(ChangeSet(puts=tuple(Put(PROPOSALS, each) for each in proposals)))


def waiting(crm: Crm) -> set[str]:
    """Return the ids of all proposals there are."""
    return {row.value.id for row in crm.store.scan(PROPOSALS).rows}
