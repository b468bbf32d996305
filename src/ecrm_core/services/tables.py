"""Tables: the customers of a store as the rows of one table, page by page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import frozen

from ecrm_core.errors import ConflictError
from ecrm_core.ports import Store, all_profiles
from ecrm_core.sources.profile_rows import in_order, profile_cells

__all__ = ["Extent", "customer_rows", "extent_of"]


@frozen(kw_only=True)
class Extent:
    """The columns a table of all customers needs, and how many rows it will have."""

    columns: tuple[str, ...] = ("id",)
    rows: int = 0


def extent_of(store: Store, *, page: int = 500) -> Extent:
    """Return what a table of all customers takes; every profile is looked at once."""
    columns, rows = dict[str, None](), 0
    for profiles in all_profiles(store, page=page):
        for profile in profiles:
            columns |= dict.fromkeys(profile_cells(profile))
        rows += len(profiles)
    return Extent(columns=in_order({"id": None, **columns}), rows=rows)


def customer_rows(
    store: Store, columns: Sequence[str], *, page: int = 500
) -> Iterator[list[list[str | None]]]:
    """Yield the rows of all customers, a page at a time, in the order of their ids.

    Raises ConflictError when a customer says more than there are columns for: somebody has changed
    the store since they were found.
    """
    known = frozenset(columns)
    for profiles in all_profiles(store, page=page):
        cells = [profile_cells(profile) for profile in profiles]
        if any(held.keys() - known for held in cells):
            message = "a customer was changed meanwhile and needs another column; export again"
            raise ConflictError(message, code="changed_meanwhile", retry="operation")
        yield [[held.get(column) for column in columns] for held in cells]
