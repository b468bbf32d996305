"""Interactions: rows of an export of events, one event a row, read by an EventMap.

A row says what happened to whom. Where it tells her address, it states that too: a mail that came
back as the address's verification, who complained or unsubscribed as a refusal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Final

from attrs import define, evolve, field

from ecrm_core.customers import (
    ConsentState,
    ConsentStatement,
    ContactPoint,
    SourceKey,
    Verification,
    VerificationState,
    address_subject,
    parse_email,
    parse_phone,
)
from ecrm_core.customers.keys import brand_name, source_name
from ecrm_core.customers.table import text_of
from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.kernel import MAX_TEXT, fold, gate_text, personal_key, utc
from ecrm_core.sources.amounts import plain
from ecrm_core.sources.cells import Cells, path_of
from ecrm_core.sources.channels import LISTS, channel_in
from ecrm_core.sources.delivery import Entry
from ecrm_core.sources.event_goods import Goods, Sale
from ecrm_core.sources.event_map import EventMap
from ecrm_core.sources.event_numbers import number_in
from ecrm_core.sources.event_times import happened_at, told_at
from ecrm_core.sources.payload import MAX_UNMAPPED, MAX_VALUE, leaves
from ecrm_core.sources.said import record_of
from ecrm_core.timeline import KINDS_OF_EVENTS, Interaction

__all__ = ["EventReader"]

_ONCE: Final = frozenset({"order_cancelled", "order_placed", "ticket_opened"})
_NO_MORE: Final = ("_complained", "_unsubscribed")
_LONG: Final = ("data:", "ignore", "lines")
_DERIVED: Final = "derived/"


@define(kw_only=True)
class EventReader:
    """How rows of events are read; see ``generic.read_rows`` for what the parts mean.

    An event without an id is known by its number, if its kind happens once a number (an order
    placed, a ticket opened), else by what it says: told twice in one second it is one event.
    """

    fields: EventMap
    source: str = field(converter=source_name)
    received_at: datetime = field(converter=utc)
    region: str | None = None
    secret: bytes | None = field(default=None, repr=False)
    key_is_personal: bool = False
    brand: str | None = field(default=None, converter=brand_name)
    _one: dict[str, str] = field(init=False)
    _limits: dict[str, int] = field(init=False)
    _goods: Goods = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Lay out the columns; DefinitionError where nobody could be told by an address alone."""
        columns = self.fields.columns
        self._one = {role: column for column, role in columns.items()}
        self._limits = {c: _limit(role) for c, role in columns.items()}
        self._goods = Goods(self.fields)
        if self.key_is_personal:
            personal_key(self.secret, self.source)
        elif not {"subject", "number"} & self._one.keys() and {"email", "phone"} & self._one.keys():
            message = (
                "no column has the role 'subject': name the one that holds the customer's key, or "
                "say key_is_personal=True where an address is all the source knows people by"
            )
            raise DefinitionError(message, code="no_key")

    def read(self, row: Mapping[str, object]) -> Entry:
        """Return what one row tells; InputError when it says no time, no kind, or no amount."""
        cells = Cells(row, limits=self._limits, clears=())
        kind = self._kind(cells)
        if kind is None:
            for column in row:
                cells.keep(column)
            return Entry(kept=cells.unmapped())
        for column in self.fields.columns_for("ignore"):
            cells.drop(column)
        points = self._points(cells)
        key = self._key(cells, points)
        if key is None and points and not self._told_otherwise(row):
            message = (
                "found an address and no key; key_is_personal=True takes rows known by it alone"
            )
            raise InputError(message, code="no_key")
        ours = key is not None and key.source == self.source and bool(points)
        sale = self._goods.read(cells, row)
        data = self._data(cells, points, everything=not ours or kind.endswith("_bounced"))
        told = self._told(cells, kind, key=key, sale=sale, data=data)
        record = None
        if key is not None and ours:
            values = _stated(points, told)
            values |= {} if self.brand is None else {"brand": self.brand}
            record = record_of(key, values, observed_at=told.at, received_at=self.received_at)
        mapped = _paths(row, told) if sale.deep else cells.mapped()
        return Entry(
            record=record, consents=tuple(self._refusals(points, told)), interactions=(told,),
            mapped=mapped,
            line=sale.line and not told.event_id.startswith(_DERIVED), summed=sale.total is None,
        )  # fmt: skip

    def _told(
        self, cells: Cells, kind: str, *, key: SourceKey | None, sale: Sale,
        data: Mapping[str, object],
    ) -> Interaction:  # fmt: skip
        number = self._tidy(cells, "number")
        make = partial(
            Interaction, source=self.source, kind=kind, subject=key,
            at=happened_at(cells, self.fields),
            told_at=told_at(cells, self.fields),
            brand=self._tidy(cells, "brand") or self.brand, amount=sale.amount(kind),
            lines=sale.lines, correlation=number, reference=number, text=self._text(cells),
        )  # fmt: skip
        word = self._channel(cells, kind)
        channel, own = channel_in(word, LISTS)
        event_id = self._event_id(cells, kind, number)
        left = {**cells.unmapped(), **sale.left}
        whole = {**own, **data, "unmapped": left} if left else {**own, **data}
        if event_id is None:
            # Of the shop's own word, so that what was read before has the id it had.
            event_id = f"{_DERIVED}{make(event_id='?', data=data, channel=word).digest}"
        return make(event_id=event_id, data=whole, channel=channel)

    def party(self, row: object) -> str | None:
        """Return the key of whom a row that cannot be read is about, if it is one of ours."""
        column = self._one.get("subject")
        if column is None or not isinstance(row, Mapping) or self.fields.subject_source:
            return None
        held = row.get(column)
        try:
            said = gate_text(held if isinstance(held, str) else text_of(held)).strip()
            if self.key_is_personal and said:
                said = personal_key(self.secret, self.source, fold(said))
            return None if "@" in said else SourceKey(self.source, said).external_id
        except InputError:
            return None

    # ------------------------------------------------------------ what, when, who

    def _kind(self, cells: Cells) -> str | None:
        """Return the kind; None for a word that the map says is no event."""
        column = self._one.get("kind")
        word = cells.tidied(column) if column is not None else None
        if column is None or not isinstance(word, str):
            if self.fields.kind is None:
                message = "found no kind of event"
                raise InputError(message, path=path_of(column or ""), code="no_kind")
            return self.fields.kind
        known = self.fields.kinds.get(fold(word))
        if known is not None:
            return known or None
        name = "_".join(fold(word).replace("-", " ").split())
        if name not in KINDS_OF_EVENTS:
            message = "found a word for a kind of event that the map does not translate"
            raise InputError(message, path=path_of(column), code="unknown_kind")
        return name

    def _points(self, cells: Cells) -> dict[str, ContactPoint]:
        """Return the addresses of the row, by the role of their columns."""
        parse: Mapping[str, Callable[[str, str], ContactPoint]] = {
            "email": parse_email,
            "phone": lambda text, path: parse_phone(text, path, region=self.region),
        }
        found = {}
        for role, read in parse.items():
            column = self._one.get(role)
            text = cells.said(column) if column is not None else None
            if column is not None and isinstance(text, str):
                found[role] = read(text, path_of(column))
        return found

    def _key(self, cells: Cells, points: Mapping[str, ContactPoint]) -> SourceKey | None:
        source, column = self.fields.subject_source or self.source, self._one.get("subject")
        text = cells.said(column) if column is not None else None
        if column is not None and isinstance(text, str):
            text = text.strip()
            if self.key_is_personal:
                cells.keep(column)  # the stand-in cannot be read back
                return SourceKey(source, personal_key(self.secret, source, fold(text)))
            if "@" in text:
                message = (
                    "found an e-mail address as key; say key_is_personal=True if that is meant"
                )
                raise InputError(message, path=path_of(column), code="personal_key")
            return SourceKey(source, text)
        readable = [point for point in points.values() if point.match_form is not None]
        if not self.key_is_personal or not readable:
            return None
        return SourceKey(source, personal_key(self.secret, source, address_subject(readable[0])))

    def _told_otherwise(self, row: Mapping[str, object]) -> bool:
        """Tell whether a row without a key has a place for one, or a number others share."""
        places = {column for role in ("subject", "number") if (column := self._one.get(role))}
        return self.key_is_personal or not places.isdisjoint(row)

    # ------------------------------------------------------------ what else it says

    def _tidy(self, cells: Cells, role: str) -> str | None:
        column = self._one.get(role)
        text = cells.tidied(column) if column is not None else None
        return text if isinstance(text, str) else None

    def _text(self, cells: Cells) -> str | None:
        column = self._one.get("text")
        text = cells.said(column) if column is not None else None
        return text if isinstance(text, str) else None

    def _channel(self, cells: Cells, kind: str) -> str | None:
        said = self._tidy(cells, "channel") or self.fields.channel
        return said or ("email" if kind.startswith("email_") else None)

    def _data(
        self, cells: Cells, points: Mapping[str, ContactPoint], *, everything: bool
    ) -> dict[str, object]:
        """Return what no field of an interaction takes; an address only where no record does."""
        found: dict[str, object] = dict(self.fields.data)
        if everything:
            found |= {role: point.raw for role, point in points.items()}
        for column, role in self.fields.columns.items():
            sort, _, name = role.partition(":")
            if sort == "data" and (value := cells.typed(column)) is not None:
                found[name] = value
            elif sort == "number" and name:
                number = number_in(cells, column, self.fields.decimal)
                if number is not None:
                    found[name] = plain(number)
        return found

    def _event_id(self, cells: Cells, kind: str, number: str | None) -> str | None:
        """Return the id that the row says, or its number makes; None where neither does."""
        column = self._one.get("event_id")
        text = cells.said(column) if column is not None else None
        if isinstance(text, str):
            return text.strip()
        return f"{kind}/{number}"[:200] if kind in _ONCE and number else None

    def _refusals(
        self, points: Mapping[str, ContactPoint], told: Interaction
    ) -> Iterable[ConsentStatement]:
        """Yield what somebody who complained or unsubscribed says about her addresses."""
        if not told.kind.endswith(_NO_MORE):
            return
        channel = told.channel or "email"
        role = "email" if channel == "email" else "phone"
        point = points.get(role)
        if point is not None and point.match_form is not None:
            yield ConsentStatement(
                subject=address_subject(point), channel=channel, purpose=self.fields.purpose,
                state=ConsentState.REVOKED, at=told.at, source=self.source, brand=told.brand,
                evidence=told.kind,
            )  # fmt: skip


def _paths(row: Mapping[str, object], told: Interaction) -> frozenset[str]:
    """Return the leaf paths of a row that holds lists, without those the event keeps apart."""
    left = told.data.get("unmapped")
    return frozenset(leaves(dict(row))).difference(left if isinstance(left, Mapping) else ())


def _limit(role: str) -> int:
    if role == "text":
        return MAX_UNMAPPED  # an interaction cuts it, and says so
    return MAX_VALUE if role.startswith(_LONG) else MAX_TEXT


def _stated(points: Mapping[str, ContactPoint], told: Interaction) -> dict[str, object]:
    """Return the fields of a record that is known by this event."""
    values: dict[str, object] = {}
    for role, point in points.items():
        if role == "email" and told.kind == "email_bounced":
            state = Verification(state=VerificationState.BOUNCED, at=told.at, method="bounce")
            values["emails"] = (evolve(point, verification=state),)
        else:
            values[f"{role}s"] = (point,)
    return values
