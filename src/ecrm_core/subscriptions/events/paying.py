"""Paying: a charge was paid, given back, or not paid, is tried again, and at last is not."""

from __future__ import annotations

from datetime import date

from attrs import evolve, frozen

from ecrm_core.kernel import Money
from ecrm_core.subscriptions.copying import changed
from ecrm_core.subscriptions.dunning import Debt
from ecrm_core.subscriptions.events.base import Event
from ecrm_core.subscriptions.subscription import Subscription

__all__ = ["DunningEnded", "PaymentRecorded", "RefundRecorded", "RetryIssued"]

_REMEMBERED = 32  # a report that a charge failed may come long after the one that it was paid


@frozen(kw_only=True)
class PaymentRecorded(Event):
    """A charge was paid, or could not be; ``debt`` is what is done about the latter.

    ``retry`` is the key of an attempt that is out and not to be made any more.
    """

    kind = "payment_recorded"
    charge: str
    paid: bool
    debt: Debt | None = None
    settled: str | None = None
    retry: str | None = None

    def applied(self, state: Subscription) -> Subscription:
        others = tuple(key for key in state.unpaid if key != self.charge)
        if not self.paid:
            debts = state.debts if self.debt is None else _with(state.debts, self.debt)
            return changed(state, unpaid=(*others, self.charge), debts=debts)
        paid, debts = state.paid, state.debts
        if self.settled is not None:
            paid = (*paid, self.settled)[-_REMEMBERED:]
            debts = tuple(debt for debt in debts if debt.charge != self.settled)
        return changed(state, unpaid=others, paid=paid, debts=debts)


@frozen(kw_only=True)
class RetryIssued(Event):
    """A charge that failed is tried again: step ``attempt``, retry ``number`` of them all."""

    kind = "retry_issued"
    charge: str
    attempt: int
    number: int
    on: date

    def applied(self, state: Subscription) -> Subscription:
        after = changed(state, retries=self.number)
        return _changed(
            after, self.charge, attempts=self.attempt, number=self.number, trying=True,
            tried_on=self.on,
        )  # fmt: skip


@frozen(kw_only=True)
class DunningEnded(Event):
    """The grace of a charge is over: it is not tried again."""

    kind = "dunning_ended"
    charge: str

    def applied(self, state: Subscription) -> Subscription:
        return _changed(state, self.charge, ended=True, trying=False)


@frozen(kw_only=True)
class RefundRecorded(Event):
    """Money of a charge went back to the customer."""

    kind = "refund_recorded"
    charge: str
    amount: Money


def _with(debts: tuple[Debt, ...], debt: Debt) -> tuple[Debt, ...]:
    if all(held.charge != debt.charge for held in debts):
        return (*debts, debt)
    return tuple(debt if held.charge == debt.charge else held for held in debts)


def _changed(state: Subscription, charge: str, **parts: object) -> Subscription:
    debts = tuple(
        evolve(debt, **parts) if debt.charge == charge else debt  # type: ignore[arg-type]
        for debt in state.debts
    )
    return changed(state, debts=debts)
