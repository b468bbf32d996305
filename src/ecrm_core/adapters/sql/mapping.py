"""Mapping: where a database holds what a segment asks: tables, columns, and the form of values.

Identifiers of a statement come from here alone. A mapping is a promise about its columns: values
are in the form it says, or NULL.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from attrs import field, frozen

from ecrm_core.adapters.sql.forms import FORMS, ONLY_POSTGRES, Dialect, Form, iso_text
from ecrm_core.errors import DefinitionError, UnknownName
from ecrm_core.kernel import gate_text, minor_units
from ecrm_core.segmentation import FieldType, SchemaField

__all__ = ["Column", "CustomerTable", "ListTable", "Part", "RelationTable", "SqlMapping", "fits"]

_LONGEST = 63


def _name(text: str) -> str:
    name = gate_text(text)
    if not name or len(name.encode()) > _LONGEST:
        message = f"found a name of {len(name.encode())} bytes, expected 1 to {_LONGEST}"
        raise DefinitionError(message, code="sql_mapping")
    return name


def _optional(text: str | None) -> str | None:
    return None if text is None else _name(text)


@frozen
class Column:
    """One column and how it holds its values.

    A number is the column's divided by 10 to the ``scale``; of EPOCH the scale is 0 for seconds, 3
    for milliseconds, 6 for microseconds. An amount is in ``currency``, or in what
    ``currency_column`` says, or else in the currency of the schema. ``like`` is an example of an
    ISO instant, in UTC. ``nfc=False``: its texts may be in other forms than NFC. Raises
    DefinitionError for what fits nowhere.
    """

    name: str = field(converter=_name)
    form: Form
    scale: int = field(default=0, kw_only=True)
    currency: str | None = field(default=None, kw_only=True)
    currency_column: str | None = field(default=None, converter=_optional, kw_only=True)
    like: str = field(default="2026-01-31T09:00:00.000000Z", kw_only=True)
    nfc: bool = field(default=True, kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Refuse a scale, a currency or an example that is none."""
        scaled = self.form in {Form.INTEGER, Form.EPOCH}
        if not 0 <= self.scale <= (12 if scaled else 0):
            message = f"found the scale {self.scale} of {self.form.value}"
            raise DefinitionError(f"{message}, expected 0 to 12", code="sql_mapping")
        if self.currency is not None:
            minor_units(self.currency)
        iso_text(datetime(1, 1, 1, tzinfo=UTC), self.like)


@frozen
class ListTable:
    """A table with one row for each text of a list; ``key`` names the customer."""

    table: str = field(converter=_name)
    key: str = field(converter=_name, kw_only=True)
    value: str = field(converter=_name, kw_only=True)
    schema: str | None = field(default=None, converter=_optional, kw_only=True)
    nfc: bool = field(default=True, kw_only=True)


Part = Column | ListTable
"""Where one field is."""


@frozen
class CustomerTable:
    """A table or view with one row a customer; ``key`` is unique and never NULL."""

    table: str = field(converter=_name)
    key: str = field(converter=_name, kw_only=True)
    columns: Mapping[str, Part] = field(factory=dict, kw_only=True)
    schema: str | None = field(default=None, converter=_optional, kw_only=True)


@frozen
class RelationTable:
    """A table or view with the rows of a relation; ``key`` holds ``of``, a column of customers.

    Without ``of`` it is their key. An index on ``key`` makes it fast.
    """

    table: str = field(converter=_name)
    key: str = field(converter=_name, kw_only=True)
    of: str | None = field(default=None, converter=_optional, kw_only=True)
    columns: Mapping[str, Column] = field(factory=dict, kw_only=True)
    schema: str | None = field(default=None, converter=_optional, kw_only=True)


@frozen(kw_only=True)
class SqlMapping:
    """Where the fields and relations of a segment schema are, by their names in it."""

    customers: CustomerTable
    relations: Mapping[str, RelationTable] = field(factory=dict)

    def relation(self, name: str) -> RelationTable:
        """Return the table of a relation; UnknownName for one that is not mapped."""
        if name not in self.relations:
            raise UnknownName("mapped relation", name, tuple(sorted(self.relations)[:3]))
        return self.relations[name]


def fits(held: SchemaField, columns: Mapping[str, Part], dialect: Dialect) -> Part:
    """Return where a field is.

    Raises UnknownName for one that is not mapped, DefinitionError for a form that its type or the
    database does not have.
    """
    part = columns.get(held.name)
    if part is None:
        raise UnknownName("mapped field", held.name, tuple(sorted(columns)[:3]))
    listed = held.type is FieldType.LIST
    if isinstance(part, ListTable):
        if not listed:
            raise _misfit(held, "a table of its own")
        return part
    if part.form not in FORMS.get(held.type, ()):
        raise _misfit(held, part.form.value)
    if dialect == "sqlite" and part.form in ONLY_POSTGRES:
        raise _misfit(held, f"{part.form.value} in SQLite")
    if part.scale and held.type in {FieldType.INTEGER, FieldType.ID}:
        raise _misfit(held, "a scale")
    return part


def _misfit(held: SchemaField, found: str) -> DefinitionError:
    message = f"the column of {held.name[:80]!r}, which is a {held.type.value}: found {found}"
    expected = ", ".join(sorted(form.value for form in FORMS.get(held.type, ())))
    return DefinitionError(f"{message}, expected {expected}", code="sql_mapping", field=held.name)
