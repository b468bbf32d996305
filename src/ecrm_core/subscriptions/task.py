"""Task: what sales is asked to do before the customer has to decide."""

from __future__ import annotations

from attrs import field, frozen

from ecrm_core.subscriptions.duration import Duration, as_duration
from ecrm_core.subscriptions.notice import check_name

__all__ = ["TaskRule"]


@frozen(kw_only=True)
class TaskRule:
    """A task such as "call": ``offset`` before the day that decides, for a role.

    That day is the earlier of the customer's last day to cancel and the first notice to her.
    """

    name: str
    offset: Duration = field(converter=as_duration)
    owner: str = "account_manager"

    def __attrs_post_init__(self) -> None:
        """Refuse names that do not fit a key."""
        check_name(self.name)
