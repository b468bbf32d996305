"""Tables as matching sees them: features and units of columns named by their roles."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from ecrm_core.customers import FieldMap
from ecrm_core.matching.arrays import Pairs64
from ecrm_core.matching.features import Feature, features_of
from ecrm_core.matching.roles import COMPARED
from ecrm_core.matching.texts import Texts
from ecrm_core.matching.units import Units, units_of

Columns = Mapping[str, Sequence[object]]


def features(columns: Columns) -> tuple[Feature, ...]:
    """Return the features of columns that are named by their roles."""
    return features_of(columns, FieldMap({name: name for name in columns}))


def units(
    columns: Columns, sources: Sequence[str] | None = None, alone: Iterable[int] = ()
) -> Units:
    """Return the units of columns that are named by their roles."""
    rows = len(next(iter(columns.values())))
    kept = np.array(list(alone), np.int64)
    return units_of(features(columns), np.arange(rows), sources, kept)


def rows_of_pairs(held: Units, pairs: Pairs64) -> set[tuple[int, int]]:
    """Return the pairs of rows that packed pairs of units stand for, the lower row first."""
    ends = np.r_[held.starts, held.rows]
    rows = [held.order[ends[at] : ends[at + 1]].tolist() for at in range(held.count)]
    return {
        (min(one, two), max(one, two))
        for pair in pairs.tolist()
        for one in rows[pair >> 32]
        for two in rows[pair & 0xFFFFFFFF]
        if one != two
    }


def feature_of(sort: str, values: Sequence[str]) -> Feature:
    """Return a feature of these distinct values, a row for each, compared in one way."""
    role = next(role for role, compared in COMPARED.items() if compared.sort == sort)
    codes = np.arange(len(values), dtype=np.int32)[:, None]
    return Feature(name=role, role=role, codes=codes, texts=Texts(list(values)))
