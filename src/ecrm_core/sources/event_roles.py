"""Event roles: the closed table of what a column of an export of events can mean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Final

from ecrm_core.customers import Role
from ecrm_core.errors import UnknownName

__all__ = ["EVENT_ROLES", "event_role"]

EVENT_ROLES: Final[Mapping[str, Role]] = {
    role.name: role
    for role in [
        Role("event_id", "the source's own name for the event"),
        Role("kind", "what happened, in the source's words"),
        Role("at", "when it happened; a day and a time of day may be two columns", many=True),
        Role("at:unix", "when it happened, in seconds since 1970"),
        Role("at:unix_ms", "when it happened, in milliseconds since 1970"),
        Role("told_at", "when the source last changed what it says of it"),
        Role("subject", "the key of the customer"),
        Role("email", "the customer's e-mail address"),
        Role("phone", "the customer's phone number"),
        Role("channel", "where it happened: web, store, kakao"),
        Role("brand", "which shop"),
        Role("number", "the number of the order, ticket or call it belongs to"),
        Role("amount", "money"),
        Role("currency", "of the money, by ISO 4217"),
        Role("text", "what somebody wrote"),
        Role("lines", "the goods: a list of objects (product, sku, title, category, quantity, "
                      "price, discount)"),
        Role("product", "the id of the goods; with the others below one line"),
        Role("sku", "the number of the goods in the stock"),
        Role("title", "the name of the goods"),
        Role("category", "the sort of the goods"),
        Role("quantity", "how many"),
        Role("price", "of one"),
        Role("discount", "what came off the whole line"),
        Role("ignore", "left out on purpose", many=True),
    ]
}  # fmt: skip
"""The roles by name; beside them ``data:<name>`` keeps a text and ``number:<name>`` a number."""
_OPEN = re.compile(r"(?:data|number):[a-z][a-z0-9_]{0,63}", re.ASCII)


def event_role(name: str) -> Role:
    """Return the role of that name; UnknownName, with the nearest ones, when there is none."""
    if name in EVENT_ROLES:
        return EVENT_ROLES[name]
    if _OPEN.fullmatch(name):
        return Role(name, "kept in the data of the event")
    raise UnknownName("event role", name[:80], tuple(get_close_matches(name[:80], EVENT_ROLES)))
