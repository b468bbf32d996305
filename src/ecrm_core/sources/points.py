"""Points: e-mail addresses and phones in the leaves of a payload, each address once."""

from __future__ import annotations

from collections.abc import Iterable

from ecrm_core.customers import ContactPoint, parse_email, parse_phone
from ecrm_core.sources.payload import Node
from ecrm_core.sources.said import raw_text

__all__ = ["read_emails", "read_phones"]


def read_emails(nodes: Iterable[Node | None]) -> tuple[ContactPoint, ...]:
    """Return the e-mail addresses of these leaves in order, and take the leaves."""
    found = [(node, raw_text(node)) for node in nodes]
    return _distinct((node, parse_email(text, node.path)) for node, text in found if node and text)


def read_phones(nodes: Iterable[Node | None], *, region: str | None) -> tuple[ContactPoint, ...]:
    """Return the phones of these leaves in order, read by the region, and take the leaves."""
    found = [(node, raw_text(node)) for node in nodes]
    return _distinct(
        (node, parse_phone(text, node.path, region=region)) for node, text in found if node and text
    )


def _distinct(points: Iterable[tuple[Node, ContactPoint]]) -> tuple[ContactPoint, ...]:
    """Return the points; one that leads to the address of another is left, unless written alike."""
    found: dict[str, ContactPoint] = {}
    for node, point in points:
        held = found.setdefault(point.match_form or point.raw, point)
        if held.raw == point.raw:
            node.take()
    return tuple(found.values())
