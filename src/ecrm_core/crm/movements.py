"""Movements: the verb that tells how the monthly recurring amount came about."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from ecrm_core.crm.verbs import Verbs
from ecrm_core.services import movements_of
from ecrm_core.subscriptions import Movements

__all__ = ["MovementVerbs"]


class MovementVerbs(Verbs):
    """Tell how the subscriptions of a store come and go."""

    def movements(self, *, since: date | None = None, now: datetime | None = None) -> Movements:
        """Return start, new, expansion, reactivation, contraction, churn and end of each month.

        One row for each currency and month up to today, in the shop's zone, from the events only.
        ``since``: its month is the first one shown. Each printed amount is rounded by itself.
        """
        until = self._today(now) + timedelta(days=1)
        return movements_of(self.store, since=since, until=until)
