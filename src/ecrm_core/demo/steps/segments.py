"""Segments: who is in three of them, and why one customer is in or is not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from ecrm_core.crm import Crm
from ecrm_core.crm.segments import SegmentResult
from ecrm_core.demo.scene import Scene

__all__ = ["who_is_in_them"]

SEGMENTS: Final[Mapping[str, str]] = {
    "regulars who went quiet": "number_of_orders >= 3 AND last_order_date < -180d",
    "who may be written to in Korea": (
        "customer_countries CONTAINS 'KR' AND email_subscription_status = 'SUBSCRIBED'"
        " AND amount_spent > 1000000"
    ),
    "machine owners without coffee": (
        "products_purchased MATCHES (sku IN ('MAC-201', 'MAC-202'))"
        " AND products_purchased NOT MATCHES"
        " (sku IN ('COF-101', 'COF-102', 'COF-103', 'COF-104'), date >= -365d)"
    ),
}
"""Three questions a shop asks, by what they are about; bare amounts are won."""
_NAMED: Final = 3
_ASKED: Final = 40


def who_is_in_them(crm: Crm, scene: Scene) -> None:
    """Ask the three; for each, tell why one customer is in and another is not."""
    scene.title("Segments: who is in, and why one is not")
    everybody = sorted({crm.resolve(key) for key in scene.shop.truth})
    for name, query in SEGMENTS.items():
        result = crm.segment(query)
        scene.say(f"{name}: {result}\n  {query}")
        names = [scene.name(crm, member) for member in result.members[:_NAMED]]
        scene.say(f"  {', '.join(names) or 'nobody'}{' and others' * (result.count > _NAMED)}")
        for customer in [*result.members[:1], *_nearly(result, everybody)]:
            _why(crm, scene, result, customer)
        scene.say()


def _why(crm: Crm, scene: Scene, result: SegmentResult, customer: str) -> None:
    why = result.why(customer)
    verdict = "is in" if why else "is not"
    reasons = "; ".join(why.sentences(masked=False))
    scene.say(f"  {scene.name(crm, customer)} {verdict}: {reasons}")


def _nearly(result: SegmentResult, everybody: Sequence[str]) -> Sequence[str]:
    """Return one of the first who are not in, whom one condition keeps out, the rarest one."""
    outside = [customer for customer in everybody if customer not in result][:_ASKED]
    whys = {customer: result.why(customer).sentences() for customer in outside}
    seen = Counter(whys.values())
    return sorted(outside, key=lambda held: (len(whys[held]), seen[whys[held]], held))[:1]
