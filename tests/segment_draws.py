"""Drawn segments: rules about time and rows about as old, by the thousand, from one seed.

Hypothesis looks for the odd; here most values are usual or at an edge, so that rules do turn.
"""

from __future__ import annotations

import math
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
    Flag,
    Function,
    Instant,
    Number,
    Operand,
    Relative,
    Text,
    Unit,
    Value,
)
from ecrm_core.segmentation.times import Span, Times
from ecrm_core.segmentation.tree import (
    Between,
    Compare,
    Contains,
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
# Ends of months, leap days, an ordinary noon.
_MOMENTS = [
    datetime(2024, 2, 29, 12, tzinfo=UTC), datetime(2027, 2, 28, 23, tzinfo=UTC),
    datetime(2026, 3, 31, 12, tzinfo=UTC), datetime(2026, 11, 23, 12, tzinfo=UTC),
    datetime(2026, 1, 1, 2, tzinfo=UTC), datetime(2024, 11, 23, 12, tzinfo=UTC),
]  # fmt: skip
# Where clocks change: an hour, over midnight, a day left out, half an hour.
_CHANGES = [
    ("Europe/Berlin", datetime(2026, 3, 29, 1, tzinfo=UTC)),
    ("Europe/Berlin", datetime(2026, 10, 25, 1, tzinfo=UTC)),
    ("America/Sao_Paulo", datetime(2018, 11, 4, 3, tzinfo=UTC)),
    ("America/Sao_Paulo", datetime(2018, 2, 18, 2, tzinfo=UTC)),
    ("America/St_Johns", datetime(2010, 11, 7, 2, 31, tzinfo=UTC)),
    ("Pacific/Apia", datetime(2011, 12, 30, 10, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 4, 4, 15, tzinfo=UTC)),
]


class Draw:
    """Draws rules of ``tests.segment_trees.SCHEMA``, rows and times around one instant."""

    def __init__(self, random: Random) -> None:
        """Choose the zone and the instant."""
        self.random = random
        self.tz, moment = random.choice(ZONES), random.choice(_MOMENTS)
        if random.random() < 0.5:
            self.tz, moment = random.choice(_CHANGES)
        self.as_of = moment + random.choice([self.span(hours=30), self.span(seconds=90)])
        self.times = Times(self.as_of, self.tz)

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
        """A condition on the customer: two of three about time."""
        if self.random.random() < 0.33:
            return self.random.choice(self.timeless())()
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

    def timeless(self) -> list[Callable[[], Rule]]:
        """Conditions that time does not change."""
        op, negated = self.op(), self.random.random() < 0.3
        number = Number(self.random.choice(["-1", "0", "2", "0.1"]))
        texts = tuple(map(Text, self.random.sample(["vip", "VIP", "é", "v", "K"], 2)))
        name, tags, size = (FieldRef(name) for name in ("name", "tags", "Größe in cm"))
        return [
            lambda: Compare(size, op, number),
            lambda: Compare(FieldRef("spent"), op, number),
            lambda: In(name, texts, negated=negated),
            lambda: In(name, texts[:1], negated=negated),
            lambda: Compare(name, op, texts[0]),
            lambda: Contains(name, texts[0], negated=negated),
            lambda: Contains(tags, texts[0], negated=negated),
            lambda: Compare(FieldRef("active"), self.random.choice([Op.EQ, Op.NE]), Flag(negated)),
        ]

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
        most = self.random.choice([most, min(most, 2)])
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
        """A customer whose values lie around the instant; one in ten is missing."""
        random = self.random
        texts = ["vip", "VIP", "é", "e\u0301", "viper", "\u212a"]
        numbers = [2, 0, 0.1, 2.5, -1.0, math.nan, math.inf, -math.inf, 1e300, Decimal("0.1"), True]
        return Row(
            self.some({
                "born": self.date(),
                "last.seen": self.near(),
                "orders_count": random.randint(0, 3),
                "spent": Money(random.randint(-1, 3), random.choice(["EUR", "EUR", "USD"])),
                "name": random.choice(texts),
                "tags": random.sample(texts, random.randint(0, 2)),
                "Größe in cm": random.choice(numbers),
                "active": random.random() < 0.5,
            }),
            {
                "orders": [self.order() for _ in range(random.choice([0, 1, 2, 3, 6]))],
                "visits": [self.some({"day": self.near().date()})
                           for _ in range(random.randint(0, 2))],
            },
        )  # fmt: skip

    def date(self) -> date:
        """A date: near, one a query may name, or a birthday about the end of February."""
        sort = self.random.randrange(3)
        if sort == 0:
            return self.near().date()
        if sort == 1:
            return self.edge().day
        day = date(self.random.choice([1992, 2000, 2001]), 2, 28)
        return day + timedelta(self.random.choice([-1, 0, 1, 2, self.random.randint(0, 365)]))

    def edge(self) -> Span:
        """A day that a query may name."""
        value = self.day()
        day = self.times.day(value) if isinstance(value, Relative) else self.times.today
        return self.times.moments(day)

    def order(self) -> dict[str, object]:
        """A row of the relation, some of them after the instant."""
        amount = Decimal(self.random.choice([-20, 0, 50, 60, 61, 100]))
        return self.some({"total": Money(amount, "EUR"), "date": self.near(),
                          "day": self.near().date()})  # fmt: skip

    def some(self, values: dict[str, object]) -> dict[str, object]:
        """Most of the values."""
        return {name: v for name, v in values.items() if self.random.random() < 0.9}

    def near(self) -> datetime:
        """An instant near: hours, weeks or a year away, or about the very end of a day or hour."""
        longest = self.random.choice([timedelta(0), timedelta(hours=60), timedelta(days=40),
                                      timedelta(days=400), None])  # fmt: skip
        if longest is not None:
            return self.as_of + longest * self.random.uniform(-1, 0.3)
        little = [timedelta(0), timedelta(microseconds=1), timedelta(milliseconds=500),
                  timedelta(minutes=45)]  # fmt: skip
        day = self.edge()
        at = self.random.choice([day.start, day.end or day.start])
        return at + self.random.choice([-1, 1]) * self.random.choice(little)
