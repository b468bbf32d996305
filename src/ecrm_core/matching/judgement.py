"""Judgement: what a person said about two customers: the same, different, or unsure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Final

from attrs import field, frozen

from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import (
    Index,
    Kind,
    derive_id,
    gate_instant,
    gate_text,
    instant_text,
    member_of,
)

__all__ = ["JUDGEMENTS", "RULED", "Judgement", "JudgementVerdict", "said_after", "verdicts"]

RULED: Final = 60.0
"""Bits that two judged the same are taken to have."""
_LATEST = datetime.max.replace(tzinfo=UTC) - timedelta.resolution


class JudgementVerdict(Enum):
    """What was said of two; UNSURE takes an earlier verdict back."""

    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"

    @classmethod
    def of(cls, text: str | JudgementVerdict) -> JudgementVerdict:
        """Return the verdict of that name; UnknownName when there is none."""
        return member_of(cls, text, "verdict")


@frozen(kw_only=True)
class Judgement:
    """One person's verdict on two ids (home ids in a store), ``left`` below ``right``.

    Nothing is ever rewritten: a later judgement on the same two stands in place of this one.
    """

    id: str
    left: str
    right: str
    verdict: JudgementVerdict
    by: str
    at: datetime
    reason: str | None = field(default=None, repr=False)

    def __attrs_post_init__(self) -> None:
        """Refuse two of one id, or out of order (DefinitionError), and naive times (InputError)."""
        if not self.left < self.right:
            message = "a judgement is about two ids, the lower one first"
            raise DefinitionError(message, code="judgement")
        gate_instant(self.at, "$.at")

    @classmethod
    def of(
        cls,
        left: str,
        right: str,
        verdict: str | JudgementVerdict,
        *,
        by: str,
        at: datetime,
        reason: str | None = None,
        tenant: str = "main",
    ) -> Judgement:
        """Return the judgement on two ids given in any order."""
        low, high = sorted((gate_text(left, "$.left"), gate_text(right, "$.right")))
        said, who = JudgementVerdict.of(verdict), gate_text(by, "$.by").strip()
        id_ = derive_id("jdg", tenant, low, high, said.value, who, instant_text(at))
        why = None if reason is None else gate_text(reason, "$.reason").strip() or None
        return cls(id=id_, left=low, right=high, verdict=said, by=who, at=at, reason=why)


JUDGEMENTS: Final = Kind(
    name="judgement",
    of=Judgement,
    key=("id",),
    indexes=(Index("by_left", ("left",)), Index("by_right", ("right",))),
    insert_only=True,
    owner="matching",
)
"""The rows of judgements, found by either id."""


def said_after(at: datetime, before: Judgement | None) -> datetime:
    """Return when a judgement is made that stands in place of this one: after it, however soon."""
    return at if before is None else max(at, min(before.at, _LATEST) + timedelta.resolution)


def verdicts(judgements: Iterable[Judgement]) -> Mapping[tuple[str, str], JudgementVerdict]:
    """Return the last verdict on each two ids (ties by id), without those that are unsure."""
    last = {
        (said.left, said.right): said.verdict
        for said in sorted(judgements, key=lambda said: (said.at, said.id))
    }
    return {pair: said for pair, said in last.items() if said is not JudgementVerdict.UNSURE}
