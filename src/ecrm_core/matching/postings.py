"""Postings: the rows under every key: an unchanging stock, and what came and went since."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from attrs import field, frozen

from ecrm_core.matching.arrays import Flags, Numbers, Pairs64
from ecrm_core.matching.rows import Id
from ecrm_core.matching.rules import ROW, ROWS
from ecrm_core.matching.stock import Form, Layout, Stock, joined, stock_of

__all__ = ["POSTINGS", "Capped", "Snapshot", "Tail", "capped"]

POSTINGS = 1_000
"""Rows looked at under one key."""
_CANDIDATES = 200  # rows compared with one
_NEVER = 1 << 62
_LAST = int(ROWS)


@frozen(kw_only=True)
class Capped:
    """A rule of whose keys some have more rows than are looked at: ``keys`` of them.

    ``largest`` is how many rows the fullest has; rows that have gone count until the next tidying.
    """

    rule: str
    keys: int
    largest: int


class Tail:
    """What came after a stock: rows with their keys, and when rows went.

    It only grows: a reader that knows how far it may look sees nothing of what is added meanwhile.
    """

    def __init__(self, rules: int) -> None:
        self.ids: list[Id] = []
        self.forms: list[tuple[Form, ...]] = []
        self.rows: tuple[dict[int, list[int]], ...] = tuple({} for _ in range(rules))
        self.gone: dict[int, int] = {}  # row: the version from which it is gone

    def add(self, id_: Id, forms: tuple[Form, ...], keys: Sequence[set[int]], row: int) -> None:
        """Keep a row that no snapshot shows yet."""
        self.ids.append(id_)
        self.forms.append(forms)
        for held, own in zip(self.rows, keys, strict=True):
            for key in own:
                held.setdefault(key, []).append(row)


@frozen(kw_only=True, eq=False, repr=False)
class Snapshot:
    """What an index holds at one moment: ``count`` rows of the tail, without those gone by then."""

    layout: Layout
    stock: Stock
    tail: Tail = field()
    count: int = 0
    version: int = 0
    size: int = 0

    def candidates(self, keys: Sequence[set[int]]) -> Pairs64:
        """Return the rows, in order, that share a key; of too many those with the rarest keys.

        ``keys`` are those of each rule. Under one key the first 1,000 rows are looked at.
        """
        found: list[Pairs64] = []
        sizes: list[int] = []
        for rule, own in enumerate(keys):
            if own:
                self._under(rule, list(own), found, sizes)
        if not found:
            return np.zeros(0, np.int64)
        share = np.repeat(1 / np.array(sizes), [len(held) for held in found])
        rows, share = self._held(np.concatenate(found), share)
        distinct, place = np.unique(rows, return_inverse=True)
        if len(distinct) > _CANDIDATES:
            rarity = np.bincount(place, np.log2(max(self.size, 1) * share + 1))
            distinct = np.sort(distinct[np.lexsort((distinct, -rarity))[:_CANDIDATES]])
        return distinct

    def _under(self, rule: int, keys: list[int], found: list[Pairs64], sizes: list[int]) -> None:
        """Add the first rows under each of the keys, and how many there are."""
        held, later = self.stock.keys[rule], self.tail.rows[rule]
        # The last row a number has room for is one no index comes to.
        asked = np.array([*keys, *[key | _LAST for key in keys]], np.uint64)
        bounds = held.searchsorted(asked).tolist()
        for key, begin, end in zip(keys, bounds, bounds[len(keys) :], strict=False):
            if begin < end:
                found.append((held[begin : min(end, begin + POSTINGS)] & ROWS).astype(np.int64))
                sizes.append(end - begin)
            if later and (more := later.get(key)):
                found.append(np.array(more[:POSTINGS], np.int64))
                sizes.append(end - begin + len(more))

    def _held(self, rows: Pairs64, share: Numbers) -> tuple[Pairs64, Numbers]:
        """Return those of the rows that are there at this moment."""
        kept = rows < self.stock.count + self.count
        if self.tail.gone:
            gone = self.tail.gone
            kept &= [gone.get(row, _NEVER) > self.version for row in rows.tolist()]
        return rows[kept], share[kept]

    def forms(self, rows: Pairs64) -> list[tuple[Form, ...]]:
        """Return for each of the rows, which are in order, the forms of all fields."""
        first = int(rows.searchsorted(self.stock.count))
        later = (rows[first:] - self.stock.count).tolist()
        return self.stock.forms(rows[:first]) + [self.tail.forms[at] for at in later]

    def id(self, row: int) -> Id:
        """Return the id of a row."""
        at = row - self.stock.count
        return self.stock.ids[row] if at < 0 else self.tail.ids[at]

    def shows(self, row: int, id_: Id) -> bool:
        """Tell whether this row is there at this moment, under that id."""
        if not 0 <= row < self.stock.count + self.count:
            return False
        return self.tail.gone.get(row, _NEVER) > self.version and self.id(row) == id_

    def tidied(self, *more: Stock) -> Snapshot:
        """Return the same rows, and those of further stocks after them, all in one stock."""
        ids = self.tail.ids[: self.count]
        features = self.layout.features(self.tail.forms[: self.count]) if ids else ()
        tail = stock_of(self.layout, ids, features)
        alive = np.ones(self.stock.count + self.count, np.bool_)
        alive[[row for row, at in self.tail.gone.items() if at <= self.version]] = False
        parts: list[tuple[Stock, Flags]] = [
            (self.stock, alive[: self.stock.count]), (tail, alive[self.stock.count :])
        ]  # fmt: skip
        parts += [(stock, np.ones(stock.count, np.bool_)) for stock in more]
        parts = [part for part in parts if part[0].count]
        whole = parts[0][1].all() if len(parts) == 1 else False
        stock = parts[0][0] if whole else joined(parts or [(self.stock, alive)])
        return Snapshot(layout=self.layout, stock=stock, tail=Tail(len(self.layout.rules)),
                        version=self.version, size=stock.count)  # fmt: skip


def capped(snapshot: Snapshot) -> tuple[Capped, ...]:
    """Return which rules have keys with more rows than are looked at, and how many."""
    found = []
    for rule, held, later in zip(
        snapshot.layout.rules, snapshot.stock.keys, snapshot.tail.rows, strict=True
    ):
        keys = held >> np.uint64(ROW)
        over = keys[POSTINGS:][keys[POSTINGS:] == keys[:-POSTINGS]] << np.uint64(ROW)
        asked = np.array(sorted({*over.tolist(), *later}), np.uint64)
        counts = held.searchsorted(asked | ROWS, "right") - held.searchsorted(asked)
        counts += np.array([len(later.get(key, ())) for key in asked.tolist()], np.int64)
        large = counts[counts > POSTINGS]
        if len(large):
            found.append(Capped(rule=" + ".join(rule), keys=len(large), largest=int(large.max())))
    return tuple(found)
