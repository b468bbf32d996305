"""Evidence: what a test of a value yields: what it saw, and what might be meant instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Protocol

from attrs import field, frozen

from ecrm_core.customers import FieldValue
from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import Json, Private
from ecrm_core.quality.party import Party

__all__ = ["FOUND", "Evidence", "QualityTest", "Suggestion"]

_LONG = 500  # characters: signs of invention are several words
_LARGE = 10**15


@frozen(kw_only=True)
class Evidence:
    """Something is found: one finding. ``facts`` fill the sentence and hold no personal data.

    ``message`` is the key of another sentence than the rule's, where a test has two things to say.
    """

    facts: Mapping[str, str | int] = field(factory=dict)
    message: str | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse what cannot fill a sentence (DefinitionError), while it is known whose it is."""
        if self.message is not None and not _is_name(self.message):
            message = f"found {type(self.message).__name__} as message, expected a key"
            raise DefinitionError(message, code="evidence")
        if not isinstance(self.facts, Mapping):
            message = f"found {type(self.facts).__name__} as facts, expected a mapping"
            raise DefinitionError(message, code="evidence")
        for name, held in self.facts.items():
            if not _is_name(name) or not _is_fact(held):
                message = f"found {type(held).__name__} as a fact, expected short text or a number"
                raise DefinitionError(message, code="evidence")


def _is_name(text: object) -> bool:
    return isinstance(text, str) and text.isascii() and text.isidentifier() and len(text) <= _LONG


def _is_fact(held: object) -> bool:
    if isinstance(held, str):
        return len(held) <= _LONG
    return isinstance(held, int) and abs(held) < _LARGE


FOUND: Final = (Evidence(),)
"""What a test returns that has no more to say than that it found something."""


@frozen(kw_only=True, repr=False)
class Suggestion(Private):
    """A value that may be meant instead, of the field's own type.

    ``confidence`` is 0 to 1; ``automatic`` says that it may be taken without asking anybody. It
    belongs to the Evidence before it. ``instead_of`` is the value it was made for: the engine
    writes it down.
    """

    value: FieldValue
    confidence: float
    automatic: bool = False
    instead_of: FieldValue = None

    def reveal(self) -> FieldValue:
        """Return the value itself."""
        return self.value

    def __attrs_post_init__(self) -> None:
        """Refuse a confidence outside 0 to 1 (DefinitionError)."""
        if not 0 <= self.confidence <= 1:
            message = f"found the confidence {self.confidence}, expected 0 to 1"
            raise DefinitionError(message, code="confidence")


class QualityTest(Protocol):
    """A pure function that tells whether something is wrong with this value of this party."""

    def __call__(
        self, value: FieldValue, record: Party, params: Mapping[str, Json], /
    ) -> Iterable[Evidence | Suggestion]:
        """Return (or yield) nothing, or Evidence, each followed by its Suggestions."""
        ...
