"""Ending: cancelling now or for later, and taking that back."""

from __future__ import annotations

from datetime import date
from enum import Enum

from attrs import frozen

from ecrm_core.errors import DefinitionError
from ecrm_core.subscriptions.commands.base import Command

__all__ = ["Cancel", "UndoCancel", "When"]


class When(Enum):
    """When a cancellation takes effect."""

    NOW = "now"
    DATE = "date"
    PERIOD_END = "period_end"
    TERM_END = "term_end"


@frozen(kw_only=True)
class Cancel(Command):
    """End the subscription; ``credit`` gives back what was billed for days after the end."""

    when: When
    on: date | None = None
    credit: bool = False

    def __attrs_post_init__(self) -> None:
        """Refuse a date where none is meant, or none where one is (DefinitionError)."""
        if (self.on is not None) != (self.when is When.DATE):
            raise DefinitionError("found a cancellation without its date", code="cancel")

    @classmethod
    def now(cls, *, credit: bool = False) -> Cancel:
        """End it at once."""
        return cls(when=When.NOW, credit=credit)

    @classmethod
    def at(cls, on: date, *, credit: bool = False) -> Cancel:
        """End it with a day to come: the first one without it."""
        return cls(when=When.DATE, on=on, credit=credit)

    @classmethod
    def at_period_end(cls) -> Cancel:
        """End it when what is billed is used up."""
        return cls(when=When.PERIOD_END)

    @classmethod
    def at_term_end(cls) -> Cancel:
        """End it with its term; after the deadline that is the end of the next term."""
        return cls(when=When.TERM_END)


@frozen(kw_only=True)
class UndoCancel(Command):
    """Take a cancellation back before it takes effect."""
