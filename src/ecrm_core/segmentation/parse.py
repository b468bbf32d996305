"""Parse: the query language, by recursive descent that goes on after a mistake.

The syntax is that of Shopify's customer segments (2026): AND binds tighter than OR, NOT tighter
than AND, a comma inside MATCHES means AND.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from attrs import frozen

from ecrm_core.errors import DefinitionError, Diagnostic, InputError, SegmentSyntaxError
from ecrm_core.kernel import gate_text
from ecrm_core.segmentation.calls import rewritten_call
from ecrm_core.segmentation.grouping import conjuncts, sorts_of
from ecrm_core.segmentation.literals import Mistake, read_name, read_value, told
from ecrm_core.segmentation.render import render_value
from ecrm_core.segmentation.stream import Stream
from ecrm_core.segmentation.terms import (
    MAX_QUERY,
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
from ecrm_core.segmentation.tokens import Token, TokenKind, is_reserved, mask_query, tokenize
from ecrm_core.segmentation.tree import (
    Between,
    Compare,
    Contains,
    In,
    InSegment,
    IsNull,
    Matches,
    Not,
    Op,
    Rule,
    all_of,
    any_of,
)

__all__ = ["Parsed", "parse_query", "refuse"]

_OPERATORS = ("=", "!=", "<", "<=", ">", ">=", "IN", "CONTAINS", "BETWEEN", "IS NULL", "MATCHES")
_TOO_LONG = "too_long"
_CALLS = (
    "anniversary(...)", "bucket(...)", "sum(...)", "min(...)", "max(...)", "MATCHES (...)",
)  # fmt: skip
_FUNCTIONS = {"sum": Function.SUM, "min": Function.MIN, "max": Function.MAX}


@frozen
class Parsed:
    """A query read: its rule, and what is deprecated in it."""

    rule: Rule
    diagnostics: tuple[Diagnostic, ...] = ()


def parse_query(source: str) -> Parsed:
    """Return the rule of a query; SegmentSyntaxError with every mistake found in it.

    At most 8 KiB, nested 64 deep. Names are not looked up here: that is the checker's part.
    """
    _gate(source)
    parser = _Parser(tokenize(source))
    rule = parser.whole()
    found = tuple(sorted(parser.diagnostics, key=lambda d: d.start))
    errors = [d for d in found if d.severity == "error"]
    if errors or rule is None:
        raise refuse(source, errors)
    return Parsed(rule, found)


def refuse(source: str, diagnostics: list[Diagnostic]) -> SegmentSyntaxError:
    """Return the error of a query with its diagnostics in the order of the text."""
    found = sorted(diagnostics, key=lambda d: d.start)
    return SegmentSyntaxError(source, mask_query(source), tuple(found))


def _gate(source: str) -> None:
    try:
        size = len(gate_text(source, limit=MAX_QUERY).encode())
    except InputError as error:
        if error.code == "not_text":
            message = f"found a query of {type(source).__name__}, expected text"
            raise DefinitionError(message, code="segment_tree") from None
        raise refuse("", [Diagnostic(code=error.code, message=error.detail)]) from None
    if size > MAX_QUERY:
        message = f"found a query of {size} bytes, expected at most {MAX_QUERY}"
        raise refuse("", [Diagnostic(code=_TOO_LONG, message=message)])


class _Parser(Stream):
    """One descent; a mistake is noted, the condition skipped, and the rest read on."""

    _inside = False

    # ------------------------------------------------------------ rules

    def whole(self) -> Rule | None:
        """Read the query to its end."""
        try:
            rule = self._any()
        except Mistake as mistake:  # nested too deep: nothing more is read
            self.note(mistake)
            return None
        except DefinitionError as error:  # the tree grows deeper than its text
            self.note(Mistake(error.code, error.message, self.now))
            return None
        if self.now.kind is not TokenKind.END:
            expected = ("AND", "OR", "the end")
            self.note(Mistake("unexpected", f"found {told(self.now)}", self.now, expected))
        return rule

    def _any(self) -> Rule | None:
        return self._joined("OR", self._all, any_of)

    def _all(self) -> Rule | None:
        return self._joined("AND", self._one, all_of)

    def _joined(
        self, word: str, part: Callable[[], Rule | None], join: Callable[..., Rule]
    ) -> Rule | None:
        start = self.now.start
        items = [part()]
        while self.accept_word(word):
            items.append(part())
        rules = [item for item in items if item is not None]
        return join(*rules, span=self.span(start)) if len(rules) == len(items) else None

    def _one(self) -> Rule | None:
        start, first = self.now, self.at
        if self.accept_word("NOT"):
            with self.deeper(start):
                item = self._one()
            return item and Not(item, span=self.span(start.start))
        if self.accept_sign("("):
            with self.deeper(start):
                rule = self._any()
            self._close(start)
            return rule
        try:
            return self._leaf()
        except Mistake as mistake:
            if mistake.fatal:
                raise
            self.note(mistake)
            self.skip(first)
            return None

    def _close(self, opened: Token) -> None:
        if not self.accept_sign(")"):
            self.note(Mistake("unclosed", "found no closing bracket", opened, (")",)))
            self.skip(self.at)
            self.accept_sign(")")

    # ------------------------------------------------------------ conditions

    def _leaf(self) -> Rule:
        start = self.now.start
        call = rewritten_call(self.tokens[self.at :])
        if call is not None:
            rule, count, diagnostic = call
            self.at += count
            self.diagnostics.append(diagnostic)
            return rule
        if self.accept_word("IN"):
            return self._in_segment(start)
        left = self._operand()
        negated = self.accept_word("NOT")
        made = self._condition(left, start, negated=negated)
        if made is not None:
            return made
        expected = tuple(o for o in _OPERATORS if not negated or o.isalpha())
        message = "found no operator behind the field"
        if self.now.is_sign("=="):
            message, expected = "found ==", ("=",)
        raise Mistake("operator_expected", message, self.now, expected)

    def _in_segment(self, start: int) -> Rule:
        """Read IN SEGMENT 'name', where a condition begins."""
        self.expect_word("SEGMENT")
        token = self.next()
        if token.kind not in {TokenKind.TEXT, TokenKind.QUOTED}:
            self.at -= token.kind is not TokenKind.END
            raise Mistake("name_expected", f"found {told(token)}", token, ("a name in quotes",))
        return InSegment(read_name(token), span=self.span(start))

    def _condition(self, left: Operand, start: int, *, negated: bool) -> Rule | None:
        if self.accept_word("MATCHES"):
            return self._matches(left, start, negated=negated)
        if self.accept_word("IN"):
            values = tuple(self._values())
            return In(left, values, negated=negated, span=self.span(start))
        if self.accept_word("CONTAINS"):
            value = self._value()
            return Contains(left, value, negated=negated, span=self.span(start))
        if self.accept_word("BETWEEN"):
            low = self._value()
            self.expect_word("AND")
            high = self._value()
            return Between(left, low, high, negated=negated, span=self.span(start))
        return None if negated else self._plain_condition(left, start)

    def _plain_condition(self, left: Operand, start: int) -> Rule | None:
        """Read a condition no NOT may stand before."""
        if self.accept_word("IS"):
            negated = self.accept_word("NOT")
            self.expect_word("NULL")
            return IsNull(left, negated=negated, span=self.span(start))
        if self.now.kind is TokenKind.OP and self.now.text != "==":
            op = Op(self.next().text.replace("<>", "!="))
            right = self._value()
            return Compare(left, op, right, span=self.span(start))
        return None

    def _operand(self) -> Operand:
        token = self.next()
        if self._inside and token.is_word("COUNT"):
            if self.accept_sign("("):
                self.expect_sign(")")
            return Aggregate(Function.COUNT, span=self.span(token.start))
        if token.kind is TokenKind.WORD and self.now.is_sign("("):
            return self._function(token)
        if token.kind is TokenKind.QUOTED or self._names(token):
            return FieldRef(read_name(token), span=token.span)
        self.at -= token.kind is not TokenKind.END
        raise Mistake("condition_expected", f"found {told(token)}", token, ("a field", "NOT", "("))

    @staticmethod
    def _names(token: Token) -> bool:
        if token.kind is not TokenKind.WORD:
            return False
        return not is_reserved(token.text) or token.is_word("COUNT")

    def _function(self, token: Token) -> Operand:
        name = token.text.lower()
        if name == "bucket":
            return self._bucket(token)
        if name != "anniversary" and name not in _FUNCTIONS:
            expected = _CALLS
            raise Mistake("unknown_function", f"no function is named {name!r}", token, expected)
        self.expect_sign("(")
        if self.now.is_word("DATE") and self.tokens[self.at + 1].is_sign(":"):
            self.at += 2  # anniversary(date: 'x'), the older spelling
            message = "an argument needs no name here"
            self.note(Mistake("deprecated", message, token), severity="deprecated")
        of = self.next()
        if of.kind not in {TokenKind.TEXT, TokenKind.QUOTED} and not self._names(of):
            raise Mistake("name_expected", f"found {told(of)}", of, ("a field",))
        self.expect_sign(")")
        span = self.span(token.start)
        if name == "anniversary":
            return Anniversary(read_name(of), span=span)
        return Aggregate(_FUNCTIONS[name], read_name(of), span=span)

    def _bucket(self, token: Token) -> Operand:
        """Read bucket('salt') or bucket('salt', id)."""
        self.expect_sign("(")
        salt = read_value(self.next())
        if not isinstance(salt, Text):
            raise Mistake("value_expected", "found no salt", token, ("text in quotes",))
        name = "customer_id"
        if self.accept_sign(","):
            of = self.next()
            if of.kind is not TokenKind.QUOTED and not self._names(of):
                raise Mistake("name_expected", f"found {told(of)}", of, ("a field",))
            name = read_name(of)
        self.expect_sign(")")
        return Bucket(salt.value, name, span=self.span(token.start))

    # ------------------------------------------------------------ MATCHES

    def _matches(self, left: Operand, start: int, *, negated: bool) -> Rule:
        if not isinstance(left, FieldRef):
            message = "found a function before MATCHES"
            raise Mistake("relation_expected", message, self.now, ("a relation",))
        opened = self.now
        self.expect_sign("(")
        before, self._inside = self._inside, True
        with self.deeper(opened):
            where, having = self._parts()
        self._inside = before
        self._close(opened)
        return Matches(left.name, all_of(*where) if where else None,
                       all_of(*having) if having else None,
                       negated=negated, span=self.span(start))  # fmt: skip

    def _parts(self) -> tuple[list[Rule], list[Rule]]:
        """Read the parts between commas: conditions on each row, and on all rows together."""
        where: list[Rule] = []
        having: list[Rule] = []
        while not self.now.is_sign(")"):
            rule = self._any()
            for part in conjuncts(rule):
                sorts = set(sorts_of(part))
                if len(sorts) > 1:
                    self._note_mixed(part)
                (having if sorts == {True} else where).append(part)
            if not self.accept_sign(","):
                break
        return where, having

    def _note_mixed(self, part: Rule) -> None:
        message = "one OR or NOT holds a condition on a row and one on all rows together"
        start, end = part.span or (0, 0)
        expected = ("conditions on rows and on counts apart, parted by a comma",)
        place = Token(TokenKind.BAD, "", start, end)
        self.note(Mistake("mixed_aggregate", message, place, expected))

    # ------------------------------------------------------------ values

    def _values(self) -> Iterator[Value]:
        self.expect_sign("(")
        yield self._value()
        while self.accept_sign(","):
            yield self._value()
        self.expect_sign(")")

    def _value(self) -> Value:
        if self.accept_sign(":"):
            return self._param()
        token = self.now
        value = read_value(token)
        if token.text.endswith("_ago"):
            fix = render_value(value)
            older = Mistake("deprecated", "found an older spelling", token, fix=fix)
            self.note(older, severity="deprecated")
        self.at += 1
        return value

    def _param(self) -> Value:
        """Read the name of a parameter behind its colon."""
        start, token = self.tokens[self.at - 1].start, self.next()
        if token.kind is not TokenKind.WORD or "." in token.text:
            self.at -= token.kind is not TokenKind.END
            raise Mistake("name_expected", f"found {told(token)}", token, ("a name",))
        return Param(token.text, span=self.span(start))
