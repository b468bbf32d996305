"""Laws of money: what was charged less what was given back is what the days cost, to the cent."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from attrs import evolve
from dateutil.relativedelta import relativedelta

from ecrm_core.errors import IllegalTransition
from ecrm_core.kernel import CustomerId, Money, Rounding
from ecrm_core.subscriptions import (
    Action,
    ActionKind,
    Cancel,
    ChangeAnchor,
    ChangePlan,
    ChangePolicy,
    ChangeQuantity,
    ChangeZone,
    Command,
    Create,
    Grain,
    Pay,
    Plan,
    Policies,
    Step,
    Subscription,
    advance,
    handle,
    local_day,
)
from tests.profile import SEED, size

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
WAYS = (
    Policies(name="days"),
    Policies(name="even", rounding=Rounding.HALF_EVEN),
    Policies(name="thirty", grain=Grain.MONTH_30),
)
ZONES = ["UTC", "Asia/Seoul", "America/New_York", "Pacific/Apia"]


class Oracle:
    """What every day costs, found by itself: what held on it, a share of its period's price.

    A change holds from its day for all later ones; a counting (day of the month, months) from its
    day on. Periods are relativedeltas from its first day, a day costs what it takes from the
    rounded price of the days of its period that are left.
    """

    def __init__(self, start: date, months: int, unit: int, *, ways: Policies) -> None:
        self.start, self.months, self.ways = start, months, ways
        self.units = [(start, unit)]
        self.quantities = [(start, 1)]
        self.countings = [(start, start, start.day)]

    @staticmethod
    def hold(held: list[tuple[date, int]], on: date, value: int) -> None:
        held[:] = [*((day, old) for day, old in held if day < on), (on, value)]

    def count(self, on: date, anchor: date, day: int) -> None:
        """Let other periods hold from a day on."""
        self.countings = [*(row for row in self.countings if row[0] < on), (on, anchor, day)]

    def begins(self, day: date) -> bool:
        """Whether a period begins with the day."""
        return day == self.period(day)[0] or day in {row[0] for row in self.countings}

    def period(self, day: date) -> tuple[date, date]:
        """The period a day is in."""
        _, anchor, month_day = [row for row in self.countings if row[0] <= day][-1]
        months = (day.year - anchor.year) * 12 + day.month - anchor.month
        k = months // self.months - 2
        while anchor + relativedelta(months=self.months * (k + 1), day=month_day) <= day:
            k += 1
        first, last = (anchor + relativedelta(months=self.months * n, day=month_day)
                       for n in (k, k + 1))  # fmt: skip
        return first, last

    def cost(self, day: date) -> int:
        """What a day costs, in cents."""
        first, last = self.period(day)
        unit = [value for on, value in self.units if on <= day][-1]
        quantity = [value for on, value in self.quantities if on <= day][-1]
        whole, how = self.counted(first, last), self.ways.rounding.name
        left = [
            int((Decimal(unit * quantity * self.counted(since, last)) / whole).quantize(
                0, f"ROUND_{how}")) for since in (day, day + timedelta(days=1))
        ]  # fmt: skip
        return left[0] - left[1]

    def counted(self, start: date, end: date) -> int:
        """The days from one up to another, or those of months of thirty."""
        if self.ways.grain is Grain.DAY:
            return (end - start).days
        days = 360 * (end.year - start.year) + 30 * (end.month - start.month)
        return days + min(end.day, 30) - min(start.day, 30)

    def owed(self, end: date) -> int:
        """What the days up to one cost."""
        return sum(self.cost(self.start + timedelta(n)) for n in range((end - self.start).days))


class Billed:
    """A subscription under way beside its oracle."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        unit, pay = self.dice.choice([1, 999, 3_000, 99_999]), self.dice.choice(list(Pay))
        cadence = self.dice.choice(["P1M", "P1M", "P3M"])
        plan = Plan(id="p", price=Money.from_minor(unit, "EUR"), cadence=cadence, pay=pay)
        self.start = date(2026, 1, 2) + timedelta(days=self.dice.randint(0, 60))
        create = Create(id="s", customer=CustomerId("c"), plan=plan, starts_on=self.start,
                        tz=self.dice.choice(ZONES))  # fmt: skip
        self.ways = self.dice.choice(WAYS)
        months = 3 if cadence == "P3M" else 1
        self.oracle = Oracle(self.start, months, unit, ways=self.ways)
        self.actions: list[Action] = []
        self.waiting: dict[str, tuple[date, int, ChangePolicy]] = {}
        self.now = START
        self.take(handle(None, create, self.now, self.ways))

    def take(self, step: Step) -> None:
        self.state: Subscription = step.state
        self.actions += step.actions

    @property
    def today(self) -> date:
        return local_day(self.now, self.state.tz)

    def go(self, days: int) -> None:
        """Let days pass, and with them what was to hold from one of them on."""
        self.now += timedelta(days=days)
        self.take(advance(self.state, self.now, self.ways))
        self.arrived()

    def arrived(self) -> None:
        for name, (asked, value, policy) in list(self.waiting.items()):
            on = asked
            while policy is ChangePolicy.NEXT_PERIOD and not self.oracle.begins(on):
                on += timedelta(days=1)  # the billing day has moved since
            if on <= self.today:
                Oracle.hold(getattr(self.oracle, name), on, value)
                del self.waiting[name]

    def change(self) -> None:
        """Ask for a change, and tell the oracle when it is granted."""
        dice, on = self.dice, None
        if dice.random() < 0.6:
            on = self.today + timedelta(days=dice.choice([-50, -20, -5, -1, 0, 1, 9, 40]))
        policy = dice.choice([ChangePolicy.INVOICE_NOW, ChangePolicy.NEXT_INVOICE,
                              ChangePolicy.NEXT_PERIOD, ChangePolicy.RESET_CYCLE])  # fmt: skip
        if policy is ChangePolicy.RESET_CYCLE and on is not None:
            on = min(on, self.today)
        command: Command
        if dice.random() < 0.5:
            name, value = "quantities", dice.randint(1, 9)
            command = ChangeQuantity(quantity=value, on=on, policy=policy)
        else:
            name, value = "units", dice.choice([0, 7, 1_000, 54_321])
            plan = evolve(self.state.plan, price=Money.from_minor(value, "EUR"))
            command = ChangePlan(plan=plan, on=on, policy=policy)
        if self.tried(command):
            self.told(name, value, on, policy)

    def told(self, name: str, value: int, on: date | None, policy: ChangePolicy) -> None:
        day = on or self.today
        if policy is ChangePolicy.NEXT_PERIOD:
            asked = {"quantities": self.state.quantity_on, "units": self.state.change_on}[name]
            assert asked is not None
            day = asked
            assert self.oracle.begins(day)
        if day > self.today:
            self.waiting[name] = (day, value, policy)
            return
        self.waiting.pop(name, None)
        Oracle.hold(getattr(self.oracle, name), max(day, self.start), value)
        if policy is ChangePolicy.RESET_CYCLE:
            begun = self.state.anchor.on
            assert begun == max(day, self.start)
            self.oracle.count(begun, begun, begun.day)
            for held in (self.oracle.units, self.oracle.quantities):
                Oracle.hold(held, begun, held[-1][1])  # what holds now begins with it

    def move(self) -> None:
        """Ask for another day of the month: it counts from the first day that is not billed."""
        day = self.dice.randint(1, 31)
        if self.tried(ChangeAnchor(day=day)):
            through = self.state.billed_through
            self.oracle.count(through, through, day)

    def tried(self, command: Command) -> bool:
        self.arrived()  # what was due comes before the command
        try:
            self.take(handle(self.state, command, self.now, self.ways))
        except IllegalTransition:
            return False
        return True

    def lived(self) -> None:
        for _ in range(self.dice.randint(1, 12)):
            self.go(self.dice.choice([0, 0, 1, 6, 13, 45]))
            for _ in range(self.dice.choice([1, 1, 3])):
                if self.dice.random() < 0.8:
                    self.change()
                else:
                    self.move()
            if self.dice.random() < 0.1:
                self.tried(ChangeZone(tz=self.dice.choice(ZONES)))
                self.take(advance(self.state, self.now, self.ways))
                self.arrived()

    @property
    def paid(self) -> int:
        return sum(action.amount.minor for action in self.actions if action.amount)


@pytest.mark.long
@pytest.mark.parametrize("block", range(4))
def test_l8_charged_less_credited_is_what_the_days_cost(block: int) -> None:
    changed = 0
    for number in range(size(60, 10_000)):
        billed = Billed(SEED * 1_000_000 + block * 100_000 + number)
        billed.lived()
        changed += billed.oracle.units[0][1] != billed.oracle.units[-1][1]
        credited = sum(a.kind is ActionKind.CREDIT for a in billed.actions)
        waits = sum(line.amount.minor for line in billed.state.pending)
        through = billed.state.billed_through
        ahead = [s for s in billed.state.slices if s.until > billed.today]
        assert credited or not billed.paid < 0
        if not ahead:
            assert billed.paid + waits == billed.oracle.owed(through)
        assert billed.tried(Cancel.now(credit=True))
        assert billed.paid == billed.oracle.owed(billed.today), (block, number)
        assert billed.state.pending == ()
    assert changed > size(60, 10_000) // 4
