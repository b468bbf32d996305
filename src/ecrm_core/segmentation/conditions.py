"""Conditions: an operator and what stands right of it, read from the tokens of a query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from ecrm_core.segmentation.literals import Mistake, meant_value, told
from ecrm_core.segmentation.nearest import nearest
from ecrm_core.segmentation.operands import next_value, next_values
from ecrm_core.segmentation.stream import Stream
from ecrm_core.segmentation.terms import Operand, Value
from ecrm_core.segmentation.tokens import Token, TokenKind
from ecrm_core.segmentation.tree import Between, Compare, Contains, In, IsNull, Op, Rule

__all__ = ["no_operator", "read_condition", "unexpected"]

_OPERATORS: Final = (
    "=", "!=", "<", "<=", ">", ">=", "IN", "CONTAINS", "BETWEEN", "IS NULL", "MATCHES",
)  # fmt: skip
_OTHERWISE: Final[Mapping[str, str]] = {
    "==": "=", "=>": ">=", "=<": "<=", "EQ": "=", "EQUALS": "=", "NE": "!=", "LT": "<", "LTE": "<=",
    "GT": ">", "GTE": ">=", "AFTER": ">", "BEFORE": "<", "SINCE": ">=", "UNTIL": "<=",
    "LIKE": "CONTAINS", "ILIKE": "CONTAINS", "HAS": "CONTAINS", "INCLUDES": "CONTAINS",
    "EXISTS": "IS NOT NULL", "ISNULL": "IS NULL", "NULL": "IS NULL", "WHERE": "MATCHES",
}  # fmt: skip
# What other languages say for an operator of this one.
_JUNCTIONS: Final = {"&&": "AND", "&": "AND", "+": "AND", ",": "AND", "||": "OR", "|": "OR"}
_UNITS: Final = frozenset({
    "hour", "hours", "day", "days", "week", "weeks", "month", "months", "year", "years",
})  # fmt: skip


def read_condition(stream: Stream, left: Operand, start: int, *, negated: bool) -> Rule | None:
    """Take an operator and its values; None when there is no operator."""
    if stream.accept_word("IN"):
        values = tuple(next_values(stream))
        return In(left, values, negated=negated, span=stream.span(start))
    if stream.accept_word("CONTAINS"):
        value = next_value(stream)
        return Contains(left, value, negated=negated, span=stream.span(start))
    if stream.accept_word("BETWEEN"):
        low = _low(stream)
        stream.expect_word("AND")
        high = next_value(stream)
        return Between(left, low, high, negated=negated, span=stream.span(start))
    return None if negated else _plain(stream, left, start)


def _low(stream: Stream) -> Value:
    """Read the first value of a BETWEEN; behind a mistake its AND is passed, it joins nothing."""
    try:
        return next_value(stream)
    except Mistake:
        stream.at += not stream.ended
        stream.accept_word("AND")
        raise


def _plain(stream: Stream, left: Operand, start: int) -> Rule | None:
    """Read a condition no NOT may stand before."""
    if stream.accept_word("IS"):
        negated = stream.accept_word("NOT")
        stream.expect_word("NULL")
        return IsNull(left, negated=negated, span=stream.span(start))
    if stream.now.kind is TokenKind.OP and stream.now.text not in _OTHERWISE:
        op = Op(stream.next().text.replace("<>", "!="))
        right = next_value(stream)
        return Compare(left, op, right, span=stream.span(start))
    return None


def no_operator(stream: Stream, *, negated: bool) -> Mistake:
    """Return the mistake of a field without an operator, with the one that may be meant."""
    token = stream.now
    expected = tuple(each for each in _OPERATORS if not negated or each.isalpha())
    word = token.text.upper()
    meant = _OTHERWISE.get(word)
    near = (meant,) if meant else nearest(word, expected, most=1) if word.isalpha() else ()
    message = "found no operator behind the field"
    if token.kind is TokenKind.OP:
        message, expected = f"found {token.text}", near or expected
    return Mistake("operator_expected", message, token, expected, near=near)


def unexpected(tokens: Sequence[Token], at: int) -> Mistake:
    """Return the mistake of a token where AND or OR should stand, with what may be meant."""
    before, token, after = (
        tokens[min(max(0, each), len(tokens) - 1)] for each in (at - 1, at, at + 1)
    )
    near: tuple[str, ...] = ()
    number = before.kind is TokenKind.NUMBER
    if number and token.is_sign(",") and after.kind is TokenKind.NUMBER:
        return Mistake("unexpected", "found a comma in a number", token, ("1000.5",))
    if number and token.text.lower() in _UNITS:
        message, near = "found a unit apart from its number", (f"{before.text[:6]}{token.text[0]}",)
        return Mistake("unexpected", message, token, near, near=near)
    touching = token.kind is TokenKind.BAD and before.end == token.start
    if touching and (write := meant_value(before.text + token.text)):
        return Mistake("unexpected", f"found {told(token)}", token, write)
    if token.text in _JUNCTIONS:
        near = (_JUNCTIONS[token.text],)
    elif token.kind is TokenKind.WORD and after.kind in {TokenKind.WORD, TokenKind.QUOTED}:
        near = nearest(token.text, ("AND", "OR"), most=1)
    return Mistake("unexpected", f"found {told(token)}", token, ("AND", "OR", "the end"), near=near)
