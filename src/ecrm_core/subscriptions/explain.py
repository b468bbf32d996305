"""Explain: the chain that led to an action, in words, made when asked for."""

from __future__ import annotations

from collections.abc import Iterator

from ecrm_core.kernel import Reason
from ecrm_core.subscriptions.action import Action, ActionKind
from ecrm_core.subscriptions.slices import Line, LineKind

__all__ = ["explain"]


def explain(action: Action) -> tuple[Reason, ...]:
    """Return why an action is what it is and due when it is, step by step.

    ``"; ".join(map(str, explain(action)))`` reads as a sentence.
    """
    return (*_counted(action), *_charged(action), *_ruled(action), _due(action))


def _counted(action: Action) -> Iterator[Reason]:
    anchor, cadence, since = action.anchor, action.cadence, action.period_on
    if anchor is None or cadence is None or since is None:
        return
    facts: dict[str, str | int | bool | None] = {
        "day": anchor.day,
        "cadence": str(cadence),
        "cycle": action.cycle,
        "on": str(since),
    }
    text = "cycle {cycle} of {cadence}, counted from anchor day {day}, begins on {on}"
    yield Reason("anchored", text, facts)
    days = [day for day in (since, action.period_until) if day is not None]
    for day in days if cadence.duration.months else ():
        if day.day < anchor.day:
            yield Reason("clipped", "day {day} is clipped to {on}", {**facts, "on": str(day)})


def _charged(action: Action) -> Iterator[Reason]:
    if action.from_on is None or action.amount is None:
        return
    if action.lines:
        yield from map(_line, action.lines)
        return
    facts = {
        "from": str(action.from_on),
        "until": str(action.until_on),
        "amount": str(action.amount),
        "price": str(action.price),
    }
    if action.kind is ActionKind.CREDIT:
        text = "{amount} is what was billed from {from} up to {until}, less what is owed"
        yield Reason("credited", text, facts)
    elif (action.from_on, action.until_on) == (action.period_on, action.period_until):
        yield Reason("whole_period", "{from} up to {until} is a whole period: {amount}", facts)
    else:
        text = "{from} up to {until} is a part of its period: {amount} of {price}"
        yield Reason("prorated", text, facts)


def _line(line: Line) -> Reason:
    facts: dict[str, str | int | bool | None] = {
        "amount": str(line.amount), "from": str(line.from_on), "until": str(line.until_on),
        "quantity": line.quantity, "plan": line.plan,
    }  # fmt: skip
    return Reason(f"line_{line.kind.value}", _LINES[line.kind], facts)


_LINES = {
    LineKind.PERIOD: "{amount} for {from} up to {until}: {quantity} of {plan}",
    LineKind.UNUSED: "{amount} of {from} up to {until} for {quantity} of {plan} is given back",
    LineKind.CHANGED: "{amount} for the same days, {from} up to {until}: {quantity} of {plan}",
    LineKind.REST: "{amount} was left of a credit that was more than the charge of {from}",
}


def _ruled(action: Action) -> Iterator[Reason]:
    if action.rule is None:
        return
    facts = {
        "rule": action.rule,
        "reference": _REFERENCES.get(action.reference or "", ""),
        "day": str(action.reference_on),
        "to": action.to,
        "on": str(action.on),
    }
    if action.kind is ActionKind.WITHDRAWAL:
        text = "the task {rule} is taken back: the subscription ends on {day}"
        yield Reason("withdrawn", text, facts)
        return
    text = "the rule {rule} counts from {reference}, {day}, to {on}, for {to}"
    yield Reason("counted_from", text, facts)
    if action.late:
        yield Reason("late", "it goes out late: {on} had passed", facts)


_REFERENCES = {
    "term_end": "the end of the term",
    "deadline": "the last day to cancel",
    "charge": "the day of the charge",
    "trial_end": "the end of the trial",
    "decision": "the day the customer begins to decide",
}


def _due(action: Action) -> Reason:
    facts = {"on": str(action.on), "tz": action.tz, "at": action.at.isoformat()}
    return Reason("due_locally", "due on {on} in {tz}, that is {at}", facts)
