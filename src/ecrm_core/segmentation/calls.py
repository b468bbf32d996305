"""Calls: the deprecated ``products_purchased(quantity: 5) = true``, read as MATCHES.

The older syntax of Shopify's segments: named arguments, each a condition, and true or false. An
argument may have several values: ``id: (1, 2)`` is ``id IN (1, 2)``.
"""

from __future__ import annotations

from collections.abc import Iterator

from ecrm_core.segmentation.literals import Mistake, read_name
from ecrm_core.segmentation.operands import next_value, next_values
from ecrm_core.segmentation.stream import Stream
from ecrm_core.segmentation.terms import Aggregate, FieldRef, Function, Operand
from ecrm_core.segmentation.tokens import Token, TokenKind
from ecrm_core.segmentation.tree import Compare, In, Matches, Op, Rule, all_of

__all__ = ["read_call"]

_COUNTS = {"count": Op.EQ, "count_at_least": Op.GE, "count_at_most": Op.LE}
_DATES = {"since": Op.GE, "until": Op.LE}
_PLAIN = frozenset({"anniversary", "bucket", "count", "sum", "min", "max"})


def read_call(stream: Stream) -> Rule | None:
    """Take a deprecated call and note it; None, and nothing taken, where there is none.

    Raises Mistake for an argument or a result that cannot be read.
    """
    if not _begins(stream):
        return None
    name = stream.next()
    stream.expect_sign("(")
    parts = list(_arguments(stream))
    stream.expect_sign(")")
    stream.expect_sign("=")
    negated = _is_false(stream)
    remark = Mistake("deprecated", "found a call of the older syntax", name, ("MATCHES (...)",))
    stream.note(remark, severity="deprecated")
    where = [part for part in parts if isinstance(part.left, FieldRef)]
    having = [part for part in parts if isinstance(part.left, Aggregate)]
    return Matches(
        read_name(name),
        all_of(*where) if where else None,
        all_of(*having) if having else None,
        negated=negated,
        span=stream.span(name.start),
    )


def _begins(stream: Stream) -> bool:
    """Tell a call by its first argument, or by having none: other functions name no arguments."""
    end = stream.tokens[-1]
    name, opening, argument, colon = (*stream.tokens[stream.at : stream.at + 4], end, end, end)[:4]
    if name.kind is not TokenKind.WORD or not opening.is_sign("(") or name.text.lower() in _PLAIN:
        return False
    return argument.is_sign(")") or _names_argument(argument, colon)


def _names_argument(argument: Token, colon: Token) -> bool:
    return argument.kind is TokenKind.WORD and colon.is_sign(":")


def _arguments(stream: Stream) -> Iterator[Compare | In]:
    while _names_argument(stream.now, stream.tokens[min(stream.at + 1, len(stream.tokens) - 1)]):
        argument = stream.next()
        stream.expect_sign(":")
        left, op = _asked(argument)
        if op is Op.EQ and stream.now.is_sign("("):
            yield In(left, tuple(next_values(stream)), span=stream.span(argument.start))
        else:
            yield Compare(left, op, next_value(stream), span=stream.span(argument.start))
        if not stream.accept_sign(","):
            return


def _asked(argument: Token) -> tuple[Operand, Op]:
    """Return what an argument is about, and how its value is compared."""
    name = argument.text.lower()
    if name in _COUNTS:
        return Aggregate(Function.COUNT, span=argument.span), _COUNTS[name]
    if name in _DATES:
        return FieldRef("date", span=argument.span), _DATES[name]
    return FieldRef(read_name(argument), span=argument.span), Op.EQ


def _is_false(stream: Stream) -> bool:
    if not stream.now.is_word("TRUE", "FALSE"):
        expected = ("true", "false")
        raise Mistake("value_expected", "a call is true or false", stream.now, expected)
    return stream.next().is_word("FALSE")
