"""Literals: one token as a value or a name, and the mistake it may be."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from ecrm_core.errors import Diagnostic, InputError
from ecrm_core.kernel import MAX_TEXT, gate_decimal, parse_date, parse_instant
from ecrm_core.segmentation.terms import (
    Day,
    Flag,
    Instant,
    Number,
    Relative,
    Text,
    Unit,
    Value,
)
from ecrm_core.segmentation.tokens import Token, TokenKind, is_reserved

__all__ = ["Mistake", "read_name", "read_value", "told"]

_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
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
        fix: str | None = None,
        fatal: bool = False,
    ) -> None:
        """Keep the parts of the diagnostic."""
        super().__init__(code)
        self.code, self.message, self.token = code, message, token
        self.expected, self.fix, self.fatal = expected, fix, fatal

    def diagnostic(self, severity: str = "error") -> Diagnostic:
        """Return the remark on the query."""
        message = self.message
        if self.expected:
            message += f", expected {', '.join(self.expected)}"
        if self.fix:
            message += f": write {self.fix}"
        return Diagnostic(
            code=self.code,  # the reference page of the language lists them
            message=message,
            start=self.token.start,
            end=self.token.end,
            expected=self.expected,
            fix=self.fix,
            severity=severity,
        )


def told(token: Token) -> str:
    """Return what a token is in words, without what a person may have typed in it."""
    if token.kind in {TokenKind.OP, TokenKind.SIGN}:
        return token.text
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
        message, expected = f"found {told(token)}", ("a value",)
        if token.kind is TokenKind.OPEN:
            message, expected = "the quote is not closed", (token.text[0],)
        raise Mistake("value_expected", message, token, expected)
    try:
        return reader(token)
    except InputError as error:
        raise Mistake(error.code, error.detail, token) from None


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
    return Instant(parse_instant(token.text), span=token.span)


def _relative(token: Token) -> Value:
    found = _RELATIVE.fullmatch(token.text)
    if found is None:
        raise Mistake("value_expected", "found no relative time", token, ("-90d",))
    if len(found[2]) > 6:
        raise Mistake("too_large", "found more than six digits", token)
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
    raise Mistake("unquoted_text", "found a bare word", token, ("text in quotes", "a value"))


_READERS: Mapping[TokenKind, Callable[[Token], Value]] = {
    TokenKind.TEXT: _text,
    TokenKind.NUMBER: _number,
    TokenKind.DATE: _date,
    TokenKind.RELATIVE: _relative,
    TokenKind.WORD: _word,
}
