"""vCard text: the bytes of a value as text, and its escapes undone, piece by piece."""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterator

from ecrm_core.kernel import fold

__all__ = ["decoded", "pieces", "text_of", "unescaped"]

# Charsets a card may name; Python's own names of others (and of no charsets) are not looked up.
_CHARSETS = frozenset({
    "ascii", "big5", "cp949", "euc-jp", "euc-kr", "gb18030", "gb2312", "gbk", "iso-2022-jp",
    "iso-8859-1", "iso-8859-2", "iso-8859-5", "iso-8859-7", "iso-8859-9", "iso-8859-15", "koi8-r",
    "ks_c_5601-1987", "shift_jis", "us-ascii", "utf-8", "utf8", "utf-16", "windows-1250",
    "windows-1251", "windows-1252", "windows-1253", "windows-1254", "windows-31j",
})  # fmt: skip
_CODECS = {"windows-31j": "cp932", "shift_jis": "cp932", "euc-kr": "cp949"}
_ESCAPE = re.compile(r"\\([nN,;:\"\\])")


def text_of(data: bytes, charset: str | None = None) -> str | None:
    """Return bytes as text, in the charset named, else UTF-8; None where they are not in it."""
    name = fold(charset or "utf-8")
    if name not in _CHARSETS:
        return None
    try:
        return data.decode(_CODECS.get(name, name))
    except UnicodeDecodeError:
        return None


def decoded(value: bytes, *, quoted: bool, charset: str | None) -> str | None:
    """Return a raw value as text, quoted-printable undone; None where the charset does not fit."""
    return text_of(quopri.decodestring(value) if quoted else value, charset)


def unescaped(text: str) -> str:
    r"""Return a text with its escapes undone: \n, \, and the like; other backslashes stay."""
    if "\\" not in text:
        return text
    return _ESCAPE.sub(lambda found: "\n" if found[1] in "nN" else found[1], text)


def pieces(text: str, sign: str) -> list[str]:
    """Split at a sign that has no backslash before it; the pieces keep their escapes."""
    return list(_pieces(text, sign)) if "\\" in text else text.split(sign)


def _pieces(text: str, sign: str) -> Iterator[str]:
    start = at = 0
    while at < len(text):
        if text[at] == "\\":
            at += 1
        elif text[at] == sign:
            yield text[start:at]
            start = at + 1
        at += 1
    yield text[start:]
