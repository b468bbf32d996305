"""Starting: beginning a subscription, or taking over one that runs elsewhere."""

from __future__ import annotations

from datetime import date

from attrs import frozen

from ecrm_core.kernel import CustomerId
from ecrm_core.subscriptions.cadence import Anchor
from ecrm_core.subscriptions.change import Alignment, StubPolicy
from ecrm_core.subscriptions.commands.base import Command
from ecrm_core.subscriptions.commands.changing import check_quantity
from ecrm_core.subscriptions.plan import Plan
from ecrm_core.subscriptions.term import TermRule

__all__ = ["Create"]


@frozen(kw_only=True)
class Create(Command):
    """Begin a subscription, or take over one that runs elsewhere (``billed_through``).

    ``starts_on`` (default: today, in ``tz``) is the first day; a trial comes first and the terms
    begin after it. ``anchor_day`` (1 to 31; default: the day of the first charge) is the day of the
    month it is billed on; in its place ``anchor`` (that of the customer's account) or ``align`` may
    stand, and ``stub`` says what the days before the first whole period cost. ``billed_through`` is the first day that is not billed yet, and needed
    for one that began before today. ``term`` stands in place of the plan's.
    """

    id: str
    customer: CustomerId
    plan: Plan
    preset: str = "b2c"
    tz: str = "UTC"
    starts_on: date | None = None
    quantity: int = 1
    anchor_day: int | None = None
    anchor: Anchor | None = None
    align: Alignment = Alignment.OWN
    stub: StubPolicy = StubPolicy.PRORATE
    billed_through: date | None = None
    term: TermRule | None = None
    auto_renew: bool = True

    def __attrs_post_init__(self) -> None:
        """Refuse what is no number of units (DefinitionError)."""
        check_quantity(self.quantity)
