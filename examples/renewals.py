"""Renewals: a service contract, what is due around it, and the functions that do it.

Run: python examples/renewals.py
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ecrm_core import Crm
from ecrm_core.kernel import Emit, FixedClock, Money
from ecrm_core.sources import shopify
from ecrm_core.subscriptions import Cancel, Plan, TermRule, explain

AT = datetime(2026, 1, 31, 9, tzinfo=UTC)
CUSTOMERS = b'[{"id": 1, "email": "ann@example.com"}, {"id": 2, "email": "bo@example.com"}]'
PLAN = Plan(
    id="care", name="Service contract", price=Money("30.00", "EUR"), cadence="P1M",
    term=TermRule(initial="P1Y", notice="P2M"),
)  # fmt: skip


def host(effect: Emit) -> None:
    """Stand for the shop: a payment provider, a mailer, a task list."""
    what = effect.payload.get("amount") or effect.payload.get("rule")
    print(f"  {effect.payload['on']}  {effect.topic}: {what}")


def main() -> None:
    """Subscribe two customers, let a year pass in monthly runs, and let one of them leave."""
    crm = Crm.open(clock=FixedClock(AT))
    crm.ingest(shopify.read(CUSTOMERS, received_at=AT))
    ann, _ = (crm.subscribe(f"shopify/{n}", PLAN, preset="b2b") for n in (1, 2))
    print("Why the first task comes when it does:")
    first = next(action for action in crm.due(days=365) if action.rule)
    print("  " + "; ".join(map(str, explain(first))))
    print("A year of daily runs:")
    for day in range(365):
        now = AT + timedelta(days=day)
        crm.run_due(now=now)
        crm.deliver(charge=host, notice=host, task=host, now=now)
        if day == 250:
            print(
                "  Ann cancels:", crm.command(ann, Cancel.at_term_end(), by="anna", now=now).value
            )
    print("Ann's ends on", crm.subscriptions("shopify/1")[0].end_on)
    print("Nothing is left to do:", crm.due(now=AT + timedelta(days=364)) == ())


if __name__ == "__main__":
    main()
