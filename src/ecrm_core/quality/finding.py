"""Finding: what a rule found, masked; its sentence in English, Korean or Japanese."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from ecrm_core.kernel import Json
from ecrm_core.quality.evidence import Suggestion
from ecrm_core.quality.messages import render_message
from ecrm_core.quality.rule import Dimension, Severity

__all__ = ["DATE_AMBIGUOUS", "RULE_ERROR", "Finding"]

RULE_ERROR = "rule_error"
"""The message of a finding about a rule whose test crashed: the data is not to blame."""

DATE_AMBIGUOUS = "date_ambiguous"
"""The message of a finding about a date with several readings; its suggestions are these days."""


@frozen(kw_only=True, repr=False)
class Finding:
    """One finding.

    ``path`` says where ("emails[0]", "name", "$"), ``evidence`` is the value masked to its first
    character, ``facts`` fill the sentence and hold no personal data; ``sentences`` are the rule's
    own. The suggestions hold values.
    """

    rule: str
    path: str
    severity: Severity
    dimension: Dimension
    message_key: str
    evidence: str = ""
    facts: Mapping[str, str | int] = field(factory=dict, hash=False)
    suggestions: tuple[Suggestion, ...] = ()
    sentences: Mapping[str, str] = field(factory=dict, hash=False, eq=False)

    @property
    def crashed(self) -> bool:
        """Whether this is about the rule itself: its test failed, and nothing is known."""
        return self.message_key == RULE_ERROR

    def message(self, language: str = "en") -> str:
        """Return the sentence in "en", "ko" or "ja"; UnknownName for another language."""
        return render_message(
            self.message_key, self.facts, language=language, sentences=self.sentences
        )

    def to_json(self) -> dict[str, Json]:
        """Return the finding as JSON values, masked, without the values suggested."""
        return {
            "rule": self.rule,
            "path": self.path,
            "severity": self.severity.value,
            "dimension": self.dimension.value,
            "message": self.message_key,
            "evidence": self.evidence,
            "facts": dict(self.facts),
            "suggestions": [[held.confidence, held.automatic] for held in self.suggestions],
        }

    def __repr__(self) -> str:
        """Show rule, place and severity."""
        return f"<Finding {self.rule} {self.path} {self.severity.value}>"

    def __str__(self) -> str:
        """Return place, masked value and sentence."""
        where = f"{self.path} {self.evidence}".rstrip()
        return f"{where}: {self.message()}"
