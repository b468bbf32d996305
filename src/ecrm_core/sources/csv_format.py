"""CSV format: which encoding and delimiter a file has; told, read off, or refused, never guessed.

A byte order mark decides, then UTF-8 where the first block is UTF-8. Other bytes have two readings
in Korea and Japan, CP949 and Shift-JIS (as CP932): one is taken only if the column names make sense
in it and not in the other.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Collection, Mapping

from ecrm_core.customers.fieldmap_words import read_header
from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.kernel import nfc
from ecrm_core.sources.csv_lines import BLOCK

__all__ = ["checked_encoding", "choose_delimiter", "choose_encoding", "refuse_archive", "split_bom"]

_BOMS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32",  # before UTF-16: its mark begins with theirs
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_READINGS = {"cp949": "CP949 (Korean)", "cp932": "Shift-JIS (Japanese)"}
_UNSAFE = ("hz", "idna", "iso2022", "johab", "raw", "unicode", "utf-32", "utf-7", "utf_32", "utf_7")
_DELIMITERS = (b",", b";", b"\t")
_IN_QUOTES = re.compile('(?:^|(?<=[,;\t]))"(?:[^"]|"")*(?:"(?=[,;\t\r]|$)|$)')
# zip and with it xlsx, gzip, xls, PDF
_NO_TEXTS = (b"PK\x03\x04", b"\x1f\x8b", b"\xd0\xcf\x11\xe0", b"%PDF-")


def split_bom(block: bytes) -> tuple[str | None, bytes]:
    """Return the encoding a byte order mark names, and the block without the mark."""
    for mark, name in _BOMS.items():
        if block.startswith(mark):
            return name, block[len(mark) :]
    return None, block


def refuse_archive(block: bytes) -> None:
    """Refuse, with InputError, a file that begins as an archive or a workbook does."""
    if block.startswith(_NO_TEXTS):
        message = "found an archive or a workbook; unpack it, or save the sheet as CSV"
        raise InputError(message, code="not_csv")


def checked_encoding(name: str) -> str:
    """Return Python's name of an encoding whose commas and line ends are plain bytes, or UTF-16.

    DefinitionError for another.
    """
    try:
        found = codecs.lookup(name).name
        plain = found.startswith("utf-16") or b'\n\r",;\t'.decode(found) == '\n\r",;\t'
    except (LookupError, ValueError):  # NUL; UnicodeError is one too
        raise DefinitionError(f"no encoding is named {name[:40]!r}", code="encoding") from None
    if not plain or found.startswith(_UNSAFE):
        message = f"files in {found} cannot be read line by line; convert them to UTF-8 first"
        raise DefinitionError(message, code="encoding")
    # Files said to be EUC-KR or Shift-JIS are written by Windows: its code pages hold both.
    return {"shift_jis": "cp932", "euc_kr": "cp949", "utf-8-sig": "utf-8"}.get(found, found)


def choose_encoding(block: bytes, wanted: Collection[str]) -> str:
    """Return the encoding of a block without mark: UTF-8, or the one reading that makes sense.

    ``wanted`` are columns that must be there. UTF-8 may have a few broken lines, which are refused
    when their turn comes. InputError names the readings when none of them, or both, make sense.
    """
    if block.count(b"\0") * 4 > len(block):
        message = (
            "found no text, or UTF-16 without a mark; name the encoding (utf-16-le, utf-16-be)"
        )
        raise InputError(message, code="encoding")
    lines = block.splitlines()
    if len(block) >= BLOCK and len(lines) > 1:
        lines.pop()  # cut in two
    header = next(iter(lines), b"")
    lines = [line for line in lines if not line.isascii()]
    broken = sum(not _decodes(line, "utf-8") for line in lines)
    # Korean or Japanese in another encoding is hardly ever UTF-8 by chance.
    share = 10 if header.isascii() or not _decodes(header, "utf-8") else 2
    if broken * share <= len(lines):
        return "utf-8"
    able = [name for name in _READINGS if all(_decodes(line, name) for line in lines)]
    names = {name: _rough_names(header.decode(name, "replace")) for name in _READINGS}
    fits = [name for name in able if wanted and names[name] >= set(wanted)] or able
    if len(fits) > 1:
        fits = [name for name in fits if _known(names[name])]
    if len(fits) == 1 and any(not name.isascii() for name in names[fits[0]]):
        return fits[0]
    raise _undecided({name: names[name] for name in able})


def _decodes(data: bytes, encoding: str) -> bool:
    whole = len(data) < BLOCK  # a header as long as the block may be cut within a letter
    try:
        codecs.getincrementaldecoder(encoding)().decode(data, final=whole)
    except UnicodeDecodeError:
        return False
    return True


def _rough_names(header: str) -> set[str]:
    return {nfc(name.strip(' "')) for name in re.split("[,;\t]", header)}


def _known(names: Collection[str]) -> list[str]:
    return sorted(name for name in names if not name.isascii() and read_header(name).role)


def _undecided(names: Mapping[str, Collection[str]]) -> InputError:
    told = [f"as {_READINGS[name]} {_sense(columns)}" for name, columns in names.items()]
    if not told:
        told = ["it is neither CP949 (Korean) nor Shift-JIS (Japanese)"]
    options = ", ".join(repr(name) for name in (names or ["cp1252", "utf-8"]))
    message = f"found bytes that are no UTF-8; {'; '.join(told)}; name the encoding: {options}"
    return InputError(message, code="encoding", readings=sorted(names))


def _sense(names: Collection[str]) -> str:
    """Say which names are known words; others may be data, where the file has no header."""
    known = _known(names)
    return f"the header says {', '.join(known)}" if known else "no column has a name we know"


def choose_delimiter(header: bytes, encoding: str, wanted: Collection[str]) -> bytes:
    """Return comma, semicolon or tab: the one that yields most wanted columns, then most cells."""
    text = header.decode(encoding, "replace")
    bare = _IN_QUOTES.sub("", text)  # what stands in quotes parts no cells

    def yields(delimiter: bytes) -> tuple[int, int]:
        names = [name.strip(' "\r') for name in text.split(delimiter.decode())]
        return len(set(wanted).intersection(names)), bare.count(delimiter.decode())

    return max(_DELIMITERS, key=yields)  # the first of equals
