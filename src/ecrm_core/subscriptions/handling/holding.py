"""Holding: what becomes of charges that were held for review."""

from __future__ import annotations

from ecrm_core.errors import InputError
from ecrm_core.kernel import gate_text
from ecrm_core.subscriptions.commands import Command, DropHeld, ReleaseHeld
from ecrm_core.subscriptions.events import HeldCleared
from ecrm_core.subscriptions.handling.work import Work
from ecrm_core.subscriptions.lifecycle import illegal
from ecrm_core.subscriptions.schedule import asked_of
from ecrm_core.subscriptions.subscription import HeldCharge, Subscription

__all__ = ["clear_held", "nothing_held"]


def nothing_held(state: Subscription, command: Command) -> None:
    """Refuse what reckons with charges while some are held (IllegalTransition)."""
    if state.held:
        raise illegal(state, command, (), why="expected its held charges released or dropped")


def clear_held(work: Work, command: ReleaseHeld | DropHeld) -> None:
    """Make held charges after all, or never; InputError for a key that is not held."""
    if not work.state.held:
        raise illegal(work.state, command, (), why="expected one with held charges")
    made = isinstance(command, ReleaseHeld)
    for held in _meant(work.state, command.charge):
        event = HeldCleared(cycle=held.cycle, ordinal=held.ordinal, made=made)
        action = asked_of(
            work.state, held.cycle, held.ordinal, held.piece, at=work.now, on=held.on, late=True
        )
        work.say(event, (action,) if made and held.piece.amount.minor else ())


def _meant(state: Subscription, charge: str | None) -> tuple[HeldCharge, ...]:
    if charge is None:
        return state.held
    gate_text(charge, "$.charge")
    found = tuple(held for held in state.held if held.key(state.id) == charge)
    if not found:
        message = "found no key of a charge that is held"
        raise InputError(message, path="$.charge", code="charge")
    return found
