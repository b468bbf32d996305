"""Paying: what the payment provider says of a charge, in whatever order, and however often."""

from __future__ import annotations

from datetime import date

from attrs import evolve

from ecrm_core.errors import InputError
from ecrm_core.kernel import gate_text
from ecrm_core.subscriptions.action import ActionKind
from ecrm_core.subscriptions.cadence import boundary
from ecrm_core.subscriptions.commands import PaymentFailed, PaymentRefunded, PaymentSucceeded
from ecrm_core.subscriptions.dunning import DUNNING, Debt
from ecrm_core.subscriptions.events import OwnerResumed, PaymentRecorded, RefundRecorded
from ecrm_core.subscriptions.handling.work import Work
from ecrm_core.subscriptions.schedule import resumed
from ecrm_core.subscriptions.schedule.retries import retry_key
from ecrm_core.subscriptions.subscription import Subscription

__all__ = ["payment", "refund"]


def payment(work: Work, command: PaymentSucceeded | PaymentFailed) -> None:
    """Note what became of a charge; InputError for a key of another subscription."""
    charge, attempt = _charge(work.state, command.charge)
    if isinstance(command, PaymentFailed):
        _failed(work, command, charge, attempt)
    else:
        _paid(work, charge, attempt)


def refund(work: Work, command: PaymentRefunded) -> None:
    """Note what went back of a charge; InputError for what cannot have been part of one."""
    charge, _ = _charge(work.state, command.charge)
    amount, currency = command.amount, work.state.plan.price.currency
    if amount.currency != currency or amount.minor <= 0:
        message = f"found a refund that is not above zero in {currency}"
        raise InputError(message, path="$.amount", code="refund")
    work.say(RefundRecorded(charge=_key(work.state, charge), amount=amount))


def _charge(state: Subscription, key: str) -> tuple[str, int]:
    """Return the charge, by "cycle/ordinal", and which retry it was (0: the charge itself)."""
    gate_text(key, "$.charge")
    for kind in (ActionKind.CHARGE, ActionKind.RETRY):
        rest = key.removeprefix(f"{state.id}/{kind.value}/")
        parts = rest.replace("/", " ").replace(".", " ").split(" ")
        wanted = 2 if kind is ActionKind.CHARGE else 3
        named = rest != key and len(parts) == wanted and all(map(_is_number, parts))
        if named and _was_made(state, int(parts[0]), int(parts[1])):
            return "/".join(parts[:2]), int(parts[2]) if wanted == 3 else 0
    message = "found no key of a charge that this subscription made"
    raise InputError(message, path="$.charge", code="charge")


def _was_made(state: Subscription, cycle: int, ordinal: int) -> bool:
    return (cycle, ordinal) < (max(state.cycle, 0), state.charges)


def _key(state: Subscription, charge: str) -> str:
    return f"{state.id}/{ActionKind.CHARGE.value}/{charge}"


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _failed(work: Work, command: PaymentFailed, charge: str, attempt: int) -> None:
    state = work.state
    if charge in state.paid:
        return  # the reports came in another order
    held = next((debt for debt in state.debts if debt.charge == charge), None)
    if held is None:
        debt = _debt(state, command, charge, work.today)
    else:
        # A repeated report of the charge itself says nothing of the retry that is out.
        trying = held.trying and attempt != held.number
        debt = evolve(held, trying=trying, hard=held.hard or command.hard)
    if debt != held:
        work.say(PaymentRecorded(charge=_key(state, charge), paid=False, debt=debt))


def _debt(state: Subscription, command: PaymentFailed, charge: str, today: date) -> Debt:
    cycle, ordinal = map(int, charge.split("/"))
    k, cadence = cycle - state.cycle_base, state.plan.cadence
    latest = state.slices[-1] if cycle == state.cycle and state.slices else None
    start = latest.period.start if latest else boundary(state.anchor, cadence, k)
    end = latest.until if latest else boundary(state.anchor, cadence, k + 1)
    amount = command.amount
    if amount is None and latest and ordinal == state.charges - 1:
        amount = latest.amount if state.asked is None else state.asked
    from_on = max(start, state.starts_on) if ordinal == 0 else min(today, end)
    return Debt(
        charge=charge, since=today, from_on=from_on, until_on=end, whole=ordinal == 0,
        amount=amount, hard=command.hard,
    )  # fmt: skip


def _paid(work: Work, charge: str, attempt: int) -> None:
    state = work.state
    held = next((debt for debt in state.debts if debt.charge == charge), None)
    if charge in state.paid and held is None:
        return
    out = held is not None and held.trying and attempt != held.number
    retry = retry_key(state, held) if held is not None and out else None
    work.say(PaymentRecorded(charge=_key(state, charge), paid=True, settled=charge, retry=retry))
    if held is not None and not work.state.debts and state.ended_on is None:
        _resume(work)


def _resume(work: Work) -> None:
    """End the pause that was for what was unpaid, unless others keep it paused."""
    owners = {by.owner for by in work.state.paused_by}
    if owners == {DUNNING}:
        work.say(*resumed(work.state, work.policies, work.today))
    elif DUNNING in owners:
        work.say(OwnerResumed(owner=DUNNING))
