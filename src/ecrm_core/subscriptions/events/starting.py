"""Starting: it began, and its free days ended."""

from __future__ import annotations

from attrs import frozen

from ecrm_core.subscriptions.copying import changed
from ecrm_core.subscriptions.events.base import Event, past
from ecrm_core.subscriptions.subscription import Subscription

__all__ = ["Created", "TrialEnded"]


@frozen(kw_only=True)
class Created(Event):
    """The subscription began, as this state."""

    kind = "created"
    state: Subscription

    def applied(self, state: Subscription) -> Subscription:  # noqa: ARG002 - there was none
        return self.state


@frozen(kw_only=True)
class TrialEnded(Event):
    """The free days are over."""

    kind = "trial_ended"

    def applied(self, state: Subscription) -> Subscription:
        return changed(state, trial_until=None, **past(state, "trial"))
