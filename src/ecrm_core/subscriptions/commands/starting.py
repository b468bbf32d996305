"""Starting: beginning a subscription, taking over one that runs elsewhere, coming back."""

from __future__ import annotations

from datetime import date

from attrs import field, frozen

from ecrm_core.kernel import CustomerId, gate_text
from ecrm_core.subscriptions.cadence import Anchor
from ecrm_core.subscriptions.change import Alignment, StubPolicy
from ecrm_core.subscriptions.checks import a_day, from_to, is_a, maybe_day
from ecrm_core.subscriptions.commands.base import Command
from ecrm_core.subscriptions.commands.changing import check_quantity
from ecrm_core.subscriptions.plan import Plan
from ecrm_core.subscriptions.term import TermRule

__all__ = ["Create", "Import", "Resubscribe"]

_MOST = 1_000_000


@frozen(kw_only=True)
class Create(Command):
    """Begin a subscription.

    ``starts_on`` (default: today, in ``tz``) is the first day; a trial comes first and the terms
    begin after it. ``anchor_day`` (1 to 31; default: the day of the first charge) is the day of the
    month it is billed on; in its place ``anchor`` (that of the customer's account) or ``align`` may
    stand, and ``stub`` says what the days before the first whole period cost. ``billed_through`` is
    the first day that is not billed yet, and needed for one that began before today. ``term``
    stands in place of the plan's.
    """

    id: str = field(converter=gate_text)
    customer: CustomerId = field(validator=is_a(str))
    plan: Plan = field(validator=is_a(Plan))
    preset: str = field(default="b2c", validator=is_a(str))
    tz: str = field(default="UTC", validator=is_a(str))
    starts_on: date | None = field(default=None, validator=maybe_day)
    quantity: int = 1
    anchor_day: int | None = None
    anchor: Anchor | None = field(default=None, validator=is_a(Anchor, or_none=True))
    align: Alignment = field(default=Alignment.OWN, validator=is_a(Alignment))
    stub: StubPolicy = field(default=StubPolicy.PRORATE, validator=is_a(StubPolicy))
    billed_through: date | None = field(default=None, validator=maybe_day)
    term: TermRule | None = field(default=None, validator=is_a(TermRule, or_none=True))
    auto_renew: bool = field(default=True, validator=is_a(bool))

    def __attrs_post_init__(self) -> None:
        """Refuse what is no number of units (DefinitionError)."""
        check_quantity(self.quantity)


@frozen(kw_only=True)
class Import(Create):
    """Take over a subscription that runs elsewhere, as it stands: nothing is billed twice.

    ``starts_on`` and ``billed_through`` (the first day that is not billed) are needed. The term is
    counted from the end of the trial; ``term_number`` (from 0) says which one runs, where that is
    not what the days come to, and ``term_on`` where its counting begins, where that is another day.
    ``paused_on`` and ``cancel_on`` take a pause or a cancellation over. Days that cannot be are an
    InputError (code "import").
    """

    starts_on: date = field(validator=a_day)
    billed_through: date = field(validator=a_day)
    term_on: date | None = field(default=None, validator=maybe_day)
    term_number: int | None = field(default=None, validator=from_to(0, _MOST))
    paused_on: date | None = field(default=None, validator=maybe_day)
    cancel_on: date | None = field(default=None, validator=maybe_day)


@frozen(kw_only=True)
class Resubscribe(Command):
    """Begin one that is over again, under its id: keys and numbers of cycles go on counting.

    ``on`` (default: today) is its first day, not before its end; days that were paid before and not
    given back are not billed again. ``plan`` and ``term`` (default: those it had) hold from then.
    ``quantity`` too. There is no trial and no introductory price once more.
    """

    on: date | None = field(default=None, validator=maybe_day)
    plan: Plan | None = field(default=None, validator=is_a(Plan, or_none=True))
    term: TermRule | None = field(default=None, validator=is_a(TermRule, or_none=True))
    anchor_day: int | None = None
    auto_renew: bool = field(default=True, validator=is_a(bool))
    quantity: int | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse what is no number of units (DefinitionError)."""
        if self.quantity is not None:
            check_quantity(self.quantity)
