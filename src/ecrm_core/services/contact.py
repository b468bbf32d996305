"""Contact: recording consent, and answering who may be contacted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from attrs import evolve, field, frozen

from ecrm_core.customers import (
    ANY_CHANNEL,
    CLEARED,
    CONSENTS,
    KEYSET,
    SEARCH_KEYS,
    ConsentState,
    ConsentStatement,
    ContactKind,
    ContactPoint,
    Group,
    Profile,
    SourceKey,
    Superseded,
    Verdict,
    address_subject,
    channel_kinds,
    decide_contact,
    decide_contact_at_any,
    decide_statements,
    ids_of,
    parse_email,
    parse_handle,
    parse_phone,
    person_subject,
    unify,
)
from ecrm_core.kernel import ChangeSet
from ecrm_core.ports import Store, read_consents
from ecrm_core.services.identity import Act, group_of
from ecrm_core.services.tombstones import read_erased_consents

__all__ = [
    "Asked",
    "address_of",
    "may_contact_address",
    "may_contact_customer",
    "may_contact_group",
    "may_contact_profile",
    "prepare_consent",
    "prepare_refusal",
    "subjects_beside",
    "subjects_of",
]

_FIELDS = ("emails", "phones", "handles")
_MAX_ADDRESS = 320  # characters: RFC 3696, section 3


def address_of(text: str, channel: str, *, region: str | None) -> ContactPoint:
    """Return the address a channel writes to, read from text."""
    kind = channel_kinds(channel)[0]
    if kind is ContactKind.EMAIL:
        return parse_email(text)
    if kind is ContactKind.PHONE:
        return parse_phone(text, region=region)
    return parse_handle(kind, text, service=channel)


def prepare_consent(store: Store, statement: ConsentStatement) -> ChangeSet:
    """Return what recording a statement about an address writes: nothing when it is known."""
    known = store.get_many(CONSENTS, [CONSENTS.key_of(statement)])
    return decide_statements([statement], known=known.keys())


def prepare_refusal(
    store: Store, customer: str | SourceKey, state: ConsentState, purpose: str, *, act: Act
) -> ChangeSet:
    """Return what a statement about the whole person writes: one row for each id of hers."""
    group = group_of(store, customer)
    statements = [
        ConsentStatement(
            subject=person_subject(id_), channel=ANY_CHANNEL, purpose=purpose, state=state,
            at=act.at, source="ecrm", by=act.by,
        )
        for id_ in ids_of(group)
    ]  # fmt: skip
    known = store.get_many(CONSENTS, [CONSENTS.key_of(s) for s in statements])
    return decide_statements(statements, known=known.keys(), groups=[group])


@frozen(kw_only=True)
class Asked:
    """What is asked of a contact: by which channel, for what, when, at night, for which brand.

    ``secret`` is the store's: it tells refusals of people who were erased since.
    """

    channel: str
    purpose: str
    at: datetime
    night: bool = False
    brand: str | None = None
    secret: bytes | None = field(default=None, repr=False)

    def decide(self, statements: Iterable[ConsentStatement], *, night: bool) -> Verdict:
        """Return what these statements say to it."""
        return decide_contact(
            statements, channel=self.channel, purpose=self.purpose, at=self.at, night=night,
            brand=self.brand,
        )  # fmt: skip


def may_contact_address(store: Store, contact: ContactPoint, asked: Asked) -> Verdict:
    """Return the verdict about one address: what was said about it and by whoever holds it.

    A refusal of somebody who was erased since still counts.
    """
    subject = address_subject(contact)
    rows = store.find_many(SEARCH_KEYS, "by_key", [(KEYSET, subject)])
    holders = [row.value.home_id for group in rows.values() for row in group]
    statements = read_consents(store, [subject, *map(person_subject, holders)])
    statements += read_erased_consents(store, [subject], secret=asked.secret).get(subject, ())
    return asked.decide(statements, night=asked.night)


def may_contact_customer(store: Store, customer: str | SourceKey, asked: Asked) -> Verdict:
    """Return yes if some address of the customer may be written to and the person never refused.

    The reasons are those of the address that decides: the first allowed, else every one.
    """
    return may_contact_group(store, group_of(store, customer), asked)


def may_contact_group(store: Store, group: Group, asked: Asked) -> Verdict:
    """Return the verdict about a customer that is loaded, or that a merge would make."""
    profile = unify(group.records.values(), group.corrections, id=group.root.id)
    return may_contact_profile(store, group, profile, asked)


def may_contact_profile(store: Store, group: Group, profile: Profile, asked: Asked) -> Verdict:
    """Return the same verdict at the addresses of a profile that is there already."""
    person = read_consents(store, map(person_subject, ids_of(group)))
    refused = asked.decide(person, night=False)
    if refused.reasons[0].code == "person_refused":
        return refused
    verdicts = [
        evolve(may_contact_address(store, contact, asked), contact=contact)
        for contact in _addresses(profile, asked.channel)
    ]
    return decide_contact_at_any(verdicts, channel=asked.channel, purpose=asked.purpose)


def subjects_of(group: Group, history: Iterable[Superseded] = ()) -> Iterator[str]:
    """Go through what statements about the customer's addresses stand under.

    Her addresses are all that were stated or ruled, and with her history those stated once.
    """
    for contact in _contacts(group, history):
        if contact.match_form is not None:
            yield address_subject(contact)


def subjects_beside(group: Group, history: Iterable[Superseded] = ()) -> Iterator[tuple[str, str]]:
    """Go through the addresses that her records hold beyond the fields, each with its source."""
    cells = [
        *((key.source, name, cell.value) for key, record in group.records.items()
          for name, cell in record.cells.items()),
        *((row.source, row.field_name, row.value) for row in history),
    ]  # fmt: skip
    for source, name, value in cells:
        beyond = name.startswith("unmapped.")
        if beyond and isinstance(value, str) and len(value) <= _MAX_ADDRESS:
            contact = parse_email(value) if "@" in value else parse_phone(value)
            if contact.match_form is not None:
                yield source, address_subject(contact)


def _contacts(group: Group, history: Iterable[Superseded]) -> Iterator[ContactPoint]:
    for record in group.records.values():
        for name in _FIELDS:
            yield from record.value(name) or ()
    for row in history:
        if row.field_name in _FIELDS and row.stated is not CLEARED:
            yield from row.stated
    for correction in group.corrections:
        if correction.field_name in _FIELDS and correction.value is not CLEARED:
            yield correction.value


def _addresses(profile: Profile, channel: str) -> Iterable[ContactPoint]:
    kinds = channel_kinds(channel)
    held = [c for name in _FIELDS for c in profile.values(name)]
    return [c for c in held if c.kind in kinds and c.match_form is not None]
