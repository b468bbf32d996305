"""vCard nodes: asking the object of a card: the properties of a name, their types and labels."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ecrm_core.kernel import fold
from ecrm_core.sources.payload import Node
from ecrm_core.sources.said import raw_text, tidy

__all__ = [
    "Labels",
    "all_of",
    "first_text",
    "held_text",
    "kind_of",
    "label_of",
    "labels_of",
    "parts_of",
    "preferred_of",
    "types_of",
]

_APPLE = re.compile(r"_\$!<(.*)>!\$_", re.DOTALL)


def all_of(card: Node, name: str) -> list[Node]:
    """Return the properties of a name, in order."""
    held = card.get(name)
    return held.items() if held is not None else []


def first_text(card: Node, name: str) -> Node | None:
    """Return the value of the first property of a name that says something; None without one."""
    for each in all_of(card, name):
        value = each.get("value")
        if value is not None and isinstance(value.value, str) and value.value.strip():
            return value if each.get("CHARSET") is None else None
    return None


def kind_of(card: Node) -> str:
    """Return what a card is of ("individual", "org", "group"), and take that; "" where not said.

    Cards of 3.0 say it by the name that Apple gave it.
    """
    node = first_text(card, "KIND") or first_text(card, "X-ADDRESSBOOKSERVER-KIND")
    if node is None or not isinstance(node.value, str):
        return ""
    kind = fold(node.value)
    if kind in {"individual", "org"}:
        node.take()
    return kind


def parts_of(node: Node | None) -> list[Node]:
    """Return the members of a list, or the one value as the only one."""
    if node is None:
        return []
    return node.items() if isinstance(node.value, list) else [node]


def held_text(node: Node) -> str | None:
    """Return a text as fields hold it, and take it where that is all of it; None for a blank."""
    text = raw_text(node)
    if text is None:
        return None
    found = tidy(text, node.path)
    if found == text:
        node.take()
    return found or None


def types_of(each: Node) -> dict[str, Node]:
    """Return the types of a property in small letters, with their leaves."""
    held = each.get("TYPE")
    return {fold(node.value): node for node in (held.items() if held is not None else [])
            if isinstance(node.value, str)}  # fmt: skip


def preferred_of(each: Node) -> tuple[int, list[Node]]:
    """Return how much a property is preferred (1 most, 101 not said) and the leaves that say it."""
    types, pref = types_of(each), each.get("PREF")
    if "pref" in types:
        return 1, [types["pref"]]
    text = raw_text(pref) if pref is not None else None
    if pref is None or text is None or not text.isascii() or not text.isdecimal():
        return 101, []
    return min(int(text[:4]), 100), [pref]


Labels = Mapping[object, tuple[list[Node], str]]
"""What Apple's labels say, by group, with the leaves that say it."""


def labels_of(card: Node) -> Labels:
    """Return the labels of a card; of a group the first one counts."""
    found: dict[object, tuple[list[Node], str]] = {}
    for label in all_of(card, "X-ABLABEL"):
        group, value = label.get("group"), label.get("value")
        text = raw_text(value)
        if group is not None and value is not None and text:
            apple = _APPLE.fullmatch(text)
            said = tidy(apple[1] if apple else text, value.path)
            found.setdefault(group.value, ([group, value], said))
    return found


def label_of(labels: Labels, each: Node) -> tuple[list[Node], str] | None:
    """Return what the label of a property's group says, and the leaves that say it."""
    group = each.get("group")
    if group is None or group.value not in labels:
        return None
    nodes, text = labels[group.value]
    return [group, *nodes], text
