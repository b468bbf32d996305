"""Explain: a Reason says in a code, facts and a sentence why something came out as it did."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

__all__ = ["Reason"]


@frozen
class Reason:
    """One reason: a stable code, facts without personal data, and the sentence they make.

    ``text`` is a format string over the facts, such as "{records} records state {field}".
    """

    code: str
    text: str
    facts: Mapping[str, str | int | bool | None] = field(factory=dict)

    def __str__(self) -> str:
        """Return the sentence."""
        return self.text.format_map(self.facts)
