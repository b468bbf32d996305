"""Person: somebody made of unlikely text, in every spelling that a dump may hold it in."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from random import Random

from attrs import frozen

from tests.profile import SEED

LETTERS = "bcdfghjklmnpqrstvwxz"


@frozen
class Person:
    """One person: a word nobody else says, letters with several spellings, and a number."""

    word: str
    digits: str

    @property
    def name(self) -> str:
        return f"{self.word.capitalize()}É Ŝmith"

    @property
    def email(self) -> str:
        return f"{self.word}@example.com"

    @property
    def phone(self) -> str:
        return f"+82 2-{self.digits[:4]}-{self.digits[4:]}"

    def say(self, what: str) -> str:
        """A text with her name in it."""
        return f"{what} of {self.name}"

    @property
    def traces(self) -> tuple[str, ...]:
        """What must be nowhere: her word and her number, however they are written."""
        texts = {self.word, self.name, self.name.casefold(), self.name.upper(), self.digits,
                 self.phone, f"{self.digits[:4]}-{self.digits[4:]}"}  # fmt: skip
        spelt = {unicodedata.normalize("NFKD", text) for text in texts}
        spelt |= {unicodedata.normalize("NFC", text) for text in texts}
        return tuple(sorted(spelt | {json.dumps(text)[1:-1] for text in spelt}))

    def found_in(self, data: bytes) -> Iterator[str]:
        """Go through the places where a trace is, without showing what stands there."""
        folded = data.lower()
        for trace in self.traces:
            for form in (trace.encode(), trace.lower().encode(), trace.encode("utf-16-le")):
                if (at := folded.find(form.lower())) >= 0:
                    yield f"at byte {at}, after {data[max(0, at - 60) : at]!r}"


def people(count: int) -> list[Person]:
    """So many persons, the same in every run of a seed."""
    draw = Random(SEED)
    return [
        Person("zq" + "".join(draw.choices(LETTERS, k=14)),
               "7" + "".join(draw.choices("0123456789", k=7)))
        for _ in range(count)
    ]  # fmt: skip
