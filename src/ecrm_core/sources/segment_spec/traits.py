"""Traits: what a call says of a person or an organisation, as values of fields.

A call says what somebody's page happened to know: what is blank clears nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from ecrm_core.customers import Address, parse_country
from ecrm_core.errors import InputError
from ecrm_core.kernel import parse_date
from ecrm_core.sources.payload import Node
from ecrm_core.sources.points import read_emails, read_phones
from ecrm_core.sources.said import said
from ecrm_core.sources.segment_spec.call import any_of

__all__ = ["organisation", "person"]


def person(traits: Node | None, *, region: str | None) -> dict[str, object]:
    """Return what the traits state of a person, by field; the leaves that fields hold are taken."""
    if traits is None or not isinstance(traits.value, Mapping):
        return {}
    found: dict[str, object] = {
        "name.full": _text(any_of(traits, "name")),
        "name.given": _text(any_of(traits, "firstName")),
        "name.family": _text(any_of(traits, "lastName")),
        "birth_on": _day(any_of(traits, "birthday")),
    } | _places(traits, region)
    return {field: value for field, value in found.items() if value}


def organisation(traits: Node | None, *, region: str | None) -> dict[str, object]:
    """Return what the traits state of an organisation, by field."""
    if traits is None or not isinstance(traits.value, Mapping):
        return {}
    found = {"organisation.trading": _text(any_of(traits, "name"))} | _places(traits, region)
    return {field: value for field, value in found.items() if value}


def _places(traits: Node, region: str | None) -> dict[str, object]:
    address = any_of(traits, "address")
    country = _country(any_of(address, "country"))
    where = _address(address) if address else None
    return {
        "emails": read_emails([any_of(traits, "email")]),
        "phones": read_phones([any_of(traits, "phone")], region=country or region),
        "addresses": (where,) if where else (),
    }


def _address(node: Node) -> Address | None:
    held = node.stated()
    if not isinstance(held.value, Mapping) or not held.value:
        return None
    named = any_of(held, "country")
    country, street = _country(named), _text(any_of(held, "street"))
    if country and named:
        named.take()
    return Address(
        country=country,
        lines=(street,) if street else (),
        locality=_text(any_of(held, "city")),
        area=_text(any_of(held, "state")),
        postal_code=_text(any_of(held, "postalCode")),
    )


def _country(node: Node | None) -> str | None:
    return parse_country(node.value, node.path) if node and isinstance(node.value, str) else None


def _day(node: Node | None) -> date | None:
    if node is None or not isinstance(node.value, str):
        return None
    try:
        found = parse_date(node.value, node.path)
    except InputError:
        return None
    node.take()
    return found


def _text(node: Node | None) -> str | None:
    found = said(node)
    return found if isinstance(found, str) else None
