"""Subscriptions: dates beside dateutil, and what an advance costs, in microseconds."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from dateutil.relativedelta import relativedelta
from dateutil.rrule import MONTHLY, rrule

from ecrm_core.kernel import CustomerId, Money
from ecrm_core.subscriptions import (
    Anchor,
    Cadence,
    Create,
    Plan,
    TermRule,
    advance,
    boundary,
    handle,
    next_boundary,
    policies_of,
    simulate,
)

MONTH = Cadence.parse("P1M")
ANCHOR = Anchor(date(2012, 1, 31), 31)
TODAY = date(2021, 11, 22)
YEAR = TermRule(initial="P1Y", notice="P2M")


def microseconds(work: Callable[[], object], *, rounds: int = 2_000) -> float:
    """Return the time of one call, the best of five series."""
    best = float("inf")
    for _ in range(5):
        began = time.perf_counter()
        for _ in range(rounds):
            work()
        best = min(best, time.perf_counter() - began)
    return best / rounds * 1e6


def main() -> None:
    """Print each time, the peer's, and how many times faster we are."""
    rule = rrule(MONTHLY, dtstart=datetime(2012, 1, 31), bymonthday=(28, 29, 30, 31), bysetpos=-1)  # noqa: DTZ001 - rrule's own way
    ours = microseconds(lambda: boundary(ANCHOR, MONTH, 118), rounds=20_000)
    after = microseconds(lambda: next_boundary(ANCHOR, MONTH, TODAY), rounds=20_000)
    peers = (
        ("relativedelta from the anchor",
         microseconds(lambda: date(2012, 1, 31) + relativedelta(months=118))),
        ("rrule.after, ten years", microseconds(
            lambda: rule.after(datetime(2021, 11, 22)), rounds=20)),  # noqa: DTZ001
    )  # fmt: skip
    print(f"boundary {ours:.2f} us; next_boundary {after:.2f} us")
    for (name, peer), mine in zip(peers, (ours, after), strict=True):
        print(f"  {name}: {peer:.2f} us, {peer / mine:.1f} times ours")
    for preset in ("b2c", "b2b"):
        _advance(preset)
        _decade(preset, term=YEAR)
    _decade("b2c", term=None)


def _advance(preset: str) -> None:
    policies, now = policies_of(preset), datetime(2026, 1, 31, 12, tzinfo=UTC)
    plan = Plan(id="pro", price=Money("30.00", "EUR"), cadence=MONTH,
                term=YEAR)  # fmt: skip
    create = Create(id="sub_1", customer=CustomerId("cus_1"), plan=plan, preset=preset)
    state = advance(handle(None, create, now, policies).state, now, policies).state
    idle = microseconds(lambda: advance(state, now, policies), rounds=20_000)
    later = now + timedelta(days=30)
    assert len(advance(state, later, policies).events) == 1
    renewal = microseconds(lambda: advance(state, later, policies))
    print(f"advance ({preset}): without action {idle:.2f} us, with one renewal {renewal:.1f} us")


def _decade(preset: str, *, term: TermRule | None, count: int = 1_000) -> None:
    """Print what ten years of so many monthly subscriptions take, in one call."""
    policies, now = policies_of(preset), datetime(2026, 1, 31, 12, tzinfo=UTC)
    plan = Plan(id="pro", price=Money("30.00", "EUR"), cadence=MONTH, term=term)
    creates = [
        Create(id=f"sub_{number}", customer=CustomerId("cus_1"), plan=plan, preset=preset)
        for number in range(count)
    ]
    states = [handle(None, create, now, policies).state for create in creates]
    began = time.perf_counter()
    found = simulate(states, now + timedelta(days=3_650), now=now)
    took = time.perf_counter() - began
    with_term = "with terms of a year" if term else "without a term"
    print(f"ten years of {count:,} monthly subscriptions ({preset}, {with_term}): {took:.1f} s, "
          f"{found.counts['event']:,} events, {found.counts['handed over']:,} actions")  # fmt: skip


if __name__ == "__main__":
    main()
