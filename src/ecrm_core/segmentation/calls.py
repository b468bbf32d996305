"""Calls: the deprecated ``products_purchased(quantity: 5) = true``, read as MATCHES.

The older syntax of Shopify's segments: named arguments, each a condition, and true or false.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ecrm_core.errors import Diagnostic
from ecrm_core.segmentation.literals import Mistake, read_name, read_value
from ecrm_core.segmentation.terms import Aggregate, FieldRef, Function
from ecrm_core.segmentation.tokens import Token, TokenKind
from ecrm_core.segmentation.tree import (
    Compare,
    Matches,
    Op,
    Rule,
    all_of,
)

__all__ = ["rewritten_call"]

_COUNTS = {"count": Op.EQ, "count_at_least": Op.GE, "count_at_most": Op.LE}
_DATES = {"since": Op.GE, "until": Op.LE}
_PLAIN = frozenset({"anniversary", "bucket", "count", "sum", "min", "max"})


def rewritten_call(tokens: Sequence[Token], at: int) -> tuple[Rule, int, Diagnostic] | None:
    """Return the rule of a deprecated call, the token behind it, and the remark; None: no call.

    Raises Mistake for an argument or a result that cannot be read.
    """
    name, opening, argument, colon = (*tokens[at : at + 4], *(tokens[-1],) * 3)[:4]
    empty = argument.is_sign(")")
    if name.kind is not TokenKind.WORD or not opening.is_sign("(") or name.text.lower() in _PLAIN:
        return None
    if not empty and not (argument.kind is TokenKind.WORD and colon.is_sign(":")):
        return None
    arguments, at = _arguments(tokens, at + 2)
    for expected in (")", "="):
        if not tokens[at].is_sign(expected):
            raise Mistake("sign_expected", "the call does not go on", tokens[at], (expected,))
        at += 1
    truth = tokens[at]
    if not truth.is_word("TRUE", "FALSE"):
        raise Mistake("value_expected", "a call is true or false", truth, ("true", "false"))
    rule = _rule(name, arguments, negated=truth.is_word("FALSE"), end=truth.end)
    remark = Mistake("deprecated", "found a call of the older syntax", name, ("MATCHES (...)",))
    return rule, at + 1, remark.diagnostic("deprecated")


def _arguments(tokens: Sequence[Token], at: int) -> tuple[Mapping[Token, Token], int]:
    """Return the tokens of names and values, and where the closing bracket should be."""
    found: dict[Token, Token] = {}
    while tokens[at].kind is TokenKind.WORD and tokens[at + 1].is_sign(":"):
        found[tokens[at]] = tokens[at + 2]
        at = min(at + 3, len(tokens) - 1)  # the END is never passed
        if not tokens[at].is_sign(","):
            break
        at += 1
    return found, at


def _rule(name: Token, arguments: Mapping[Token, Token], *, negated: bool, end: int) -> Rule:
    parts = [_part(argument, value) for argument, value in arguments.items()]
    where = [part for part in parts if isinstance(part.left, FieldRef)]
    having = [part for part in parts if isinstance(part.left, Aggregate)]
    return Matches(
        read_name(name),
        all_of(*where) if where else None,
        all_of(*having) if having else None,
        negated=negated,
        span=(name.start, end),
    )


def _part(argument: Token, value: Token) -> Compare:
    name, right = argument.text.lower(), read_value(value)
    span = (argument.start, value.end)
    if name in _COUNTS:
        return Compare(
            Aggregate(Function.COUNT, span=argument.span), _COUNTS[name], right, span=span
        )
    if name in _DATES:
        return Compare(FieldRef("date", span=argument.span), _DATES[name], right, span=span)
    return Compare(FieldRef(read_name(argument), span=argument.span), Op.EQ, right, span=span)
