"""FieldMap: which column means what; the only way to say it, shared by every entry point."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Self

from attrs import evolve, field, frozen

from ecrm_core.customers.fieldmap_guess import Guess, guess_roles
from ecrm_core.customers.roles import role_of
from ecrm_core.customers.table import Table
from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import html_table, plain_table, zone

__all__ = ["FieldMap"]

_HEAD = ("column", "role", "confidence", "why")
_ORDERS = frozenset({"YMD", "DMY", "MDY"})


def _frozen_columns(columns: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType(dict(columns))


def _frozen_names(names: Iterable[str]) -> frozenset[str]:
    return frozenset(names)


@frozen
class FieldMap:
    """Columns and their roles (see ROLES): ``FieldMap({"E-mail": "email", "ID": "id"})``.

    ``tz`` names the zone of times without an offset, ``date_order`` ("YMD", "DMY", "MDY") the order
    of dates that are not ISO 8601; without them such values are refused, never guessed. In the
    columns of ``clears`` an empty cell says "there is none"; elsewhere it says nothing.
    ``guesses`` tell where the roles of FieldMap.guess come from.

    Raises UnknownName for a role that is none, and DefinitionError for two columns in a role that
    takes one, an unknown zone or order, or a clearing column that is not mapped.
    """

    columns: Mapping[str, str] = field(
        converter=_frozen_columns, hash=False, repr=lambda columns: repr(dict(columns))
    )
    tz: str | None = field(default=None, kw_only=True)
    date_order: str | None = field(default=None, kw_only=True)
    clears: frozenset[str] = field(default=frozenset(), converter=_frozen_names, kw_only=True)
    guesses: tuple[Guess, ...] = field(default=(), kw_only=True, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        """Refuse what cannot be carried out."""
        _check_roles(self.columns)
        if self.tz is not None:
            zone(self.tz)
        if self.date_order is not None and self.date_order not in _ORDERS:
            message = f"the date order is {self.date_order!r}, expected YMD, DMY or MDY"
            raise DefinitionError(message, code="order")
        strangers = sorted(self.clears - self.columns.keys())
        if strangers:
            message = f"found {strangers[0]!r} among the clearing columns, expected mapped columns"
            raise DefinitionError(message, code="unknown_column", columns=strangers)

    @classmethod
    def guess(cls, table: Table) -> Self:
        """Return a map guessed from headers (English, Korean, Japanese) and the first values.

        Print it, correct it with ``with_column``. A column nothing is known about becomes
        ``attribute:<column>``: its values are kept. No role that takes one column is given to two.
        Nothing is guessed about time zones and the order of dates.
        """
        guesses = guess_roles(table)
        return cls({guess.column: guess.role for guess in guesses}, guesses=guesses)

    def role(self, column: str) -> str | None:
        """Return the role of a column; None for a column that is not mapped."""
        return self.columns.get(column)

    def columns_for(self, role: str) -> tuple[str, ...]:
        """Return the columns of a role, in order; UnknownName for a role that is none."""
        role_of(role)
        return tuple(column for column, held in self.columns.items() if held == role)

    def unmapped(self, header: Iterable[str]) -> tuple[str, ...]:
        """Return the columns of a header that the map says nothing about, in order."""
        return tuple(column for column in header if column not in self.columns)

    def with_column(self, column: str, role: str) -> Self:
        """Return the map with one column's role put right."""
        said = Guess(column=column, role=role, confidence=1.0, why="said so")
        guesses = tuple(said if held.column == column else held for held in self.guesses)
        return evolve(self, columns={**self.columns, column: role}, guesses=guesses)

    def to_json(self) -> dict[str, object]:
        """Return the map as JSON values, without the guesses."""
        parts: dict[str, object] = {"columns": dict(self.columns)}
        optional = {"tz": self.tz, "date_order": self.date_order, "clears": sorted(self.clears)}
        return parts | {name: part for name, part in optional.items() if part}

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> Self:
        """Return the map of its JSON; DefinitionError when the JSON is not one."""
        known = {"columns", "tz", "date_order", "clears"}
        columns = data.get("columns")
        if not isinstance(columns, Mapping) or data.keys() - known:
            found = ", ".join(sorted(data))
            message = f"found JSON with the keys {found or 'of nothing'}, expected a FieldMap"
            raise DefinitionError(message, code="not_readable")
        tz, order, clears = data.get("tz"), data.get("date_order"), data.get("clears", [])
        return cls(
            {str(column): str(role) for column, role in columns.items()},
            tz=None if tz is None else str(tz),
            date_order=None if order is None else str(order),
            clears=frozenset(map(str, clears)) if isinstance(clears, list) else frozenset(),
        )

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by the JSON: a read-only mapping cannot travel."""
        return type(self).from_json, (self.to_json(),)

    def __str__(self) -> str:
        """Show the columns as a table of text; no value of the data appears."""
        return plain_table(_HEAD, self._rows())

    def _repr_html_(self) -> str:
        """Show the columns as a table in a notebook, escaped."""
        return html_table(_HEAD, self._rows())

    def _rows(self) -> list[tuple[str, ...]]:
        known = {guess.column: guess for guess in self.guesses}
        rows: list[tuple[str, ...]] = []
        for column, role in self.columns.items():
            guess = known.get(column)
            sure = f"{guess.confidence:.0%}" if guess else ""
            rows.append((column, role, sure, guess.why if guess else ""))
        return rows


def _check_roles(columns: Mapping[str, str]) -> None:
    taken: dict[str, str] = {}
    for column, name in columns.items():
        role = role_of(name)
        if name in taken and not role.many:
            message = f"the columns {taken[name]!r} and {column!r} are both {name!r}, expected one"
            raise DefinitionError(message, code="role_twice", columns=[taken[name], column])
        taken.setdefault(name, column)
