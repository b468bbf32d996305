"""Drawn segments: rules about time and rows about as old, by the thousand, from one seed.

Hypothesis looks for the odd; here nearly every value is usual, so that rules do turn.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

from ecrm_core.kernel import Money
from ecrm_core.segmentation import Row
from ecrm_core.segmentation.terms import (
    Aggregate,
    Anniversary,
    Day,
    FieldRef,
    Function,
    Instant,
    Number,
    Operand,
    Relative,
    Unit,
    Value,
)
from ecrm_core.segmentation.tree import (
    Between,
    Compare,
    In,
    InSegment,
    IsNull,
    Matches,
    Not,
    Op,
    Rule,
    all_of,
    any_of,
)

ZONES = ("UTC", "Asia/Seoul", "Europe/Berlin", "America/Sao_Paulo", "America/St_Johns",
         "Pacific/Apia", "Australia/Lord_Howe")  # fmt: skip
# Changes of clocks (of a quarter of a day too), ends of months, leap days, an ordinary noon.
_MOMENTS = [
    datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2018, 11, 4, 3, tzinfo=UTC), datetime(2018, 2, 18, 2, tzinfo=UTC),
    datetime(2010, 11, 7, 2, 31, tzinfo=UTC), datetime(2011, 12, 30, 10, tzinfo=UTC),
    datetime(2024, 2, 29, 12, tzinfo=UTC), datetime(2027, 2, 28, 23, tzinfo=UTC),
    datetime(2026, 1, 31, 12, tzinfo=UTC), datetime(2026, 11, 23, 12, tzinfo=UTC),
]  # fmt: skip


class Draw:
    """Draws rules of ``tests.segment_trees.SCHEMA``, rows and times around one instant."""

    def __init__(self, random: Random) -> None:
        """Choose the zone and the instant."""
        self.random = random
        self.tz = random.choice(ZONES)
        self.as_of = random.choice(_MOMENTS) + self.span(hours=20)

    def span(self, **most: int) -> timedelta:
        """A span up to that long, either way."""
        return timedelta(**most) * self.random.uniform(-1, 1)

    def later(self) -> datetime:
        """An instant at or after ``as_of``: minutes to years."""
        longest = self.random.choice([timedelta(hours=1), timedelta(days=3), timedelta(days=90),
                                      timedelta(days=900)])  # fmt: skip
        return self.as_of + longest * self.random.random()

    # ------------------------------------------------------------ rules

    def rule(self, depth: int = 3) -> Rule:
        """A rule, most of it about time."""
        sort = self.random.randrange(10)
        if depth == 0 or sort < 4:
            return self.leaf()
        if sort < 6:
            return self.matches()
        if sort == 6:
            return Not(self.rule(depth - 1))
        if sort == 7:
            return InSegment(self.random.choice(["spenders", "not spenders"]))
        parts = [self.rule(depth - 1) for _ in range(self.random.randint(2, 3))]
        return self.random.choice([all_of, any_of])(*parts)

    def leaf(self) -> Rule:
        """A condition on the customer."""
        name = self.random.choice(["last.seen", "last.seen", "born", "birthday", "seen day", "n"])
        if name == "n":
            return Compare(FieldRef("orders_count"), self.op(), Number(self.random.randint(0, 3)))
        if name == "birthday":
            left = Anniversary(self.random.choice(["born", "last.seen"]))
            return self.chosen(left, self.day, [Op.EQ, Op.NE])
        if name == "born":
            return self.chosen(FieldRef("born"), self.day, list(Op))
        hours = name == "last.seen" and self.random.random() < 0.5
        return self.chosen(FieldRef("last.seen"), self.moment if hours else self.day, list(Op))

    def chosen(self, left: Operand, value: Callable[[], Value], ops: list[Op]) -> Rule:
        """One of the conditions on an operand."""
        negated = self.random.random() < 0.3
        sort = self.random.randrange(8)
        if sort == 0:
            return IsNull(left, negated=negated)
        if sort == 1:
            return In(left, (value(), value()), negated=negated)
        if sort < 4:
            return Between(left, value(), value(), negated=negated)
        return Compare(left, self.random.choice(ops), value())

    def op(self) -> Op:
        """A comparison."""
        return self.random.choice(list(Op))

    def day(self) -> Value:
        """A day as a query names it: mostly a relative one."""
        if self.random.random() < 0.2:
            return Day((self.as_of + self.span(days=40)).date())
        unit = self.random.choice([Unit.DAY, Unit.DAY, Unit.WEEK, Unit.MONTH, Unit.YEAR])
        most = {Unit.DAY: 40, Unit.WEEK: 6, Unit.MONTH: 3, Unit.YEAR: 1}[unit]
        return Relative(self.random.randint(-most, most), unit)

    def moment(self) -> Value:
        """A moment as a query names it."""
        if self.random.random() < 0.2:
            return Instant(self.as_of + self.span(days=3))
        return Relative(self.random.randint(-60, 60), Unit.HOUR)

    def matches(self) -> Rule:
        """Orders or visits in a window, counted or added up."""
        negated = self.random.random() < 0.3
        if self.random.random() < 0.2:
            return Matches("visits", self.chosen(FieldRef("day"), self.day, list(Op)), None,
                           negated=negated)  # fmt: skip
        wheres: list[Callable[[], Rule | None]] = [
            lambda: None,
            lambda: self.chosen(FieldRef("date"), self.day, list(Op)),
            lambda: Compare(FieldRef("date"), Op.GE, self.moment()),
            lambda: all_of(Compare(FieldRef("total"), Op.GT, Number(50)),
                           Compare(FieldRef("day"), self.op(), self.day())),
        ]  # fmt: skip
        where = self.random.choice(wheres)()
        return Matches("orders", where, self.having(), negated=negated)

    def having(self) -> Rule | None:
        """A condition on all rows together, or none."""
        number = Number(self.random.randint(0, 4))
        total, when = Aggregate(Function.SUM, "total"), self.random.choice(list(Function)[2:])
        havings: list[Callable[[], Rule | None]] = [
            lambda: None,
            lambda: Compare(Aggregate(Function.COUNT), self.op(), number),
            lambda: Compare(total, self.op(), Number(self.random.randint(-100, 300))),
            lambda: Compare(Aggregate(when, "total"), self.op(), Number(60)),
            lambda: self.chosen(Aggregate(when, "date"), self.moment, list(Op)),
            lambda: any_of(Compare(Aggregate(Function.COUNT), Op.EQ, number),
                           Compare(total, Op.LT, Number(40))),
        ]  # fmt: skip
        return self.random.choice(havings)()

    # ------------------------------------------------------------ rows

    def row(self) -> Row:
        """A customer whose values lie around the instant; one in ten is missing, none is odd."""
        born = date(self.random.choice([1992, 2000, 2001]), 2, 28) + timedelta(
            days=self.random.choice([-1, 0, 1, 2, self.random.randint(0, 365)])
        )
        return Row(
            self.some({
                "born": self.near().date() if self.random.random() < 0.3 else born,
                "last.seen": self.near(),
                "orders_count": self.random.randint(0, 3),
                "spent": Money(self.random.randint(0, 5), "EUR"),
                "name": self.random.choice(["Bo", "Cy"]),
            }),
            {
                "orders": [self.order() for _ in range(self.random.choice([0, 1, 2, 3, 6]))],
                "visits": [self.some({"day": self.near().date()})
                           for _ in range(self.random.randint(0, 2))],
            },
        )  # fmt: skip

    def order(self) -> dict[str, object]:
        """A row of the relation, some of them after the instant."""
        amount = Decimal(self.random.choice([-20, 0, 50, 60, 61, 100]))
        return self.some({"total": Money(amount, "EUR"), "date": self.near(),
                          "day": self.near().date()})  # fmt: skip

    def some(self, values: dict[str, object]) -> dict[str, object]:
        """Most of the values."""
        return {name: v for name, v in values.items() if self.random.random() < 0.9}

    def near(self) -> datetime:
        """An instant near: hours, weeks or a year away, or at the very microsecond."""
        longest = self.random.choice([timedelta(0), timedelta(hours=60), timedelta(days=40),
                                      timedelta(days=400)])  # fmt: skip
        return self.as_of + longest * self.random.uniform(-1, 0.3)
