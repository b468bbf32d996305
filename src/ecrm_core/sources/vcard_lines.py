"""vCard lines: a file taken apart into cards, and a card into its properties (RFC 2425, 6350).

A content line may be folded, and in vCard 2.1 go on behind a soft break of quoted-printable or in
lines of base64 that nothing marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from attrs import field, frozen

from ecrm_core.sources.vcard_text import text_of

__all__ = ["Property", "RawCard", "properties", "split_cards"]

_MAX_AGENTS = 8
"""How deep the card of an agent may stand in the card of another."""
# A line, or a run of line ends with blank lines between; some programs write \r\r\n for one.
_LINE = re.compile(rb"[^\r\n]+|(?>\r{0,2}\n|\r)(?>\r{0,2}\n|\r)+")
_BASE64 = re.compile(rb"[A-Za-z0-9+/=]+")
_NAME = re.compile(r"(?:([A-Za-z0-9-]+)\.)?([A-Za-z0-9_-]+)", re.ASCII)
_ENCODINGS = frozenset({"QUOTED-PRINTABLE", "BASE64", "B", "8BIT", "7BIT"})
_VALUES = frozenset({"INLINE", "URL", "CID", "CONTENT-ID"})
_CARETS = {"^n": "\n", "^N": "\n", "^'": '"', "^^": "^"}
_CARET = re.compile(r"\^[nN'^]")


@frozen(kw_only=True, repr=False)
class RawCard:
    """The lines of one card without its BEGIN and END; ``whole`` is false where no END came.

    Lines that belong to no card stand together as one that is neither ``whole`` nor ``begun``.
    """

    lines: tuple[bytes, ...]
    begun: bool = True
    whole: bool = True


@frozen(kw_only=True, repr=False)
class Property:
    """One property of a card: its name and those of its parameters in capitals, the raw value.

    A line that is none has the name "" and is its own value. ``inner`` are the properties of a card
    inside (AGENT).
    """

    name: str
    value: bytes
    group: str | None = None
    params: Mapping[str, Sequence[str]] = field(factory=dict)
    inner: tuple[Property, ...] | None = None


def split_cards(body: bytes) -> Iterator[RawCard]:
    """Yield the cards of a file in order, and what stands between them where that is not blank."""
    card: list[bytes] = []
    depth = 0
    for found in _LINE.finditer(body):
        line = b"" if found[0][:1] in {b"\r", b"\n"} else found[0]
        begins = _is(line, b"BEGIN:VCARD") or (depth and _is(line, b"AGENT:BEGIN:VCARD"))
        if begins and not depth:
            if any(map(bytes.strip, card)):
                yield RawCard(lines=tuple(card), begun=False, whole=False)
            card = []
        depth += bool(begins)
        if depth and _is(line, b"END:VCARD"):
            depth -= 1
            if not depth:
                yield RawCard(lines=tuple(card[1:]))
                card = []
                continue
        card.append(line)
    if depth or any(map(bytes.strip, card)):
        yield RawCard(lines=tuple(card[1:] if depth else card), begun=bool(depth), whole=False)


def _is(line: bytes, tag: bytes) -> bool:
    return len(line) < 64 and line.strip().upper().replace(b" ", b"") == tag


def properties(lines: tuple[bytes, ...]) -> tuple[Property, ...]:
    """Return the properties of a card in order; agents within agents beyond eight stay lines."""
    return tuple(_properties(_unfolded(lines), _MAX_AGENTS))


def _properties(lines: Iterator[bytes], room: int) -> Iterator[Property]:
    for line in lines:
        found = _property(line)
        if found.name == "AGENT" and room and _is(found.value or next(lines, b""), b"BEGIN:VCARD"):
            inner = tuple(_properties(lines, room - 1))
            yield Property(name="AGENT", value=b"", group=found.group, params=found.params,
                           inner=inner)  # fmt: skip
        elif room < _MAX_AGENTS and _is(line, b"END:VCARD"):
            return
        else:
            yield found


def _unfolded(lines: tuple[bytes, ...]) -> Iterator[bytes]:
    """Yield the content lines; blank ones are left out."""
    parts: list[bytes] = []
    goes_on = ""
    for line in lines:
        if parts and goes_on == "quoted" and parts[-1].endswith(b"="):
            parts[-1] = parts[-1][:-1]
            parts.append(line)
        elif parts and line[:1] in {b" ", b"\t"}:
            parts.append(line[1:])
        elif parts and goes_on == "base64" and _BASE64.fullmatch(line.strip()):
            parts.append(line)
        else:
            if any(map(bytes.strip, parts)):
                yield b"".join(parts)
            parts, goes_on = [line], _way_on(line)
    if any(map(bytes.strip, parts)):
        yield b"".join(parts)


def _way_on(line: bytes) -> str:
    """Return how a line may go on beside by folding."""
    head = line.partition(b":")[0].upper()
    if b"QUOTED-PRINTABLE" in head:
        return "quoted"
    return "base64" if b"BASE64" in head or b"ENCODING=B" in head else ""


def _property(line: bytes) -> Property:
    head, value = _at_colon(line)
    if head is None:
        return Property(name="", value=line)
    parts = _split(head, ";")
    name = _NAME.fullmatch(parts[0].strip())
    if not name:
        return Property(name="", value=line)
    params: dict[str, list[str]] = {}
    for part in filter(str.strip, parts[1:]):
        key, held = _param(part)
        params.setdefault(key, []).extend(held)
    return Property(name=name[2].upper(), group=name[1], params=params, value=value)


def _at_colon(line: bytes) -> tuple[str | None, bytes]:
    """Part a line at the first colon that stands in no quotes; None where there is none."""
    quoted = False
    for at, byte in enumerate(line if b":" in line else b""):
        if byte == 0x22:
            quoted = not quoted
        elif byte == 0x3A and not quoted:
            return text_of(line[:at]), line[at + 1 :]
    return None, line


def _param(part: str) -> tuple[str, tuple[str, ...]]:
    """Read "TYPE=home,work", and the bare words of vCard 2.1."""
    key, equals, held = part.partition("=")
    name = key.strip().upper()
    if equals:
        # TYPE="home,work" is as usual as TYPE="home","work".
        values = held.replace('"', "").split(",") if name == "TYPE" else _split(held, ",")
        return name, tuple(_plain(value) for value in values)
    word = part.strip()
    if word.upper() in _ENCODINGS:
        return "ENCODING", (word,)
    return ("VALUE" if word.upper() in _VALUES else "TYPE"), (word,)


def _plain(value: str) -> str:
    """Return a value of a parameter without its quotes and carets (RFC 6868)."""
    return _CARET.sub(lambda found: _CARETS[found[0]], value.strip().strip('"'))


def _split(text: str, sign: str) -> list[str]:
    """Split at a sign that stands in no quotes."""
    if '"' not in text:
        return text.split(sign)
    parts, start, quoted = list[str](), 0, False
    for at, char in enumerate(text):
        quoted ^= char == '"'
        if char == sign and not quoted:
            parts.append(text[start:at])
            start = at + 1
    return [*parts, text[start:]]
