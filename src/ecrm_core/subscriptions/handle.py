"""Handle: what a command makes of a subscription, or why it is impossible."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final

from attrs import evolve

from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.kernel import DateInterval, Money, zone
from ecrm_core.subscriptions.action import Action, ActionKind
from ecrm_core.subscriptions.advance import MAX_STEPS, Run, Step, advance
from ecrm_core.subscriptions.billing import Pay, next_boundary
from ecrm_core.subscriptions.cadence import Anchor, cycle_of, first_boundary
from ecrm_core.subscriptions.commands import (
    Cancel,
    ChangePlan,
    Command,
    Create,
    Pause,
    PaymentFailed,
    PaymentSucceeded,
    Resume,
    SetAutoRenew,
    UndoCancel,
    When,
)
from ecrm_core.subscriptions.events import (
    AutoRenewSet,
    CancelRequested,
    CancelUndone,
    Created,
    Credited,
    Ended,
    Event,
    Paused,
    PaymentRecorded,
    PlanChangeRequested,
    Resumed,
    TasksWithdrawn,
)
from ecrm_core.subscriptions.lifecycle import allow, illegal
from ecrm_core.subscriptions.localtime import local_day
from ecrm_core.subscriptions.policies import Policies
from ecrm_core.subscriptions.proration import slice_amount
from ecrm_core.subscriptions.schedule import charge_of, common
from ecrm_core.subscriptions.subscription import Slice, Subscription
from ecrm_core.subscriptions.term import AtEnd, TermRule

__all__ = ["handle"]


class _Work(Run):
    """A command at work: the day and instant it comes, and who gives it."""

    def __init__(
        self, state: Subscription, policies: Policies, now: datetime, by: str | None
    ) -> None:
        super().__init__(state, policies)
        self.now, self.by = now, by
        self.today = local_day(now, state.tz)

    def say(self, event: Event, action: Action | None = None) -> None:
        self.record(event, action, at=self.now, by=self.by)


def handle(
    state: Subscription | None,
    command: Command,
    now: datetime,
    policies: Policies,
    *,
    by: str | None = None,
) -> Step:
    """Return what a command comes to, after everything that was due before it.

    ``state`` is None for Create alone. Raises IllegalTransition for what the status or the facts
    make impossible, InputError and DefinitionError for arguments that cannot be.
    """
    if isinstance(command, Create):
        if state is not None:
            raise illegal(state, command, ())
        work = _Work(_created(command, now), policies, now, by)
        work.say(Created(state=work.state))
        return work.step()
    if state is None:
        raise DefinitionError("found no subscription, expected one to command", code="command")
    due = advance(state, now, policies, limit=MAX_STEPS)
    if due.more:
        raise illegal(due.state, command, (), why="with more overdue than one step does: run_due")
    allow(due.state, command)
    work = _Work(due.state, policies, now, by)
    _HANDLERS[type(command)](work, command)
    done = work.step()
    return evolve(done, events=due.events + done.events, actions=due.actions + done.actions)


# ---------------------------------------------------------------- beginning


def _created(command: Create, now: datetime) -> Subscription:
    zone(command.tz)
    today, plan = local_day(now, command.tz), command.plan
    starts = command.starts_on or today
    regular = plan.trial.after(starts)
    through = _billed_through(command, starts, regular, today)
    anchor = Anchor(regular, command.anchor_day or regular.day)
    term, number = _term(command, regular, today)
    return Subscription(
        id=command.id, customer=command.customer, plan=plan, preset=command.preset, tz=command.tz,
        anchor=anchor, created_on=today, starts_on=starts, billed_through=through,
        cycle_base=-cycle_of(anchor, plan.cadence, regular),
        trial_until=regular if regular > max(starts, today) else None,
        term=term, term_on=regular, term_number=number, auto_renew=command.auto_renew,
    )  # fmt: skip


def _term(command: Create, regular: date, today: date) -> tuple[TermRule | None, int]:
    """Return the term of a subscription today, and its number."""
    term = command.term or command.plan.term
    number = term.number_on(regular, today) if term else 0
    if term is None or number == 0 or not command.auto_renew or term.at_end is AtEnd.EXPIRE:
        return term, 0
    return (None, 0) if term.at_end is AtEnd.EVERGREEN else (term, number)


def _billed_through(command: Create, starts: date, regular: date, today: date) -> date:
    given = command.billed_through
    if given is None:
        if regular < today:
            message = f"it began on {starts}, before today: say through which day it is billed"
            raise InputError(message, path="$.billed_through", code="billed_through")
        return regular
    if given < starts:
        message = f"found {given}, expected the start {starts} or later"
        raise InputError(message, path="$.billed_through", code="billed_through")
    return max(given, regular)


# ---------------------------------------------------------------- ending


def _cancel(work: _Work, command: Cancel) -> None:
    on = _last_day(work, command)
    work.say(CancelRequested(on=on))
    _withdraw_tasks(work)
    if command.credit:
        _credit(work, on)
    if command.when is When.NOW:
        _bill_what_is_used(work)
        work.say(Ended(on=on))


def _last_day(work: _Work, command: Cancel) -> date:
    state, today = work.state, work.today
    if command.when is When.NOW:
        return today
    if command.on is not None:
        if command.on < max(today, state.starts_on):
            raise illegal(state, command, (), why="expected a day to come")
        return command.on
    if command.when is When.PERIOD_END:
        return _period_end(state, today)
    return _term_end(state, command, today)


def _period_end(state: Subscription, today: date) -> date:
    """Return the day what is billed, or the running period, ends; the trial while it lasts."""
    if state.trial_until is not None:
        return state.trial_until
    day = max(today, state.starts_on)
    return max(state.billed_through, next_boundary(state.anchor, state.plan.cadence, day))


def _term_end(state: Subscription, command: Cancel, today: date) -> date:
    """Return the end of the current term, or after its deadline of the next one."""
    if state.term is None or state.term_end is None or state.deadline is None:
        raise illegal(state, command, (), why="expected one that has a term")
    if today <= state.deadline or not state.goes_on:
        return state.term_end
    return state.term.end(state.term_on, state.term_number + 1)


def _withdraw_tasks(work: _Work) -> None:
    """Take back the tasks sales has: their reason is gone."""
    state = work.state
    if not state.open_tasks:
        return
    actions = []
    for name in state.open_tasks:
        cycle, _, ordinal = name.partition("/")
        actions.append(Action(
            kind=ActionKind.WITHDRAWAL, cycle=cycle, ordinal=ordinal, at=work.now, on=work.today,
            rule=ordinal.partition(".")[0], reference="cancellation",
            reference_on=state.cancel_on, **common(state),
        ))  # fmt: skip
    work.say(TasksWithdrawn(ordinals=state.open_tasks))
    work.actions += actions


def _credit(work: _Work, on: date) -> None:
    """Give back what was billed for days from ``on``: charged minus owed, over the pieces."""
    state = work.state
    if not any(piece.until > on for piece in state.slices):
        return
    on = max(on, state.slices[0].part.start)
    left = [_cut(piece, on, work.policies) for piece in state.slices if piece.part.start < on]
    zero = Money.from_minor(0, state.plan.price.currency)
    amount = _total(left, zero) - _total(state.slices, zero)
    event = Credited(
        cycle=state.cycle, ordinal=state.charges, from_on=on, amount=amount, left=tuple(left)
    )
    action = Action(
        kind=ActionKind.CREDIT, cycle=str(state.cycle), ordinal=str(state.charges), at=work.now,
        on=work.today, amount=amount, from_on=on, until_on=state.billed_through,
        price=state.plan.price, **common(state),
    )  # fmt: skip
    work.say(event, action if amount.minor else None)


def _cut(piece: Slice, on: date, policies: Policies) -> Slice:
    if piece.until <= on:
        return piece
    part = DateInterval(piece.part.start, on)
    owed = slice_amount(piece.price, part, piece.period, policies.rounding)
    return evolve(piece, part=part, amount=owed)


def _total(pieces: list[Slice] | tuple[Slice, ...], zero: Money) -> Money:
    total = zero
    for piece in pieces:
        total += piece.amount
    return total


def _bill_what_is_used(work: _Work) -> None:
    """Bill the days up to today that were to be paid in arrears."""
    state = work.state
    used = state.paused_on is None and state.billed_through < work.today
    if used and state.plan.pay is Pay.IN_ARREARS:
        part = DateInterval(state.billed_through, work.today)
        work.say(*charge_of(state, work.policies, part, work.now))


# ---------------------------------------------------------------- the others


def _undo_cancel(work: _Work, command: UndoCancel) -> None:
    if work.state.cancel_on is None:
        raise illegal(work.state, command, (), why="expected one that is cancelled for later")
    work.say(CancelUndone())


def _pause(work: _Work, _: Pause) -> None:
    _bill_what_is_used(work)
    work.say(Paused(on=work.today))


def _resume(work: _Work, _: Resume) -> None:
    work.say(Resumed(on=work.today))


def _change_plan(work: _Work, command: ChangePlan) -> None:
    state, plan = work.state, command.plan
    if plan.price.currency != state.plan.price.currency or plan.pay is not state.plan.pay:
        raise illegal(state, command, (), why="expected a plan of its currency and way of paying")
    day = max(work.today, state.starts_on)
    after = next_boundary(state.anchor, state.plan.cadence, day)
    on = first_boundary(state.anchor, state.plan.cadence, max(state.billed_through, after))
    if state.trial_until is not None:
        on = first_boundary(state.anchor, state.plan.cadence, state.billed_through)
    work.say(PlanChangeRequested(plan=plan, on=on))


def _set_auto_renew(work: _Work, command: SetAutoRenew) -> None:
    if work.state.term is None:
        raise illegal(work.state, command, (), why="expected one that has a term")
    if work.state.auto_renew is not command.auto_renew:
        work.say(AutoRenewSet(auto_renew=command.auto_renew))


def _payment(work: _Work, command: PaymentSucceeded | PaymentFailed) -> None:
    if not command.charge.startswith(f"{work.state.id}/{ActionKind.CHARGE.value}/"):
        message = "found no key of a charge of this subscription"
        raise InputError(message, path="$.charge", code="charge")
    work.say(PaymentRecorded(charge=command.charge, paid=isinstance(command, PaymentSucceeded)))


_HANDLERS: Final[Mapping[type[Command], Callable[[_Work, Any], None]]] = {
    Cancel: _cancel,
    UndoCancel: _undo_cancel,
    Pause: _pause,
    Resume: _resume,
    ChangePlan: _change_plan,
    SetAutoRenew: _set_auto_renew,
    PaymentSucceeded: _payment,
    PaymentFailed: _payment,
}
