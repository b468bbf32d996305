"""Row fields: what the cells of a row state about a party, role by role.

A cell its role cannot read (a date that is none, a country nobody knows) is kept as it is, and the
row is still taken in: quality judges it later.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from ecrm_core.customers import (
    AttributeSchema,
    ContactPoint,
    FieldMap,
    parse_country,
    parse_email,
    parse_phone,
)
from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import MAX_TEXT, parse_date
from ecrm_core.sources.cells import Cells, path_of
from ecrm_core.sources.payload import MAX_VALUE

__all__ = ["TEXT_FIELDS", "Steps", "lay_out", "limit_of", "read_fields"]

Step = Callable[[Cells, Mapping[str, object]], object]
Steps = list[tuple[str, Step]]
"""Fields in order, each with how it is read from the cells and the fields before it."""

TEXT_FIELDS = {
    "account": "account",
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
"""Roles of one plain text, and the fields they fill."""
# Cells no parser and no normal form is handed: 64 KiB.
_LONG = ("attribute:", "category", "consent:", "ignore", "note", "tags", "text")
_COMMAS = re.compile("[,;、，；]")


def limit_of(role: str) -> int:
    """Return how many characters a cell of that role may have."""
    return MAX_VALUE if role.startswith(_LONG) else MAX_TEXT


def read_fields(steps: Steps, cells: Cells) -> dict[str, object]:
    """Return the values by field; a field nothing is said about is not there."""
    values: dict[str, object] = {}
    for name, step in steps:
        value = step(cells, values)
        if value is not None:
            values[name] = value
    return values


def lay_out(fields: FieldMap, *, region: str | None, schema: AttributeSchema | None) -> Steps:
    """Return how the fields of a map are read; ``region`` is for phones without a country."""
    of = fields.columns_for
    order = fields.date_order
    steps: Steps = [
        (TEXT_FIELDS[role], _text(c)) for c, role in fields.columns.items() if role in TEXT_FIELDS
    ]
    steps += [("address.country", _parsed(c, parse_country)) for c in of("country")]
    steps += [
        ("birth_on", _parsed(c, lambda text, path: parse_date(text, path, order=order)))
        for c in of("birth_date")
    ]
    several: dict[str, tuple[tuple[str, ...], Callable[[tuple[str, ...]], Step]]] = {
        "address.lines": ((*of("street"), *of("street2")), _texts),
        "emails": (of("email"), _emails),
        "languages": (of("language"), _texts),
        "name.phonetic": (of("kana"), _joined),
        "notes": (of("note"), _notes),
        "phones": (of("phone"), lambda columns: _phones(columns, region)),
        "tags": (of("tags"), _tags),
    }
    steps += [(name, make(columns)) for name, (columns, make) in several.items() if columns]
    return steps + _attributes(fields, schema)


def _text(column: str) -> Step:
    return lambda cells, _: cells.tidied(column)


def _texts(columns: tuple[str, ...]) -> Step:
    return lambda cells, _: cells.each(columns, cells.tidy)


def _joined(columns: tuple[str, ...]) -> Step:
    """Read a reading in one column, or its parts in order (セイ, メイ)."""

    def step(cells: Cells, _: Mapping[str, object]) -> object:
        parts = cells.each(columns, cells.tidy)
        return " ".join(parts) if isinstance(parts, tuple) else parts

    return step


def _emails(columns: tuple[str, ...]) -> Step:
    return lambda cells, _: cells.each(columns, _email)


def _email(column: str, text: str) -> ContactPoint:
    return parse_email(text, path_of(column))


def _phones(columns: tuple[str, ...], region: str | None) -> Step:
    def step(cells: Cells, values: Mapping[str, object]) -> object:
        country = values.get("address.country")
        held = country if isinstance(country, str) else region
        return cells.each(columns, lambda c, text: parse_phone(text, path_of(c), region=held))

    return step


def _notes(columns: tuple[str, ...]) -> Step:
    return lambda cells, _: cells.each(columns, lambda _, text: text)


def _tags(columns: tuple[str, ...]) -> Step:
    def step(cells: Cells, _: Mapping[str, object]) -> object:
        tags = cells.each(columns, lambda c, text: _split(cells, c, text))
        return tuple(tag for some in tags for tag in some) if isinstance(tags, tuple) else tags

    return step


def _split(cells: Cells, column: str, text: str) -> list[str]:
    tags = [cells.tidy(column, tag) for part in _COMMAS.split(text) if (tag := part.strip())]
    short = [tag for tag in tags if len(tag) <= MAX_TEXT]
    if len(short) < len(tags):
        cells.keep(column)
    return short


def _parsed(column: str, parse: Callable[[str, str], object]) -> Step:
    """Read what ``parse`` makes of the text; what it cannot read is kept."""

    def step(cells: Cells, _: Mapping[str, object]) -> object:
        text = cells.said(column)
        if not isinstance(text, str):
            return text
        return cells.attempt(column, lambda: parse(text, path_of(column)))

    return step


def _attributes(fields: FieldMap, schema: AttributeSchema | None) -> Steps:
    """Return the custom fields; DefinitionError when two columns are one of them."""
    found: dict[str, str] = {}
    for column, role in fields.columns.items():
        if role in {"category", "text"} or role.startswith("attribute:"):
            name = role.removeprefix("attribute:") if ":" in role else column
            if name in found:
                message = f"the columns {found[name]!r} and {column!r} are both attribute {name!r}"
                raise DefinitionError(message, code="role_twice", columns=[found[name], column])
            found[name] = column
    return [(f"attributes.{name}", _attribute(c, name, schema)) for name, c in found.items()]


def _attribute(column: str, name: str, schema: AttributeSchema | None) -> Step:
    def step(cells: Cells, _: Mapping[str, object]) -> object:
        text = cells.said(column)
        if not isinstance(text, str):
            return text
        value = cells.typed(column)
        if schema is None or value is None:
            return value
        return cells.attempt(column, lambda: schema.parse(name, value, path_of(column)))

    return step
