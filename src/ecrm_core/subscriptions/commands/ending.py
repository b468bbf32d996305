"""Ending: cancelling now or for later, and taking that back."""

from __future__ import annotations

from datetime import date
from enum import Enum

from attrs import field, frozen

from ecrm_core.errors import DefinitionError
from ecrm_core.subscriptions.checks import is_a, maybe_day
from ecrm_core.subscriptions.commands.base import Command
from ecrm_core.subscriptions.subscription import Cause

__all__ = ["Cancel", "UndoCancel", "When"]


class When(Enum):
    """When a cancellation takes effect."""

    NOW = "now"
    DATE = "date"
    PERIOD_END = "period_end"
    TERM_END = "term_end"


@frozen(kw_only=True)
class Cancel(Command):
    """End the subscription; ``credit`` gives back what was billed for days after the end.

    A day in the past ends it at once, and charges made since are given back. The customer's own
    cancellation (``cause``) ends it no sooner than its minimum term.
    """

    when: When = field(validator=is_a(When))
    on: date | None = field(default=None, validator=maybe_day)
    credit: bool = field(default=False, validator=is_a(bool))
    cause: Cause = field(default=Cause.REQUESTED, validator=is_a(Cause))

    def __attrs_post_init__(self) -> None:
        """Refuse a date where none is meant, or none where one is (DefinitionError)."""
        if (self.on is not None) != (self.when is When.DATE):
            raise DefinitionError("found a cancellation without its date", code="cancel")

    @classmethod
    def now(cls, *, credit: bool = False, cause: Cause = Cause.REQUESTED) -> Cancel:
        """End it at once."""
        return cls(when=When.NOW, credit=credit, cause=cause)

    @classmethod
    def at(cls, on: date, *, credit: bool = False, cause: Cause = Cause.REQUESTED) -> Cancel:
        """End it with a day, the first one without it, to come or past."""
        return cls(when=When.DATE, on=on, credit=credit, cause=cause)

    @classmethod
    def at_period_end(cls, *, cause: Cause = Cause.REQUESTED) -> Cancel:
        """End it when what is billed is used up."""
        return cls(when=When.PERIOD_END, cause=cause)

    @classmethod
    def at_term_end(cls, *, cause: Cause = Cause.REQUESTED) -> Cancel:
        """End it with its term; after the deadline that is the end of the next term."""
        return cls(when=When.TERM_END, cause=cause)


@frozen(kw_only=True)
class UndoCancel(Command):
    """Take a cancellation back before it takes effect."""
