"""Terms: another one began, none is left, and whether one is to follow."""

from __future__ import annotations

from datetime import date
from typing import Any

from attrs import frozen

from ecrm_core.kernel import Money
from ecrm_core.subscriptions.copying import changed
from ecrm_core.subscriptions.events.base import Event, past
from ecrm_core.subscriptions.subscription import Subscription

__all__ = ["AutoRenewSet", "TermRenewed", "WentEvergreen"]


@frozen(kw_only=True)
class TermRenewed(Event):
    """Another term began, where it says so at another price from the first period of it on."""

    kind = "term_renewed"
    number: int
    price: Money | None = None
    price_on: date | None = None

    def applied(self, state: Subscription) -> Subscription:
        parts: dict[str, Any] = past(state, "t")
        if self.price is not None:
            parts |= {"next_price": self.price, "price_on": self.price_on}
        return changed(
            state, term_number=self.number, open_tasks=(), agreed=False, **parts
        )  # fmt: skip


@frozen(kw_only=True)
class WentEvergreen(Event):
    """The last term ended, and it goes on without one."""

    kind = "went_evergreen"

    def applied(self, state: Subscription) -> Subscription:
        return changed(state, term=None, open_tasks=(), **past(state, "t"))


@frozen(kw_only=True)
class AutoRenewSet(Event):
    """Whether it goes on at the end of its term."""

    kind = "auto_renew_set"
    auto_renew: bool

    def applied(self, state: Subscription) -> Subscription:
        return changed(state, auto_renew=self.auto_renew, agreed=self.auto_renew)
