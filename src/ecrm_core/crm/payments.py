"""Payments: the verbs that collect charges from a provider, and hear what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from ecrm_core.crm.outbox import OutboxVerbs
from ecrm_core.crm.verbs import Drafts
from ecrm_core.kernel import ChangeSet, DeliveryPolicy
from ecrm_core.ports import PaymentPort
from ecrm_core.services import Deliveries, Handler, collecting, payment_key, prepare_payment
from ecrm_core.subscriptions import PaymentFailed, PaymentRefunded, PaymentSucceeded, Status

__all__ = ["PaymentDrafts", "PaymentVerbs"]


class PaymentDrafts(Drafts):
    """The changing verb of payments, returning what it would write."""

    def payment(
        self,
        told: PaymentSucceeded | PaymentFailed | PaymentRefunded,
        *,
        by: str,
        now: datetime | None = None,
    ) -> ChangeSet:
        """Return what a payment, its failure or a refund would write."""
        act = self._act(by, now)
        return prepare_payment(
            self.store, told, presets=self.settings.presets, now=act.at, by=act.by
        )


class PaymentVerbs(OutboxVerbs):
    """Collect what is due from a payment provider, and take its webhooks."""

    def payment(
        self,
        told: PaymentSucceeded | PaymentFailed | PaymentRefunded,
        *,
        by: str,
        key: str | None = None,
        now: datetime | None = None,
    ) -> Status:
        """Take what a provider says of a charge, named by its action key; return how it stands.

        However often and in whatever order it is told (by webhooks and by ``collect``), it counts
        once: the charge and its outcome are the request key, unless you give another; a refund
        needs one (``key``), for a charge may have several. A failure told after the payment changes
        nothing. Raises MissingError, DefinitionError, and InputError for no action key.
        """
        result = self._commit(
            lambda at: self.dry_run.payment(told, by=by, now=at),
            ["payment", type(told).__name__, getattr(told, "charge", None)],
            payment_key(told) if key is None else key,
            now,
            by=by,
        )
        return Status(result["status"])

    def collect(
        self,
        port: PaymentPort,
        *,
        by: str = "collect",
        notice: Handler | None = None,
        task: Handler | None = None,
        others: Mapping[str, Handler] | None = None,
        limit: int = 100,
        policy: DeliveryPolicy | None = None,
        now: datetime | None = None,
    ) -> Deliveries:
        """Deliver with a provider in place of ``charge``: each answer becomes a payment.

        The action key is the provider's idempotency key. Where it does not answer, the charge waits
        in the outbox and is asked for again, under the same key; amounts below zero are given back.
        """
        handler = collecting(port, lambda told: self.payment(told, by=by, now=now))
        return self.deliver(
            charge=handler, notice=notice, task=task, others=others, limit=limit, policy=policy,
            now=now,
        )  # fmt: skip
