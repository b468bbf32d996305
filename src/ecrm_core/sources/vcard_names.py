"""vCard names: who the card is of: name, reading, organisation, title, the people she knows."""

from __future__ import annotations

from collections.abc import Iterator

from ecrm_core.customers import Relation, RelationKind, compose_name
from ecrm_core.kernel import fold
from ecrm_core.sources.payload import Node
from ecrm_core.sources.said import raw_text, tidy
from ecrm_core.sources.vcard_nodes import (
    Labels,
    all_of,
    first_text,
    held_text,
    kind_of,
    label_of,
    parts_of,
    types_of,
)

__all__ = ["is_organisation", "read_names", "read_organisation", "read_relations"]

_FIELDS = {
    "name.family": "family", "name.given": "given", "name.middle": "additional",
    "name.prefix": "prefix", "name.suffix": "suffix",
}  # fmt: skip
_READINGS = ("X-PHONETIC-LAST-NAME", "X-PHONETIC-FIRST-NAME")
# Old spellings of RELATED, and what each says the other one is.
_KNOWN = {
    "X-SPOUSE": "spouse", "X-EVOLUTION-SPOUSE": "spouse", "X-KADDRESSBOOK-X-SPOUSESNAME": "spouse",
    "X-ABRELATEDNAMES": "", "RELATED": "",
}  # fmt: skip
_HOUSEHOLD = frozenset({"spouse", "partner", "co-resident"})
_MUTUAL = frozenset({
    "acquaintance", "colleague", "co-worker", "friend", "kin", "met", "neighbor", "sibling",
})  # fmt: skip


def is_organisation(card: Node) -> bool:
    """Tell whether the card is of an organisation (KIND:org; Apple's X-ABShowAs), and take that."""
    kind, shown = kind_of(card), first_text(card, "X-ABSHOWAS")
    if kind or shown is None or fold(str(shown.value)) != "company":
        return kind == "org"
    shown.take()
    return True


def read_names(card: Node) -> dict[str, object]:
    """Return the fields of a person's name: FN as it stands, the parts of N, the reading."""
    values: dict[str, object] = {}
    full = first_text(card, "FN")
    if full is not None:
        values["name.full"] = held_text(full)
    for each in all_of(card, "N")[:1]:
        for field, part in _FIELDS.items():
            values[field] = _joined(each.get(part))
    values["name.phonetic"] = _reading(card)
    return values


def _joined(node: Node | None) -> str | None:
    """Return a part of a name; where it is a list, its members with spaces between."""
    texts = [text for text in map(held_text, parts_of(node)) if text]
    return " ".join(texts) or None


def _reading(card: Node) -> str | None:
    """Return the reading: Apple's, that of RFC 9554, or that of Japanese phones."""
    family, given = (first_text(card, name) for name in _READINGS)
    name = compose_name(
        family=held_text(family) if family else None, given=held_text(given) if given else None
    )
    if name is not None:
        return name.full
    for sound in all_of(card, "SOUND"):
        if "x-irmc-n" in types_of(sound) and (value := sound.get("value")) is not None:
            text = raw_text(value)
            reading = text and tidy(text.replace(";", " "), value.path)
            if reading:
                value.take()
                return reading
    return None


def read_organisation(card: Node, *, alone: bool) -> dict[str, object]:
    """Return the organisation; ``alone``: it is the party itself, and FN is its name.

    Of a person it is where she works, and a relation with her title and role there as well.
    """
    org = next(iter(all_of(card, "ORG")), None)
    units = parts_of(org.get("value")) if org is not None else []
    legal = held_text(units[0]) if units else None
    if alone:
        full = first_text(card, "FN")
        named = held_text(full) if full is not None else None
        return {"organisation.legal": named or legal}
    return {"organisation.legal": legal}


def read_relations(
    card: Node, legal: object, *, labels: Labels, source: str
) -> tuple[Relation, ...] | None:
    """Return where she works, by the first organisation, and whom the card names beside her."""
    found = list(_works(card, legal))
    for name, said in _KNOWN.items():
        for each in all_of(card, name):
            found += _related(labels, each, said, source)
    return tuple(dict.fromkeys(found)) or None


def _works(card: Node, legal: object) -> Iterator[Relation]:
    if not isinstance(legal, str):
        return
    title, role = first_text(card, "TITLE"), first_text(card, "ROLE")
    if title is None and role is None:
        return
    yield Relation(
        kind=RelationKind.WORKS_FOR, other_name=legal,
        title=held_text(title) if title else None, role=held_text(role) if role else None,
    )  # fmt: skip


def _related(labels: Labels, each: Node, said: str, source: str) -> Iterator[Relation]:
    value = each.get("value")
    text = held_text(value) if value is not None else None
    if not text:
        return
    kinds = [said] if said else [*types_of(each)]
    label = label_of(labels, each)
    if label is not None:
        kinds.append(fold(label[1]))
    kind, role = _relation(kinds)
    if kinds and (role or kind is not RelationKind.OTHER):
        _take_types(each, label)
    key = f"{source}/{text}" if text.lower().startswith("urn:uuid:") else None
    yield Relation(kind=kind, role=role, other=key, other_name=None if key else text)


def _relation(kinds: list[str]) -> tuple[RelationKind, str | None]:
    """Return what she is to the other: one way alone ("child"), or both ("spouse", "friend")."""
    if len(kinds) == 1:
        (kind,) = kinds
        if kind == "child":
            return RelationKind.PARENT_OF, None
        if kind in _HOUSEHOLD:
            return RelationKind.HOUSEHOLD, kind
        if kind in _MUTUAL:
            return RelationKind.OTHER, kind
    return RelationKind.OTHER, None


def _take_types(each: Node, label: tuple[list[Node], str] | None) -> None:
    types = each.get("TYPE")
    if types is not None:
        types.take()
    for node in label[0] if label else []:
        node.take()
