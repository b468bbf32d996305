"""Gateway: a payment provider made up of a seed: it declines, times out and repeats itself.

gateway = SimulatedGateway(seed=1, declined=0.1, lost=0.1)
crm.collect(gateway)
"""

from __future__ import annotations

from collections import Counter

from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import Money, digest
from ecrm_core.ports import Declined, Paid, Payment, PaymentAnswer, Pending
from ecrm_core.subscriptions import PaymentFailed, PaymentSucceeded

__all__ = ["SimulatedGateway"]

_WHOLE = 1 << 32


class SimulatedGateway:
    """A provider whose answers follow from the seed and the key alone, as ``PaymentPort`` asks.

    ``declined``, ``hard``, ``lost`` and ``pending`` are shares of all keys (0 to 1, together at
    most 1). "lost": the money moves, and the first answer is a TimeoutError. Every key is told by
    webhooks too: twice, and in an order of the seed's.
    """

    def __init__(
        self,
        *,
        seed: int = 0,
        declined: float = 0.0,
        hard: float = 0.0,
        lost: float = 0.0,
        pending: float = 0.0,
    ) -> None:
        """Draw up the shares (DefinitionError when they are more than all)."""
        shares = {"declined": declined, "hard": hard, "lost": lost, "pending": pending}
        if min(shares.values()) < 0 or sum(shares.values()) > 1:
            raise DefinitionError("found shares below 0 or above 1 together", code="shares")
        self._seed, self._shares = seed, shares
        self.charged: dict[str, Money] = {}
        """The money that was taken, by key; each once."""
        self.refunded: dict[str, Money] = {}
        """The money that was given back, by key."""
        self.calls: Counter[str] = Counter()
        """How often each key was asked for."""
        self._told: list[tuple[str, PaymentSucceeded | PaymentFailed]] = []

    def charge(self, payment: Payment) -> PaymentAnswer:
        """Answer as the key is fated; a key that comes again gets its answer, and moves nothing."""
        key, fate = payment.key, self._fate(payment.key)
        first = not self.calls[key]
        self.calls[key] += 1
        if fate in {"declined", "hard"}:
            self._tell(PaymentFailed(charge=key, hard=fate == "hard"), first=first)
            return Declined(hard=fate == "hard")
        self.charged.setdefault(key, payment.amount)
        self._tell(PaymentSucceeded(charge=key), first=first)
        if fate == "lost" and first:
            raise TimeoutError
        return Pending() if fate == "pending" else Paid(reference=f"sim_{digest(key)[:12]}")

    def refund(self, payment: Payment) -> PaymentAnswer:
        """Give the amount back, once for each key."""
        self.calls[payment.key] += 1
        self.refunded.setdefault(payment.key, payment.amount)
        return Paid()

    def webhooks(self) -> tuple[PaymentSucceeded | PaymentFailed, ...]:
        """Return what webhooks say since the last time, for ``crm.payment``."""
        told, self._told = sorted(self._told, key=lambda held: held[0]), []
        return tuple(command for _, command in told)

    def _tell(self, command: PaymentSucceeded | PaymentFailed, *, first: bool) -> None:
        for copy in range(2 if first else 0):
            self._told.append((digest([self._seed, command.charge, copy]), command))

    def _fate(self, key: str) -> str:
        at = int(digest([self._seed, key])[:8], 16) / _WHOLE
        for fate, share in self._shares.items():
            if at < share:
                return fate
            at -= share
        return "paid"
