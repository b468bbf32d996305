"""Matching: thin typed readers over the store, for judgements and profiles."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ecrm_core.customers import PROFILES, Profile
from ecrm_core.kernel import CustomerId
from ecrm_core.matching import JUDGEMENTS, Judgement
from ecrm_core.ports.pages import scan_pages
from ecrm_core.ports.store import Store

__all__ = ["all_judgements", "all_profiles", "judgement_pages", "read_judgements"]


def all_profiles(store: Store, *, page: int = 500) -> Iterator[tuple[Profile, ...]]:
    """Go through the stored profiles page by page, in the order of ids: one for each customer."""
    for rows in scan_pages(store, PROFILES, limit=page):
        yield tuple(row.value for row in rows)


def all_judgements(store: Store) -> Iterator[Judgement]:
    """Go through every judgement, in the order of ids."""
    for page in judgement_pages(store):
        yield from page


def judgement_pages(store: Store) -> Iterator[tuple[Judgement, ...]]:
    """Go through every judgement page by page, in the order of ids."""
    for rows in scan_pages(store, JUDGEMENTS):
        yield tuple(row.value for row in rows)


def read_judgements(store: Store, ids: Collection[CustomerId]) -> tuple[Judgement, ...]:
    """Return every judgement about one of these very ids, each once, by id."""
    values = [(id_,) for id_ in ids]
    found = [store.find_many(JUDGEMENTS, index, values) for index in ("by_left", "by_right")]
    rows = {row.value.id: row.value for side in found for rows in side.values() for row in rows}
    return tuple(rows[id_] for id_ in sorted(rows))
