"""Quick forms: whole columns of plain ASCII values brought to their forms in a few passes.

Each equals asking ``form_of`` value by value (a law); what is not plain goes there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from ecrm_core.matching.forms import LONGEST, abbreviated, form_of

__all__ = ["forms_of"]

_CHUNK = 4_096
_SIGNS = bytes(code for code in range(128) if code != 10 and not chr(code).isalnum())
_TO_SPACE = bytes.maketrans(_SIGNS, b" " * len(_SIGNS))
_APOSTROPHES = b"'`"
_NO_DIGIT = bytes(code for code in range(128) if code != 10 and not chr(code).isdigit())
_DAY = re.compile(r"(?:(?:1[6-9]|20)\d\d-\d\d-\d\d\n)*+", re.ASCII)
_ADDRESS = re.compile(
    r"(?=[^@]{1,60}@)[a-z0-9_-]++(?:\.[a-z0-9_-]++)*+@(?:[a-z0-9]{1,20}+\.){1,2}+[a-z]{2,9}+"
)


def forms_of(role: str, texts: Sequence[str], *, date_order: str | None = None) -> list[str]:
    """Return the form of each text under a role; empty: it says nothing."""
    plain = partial(form_of, role, date_order=date_order)
    if role == "email":
        return _emails(texts, plain)
    quick = _QUICK.get(role)
    if quick is None:
        return list(map(plain, texts))
    found: list[str] = []
    for at in range(0, len(texts), _CHUNK):
        part = texts[at : at + _CHUNK]
        joined = "\n".join(part) + "\n"
        if not joined.isascii() or joined.count("\n") != len(part) or "\0" in joined:
            found += _sorted_out(part, quick, plain)
        else:
            found += quick(joined.lower(), part, plain)
    return found


_Plain = Callable[[str], str]
_Quick = Callable[[str, Sequence[str], _Plain], Iterable[str]]


def _sorted_out(texts: Sequence[str], quick: _Quick, plain: _Plain) -> list[str]:
    """Take the plain texts of a chunk together, and the others one by one."""
    easy = [text for text in texts if text.isascii() and text.isprintable()]
    known = iter(quick("\n".join(easy).lower() + "\n", easy, plain) if easy else ())
    return [next(known) if text.isascii() and text.isprintable() else plain(text) for text in texts]


def _lines(joined: bytes) -> list[str]:
    """Return the lines without spaces around them, and single ones inside."""
    while b"  " in joined:
        joined = joined.replace(b"  ", b" ")
    joined = joined.replace(b" \n", b"\n").replace(b"\n ", b"\n").lstrip(b" ")
    return joined.decode("ascii").split("\n")[:-1]


def _words(joined: str, texts: Sequence[str], plain: _Plain) -> list[str]:
    return _cut(_lines(joined.encode("ascii").translate(_TO_SPACE)), texts, plain)


def _cut(lines: list[str], texts: Sequence[str], plain: _Plain) -> list[str]:
    """Ask one by one about texts too long."""
    if max(map(len, texts), default=0) <= LONGEST:
        return lines
    return [
        line if len(text) <= LONGEST else plain(text)
        for line, text in zip(lines, texts, strict=True)
    ]


def _street(joined: str, texts: Sequence[str], plain: _Plain) -> list[str]:
    lines = _lines(joined.encode("ascii").translate(_TO_SPACE))
    return _cut(abbreviated(" \n ".join(lines)).split(" \n "), texts, plain)


def _name(joined: str, texts: Sequence[str], plain: _Plain) -> list[str]:
    lines = _lines(joined.encode("ascii").translate(_TO_SPACE, _APOSTROPHES))
    if "" in lines:  # a name of signs alone is found by them
        lines = [line or plain(text) for line, text in zip(lines, texts, strict=True)]
    return _cut(lines, texts, plain)


def _letters(joined: str, texts: Sequence[str], plain: _Plain) -> list[str]:
    held = joined.encode("ascii").translate(None, _SIGNS)
    return _cut(held.decode("ascii").split("\n")[:-1], texts, plain)


def _phone(joined: str, texts: Sequence[str], plain: _Plain) -> list[str]:
    held = joined.encode("ascii").translate(None, _NO_DIGIT).decode("ascii").split("\n")[:-1]
    return _cut([line[-9:] if len(line) > 5 else "" for line in held], texts, plain)


def _date(joined: str, texts: Sequence[str], plain: _Plain) -> Iterable[str]:
    if _DAY.fullmatch(joined):
        return joined.replace("-", "").split("\n")[:-1]
    return map(plain, texts)


def _emails(texts: Sequence[str], plain: _Plain) -> list[str]:
    """Ask about each host once, what it makes of an ordinary local part."""
    lines = [text.lower() for text in texts]
    hosts = [line[line.index("@") + 1 :] if _ADDRESS.fullmatch(line) else None for line in lines]
    asked = {host: plain("a.b@" + host) for host in set(hosts) if host is not None}
    same = {host for host, form in asked.items() if form == "a.b@" + host}
    undotted = {host: form[2:] for host, form in asked.items() if form.startswith("ab@")}
    return [
        line if host in same
        else line[: -len(host) - 1].replace(".", "") + undotted[host] if host in undotted and host
        else plain(text)
        for text, line, host in zip(texts, lines, hosts, strict=True)
    ]  # fmt: skip


_QUICK: dict[str, _Quick] = {
    **dict.fromkeys(("given_name", "family_name", "middle_name", "full_name", "kana"), _name),
    **dict.fromkeys(("street2", "city", "area", "category", "text"), _words),
    "street": _street,
    **dict.fromkeys(("postcode", "national_id"), _letters),
    "phone": _phone,
    "birth_date": _date,
}
