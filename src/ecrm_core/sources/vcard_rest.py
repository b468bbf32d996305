"""vCard rest: birthday, tags, remarks, languages, and when a card was last changed."""

from __future__ import annotations

import re
from datetime import date, datetime

from ecrm_core.errors import InputError
from ecrm_core.kernel import parse_date, parse_instant
from ecrm_core.sources.payload import MAX_VALUE, Node
from ecrm_core.sources.said import raw_text
from ecrm_core.sources.vcard_nodes import all_of, first_text, held_text, parts_of

__all__ = ["read_rest", "revised"]

_BASIC_DAY = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})", re.ASCII)
_BASIC_TIME = re.compile(
    r"(\d{4})-?(\d{2})-?(\d{2})T(\d{2}):?(\d{2}):?(\d{2})(?:[.,]\d+)?(Z|[+-]\d{2}:?\d{2})",
    re.ASCII | re.IGNORECASE,
)


def read_rest(card: Node) -> dict[str, object]:
    """Return birthday, tags, notes and languages."""
    version = first_text(card, "VERSION")
    if version is not None and version.value in {"2.1", "3.0", "4.0"}:
        version.take()
    tags = [tag for each in all_of(card, "CATEGORIES") for tag in _texts(each)]
    languages = [text for each in all_of(card, "LANG") for text in _texts(each)]
    return {
        "birth_on": _born(card),
        "tags": tuple(dict.fromkeys(tags)) or None,
        "languages": tuple(dict.fromkeys(languages)) or None,
        "notes": _notes(card),
    }


def _texts(each: Node) -> list[str]:
    nodes = parts_of(each.get("value")) if each.get("CHARSET") is None else []
    return [text for text in map(held_text, nodes) if text]


def _notes(card: Node) -> tuple[str, ...] | None:
    """Return the remarks as they are: their lines mean something."""
    found = []
    for each in all_of(card, "NOTE"):
        value = each.get("value")
        text = raw_text(value, limit=MAX_VALUE) if each.get("CHARSET") is None else None
        if value is not None and text and text.strip():
            value.take()
            found.append(text)
    return tuple(found) or None


def _born(card: Node) -> date | None:
    """Return the day of birth that is a whole day; without a year, or as words, it stays as is."""
    for each in all_of(card, "BDAY"):
        value, hidden = each.get("value"), each.get("X-APPLE-OMIT-YEAR")
        text = raw_text(value) if value is not None else None
        found = _BASIC_DAY.match(text) if text and hidden is None else None
        if value is None or text is None or not found:
            continue
        rest = text[found.end() :]
        if rest and rest[:1] not in {"T", " "}:
            continue
        try:
            day = parse_date("-".join(found.groups()), value.path)
        except InputError:
            continue
        if not rest:
            value.take()
            said = each.get("VALUE")
            if said is not None and said.value in {"date", "DATE", "date-and-or-time"}:
                said.take()
        return day
    return None


def revised(card: Node, *, carried: bool) -> datetime | None:
    """Return when the card was last changed, as it says; a time without a zone is none."""
    node = first_text(card, "REV")
    found = _BASIC_TIME.fullmatch(str(node.value).strip()) if node is not None else None
    if node is None or not found:
        return None
    year, month, day, hour, minute, second, offset = found.groups()
    try:
        at = parse_instant(f"{year}-{month}-{day}T{hour}:{minute}:{second}{offset.upper()}")
    except InputError:
        return None
    if carried:
        node.take()
    return at
