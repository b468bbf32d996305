"""Row fields: what the cells of a row state about a party, role by role.

A cell its role cannot read (a date that is none, a country nobody knows) is kept as it is, and the
row is still taken in: quality judges it later.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from ecrm_core.customers import (
    AttributeSchema,
    Cleared,
    ContactPoint,
    FieldMap,
    parse_country,
    parse_email,
    parse_phone,
)
from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.kernel import parse_date
from ecrm_core.sources.cells import Cells, path_of

__all__ = ["RowFields"]

_T = TypeVar("_T")
_TEXTS = {
    "area": "address.area",
    "brand": "brand",
    "city": "address.locality",
    "entered_by": "entered_by",
    "family_name": "name.family",
    "full_name": "name.full",
    "given_name": "name.given",
    "lifecycle": "lifecycle",
    "middle_name": "name.middle",
    "national_id": "national_id",
    "organisation": "organisation.legal",
    "postcode": "address.postal_code",
    "prefix": "name.prefix",
    "suffix": "name.suffix",
}
_COMMAS = re.compile("[,;、，；]")


def attempt(cells: Cells, column: str, read: Callable[[], _T]) -> _T | None:
    """Return what ``read`` reads; None, and the cell kept, when it cannot."""
    try:
        return read()
    except InputError:
        cells.keep(column)
        return None


class RowFields:
    """The fields of a FieldMap, laid out once for many rows."""

    def __init__(
        self, fields: FieldMap, *, region: str | None, schema: AttributeSchema | None
    ) -> None:
        """Lay out the columns by role; ``region`` is for phones of rows without a country."""
        self._order, self._region, self._schema = fields.date_order, region, schema
        self._of = {role: fields.columns_for(role) for role in set(fields.columns.values())}
        self._texts = [
            (column, _TEXTS[role]) for column, role in fields.columns.items() if role in _TEXTS
        ]
        self._attributes = _attributes(fields)

    def read(self, cells: Cells) -> dict[str, object]:
        """Return the values by field; a field nothing is said about is not there."""
        values: dict[str, object] = {}
        for column, name in self._texts:
            text = cells.said(column)
            values[name] = cells.tidy(column, text) if isinstance(text, str) else text
        values |= self._lists(cells)
        values |= self._address(cells)
        values["emails"] = cells.each(self._columns("email"), _email)
        phones = self._columns("phone")
        if phones:
            values["phones"] = self._phones(cells, phones, values.get("address.country"))
        for column in self._columns("birth_date"):
            values["birth_on"] = self._parsed(cells, column, self._date)
        for column, name in self._attributes:
            values[f"attributes.{name}"] = self._attribute(cells, column, name)
        return {name: value for name, value in values.items() if value is not None}

    def _columns(self, role: str) -> tuple[str, ...]:
        return self._of.get(role, ())

    def _lists(self, cells: Cells) -> dict[str, object]:
        kana = cells.each(self._columns("kana"), cells.tidy)
        tags = cells.each(self._columns("tags"), _tags)
        return {
            "name.phonetic": " ".join(kana) if isinstance(kana, tuple) else kana,
            "languages": cells.each(self._columns("language"), cells.tidy),
            "notes": cells.each(self._columns("note"), lambda _, text: text),
            "tags": tuple(tag for some in tags for tag in some)
            if isinstance(tags, tuple)
            else tags,
        }

    def _address(self, cells: Cells) -> dict[str, object]:
        lines = (*self._columns("street"), *self._columns("street2"))
        values: dict[str, object] = {"address.lines": cells.each(lines, cells.tidy)}
        for column in self._columns("country"):
            values["address.country"] = self._parsed(cells, column, _country)
        return values

    def _phones(
        self, cells: Cells, columns: tuple[str, ...], country: object
    ) -> tuple[ContactPoint, ...] | Cleared | None:
        region = country if isinstance(country, str) else self._region
        return cells.each(columns, lambda c, text: parse_phone(text, path_of(c), region=region))

    def _date(self, text: str, path: str) -> object:
        return parse_date(text, path, order=self._order)

    def _parsed(self, cells: Cells, column: str, parse: Callable[[str, str], object]) -> object:
        """Return what a cell says once parsed; None, and the cell kept, when it cannot be."""
        text = cells.said(column)
        if not isinstance(text, str):
            return text
        found = attempt(cells, column, lambda: parse(text, path_of(column)))
        if found is None:
            cells.keep(column)
        return found

    def _attribute(self, cells: Cells, column: str, name: str) -> object:
        text = cells.said(column)
        if not isinstance(text, str):
            return text
        value = cells.typed(column)
        if self._schema is None:
            return value
        schema = self._schema
        found = attempt(cells, column, lambda: schema.parse(name, value, path_of(column)))
        if found is None:
            cells.keep(column)
        return found


def _attributes(fields: FieldMap) -> list[tuple[str, str]]:
    """Return the columns that are custom fields, each with the field's name."""
    found: dict[str, str] = {}
    for column, role in fields.columns.items():
        if role in {"category", "text"} or role.startswith("attribute:"):
            name = role.removeprefix("attribute:") if ":" in role else column
            if name in found:
                message = f"the columns {found[name]!r} and {column!r} are both attribute {name!r}"
                raise DefinitionError(message, code="role_twice", columns=[found[name], column])
            found[name] = column
    return [(column, name) for name, column in found.items()]


def _email(column: str, text: str) -> ContactPoint:
    return parse_email(text, path_of(column))


def _country(text: str, path: str) -> str | None:
    return parse_country(text, path)


def _tags(_: str, text: str) -> tuple[str, ...]:
    return tuple(tag.strip() for tag in _COMMAS.split(text) if tag.strip())


PARSED_ROLES = _TEXTS.keys() | {
    "birth_date",
    "country",
    "email",
    "id",
    "kana",
    "language",
    "phone",
    "street",
    "street2",
    "updated_at",
}
"""The roles whose cells a parser or a normal form is handed: 512 characters at the most."""
