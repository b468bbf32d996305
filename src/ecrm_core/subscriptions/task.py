"""Task: what sales is asked to do before the customer has to decide."""

from __future__ import annotations

from enum import Enum

from attrs import field, frozen

from ecrm_core.subscriptions.checks import is_a
from ecrm_core.subscriptions.condition import Condition
from ecrm_core.subscriptions.duration import Duration, as_duration, maybe_duration
from ecrm_core.subscriptions.notice import check_name

__all__ = ["Priority", "TaskRule"]


class Priority(Enum):
    """How urgent a task is, in the words of task lists."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


@frozen(kw_only=True)
class TaskRule:
    """A task such as "call": ``offset`` before the day that decides, for the role ``owner``.

    That day is the earlier of the customer's last day to cancel and the first notice to her.
    ``kind`` is what is done (default: the name). One that is not done (TaskDone) ``escalate_after``
    it was given is told to ``escalate_to``, once. ``applies_if`` says for whom it is meant.
    """

    name: str
    offset: Duration = field(converter=as_duration)
    owner: str = "account_manager"
    kind: str = field()
    priority: Priority = field(default=Priority.NORMAL, validator=is_a(Priority))
    escalate_after: Duration | None = field(default=None, converter=maybe_duration)
    escalate_to: str = "sales_lead"
    applies_if: Condition | None = field(default=None, validator=is_a(Condition, or_none=True))

    @kind.default
    def _kind(self) -> str:
        return self.name

    def __attrs_post_init__(self) -> None:
        """Refuse names that do not fit a key."""
        check_name(self.name)
