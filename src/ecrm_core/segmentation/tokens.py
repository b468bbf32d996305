"""Tokens: a query taken apart into words, values and signs, each with its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from typing import Final

from attrs import frozen

from ecrm_core.segmentation.terms import WORD, Function, Span

__all__ = ["AGGREGATES", "RESERVED", "Token", "TokenKind", "is_reserved", "mask_query", "tokenize"]

AGGREGATES: Final[Mapping[str, tuple[Function, str | None]]] = {
    "COUNT": (Function.COUNT, None),
    "SUM_AMOUNT": (Function.SUM, "amount"),
    "SUM_QUANTITY": (Function.SUM, "quantity"),
}
"""Words for all rows together inside MATCHES; the two sums are Shopify's spelling."""
RESERVED: Final = frozenset({
    *AGGREGATES, "AND", "BETWEEN", "CONTAINS", "FALSE", "IN", "IS", "MATCHES", "NOT", "NULL", "OR",
    "TODAY", "TRUE", "YESTERDAY",
})  # fmt: skip
"""Words of the language, in any case; a field of such a name stands in backquotes."""


class TokenKind(Enum):
    """The sorts of token."""

    WORD = "a name"
    QUOTED = "a name in backquotes"
    TEXT = "text"
    NUMBER = "a number"
    DATE = "a date"
    RELATIVE = "a relative time"
    OP = "an operator"
    SIGN = "a sign"
    OPEN = "an open quote"
    BAD = "signs that have no meaning here"
    END = "the end"


_PATTERN = re.compile(
    r"""\s*(?:
      (?P<TEXT>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
    | (?P<QUOTED>`(?:[^`]|``)+`)
    | (?P<OPEN>['"`].*)
    | (?P<DATE>\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:?\d{2})?)?(?![\w]))
    | (?P<RELATIVE>[+-]?\d+(?:[hdwmyHDWMY]|_(?:day|week|month|year)s?_ago)(?!\w))
    | (?P<NUMBER>[+-]?\d+(?:\.\d+)?(?![\w.]))
    | (?P<WORD>WORD_PATTERN)
    | (?P<OP><=|>=|!=|<>|==|=>|=<|=|<|>)
    | (?P<SIGN>[(),:])
    | (?P<BAD>[^\s(),:=<>!'"`]+|.)
    | (?P<END>\Z)
    )""".replace("WORD_PATTERN", WORD.pattern),
    re.VERBOSE | re.DOTALL,
)


@frozen(repr=False)
class Token:
    """One token: its sort, its text as written, and where it stands."""

    kind: TokenKind
    text: str
    start: int
    end: int

    @property
    def span(self) -> Span:
        """Where it stands."""
        return self.start, self.end

    def is_word(self, *words: str) -> bool:
        """Tell whether it is one of these words of the language, in any case."""
        # Upper case makes plain letters of a few others: the dotless ı.
        return self.kind is TokenKind.WORD and self.text.isascii() and self.text.upper() in words

    def is_sign(self, *signs: str) -> bool:
        """Tell whether it is one of these signs or operators."""
        return self.kind in {TokenKind.SIGN, TokenKind.OP} and self.text in signs


def tokenize(source: str) -> tuple[Token, ...]:
    """Return the tokens of a query, the END last; nothing is refused here."""
    found: list[Token] = []
    for hit in _PATTERN.finditer(source):
        kind = str(hit.lastgroup)
        found.append(Token(TokenKind[kind], hit[kind], hit.start(kind), hit.end(kind)))
        if kind == "END":
            break
    return tuple(found)


_LONG_NUMBER = 6


def mask_query(source: str) -> str:
    """Return the query, as long as before, with dots for what may be a person's.

    Those are texts, long numbers, and words that stand where a value belongs.
    """
    parts, at = [], 0
    tokens = tokenize(source)
    for token, after in zip(tokens, (*tokens[1:], tokens[-1]), strict=True):
        parts.append(source[at : token.start])
        parts.append(_masked(token, after))
        at = token.end
    return "".join(parts)


def _masked(token: Token, after: Token) -> str:
    text = token.text
    if token.kind is TokenKind.TEXT:
        return text[0] + _dots(text[1:-1]) + text[-1]
    if token.kind is TokenKind.NUMBER and len(text) > _LONG_NUMBER:
        return _dots(text)
    if token.kind is TokenKind.WORD and not _is_name(token, after):
        return _dots(text)
    return _dots(text) if token.kind in {TokenKind.OPEN, TokenKind.BAD} else text


def _is_name(token: Token, after: Token) -> bool:
    if is_reserved(token.text) or token.is_word("SEGMENT"):
        return True
    operator = after.kind is TokenKind.OP or after.is_sign("(", ":")
    return operator or after.is_word(
        "IN", "IS", "NOT", "CONTAINS", "BETWEEN", "MATCHES", "NOT_MATCHES"
    )


def is_reserved(text: str) -> bool:
    """Tell whether a word belongs to the language."""
    return text.isascii() and text.upper() in RESERVED


def _dots(text: str) -> str:
    return re.sub(r"[^\n]", "•", text)
