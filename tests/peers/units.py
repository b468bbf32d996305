"""What counts as one case in each file layout (the README beside the vectors)."""

import json
import pathlib
from collections.abc import Iterator

import attrs

SUFFIXES = {".conf", ".json", ".jsonl", ".vcf"}
STRIPE_RESOURCES = {
    "address",
    "charge",
    "customer",
    "event",
    "invoice",
    "plan",
    "price",
    "product",
    "subscription",
}


@attrs.frozen(kw_only=True)
class Unit:
    """One case: its name inside the file, its data, and the quirk of a peer it records, if any."""

    id: str
    data: object
    quirk: str | None = None


def read_units(path: pathlib.Path) -> list[Unit]:
    """Return the cases of a vector file, in order."""
    return [_unit(name, data) for name, data in _named(path)]


def _named(path: pathlib.Path) -> Iterator[tuple[str, object]]:
    if path.suffix == ".vcf":  # bytes: old cards have old encodings
        return _cards(path.read_bytes())
    text = path.read_text(encoding="utf-8-sig")
    if path.suffix == ".conf":
        return iter(_lines(text))
    if path.suffix == ".jsonl":
        return ((name, json.loads(line)) for name, line in _lines(text))
    return _elements(path.stem, json.loads(text))


def _unit(name: str, data: object) -> Unit:
    if not isinstance(data, dict):
        return Unit(id=name, data=data)
    own = data.get("id")
    return Unit(id=own if isinstance(own, str) else name, data=data, quirk=data.get("quirk"))


def _lines(text: str) -> list[tuple[str, str]]:
    numbered = enumerate(text.split("\n"), 1)
    return [
        (f"line {number}", line.strip())
        for number, line in numbered
        if line.strip() and not line.startswith(("#", "//"))
    ]


def _elements(stem: str, data: object) -> Iterator[tuple[str, object]]:
    """Find the cases: a list, `objects`, `resources`, score cells, or lists under several keys."""
    match data:
        case list():
            yield from _numbered("", data)
        case {"resources": dict(resources)}:
            yield from ((name, x) for name, x in resources.items() if name in STRIPE_RESOURCES)
        case dict() if stem.startswith("rfm_"):
            groups = {name: cells for name, cells in data.items() if name != "source"}
            yield from ((cell, name) for name, cells in groups.items() for cell in cells.split())
        case dict():
            lists = {name: x for name, x in data.items() if isinstance(x, list)}
            for name, elements in lists.items():
                yield from _numbered(name, elements)
        case _:
            yield "whole file", data


def _numbered(name: str, elements: list[object]) -> Iterator[tuple[str, object]]:
    return ((f"{name}[{at}]", element) for at, element in enumerate(elements))


def _cards(content: bytes) -> Iterator[tuple[str, object]]:
    """Split at the outermost BEGIN:VCARD and END:VCARD; an agent's card belongs to its owner's."""
    depth, card, count = 0, list[bytes](), 0
    for line in content.splitlines(keepends=True):
        tag = line.strip().upper()
        depth += tag.endswith(b"BEGIN:VCARD")
        if depth:
            card.append(line)
        if tag == b"END:VCARD" and depth:
            depth -= 1
            if not depth:
                yield f"card {count}", b"".join(card)
                card, count = [], count + 1
    if card or not count:
        yield f"card {count}", b"".join(card)  # cut short, or no card at all
