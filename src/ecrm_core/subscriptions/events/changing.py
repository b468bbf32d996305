"""Changing: another plan, quantity, price, billing day or zone is asked for, and holds."""

from __future__ import annotations

from datetime import date

from attrs import evolve, frozen

from ecrm_core.kernel import DateInterval, Money
from ecrm_core.subscriptions.cadence import Anchor
from ecrm_core.subscriptions.change import ChangePolicy, StubPolicy
from ecrm_core.subscriptions.copying import changed
from ecrm_core.subscriptions.events.base import Event, past
from ecrm_core.subscriptions.plan import Plan
from ecrm_core.subscriptions.slices import Line, Slice, total
from ecrm_core.subscriptions.subscription import Subscription

__all__ = [
    "Adjustment",
    "AnchorChanged",
    "PlanChangeRequested",
    "PlanChanged",
    "PriceChangeRequested",
    "PriceChanged",
    "PriceDropped",
    "QuantityChangeRequested",
    "QuantityChanged",
    "ZoneChanged",
]


@frozen(kw_only=True)
class Adjustment:
    """What a change makes of days that are billed: the pieces as they are owed now, and the lines.

    ``later`` leaves the lines for the next charge; else they and what waited are charged or given
    back. ``billed_through`` is the day from which it is billed anew.
    """

    slices: tuple[Slice, ...]
    lines: tuple[Line, ...]
    later: bool = False
    billed_through: date | None = None

    def parts(self, state: Subscription) -> dict[str, object]:
        """Return the parts of the state it changes."""
        parts: dict[str, object] = {"slices": self.slices}
        if self.later:
            parts["pending"] = (*state.pending, *self.lines)
        else:
            asked = total((*self.lines, *state.pending), state.plan.price.currency)
            parts |= {"pending": (), "charges": state.charges + 1, "asked": asked}
        if self.billed_through is not None:
            parts["billed_through"] = self.billed_through
        return parts


@frozen(kw_only=True)
class PlanChangeRequested(Event):
    """Another plan is to hold from a day on, billed by a policy."""

    kind = "plan_change_requested"
    plan: Plan
    on: date
    policy: ChangePolicy = ChangePolicy.NEXT_PERIOD

    def applied(self, state: Subscription) -> Subscription:
        return changed(state, next_plan=self.plan, change_on=self.on, change_policy=self.policy)


@frozen(kw_only=True)
class PlanChanged(Event):
    """The other plan holds; ``cycle_base`` keeps cycle numbers going under another anchor."""

    kind = "plan_changed"
    plan: Plan
    anchor: Anchor
    cycle_base: int
    adjustment: Adjustment | None = None

    def applied(self, state: Subscription) -> Subscription:
        return changed(
            state, plan=self.plan, next_plan=None, change_on=None,
            change_policy=ChangePolicy.NEXT_PERIOD, next_price=None, price_on=None,
            **_recounted(state, self.anchor, self.cycle_base, plan=self.plan,
                         adjustment=self.adjustment),
        )  # fmt: skip


@frozen(kw_only=True)
class QuantityChangeRequested(Event):
    """Another number of units is to hold from a day on, billed by a policy."""

    kind = "quantity_change_requested"
    quantity: int
    on: date
    policy: ChangePolicy = ChangePolicy.NEXT_PERIOD

    def applied(self, state: Subscription) -> Subscription:
        return changed(
            state, next_quantity=self.quantity, quantity_on=self.on, quantity_policy=self.policy
        )


@frozen(kw_only=True)
class QuantityChanged(Event):
    """The other number of units holds."""

    kind = "quantity_changed"
    quantity: int
    anchor: Anchor
    cycle_base: int
    adjustment: Adjustment | None = None

    def applied(self, state: Subscription) -> Subscription:
        return changed(
            state, quantity=self.quantity, next_quantity=None, quantity_on=None,
            quantity_policy=ChangePolicy.NEXT_PERIOD,
            **_recounted(state, self.anchor, self.cycle_base, plan=state.plan,
                         adjustment=self.adjustment),
        )  # fmt: skip


def _recounted(
    state: Subscription, anchor: Anchor, base: int, *, plan: Plan, adjustment: Adjustment | None
) -> dict[str, object]:
    """Return what another counting changes: from where on, and that no stub is left of the old."""
    parts = adjustment.parts(state) if adjustment else {}
    if (anchor, plan.cadence) != (state.anchor, state.plan.cadence):
        from_on = parts.get("billed_through", state.billed_through)
        parts |= {"anchor": anchor, "stub": None, "changes_from": from_on}
    return {**parts, "cycle_base": base}


@frozen(kw_only=True)
class PriceChangeRequested(Event):
    """Another price is to hold from the beginning of a period on."""

    kind = "price_change_requested"
    price: Money
    on: date

    def applied(self, state: Subscription) -> Subscription:
        return changed(state, next_price=self.price, price_on=self.on)


@frozen(kw_only=True)
class PriceChanged(Event):
    """The other price holds, in another version of the plan."""

    kind = "price_changed"
    price: Money
    version: int

    def applied(self, state: Subscription) -> Subscription:
        plan = evolve(state.plan, price=self.price, version=self.version)
        return changed(state, plan=plan, next_price=None, price_on=None, **past(state, "p"))


@frozen(kw_only=True)
class PriceDropped(Event):
    """The other price needed a consent and had none: the one that held goes on.

    ``cycle`` names it in marks: what was told of it is not told again, should it come once more.
    """

    kind = "price_dropped"
    cycle: str

    def applied(self, state: Subscription) -> Subscription:
        parts = past(state, "p")
        left, told = parts.get("done", state.done), parts.get("out", state.out)
        done = tuple(m for m in state.done if m in left or m.startswith(f"{self.cycle}/"))
        # A notice of it that is not sent yet is to be taken back.
        out = tuple(each for each in state.out if each in told or not (each.sent or each.missed))
        return changed(state, next_price=None, price_on=None, done=done, out=out)


@frozen(kw_only=True)
class AnchorChanged(Event):
    """It is billed on another day; what follows the billed days is a stub of it."""

    kind = "anchor_changed"
    anchor: Anchor
    cycle_base: int
    billed_through: date
    stub: DateInterval | None = None
    stub_policy: StubPolicy = StubPolicy.PRORATE

    def applied(self, state: Subscription) -> Subscription:
        return changed(
            state, anchor=self.anchor, cycle_base=self.cycle_base, stub=self.stub,
            stub_policy=self.stub_policy, billed_through=self.billed_through,
            changes_from=state.billed_through, anchor_fixed=True,
        )  # fmt: skip


@frozen(kw_only=True)
class ZoneChanged(Event):
    """Its days begin in another zone."""

    kind = "zone_changed"
    tz: str

    def applied(self, state: Subscription) -> Subscription:
        return changed(state, tz=self.tz)
