"""Contract year: two companies under contract, with seats, a declined card, notices and a renewal.

Run: python examples/contract_year.py
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from ecrm_core import Crm, Money
from ecrm_core.kernel import Emit, FixedClock
from ecrm_core.ports import Declined, Paid, Payment, PaymentAnswer
from ecrm_core.sources import shopify
from ecrm_core.subscriptions import (
    Cancel,
    ChangePolicy,
    ChangeQuantity,
    Command,
    Plan,
    TaskDone,
    TermRule,
)

START = datetime(2026, 1, 31, 9, tzinfo=UTC)
COMPANIES = b'[{"id": 1, "email": "one@example.com"}, {"id": 2, "email": "two@example.com"}]'
PLAN = Plan(
    id="team", name="Licences", price=Money("12.00", "EUR"), cadence="P1M",
    term=TermRule(initial="P1Y", notice="P2M", uplift="3%"),
)  # fmt: skip


class Bank:
    """Stand for the payment provider: the first charge of May is declined, once."""

    def __init__(self) -> None:
        self.refused = False
        self.today = START.date()

    def charge(self, payment: Payment) -> PaymentAnswer:
        """Take the money, most of the time."""
        name = payment.key.partition("/")[2]
        if not self.refused and self.today.month == 5:
            self.refused = True
            print(f"  {self.today}  declined: {name} of {payment.amount}")
            return Declined()
        if name.startswith("retry/"):
            print(f"  {self.today}  paid after all: {name} of {payment.amount}")
        return Paid()

    def refund(self, payment: Payment) -> PaymentAnswer:
        """Give it back."""
        del payment
        return Paid()


def told(what: str) -> Callable[[Emit], None]:
    """Return a function that stands for the mailer or the task list."""

    def tell(effect: Emit) -> None:
        said = effect.payload
        print(f"  {said['on']}  {what}: {said['kind']} {said['rule']} -> {said.get('to', '')}")

    return tell


def main() -> None:
    """Let thirteen months pass in daily runs."""
    bank = Bank()
    with Crm.open(tz="Europe/Berlin", clock=FixedClock(START)) as crm:
        crm.ingest(shopify.read(COMPANIES, received_at=START))
        one, two = (
            crm.subscribe(f"shopify/{n}", PLAN, preset="b2b", quantity=10 * n) for n in (1, 2)
        )
        seats = ChangeQuantity(quantity=15, policy=ChangePolicy.NEXT_INVOICE)
        said: dict[date, tuple[str, Command]] = {
            date(2026, 3, 16): (one, seats),
            date(2026, 10, 5): (one, TaskDone(task=f"{one}/task/t0/review")),
            date(2026, 11, 20): (two, Cancel.at_term_end()),
        }
        for now in (START + timedelta(days=day) for day in range(396)):
            bank.today = now.date()
            if bank.today in said:
                subscription, command = said[bank.today]
                status = crm.command(subscription, command, by="anna", now=now)
                print(f"  {bank.today}  {type(command).__name__}: {status.value}")
            crm.run_due(now=now)
            crm.collect(bank, notice=told("mail"), task=told("sales"), now=now)
        print("How the revenue moved:")
        print(crm.movements(now=now))
        print("Is all well?")
        print(crm.doctor(now=now))


if __name__ == "__main__":
    main()
