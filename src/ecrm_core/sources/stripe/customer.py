"""Customer: one customer object of Stripe's to a record, leaf by leaf.

Stripe has authority over its own record: null in a mapped field says "there is none" (CLEARED), a
missing key says nothing. A deletion is one more dated statement: ``lifecycle`` is "deleted".
"""

from __future__ import annotations

from collections.abc import Mapping

from ecrm_core.customers import CLEARED, Address, SourceKey, parse_country
from ecrm_core.errors import InputError
from ecrm_core.sources.delivery import Entry
from ecrm_core.sources.payload import MAX_VALUE, Node, Payload, joined, noting
from ecrm_core.sources.points import read_emails, read_phones
from ecrm_core.sources.said import cleared, raw_text, said
from ecrm_core.sources.stripe.telling import Telling, flag, id_in, inside

__all__ = ["read_address", "read_customer", "read_details"]

_PARTS: Mapping[str, str] = {"city": "locality", "state": "area", "postal_code": "postal_code"}


def read_customer(data: Mapping[str, object], telling: Telling) -> Entry:
    """Return what one customer object states; InputError names every path that cannot be."""
    payload, problems = Payload(data), list[InputError]()
    id_, values = "", dict[str, object]()
    with noting(problems):
        id_ = id_in(payload, "a customer")
    for part in (_names, _contacts, _lists, _life):
        with noting(problems):
            values |= {n: v for n, v in part(payload, telling).items() if v is not None}
    with noting(problems):
        values |= {f"unmapped.{path}": value for path, value in payload.unmapped().items()}
    if problems:
        raise joined(problems)
    key = SourceKey(telling.source, id_)
    record = telling.record(key, values, telling.told_at())
    return Entry(record=record, mapped=payload.mapped)


def _names(node: Node, _: Telling) -> dict[str, object]:
    return {"name.full": said(node.get("name"))}


def _contacts(node: Node, telling: Telling) -> dict[str, object]:
    email, phone = node.get("email"), node.get("phone")
    region = _country(inside(node, "address", "country")) or telling.region
    addresses = [found for held in _places(node) if (found := read_address(*held))]
    return {
        "emails": CLEARED if cleared(email) else read_emails([email]) or None,
        "phones": CLEARED if cleared(phone) else read_phones([phone], region=region) or None,
        "addresses": tuple(dict.fromkeys(addresses)) or _no_address(node),
    }


def _places(node: Node) -> list[tuple[Node | None, Node | None]]:
    """Return where she is and where goods go, each with who is there."""
    shipping = node.get("shipping")
    return [(node.get("address"), None), (inside(node, "shipping", "address"), shipping)]


def _no_address(node: Node) -> object:
    """Return CLEARED where the object says that there is no address."""
    held = [found for found, _ in _places(node) if found]
    if node.get("address") is None or any(_says_where(found) for found in held):
        return None
    for found in (*held, node.get("shipping")):
        if found and not found.stated().value:
            found.take()
    return CLEARED


def read_address(node: Node | None, who: Node | None = None) -> Address | None:
    """Return an address object, with the name and phone beside it; None where it says nothing."""
    if node is None or not _says_where(node):
        return None
    lines = (_text(node.get("line1")), _text(node.get("line2")))
    country = node.get("country")
    code = _country(country)
    if country and (code or country.value is None):
        country.take()
    return Address(
        country=code,
        lines=tuple(line for line in lines if line),
        recipient=_text(who.get("name")) if who else None,
        phone=_text(who.get("phone")) if who else None,
        **{field: _text(node.get(key)) for key, field in _PARTS.items()},
    )


def read_details(node: Node | None, region: str | None) -> dict[str, object]:
    """Return what was typed when paying: name, e-mail, phone and address; blanks say nothing."""
    if node is None:
        return {}
    held = node.stated()
    address = read_address(held.get("address"))
    name = said(held.get("name"))
    country = _country(inside(held, "address", "country"))
    found: dict[str, object] = {
        "name.full": name if isinstance(name, str) else None,
        "emails": read_emails([held.get("email")]),
        "phones": read_phones([held.get("phone")], region=country or region),
        "addresses": (address,) if address else (),
    }
    return {field: value for field, value in found.items() if value}


def _says_where(node: Node) -> bool:
    return isinstance(node.value, Mapping) and bool(node.stated().value)


def _lists(node: Node, _: Telling) -> dict[str, object]:
    return {"languages": _texts(node.get("preferred_locales")),
            "notes": _note(node.get("description"))}  # fmt: skip


def _texts(node: Node | None) -> object:
    if cleared(node):
        return CLEARED
    found = [said(item) for item in node.items()] if node else []
    return tuple(text for text in found if isinstance(text, str)) or None


def _note(node: Node | None) -> object:
    if cleared(node):
        return CLEARED
    text = raw_text(node, limit=MAX_VALUE)
    if node is None or text is None:
        return None
    node.take()
    return (text,)


def _life(node: Node, telling: Telling) -> dict[str, object]:
    gone = flag(node.get("deleted")) or telling.type == "customer.deleted"
    return {"lifecycle": "deleted" if gone else None}


def _text(node: Node | None) -> str | None:
    found = said(node)
    return found if isinstance(found, str) else None


def _country(node: Node | None) -> str | None:
    return parse_country(node.value, node.path) if node and isinstance(node.value, str) else None
