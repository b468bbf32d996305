"""Random plans, policies, beginnings and commands of subscriptions, drawn by dice."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from attrs import evolve

from ecrm_core.kernel import CustomerId, Money
from ecrm_core.subscriptions import (
    LIFECYCLE,
    Activate,
    Alignment,
    Anchor,
    AtEnd,
    Cancel,
    CatchUp,
    Cause,
    ChangeAnchor,
    ChangePlan,
    ChangePolicy,
    ChangeQuantity,
    ChangeZone,
    Command,
    Condition,
    Create,
    DropHeld,
    DunningPolicy,
    Duration,
    ExtendTrial,
    IfMissed,
    NoticeBounced,
    NoticeRule,
    NoticeSent,
    Pause,
    Pay,
    PaymentFailed,
    PaymentRefunded,
    PaymentSucceeded,
    Plan,
    Policies,
    RecordConsent,
    RelativeTo,
    ReleaseHeld,
    Reprice,
    RepriceAt,
    Reschedule,
    Resubscribe,
    Resume,
    SetAutoRenew,
    SkipNext,
    StubPolicy,
    Subscription,
    TaskDone,
    TaskRule,
    TermRule,
    UndoCancel,
    WithoutConsent,
    local_day,
)
from tests.subscription_phases import an_intro, phase_commands

Dice = random.Random
Draw = Callable[[Dice, Subscription, date], Command]
ZONES: Final = (
    "UTC", "Asia/Seoul", "America/New_York", "Europe/Paris", "Australia/Lord_Howe",
    "America/Santiago", "Pacific/Apia", "Asia/Kolkata", "Africa/Casablanca",
)  # fmt: skip
POLICIES: Final = Policies(
    name="all",
    notices=(
        NoticeRule(name="term", relative_to=RelativeTo.TERM_END, aim="P20D", earliest="P40D",
                   latest="P3D", fallback=("post",)),
        NoticeRule(name="deadline", relative_to=RelativeTo.DEADLINE, aim="P5D", earliest="P9D",
                   latest="P1D"),
        NoticeRule(name="bill", relative_to=RelativeTo.CHARGE, aim="P3D", latest="P1D",
                   if_missed=IfMissed.TASK),
        NoticeRule(name="trial", relative_to=RelativeTo.TRIAL_END, aim="P2D"),
        NoticeRule(name="price", relative_to=RelativeTo.PRICE_CHANGE, aim="P9D"),
        NoticeRule(name="agree", relative_to=RelativeTo.TERM_END, aim="P9D", needs_consent=True,
                   applies_if=Condition(plans=("asked",)), if_missed=IfMissed.TASK),
        NoticeRule(name="keep", relative_to=RelativeTo.PRICE_CHANGE, aim="P5D", needs_consent=True,
                   applies_if=Condition(plans=("a",)), without_consent=WithoutConsent.KEEP),
        NoticeRule(name="wait", relative_to=RelativeTo.PRICE_CHANGE, aim="P5D", needs_consent=True,
                   applies_if=Condition(plans=("asked",))),
    ),
    tasks=(TaskRule(name="call", offset="P7D"),
           TaskRule(name="visit", offset="P1M", escalate_after="P10D")),
    dunning=DunningPolicy(steps=("P1D", "P5D"), grace="P9D"),
    due_time=time(2, 30),
)  # fmt: skip
"""Every kind of rule there is, at a time of day that some days do not have."""

CATCHING_UP: Final = {how: evolve(POLICIES, name=how.value, catch_up=how) for how in CatchUp}
"""The same with each way of catching up."""


def draw_policies(dice: Dice) -> Policies:
    """Every charge is made in two of three."""
    return CATCHING_UP[dice.choice([*CatchUp, CatchUp.ALL, CatchUp.ALL, CatchUp.ALL])]


def draw_plan(dice: Dice) -> Plan:
    """A plan, with a term in two of three."""
    term = TermRule(
        initial=dice.choice(["P12M", "P3M", "P40D"]), renewal=dice.choice([None, "P1M", "P6M"]),
        at_end=dice.choice(list(AtEnd)), notice=dice.choice(["P0D", "P1M", "P14D"]),
        uplift=dice.choice(["same", "list", "3.5%"]), minimum=dice.choice([None, None, "P2M"]),
    )  # fmt: skip
    return Plan(
        id=dice.choice(["a", "b", "a", "b", "asked"]),
        price=Money.from_minor(dice.choice([0, 1, 999, 99_999]), "EUR"),
        cadence=dice.choice(["P1M", "P1M", "P1W", "P3M", "P1Y", "P10D"]),
        pay=dice.choice(list(Pay)), trial=dice.choice(["P0D", "P0D", "P14D", "P1M"]),
        term=dice.choice([None, term, term]), list_price=Money("40.00", "EUR"),
        intro=an_intro(dice),
    )  # fmt: skip


def draw_create(dice: Dice, id_: str = "sub_x") -> Create:
    """A beginning in the first quarter of 2026."""
    starts = date(2026, 1, 2) + timedelta(days=dice.randint(0, 90))
    counted: dict[str, Any] = dice.choice([
        {}, {}, {"anchor_day": dice.randint(1, 31)}, {"align": Alignment.CALENDAR},
        {"anchor": Anchor(date(2020, 1, 5), 5)},
    ])  # fmt: skip
    return Create(
        id=id_, customer=CustomerId("cus_x"), plan=draw_plan(dice), tz=dice.choice(ZONES),
        starts_on=starts, stub=dice.choice(list(StubPolicy)), quantity=dice.choice([1, 1, 7]),
        **counted,
        billed_through=dice.choice([None, None, starts + timedelta(days=dice.randint(0, 99))]),
        auto_renew=dice.random() < 0.8,
    )  # fmt: skip


def _some_day(dice: Dice, today: date) -> date:
    return today + timedelta(days=dice.choice([-12, -1, 0, 1, 2, 5, 12, 30]))


def _change_plan(dice: Dice, state: Subscription, today: date) -> Command:
    """Another plan of its cadence, on any day, or of another one from the next period on."""
    on = dice.choice([None, _some_day(dice, today)])
    if dice.random() < 0.5:
        price = Money.from_minor(dice.choice([0, 7, 1_000, 54_321]), "EUR")
        dearer = evolve(state.plan, price=price, id=dice.choice("ab"))
        return ChangePlan(plan=dearer, on=on, policy=dice.choice(list(ChangePolicy)))
    other = evolve(draw_plan(dice), pay=state.plan.pay, trial=Duration())
    policies = [ChangePolicy.NEXT_PERIOD, ChangePolicy.RESET_CYCLE]
    return ChangePlan(plan=other, on=on, policy=dice.choice(policies))


def _change_quantity(dice: Dice, _: Subscription, today: date) -> Command:
    on = dice.choice([None, _some_day(dice, today)])
    policy = dice.choice(list(ChangePolicy))
    return ChangeQuantity(quantity=dice.randint(1, 9), on=on, policy=policy)


def _change_anchor(dice: Dice, _: Subscription, __: date) -> Command:
    stub = dice.choice(list(StubPolicy))
    if dice.random() < 0.5:
        return ChangeAnchor(align=Alignment.CALENDAR, stub=stub)
    return ChangeAnchor(day=dice.randint(1, 31), stub=stub)


def _reprice(dice: Dice, _: Subscription, today: date) -> Command:
    price = Money.from_minor(dice.choice([0, 7, 1_000, 54_321]), "EUR")
    on = dice.choice([None, _some_day(dice, today)])
    return Reprice(price=price, on=on, at=dice.choice(list(RepriceAt)))


def _cancel(dice: Dice, _: Subscription, today: date) -> Command:
    credit = dice.random() < 0.7
    on = _some_day(dice, today)
    kinds = [
        Cancel.at_period_end(),
        Cancel.at_term_end(),
        Cancel.at(on),
        Cancel.at(on, credit=credit),
    ]
    made = Cancel.now(credit=credit) if dice.random() < 0.1 else dice.choice(kinds)
    return evolve(made, cause=dice.choice(list(Cause)))


def _of_phases(kind: type[Command]) -> Draw:
    """How the commands of trials, pauses and returns are drawn."""

    def draw(dice: Dice, state: Subscription, today: date) -> Command:
        drawn = phase_commands(dice, state, datetime.combine(today, time(12), UTC))
        return dice.choice([command for command in drawn if type(command) is kind])

    return draw


def _charge(dice: Dice, state: Subscription) -> str:
    """The key of a charge: one that is not paid, or the first one."""
    tried = [f"{state.id}/retry/{debt.charge}.{debt.number}" for debt in state.debts if debt.trying]
    return dice.choice([*tried, *state.unpaid, f"{state.id}/charge/{max(state.cycle, 0)}/0"])


def _told(kind: type[Command]) -> Draw:
    """How what is heard of a notice or a task is drawn: of one that is out, if there is one."""

    def draw(dice: Dice, state: Subscription, _: date) -> Command:
        word = "task" if kind is TaskDone else "notice"
        names = [told.name for told in state.out if told.task is (word == "task")]
        return kind(**{word: f"{state.id}/{word}/{dice.choice(names or ['t0/call'])}"})

    return draw


def _consent(dice: Dice, state: Subscription, _: date) -> Command:
    rules = ["agree", "wait"] if state.plan.id == "asked" else ["keep"]
    return RecordConsent(rule=dice.choice(rules), given=dice.random() < 0.8)


COMMANDS: Final[Mapping[type[Command], Draw]] = {
    Cancel: _cancel,
    UndoCancel: lambda *_: UndoCancel(),
    **{
        kind: _of_phases(kind)
        for kind in (
            Activate,
            DropHeld,
            ExtendTrial,
            Pause,
            ReleaseHeld,
            Resubscribe,
            Resume,
            SkipNext,
        )
    },
    ChangePlan: _change_plan,
    ChangeQuantity: _change_quantity,
    ChangeAnchor: _change_anchor,
    ChangeZone: lambda dice, _, __: ChangeZone(tz=dice.choice(ZONES)),
    Reprice: _reprice,
    SetAutoRenew: lambda dice, _, __: SetAutoRenew(auto_renew=dice.random() < 0.7),
    PaymentSucceeded: lambda dice, state, _: PaymentSucceeded(charge=_charge(dice, state)),
    PaymentRefunded: lambda dice, state, _: PaymentRefunded(
        charge=_charge(dice, state), amount=Money("1.00", "EUR")
    ),
    PaymentFailed: lambda dice, state, _: PaymentFailed(
        charge=_charge(dice, state), hard=dice.random() < 0.2
    ),
    **{kind: _told(kind) for kind in (NoticeSent, NoticeBounced, TaskDone)},
    Reschedule: lambda *_: Reschedule(),
    RecordConsent: _consent,
}
"""How each command of the lifecycle is drawn; a test checks that none is missing."""


_BACK: Final[frozenset[type[Command]]] = frozenset({UndoCancel, Resume, Resubscribe})
_WEIGHTS: Final[Mapping[type[Command], int]] = {
    PaymentSucceeded: 1, PaymentFailed: 1, PaymentRefunded: 1, NoticeBounced: 1, TaskDone: 1,
    NoticeSent: 2, RecordConsent: 2, ReleaseHeld: 2, DropHeld: 2,
    Cancel: 8, Pause: 6,
}  # fmt: skip
"""What is always possible comes too often otherwise."""


def draw_command(dice: Dice, state: Subscription, now: datetime) -> Command:
    """A command, four times in five one that the status allows, and often one that takes back."""
    possible = [kind for kind in COMMANDS if state.status in LIFECYCLE[kind]]
    back = [kind for kind in possible if kind in _BACK]
    if back and dice.random() < 0.4:
        possible = back
    kinds = possible if possible and dice.random() < 0.8 else list(COMMANDS)
    (kind,) = dice.choices(kinds, [_WEIGHTS.get(kind, 4) for kind in kinds])
    return COMMANDS[kind](dice, state, local_day(now, state.tz))
