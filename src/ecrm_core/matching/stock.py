"""Stock: many rows as the forms of their fields and the keys of their rules, in flat arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate

import numpy as np
from attrs import field, frozen

from ecrm_core.matching.arrays import Codes, Flags, Keys, Pairs64
from ecrm_core.matching.comparison import NO_COMPARISONS, Comparison
from ecrm_core.matching.features import Feature
from ecrm_core.matching.keys import Pieces
from ecrm_core.matching.rows import Id
from ecrm_core.matching.rules import ROWS, keys_of, rules_of
from ecrm_core.matching.texts import Texts

__all__ = ["Column", "Form", "Layout", "Stock", "joined", "stock_of"]

Form = tuple[str, ...]
"""What one row says in one field, one text for each of its places; "" says nothing."""


@frozen(kw_only=True, eq=False, repr=False)
class Layout:
    """The fields an index holds, as (name, role) by name, and the telling rules they serve."""

    names: tuple[tuple[str, str], ...]
    own: Mapping[str, Comparison] = NO_COMPARISONS
    rules: tuple[tuple[str, ...], ...] = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Find the rules; a frozen value is written to in this one way."""
        empty = self.features([self.nothing])
        object.__setattr__(self, "rules", rules_of(Pieces(empty))[0])

    @property
    def nothing(self) -> tuple[Form, ...]:
        """The forms of a row that says nothing."""
        return ((),) * len(self.names)

    def features(self, rows: Sequence[Sequence[Form]]) -> tuple[Feature, ...]:
        """Return the features of rows, each given by the forms of all fields."""
        columns = zip(*rows, strict=True)
        return tuple(
            _feature(name, role, self.own.get(role), forms)
            for (name, role), forms in zip(self.names, columns, strict=True)
        )


def _feature(name: str, role: str, own: Comparison | None, forms: Sequence[Form]) -> Feature:
    width = max(map(len, forms), default=1) or 1
    known: dict[str, int] = {"": -1}
    codes = [
        [known.setdefault(text, len(known) - 1) for text in form] + [-1] * (width - len(form))
        for form in forms
    ]
    del known[""]
    made = np.array(codes, np.int32).reshape(len(forms), width)
    return Feature(name=name, role=role, codes=made, texts=Texts(list(known)), own=own)


@frozen(kw_only=True, eq=False, repr=False)
class Column:
    """One field: for each row codes into texts, which lie side by side in UTF-8."""

    codes: Codes
    data: bytes
    bounds: Pairs64  # where texts begin, and the last ends

    def forms(self, rows: Pairs64) -> list[Form]:
        """Return what these rows say."""
        codes = self.codes[rows]
        flat = codes.ravel()
        # A missing value, -1, would begin at the end and end at the beginning: it is empty.
        begin, end = self.bounds[flat].tolist(), self.bounds[flat + 1].tolist()
        texts = [
            self.data[one:two].decode("utf-8", "surrogatepass")
            for one, two in zip(begin, end, strict=True)
        ]
        width = codes.shape[1]
        return [tuple(texts[at : at + width]) for at in range(0, len(texts), width)]


@frozen(kw_only=True, eq=False, repr=False)
class Stock:
    """Rows by number, with their ids; for each rule key and row in one number, in order."""

    ids: Sequence[Id]
    columns: tuple[Column, ...]
    keys: tuple[Keys, ...]

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self.ids)

    def forms(self, rows: Pairs64) -> list[tuple[Form, ...]]:
        """Return for each of these rows the forms of all fields."""
        return list(zip(*(column.forms(rows) for column in self.columns), strict=True))


def stock_of(layout: Layout, ids: Sequence[Id], features: Sequence[Feature]) -> Stock:
    """Return a stock of rows; fields without a feature say nothing in all of them."""
    held = {feature.name: feature for feature in features}
    pieces = Pieces(features, more=True)
    names = pieces.names
    keys = tuple(
        _sorted(keys_of(pieces, rule)) if names >= set(rule) else np.zeros(0, np.uint64)
        for rule in layout.rules
    )
    columns = tuple(_column(held.get(name), len(ids)) for name, _ in layout.names)
    return Stock(ids=ids, columns=columns, keys=keys)


