"""Columns: each distinct cell once and its number for every row, from whatever holds columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from ecrm_core.customers.table import text_of
from ecrm_core.matching.arrays import Codes

__all__ = ["cells_of", "factorised"]

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
        known: dict[str | None, int] = {}
        codes = np.fromiter((known.setdefault(c, len(known)) for c in cells), np.int32, len(cells))
        return _merged(list(map(text_of, known)), codes)
    return _numbered([text_of(cell) for cell in cells])


def cells_of(column: Iterable[object]) -> Sequence[object]:
    """Return the cells of a column as Python's own values, as far as it can say them."""
    for way in ("to_pylist", "tolist", "to_list"):
        if hasattr(column, way):
            cells: Sequence[object] = getattr(column, way)()
            return cells
    return column if isinstance(column, (list, tuple)) else list(column)


def _numbered(texts: list[str]) -> tuple[list[str], Codes]:
    known: dict[str, int] = {}
    codes = np.fromiter((known.setdefault(t, len(known)) for t in texts), np.int32, len(texts))
    return list(known), codes


def _merged(texts: list[str], codes: Codes) -> tuple[list[str], Codes]:
    """Let texts that trimming made equal have one number."""
    if len(set(texts)) == len(texts):
        return texts, codes
    kept, places = _numbered(texts)
    return kept, places[codes]


def _of_arrow(column: object) -> tuple[list[str], Codes]:
    whole = column.combine_chunks() if hasattr(column, "combine_chunks") else column
    coded = whole.dictionary_encode() if hasattr(whole, "dictionary_encode") else whole
    if hasattr(coded, "chunks"):
        coded = coded.unify_dictionaries().combine_chunks()
    cells = coded.dictionary.to_pylist()
    codes = coded.indices.fill_null(len(cells)).to_numpy(zero_copy_only=False).astype(np.int32)
    return _merged([*map(text_of, cells), ""], codes)


def _of_pandas(column: object) -> tuple[list[str], Codes]:
    codes, values = column.factorize()
    codes = np.where(codes < 0, len(values), codes).astype(np.int32)
    return _merged([*map(text_of, values), ""], codes)
