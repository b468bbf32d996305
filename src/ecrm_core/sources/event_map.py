"""EventMap: which column of an export of events means what, and what its words for kinds mean."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, Self

from attrs import evolve, field, frozen

from ecrm_core.customers.consent import purpose_name
from ecrm_core.customers.keys import source_name
from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import fold, html_table, minor_units, plain_table, zone
from ecrm_core.sources.event_roles import event_role

__all__ = ["EventMap"]

_ORDERS: Final = frozenset({"YMD", "DMY", "MDY"})
_TIMES: Final = ("at", "at:unix", "at:unix_ms")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}", re.ASCII)
_SIMPLE: Final = ("kind", "channel", "currency", "tz", "date_order", "subject_source")


def _columns(columns: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType(dict(columns))


def _kinds(kinds: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType({fold(word): kind for word, kind in kinds.items()})


def _data(data: Mapping[str, object]) -> Mapping[str, object]:
    return MappingProxyType(dict(data))


def _names(names: Iterable[str]) -> frozenset[str]:
    return frozenset(names)


@frozen
class EventMap:
    """Columns and their roles (EVENT_ROLES): ``EventMap({"Time": "at", "Event": "kind"})``.

    ``kinds`` translates the source's words, whatever their case, into kinds of events; "" says that
    a word is no event. ``kind`` and ``channel`` hold where no column says them, ``data`` for every
    event. ``tz``, ``date_order`` and ``currency`` are as for FieldMap: without them a time without
    an offset, another date than ISO 8601, an amount without a currency are refused, never guessed.
    ``decimal`` is the sign before the cents ("." or ",").

    ``subject_source`` is the source whose keys the subjects are, where it is another. ``purpose``
    is what somebody who unsubscribes wants no more of. A file may lack the ``optional`` columns.

    Raises UnknownName for a role that is none, and DefinitionError for two columns in a role that
    takes one, no or two sorts of time, nothing that says the kind, and names that are none.
    """

    columns: Mapping[str, str] = field(
        converter=_columns, hash=False, repr=lambda columns: repr(dict(columns))
    )
    kinds: Mapping[str, str] = field(
        factory=dict, converter=_kinds, kw_only=True, hash=False, repr=False
    )
    kind: str | None = field(default=None, kw_only=True)
    channel: str | None = field(default=None, kw_only=True)
    data: Mapping[str, object] = field(
        factory=dict, converter=_data, kw_only=True, hash=False, repr=False
    )
    tz: str | None = field(default=None, kw_only=True)
    date_order: str | None = field(default=None, kw_only=True)
    currency: str | None = field(default=None, kw_only=True)
    decimal: str = field(default=".", kw_only=True)
    purpose: str = field(default="marketing", converter=purpose_name, kw_only=True)
    subject_source: str | None = field(default=None, kw_only=True)
    optional: frozenset[str] = field(default=frozenset(), converter=_names, kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Refuse what cannot be carried out."""
        taken: dict[str, str] = {}
        for column, name in self.columns.items():
            role = event_role(name)
            if name in taken and not role.many:
                message = f"the columns {taken[name]!r} and {column!r} are both {name!r}"
                raise DefinitionError(message, code="role_twice", columns=[taken[name], column])
            taken.setdefault(name, column)
        if len([name for name in _TIMES if name in taken]) != 1:
            message = f"expected columns of one of {', '.join(_TIMES)}: when did it happen?"
            raise DefinitionError(message, code="no_time")
        if "kind" not in taken and self.kind is None:
            message = "found neither a column 'kind' nor kind=: what happened?"
            raise DefinitionError(message, code="no_kind")
        self._check_names()

    def _check_names(self) -> None:
        for kind in (*self.kinds.values(), *([self.kind] if self.kind is not None else [])):
            if kind and not _NAME.fullmatch(kind):
                message = f"found the kind {kind[:80]!r}, expected small letters, digits and _"
                raise DefinitionError(message, code="kind_name")
        if self.tz is not None:
            zone(self.tz)
        if self.currency is not None:
            minor_units(self.currency)
        if self.subject_source is not None:
            source_name(self.subject_source)
        if self.date_order is not None and self.date_order not in _ORDERS:
            message = f"the date order is {self.date_order!r}, expected YMD, DMY or MDY"
            raise DefinitionError(message, code="order")
        if self.decimal not in {".", ","}:
            message = f"the decimal sign is {self.decimal!r}, expected . or ,"
            raise DefinitionError(message, code="decimal")

    def columns_for(self, role: str) -> tuple[str, ...]:
        """Return the columns of a role, in order; UnknownName for a role that is none."""
        event_role(role)
        return tuple(column for column, held in self.columns.items() if held == role)

    def renamed(self, names: Mapping[str, str]) -> Self:
        """Return the map with columns called otherwise: ``{"timestamp": "Time"}``.

        Raises DefinitionError for a column the map does not have.
        """
        strangers = sorted(names.keys() - self.columns.keys())
        if strangers:
            message = f"the map has no column {strangers[0][:80]!r}"
            raise DefinitionError(message, code="unknown_column", columns=strangers)
        columns = {names.get(column, column): role for column, role in self.columns.items()}
        optional = {names.get(column, column) for column in self.optional}
        return evolve(self, columns=columns, optional=optional)

    def to_json(self) -> dict[str, object]:
        """Return the map as JSON values."""
        parts: dict[str, object] = {"columns": dict(self.columns), "kinds": dict(self.kinds)}
        parts |= {name: held for name in _SIMPLE if (held := getattr(self, name)) is not None}
        parts |= {"decimal": self.decimal, "purpose": self.purpose}
        parts |= {"data": dict(self.data), "optional": sorted(self.optional)}
        return {name: part for name, part in parts.items() if part}

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> Self:
        """Return the map of its JSON; DefinitionError when the JSON is not one."""
        known = {"columns", "kinds", "data", "optional", "decimal", "purpose", *_SIMPLE}
        columns, kinds = data.get("columns"), data.get("kinds", {})
        more, optional = data.get("data", {}), data.get("optional", [])
        texts = {name: data[name] for name in (*_SIMPLE, "decimal", "purpose") if name in data}
        if not (
            isinstance(columns, Mapping) and isinstance(kinds, Mapping)
            and isinstance(more, Mapping) and isinstance(optional, list)
            and all(isinstance(text, str) for text in texts.values()) and data.keys() <= known
        ):  # fmt: skip
            found = ", ".join(sorted(map(str, data)))
            message = (
                f"found JSON with the keys {found[:200] or 'of nothing'}, expected an EventMap"
            )
            raise DefinitionError(message, code="not_readable")
        return cls(
            {str(column): str(role) for column, role in columns.items()},
            kinds={str(word): str(kind) for word, kind in kinds.items()},
            data={str(name): held for name, held in more.items()},
            optional=frozenset(map(str, optional)),
            **{name: str(text) for name, text in texts.items()},
        )

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by the JSON: a read-only mapping cannot travel."""
        return type(self).from_json, (self.to_json(),)

    def __str__(self) -> str:
        """Show columns and words as a table of text."""
        return plain_table(("said", "meaning"), self._rows())

    def _repr_html_(self) -> str:
        """Show columns and words as a table in a notebook, escaped."""
        return html_table(("said", "meaning"), self._rows())

    def _rows(self) -> list[tuple[str, ...]]:
        words = [(f"“{word}”", kind or "no event") for word, kind in self.kinds.items()]
        return [*self.columns.items(), *words]
