"""Parse: the query language, by recursive descent that goes on after a mistake.

The syntax is that of Shopify's customer segments (2026): AND binds tighter than OR, NOT tighter
than AND, a comma inside MATCHES means AND.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from attrs import frozen

from ecrm_core.errors import DefinitionError, Diagnostic, InputError, SegmentSyntaxError
from ecrm_core.kernel import gate_text
from ecrm_core.segmentation.calls import read_call
from ecrm_core.segmentation.conditions import no_operator, read_condition, unexpected
from ecrm_core.segmentation.grouping import conjuncts, sorts_of
from ecrm_core.segmentation.literals import Mistake, read_name, told
from ecrm_core.segmentation.operands import next_operand
from ecrm_core.segmentation.shopify import UNREADABLE, counterpart
from ecrm_core.segmentation.stream import Stream
from ecrm_core.segmentation.terms import MAX_QUERY, FieldRef, Operand, Span
from ecrm_core.segmentation.tokens import Token, TokenKind, mask_query, tokenize
from ecrm_core.segmentation.tree import InSegment, Matches, Not, Rule, all_of, any_of

__all__ = ["Parsed", "parse_query", "read_query", "refuse"]

_TOO_LONG: Final = "too_long"
_UNKNOWN: Final = "unknown_name"
_ODD: Final = re.compile("[\x00\ud800-\udfff]")


@frozen
class Parsed:
    """A query read: its rule, and what is deprecated in it."""

    rule: Rule
    diagnostics: tuple[Diagnostic, ...] = ()


def parse_query(source: str) -> Parsed:
    """Return the rule of a query; SegmentSyntaxError with every mistake found in it.

    At most 8 KiB, nested 64 deep. Names are not looked up here: that is the checker's part.
    """
    rule, found = read_query(source)
    errors = [remark for remark in found if remark.severity == "error"]
    if errors or rule is None:
        raise refuse(source, errors)
    return Parsed(rule, found)


def read_query(source: str) -> tuple[Rule | None, tuple[Diagnostic, ...]]:
    """Return what could be read of a query, and every remark on it, in the order of the text.

    With an error among the remarks the rule is of the parts that could be read, for more remarks.
    Raises SegmentSyntaxError for a query beyond the bounds, DefinitionError for what is no text.
    """
    _gate(source)
    parser = _Parser(tokenize(source))
    rule = parser.whole()
    return rule, tuple(sorted(parser.diagnostics, key=lambda d: d.start))


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
        raise _refused(source, error.code, error.detail, error.facts.get("at")) from None
    if size > MAX_QUERY:
        message = f"found a query of {size} bytes, expected at most {MAX_QUERY}"
        raise _refused(source, _TOO_LONG, message, None)


def _refused(source: str, code: str, message: str, at: object) -> SegmentSyntaxError:
    """Return the error of a query that no gate lets in: what fits of it, its odd signs replaced."""
    shown = _ODD.sub("\ufffd", source[:MAX_QUERY])
    start = at if isinstance(at, int) and at < len(shown) else max(0, len(shown) - 1)
    expected = (message.rpartition("expected ")[2],)
    place = Diagnostic(code=code, message=message, start=start, end=start + 1, expected=expected)
    return refuse(shown, [place])


def _joined(
    join: Callable[..., Rule], items: list[Rule | None], *, span: Span | None = None
) -> Rule | None:
    """Join the rules that could be read; None when none could."""
    rules = [item for item in items if item is not None]
    if len(rules) < 2:
        return rules[0] if rules else None
    return join(*rules, span=span)


def _begins(token: Token) -> bool:
    """Tell whether a condition may begin here, or be joined."""
    return token.kind in {TokenKind.WORD, TokenKind.QUOTED} or token.is_sign("(")


class _Parser(Stream):
    """One descent; a mistake is noted, the condition skipped, and the rest read on."""

    _inside = False

    # ------------------------------------------------------------ rules

    def whole(self) -> Rule | None:
        """Read the query to its end, behind a mistake too; None when nothing could be read."""
        try:
            read = [self._any()]
            while not self.ended:
                self._note_unexpected()
                if not self.ended:
                    read.append(self._any())
            return _joined(all_of, read)
        except Mistake as mistake:  # nested too deep: nothing more is read
            self.note(mistake)
            return None
        except DefinitionError as error:  # the tree grows deeper than its text
            self.note(Mistake(error.code, error.message, self.now))
            return None

    def _note_unexpected(self) -> None:
        """Note what stands where AND or OR should, and go on to where a condition may begin."""
        found = unexpected(self.tokens, self.at)
        self.note(found)
        self.at += bool(found.near) or not _begins(self.now)
        while not self.ended and not _begins(self.now):
            self.at += 1
        _ = self.accept_word("AND") or self.accept_word("OR")

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
        return _joined(join, items, span=self.span(start))

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
        self._refuse_unreadable()
        call = read_call(self)
        if call is not None:
            return call
        if self.accept_word("IN"):
            return self._in_segment(start)
        left = next_operand(self, inside=self._inside)
        if self.accept_word("NOT_MATCHES"):
            return self._matches(left, start, negated=True)
        negated = self.accept_word("NOT")
        if self.accept_word("MATCHES"):
            return self._matches(left, start, negated=negated)
        made = read_condition(self, left, start, negated=negated)
        if made is None:
            raise no_operator(self, negated=negated)
        return made

    def _refuse_unreadable(self) -> None:
        known = counterpart(self.now.text) if self.now.text in UNREADABLE else None
        if known is not None:
            raise Mistake(_UNKNOWN, known.message, self.now, known.expected)

    def _in_segment(self, start: int) -> Rule:
        """Read IN SEGMENT 'name', where a condition begins."""
        self.expect_word("SEGMENT")
        token = self.next()
        if token.kind not in {TokenKind.TEXT, TokenKind.QUOTED}:
            self.back(token)
            raise Mistake("name_expected", f"found {told(token)}", token, ("a name in quotes",))
        return InSegment(read_name(token), span=self.span(start))

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
                else:
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
