"""Features: columns normalised and factorised once, so that everything after works on codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

import numpy as np
from attrs import evolve, field, frozen

from ecrm_core.customers import FieldMap
from ecrm_core.customers.table import text_of
from ecrm_core.matching.arrays import Codes, Numbers, Pairs64, distinct
from ecrm_core.matching.columns import factorised, numbered
from ecrm_core.matching.comparison import NO_COMPARISONS, Comparison
from ecrm_core.matching.forms import form_of
from ecrm_core.matching.quick import forms_of
from ecrm_core.matching.roles import COMPARED, SORTS, Compared, Sort
from ecrm_core.matching.texts import Texts

__all__ = ["Counts", "Feature", "features_of", "forms_of_row", "names_of"]

_LISTS = frozenset({"email", "phone"})  # several columns, and it does not matter in which one
_JOINED = frozenset({"kana"})  # parts of one text


@frozen(kw_only=True, eq=False, repr=False)
class Feature:
    """One thing known of rows: for each row codes into its distinct ``texts``, -1 where missing.

    A list (e-mail addresses) has a column of codes for each of its places. ``own`` is how a custom
    field is compared.
    """

    name: str
    role: str
    codes: Codes
    texts: Texts
    own: Comparison | None = None

    @property
    def values(self) -> Sequence[str]:
        """The distinct forms."""
        return self.texts.values

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

    def compact(self) -> Feature:
        """Return the feature without the values no row has."""
        used, codes = np.unique(self.codes, return_inverse=True)
        missing = int(len(used) > 0 and used[0] < 0)
        values = [self.values[code] for code in used[missing:].tolist()]
        places: Codes = codes.reshape(self.codes.shape).astype(np.int32) - np.int32(missing)
        return evolve(self, codes=places, texts=Texts(values))


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
    for column, (name, role) in names_of(fields, own).items():
        if column in columns:
            said.setdefault(name, _Said(name, role)).columns.append(factorised(columns[column]))
    made = (
        _feature(said[name], fields.date_order, own.get(said[name].role)) for name in sorted(said)
    )
    return tuple(feature for feature in made if feature.values)


def names_of(
    fields: FieldMap, own: Mapping[str, Comparison] = NO_COMPARISONS
) -> dict[str, tuple[str, str]]:
    """Return for each column that is compared the name of its feature, and the role."""
    return {
        column: (role if role in _LISTS | _JOINED else column, role)
        for column, role in fields.columns.items()
        if role in COMPARED or role in own
    }


def forms_of_row(
    cells: Mapping[str, object],
    names: Mapping[str, tuple[str, str]],
    date_order: str | None,
    own: Mapping[str, Comparison] = NO_COMPARISONS,
) -> dict[str, tuple[str, ...]]:
    """Return what one row says in each feature: the forms ``features_of`` would find.

    ``names`` are those of ``names_of``.
    """
    said: dict[tuple[str, str], list[str]] = {}
    for column, feature in names.items():
        if column in cells and (text := text_of(cells[column])):
            said.setdefault(feature, []).append(text)
    found = {}
    for (name, role), texts in said.items():
        formed = own[role].formed if role in own else None
        whole = [" ".join(texts)] if role in _JOINED else texts
        forms = [form_of(role, text, date_order=date_order, own=formed) for text in whole]
        found[name] = tuple(dict.fromkeys(filter(None, forms)))
    return found


def _feature(said: _Said, date_order: str | None, own: Comparison | None) -> Feature:
    columns = [_joined(said.columns)] if said.role in _JOINED else said.columns
    forms = [_forms(said.role, texts, date_order, own) for texts, _ in columns]
    values, places = numbered(["", *chain.from_iterable(forms)])
    slots, at = [], 1
    for texts, codes in columns:
        place = places[at : at + len(texts)] - 1  # the first value is none
        slots.append(place[codes] if len(texts) else codes)
        at += len(texts)
    codes = _in_order(np.stack(slots, axis=1))
    return Feature(name=said.name, role=said.role, codes=codes, texts=Texts(values[1:]), own=own)


def _forms(
    role: str, texts: Sequence[str], date_order: str | None, own: Comparison | None
) -> list[str]:
    if own is None:
        return forms_of(role, texts, date_order=date_order)
    return [form_of(role, text, date_order=date_order, own=own.formed) for text in texts]


def _joined(columns: Sequence[tuple[list[str], Codes]]) -> tuple[list[str], Codes]:
    if len(columns) == 1:
        return columns[0]
    parts = [[texts[code] for code in codes.tolist()] for texts, codes in columns]
    return factorised([" ".join(filter(None, row)) for row in zip(*parts, strict=True)])


def _in_order(codes: Codes) -> Codes:
    """Lists say nothing by their order, so it is the same for all; repetitions say nothing."""
    if codes.shape[1] == 1:
        return codes
    codes = -np.sort(-codes, axis=1)
    codes[:, 1:][codes[:, 1:] == codes[:, :-1]] = -1
    return -np.sort(-codes, axis=1)


class Counts:
    """How often the values of a feature occur, once for each person."""

    def __init__(self, feature: Feature, sizes: Pairs64) -> None:
        slots = [np.flatnonzero(slot >= 0) for slot in feature.codes.T]
        values = np.concatenate([slot[at] for slot, at in zip(feature.codes.T, slots, strict=True)])
        self._counts = np.bincount(values, minlength=len(feature.values))
        rows = np.concatenate(slots)
        several = (self._counts[values] > 1) | (sizes[rows] > 1)
        self._values = values[several].astype(np.int64)
        self._rows = rows[several]

    def of(self, persons: Pairs64, weight: Pairs64 | None = None) -> Numbers:
        """Return the counts where rows of one person count once.

        ``weight`` says for how many persons a row stands; 1 where it is not given.
        """
        counts = self._counts.copy()
        held = distinct(self._values * len(persons) + persons[self._rows])
        counts[self._values] = 0
        counts += np.bincount(held // max(len(persons), 1), minlength=len(counts))
        if weight is not None:
            more = weight[self._rows] > 1
            extra = weight[self._rows[more]] - 1
            counts += np.bincount(self._values[more], extra, minlength=len(counts)).astype(np.int64)
        return counts.astype(np.float64)
