"""Claims: thin typed readers over the store, for who claims to be whom."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from ecrm_core.kernel import CustomerId
from ecrm_core.merging import CUSTOMER_CLAIMS, Claim
from ecrm_core.ports.pages import scan_pages
from ecrm_core.ports.store import Store

__all__ = ["all_claims", "read_claims_by", "read_claims_on"]


def all_claims(store: Store) -> Iterator[tuple[Claim, ...]]:
    """Go through every claim page by page, in the order of ids."""
    for rows in scan_pages(store, CUSTOMER_CLAIMS):
        yield tuple(row.value for row in rows)


def read_claims_by(store: Store, homes: Collection[CustomerId]) -> tuple[Claim, ...]:
    """Return every claim that one of these very homes makes, by id."""
    return _found(store, "by_claimant", homes)


def read_claims_on(store: Store, subjects: Collection[str]) -> tuple[Claim, ...]:
    """Return every claim on these subjects, of people and of addresses, by id."""
    return _found(store, "by_claimed", subjects)


def _found(store: Store, index: str, values: Iterable[str]) -> tuple[Claim, ...]:
    found = store.find_many(CUSTOMER_CLAIMS, index, [(value,) for value in sorted(values)])
    rows = {row.value.id: row.value for held in found.values() for row in held}
    return tuple(rows[id_] for id_ in sorted(rows))
