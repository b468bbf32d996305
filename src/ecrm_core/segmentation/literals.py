"""Literals: one token as a value or a name, and the mistake it may be."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from ecrm_core.errors import Diagnostic, InputError
from ecrm_core.kernel import MAX_TEXT, gate_decimal, parse_date, parse_instant
from ecrm_core.segmentation.nearest import nearest
from ecrm_core.segmentation.terms import (
    Day,
    Flag,
    Instant,
    LocalTime,
    Number,
    Relative,
    Text,
    Unit,
    Value,
    parse_local,
)
from ecrm_core.segmentation.tokens import Token, TokenKind, is_reserved

__all__ = ["Mistake", "meant_value", "read_name", "read_value", "told"]

_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_OFFSET = re.compile(r"Z|[+-]\d{2}:?\d{2}\Z")
_RELATIVE = re.compile(r"([+-]?)(\d+)(?:([hdwmy])|_([a-z])[a-z]+_ago)", re.IGNORECASE)


class Mistake(Exception):
    """What is wrong at a token; ``fatal`` when nothing more can be read."""

    def __init__(
        self,
        code: str,
        message: str,
        token: Token,
        expected: tuple[str, ...] = (),
        *,
        near: tuple[str, ...] = (),
        fix: str | None = None,
        fatal: bool = False,
    ) -> None:
        """Keep the parts of the diagnostic."""
        super().__init__(code)
        self.code, self.message, self.token = code, message, token
        self.expected, self.near, self.fix, self.fatal = expected, near, fix, fatal

    def diagnostic(self, severity: str = "error") -> Diagnostic:
        """Return the remark on the query."""
        message = self.message
        if self.expected:
            message += f", expected {', '.join(self.expected)}"
        if self.near and self.near != self.expected:
            message += f"; did you mean {', '.join(self.near)}?"
        if self.fix:
            message += f": write {self.fix}"
        return Diagnostic(
            code=self.code,  # the reference page of the language lists them
            message=message,
            start=self.token.start,
            end=self.token.end,
            expected=self.expected,
            near=self.near,
            fix=self.fix,
            severity=severity,
        )


def told(token: Token) -> str:
    """Return what a token is in words, without what a person may have typed in it."""
    if token.kind in {TokenKind.OP, TokenKind.SIGN}:
        return "a comma" if token.text == "," else token.text
    if token.kind is TokenKind.WORD and is_reserved(token.text):
        return f"the word {token.text.upper()}"
    return str(token.kind.value)


def read_name(token: Token) -> str:
    """Return the name a token gives: a word, backquoted, or quoted as an argument."""
    name = token.text
    if token.kind is TokenKind.QUOTED:
        name = name[1:-1].replace("``", "`")
    elif token.kind is TokenKind.TEXT:
        name = _unescaped(token)
    if not name.strip() or len(name) > MAX_TEXT:
        message = f"found a name of {len(name.strip())} characters"
        raise Mistake("name_expected", message, token, (f"1 to {MAX_TEXT}",))
    return name


def read_value(token: Token) -> Value:
    """Return the value of a token; Mistake when it is none."""
    reader = _READERS.get(token.kind)
    if reader is None:
        raise _no_value(token)
    try:
        return reader(token)
    except InputError as error:
        expected = _WELL_FORMED.get(error.code, ("a value",))
        message = error.detail.partition(", expected")[0]
        raise Mistake(error.code, message, token, expected) from None


_WELL_FORMED: Mapping[str, tuple[str, ...]] = {
    "no_such_day": ("a day of the calendar, such as 2026-01-31",),
    "not_date": ("a date such as 2026-01-31",),
    "not_instant": ("a moment such as 2026-01-31T09:00:00",),
    "too_large": ("a number of at most 40 digits",),
}
_MEANT = (
    (re.compile(r"[+-]?\d+[\W_]*(?:h|d|w|m|y)\w*"), ("a relative time such as -90d, -3m, -36h",)),
    (re.compile(r"\d+[./-]\d+[./-]\d+.*"), ("a date such as 2026-01-31",)),
    (re.compile(r"\W*[\d.,_]+\W*"), ("a plain number such as 1000.5",)),
)
"""What signs without a meaning may be meant for, and how it is written."""


def _no_value(token: Token) -> Mistake:
    if token.kind is TokenKind.OPEN:
        return Mistake("value_expected", "the quote is not closed", token, (token.text[0],))
    write = meant_value(token.text) if token.kind is TokenKind.BAD else ()
    return Mistake("value_expected", f"found {told(token)}", token, write or ("a value",))


def meant_value(text: str) -> tuple[str, ...]:
    """Return how a value is written that these signs may be meant for; nothing for no value."""
    return next((write for pattern, write in _MEANT if pattern.fullmatch(text[:40])), ())


def _unescaped(token: Token) -> str:
    for hit in _ESCAPE.finditer(token.text[1:-1]):
        if hit[1] not in "\\'\"":
            message = "a backslash stands before a sign it does not escape"
            raise Mistake("bad_escape", message, token, ("\\\\", "\\'"))
    return str(_ESCAPE.sub(r"\1", token.text[1:-1]))


def _text(token: Token) -> Value:
    return Text(_unescaped(token), span=token.span)


def _number(token: Token) -> Value:
    return Number(gate_decimal(token.text), span=token.span)


def _date(token: Token) -> Value:
    if "T" not in token.text:
        return Day(parse_date(token.text), span=token.span)
    if not _OFFSET.search(token.text):
        return LocalTime(parse_local(token.text), span=token.span)
    return Instant(parse_instant(token.text), span=token.span)


def _relative(token: Token) -> Value:
    found = _RELATIVE.fullmatch(token.text)
    if found is None:
        raise Mistake("value_expected", "found no relative time", token, ("-90d",))
    if len(found[2]) > 6:
        expected = ("at most six digits",)
        raise Mistake("too_large", "found a relative time of too many digits", token, expected)
    unit = Unit((found[3] or found[4]).lower())
    backwards = found[1] == "-" or found[4] is not None
    return Relative(-int(found[2]) if backwards else int(found[2]), unit, span=token.span)


def _word(token: Token) -> Value:
    word = token.text.upper()
    if word in {"TRUE", "FALSE"}:
        return Flag(word == "TRUE", span=token.span)
    if word in {"TODAY", "YESTERDAY"}:
        return Relative(-(word == "YESTERDAY"), Unit.DAY, span=token.span)
    if word == "NULL":
        raise Mistake("null_value", "nothing equals NULL", token, ("IS NULL", "IS NOT NULL"))
    if is_reserved(word):
        raise Mistake("value_expected", f"found {told(token)}", token, ("a value",))
    near = _OTHERWISE.get(word) or nearest(word, ("true", "false", "today", "yesterday"), most=1)
    raise Mistake("unquoted_text", "found a bare word", token, _QUOTED, near=near)


_QUOTED = ("text in quotes", "a value")
_OTHERWISE: Mapping[str, tuple[str, ...]] = {
    "TOMORROW": ("+1d",), "NOW": ("today",), "YES": ("true",), "NO": ("false",),
}  # fmt: skip
_READERS: Mapping[TokenKind, Callable[[Token], Value]] = {
    TokenKind.TEXT: _text,
    TokenKind.NUMBER: _number,
    TokenKind.DATE: _date,
    TokenKind.RELATIVE: _relative,
    TokenKind.WORD: _word,
}
