"""Renewals from cron: run what is due, hand it over, and end with 1 where somebody should look.

Run: python examples/cron_renewals.py shop.db (or a database URL; without a store: an invented one,
in memory, on three mornings, of which the second finds the mailer broken)
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from ecrm_core import Crm, Money
from ecrm_core.kernel import Emit
from ecrm_core.sources import shopify
from ecrm_core.subscriptions import Plan, TermRule

TZ = "Asia/Seoul"


def charge(effect: Emit) -> None:
    """Stand for the payment provider; the key makes a second attempt harmless."""
    print(f"  charge {effect.payload['amount']} {effect.payload['currency']}")


def notice(effect: Emit) -> None:
    """Stand for the mailer."""
    print(f"  mail: {effect.payload['rule']}")


def task(effect: Emit) -> None:
    """Stand for the task list; a withdrawal takes a task out of it."""
    print(f"  {effect.payload['kind']}: {effect.payload['rule']}")


def broken(effect: Emit) -> None:
    """Stand for a mailer that is down."""
    raise ConnectionError(effect.topic)


def morning(crm: Crm, now: datetime | None = None, *, mailer_works: bool = True) -> int:
    """Do what is due and return the exit code: 1 when something waits for somebody to look."""
    run = crm.run_due(now=now)
    mail = notice if mailer_works else broken
    done = crm.deliver(charge=charge, notice=mail, task=task, now=now)
    print(f"  {run.charges} charges, {run.notices} notices, {run.tasks} tasks;", end=" ")
    print(f"delivered {done.delivered}, to be tried again {done.failed}")
    for held in run.aside:
        print(f"  {held.subscription} was set aside: {held.code}")
    return 1 if done.failed or run.aside or crm.stuck() else 0


def invented() -> int:
    """Show three mornings of a shop with one contract."""
    start = datetime(2026, 1, 15, 9, tzinfo=UTC)
    term = TermRule(initial="P1Y", notice="P2M")
    plan = Plan(id="care", name="Contract", price=Money("300.00", "EUR"), cadence="P1Y", term=term)
    with Crm.open(tz=TZ) as crm:
        people = b'[{"id": 1, "email": "ann@example.com"}]'
        crm.ingest(shopify.read(people, received_at=start))
        crm.subscribe("shopify/1", plan, preset="b2b", now=start)
        autumn = datetime(2026, 10, 16, 1, tzinfo=UTC)
        print("The first morning")
        morning(crm, start)
        print("Months later, and the mailer is down")
        code = morning(crm, autumn, mailer_works=False)
        print(f"  exit code {code}")
        print("The next day")
        return morning(crm, autumn.replace(day=17))


def main(arguments: list[str]) -> int:
    """Run on the store that is named, or on an invented shop."""
    if not arguments:
        return invented()
    store = arguments[0]
    if "://" not in store and not Path(store).exists():
        print("there is no such store", file=sys.stderr)
        return 2
    with Crm.open(store, tz=TZ) as crm:
        return morning(crm)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
