"""Commands: what may be asked of a subscription."""

from __future__ import annotations

from datetime import date
from enum import Enum

from attrs import frozen

from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import CustomerId
from ecrm_core.subscriptions.plan import Plan
from ecrm_core.subscriptions.term import TermRule

__all__ = [
    "Cancel",
    "ChangePlan",
    "Command",
    "Create",
    "Pause",
    "PaymentFailed",
    "PaymentSucceeded",
    "Resume",
    "SetAutoRenew",
    "UndoCancel",
    "When",
]


@frozen(kw_only=True)
class Command:
    """What is asked; ``handle`` answers with a Step or refuses."""


@frozen(kw_only=True)
class Create(Command):
    """Begin a subscription, or take over one that runs elsewhere (``billed_through``).

    ``starts_on`` (default: today, in ``tz``) is the first day; a trial comes first and the terms
    begin after it. ``anchor_day`` (1 to 31; default: the day of the first charge) is the day of the
    month it is billed on. ``billed_through`` is the first day that is not billed yet, and needed
    for one that began before today. ``term`` stands in place of the plan's.
    """

    id: str
    customer: CustomerId
    plan: Plan
    preset: str = "b2c"
    tz: str = "UTC"
    starts_on: date | None = None
    anchor_day: int | None = None
    billed_through: date | None = None
    term: TermRule | None = None
    auto_renew: bool = True


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


@frozen(kw_only=True)
class Pause(Command):
    """Bill nothing from today on; the term runs on."""


@frozen(kw_only=True)
class Resume(Command):
    """Bill again from today on; the days between are free."""


@frozen(kw_only=True)
class ChangePlan(Command):
    """Let another plan hold from the next period that is not billed."""

    plan: Plan


@frozen(kw_only=True)
class SetAutoRenew(Command):
    """Say whether it goes on at the end of its term."""

    auto_renew: bool


@frozen(kw_only=True)
class PaymentSucceeded(Command):
    """A charge was paid, named by its action key."""

    charge: str


@frozen(kw_only=True)
class PaymentFailed(Command):
    """A charge could not be collected: past due until it is paid."""

    charge: str
