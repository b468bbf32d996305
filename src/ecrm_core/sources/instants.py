"""Instants: the times in the leaves of a shop's payload; what cannot be read is left."""

from __future__ import annotations

from datetime import datetime

from ecrm_core.errors import InputError
from ecrm_core.kernel import parse_instant
from ecrm_core.sources.payload import Node

__all__ = ["instant_of", "take_if", "taken"]


def instant_of(node: Node | None) -> datetime | None:
    """Return the instant a text names; None, and nothing taken, when it names none."""
    if node is None or not isinstance(node.value, str):
        return None
    try:
        return parse_instant(node.value, node.path)
    except InputError:
        return None  # stays among the unmapped leaves


def taken(node: Node | None) -> datetime | None:
    """Return the instant a leaf names, and take it; None when it names none."""
    found = instant_of(node)
    take_if(node, found)
    return found


def take_if(node: Node | None, at: datetime | None) -> None:
    """Take the leaf where it names this very instant."""
    if node is not None and at is not None and instant_of(node) == at:
        node.take()
