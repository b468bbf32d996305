"""Presets: complete policies, for consumers and for companies."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from difflib import get_close_matches
from typing import Final

from ecrm_core.errors import UnknownName
from ecrm_core.subscriptions.condition import Market
from ecrm_core.subscriptions.dunning import DunningEnd, DunningPolicy
from ecrm_core.subscriptions.notice import IfMissed, NoticeRule, RelativeTo
from ecrm_core.subscriptions.policies import Policies
from ecrm_core.subscriptions.task import Priority, TaskRule

__all__ = ["PRESETS", "policies_of"]

_B2C = Policies(
    name="b2c",
    notices=(
        NoticeRule(name="trial_ending", relative_to=RelativeTo.TRIAL_END, aim="P3D",
                   earliest="P7D", latest="P1D"),
        NoticeRule(name="term_ending", relative_to=RelativeTo.DEADLINE, aim="P14D",
                   earliest="P30D", latest="P1D"),
    ),
    dunning=DunningPolicy(steps=("P1D", "P3D", "P7D", "P14D"), grace="P21D",
                          at_end=DunningEnd.CANCEL),
    due_time=time(9, 0),
)  # fmt: skip
_B2B = Policies(
    name="b2b",
    notices=(
        NoticeRule(name="term_ending", relative_to=RelativeTo.DEADLINE, aim="P30D",
                   earliest="P60D", latest="P7D", if_missed=IfMissed.TASK),
    ),
    tasks=(
        TaskRule(name="review", offset="P30D"),
        TaskRule(name="call", offset="P14D", priority=Priority.HIGH),
    ),
    dunning=DunningPolicy(steps=("P3D", "P7D", "P14D", "P21D"), grace="P30D",
                          at_end=DunningEnd.UNPAID),
    market=Market.BUSINESS,
    due_time=time(9, 0),
)  # fmt: skip
PRESETS: Final[Mapping[str, Policies]] = {"b2b": _B2B, "b2c": _B2C}
"""The complete presets by name: "b2c" makes no sales tasks, "b2b" does."""


def policies_of(name: str, presets: Mapping[str, Policies] = PRESETS) -> Policies:
    """Return the policies of that name; UnknownName, with what is like it, when there are none."""
    try:
        return presets[name]
    except (KeyError, TypeError):
        near = tuple(get_close_matches(str(name)[:80], presets))
        raise UnknownName("preset of policies", str(name)[:80], near) from None
