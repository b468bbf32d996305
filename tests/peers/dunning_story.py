"""Dunning story: charges nobody pays, retries, stages that pause, and all paid in the end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from attrs import frozen

from ecrm_core.kernel import CustomerId, Money
from ecrm_core.subscriptions import (
    Action,
    ActionKind,
    Create,
    DunningPolicy,
    Pause,
    PauseMode,
    PaymentSucceeded,
    Plan,
    Policies,
    Simulation,
    declined,
    handle,
    paid,
    simulate,
)

Data = dict[str, Any]


def unpaid(data: Data) -> str | None:
    """Answer a story of dunning; what a day's charges and credits come to is one line of it."""
    story = _Story.of(data)
    told = sorted(map(_text, story.rows()))
    asked = sorted(map(_text, data["expect"]))
    if story.anchor_day != data.get("expect_anchor_day", story.anchor_day):
        return f"found anchor day {story.anchor_day}"
    return None if told == asked else f"found {told}, expected {asked}"


def _text(row: Data) -> str:
    return json.dumps(row, sort_keys=True)


@frozen(kw_only=True)
class _Story:
    """What a host told before everything was paid, and after."""

    data: Data
    paid_on: date
    paused_on: date
    anchor_day: int
    before: Simulation
    after: Simulation

    @classmethod
    def of(cls, data: Data) -> _Story:
        now = _noon(data["created"])
        days = data["overdue_thresholds_days"]
        policies = _policies(data)
        plan = Plan(id="p", price=Money(data["price"], data["currency"]), cadence=data["period"],
                    trial=f"P{data.get('trial_days', 0)}D")  # fmt: skip
        create = Create(id="s", customer=CustomerId("c"), plan=plan,
                        anchor_day=data.get("anchor_day"))  # fmt: skip
        begun = handle(None, create, now, policies).state
        (paid_on,) = (_noon(row["on"]) for row in data["expect"] if row["do"] == "paid_all")
        presets = {"b2c": policies}
        before = simulate([begun], paid_on, now=now, presets=presets, payments=declined)
        state, on = before.states["s"], paid_on.date()
        paused_on = min(debt.since for debt in state.debts) + timedelta(
            days=days[data["pauses_billing_from"]]
        )
        owed = [PaymentSucceeded(charge=f"s/charge/{debt.charge}") for debt in state.debts]
        free = Pause(on=paused_on, until=on, mode=PauseMode.CREDIT)
        after = simulate(
            [state], _noon(data["expect"][-1]["on"]), now=paid_on, presets=presets, payments=paid,
            commands=[(paid_on, "s", command) for command in (*owed, free)],
        )  # fmt: skip
        return cls(data=data, paid_on=on, paused_on=paused_on, anchor_day=state.anchor.day,
                   before=before, after=after)  # fmt: skip

    def rows(self) -> Iterator[Data]:
        """Go through what the other system's log shows."""
        if self.data.get("trial_days"):
            yield {"on": self.data["created"], "do": "trial_start"}
        yield from self._stages()
        yield {"on": str(self.paid_on), "do": "paid_all"}
        numbers: dict[str, int] = {}
        credit = 0
        for action in (*self.before.actions, *self.after.actions):
            if action.on == self.paid_on and action.amount is not None:
                credit += action.amount.minor
            elif action.kind is ActionKind.RETRY:
                yield {"on": str(action.on), "do": "retry", "invoice": numbers[str(action.of)]}
            else:
                numbers[action.key] = len(numbers) + 1
                yield _invoice(action) | self._applied(action, credit)
        if credit:
            yield {"on": str(self.paid_on), "do": "credit", "from": str(self.paused_on),
                   "to": str(self.paid_on), "amount": self._shown(-credit)}  # fmt: skip

    def _stages(self) -> Iterator[Data]:
        """Go through the stages: the pause and the end of the grace are events, others days."""
        days: dict[str, int] = self.data["overdue_thresholds_days"]
        events = {row.event.kind: row.at.date() for row in self.before.events}
        first = self.paused_on - timedelta(days=days[self.data["pauses_billing_from"]])
        for stage, after in days.items():
            on = first + timedelta(days=after)
            if stage == self.data["pauses_billing_from"]:
                on = events["paused"]
            elif after == max(days.values()):
                on = events["dunning_ended"]
            if on <= self.paid_on:
                yield {"on": str(on), "do": "overdue", "state": stage}

    def _applied(self, action: Action, credit: int) -> Data:
        used = action.on > self.paid_on and credit < 0
        return {"credit_applied": self._shown(-credit)} if used else {}

    def _shown(self, minor: int) -> str:
        return f"{Money.from_minor(minor, self.data['currency']).amount:f}"


def _policies(data: Data) -> Policies:
    days = data["overdue_thresholds_days"]
    last, every = max(days.values()), data["retry_every_days"]
    dunning = DunningPolicy(
        steps=tuple(f"P{n}D" for n in range(every, last, every)), grace=f"P{last}D",
        pause_after=f"P{days[data['pauses_billing_from']]}D",
    )  # fmt: skip
    return Policies(name="b2c", dunning=dunning)


def _invoice(action: Action) -> Data:
    assert action.amount is not None
    return {"on": str(action.on), "do": "invoice", "from": str(action.from_on),
            "to": str(action.until_on), "amount": f"{action.amount.amount:f}"}  # fmt: skip


def _noon(text: str) -> datetime:
    return datetime.combine(date.fromisoformat(text[:10]), time(12), UTC)
