"""Plans: what the shop sells by the year, with the days people are told beforehand."""

from __future__ import annotations

from ecrm_core import Money
from ecrm_core.subscriptions import Plan, TermRule

CARE = Plan(
    id="care",
    name="Service contract",
    price=Money("30000", "KRW"),
    cadence="P1M",
    term=TermRule(initial="P1Y", notice="P2M"),
)
"""A service contract of a year, charged every month."""
