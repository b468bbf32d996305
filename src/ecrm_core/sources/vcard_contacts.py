"""vCard contacts: e-mails, phones, messengers, pages and addresses of a card, the preferred first.

What a property is for (work, home, fax, or a label of one's own) is its purpose.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from attrs import evolve

from ecrm_core.customers import (
    Address,
    ContactKind,
    ContactPoint,
    parse_country,
    parse_email,
    parse_handle,
    parse_phone,
)
from ecrm_core.kernel import fold
from ecrm_core.sources.payload import Node
from ecrm_core.sources.said import raw_text
from ecrm_core.sources.vcard_nodes import (
    Labels,
    all_of,
    held_text,
    label_of,
    parts_of,
    preferred_of,
    types_of,
)

__all__ = ["read_contacts"]

_IMPLIED = frozenset({"internet", "voice", "text", "msg"})
_SERVICES = {
    "X-AIM": "aim", "X-ICQ": "icq", "X-MSN": "msn", "X-YAHOO": "yahoo", "X-JABBER": "xmpp",
    "X-SKYPE": "skype", "X-SKYPE-USERNAME": "skype", "X-GOOGLE-TALK": "gtalk", "X-GTALK": "gtalk",
    "X-QQ": "qq", "X-GADUGADU": "gadugadu", "X-GROUPWISE": "groupwise", "X-TWITTER": "twitter",
}  # fmt: skip
_SOCIAL = frozenset({"facebook", "instagram", "linkedin", "twitter", "x", "youtube", "weibo"})
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]{0,20}):(?!//)(.+)", re.IGNORECASE | re.DOTALL)
Parse = Callable[[Node, str], ContactPoint]


def read_contacts(card: Node, *, labels: Labels, region: str | None) -> dict[str, object]:
    """Return the contact points and the addresses; phones are read by the card's first country."""
    addresses = _addresses(card)
    country = next((address.country for address in addresses if address.country), region)
    emails = _points(card, labels, "EMAIL", lambda node, text: parse_email(text, node.path))
    phones = _points(
        card, labels, "TEL", lambda node, text: parse_phone(text, node.path, region=country)
    )
    handles = [*_points(card, labels, "URL", _page), *_points(card, labels, "IMPP", _messenger)]
    for name, service in _SERVICES.items():
        handles += _points(card, labels, name, _account(service))
    handles += _points(card, labels, "X-SOCIALPROFILE", _account(None))
    found = {"emails": tuple(emails), "phones": tuple(phones), "handles": tuple(handles)}
    held: dict[str, object] = {name: points for name, points in found.items() if points}
    return held | {"addresses": tuple(addresses)} if addresses else held


def _points(card: Node, labels: Labels, name: str, parse: Parse) -> list[ContactPoint]:
    """Return the points of one property, each address once; one written otherwise is left."""
    found: dict[str, ContactPoint] = {}
    ranks: dict[str, int] = {}
    for each in all_of(card, name):
        value = each.get("value")
        text = raw_text(value) if value is not None and each.get("CHARSET") is None else None
        if value is None or not text or not text.strip():
            continue
        point, rank = parse(value, text), preferred_of(each)
        kind = point.service or point.kind.value
        key = f"{kind}:{point.match_form or point.raw}"
        if key in found:
            continue  # told before: this telling of it stays as it is
        value.take()
        preferred = bool(rank[1])
        for node in rank[1]:
            node.take()
        purpose = _purpose(labels, each, point)
        found[key] = evolve(point, preferred=preferred, purpose=purpose)
        ranks[key] = rank[0]
    return [found[key] for key in sorted(found, key=lambda key: ranks[key])]


def _purpose(labels: Labels, each: Node, point: ContactPoint) -> str | None:
    """Return what the point is for, and take what says it."""
    words = []
    for name, node in types_of(each).items():
        if name == "pref":
            continue
        node.take()
        if name not in _IMPLIED and name != point.service:
            words.append(name)
    label = label_of(labels, each)
    if label is not None:
        for node in label[0]:
            node.take()
        words.append(label[1])
    return " ".join(words) or None


def _page(node: Node, text: str) -> ContactPoint:
    return parse_handle(ContactKind.WEB, text, node.path)


def _messenger(node: Node, text: str) -> ContactPoint:
    """Read "xmpp:ann@example.com": the scheme is the service."""
    found = _SCHEME.fullmatch(text)
    if not found:
        return parse_handle(ContactKind.MESSAGING, text, node.path)
    service = fold(found[1])
    point = parse_handle(ContactKind.MESSAGING, found[2], node.path, service=service)
    return evolve(point, raw=text)


def _account(service: str | None) -> Parse:
    def parse(node: Node, text: str) -> ContactPoint:
        social = service in _SOCIAL or service is None
        kind = ContactKind.SOCIAL if social else ContactKind.MESSAGING
        return parse_handle(kind, text, node.path, service=service)

    return parse


# ---------------------------------------------------------------- addresses


def _addresses(card: Node) -> list[Address]:
    found: dict[str, tuple[int, Address]] = {}
    nodes = [(each, preferred_of(each)) for each in all_of(card, "ADR")]
    preferred = [rank for _, rank in nodes if rank[1]]
    for each, rank in nodes:
        if each.get("CHARSET") is not None:
            continue
        address = _address(each)
        if address.identity in {"", "~"} or address.identity in found:
            continue
        found[address.identity] = rank[0], address
    if len(preferred) == 1:
        for node in preferred[0][1]:
            node.take()  # the order says it
    return [address for _, address in sorted(found.values(), key=lambda held: held[0])]


def _address(each: Node) -> Address:
    lines = [line for part in ("po_box", "extended", "street") for line in _lines(each.get(part))]
    country_node = each.get("country")
    country = _country(country_node)
    label = each.get("LABEL")
    return Address(
        country=country,
        lines=tuple(lines),
        locality=_joined(each.get("locality")),
        area=_joined(each.get("region")),
        postal_code=_joined(each.get("code")),
        raw=_raw(label),
    )


def _lines(node: Node | None) -> Iterator[str]:
    """Yield the lines of a part; a text of several lines is taken where they are all of it."""
    for part in parts_of(node):
        text = raw_text(part)
        if text is None:
            continue
        if "\n" not in text:
            line = held_text(part)
            if line:
                yield line
            continue
        lines = [line for line in text.split("\n") if line]
        if "\n".join(lines) == text and all(line == " ".join(line.split()) for line in lines):
            part.take()
        yield from (" ".join(line.split()) for line in lines if line.strip())


def _joined(node: Node | None) -> str | None:
    return ", ".join(text for text in map(held_text, parts_of(node)) if text) or None


def _country(node: Node | None) -> str | None:
    text = raw_text(node)
    if node is None or not text:
        return None
    found = parse_country(text, node.path)
    if found:
        node.take()
    return found


def _raw(node: Node | None) -> str | None:
    text = raw_text(node)
    if node is None or not text:
        return None
    node.take()
    return text
