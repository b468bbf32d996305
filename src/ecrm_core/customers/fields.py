"""Fields: the table of everything a record can state about a party.

Each row says how the value is written as JSON, whether a source states a whole list of them, and
which fields move together (lock-step).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache, partial
from typing import Any

from attrs import frozen

from ecrm_core.customers.address import Address
from ecrm_core.customers.attributes import decode_attribute, encode_attribute
from ecrm_core.customers.contact import ContactPoint
from ecrm_core.customers.relation import Relation
from ecrm_core.errors import UnknownName
from ecrm_core.kernel import Json, decode, encode, fold

__all__ = ["FIELDS", "Field", "FieldValue", "field_of"]

FieldValue = Any
"""A value of some field: which type it has stands in FIELDS, under the field's name."""


@frozen(kw_only=True)
class Field:
    """One field: ``encode`` / ``decode`` its value (one element of a list when ``many``)."""

    name: str
    encode: Callable[[FieldValue], Json]
    decode: Callable[[Json], FieldValue]
    many: bool = False
    group: str
    identity: Callable[[FieldValue], str] = str

    def to_json(self, value: FieldValue) -> Json:
        """Return the JSON of a stated value."""
        return [self.encode(item) for item in value] if self.many else self.encode(value)

    def from_json(self, data: Json) -> FieldValue:
        """Return the stated value of the JSON."""
        return tuple(map(self.decode, data)) if self.many else self.decode(data)


def _same(value: FieldValue) -> FieldValue:
    return value


def _texts(group: str, *parts: str) -> list[Field]:
    """Make plain text fields that move together."""
    return [
        Field(name=f"{group}.{part}", encode=_same, decode=_same, group=group) for part in parts
    ]


def _text(name: str) -> Field:
    return Field(name=name, encode=_same, decode=_same, group=name)


def _list(name: str, of: type[Any]) -> Field:
    if of is str:
        return Field(name=name, encode=_same, decode=_same, many=True, group=name,
                     identity=fold)  # fmt: skip
    return Field(
        name=name,
        encode=lambda item: encode(item, of),
        decode=partial(decode, of),
        many=True,
        group=name,
        identity=lambda item: item.identity,
    )


FIELDS: Mapping[str, Field] = {
    field.name: field
    for field in [
        *_texts("name", "full", "given", "family", "middle", "prefix", "suffix", "phonetic"),
        *_texts("organisation", "legal", "trading", "legal_form"),
        *_texts("address", "country", "locality", "area", "postal_code", "recipient",
                "organisation", "phone", "raw"),
        Field(name="address.lines", encode=list, decode=tuple, group="address"),
        _list("emails", ContactPoint),
        _list("phones", ContactPoint),
        _list("handles", ContactPoint),
        _list("addresses", Address),
        _list("relations", Relation),
        _list("languages", str),
        _list("tags", str),
        _list("notes", str),
        Field(name="birth_on", encode=date.isoformat, decode=date.fromisoformat, group="birth_on"),
        _text("national_id"),
        _text("brand"),
        _text("lifecycle"),
        _text("account"),
        _text("entered_by"),
    ]
}  # fmt: skip
"""Every field by name; ``attributes.<name>`` and ``unmapped.<path>`` come beside these."""


def _leaf(value: object) -> object:
    return encode(value, object)


def _unleaf(data: object) -> object:
    return decode(object, data)


def field_of(name: str) -> Field:
    """Return the field of that name; UnknownName when there is none.

    ``attributes.<name>`` is a custom field, ``unmapped.<path>`` a value no field takes, kept
    verbatim under its path in the payload.
    """
    return FIELDS.get(name) or _open_field(name)


@lru_cache(maxsize=1024)
def _open_field(name: str) -> Field:
    if name.startswith("attributes.") and len(name) > len("attributes."):
        return Field(name=name, encode=encode_attribute, decode=decode_attribute, group=name)
    if name.startswith("unmapped."):
        return Field(name=name, encode=_leaf, decode=_unleaf, group=name)
    from difflib import get_close_matches  # noqa: PLC0415 - only a mistake needs it

    raise UnknownName("field", name[:80], tuple(get_close_matches(name[:80], FIELDS, n=3)))
