"""Event lines: an event told line by line, in rows that follow each other, as one event.

A till writes a row for each line of a receipt. The rows of one event are one interaction with all
lines; the rows behind the first are objects about no party, and nothing of them is lost.
"""

from __future__ import annotations

from attrs import evolve

from ecrm_core.errors import InputError
from ecrm_core.sources.delivery import DeliveryBuilder, Entry
from ecrm_core.sources.event_goods import total_of
from ecrm_core.timeline import Interaction

__all__ = ["accept", "goes_on"]


def accept(delivery: DeliveryBuilder, entry: Entry) -> None:
    """Take a row in, as a line more of the event before where it is one.

    Raises InputError where it says something else of that event than the rows before.
    """
    before = delivery.told
    if before is None or not goes_on(before, entry):
        delivery.accept(entry)
        return
    (held,), (told,) = before.interactions, entry.interactions
    same_total = entry.summed or told.amount == held.amount
    if entry.record != before.record or not same_total or _frame(told) != _frame(held):
        message = "found a line that says something else of its event than the one before"
        raise InputError(message, code="other_event")
    lines = (*held.lines, *told.lines)
    amount = total_of(lines) if entry.summed else held.amount
    delivery.amend(evolve(before, interactions=(evolve(held, lines=lines, amount=amount),)))
    delivery.accept(Entry(mapped=entry.mapped, kept=_left(told)))


def goes_on(before: Entry | None, entry: Entry) -> bool:
    """Tell whether a row is a line more of the event of the row before."""
    if before is None or not (before.line and entry.line):
        return False
    (held,), (told,) = before.interactions, entry.interactions
    return (held.event_id, held.told_at) == (told.event_id, told.told_at)


def _frame(told: Interaction) -> Interaction:
    """Return an event without what differs from line to line."""
    data = {name: value for name, value in told.data.items() if name != "unmapped"}
    return evolve(told, lines=(), amount=None, data=data)


def _left(told: Interaction) -> dict[str, object]:
    left = told.data.get("unmapped")
    return dict(left) if isinstance(left, dict) else {}