def _sorted(keyed: Keys) -> Keys:
    keyed.sort()
    return keyed[np.r_[True, keyed[1:] != keyed[:-1]]] if len(keyed) else keyed


def _column(feature: Feature | None, rows: int) -> Column:
    if feature is None:
        codes = np.full((rows, 1), -1, np.int32)
        return Column(codes=codes, data=b"", bounds=np.zeros(1, np.int64))
    whole = "".join(feature.values)
    data = whole.encode("utf-8", "surrogatepass")
    sizes = feature.texts.sizes
    if len(data) > len(whole):
        texts = (len(text.encode("utf-8", "surrogatepass")) for text in feature.values)
        sizes = np.fromiter(texts, np.int64, len(sizes))
    return Column(codes=feature.codes, data=data, bounds=np.r_[0, np.cumsum(sizes)])


def joined(parts: Sequence[tuple[Stock, Flags]]) -> Stock:
    """Return stocks as one, without the rows that are not marked; the order of rows is kept."""
    counts = [int(alive.sum()) for _, alive in parts]
    begins = [0, *accumulate(counts)]
    numbers = [np.cumsum(alive) - 1 + at for (_, alive), at in zip(parts, begins, strict=False)]
    ids = [stock.ids[at] for stock, alive in parts for at in np.flatnonzero(alive).tolist()]
    keys = [
        [_renumbered(keys, alive, number)
         for (stock, alive), number in zip(parts, numbers, strict=True)
         for keys in (stock.keys[rule],)]
        for rule in range(len(parts[0][0].keys))
    ]  # fmt: skip
    columns = [
        _joined([(stock.columns[at], alive) for stock, alive in parts])
        for at in range(len(parts[0][0].columns))
    ]
    merged = tuple(np.sort(np.concatenate(held)) for held in keys)
    return Stock(ids=ids, columns=tuple(columns), keys=merged)


def _renumbered(keys: Keys, alive: Flags, number: Pairs64) -> Keys:
    rows = (keys & ROWS).astype(np.int64)
    kept = alive[rows]
    return keys[kept] & ~ROWS | number[rows[kept]].astype(np.uint64)


def _joined(parts: Sequence[tuple[Column, Flags]]) -> Column:
    width = max(column.codes.shape[1] for column, _ in parts)
    codes: list[Codes] = []
    texts: list[bytes] = []
    ends = [np.zeros(1, np.int64)]
    begin = 0
    for column, alive in parts:
        held = np.full((int(alive.sum()), width), -1, np.int32)
        held[:, : column.codes.shape[1]] = column.codes[alive]
        held[held >= 0] += begin
        codes.append(held)
        ends.append(column.bounds[1:] + sum(len(text) for text in texts))
        texts.append(column.data)
        begin += len(column.bounds) - 1
    made = Column(codes=np.concatenate(codes), data=b"".join(texts), bounds=np.concatenate(ends))
    return _without_unused(made)


def _without_unused(column: Column) -> Column:
    """Leave out the texts no row has any more, once they are the larger part."""
    total = len(column.bounds) - 1
    used = np.zeros(total + 1, np.bool_)
    used[column.codes.ravel()] = True
    used[-1] = False
    if 2 * int(used.sum()) >= total:
        return column
    held = np.flatnonzero(used)
    sizes = np.diff(column.bounds)[held]
    ends = np.cumsum(sizes)
    at = np.arange(sizes.sum()) + np.repeat(column.bounds[held] - ends + sizes, sizes)
    place = np.append(np.cumsum(used[:-1]) - 1, -1).astype(np.int32)
    data = np.frombuffer(column.data, np.uint8)[at].tobytes()
    return Column(codes=place[column.codes], data=data, bounds=np.r_[0, ends])
