"""Row reader: a FieldMap laid out for one source, and rows read by it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from attrs import define, field

from ecrm_core.customers import (
    AttributeSchema,
    ContactPoint,
    FieldMap,
    SourceKey,
    address_subject,
)
from ecrm_core.customers.keys import brand_name, source_name
from ecrm_core.customers.table import text_of
from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.kernel import fold, gate_text, parse_date, parse_instant, personal_key, utc
from ecrm_core.sources.cells import Cells, path_of
from ecrm_core.sources.delivery import Entry
from ecrm_core.sources.row_consents import RowConsents
from ecrm_core.sources.row_fields import Steps, lay_out, limit_of, read_fields
from ecrm_core.sources.said import record_of

__all__ = ["RowReader", "observed_at"]


@define(kw_only=True)
class RowReader:
    """How rows of one source are read; see ``generic.read_rows`` for what the parts mean."""

    fields: FieldMap
    source: str = field(converter=source_name)
    received_at: datetime = field(converter=utc)
    region: str | None = None
    secret: bytes | None = field(default=None, repr=False)
    schema: AttributeSchema | None = None
    key_is_personal: bool = False
    brand: str | None = field(default=None, converter=brand_name)
    _id: str | None = field(init=False)
    _updated: str | None = field(init=False)
    _limits: dict[str, int] = field(init=False)
    _ignored: tuple[str, ...] = field(init=False)
    _steps: Steps = field(init=False)
    _consents: RowConsents = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Lay out the columns; DefinitionError when no row could have a key."""
        self._id = next(iter(self.fields.columns_for("id")), None)
        self._updated = next(iter(self.fields.columns_for("updated_at")), None)
        self._ignored = self.fields.columns_for("ignore")
        self._limits = {c: limit_of(role) for c, role in self.fields.columns.items()}
        self._steps = lay_out(self.fields, region=self.region, schema=self.schema)
        self._consents = RowConsents(self.fields, source=self.source)
        if self.key_is_personal:
            personal_key(self.secret, self.source)
        elif self._id is None:
            message = (
                "no column has the role 'id': name the one that holds the source's own key, or "
                "say key_is_personal=True where an address is all the source knows people by"
            )
            raise DefinitionError(message, code="no_key")

    def read(self, row: Mapping[str, object]) -> Entry:
        """Return what one row states; InputError when it has no key or a gate refuses a cell."""
        cells = Cells(row, limits=self._limits, clears=self.fields.clears)
        for column in self._ignored:
            cells.drop(column)
        values = read_fields(self._steps, cells)
        if self.brand is not None and values.get("brand") is None:
            values["brand"] = self.brand
        key = SourceKey(self.source, self._key(cells, values))
        said_at = observed_at(cells, self._updated, tz=self.fields.tz, order=self.fields.date_order)
        at = said_at or self.received_at
        consents = self._consents.read(cells, values, at=at)
        if said_at and self._updated and not values and not consents:
            cells.keep(self._updated)  # an instant without a value to carry it would be lost
        left = cells.unmapped()
        values |= {f"unmapped.{path}": value for path, value in left.items()}
        record = record_of(key, values, observed_at=said_at, received_at=self.received_at)
        return Entry(record=record, consents=consents, mapped=cells.mapped())

    def party(self, row: object) -> str | None:
        """Return the key of a row that cannot be read, as far as its column of keys says it."""
        held = row.get(self._id) if self._id is not None and isinstance(row, Mapping) else None
        text = held if isinstance(held, str) else text_of(held)
        try:
            said = gate_text(text).strip()
            if self.key_is_personal and said:
                said = personal_key(self.secret, self.source, fold(said))
            return None if "@" in said else SourceKey(self.source, said).external_id
        except InputError:
            return None

    def _key(self, cells: Cells, values: Mapping[str, object]) -> str:
        if self._id is None:
            return personal_key(self.secret, self.source, _first_address(values))
        text = cells.said(self._id)
        if not isinstance(text, str):
            raise InputError("found no key", path=path_of(self._id), code="no_key")
        text = text.strip()
        if self.key_is_personal:
            cells.keep(self._id)  # the stand-in cannot be read back
            return personal_key(self.secret, self.source, fold(text))
        if "@" in text:
            message = "found an e-mail address as key; say key_is_personal=True if that is meant"
            raise InputError(message, path=path_of(self._id), code="personal_key")
        return text


def observed_at(
    cells: Cells, column: str | None, *, tz: str | None, order: str | None
) -> datetime | None:
    """Return when a row was last changed, by the column that says so; None where nobody can tell.

    ISO 8601, else a date in the named order, with or without a time of day.
    """
    text = None if column is None else cells.said(column)
    if column is None or not isinstance(text, str):
        return None
    return cells.attempt(column, lambda: _instant(text.strip(), path_of(column), tz, order))


def _instant(text: str, path: str, tz: str | None, order: str | None) -> datetime:
    try:
        return parse_instant(text, path, tz=tz)
    except InputError:
        day, _, time = text.replace("T", " ").partition(" ")
        on = parse_date(day, path, order=order)
        hour = time.strip() or "00:00"
        hour = f"0{hour}" if hour[1:2] == ":" else hour
        return parse_instant(f"{on.isoformat()}T{hour}", path, tz=tz)


def _first_address(values: Mapping[str, object]) -> str:
    for name in ("emails", "phones"):
        points = values.get(name)
        for point in points if isinstance(points, tuple) else ():
            if isinstance(point, ContactPoint) and point.match_form is not None:
                return address_subject(point)
    message = "found neither an e-mail address nor a phone that can be read, expected the key"
    raise InputError(message, code="no_key")
