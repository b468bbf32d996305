"""Score: would she recommend the shop: the Net Promoter question, from 0 to 10.

9 and 10 are promoters, 7 and 8 passive, the others detractors (Reichheld, Harvard Business Review,
December 2003).
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Final

from attrs import frozen

from ecrm_core.timeline.interaction import Interaction

__all__ = ["Answer", "NpsGroup", "answer_of"]

_PROMOTER: Final = 9
_PASSIVE: Final = 7
_HIGHEST: Final = 10
_DIGITS: Final = 2


class NpsGroup(Enum):
    """What an answer makes of her."""

    PROMOTER = "promoter"
    PASSIVE = "passive"
    DETRACTOR = "detractor"


@frozen(kw_only=True, order=True)
class Answer:
    """One answer; of two the later counts (``event`` ends ties)."""

    at: datetime
    event: str
    score: int

    @property
    def group(self) -> NpsGroup:
        """What it makes of her."""
        if self.score >= _PROMOTER:
            return NpsGroup.PROMOTER
        return NpsGroup.PASSIVE if self.score >= _PASSIVE else NpsGroup.DETRACTOR


def answer_of(interaction: Interaction) -> Answer | None:
    """Return the answer that an interaction holds; None for another question or no whole number.

    It is ``survey_answered`` with ``"nps": true`` and a ``"score"`` from 0 to 10 in its data.
    """
    data = interaction.data
    if interaction.kind != "survey_answered" or data.get("nps") is not True:
        return None
    score = _whole(data.get("score"))
    if score is None or not 0 <= score <= _HIGHEST:
        return None
    event = f"{interaction.source}/{interaction.event_id}"
    return Answer(at=interaction.at, event=event, score=score)


def _whole(score: object) -> int | None:
    if isinstance(score, str) and score.isdecimal() and len(score) <= _DIGITS:
        return int(score)
    if isinstance(score, Decimal) and score == score.to_integral_value():
        return int(score)
    return score if isinstance(score, int) and not isinstance(score, bool) else None
