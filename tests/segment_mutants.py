"""Mutants of segments: compiled evaluators with one seeded fault each, as one would make them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from typing import Any, ClassVar
from unittest import mock

from attrs import evolve

from ecrm_core.errors import InputError
from ecrm_core.segmentation import Row, compile_record, expanded
from ecrm_core.segmentation.compile import source_of
from ecrm_core.segmentation.terms import Unit
from ecrm_core.segmentation.times import Span, Times
from ecrm_core.segmentation.tree import And, Compare, In, Matches, Not, Op, Or, Rule, all_of, any_of
from tests.segment_trees import SCHEMA

_TIMES = "ecrm_core.segmentation.times."
_MOMENTS = Times.moments


class Mutant:
    """A sound evaluator of one rule over many rows; each class below breaks one thing."""

    patches: ClassVar[dict[str, Any]] = {}
    """What stands in for functions of the library meanwhile."""
    cut: ClassVar[Any] = None
    """What the generator writes, as a pattern, and what it writes by mistake, if anything."""

    def __call__(self, rule: Rule, rows: Sequence[Row], as_of: datetime, tz: str) -> list[bool]:
        """Tell of each row whether the rule holds of it."""
        with ExitStack() as stack:
            for target, fault in self.patches.items():
                stack.enter_context(mock.patch(target, fault))
            if self.cut is not None:
                stack.enter_context(
                    mock.patch("ecrm_core.segmentation.compile.source_of", self._written)
                )
            as_of, tz = self.when(as_of, tz)
            changed = self.changed(expanded(rule, SCHEMA))
            return list(map(compile_record(changed, SCHEMA, as_of=as_of, tz=tz), rows))

    def _written(self, *args: Any, **named: Any) -> Any:  # noqa: ANN401 - handed on
        source, names = source_of(*args, **named)
        pattern, fault = self.cut or ("", "")
        return re.sub(pattern, fault, source), names

    def when(self, as_of: datetime, tz: str) -> tuple[datetime, str]:
        """The instant and the zone asked about."""
        return as_of, tz

    def changed(self, rule: Rule) -> Rule:
        """The rule that is compiled."""
        match rule:
            case And():
                return all_of(*map(self.changed, rule.items))
            case Or():
                return any_of(*map(self.changed, rule.items))
            case Not():
                return self.denied(rule)
            case _:
                return self.leaf(rule)

    def denied(self, rule: Not) -> Rule:
        """What becomes of a NOT."""
        return Not(self.changed(rule.item))

    def leaf(self, rule: Rule) -> Rule:
        """What becomes of a condition, or of a MATCHES."""
        return rule


# ---------------------------------------------------------------- truth


class CoalesceDropped(Mutant):
    """A missing value makes a complement false too, as NULL does in SQL."""

    cut: ClassVar = r"(\w) is None or k\d+\(v\)", r"False"


class NotPushedThroughNull(Mutant):
    """NOT a < 1 becomes a >= 1, which is another thing where a is missing."""

    turned: ClassVar = {Op.LT: Op.GE, Op.LE: Op.GT, Op.GT: Op.LE, Op.GE: Op.LT}

    def denied(self, rule: Not) -> Rule:
        item = rule.item
        if isinstance(item, Compare) and item.op in self.turned:
            return evolve(item, op=self.turned[item.op])
        return super().denied(rule)


class NotKeepsAnd(Mutant):
    """NOT goes into an AND and leaves it an AND."""

    def denied(self, rule: Not) -> Rule:
        if isinstance(rule.item, And):
            return all_of(*(Not(self.changed(item)) for item in rule.item.items))
        return super().denied(rule)


class MatchesNeverNegated(Mutant):
    """NOT MATCHES is read as MATCHES."""

    def leaf(self, rule: Rule) -> Rule:
        return evolve(rule, negated=False) if isinstance(rule, Matches) else rule


# ---------------------------------------------------------------- comparisons


class EndLeftOut(Mutant):
    """``<`` for ``<=``."""

    cut: ClassVar = r"<= (k\d+)", r"< \1"


class StartLeftOut(Mutant):
    """``>`` for ``>=`` of whole numbers."""

    cut: ClassVar = r">= (k\d+)", r"> \1"


class LastOfIn(Mutant):
    """IN forgets the last of its values."""

    def leaf(self, rule: Rule) -> Rule:
        if isinstance(rule, In) and len(rule.values) > 1:
            return evolve(rule, values=rule.values[:-1])
        return rule


class EmptyIn(Mutant):
    """An IN of one value is empty, and holds of everybody."""

    cut: ClassVar = r"v in k\d+", r"True"


class PartOfAnItem(Mutant):
    """A list contains what is a part of one of its items."""

    patches: ClassVar = {
        "ecrm_core.segmentation.constants._has_text": lambda items, wanted: any(
            isinstance(item, str) and wanted in item for item in items
        )
    }


class BytesCompared(Mutant):
    """Texts are compared as they come, not in NFC."""

    patches: ClassVar = {"ecrm_core.segmentation.constants.nfc": lambda text: text}


class CurrencyIgnored(Mutant):
    """An amount is an amount."""

    cut: ClassVar = r"(\w+)\.currency == k\d+", r"True"


class FloatsAreNumbers(Mutant):
    """NaN and infinity are looked at as any float."""

    cut: ClassVar = r"is float and .*? else", r"is float else"


# ---------------------------------------------------------------- rows


class FutureSeen(Mutant):
    """What happens after the instant is seen."""

    cut: ClassVar = r"if t > .*: continue", r"pass"


class UndatedUnseen(Mutant):
    """A row that does not say when it happened is passed over."""

    cut: ClassVar = r"t is not None and (k\d+\(t\))", r"(t is None or \1)"


class CountedTwice(Mutant):
    """Rows count double, as a join makes them."""

    cut: ClassVar = r"\+= 1", r"+= 2"


class NothingSumsToNothing(Mutant):
    """The sum over no rows is missing, as in SQL: no comparison with it holds."""

    cut: ClassVar = r"(a\d_\d+) = k\d+\n", r"\1 = Decimal('NaN')\n"


class LeastIsMost(Mutant):
    """``min`` is ``max``."""

    cut: ClassVar = r"x < a", r"x > a"


# ---------------------------------------------------------------- time


class ZoneIgnored(Mutant):
    """Days are those of UTC."""

    def when(self, as_of: datetime, tz: str) -> tuple[datetime, str]:  # noqa: ARG002
        return as_of, "UTC"


class InstantIsMidnight(Mutant):
    """Hours are counted from the beginning of the day."""

    def when(self, as_of: datetime, tz: str) -> tuple[datetime, str]:
        return as_of.replace(hour=0, minute=0, second=0, microsecond=0), tz


def _overflowing(anchor: date, months: int) -> date:
    year, month = divmod(anchor.year * 12 + anchor.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise InputError("found a date beyond the years 1 to 9999")
    return date(year, month + 1, 1) + timedelta(days=anchor.day - 1)


class MonthsNotClamped(Mutant):
    """31 March - 1m is 3 March, as SQLite says."""

    patches: ClassVar = {_TIMES + "add_months": _overflowing}


class YearIs365Days(Mutant):
    """A year back is 365 days back."""

    patches: ClassVar = {
        _TIMES + "_MONTHS": {Unit.MONTH: 1},
        _TIMES + "_DAYS": {Unit.DAY: 1, Unit.WEEK: 7, Unit.YEAR: 365},
    }


def _early(times: Times, day: date) -> Span:
    found = _MOMENTS(times, day)
    return evolve(found, end=found.end and found.end - timedelta(seconds=1))


class DayEndsEarly(Mutant):
    """The day ends at its last second."""

    patches: ClassVar = {_TIMES + "Times.moments": _early}


def _whole(times: Times, day: date) -> Span:
    found = _MOMENTS(times, day)
    return found if found.end is None else evolve(found, end=found.start + timedelta(hours=24))


class DayHas24Hours(Mutant):
    """A day ends 24 hours after it begins."""

    patches: ClassVar = {_TIMES + "Times.moments": _whole}


class LeapDayInMarch(Mutant):
    """Who was born on 29 February has her birthday on 1 March."""

    patches: ClassVar = {
        _TIMES + "yearly": lambda first, year: (
            date(year, first.month, 1) + timedelta(days=first.day - 1)
        )
    }


class YearEndsInDecember(Mutant):
    """A span of birthdays does not go over the new year."""

    patches: ClassVar = {
        "ecrm_core.segmentation.evaluate.recurs": lambda first, low, high: (
            (low.month, low.day) <= (first.month, first.day) <= (high.month, high.day)
        )
    }


class WeekOfFiveDays(Mutant):
    """Weeks are those of work."""

    patches: ClassVar = {_TIMES + "_DAYS": {Unit.DAY: 1, Unit.WEEK: 5}}


MUTANTS = Mutant.__subclasses__()
