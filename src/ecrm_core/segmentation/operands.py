"""Operands: what stands left and right of an operator, read from the tokens of a query."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from ecrm_core.segmentation.literals import Mistake, read_name, read_value, told
from ecrm_core.segmentation.nearest import nearest
from ecrm_core.segmentation.render import render_value
from ecrm_core.segmentation.stream import Stream
from ecrm_core.segmentation.terms import (
    Aggregate,
    Anniversary,
    Bucket,
    FieldRef,
    Function,
    Operand,
    Param,
    Text,
    Value,
)
from ecrm_core.segmentation.tokens import AGGREGATES, Token, TokenKind, is_reserved

__all__ = ["next_operand", "next_value", "next_values"]

_FUNCTIONS: Final[Mapping[str, Function]] = {
    "sum": Function.SUM, "min": Function.MIN, "max": Function.MAX,
}  # fmt: skip
_CALLS: Final = (
    "anniversary(...)", "bucket(...)", "sum(...)", "min(...)", "max(...)", "MATCHES (...)",
)  # fmt: skip
_A_FIELD: Final = ("a field",)


def next_operand(stream: Stream, *, inside: bool) -> Operand:
    """Take a field or a function of one; ``inside`` MATCHES count and sums are known too."""
    token = stream.next()
    if inside and token.kind is TokenKind.WORD and token.text.upper() in AGGREGATES:
        return _aggregate_word(stream, token)
    if token.kind is TokenKind.WORD and stream.now.is_sign("("):
        return _function(stream, token)
    if token.kind is TokenKind.QUOTED or _names(token):
        return FieldRef(read_name(token), span=token.span)
    stream.back(token)
    raise Mistake("condition_expected", f"found {told(token)}", token, ("a field", "NOT", "("))


def _aggregate_word(stream: Stream, token: Token) -> Operand:
    """Read ``count``, and Shopify's ``sum_amount`` and ``sum_quantity``."""
    function, name = AGGREGATES[token.text.upper()]
    if function is Function.COUNT and stream.accept_sign("("):
        stream.expect_sign(")")
    return Aggregate(function, name, span=stream.span(token.start))


def _names(token: Token) -> bool:
    if token.kind is not TokenKind.WORD:
        return False
    return not is_reserved(token.text) or token.text.upper() in AGGREGATES


def _function(stream: Stream, token: Token) -> Operand:
    name = token.text.lower()
    if name == "bucket":
        return _bucket(stream, token)
    if name != "anniversary" and name not in _FUNCTIONS:
        near = nearest(name, ("anniversary", "bucket", *_FUNCTIONS))
        message = f"no function is named {name!r}"
        raise Mistake("unknown_function", message, token, _CALLS, near=near)
    stream.expect_sign("(")
    if stream.now.is_word("DATE") and stream.tokens[stream.at + 1].is_sign(":"):
        stream.at += 2  # anniversary(date: 'x'), the older spelling
        older = Mistake("deprecated", "an argument needs no name here", token)
        stream.note(older, severity="deprecated")
    of = stream.next()
    if of.kind not in {TokenKind.TEXT, TokenKind.QUOTED} and not _names(of):
        raise Mistake("name_expected", f"found {told(of)}", of, _A_FIELD)
    stream.expect_sign(")")
    span = stream.span(token.start)
    if name == "anniversary":
        return Anniversary(read_name(of), span=span)
    return Aggregate(_FUNCTIONS[name], read_name(of), span=span)


def _bucket(stream: Stream, token: Token) -> Operand:
    """Read bucket('salt') or bucket('salt', id)."""
    stream.expect_sign("(")
    salt = read_value(stream.next())
    if not isinstance(salt, Text):
        raise Mistake("value_expected", "found no salt", token, ("text in quotes",))
    name = "customer_id"
    if stream.accept_sign(","):
        of = stream.next()
        if of.kind is not TokenKind.QUOTED and not _names(of):
            raise Mistake("name_expected", f"found {told(of)}", of, _A_FIELD)
        name = read_name(of)
    stream.expect_sign(")")
    return Bucket(salt.value, name, span=stream.span(token.start))


# ---------------------------------------------------------------- values


def next_values(stream: Stream) -> Iterator[Value]:
    """Take the values of a list in brackets, at least one."""
    stream.expect_sign("(")
    yield next_value(stream)
    while stream.accept_sign(","):
        yield next_value(stream)
    stream.expect_sign(")")


def next_value(stream: Stream) -> Value:
    """Take one value; Mistake, with the cursor before it, when there is none."""
    if stream.accept_sign(":"):
        return _param(stream)
    token = stream.now
    value = read_value(token)
    if token.text.endswith("_ago"):
        older = Mistake("deprecated", "found an older spelling", token, fix=render_value(value))
        stream.note(older, severity="deprecated")
    stream.at += 1
    return value


def _param(stream: Stream) -> Value:
    """Read the name of a parameter behind its colon."""
    start, token = stream.tokens[stream.at - 1].start, stream.next()
    if token.kind is not TokenKind.WORD or "." in token.text:
        stream.back(token)
        raise Mistake("name_expected", f"found {told(token)}", token, ("a name",))
    return Param(read_name(token), span=stream.span(start))
