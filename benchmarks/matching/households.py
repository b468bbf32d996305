"""Households: rows of different persons that share a home, a mailbox or a phone on purpose.

The generator says of each person how it was made: ``household`` (surname and address of somebody
else, often the phone), ``twin`` (the birth date too), ``parent-child`` (the given name too),
``shared-mailbox`` and ``shared-phone`` (of a shop). A hard pair is two rows of different persons,
one of them of the kind, where some rows of the two persons share what the kind shares.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, product

import numpy as np

from benchmarks.matching.metrics import Ints

HOME = ("street", "postcode")
SHARED: Mapping[str, tuple[str, ...]] = {
    "household": HOME, "twin": HOME, "parent-child": HOME,
    "shared-mailbox": ("email",), "shared-phone": ("phone",),
}  # fmt: skip


def hard_pairs(columns: object, true: Ints, kind: Sequence[str]) -> Mapping[str, Ints]:
    """Return the hard pairs of rows of each kind, two columns, the lower row first."""
    person = true.tolist()
    made = {who: what for who, what in zip(person, kind, strict=True) if what in SHARED}
    rows: dict[int, list[int]] = defaultdict(list)
    for row, who in enumerate(person):
        rows[who].append(row)
    found = {}
    for what, names in SHARED.items():
        wanted = {who for who, its in made.items() if its == what}
        couples = _couples(_shared(columns, names), person, wanted)
        pairs = [sorted(two) for one, other in couples for two in product(rows[one], rows[other])]
        found[what] = np.array(pairs, np.int64).reshape(-1, 2)
    return found


def _shared(columns: object, names: Iterable[str]) -> Iterable[Sequence[int]]:
    """Return the groups of rows that share a value in all of the columns."""
    groups: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for row, key in enumerate(zip(*(_texts(columns, name) for name in names), strict=True)):
        if all(key):
            groups[key].append(row)
    return [group for group in groups.values() if len(group) > 1]


def _texts(columns: object, name: str) -> Sequence[object]:
    column = columns[name]  # type: ignore[index]  # a table of pyarrow, or columns by name
    return column.to_pylist() if hasattr(column, "to_pylist") else column  # type: ignore[no-any-return]


def _couples(
    groups: Iterable[Sequence[int]], person: Sequence[int], wanted: set[int]
) -> Sequence[tuple[int, int]]:
    """Return every two persons of a group, one of them wanted, once."""
    found = {
        (one, two)
        for group in groups
        for one, two in combinations(sorted({person[row] for row in group}), 2)
        if one in wanted or two in wanted
    }
    return sorted(found)


def hard_table(
    hard: Mapping[str, Ints], link: tuple[Ints, Ints], cluster: Ints
) -> list[dict[str, object]]:
    """Return for each kind how many hard pairs there are and how many were taken for one.

    ``precision_lost`` is the share of all pairs taken for one that are wrong for this reason.
    """
    taken = np.minimum(*link).astype(np.int64) << 32 | np.maximum(*link)
    rows: list[dict[str, object]] = []
    for kind, pairs in hard.items():
        if not len(pairs):
            continue
        wrong = int(np.isin(pairs[:, 0] << 32 | pairs[:, 1], taken).sum())
        rows.append({
            "kind": kind, "pairs": len(pairs), "wrong": wrong,
            "together": int((cluster[pairs[:, 0]] == cluster[pairs[:, 1]]).sum()),
            "precision_lost": wrong / max(len(taken), 1),
        })  # fmt: skip
    return rows
