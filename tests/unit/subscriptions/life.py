"""Life: one subscription under way, told by commands and days, with everything it asked for."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from ecrm_core.kernel import CustomerId, Money
from ecrm_core.subscriptions import (
    Action,
    Command,
    Create,
    Plan,
    Policies,
    Recorded,
    Status,
    Step,
    TermRule,
    advance,
    handle,
    policies_of,
)

__all__ = ["B2B", "BARE", "CHARGE", "PLAN", "START", "YEAR", "Life", "on"]

YEAR = TermRule(initial="P1Y", notice="P2M")
PLAN = Plan(id="pro", name="Pro", price=Money("30.00", "EUR"), cadence="P1M")
BARE = Policies(name="bare")
B2B = policies_of("b2b")
START = datetime(2026, 1, 31, 12, tzinfo=UTC)
CHARGE = "sub_1/charge/0/0"


def on(text: str) -> datetime:
    return datetime.combine(date.fromisoformat(text), time(12), UTC)


class Life:
    """One subscription under way, with everything it asked for."""

    def __init__(self, plan: Plan = PLAN, policies: Policies = BARE, **parts: Any) -> None:  # noqa: ANN401
        begin = parts.pop("begin", Create)
        create = begin(id="sub_1", customer=CustomerId("cus_1"), plan=plan, **parts)
        self.policies = policies
        self.actions: list[Action] = []
        self.events: list[Recorded] = []
        self.take(handle(None, create, START, policies))

    def take(self, step: Step) -> Life:
        self.state = step.state
        self.actions += step.actions
        self.events += step.events
        return self

    def do(self, command: Command, day: str) -> Life:
        return self.take(handle(self.state, command, on(day), self.policies, by="anna"))

    def until(self, day: str) -> Life:
        """Run every noon up to that day."""
        now = on(day)
        while self.state.next_action_at and self.state.next_action_at <= now:
            self.take(advance(self.state, self.state.next_action_at, self.policies))
        return self

    @property
    def told(self) -> list[str]:
        return [f"{a.on} {a.kind.value} {a.rule or a.amount}" for a in self.actions]

    @property
    def status(self) -> Status:
        return self.state.status
