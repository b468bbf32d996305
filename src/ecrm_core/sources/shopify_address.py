"""Shopify addresses: the list of a customer, the default one first."""

from __future__ import annotations

from ecrm_core.customers import CLEARED, Address, Cleared, compose_name, parse_country
from ecrm_core.sources.payload import Node
from ecrm_core.sources.said import cleared, said, tidy

__all__ = ["country_of", "read_address", "read_addresses"]

_PARTS = {
    "company": "organisation",
    "city": "locality",
    "province": "area",
    "province_code": "area_code",
    "zip": "postal_code",
    "phone": "phone",
}


def read_addresses(payload: Node) -> tuple[Address, ...] | Cleared | None:
    """Return the addresses in order, the default one first; CLEARED for null or an empty list.

    Elements that are no objects stay unmapped, and so does a ``default_address`` that is none of
    the addresses: a part of a payload never replaces the whole list.
    """
    node = payload.get("addresses")
    if cleared(node):
        _same_default(payload, ())
        return CLEARED
    found = [item for item in (node.items() if node else ()) if isinstance(item.value, dict)]
    if not found:
        return None
    first = _default(found)
    order = [first, *(item for item in found if item is not first)] if first else found
    _same_default(payload, tuple(found))
    return tuple(read_address(item) for item in order)


def country_of(payload: Node) -> str | None:
    """Return the country of the default address, else of the first; it is not taken."""
    found = payload.get("addresses")
    items = found.items() if found else []
    flagged = [item for item in items if (flag := item.get("default")) and flag.value is True]
    default = payload.get("default_address")
    for item in [*flagged, *([default] if default else []), *items]:
        for key in ("country_code", "country"):
            country = _country(item.get(key))
            if country:
                return country
    return None


def _default(items: list[Node]) -> Node | None:
    """Return the one default address and take the flags, for the order says it all."""
    flags = [flag for item in items if (flag := item.get("default"))]
    chosen = [item for item in items if (flag := item.get("default")) and flag.value is True]
    if len(chosen) != 1:
        return None
    for flag in flags:
        if isinstance(flag.value, bool):
            flag.take()
    return chosen[0]


def _same_default(payload: Node, items: tuple[Node, ...]) -> None:
    default = payload.get("default_address")
    if default and (default.value is None or any(default.value == item.value for item in items)):
        default.take()


def read_address(node: Node) -> Address:
    """Return one address object."""
    parts = {field: _text(node.get(key)) for key, field in _PARTS.items()}
    lines = (_text(node.get("address1")), _text(node.get("address2")))
    return Address(
        country=_both_countries(node),
        lines=tuple(line for line in lines if line),
        recipient=_recipient(node),
        **parts,
    )


def _text(node: Node | None) -> str | None:
    found = said(node)
    return found if isinstance(found, str) else None


def _recipient(node: Node) -> str | None:
    """Return ``name``, else first and last name together."""
    name = _text(node.get("name"))
    if name:
        return name
    parts = _text(node.get("first_name")), _text(node.get("last_name"))
    composed = compose_name(given=parts[0], family=parts[1])
    return composed.full if composed else None


def _both_countries(node: Node) -> str | None:
    """Return the country by code, else by name; what names the same country is taken too."""
    names = [node.get(key) for key in ("country_code", "country", "country_name")]
    country = next(filter(None, map(_country, names)), None)
    for name in names:
        if name and (_country(name) == country if country else name.value is None):
            name.take()
    return country


def _country(node: Node | None) -> str | None:
    if node is None or not isinstance(node.value, str):
        return None
    return parse_country(tidy(node.value, node.path), node.path)
