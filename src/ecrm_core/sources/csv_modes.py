"""CSV modes: text as it is, or with an apostrophe before what a spreadsheet would not leave so.

A spreadsheet calculates a cell that begins as a formula does, whatever quotes stand around it
(OWASP, "CSV Injection"), and takes the zeros off a code. An apostrophe before it keeps it a text.
"""

from __future__ import annotations

import re
from typing import Final

from ecrm_core.errors import UnknownName

__all__ = ["EXACT", "MODES", "SPREADSHEET", "checked_mode", "inert", "restored"]

EXACT: Final = "exact"
"""For programs: every text as it is."""
SPREADSHEET: Final = "spreadsheet"
"""For people: an apostrophe before what a spreadsheet would calculate or shorten."""
MODES: Final = (EXACT, SPREADSHEET)
"""The modes a CSV is written and read in."""

# What may stand before: quotes, white space, and signs that nobody sees. With the apostrophe among
# them a changed cell is one of these again: that is what makes the change one to one.
_BEFORE = "['\"\\s\\x00-\\x1f\\x7f\\u200b-\\u200f\\u2060\\ufeff]*"
_STARTS = "[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b]"  # and their wide forms
# Codes that would come out as other numbers: zeros in front, more than 15 digits, 12E5.
_CODES = "(?:0[0-9]+(?:[.,][0-9]+)?|[0-9]{16,}|[0-9]+[eE][0-9]+)\\s*\\Z"
_CHANGED = re.compile(f"{_BEFORE}(?:{_STARTS}|{_CODES})")


def checked_mode(mode: str) -> str:
    """Return the mode; UnknownName, with both of them, for another."""
    if mode not in MODES:
        raise UnknownName("mode", str(mode)[:80], MODES)
    return mode


def inert(text: str) -> str:
    """Return a text that a spreadsheet shows as it is; another text gives another one."""
    return f"'{text}" if _CHANGED.match(text) else text


def restored(text: str) -> str:
    """Return the text that ``inert`` was given."""
    return text[1:] if text[:1] == "'" and _CHANGED.match(text) else text
