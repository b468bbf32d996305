"""WooCommerce customer: one customer object to a record, leaf by leaf.

The shop has authority over its own record: "" in a mapped field says "there is none" (CLEARED), a
missing key says nothing. WooCommerce itself knows no consent.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from ecrm_core.customers import CLEARED, Address, compose_name, parse_country
from ecrm_core.errors import InputError
from ecrm_core.kernel import parse_instant
from ecrm_core.sources.amounts import id_of
from ecrm_core.sources.deletions import customer_deleted
from ecrm_core.sources.delivery import Entry
from ecrm_core.sources.keeping import no_id
from ecrm_core.sources.payload import Node, Payload, joined, noting
from ecrm_core.sources.points import read_emails, read_phones
from ecrm_core.sources.said import record_of, said, tidy
from ecrm_core.sources.shop import Shop

__all__ = ["read_addresses", "read_customer", "read_deletion", "read_points", "when"]

_PARTS = {
    "company": "organisation",
    "city": "locality",
    "state": "area",
    "postcode": "postal_code",
    "phone": "phone",
}
_PLACES = ("billing", "shipping")


def read_customer(data: Mapping[str, object], shop: Shop) -> Entry:
    """Return what one customer object states; InputError names every path that cannot be."""
    payload, problems = Payload(data), list[InputError]()
    id_ = id_of(payload.get("id"))
    if id_ is None:
        problems.append(no_id("a customer"))
    changed = when(payload, "date_modified", shop) or when(payload, "date_created", shop)
    values: dict[str, object] = {}
    with noting(problems):
        values |= {"account": "enabled"} if id_ else {}  # whoever has an id there can log in
        values |= _names(payload)
        values |= read_points(payload, shop, blank=CLEARED)
        values |= read_addresses(payload, blank=CLEARED)
    with noting(problems):
        if changed and values:
            changed[1].take()
        values |= {f"unmapped.{path}": value for path, value in payload.unmapped().items()}
    if problems or id_ is None:
        raise joined(problems)
    record = record_of(
        shop.key(id_), values, changed[0] if changed else shop.sent_at, shop.received_at
    )
    return Entry(record=record, mapped=payload.mapped)


def read_deletion(data: Mapping[str, object], shop: Shop) -> Entry:
    """Return that the shop deleted a customer."""
    payload = Payload(data)
    return customer_deleted(payload, shop, id_of(payload.get("id")))


def when(node: Node, key: str, shop: Shop) -> tuple[datetime, Node] | None:
    """Return the instant of a date and its leaf: in GMT, else local where the zone is known.

    None where it is local and nobody knows where; the leaf stays as it is.
    """
    for name, tz in ((f"{key}_gmt", "UTC"), (key, shop.tz)):
        held = node.get(name)
        if held is None or not isinstance(held.value, str):
            continue
        try:
            return parse_instant(held.value, held.path, tz=tz), held
        except InputError:
            continue
    return None


def _names(node: Node) -> dict[str, object]:
    parts = {"first_name": "name.given", "last_name": "name.family"}
    found = {field: said(node.get(key)) for key, field in parts.items()}
    return {field: text for field, text in found.items() if text is not None}


def read_points(node: Node, shop: Shop, *, blank: object) -> dict[str, object]:
    """Return e-mails and phones, of the account and of both addresses; ``blank`` where all are."""
    places = [node, *(held for key in _PLACES if (held := node.get(key)))]
    emails, phones = ([place.get(key) for place in places] for key in ("email", "phone"))
    found: dict[str, object] = {
        "emails": read_emails(emails) or _blank(emails, blank),
        "phones": read_phones(phones, region=_country_in(node) or shop.region)
        or _blank(phones, blank),
    }
    return {field: points for field, points in found.items() if points is not None}


def _blank(nodes: list[Node | None], blank: object) -> object:
    """Return ``blank`` where every leaf there is says that there is none."""
    there = [node for node in nodes if node]
    if blank is None or not there or any(node.value not in (None, "") for node in there):
        return None
    for node in there:
        node.take()
    return blank


def read_addresses(node: Node, *, blank: object) -> dict[str, object]:
    """Return the billing and the shipping address, once where they are one; ``blank`` for none."""
    places = [held for key in _PLACES if (held := node.get(key)) and isinstance(held.value, dict)]
    found = tuple(dict.fromkeys(_address(place) for place in places if _says_where(place)))
    if found:
        return {"addresses": found}
    if not places or blank is None or any(place.stated().value for place in places):
        return {}
    for place in places:
        place.take()
    return {"addresses": blank}


def _says_where(node: Node) -> bool:
    """Tell whether it is an address: the country alone is only the shop's default."""
    said_ = node.stated()
    return any(said_.get(key) for key in ("address_1", "address_2", "city", "postcode", "company"))


def _address(node: Node) -> Address:
    parts = {field: _text(node.get(key)) for key, field in _PARTS.items()}
    lines = (_text(node.get("address_1")), _text(node.get("address_2")))
    name = compose_name(given=_text(node.get("first_name")), family=_text(node.get("last_name")))
    country = _country(node.get("country"))
    if country and (held := node.get("country")):
        held.take()
    return Address(
        country=country,
        lines=tuple(line for line in lines if line),
        recipient=name.full if name else None,
        **parts,
    )


def _text(node: Node | None) -> str | None:
    found = said(node)
    return found if isinstance(found, str) else None


def _country(node: Node | None) -> str | None:
    if node is None or not isinstance(node.value, str):
        return None
    return parse_country(tidy(node.value, node.path), node.path)


def _country_in(node: Node) -> str | None:
    for key in _PLACES:
        held = node.get(key)
        country = _country(held.get("country")) if held else None
        if country:
            return country
    return None
