"""Party: one record or profile as rules see it: values by field, the name and its parts as one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache

from attrs import field, frozen
from attrs import fields as attrs_fields

from ecrm_core.customers import (
    CLEARED,
    FIELDS,
    Address,
    ContactPoint,
    FieldValue,
    MatchKey,
    OrganisationName,
    PersonName,
    Profile,
    SourceRecord,
    Stated,
    compose_name,
    name_key,
)
from ecrm_core.kernel import Private, words
from ecrm_core.quality.data import load_data
from ecrm_core.quality.readings import Readings, kept_readings

__all__ = ["Party", "name_words", "party_of", "untitled"]

_PARTS = ("given", "family", "middle", "prefix", "suffix", "phonetic")
_TELLING = 100  # characters: of U+FDFA each becomes 18 when folded
_ASCII_WORDS = re.compile("[a-z0-9]+")
_MANY = frozenset(name for name, field in FIELDS.items() if field.many)
_NAME = {f"name.{part}": part for part in ("full", *_PARTS)}
_PLACE = tuple((part.name, f"address.{part.name}") for part in attrs_fields(Address))


@frozen(kw_only=True, repr=False, slots=False)  # quicker to make, once a record
class Party(Private):
    """Values by field (a list of them, of one or many); a field not stated is absent.

    ``source`` is that of a record, None for a profile; ``country`` the one phones are dialled in,
    if anybody says; ``as_of`` the day rules about time count from; ``unread`` names the fields
    something was stated for that could not be read. ``origin`` is what all this is read from: it
    knows when each value was stated. ``shared`` counts the parties that hold a match key.
    ``readings`` are, for an unread field, what may be meant, by the order it is read in ("DMY").
    """

    fields: Mapping[str, tuple[FieldValue, ...]]
    name: PersonName | None = None
    source: str | None = None
    country: str | None = None
    as_of: date | None = None
    unread: tuple[str, ...] = field(default=())
    origin: SourceRecord | Profile | None = None
    shared: Mapping[MatchKey, int] = field(factory=dict)
    readings: Mapping[str, Mapping[str, tuple[FieldValue, ...]]] = field(factory=dict)
    words: tuple[str, ...] = field(init=False, eq=False)
    """The words of the name, in the form names are compared in, without a title before it."""

    @words.default
    def _words(self) -> tuple[str, ...]:
        return untitled(name_words(self.name.full)) if self.name else ()

    def values(self, path: str) -> tuple[FieldValue, ...]:
        """Return the values a rule with that path is asked about."""
        special = _SPECIAL.get(path)
        return self.fields.get(path, ()) if special is None else special(self)

    @property
    def emails(self) -> tuple[ContactPoint, ...]:
        """The e-mail addresses."""
        return self.fields.get("emails", ())

    @property
    def phones(self) -> tuple[ContactPoint, ...]:
        """The phone numbers."""
        return self.fields.get("phones", ())

    @property
    def organisation(self) -> OrganisationName | None:
        """The organisation's name, if one is stated."""
        trading = self.fields.get("organisation.trading", (None,))[0]
        legal = self.fields.get("organisation.legal", (trading,))[0]
        return OrganisationName(legal=legal, trading=trading) if legal else None

    @property
    def places(self) -> tuple[tuple[str, Address], ...]:
        """The postal addresses, each with its path: "address" for the parts, "addresses[0]"."""
        parts = {part: held[0] for part, name in _PLACE if (held := self.fields.get(name))}
        own = [("address", Address(**parts))] if parts else []
        listed = enumerate(self.fields.get("addresses", ()))
        return (*own, *((f"addresses[{at}]", place) for at, place in listed))


def name_words(text: str) -> tuple[str, ...]:
    """Return the words of a name, in the form names are compared in; of its beginning, if long."""
    text = text[:_TELLING]
    if text.isascii() and "'" not in text and "`" not in text:
        return tuple(_ASCII_WORDS.findall(text.lower()))  # as below (a law), in a fifth of the time
    return words(name_key(text))


def untitled(found: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words of a name without a title before them."""
    return found[1:] if len(found) > 1 and found[0] in _titles() else found


@lru_cache(maxsize=1)
def _titles() -> frozenset[str]:
    return frozenset(load_data("placeholders")["titles"])


def _one(value: FieldValue) -> tuple[FieldValue, ...]:
    return () if value is None else (value,)


_SPECIAL: Mapping[str, Callable[[Party], tuple[FieldValue, ...]]] = {
    "$": lambda party: (party,),
    "address": lambda party: tuple(place for _, place in party.places),
    "name": lambda party: _one(party.name),
    "organisation": lambda party: _one(party.organisation),
    "unread": lambda party: party.unread,
}


def party_of(
    record: SourceRecord | Profile,
    *,
    as_of: date | None = None,
    region: str | None = None,
    shared: Mapping[MatchKey, int] | None = None,
) -> Party:
    """Return a record or profile as rules see it; ``region`` stands in for an unsaid country."""
    if isinstance(record, Profile):
        fields = {name: record.values(name) for name in record.fields}
        name, source = record.name, None
    else:
        fields, name, source = _fields(record), _name(record.cells), record.key.source
    country = fields.get("address.country", (region,))[0]
    readings: Mapping[str, Readings] = {}
    if isinstance(record, SourceRecord) and len(fields) < len(record.cells):  # some are unmapped
        readings = kept_readings(record, as_of=as_of)
    return Party(
        fields=fields, name=name, source=source, country=country, as_of=as_of, origin=record,
        shared=shared or {}, unread=tuple(readings), readings=readings,
    )  # fmt: skip


def _fields(record: SourceRecord) -> dict[str, tuple[FieldValue, ...]]:
    fields: dict[str, tuple[FieldValue, ...]] = {}
    for name, cell in record.cells.items():
        value = cell.value
        if value is CLEARED:
            continue
        if name in _MANY:
            fields[name] = value
        elif not name.startswith("unmapped."):
            fields[name] = (value,)
    return fields


def _name(cells: Mapping[str, Stated]) -> PersonName | None:
    """Return the name as Profile.name does: written in full, or composed of later parts."""
    said = {}
    for name, part in _NAME.items():
        cell = cells.get(name)
        if cell is not None and cell.value is not CLEARED:
            said[part] = cell
    full = said.pop("full", None)
    texts = {part: cell.value for part, cell in said.items()}
    if full and all(full.observed_at >= cell.observed_at for cell in said.values()):
        return PersonName(full=full.value, **texts)
    return compose_name(**texts) or (PersonName(full=full.value) if full else None)
