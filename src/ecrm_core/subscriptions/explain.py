"""Explain: the chain that led to an action, in words, made when asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ecrm_core.kernel import Reason
from ecrm_core.subscriptions.action import Action, ActionKind
from ecrm_core.subscriptions.phrases import phrases
from ecrm_core.subscriptions.slices import Line

__all__ = ["explain"]

_Told = tuple[str, dict[str, str | int | bool | None]]
"""A code and its facts."""


def explain(action: Action, *, locale: str = "en") -> tuple[Reason, ...]:
    """Return why an action is what it is and due when it is, step by step.

    ``"; ".join(map(str, explain(action)))`` reads as a sentence, in English, Korean ("ko") or
    Japanese ("ja"). Raises UnknownName for another language.
    """
    words = phrases(locale)
    told = (*_counted(action), *_charged(action), *_ruled(action, words), _due(action))
    return tuple(Reason(code, words[code], facts) for code, facts in told)


def _counted(action: Action) -> Iterator[_Told]:
    anchor, cadence, since = action.anchor, action.cadence, action.period_on
    if anchor is None or cadence is None or since is None:
        return
    cycle, day = action.cycle, anchor.day
    yield "anchored", {"day": day, "cadence": str(cadence), "cycle": cycle, "on": str(since)}
    days = [day for day in (since, action.period_until) if day is not None]
    for on in days if cadence.duration.months else ():
        if on.day < day:
            yield "clipped", {"day": day, "on": str(on)}


def _charged(action: Action) -> Iterator[_Told]:
    if action.from_on is None or action.amount is None:
        return
    if action.lines:
        yield from map(_line, action.lines)
        return
    code = "prorated"
    if action.kind is ActionKind.CREDIT:
        code = "credited"
    elif (action.from_on, action.until_on) == (action.period_on, action.period_until):
        code = "whole_period"
    yield code, {
        "from": str(action.from_on), "until": str(action.until_on),
        "amount": str(action.amount), "price": str(action.price),
    }  # fmt: skip


def _line(line: Line) -> _Told:
    return f"line_{line.kind.value}", {
        "amount": str(line.amount), "from": str(line.from_on), "until": str(line.until_on),
        "quantity": line.quantity, "plan": line.plan,
    }  # fmt: skip


def _ruled(action: Action, words: Mapping[str, str]) -> Iterator[_Told]:
    on, day = str(action.on), str(action.reference_on)
    if action.kind is ActionKind.RETRY:
        yield "retried", {"of": action.of, "day": day, "on": on}
    elif action.kind is ActionKind.ESCALATION:
        yield "escalated", {"of": action.of, "to": action.to, "on": on}
    elif action.kind is ActionKind.WITHDRAWAL:
        code = "withdrawn" if action.reference == "cancellation" else "reason_gone"
        yield code, {"rule": action.rule, "day": day}
    elif action.rule is not None:
        reference = words.get(f"reference.{action.reference}", "")
        yield "counted_from", {
            "rule": action.rule, "reference": reference, "day": day, "to": action.to, "on": on,
        }  # fmt: skip
        yield from _told(action, words)


def _told(action: Action, words: Mapping[str, str]) -> Iterator[_Told]:
    """Go through what a notice or a task says, until when it may, and by which law."""
    if action.follows is not None:
        yield "follows", {"follows": words[f"follows.{action.follows}"]}
    if action.not_after is not None:
        yield "missed" if action.missed else "window", {"day": str(action.not_after)}
    if action.legal_ref is not None:
        yield "legal", {"law": action.legal_ref}
    if action.late:
        yield "late", {"on": str(action.on)}


def _due(action: Action) -> _Told:
    return "due_locally", {"on": str(action.on), "tz": action.tz, "at": action.at.isoformat()}
