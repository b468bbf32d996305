"""Columns: each distinct cell once and its number for every row, from whatever holds columns."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from contextlib import suppress
from typing import Protocol, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from ecrm_core.customers.table import text_of
from ecrm_core.matching.arrays import Codes

__all__ = ["cells_of", "factorised", "numbered"]

_Text = TypeVar("_Text", bound=Hashable)


class _Indices(Protocol):
    def fill_null(self, value: int, /) -> _Indices: ...
    def to_numpy(self, *, zero_copy_only: bool) -> NDArray[np.int32]: ...


class _Dictionary(Protocol):
    def to_pylist(self) -> list[object]: ...


class _Arrow(Protocol):
    """What is asked of a column of pyarrow, whole or in chunks, numbered or not."""

    @property
    def dictionary(self) -> _Dictionary: ...
    @property
    def indices(self) -> _Indices: ...
    def combine_chunks(self) -> _Arrow: ...
    def dictionary_encode(self) -> _Arrow: ...
    def unify_dictionaries(self) -> _Arrow: ...


class _Pandas(Protocol):
    def factorize(self) -> tuple[NDArray[np.int64], Iterable[object]]: ...


_PLAIN = frozenset({str, type(None)})


def factorised(column: Iterable[object]) -> tuple[list[str], Codes]:
    """Return the distinct texts of a column's cells, and for each row which; "" is missing.

    Columns of pyarrow and pandas number their own values; no frame library is imported.
    """
    # Neither numbers cells that are lists or mappings: those are taken one by one.
    with suppress(NotImplementedError, TypeError):
        if hasattr(column, "dictionary_encode"):
            return _of_arrow(cast("_Arrow", column))
        if hasattr(column, "factorize"):
            return _of_pandas(cast("_Pandas", column))
    cells = cells_of(column)
    if _PLAIN.issuperset(map(type, cells)):
        values, codes = numbered(cells)
        return _merged(_texts(values), codes)
    return numbered([text_of(cell) for cell in cells])


def _texts(cells: Sequence[object]) -> list[str]:
    return [cell.strip() if type(cell) is str else text_of(cell) for cell in cells]


def cells_of(column: Iterable[object]) -> Sequence[object]:
    """Return the cells of a column as Python's own values, as far as it can say them."""
    for way in ("to_pylist", "tolist", "to_list"):
        if hasattr(column, way):
            cells: Sequence[object] = getattr(column, way)()
            return cells
    return column if isinstance(column, (list, tuple)) else list(column)


def numbered(texts: Sequence[_Text]) -> tuple[list[_Text], Codes]:
    """Return each text once, in the order they first come, and for each place which."""
    known = dict.fromkeys(texts, 0)
    for at, text in enumerate(known):
        known[text] = at
    return list(known), np.fromiter(map(known.__getitem__, texts), np.int32, len(texts))


def _merged(texts: list[str], codes: Codes) -> tuple[list[str], Codes]:
    """Let texts that trimming made equal have one number."""
    if len(set(texts)) == len(texts):
        return texts, codes
    kept, places = numbered(texts)
    return kept, places[codes]


def _of_arrow(column: _Arrow) -> tuple[list[str], Codes]:
    whole = column.combine_chunks() if hasattr(column, "combine_chunks") else column
    coded = whole.dictionary_encode() if hasattr(whole, "dictionary_encode") else whole
    if hasattr(coded, "chunks"):
        coded = coded.unify_dictionaries().combine_chunks()
    cells = coded.dictionary.to_pylist()
    codes = coded.indices.fill_null(len(cells)).to_numpy(zero_copy_only=False).astype(np.int32)
    return _merged([*_texts(cells), ""], codes)


def _of_pandas(column: _Pandas) -> tuple[list[str], Codes]:
    codes, values = column.factorize()
    cells = list(values)
    return _merged([*_texts(cells), ""], np.where(codes < 0, len(cells), codes).astype(np.int32))
