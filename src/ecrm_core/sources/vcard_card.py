"""vCard card: the properties of a card as one object, whose leaves are all that the card says.

``{"TEL": [{"value": "+1 555", "TYPE": ["home"], "group": "item1"}]}``: each property under its
name, in order; parameters under theirs; the parts of a structured value under the names of RFC
6350. How a text was written (ENCODING, CHARSET, folding, escapes) is no leaf once it is text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from ecrm_core.sources.payload import MAX_VALUE
from ecrm_core.sources.vcard_lines import Property
from ecrm_core.sources.vcard_text import decoded, pieces, unescaped

__all__ = ["card_of"]

_NAME_PARTS = ("family", "given", "additional", "prefix", "suffix")
"""The parts of N, in order."""
_ADDRESS_PARTS = ("po_box", "extended", "street", "locality", "region", "code", "country")
"""The parts of ADR, in order."""
_PARTS = {"N": _NAME_PARTS, "ADR": _ADDRESS_PARTS}
_LISTS = {"ORG": ";", "CATEGORIES": ",", "NICKNAME": ",", "X-PHONETIC-ORG": ";"}
_BINARY = frozenset({"BASE64", "B"})
_ROOM = MAX_VALUE - 1024  # a value beyond it, with its path, would be more than may be kept


def card_of(properties: Iterable[Property]) -> dict[str, object]:
    """Return the card as one object of JSON values.

    A value that is too large to be kept is told by its digest (BLAKE2b) and length if it is a
    picture, a sound or a key. A line that is no property stands under "?"; bytes that are no text
    of the charset named (or UTF-8) stand there letter by byte, with the charset "bytes".
    """
    held = tuple(properties)
    listed = not any(each.name == "VERSION" and each.value.strip() == b"2.1" for each in held)
    card: dict[str, list[object]] = {}
    for each in held:
        card.setdefault(each.name or "?", []).append(_object(each, listed=listed))
    return dict(card)


def _object(each: Property, *, listed: bool) -> dict[str, object]:
    found: dict[str, object] = {}
    if each.inner is not None:
        found["card"] = card_of(each.inner)
    else:
        found |= _valued(each, listed=listed)
    if each.group is not None:
        found["group"] = each.group
    for name, values in each.params.items():
        if name in {"CHARSET", "ENCODING"}:
            continue
        found[name] = list(values) if name == "TYPE" or len(values) != 1 else values[0]
    return found


def _valued(each: Property, *, listed: bool) -> dict[str, object]:
    encoding = (each.params.get("ENCODING") or ("",))[-1].upper()
    charset = (each.params.get("CHARSET") or (None,))[-1]
    if encoding in _BINARY:
        text = decoded(b"".join(each.value.split()), quoted=False, charset=None)
        kept: dict[str, object] = {"ENCODING": encoding}
    else:
        text = decoded(each.value, quoted=encoding == "QUOTED-PRINTABLE", charset=charset)
        kept = {}
    if text is None:
        return {"value": each.value.decode("latin-1"), "CHARSET": "bytes", "ENCODING": encoding}
    binary = encoding in _BINARY or text[:5].lower() == "data:"
    if binary and len(text.encode()) > _ROOM:
        found = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
        return {"digest": found, "length": len(text), **kept}
    return {"value": text, **kept} if binary else _parted(each.name, text, listed=listed)


def _parted(name: str, text: str, *, listed: bool) -> dict[str, object]:
    if name in _PARTS:
        return _components(pieces(text, ";"), _PARTS[name], listed=listed)
    if name in _LISTS:
        held = [unescaped(piece).strip() for piece in pieces(text, _LISTS[name])]
        return {"value": held if len(held) > 1 else held[0]}
    return {"value": text if name == "?" else unescaped(text)}


def _components(parts: list[str], names: tuple[str, ...], *, listed: bool) -> dict[str, object]:
    """Return the parts by name; ``listed``: a comma parts one of them again (not in vCard 2.1)."""
    found: dict[str, object] = {}
    for at, part in enumerate(parts):
        held = [unescaped(piece).strip() for piece in (pieces(part, ",") if listed else [part])]
        found[names[at] if at < len(names) else str(at)] = held if len(held) > 1 else held[0]
    return found
