"""Policies: what a shop does around its subscriptions, complete for consumers and companies."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from difflib import get_close_matches
from enum import Enum
from typing import Final

from attrs import field, frozen

from ecrm_core.errors import DefinitionError, UnknownName
from ecrm_core.kernel import Rounding
from ecrm_core.subscriptions.condition import Market
from ecrm_core.subscriptions.dunning import DunningEnd, DunningPolicy
from ecrm_core.subscriptions.duration import Duration, as_duration
from ecrm_core.subscriptions.notice import IfMissed, NoticeRule, RelativeTo
from ecrm_core.subscriptions.proration import Grain
from ecrm_core.subscriptions.task import Priority, TaskRule

__all__ = ["PRESETS", "CatchUp", "Policies", "policies_of"]


class CatchUp(Enum):
    """What becomes of charges whose day has passed when something runs again."""

    ALL = "all"
    """Each is made, once."""
    LATEST = "latest"
    """The latest is made, those before it are skipped and recorded."""
    SKIP = "skip"
    """Those that are overdue are skipped and recorded."""
    HOLD = "hold"
    """Those that are overdue wait for ReleaseHeld or DropHeld; billing goes on after them."""


@frozen(kw_only=True)
class Policies:
    """The rules beside the plan: notices, tasks, dunning, the time things are due, the rounding.

    ``market`` is who buys. Without ``dunning`` a charge that failed is past due until it is paid,
    and nothing more is done. Names of notices and of tasks differ among themselves
    (DefinitionError).
    ``grain`` says how a period is divided: by its days, or every month as 30. With
    ``last_day_inclusive`` the day of a cancellation is its last one and is paid; else it is the
    first one without. ``catch_up`` says what becomes of charges whose day has passed,
    ``overdue_after`` when one is overdue: more than that after its day (for SKIP and HOLD).
    Names of notices and of tasks differ among themselves (DefinitionError).
    """

    name: str
    notices: tuple[NoticeRule, ...] = ()
    tasks: tuple[TaskRule, ...] = ()
    dunning: DunningPolicy | None = None
    market: Market = Market.CONSUMER
    due_time: time = field(default=time(0, 0))
    rounding: Rounding = Rounding.HALF_UP
    grain: Grain = Grain.DAY
    last_day_inclusive: bool = False
    catch_up: CatchUp = CatchUp.ALL
    overdue_after: Duration = field(default=Duration(0, 3), converter=as_duration)

    def __attrs_post_init__(self) -> None:
        """Refuse seconds, and two rules under one name: their action keys would be the same."""
        if self.grain is Grain.SECOND:
            message = "found the grain second: a subscription is billed by days of its zone"
            raise DefinitionError(message, code="grain")
        for rules in (self.notices, self.tasks):
            if len({rule.name for rule in rules}) < len(rules):
                message = f"two rules of the policies {self.name!r} have one name"
                raise DefinitionError(message, code="rule_name")


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


def policies_of(name: str) -> Policies:
    """Return the preset of that name; UnknownName when there is none."""
    try:
        return PRESETS[name]
    except KeyError:
        near = tuple(get_close_matches(name[:80], PRESETS))
        raise UnknownName("preset of policies", name[:80], near) from None
