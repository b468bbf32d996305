"""Features: columns normalised and factorised once, so that everything after works on codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from attrs import evolve, field, frozen

from ecrm_core.customers import FieldMap
from ecrm_core.customers.table import text_of
from ecrm_core.matching.arrays import Codes, Numbers, Pairs64
from ecrm_core.matching.comparison import NO_COMPARISONS, Comparison
from ecrm_core.matching.forms import form_of
from ecrm_core.matching.roles import COMPARED, SORTS, Compared, Sort

__all__ = ["Feature", "features_of"]

_LISTS = frozenset({"email", "phone"})  # several columns, and it does not matter in which one
_JOINED = frozenset({"kana"})  # parts of one text


@frozen(kw_only=True, eq=False, repr=False)
class Feature:
    """One thing known of rows: for each row codes into ``values`` (sorted), -1 where missing.

    A list (e-mail addresses) has a column of codes for each of its places. ``own`` is how a custom
    field is compared.
    """

    name: str
    role: str
    codes: Codes
    values: tuple[str, ...]
    own: Comparison | None = None

    @property
    def compared(self) -> Compared:
        """The row of the table of roles."""
        return COMPARED[self.role] if self.own is None else self.own.compared

    @property
    def sort(self) -> Sort:
        """How it is compared."""
        return SORTS[self.compared.sort] if self.own is None else self.own.sort

    @property
    def first(self) -> Codes:
        """The codes of the first place."""
        return self.codes[:, 0]

    def taken(self, rows: Pairs64) -> Feature:
        """Return the feature of these rows."""
        return evolve(self, codes=self.codes[rows])


@frozen
class _Said:
    """A feature's columns: each as distinct texts, and for each row which."""

    name: str
    role: str
    columns: list[tuple[list[str], Codes]] = field(factory=list)


def features_of(
    columns: Mapping[str, Iterable[object]],
    fields: FieldMap,
    own: Mapping[str, Comparison] = NO_COMPARISONS,
) -> tuple[Feature, ...]:
    """Return the features of the columns whose role says who somebody is, by name.

    ``own`` are the comparisons of custom fields by role. Columns of missing values alone are left
    out: they say nothing.
    """
    said: dict[str, _Said] = {}
    for column, role in fields.columns.items():
        if (role in COMPARED or role in own) and column in columns:
            name = role if role in _LISTS | _JOINED else column
            raw = [text_of(cell) for cell in columns[column]]
            said.setdefault(name, _Said(name, role)).columns.append(_factorised(raw))
    made = (
        _feature(said[name], fields.date_order, own.get(said[name].role)) for name in sorted(said)
    )
    return tuple(feature for feature in made if feature.values)


def _factorised(texts: Sequence[str]) -> tuple[list[str], Codes]:
    known: dict[str, int] = {}
    codes = np.fromiter((known.setdefault(t, len(known)) for t in texts), np.int32, len(texts))
    return list(known), codes


def _feature(said: _Said, date_order: str | None, own: Comparison | None) -> Feature:
    columns = [_joined(said.columns)] if said.role in _JOINED else said.columns
    form = own.formed if own is not None else None
    formed = [[form_of(said.role, text, date_order=date_order, own=form) for text in texts]
              for texts, _ in columns]  # fmt: skip
    values = tuple(sorted({form for forms in formed for form in forms if form}))
    place = {value: at for at, value in enumerate(values)}
    slots = [
        np.array([place.get(form, -1) for form in forms] or [-1], np.int32)[codes]
        for forms, (_, codes) in zip(formed, columns, strict=True)
    ]
    codes = np.stack(slots, axis=1)
    return Feature(name=said.name, role=said.role, codes=_in_order(codes), values=values, own=own)


def _joined(columns: Sequence[tuple[list[str], Codes]]) -> tuple[list[str], Codes]:
    if len(columns) == 1:
        return columns[0]
    parts = [[texts[code] for code in codes.tolist()] for texts, codes in columns]
    return _factorised([" ".join(filter(None, row)) for row in zip(*parts, strict=True)])


def _in_order(codes: Codes) -> Codes:
    """Lists say nothing by their order, so it is the same for all; repetitions say nothing."""
    if codes.shape[1] == 1:
        return codes
    codes = -np.sort(-codes, axis=1)
    codes[:, 1:][codes[:, 1:] == codes[:, :-1]] = -1
    return -np.sort(-codes, axis=1)


def counted(feature: Feature, groups: Codes) -> Numbers:
    """Return how often each value occurs, once for each group (of rows that are one person)."""
    total = len(feature.values)
    pairs = [groups.astype(np.int64) * total + slot for slot in feature.codes.T]
    held = [pair[slot >= 0] for pair, slot in zip(pairs, feature.codes.T, strict=True)]
    return np.bincount(np.unique(np.concatenate(held)) % total, minlength=total).astype(np.float64)
