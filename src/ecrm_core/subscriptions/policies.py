"""Policies: what a shop does around its subscriptions, beside what the plan says."""

from __future__ import annotations

from datetime import time
from enum import Enum

from attrs import field, frozen

from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import Rounding
from ecrm_core.subscriptions.checks import is_a, several
from ecrm_core.subscriptions.condition import Market
from ecrm_core.subscriptions.copying import derived
from ecrm_core.subscriptions.dunning import DunningPolicy
from ecrm_core.subscriptions.duration import Duration, as_duration
from ecrm_core.subscriptions.notice import NoticeRule, RelativeTo
from ecrm_core.subscriptions.proration import Grain
from ecrm_core.subscriptions.task import TaskRule

__all__ = ["CatchUp", "Policies"]


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


@frozen(kw_only=True, slots=False)
class Policies:
    """The rules beside the plan: notices, tasks, dunning, the time things are due, the rounding.

    ``market`` is who buys. Without ``dunning`` a charge that failed is past due until it is paid,
    and nothing more is done. ``grain`` says how a period is divided: by its days, or every month as
    30. With ``last_day_inclusive`` the day of a cancellation is its last one and is paid; else it
    is the first one without. ``catch_up`` says what becomes of charges whose day has passed,
    ``overdue_after`` when one is overdue: more than that after its day (for SKIP and HOLD).
    Names of notices and of tasks differ among themselves (DefinitionError).
    """

    name: str
    notices: tuple[NoticeRule, ...] = field(default=(), validator=several(NoticeRule))
    tasks: tuple[TaskRule, ...] = field(default=(), validator=several(TaskRule))
    dunning: DunningPolicy | None = field(default=None, validator=is_a(DunningPolicy, or_none=True))
    market: Market = field(default=Market.CONSUMER, validator=is_a(Market))
    due_time: time = field(default=time(0, 0), validator=is_a(time))
    rounding: Rounding = field(default=Rounding.HALF_UP, validator=is_a(Rounding))
    grain: Grain = field(default=Grain.DAY, validator=is_a(Grain))
    last_day_inclusive: bool = field(default=False, validator=is_a(bool))
    catch_up: CatchUp = field(default=CatchUp.ALL, validator=is_a(CatchUp))
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

    @derived
    def moving(self) -> tuple[NoticeRule, ...]:
        """The notices that every charge moves: those of charges, prices and amounts."""
        return tuple(rule for rule in self.notices if _moves(rule))

    @derived
    def lasting(self) -> tuple[NoticeRule, ...]:
        """The other notices, of terms and trials."""
        return tuple(rule for rule in self.notices if not _moves(rule))

    @derived
    def tasks_last(self) -> bool:
        """Whether no charge moves a task either."""
        asked = [rule.applies_if for rule in self.tasks]
        asked += [rule.applies_if for rule in self.notices]
        return not any(condition and condition.amount for condition in asked)

    @derived
    def asks(self) -> bool:
        """Whether a notice needs a consent."""
        return any(rule.needs_consent for rule in self.notices)


def _moves(rule: NoticeRule) -> bool:
    of_charges = rule.relative_to in {RelativeTo.CHARGE, RelativeTo.PRICE_CHANGE}
    return of_charges or bool(rule.applies_if and rule.applies_if.amount)
