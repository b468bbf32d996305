"""Shopify customer: one customer object to a record and consent statements, leaf by leaf.

The shop has authority over its own record: null, "" and [] in a mapped field say "there is none"
(CLEARED), a missing key says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from attrs import evolve

from ecrm_core.customers import (
    CLEARED,
    Cleared,
    ConsentStatement,
    ContactPoint,
    SourceKey,
    Verification,
    VerificationState,
    parse_email,
    parse_phone,
)
from ecrm_core.errors import InputError
from ecrm_core.kernel import gate_text, parse_instant
from ecrm_core.sources.delivery import Entry
from ecrm_core.sources.payload import MAX_VALUE, Node, Payload, joined, noting
from ecrm_core.sources.said import cleared, raw_text, record_of, said
from ecrm_core.sources.shopify_address import country_of, read_addresses
from ecrm_core.sources.shopify_consent import read_consents

__all__ = ["read_customer"]

_Contacts = tuple[ContactPoint, ...] | Cleared | None
_Texts = tuple[str, ...] | Cleared | None


def read_customer(
    data: Mapping[str, object], *, source: str, received_at: datetime, region: str | None
) -> Entry:
    """Return what one customer object states; InputError names every path that cannot be."""
    payload, problems = Payload(data), list[InputError]()
    observed_at = _instant(payload.get("updated_at"))
    values: dict[str, object] = {}
    consents: tuple[ConsentStatement, ...] = ()
    key: SourceKey | None = None
    with noting(problems):
        key = SourceKey(source, _id(payload))
    for part in (_names, _lists, _contacts):
        with noting(problems):
            values |= {n: v for n, v in part(payload, region).items() if v is not None}
    with noting(problems):
        consents = read_consents(payload, values, at=observed_at or received_at, source=source)
    with noting(problems):
        values |= _rest(payload, carried=observed_at is not None and bool(values or consents))
    if problems or key is None:
        raise joined(problems)
    record = record_of(key, values, observed_at=observed_at, received_at=received_at)
    return Entry(record=record, consents=consents, mapped=payload.mapped)


def _id(payload: Payload) -> str:
    node = payload.get("id")
    text = raw_text(node)
    if node is None or text is None:
        raise InputError(
            "found no id, expected the number of a customer", path="$.id", code="no_id"
        )
    node.take()
    return text


def _instant(node: Node | None) -> datetime | None:
    if node is None or not isinstance(node.value, str):
        return None
    try:
        return parse_instant(node.value, node.path)
    except InputError:
        return None  # stays among the unmapped leaves; the time of receipt takes its place


def _names(payload: Payload, _: str | None) -> dict[str, object]:
    parts = {"first_name": "name.given", "last_name": "name.family"}
    return {field: said(payload.get(key)) for key, field in parts.items()}


def _lists(payload: Payload, _: str | None) -> dict[str, object]:
    locale = said(payload.get("locale"))
    return {
        "addresses": read_addresses(payload),
        "languages": (locale,) if isinstance(locale, str) else locale,
        "notes": _note(payload.get("note")),
        "tags": _tags(payload.get("tags")),
    }


def _note(node: Node | None) -> _Texts:
    if cleared(node):
        return CLEARED
    text = raw_text(node)  # as it is: lines of a remark mean something
    if node is None or text is None:
        return None
    node.take()
    return (text,)


def _tags(node: Node | None) -> _Texts:
    if cleared(node):
        return CLEARED
    if node is None or not isinstance(node.value, str):
        return None
    parts = gate_text(node.value, node.path, limit=MAX_VALUE).split(",")
    tags = tuple(gate_text(part.strip(), node.path) for part in parts if part.strip())
    node.take()
    return tags or CLEARED


def _contacts(payload: Payload, region: str | None) -> dict[str, object]:
    region = country_of(payload) or region
    return {
        "emails": _emails(payload.get("email"), payload.get("verified_email")),
        "phones": _phones(payload.get("phone"), region),
    }


def _emails(node: Node | None, verified: Node | None) -> _Contacts:
    if cleared(node):
        return CLEARED
    text = raw_text(node)
    if node is None or text is None:
        return None
    point = parse_email(text, node.path)
    node.take()
    if verified is None or not isinstance(verified.value, bool):
        return (point,)
    verified.take()
    state = VerificationState.CONFIRMED if verified.value else VerificationState.UNVERIFIED
    return (evolve(point, verification=Verification(state=state, method="shop")),)


def _phones(node: Node | None, region: str | None) -> _Contacts:
    if cleared(node):
        return CLEARED
    text = raw_text(node)
    if node is None or text is None:
        return None
    point = parse_phone(text, node.path, region=region)
    node.take()
    return (point,)


def _rest(payload: Payload, *, carried: bool) -> dict[str, object]:
    """Return what no field took; the time of change is taken where a value carries it."""
    updated_at = payload.get("updated_at")
    if carried and updated_at:
        updated_at.take()
    return {f"unmapped.{path}": value for path, value in payload.unmapped().items()}
