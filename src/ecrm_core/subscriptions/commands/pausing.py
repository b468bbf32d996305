"""Pausing: billing nothing for a while, skipping charges, and what becomes of those held back."""

from __future__ import annotations

from datetime import date

from attrs import field, frozen

from ecrm_core.errors import DefinitionError
from ecrm_core.subscriptions.checks import a_name, from_to, is_a, maybe_day
from ecrm_core.subscriptions.commands.base import Command
from ecrm_core.subscriptions.pauses import PauseMode

__all__ = ["DropHeld", "Pause", "ReleaseHeld", "Resume", "SkipNext"]

_MOST = 1_000
_CUSTOMER = "customer"


@frozen(kw_only=True)
class Pause(Command):
    """Pause from ``on`` (default: today) up to ``until`` (default: until Resume).

    ``mode`` says what becomes of the days. A day in the past is put right with credits, one to come
    is waited for. With ``cycles`` it lasts so many whole cycles that are not billed yet and resumes
    by itself. Each ``owner`` pauses for herself: it is paused while anybody has it so, in the mode
    of the first. Raises DefinitionError for days that cannot be.
    """

    on: date | None = field(default=None, validator=maybe_day)
    until: date | None = field(default=None, validator=maybe_day)
    mode: PauseMode = field(default=PauseMode.FREE, validator=is_a(PauseMode))
    cycles: int | None = field(default=None, validator=from_to(1, _MOST))
    owner: str = field(default=_CUSTOMER, validator=a_name)

    def __attrs_post_init__(self) -> None:
        """Refuse an end before the beginning, and cycles with days or another mode."""
        if self.on is not None and self.until is not None and self.until <= self.on:
            message = f"found a pause from {self.on} that ends on {self.until}"
            raise DefinitionError(message, code="argument")
        alone = self.on is None and self.until is None and self.mode is PauseMode.FREE
        if self.cycles is not None and not alone:
            message = "found a pause of cycles with days or a mode, expected cycles alone"
            raise DefinitionError(message, code="argument")

    @classmethod
    def for_cycles(cls, cycles: int, *, owner: str = _CUSTOMER) -> Pause:
        """Leave out so many cycles, from the first one that is not billed."""
        return cls(cycles=cycles, owner=owner)


@frozen(kw_only=True)
class Resume(Command):
    """Bill again from ``on`` (default: today), or no longer pause on a day to come.

    A day to come is waited for. Others who have it paused keep it so.
    """

    on: date | None = field(default=None, validator=maybe_day)
    owner: str = field(default=_CUSTOMER, validator=a_name)


@frozen(kw_only=True)
class SkipNext(Command):
    """Do not charge for the next ``cycles`` that are not billed; 0 takes that back."""

    cycles: int = field(default=1, validator=[is_a(int), from_to(0, _MOST)])


@frozen(kw_only=True)
class ReleaseHeld(Command):
    """Make the charges that were held for review, or the one of an action key."""

    charge: str | None = None


@frozen(kw_only=True)
class DropHeld(Command):
    """Never make the charges that were held for review, or the one of an action key."""

    charge: str | None = None
