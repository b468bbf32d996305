"""Roles: the closed table of what a column can mean, for intake, checks, segments and dedupe."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches

from attrs import frozen

from ecrm_core.errors import UnknownName
from ecrm_core.kernel import MAX_TEXT, gate_text

__all__ = ["ROLES", "Role", "named_role", "role_of"]


@frozen
class Role:
    """What a column means; ``many`` tells whether several columns may mean it."""

    name: str
    meaning: str
    many: bool = False


ROLES: Mapping[str, Role] = {
    role.name: role
    for role in [
        Role("id", "the key of the row in its source"),
        Role("full_name", "a person's whole name"),
        Role("given_name", "first name"),
        Role("family_name", "surname"),
        Role("middle_name", "middle name"),
        Role("kana", "the reading of a name, or its parts in order (セイ, メイ)", many=True),
        Role("prefix", "Dr., Ms."),
        Role("suffix", "Jr., 님"),
        Role("organisation", "company or other body"),
        Role("email", "e-mail address", many=True),
        Role("phone", "phone number", many=True),
        Role("street", "street, house number, lines of an address", many=True),
        Role("street2", "building, flat", many=True),
        Role("city", "town or city"),
        Role("area", "state, province, prefecture, 시/도"),
        Role("postcode", "postal code"),
        Role("country", "country, by code or name"),
        Role("birth_date", "date of birth"),
        Role("national_id", "number given by the state"),
        Role("category", "one of few values; compared as equal or not", many=True),
        Role("text", "free text; compared by likeness", many=True),
        Role("language", "language the customer is written to in"),
        Role("tags", "words the shop sorts customers by, comma separated", many=True),
        Role("note", "remark", many=True),
        Role("brand", "which shop"),
        Role("lifecycle", "lead, customer, former customer"),
        Role("account", "enabled: she can log in at the source"),
        Role("entered_by", "who typed the row"),
        Role("updated_at", "when the source last changed the row"),
        Role("ignore", "left out on purpose", many=True),
    ]
}
"""Every role by name; besides them ``attribute:<name>`` and ``consent:<channel>:<purpose>``."""

_ATTRIBUTE = re.compile(r"attribute:(?=\S).+", re.DOTALL)
_CONSENT = re.compile(r"consent:[a-z][a-z0-9_-]*:[a-z][a-z0-9_-]*", re.ASCII)
_MAX_NAME = 2 * MAX_TEXT  # a column's name behind a prefix
_PATTERNS = ("attribute:<name>", "consent:<channel>:<purpose>", "consent:email:marketing")


def role_of(name: str) -> Role:
    """Return the role of that name, ``attribute:<name>`` and ``consent:<channel>:<purpose>`` too.

    Raises UnknownName, with the nearest names; InputError for text that is none.
    """
    if gate_text(name, "$.role", limit=_MAX_NAME) in ROLES:
        return ROLES[name]
    if _ATTRIBUTE.fullmatch(name):
        return Role(name, f"the custom field {name.removeprefix('attribute:')!r}")
    if _CONSENT.fullmatch(name):
        channel, purpose = name.split(":")[1:]
        return Role(name, f"consent to {purpose} by {channel}")
    near = get_close_matches(name.strip().lower(), [*ROLES, *_PATTERNS], n=3)
    raise UnknownName("role", name[:80], tuple(near))


_NUMBERED = re.compile("(email|phone|street|language|note)_[0-9]+")


def named_role(column: str) -> str | None:
    """Return the role a column is called by, as exports call it; None for any other name.

    "email" is one, "email_2" its second column, "attribute:shoe size" a custom field.
    """
    if column in ROLES or _ATTRIBUTE.fullmatch(column):
        return column
    found = _NUMBERED.fullmatch(column)
    return found[1] if found else None
