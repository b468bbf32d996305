"""Judgement table: the judgements of a store as rows, and rows from elsewhere taken in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ecrm_core.customers import HOMES, SourceKey, bumped, home_id
from ecrm_core.errors import InputError
from ecrm_core.kernel import ChangeSet, CustomerId, combine, encode
from ecrm_core.matching import (
    JUDGEMENTS,
    Judgement,
    JudgementRow,
    JudgementTable,
    RefusedRow,
    decide_judgements,
    judgement_rows,
)
from ecrm_core.ports import Store, judgement_pages, read_groups
from ecrm_core.services.judgements import roots_now
from ecrm_core.services.tombstones import nobody_erased

__all__ = ["prepare_judgements", "stored_judgement_rows"]


def stored_judgement_rows(store: Store) -> Iterator[dict[str, str | None]]:
    """Go through every judgement as a row that names both by source key, a page at a time."""
    for page in judgement_pages(store):
        ids = sorted({id_ for said in page for id_ in (said.left, said.right)})
        homes = store.get_many(HOMES, [(id_,) for id_ in ids])
        keys = {str(row.value.id): str(row.value.key) for row in homes.values()}
        yield from judgement_rows(page, keys=keys)


def prepare_judgements(store: Store, table: JudgementTable) -> ChangeSet:
    """Return what judgements told elsewhere write, about those whom this store knows.

    Each is written on the very customers it names, by source key or, where the key is unknown, by
    id; whatever they were merged with. The result counts the rows and holds the refused ones.
    """
    guard = nobody_erased(store)
    known = roots_now(store, {home for row in table.rows for home in _named(store, row)})
    told: list[Judgement] = []
    refused = list(table.refused)
    for row in table.rows:
        said = _about(store, row, known)
        (refused if isinstance(said, RefusedRow) else told).append(said)  # type: ignore[arg-type]
    keys = [JUDGEMENTS.key_of(said) for said in told]
    held = store.get_many(JUDGEMENTS, keys)
    changes = decide_judgements(told, known=held.keys())
    refused.sort(key=lambda row: row.number)
    result = {"rows": len(told) + len(refused), **changes.result,
              "refused": [encode(row) for row in refused]}  # fmt: skip
    fresh = [put.value for put in changes.puts if isinstance(put.value, Judgement)]
    about = sorted({CustomerId(id_) for said in fresh for id_ in (said.left, said.right)})
    groups = {group.root.id: group for group in read_groups(store, about).values()}
    return combine([changes, *map(bumped, groups.values()), guard], result=result)


def _about(
    store: Store, row: JudgementRow, known: Mapping[CustomerId, CustomerId]
) -> Judgement | RefusedRow:
    """Return the judgement on the customers a row names, or the row where one is unknown."""
    left, right = (
        next((home for home in names if home in known), None)
        for names in (_homes(store, row.left, row.left_id), _homes(store, row.right, row.right_id))
    )
    if left is None or right is None:
        path = "$.left" if left is None else "$.right"
        return RefusedRow(number=row.number, path=path, message="found nobody of this name or id")
    if left == right:
        return RefusedRow(number=row.number, path="$.right", message="found one customer twice")
    return row.between(left, right, tenant=store.tenant)


def _named(store: Store, row: JudgementRow) -> tuple[CustomerId, ...]:
    left, right = _homes(store, row.left, row.left_id), _homes(store, row.right, row.right_id)
    return (*left, *right)


def _homes(store: Store, name: str, id_: str | None) -> tuple[CustomerId, ...]:
    """Return who a side of a row may be, the likeliest first."""
    found = [CustomerId(held) for held in (name, id_) if held]
    try:
        return (home_id(store.tenant, SourceKey.parse(name)), *found)
    except InputError:
        return tuple(found)
