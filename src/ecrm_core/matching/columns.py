"""Columns: each distinct cell once and its number for every row, from whatever holds columns."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import TypeVar

import numpy as np

from ecrm_core.customers.table import text_of
from ecrm_core.matching.arrays import Codes

__all__ = ["cells_of", "factorised", "numbered"]

_Text = TypeVar("_Text", bound=Hashable)
_PLAIN = frozenset({str, type(None)})


def factorised(column: Iterable[object]) -> tuple[list[str], Codes]:
    """Return the distinct texts of a column's cells, and for each row which; "" is missing.

    Columns of pyarrow and pandas number their own values; no frame library is imported.
    """
    if hasattr(column, "dictionary_encode"):
        return _of_arrow(column)
    if hasattr(column, "factorize"):
        return _of_pandas(column)
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


def _of_arrow(column: object) -> tuple[list[str], Codes]:
    whole = column.combine_chunks() if hasattr(column, "combine_chunks") else column
    coded = whole.dictionary_encode() if hasattr(whole, "dictionary_encode") else whole
    if hasattr(coded, "chunks"):
        coded = coded.unify_dictionaries().combine_chunks()
    cells = coded.dictionary.to_pylist()
    codes = coded.indices.fill_null(len(cells)).to_numpy(zero_copy_only=False).astype(np.int32)
    return _merged([*_texts(cells), ""], codes)


def _of_pandas(column: object) -> tuple[list[str], Codes]:
    codes, values = column.factorize()
    codes = np.where(codes < 0, len(values), codes).astype(np.int32)
    return _merged([*_texts(list(values)), ""], codes)
