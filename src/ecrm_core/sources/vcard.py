"""vCard: address books (RFC 2426, 6350; vCard 2.1) to records, one a card; nothing is lost."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime

from attrs import define, field

from ecrm_core.customers import ContactPoint, SourceKey, address_subject
from ecrm_core.customers.keys import brand_name, source_name
from ecrm_core.errors import InputError
from ecrm_core.kernel import fold, gate_json, personal_key, utc
from ecrm_core.sources.delivery import Delivery, DeliveryBuilder, Entry
from ecrm_core.sources.json_objects import gate_body
from ecrm_core.sources.payload import Node, Payload, joined, noting
from ecrm_core.sources.said import raw_text, record_of
from ecrm_core.sources.vcard_card import card_of
from ecrm_core.sources.vcard_contacts import read_contacts
from ecrm_core.sources.vcard_lines import RawCard, properties, split_cards
from ecrm_core.sources.vcard_names import (
    is_organisation,
    read_names,
    read_organisation,
    read_relations,
)
from ecrm_core.sources.vcard_nodes import first_text, kind_of, labels_of
from ecrm_core.sources.vcard_rest import read_rest, revised

__all__ = ["read"]

_MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))
# Other kinds nobody knows are taken as persons (RFC 6350, section 6.1.4).
_NO_PARTIES = frozenset({"application", "device", "group", "location"})


def read(
    body: bytes,
    *,
    received_at: datetime,
    region: str | None = None,
    source: str = "vcard",
    brand: str | None = None,
    secret: bytes | None = None,
    key_is_personal: bool = False,
) -> Delivery:
    """Return the records of an address book: one or more cards of vCard 2.1, 3.0 or 4.0.

    The key is the card's UID. ``key_is_personal`` takes cards without one as well, and those whose
    UID is an e-mail address, under a keyed hash (``secret``) of the UID, else of the first address
    that can be read, else of the whole card. A card of a group, a place or a thing is about no
    party and kept as it is. What is blank says nothing. ``region`` (ISO 3166-1 alpha-2) is for
    phones of cards without a country.

    A card that is cut short, has no key, or is refused by a gate, is refused alone. Raises
    InputError for bytes that hold no card or are more than 64 MiB, and DefinitionError for
    personal keys without a secret.
    """
    reader = _Reader(
        received_at=received_at, region=region, source=source, brand=brand, secret=secret,
        key_is_personal=key_is_personal,
    )  # fmt: skip
    delivery = DeliveryBuilder(source=reader.source, received_at=reader.received_at)
    begun = False
    for number, raw in enumerate(split_cards(_utf8(body)), start=1):
        begun = begun or raw.begun
        card: Mapping[str, object] = {}
        try:
            card = _object(raw)
            entry = reader.read(card)
        except InputError as error:
            delivery.refuse(f"card {number}", _text(raw), error, party=_party(card))
        else:
            delivery.accept(entry)
    if not begun:
        raise InputError("found no BEGIN:VCARD, expected a vCard", code="not_vcard")
    return delivery.build(hashlib.blake2b(body, digest_size=16).hexdigest())


def _utf8(body: bytes) -> bytes:
    gate_body(body)
    for mark, encoding in _MARKS:
        if body.startswith(mark) and encoding == "utf-16":
            try:
                return body.decode(encoding).encode()
            except UnicodeError:
                message = "found bytes that are no UTF-16 behind its mark"
                raise InputError(message, code="not_utf16") from None
    return body.removeprefix(b"\xef\xbb\xbf")


def _object(raw: RawCard) -> Mapping[str, object]:
    if not raw.whole:
        what = "no END:VCARD" if raw.begun else "text outside a card"
        raise InputError(f"found {what}, expected whole cards", code="not_vcard")
    card = card_of(properties(raw.lines))
    gate_json(card)
    return card


def _text(raw: RawCard) -> str:
    """Return a refused card as it came, so that it can be read again; no UTF-8 as surrogates."""
    lines = (b"BEGIN:VCARD", *raw.lines) if raw.begun else raw.lines
    text = b"\n".join(lines).decode("utf-8", "surrogateescape")
    return f"{text}\nEND:VCARD\n" if raw.whole else text


def _party(card: Mapping[str, object]) -> str | None:
    node = first_text(Payload(card), "UID")
    found = node.value if node is not None else None
    return found[:200] if isinstance(found, str) and "@" not in found else None


@define(kw_only=True)
class _Reader:
    """How the cards of one address book are read."""

    source: str = field(converter=source_name)
    received_at: datetime = field(converter=utc)
    region: str | None
    brand: str | None = field(converter=brand_name)
    secret: bytes | None = field(repr=False)
    key_is_personal: bool

    def __attrs_post_init__(self) -> None:
        """Refuse personal keys without a secret."""
        if self.key_is_personal:
            personal_key(self.secret, self.source)

    def read(self, data: Mapping[str, object]) -> Entry:
        """Return what one card states; InputError names every part that cannot be taken."""
        card, problems = Payload(data), list[InputError]()
        card.take_blanks()
        if kind_of(card) in _NO_PARTIES:
            return Entry(mapped=card.mapped, kept=card.unmapped())
        values: dict[str, object] = {} if self.brand is None else {"brand": self.brand}
        alone, labels = is_organisation(card), labels_of(card)
        with noting(problems):
            values |= {} if alone else read_names(card)
        with noting(problems):
            values |= read_organisation(card, alone=alone)
        with noting(problems):
            values |= read_contacts(card, labels=labels, region=self.region)
        with noting(problems):
            values |= read_rest(card)
        if not alone:
            with noting(problems):
                legal = values.get("organisation.legal")
                values["relations"] = read_relations(card, legal, labels=labels, source=self.source)
        values = {name: value for name, value in values.items() if value is not None}
        key: SourceKey | None = None
        with noting(problems):
            key = SourceKey(self.source, self._key(card, values, data))
        observed_at = revised(card, carried=bool(values))
        left: dict[str, object] = {}
        with noting(problems):
            left = card.unmapped()
        if problems or key is None:
            raise joined(problems)
        values |= {f"unmapped.{path}": value for path, value in left.items()}
        return Entry(
            record=record_of(key, values, observed_at, self.received_at), mapped=card.mapped
        )

    def _key(self, card: Node, values: Mapping[str, object], data: Mapping[str, object]) -> str:
        uid = first_text(card, "UID")
        text = raw_text(uid, limit=200) if uid is not None else None
        if uid is not None and text and not self.key_is_personal:
            if "@" in text:
                message = "found an e-mail address as key; key_is_personal=True takes such cards"
                raise InputError(message, path=uid.path, code="personal_key")
            uid.take()
            return text.strip()
        if not self.key_is_personal:
            message = "found no UID, expected one; key_is_personal=True takes cards without"
            raise InputError(message, path="$.UID", code="no_key")
        if text and uid is not None and "@" not in text:
            uid.take()
            return text.strip()
        return personal_key(self.secret, self.source, fold(text) if text else _known(values, data))


def _known(values: Mapping[str, object], data: Mapping[str, object]) -> str:
    """Return what a card without a UID is known by: its first address, else all it says."""
    for name in ("emails", "phones"):
        points = values.get(name)
        for point in points if isinstance(points, tuple) else ():
            if isinstance(point, ContactPoint) and point.match_form is not None:
                return address_subject(point)
    return json.dumps(data, sort_keys=True)
