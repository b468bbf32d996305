"""Shopify customer: one customer object to a record and consent statements, leaf by leaf.

The shop has authority over its own record: null, "" and [] in a mapped field say "there is none"
(CLEARED), a missing key says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from attrs import evolve, frozen

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
from ecrm_core.kernel import Private, gate_text
from ecrm_core.sources.delivery import Entry
from ecrm_core.sources.instants import instant_of, taken
from ecrm_core.sources.keeping import no_id
from ecrm_core.sources.payload import MAX_VALUE, Node, Payload, joined, noting
from ecrm_core.sources.said import cleared, raw_text, record_of, said
from ecrm_core.sources.shop import Shop
from ecrm_core.sources.shopify_address import country_of, read_addresses
from ecrm_core.sources.shopify_consent import read_consents

__all__ = ["Party", "read_customer", "read_party"]

_Contacts = tuple[ContactPoint, ...] | Cleared | None
_Texts = tuple[str, ...] | Cleared | None


@frozen(kw_only=True, repr=False)
class Party(Private):
    """What a customer object states: the key, the values of fields, and consents."""

    key: SourceKey
    observed_at: datetime | None
    values: Mapping[str, object]
    consents: tuple[ConsentStatement, ...]

    @property
    def dated(self) -> bool:
        """Whether something is stated that carries the source's time."""
        return self.observed_at is not None and bool(self.values or self.consents)


def read_customer(data: Mapping[str, object], shop: Shop) -> Entry:
    """Return what one customer object states; InputError names every path that cannot be."""
    payload, problems = Payload(data), list[InputError]()
    party = read_party(payload, problems, shop=shop, region=shop.region, seen_at=shop.sent_at)
    rest: dict[str, object] = {}
    with noting(problems):
        rest = _rest(payload, carried=party is not None and party.dated)
    if problems or party is None:
        raise joined(problems)
    record = record_of(party.key, {**party.values, **rest}, party.observed_at, shop.received_at)
    return Entry(record=record, consents=party.consents, mapped=payload.mapped)


def read_party(
    node: Node,
    problems: list[InputError],
    *,
    shop: Shop,
    region: str | None,
    seen_at: datetime | None,
) -> Party | None:
    """Return what a customer object states, alone or in an order; the rest is left in it.

    ``seen_at`` is the source's time where the object has none. None without an id, which is one of
    the problems noted.
    """
    observed_at = instant_of(node.get("updated_at")) or seen_at
    values: dict[str, object] = {}
    consents: tuple[ConsentStatement, ...] = ()
    key: SourceKey | None = None
    with noting(problems):
        key = shop.key(_id(node))
    for part in (_names, _lists, _contacts):
        with noting(problems):
            values |= {n: v for n, v in part(node, region).items() if v is not None}
    with noting(problems):
        at = observed_at or shop.received_at
        consents = read_consents(node, values, at=at, source=shop.source)
    if key is None:
        return None
    return Party(key=key, observed_at=observed_at, values=values, consents=consents)


def _id(payload: Node) -> str:
    node = payload.get("id")
    text = raw_text(node)
    if node is None or text is None:
        raise no_id("a customer", f"{payload.path}.id")
    node.take()
    return text


def _names(payload: Node, _: str | None) -> dict[str, object]:
    parts = {"first_name": "name.given", "last_name": "name.family"}
    return {field: said(payload.get(key)) for key, field in parts.items()}


def _lists(payload: Node, _: str | None) -> dict[str, object]:
    locale = said(payload.get("locale"))
    return {
        "account": said(payload.get("state")),  # "enabled": she can log in
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


def _contacts(payload: Node, region: str | None) -> dict[str, object]:
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
    if carried:
        taken(payload.get("updated_at"))
    return {f"unmapped.{path}": value for path, value in payload.unmapped().items()}
