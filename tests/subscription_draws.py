"""Random plans, policies, beginnings and commands of subscriptions, drawn by dice."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Final

from attrs import evolve

from ecrm_core.kernel import CustomerId, Money
from ecrm_core.subscriptions import (
    LIFECYCLE,
    AtEnd,
    Cancel,
    ChangePlan,
    Command,
    Create,
    Duration,
    NoticeRule,
    Pause,
    Pay,
    PaymentFailed,
    PaymentSucceeded,
    Plan,
    Policies,
    RelativeTo,
    Resume,
    SetAutoRenew,
    Subscription,
    TaskRule,
    TermRule,
    UndoCancel,
    local_day,
)

Dice = random.Random
ZONES: Final = (
    "UTC", "Asia/Seoul", "America/New_York", "Europe/Paris", "Australia/Lord_Howe",
    "America/Santiago", "Pacific/Apia", "Asia/Kolkata", "Africa/Casablanca",
)  # fmt: skip
POLICIES: Final = Policies(
    name="all",
    notices=(
        NoticeRule(name="term", relative_to=RelativeTo.TERM_END, aim="P20D", earliest="P40D",
                   latest="P3D"),
        NoticeRule(name="deadline", relative_to=RelativeTo.DEADLINE, aim="P5D", earliest="P9D",
                   latest="P1D"),
        NoticeRule(name="bill", relative_to=RelativeTo.CHARGE, aim="P3D", latest="P1D"),
        NoticeRule(name="trial", relative_to=RelativeTo.TRIAL_END, aim="P2D"),
    ),
    tasks=(TaskRule(name="call", offset="P7D"), TaskRule(name="visit", offset="P1M")),
    due_time=time(2, 30),
)  # fmt: skip
"""Every kind of rule there is, at a time of day that some days do not have."""


def draw_plan(dice: Dice) -> Plan:
    """A plan, with a term in two of three."""
    term = TermRule(
        initial=dice.choice(["P12M", "P3M", "P40D"]), renewal=dice.choice([None, "P1M", "P6M"]),
        at_end=dice.choice(list(AtEnd)), notice=dice.choice(["P0D", "P1M", "P14D"]),
    )  # fmt: skip
    return Plan(
        id=dice.choice("ab"), price=Money.from_minor(dice.choice([0, 1, 999, 1_001, 99_999]), "EUR"),
        cadence=dice.choice(["P1M", "P1M", "P1W", "P3M", "P1Y", "P10D"]),
        pay=dice.choice(list(Pay)), trial=dice.choice(["P0D", "P0D", "P14D", "P1M"]),
        term=dice.choice([None, term, term]),
    )  # fmt: skip


def draw_create(dice: Dice, id_: str = "sub_x") -> Create:
    """A beginning in the first quarter of 2026."""
    starts = date(2026, 1, 2) + timedelta(days=dice.randint(0, 90))
    return Create(
        id=id_, customer=CustomerId("cus_x"), plan=draw_plan(dice), tz=dice.choice(ZONES),
        starts_on=starts, anchor_day=dice.choice([None, None, dice.randint(1, 31)]),
        billed_through=dice.choice([None, None, starts + timedelta(days=dice.randint(0, 99))]),
        auto_renew=dice.random() < 0.8,
    )  # fmt: skip


def _change_plan(dice: Dice, state: Subscription, _: date) -> Command:
    return ChangePlan(plan=evolve(draw_plan(dice), pay=state.plan.pay, trial=Duration()))


def _cancel(dice: Dice, _: Subscription, today: date) -> Command:
    credit = dice.random() < 0.7
    on = today + timedelta(days=dice.choice([-1, 0, 1, 2, 5, 12, 30]))
    kinds = [
        Cancel.at_period_end(),
        Cancel.at_term_end(),
        Cancel.at(on),
        Cancel.at(on, credit=credit),
    ]
    return Cancel.now(credit=credit) if dice.random() < 0.1 else dice.choice(kinds)


def _charge(dice: Dice, state: Subscription) -> str:
    """The key of a charge: one that is not paid, or the first one."""
    return dice.choice([*state.unpaid, f"{state.id}/charge/{max(state.cycle, 0)}/0"])


COMMANDS: Final[Mapping[type[Command], Callable[[Dice, Subscription, date], Command]]] = {
    Cancel: _cancel,
    UndoCancel: lambda *_: UndoCancel(),
    Pause: lambda *_: Pause(),
    Resume: lambda *_: Resume(),
    ChangePlan: _change_plan,
    SetAutoRenew: lambda dice, _, __: SetAutoRenew(auto_renew=dice.random() < 0.7),
    PaymentSucceeded: lambda dice, state, _: PaymentSucceeded(charge=_charge(dice, state)),
    PaymentFailed: lambda dice, state, _: PaymentFailed(charge=_charge(dice, state)),
}
"""How each command of the lifecycle is drawn; a test checks that none is missing."""


_WEIGHTS: Final[Mapping[type[Command], int]] = {
    PaymentSucceeded: 1, PaymentFailed: 1, Cancel: 6,
}  # fmt: skip
"""What is always possible comes too often otherwise."""


def draw_command(dice: Dice, state: Subscription, now: datetime) -> Command:
    """A command, four times in five one that the status allows, and often one that takes back."""
    possible = [kind for kind in COMMANDS if state.status in LIFECYCLE[kind]]
    back = [kind for kind in (UndoCancel, Resume) if kind in possible]
    if back and dice.random() < 0.4:
        possible = back
    kinds = possible if possible and dice.random() < 0.8 else list(COMMANDS)
    (kind,) = dice.choices(kinds, [_WEIGHTS.get(kind, 4) for kind in kinds])
    return COMMANDS[kind](dice, state, local_day(now, state.tz))
