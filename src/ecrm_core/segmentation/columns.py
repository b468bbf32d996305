"""Columns: a table as rows a segment can ask, its schema found in the columns it needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from attrs import frozen

from ecrm_core.customers import FieldMap, parse_country
from ecrm_core.customers.table import Table, columns_of, text_of
from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.kernel import nfc, parse_date
from ecrm_core.segmentation.cells import infer
from ecrm_core.segmentation.schema import FieldType, Schema, SchemaField

__all__ = ["Columns", "read_columns"]

_TEXTS = {
    "id": ("customer_id", FieldType.ID, False),
    "full_name": ("customer_name", FieldType.TEXT, True),
    "given_name": ("first_name", FieldType.TEXT, True),
    "family_name": ("last_name", FieldType.TEXT, True),
    "birth_date": ("birth_date", FieldType.DATE, True),
    "language": ("customer_language", FieldType.TEXT, False),
    "brand": ("brand", FieldType.TEXT, False),
    "lifecycle": ("lifecycle", FieldType.TEXT, False),
}
_LISTS = {
    "email": ("customer_emails", True),
    "phone": ("customer_phones", True),
    "country": ("customer_countries", False),
    "tags": ("customer_tags", False),
}


@frozen(kw_only=True, repr=False)
class Columns:
    """The columns a rule needs: their schema, and their values under the names of fields."""

    schema: Schema
    values: Mapping[str, Sequence[object]]
    length: int

    def row(self, at: int) -> Mapping[str, object]:
        """Return the values of one row, by field."""
        return {name: column[at] for name, column in self.values.items()}


def read_columns(
    frame: Table, needed: frozenset[str], *, fields: FieldMap | None, tz: str
) -> Columns:
    """Return the columns a rule needs as fields; all the others have a name and no type.

    Raises DefinitionError for no table, columns of unequal length, or one of several types.
    """
    held = {nfc(name): cells for name, cells in columns_of(frame).items()}
    named = _plain(held, needed, tz) if fields is None else _mapped(held, needed, fields, tz)
    lengths = {name: len(values) for name, (_, values) in named.items()}
    length = _length(held, lengths)
    schema = Schema().add(*(found for found, _ in named.values()))
    columns = {name: values for name, (_, values) in named.items() if values}
    return Columns(schema=schema, values=columns, length=length)


_Named = dict[str, tuple[SchemaField, Sequence[object]]]


def _length(held: Mapping[str, Iterable[object]], lengths: Mapping[str, int]) -> int:
    known = {length for length in lengths.values() if length}
    if not known:
        known = {sum(1 for _ in cells) for cells in list(held.values())[:1]}
    if len(known) > 1:
        message = "found columns of unequal length, expected a table"
        raise DefinitionError(message, code="not_a_table")
    return max(known, default=0)


def _plain(held: Mapping[str, Iterable[object]], needed: frozenset[str], tz: str) -> _Named:
    """Every column under its own name; only those the rule names are read."""
    found: _Named = {}
    for name, cells in held.items():
        if name.strip():
            kind, values = infer(cells, name, tz) if name in needed else (FieldType.UNKNOWN, [])
            found[name] = _field(name, kind), values
    return found


def _mapped(
    held: Mapping[str, Iterable[object]], needed: frozenset[str], fields: FieldMap, tz: str
) -> _Named:
    """The fields that roles name, under the names of the customer schema."""
    found: _Named = {}
    zone_ = fields.tz or tz
    for role in dict.fromkeys(fields.columns.values()):
        cells = [held[nfc(c)] for c in fields.columns_for(role) if nfc(c) in held]
        if not cells or role == "ignore":
            continue
        for made, values in _of_role(role, cells, needed, fields=fields, tz=zone_):
            found[made.name] = made, values
    return found


def _of_role(
    role: str,
    cells: list[Iterable[object]],
    needed: frozenset[str],
    *,
    fields: FieldMap,
    tz: str,
) -> Iterator[tuple[SchemaField, Sequence[object]]]:
    if role in _LISTS:
        name, personal = _LISTS[role]
        made = _field(name, FieldType.LIST, personal=personal)
        yield made, _lists(role, cells) if name in needed else []
        if role == "email":
            name = "customer_email_domain"
            made = SchemaField(name=name, type=FieldType.TEXT)
            yield made, [_domain(v) for v in _lists(role, cells)] if name in needed else []
    elif role in _TEXTS:
        name, kind, personal = _TEXTS[role]
        read = _date(fields.date_order) if kind is FieldType.DATE else _text
        made = SchemaField(name=name, type=kind, personal=personal)
        yield made, [read(text_of(cell)) for cell in cells[0]] if name in needed else []
    else:
        name = role.removeprefix("attribute:")
        stored = f"attributes.{name}"  # what the schema of customers calls it
        known = infer(cells[0], name, tz) if {name, stored} & needed else (FieldType.UNKNOWN, [])
        for spelling in (name, stored):
            yield _field(spelling, known[0]), known[1]


def _field(name: str, kind: FieldType, *, personal: bool = False) -> SchemaField:
    # A list may be empty; it is not said to be missing.
    nullable = kind is not FieldType.LIST
    return SchemaField(name=name, type=kind, nullable=nullable, personal=personal)


def _lists(role: str, columns: list[Iterable[object]]) -> list[object]:
    read = _ITEMS.get(role, _whole)
    rows = zip(*columns, strict=True)
    return [tuple(item for cell in row for item in read(text_of(cell))) for row in rows]


def _whole(text: str) -> tuple[str, ...]:
    return (text,) if text else ()


def _tags(text: str) -> tuple[str, ...]:
    return tuple(tag.strip() for tag in text.split(",") if tag.strip())


def _country(text: str) -> tuple[str, ...]:
    return (parse_country(text) or text,) if text else ()


_ITEMS: Mapping[str, Callable[[str], tuple[str, ...]]] = {"tags": _tags, "country": _country}


def _text(text: str) -> object:
    return text or None


def _date(order: str | None) -> Callable[[str], object]:
    def read(text: str) -> object:
        try:
            return parse_date(text.partition(" ")[0], order=order) if text else None
        except InputError:
            return None  # quality judges it; here it is missing

    return read


def _domain(emails: object) -> str | None:
    first = emails[0] if isinstance(emails, tuple) and emails else ""
    return first.rpartition("@")[2].lower() or None
