"""Renewals from Celery beat: a task that runs what is due and hands it over, and one that tidies.

In production, with SHOP_STORE a database URL and SHOP_BROKER that of your broker:

    celery --app celery_renewals worker
    celery --app celery_renewals beat

python examples/celery_renewals.py (without a broker: the tasks at work on an invented shop)
"""

from __future__ import annotations

import os
from datetime import timedelta

from celery import Celery
from celery.schedules import crontab

from ecrm_core import Crm, Money
from ecrm_core.kernel import Emit
from ecrm_core.sources import shopify
from ecrm_core.subscriptions import Plan

TZ = "Asia/Seoul"
app = Celery("celery_renewals", broker=os.environ.get("SHOP_BROKER", "memory://"))
app.conf.timezone = TZ
app.conf.beat_schedule = {
    # A run that waited for a worker longer than an hour is dropped: the next one does its work.
    "renewals": {
        "task": "celery_renewals.renewals",
        "schedule": crontab(minute=5),
        "options": {"expires": 3600},
    },
    "tidying": {"task": "celery_renewals.tidying", "schedule": crontab(hour=4, minute=10)},
}


def opened() -> Crm:
    """Open the store; each task its own, so that no connection is shared with a forked worker."""
    return Crm.open(os.environ["SHOP_STORE"], tz=TZ)


def charge(effect: Emit) -> None:
    """Stand for the payment provider; the key makes a second attempt harmless."""
    print(f"charge {effect.payload['amount']} {effect.payload['currency']}", flush=True)


def notice(effect: Emit) -> None:
    """Stand for the mailer."""
    print(f"mail: {effect.payload['rule']}", flush=True)


def task(effect: Emit) -> None:
    """Stand for the task list."""
    print(f"{effect.payload['kind']}: {effect.payload['rule']}", flush=True)


@app.task(name="celery_renewals.renewals", ignore_result=True)
def renewals(share: int = 0, shares: int = 1) -> None:
    """Write down what is due and hand it over, until nothing is left that can be handed over now.

    What a function of ours refuses waits for a later run: the task itself is never retried. Send it
    once for each share where one worker is too few.
    """
    with opened() as crm:
        run = crm.run_due(shard=(share, shares))
        for held in run.aside:
            print(f"{held.subscription} was set aside: {held.code}", flush=True)
        while crm.deliver(charge=charge, notice=notice, task=task).more:
            pass
        if stuck := len(crm.stuck()):
            print(f"{stuck} effects are stuck: somebody should look", flush=True)


@app.task(name="celery_renewals.tidying", ignore_result=True)
def tidying() -> None:
    """Forget request keys that no sender sends again, and tell what is wrong."""
    with opened() as crm:
        print(f"{crm.forget_requests(older_than=timedelta(days=30))} request keys", flush=True)
        print(crm.doctor(), flush=True)


def main() -> None:
    """Run each task here and now, twice, as beat and a worker would."""
    os.environ["SHOP_STORE"] = "celery-shop.db"
    app.conf.task_always_eager = True
    plan = Plan(id="care", name="Contract", price=Money("300.00", "EUR"), cadence="P1Y")
    with opened() as crm:
        people = b'[{"id": 1, "email": "ann@example.com"}]'
        crm.ingest(shopify.read(people, received_at=crm.now()))
        # Since yesterday: what begins today is due at nine in the morning.
        day = crm.now().date() - timedelta(days=1)
        crm.subscribe("shopify/1", plan, starts_on=day, billed_through=day)
    for _ in range(2):
        renewals.delay()
        tidying.delay()


if __name__ == "__main__":
    main()
