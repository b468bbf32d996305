"""RFM: the verb that scores every customer by how lately, how often and for how much she buys."""

from __future__ import annotations

from datetime import datetime

from ecrm_core.crm.verbs import Verbs
from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import CustomerId, minor_units
from ecrm_core.segmentation import QUINTILES, Rfm, Scoring
from ecrm_core.services import all_purchases

__all__ = ["RfmVerbs"]


class RfmVerbs(Verbs):
    """Score the customers of a store."""

    def rfm(
        self,
        *,
        as_of: datetime | None = None,
        scoring: Scoring | None = None,
        currency: str | None = None,
    ) -> Rfm[CustomerId]:
        """Return recency, frequency and monetary scores of all customers, now or at an instant.

        ``scoring`` is Percentiles (default: quintiles) or Thresholds. Orders count without tests,
        those cancelled by then and those refunded in full; other refunds come off. Days are those
        of the shop's zone, money is that in ``currency`` (default: the shop's). Who has no such
        order has no score. Raises DefinitionError for no currency ("currency_missing") or one that
        does not exist, InputError for a naive instant.
        """
        of = currency or self._settings.currency
        if of is None:
            message = "found no currency to score money in, expected currency='EUR' or the shop's"
            raise DefinitionError(message, code="currency_missing")
        minor_units(of)
        at = self._now(as_of)
        found = all_purchases(self.store, as_of=at, currency=of, tz=self._settings.tz)
        return Rfm.of(dict(sorted(found)), scoring=scoring or QUINTILES, as_of=at)
