"""Action: one thing the host is asked to do, with the key under which it is done once."""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum

from attrs import frozen

from ecrm_core.kernel import CustomerId, Emit, Money, html_table, instant_text, plain_table
from ecrm_core.subscriptions.cadence import Anchor, Cadence
from ecrm_core.subscriptions.slices import Line

__all__ = ["Action", "ActionKind", "Actions"]


class ActionKind(Enum):
    """What is to be done, by the word in its key."""

    CHARGE = "charge"
    CREDIT = "credit"
    NOTICE = "notice"
    TASK = "task"
    RETRY = "retry"
    """A charge that failed is to be tried again."""
    ESCALATION = "escalation"
    """A task that is not done is told to somebody else."""
    WITHDRAWAL = "withdrawal"
    """A task sales has is to be taken back."""

    @property
    def topic(self) -> str:
        """The topic in the outbox: "charge" (credits, below zero, too), "notice" or "task"."""
        return _TOPICS.get(self, self.value)


_TOPICS = {
    ActionKind.CREDIT: "charge",
    ActionKind.RETRY: "charge",
    ActionKind.ESCALATION: "task",
    ActionKind.WITHDRAWAL: "task",
}


@frozen(kw_only=True)
class Action:
    """One due action, without personal data: ids, amounts and days.

    ``on`` is the local day it is due and ``at`` the instant; ``from_on`` and ``until_on`` (outside)
    the days a charge is for; ``reference_on`` the day a notice or task comes before; ``rule`` its
    rule and ``to`` the channel or the role. ``not_after`` is the last day a notice may be sent,
    ``missed`` that it has passed, ``follows`` what it says comes then (an AtEnd). ``of`` is the key
    of what is tried again, told to somebody else or taken back. A credit's ``amount`` is below
    zero; ``lines`` say what an amount is made of where it is not a piece of one period alone.
    """

    subscription: str
    customer: CustomerId
    plan: str
    kind: ActionKind
    cycle: str
    ordinal: str
    at: datetime
    on: date
    tz: str
    amount: Money | None = None
    price: Money | None = None
    from_on: date | None = None
    until_on: date | None = None
    period_on: date | None = None
    period_until: date | None = None
    anchor: Anchor | None = None
    cadence: Cadence | None = None
    rule: str | None = None
    to: str | None = None
    reference: str | None = None
    reference_on: date | None = None
    not_after: date | None = None
    follows: str | None = None
    legal_ref: str | None = None
    task: str | None = None
    priority: str | None = None
    of: str | None = None
    late: bool = False
    missed: bool = False
    lines: tuple[Line, ...] = ()

    @property
    def key(self) -> str:
        """The key it is done once under: also the payment provider's idempotency key."""
        return f"{self.subscription}/{self.kind.value}/{self.cycle}/{self.ordinal}"

    @property
    def emit(self) -> Emit:
        """The action as a row of the outbox."""
        return Emit(key=self.key, topic=self.kind.topic, at=self.at, payload=self.payload)

    @property
    def payload(self) -> dict[str, object]:
        """What the host is told: JSON values, amounts as decimal text, days as ISO text."""
        amount = self.amount
        told = self.price if self.kind is ActionKind.NOTICE else None
        parts: dict[str, object] = {
            "kind": self.kind.value,
            "subscription": self.subscription,
            "customer": self.customer,
            "plan": self.plan,
            "cycle": self.cycle,
            "on": self.on,
            "amount": amount and f"{amount.amount:f}",
            "price": told and f"{told.amount:f}",
            "currency": (amount and amount.currency) or (told and told.currency),
            "from": self.from_on,
            "until": self.until_on,
            "rule": self.rule,
            "to": self.to,
            "reference": self.reference,
            "reference_on": self.reference_on,
            "not_after": self.not_after,
            "follows": self.follows,
            "legal_ref": self.legal_ref,
            "task": self.task,
            "priority": self.priority,
            "of": self.of,
            "late": self.late or None,
            "missed": self.missed or None,
            "lines": [_said(line) for line in self.lines] or None,
        }
        held = ((name, part) for name, part in parts.items() if part is not None)
        return {n: part.isoformat() if isinstance(part, date) else part for n, part in held}

    def to_json(self) -> dict[str, object]:
        """Return the key, the instant and the payload as JSON values."""
        return {"key": self.key, "at": instant_text(self.at), **self.payload}

    def __str__(self) -> str:
        """Return the day, what is done and for which subscription."""
        what = self.rule or (str(self.amount) if self.amount else "")
        return f"{self.on}  {self.kind.value} {what}  {self.subscription}"


def _said(line: Line) -> dict[str, object]:
    return {
        "kind": line.kind.value,
        "amount": f"{line.amount.amount:f}",
        "from": line.from_on.isoformat(),
        "until": line.until_on.isoformat(),
        "plan": line.plan,
        "quantity": line.quantity,
    }


_HEAD = ("day", "what", "how much, or by which rule", "customer", "subscription")


class Actions(tuple[Action, ...]):
    """Actions in order of time; printed, and in notebooks, a table."""

    __slots__ = ()

    def __str__(self) -> str:
        """Return the plain table, or "nothing"."""
        return plain_table(_HEAD, self._rows()) if self else "nothing"

    def to_json(self) -> list[dict[str, object]]:
        """Return the actions as JSON values, in order."""
        return [action.to_json() for action in self]

    def _repr_html_(self) -> str:
        return html_table(_HEAD, self._rows())

    def _rows(self) -> list[tuple[str, ...]]:
        return [
            (
                str(action.on),
                f"{action.kind.value}, late" if action.late else action.kind.value,
                str(action.amount or f"{action.rule} ({action.to})"),
                action.customer,
                action.subscription,
            )
            for action in self
        ]
