"""Contracts: who subscribes to coffee, and who has a service contract that ends some day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final

from ecrm_core.demo.dice import Dice
from ecrm_core.demo.goods import Plan, plans
from ecrm_core.demo.row import Row
from ecrm_core.kernel import add_months
from ecrm_core.subscriptions import Anchor, Cadence, next_boundary

__all__ = ["COLUMNS", "contracts"]

COLUMNS: Final = ("subscription", "customer", "plan", "title", "buyers", "price", "currency",
                  "cadence", "term", "notice", "starts_on", "paid_until", "term_ends_on",
                  "auto_renew", "owner")  # fmt: skip
"""The columns of subscriptions.csv; durations as in ISO 8601, empty where there is none.

``paid_until`` is the first day that is not paid yet, ``term_ends_on`` the first behind the term.
"""
_MONTHS: Final = {"P1Y": 12, "P2Y": 24}
_OWNERS: Final = ("hana@shop.example", "tom@shop.example")


def contracts(
    dice: Dice, accounts: Sequence[tuple[str, Row]], today: date
) -> Iterator[tuple[str, ...]]:
    """Yield the rows: about a quarter of the accounts, and every office with an account.

    The terms end one after the other from the next week on, so that there is always one to renew.
    """
    seen = Counter[str]()
    for key, row in accounts:
        if "fake" in row.labels or not (row.company or dice.chance(24, "subscribes", row.person)):
            continue
        plan = _plan(dice, row)
        seen[plan.plan] += 1
        at = seen[plan.plan]
        yield (f"SUB-{plan.plan}-{at:03d}", key, *_agreed(dice, row, plan, at=at, today=today))


def _plan(dice: Dice, row: Row) -> Plan:
    fitting = [plan for plan in plans() if (plan.buyers == "b2b") == bool(row.company)]
    return dice.pick(fitting, "plan", row.person)


def _agreed(dice: Dice, row: Row, plan: Plan, *, at: int, today: date) -> tuple[str, ...]:
    starts_on = dice.day(today - timedelta(days=600), today, "starts", row.person)
    ends_on, renews = "", ""
    if plan.term:
        months = _MONTHS[plan.term]
        starts_on = add_months(today + timedelta(days=(at * 13) % 340 + 5), -months)
        ends_on = add_months(starts_on, months).isoformat()
        renews = "no" if dice.chance(15, "no renewal", row.person) else "yes"
    paid = next_boundary(Anchor.at(starts_on), Cadence.parse(plan.cadence), today)
    owner = dice.pick(_OWNERS, "owner", row.person) if plan.buyers == "b2b" else ""
    return (
        plan.plan, plan.title, plan.buyers, str(plan.price), "KRW", plan.cadence, plan.term,
        plan.notice, starts_on.isoformat(), paid.isoformat(), ends_on, renews, owner,
    )  # fmt: skip
