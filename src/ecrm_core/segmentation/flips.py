"""Flips: a value with the instant before which time alone cannot change it, for one condition.

A later day or moment moves one way: "before" what a query names turns true once, "after" it turns
false once. All conditions are made of the two, by AND, OR and NOT.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta

from attrs import frozen

from ecrm_core.segmentation.schema import FieldType
from ecrm_core.segmentation.terms import Relative, Value
from ecrm_core.segmentation.times import Times, yearly
from ecrm_core.segmentation.tree import Between, Compare, Contains, In, IsNull, Leaf, Op, is_negated
from ecrm_core.segmentation.values import Plain, after, before, wanted

__all__ = ["Recheck", "Steps", "all_hold", "any_holds", "condition_flip", "inverted"]

_TICK = timedelta(microseconds=1)
_LAST_DAY = date.max.toordinal()


@frozen
class Recheck:
    """A value, and the first instant at which time alone may change it; None: it never does.

    At ``at`` the value may be the same still; before it, it is.
    """

    value: bool
    at: datetime | None = None


Steps = Sequence[tuple[datetime, tuple[Plain, ...]]]
"""What an operand may be from each instant on: one value first, later the ends of its range."""


def all_hold(parts: Iterable[Recheck]) -> Recheck:
    """Return the AND: true until the first part turns, false as long as one false part stays so."""
    held = tuple(parts)
    false = [part.at for part in held if not part.value]
    if false:
        known = [at for at in false if at is not None]
        return Recheck(False, max(known) if len(known) == len(false) else None)  # noqa: FBT003
    return Recheck(True, min((p.at for p in held if p.at is not None), default=None))  # noqa: FBT003


def any_holds(parts: Iterable[Recheck]) -> Recheck:
    """Return the OR, the dual of the AND."""
    return inverted(all_hold(map(inverted, parts)))


def inverted(part: Recheck) -> Recheck:
    """Return the NOT."""
    return Recheck(not part.value, part.at)


def condition_flip(leaf: Leaf, steps: Steps, kind: FieldType, times: Times) -> Recheck:
    """Return a condition on what its operand is and may come to be; None is a missing value."""
    known = _steady(steps, lambda actual: Recheck(actual is not None))
    if isinstance(leaf, IsNull):
        return known if leaf.negated else inverted(known)
    found = all_hold((known, _positive(leaf, steps, kind, times)))
    return inverted(found) if is_negated(leaf) else found


def _positive(leaf: Leaf, steps: Steps, kind: FieldType, times: Times) -> Recheck:
    at = _Beside(steps, kind, times)
    match leaf:
        case Contains():
            named = wanted(leaf.value, kind, times)
            return _steady(steps, lambda a: Recheck(a is not None and named in a))
        case In():
            return any_holds(at.within(value, value) for value in leaf.values)
        case Between():
            return at.within(leaf.low, leaf.high)
        case Compare():
            return at.compared(leaf.op, leaf.right)
        case _:
            return Recheck(False)  # noqa: FBT003


@frozen
class _Beside:
    """An operand beside values of a query."""

    steps: Steps
    kind: FieldType
    times: Times

    def compared(self, op: Op, value: Value) -> Recheck:
        """Return one of the comparisons; ``!=`` is ``=`` here, its complement the caller's part."""
        match op:
            case Op.LT:
                return self._turned(value, before, goes=True)
            case Op.GE:
                return inverted(self._turned(value, before, goes=True))
            case Op.GT:
                return self._turned(value, after, goes=False)
            case Op.LE:
                return inverted(self._turned(value, after, goes=False))
            case _:
                return self.within(value, value)

    def within(self, low: Value, high: Value) -> Recheck:
        """Return BETWEEN; of a day of the year, that one of its returns lies there."""
        if self.kind is not FieldType.RECURRING:
            return all_hold((self.compared(Op.GE, low), self.compared(Op.LE, high)))
        first = self.steps[0][1][0]
        if first is None:
            return Recheck(False)  # noqa: FBT003
        from_, to = (wanted(value, self.kind, self.times).year for value in (low, high))
        # The returns that are in now or come in next; those between them stay in longer.
        years = {from_ - 1, from_, from_ + 1, to - 1, to}
        each = [yearly(first, year) for year in years if 1 <= year <= date.max.year]
        return any_holds(
            _Beside(((self.times.as_of, (day,)),), FieldType.DATE, self.times).within(low, high)
            for day in each
        )

    def _turned(self, value: Value, test: Callable[[Plain, Plain], bool], *, goes: bool) -> Recheck:
        """Return "before" (it goes true) or "after" (it goes false)."""
        return _steady(
            self.steps,
            lambda actual: (
                Recheck(False)  # noqa: FBT003
                if actual is None
                else _turning(actual, value, test, goes=goes, kind=self.kind, times=self.times)
            ),
        )


def _turning(
    actual: Plain, value: Value, test: Callable[[Plain, Plain], bool], *,
    goes: bool, kind: FieldType, times: Times,
) -> Recheck:  # fmt: skip
    now = test(actual, wanted(value, kind, times))
    if not isinstance(value, Relative):
        return Recheck(now)
    if not value.is_days:
        return Recheck(now, None if now is goes else _moment(actual, value, later=goes))
    if now is goes:
        return Recheck(now, times.falls_back_at)

    def turned(ordinal: int) -> bool:
        day = times.day(value, today=date.fromordinal(ordinal))
        named = times.moments(day) if kind is FieldType.INSTANT else day
        return test(actual, named) is goes

    days = range(times.today.toordinal() + 1, _LAST_DAY + 1)
    at = bisect_left(days, True, key=turned)  # noqa: FBT003 - the key's value looked for
    return Recheck(now, times.reached(date.fromordinal(days[at])) if at < len(days) else None)


def _moment(actual: datetime, value: Relative, *, later: bool) -> datetime | None:
    """Return when ``as_of`` plus the hours is at a moment, or first later than it."""
    try:
        return actual - timedelta(hours=value.amount) + later * _TICK
    except OverflowError:
        return None


def _steady(steps: Steps, test: Callable[[Plain], Recheck]) -> Recheck:
    """Return a test of the operand: true or false until a value it may have tells otherwise."""
    value = test(steps[0][1][0]).value
    soonest: datetime | None = None
    for start, actuals in steps:
        if soonest is not None and soonest <= start:
            break
        for each in map(test, actuals):
            flip = start if each.value is not value else each.at and max(start, each.at)
            if flip is not None and (soonest is None or flip < soonest):
                soonest = flip
    return Recheck(value, soonest)
