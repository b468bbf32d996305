"""Stream: the tokens of a query under a cursor, and what was found wrong on the way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ecrm_core.errors import Diagnostic
from ecrm_core.segmentation.literals import Mistake, told
from ecrm_core.segmentation.nearest import nearest
from ecrm_core.segmentation.terms import Span
from ecrm_core.segmentation.tokens import Token, TokenKind
from ecrm_core.segmentation.tree import MAX_DEPTH

__all__ = ["Stream"]


class Stream:
    """A cursor over tokens; the END is never passed."""

    def __init__(self, tokens: tuple[Token, ...]) -> None:
        """Stand before the first token."""
        self.tokens = tokens
        self.at = 0
        self.diagnostics: list[Diagnostic] = []
        self._depth = 0

    @property
    def now(self) -> Token:
        """The token under the cursor."""
        return self.tokens[self.at]

    def next(self) -> Token:
        """Take the token under the cursor."""
        token = self.now
        self.at += token.kind is not TokenKind.END
        return token

    @property
    def ended(self) -> bool:
        """Whether no token is left."""
        return self.now.kind is TokenKind.END

    def back(self, token: Token) -> None:
        """Put the token just taken back: the mistake is at it."""
        self.at -= token.kind is not TokenKind.END

    def accept_word(self, word: str) -> bool:
        """Take the word if it is there, and tell."""
        found = self.now.is_word(word)
        self.at += found
        return found

    def accept_sign(self, sign: str) -> bool:
        """Take the sign if it is there, and tell."""
        found = self.now.is_sign(sign)
        self.at += found
        return found

    def expect_word(self, word: str) -> None:
        """Take the word; Mistake when it is not there."""
        if not self.accept_word(word):
            near = nearest(self.now.text, (word,)) if self.now.kind is TokenKind.WORD else ()
            message = f"found {told(self.now)}"
            raise Mistake("word_expected", message, self.now, (word,), near=near)

    def expect_sign(self, sign: str) -> None:
        """Take the sign; Mistake when it is not there."""
        if not self.accept_sign(sign):
            raise Mistake("sign_expected", f"found {told(self.now)}", self.now, (sign,))

    def span(self, start: int) -> Span:
        """Return the place from a character up to the last token taken."""
        return start, self.tokens[self.at - 1].end

    def note(self, mistake: Mistake, *, severity: str = "error") -> None:
        """Keep a remark."""
        self.diagnostics.append(mistake.diagnostic(severity))

    def skip(self, start: int) -> None:
        """Go on to where the next condition may begin, over whole brackets opened since a token."""
        passed = self.tokens[start : self.at]
        level = sum(token.is_sign("(") - token.is_sign(")") for token in passed)
        while self.now.kind is not TokenKind.END:
            if level == 0 and (self.now.is_word("AND", "OR") or self.now.is_sign(",", ")")):
                return
            level = max(0, level + self.now.is_sign("(") - self.now.is_sign(")"))
            self.at += 1

    @contextmanager
    def deeper(self, token: Token) -> Iterator[None]:
        """Go one level down; beyond the bound, a mistake that ends the reading."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            message = f"nested deeper than {MAX_DEPTH}"
            raise Mistake("segment_depth", message, token, fatal=True)
        try:
            yield
        finally:
            self._depth -= 1
