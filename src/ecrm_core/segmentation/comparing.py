"""Comparing: the operators of a field in Python, each a Segment."""

from __future__ import annotations

from typing import NoReturn

from ecrm_core.errors import DefinitionError
from ecrm_core.segmentation.binding import Constant, constant
from ecrm_core.segmentation.segment import Segment
from ecrm_core.segmentation.terms import Operand, Value
from ecrm_core.segmentation.tree import Between, Compare, Contains, In, IsNull, Leaf, Op

__all__ = ["Comparable"]

_ADVICE = "write a comparison such as seg.member.is_true(), and put brackets around it beside & | ~"


class Comparable:
    """What stands left of an operator: compared with a value it is a Segment.

    A value is text, an exact number (no float), true or false, a day, an aware instant, ``last``
    and ``ahead``, or a ``param``. DefinitionError for any other, and for use as a condition.
    """

    __slots__ = ("_left",)

    def __init__(self, left: Operand) -> None:
        """Hold the operand."""
        self._left = left

    def _segment(self, leaf: Leaf) -> Segment:
        return Segment(leaf)

    def _compare(self, op: Op, value: Constant) -> Segment:
        return self._segment(Compare(self._left, op, _value(value)))

    def __eq__(self, value: Constant) -> Segment:  # type: ignore[override]
        """Equal."""
        return self._compare(Op.EQ, value)

    def __ne__(self, value: Constant) -> Segment:  # type: ignore[override]
        """Not equal, the complement: who has no value is in."""
        return self._compare(Op.NE, value)

    __hash__ = None  # type: ignore[assignment]

    def __lt__(self, value: Constant) -> Segment:
        """Less, or before."""
        return self._compare(Op.LT, value)

    def __le__(self, value: Constant) -> Segment:
        """At most, or not after."""
        return self._compare(Op.LE, value)

    def __gt__(self, value: Constant) -> Segment:
        """More, or after."""
        return self._compare(Op.GT, value)

    def __ge__(self, value: Constant) -> Segment:
        """At least, or not before."""
        return self._compare(Op.GE, value)

    def is_in(self, *values: Constant) -> Segment:
        """Equal to one of at least one value."""
        return self._segment(In(self._left, tuple(map(_value, values))))

    def not_in(self, *values: Constant) -> Segment:
        """Equal to none of them."""
        return self._segment(In(self._left, tuple(map(_value, values)), negated=True))

    def contains(self, value: Constant) -> Segment:
        """A list holds this text, or a text holds this part."""
        return self._segment(Contains(self._left, _value(value)))

    def not_contains(self, value: Constant) -> Segment:
        """The complement of ``contains``."""
        return self._segment(Contains(self._left, _value(value), negated=True))

    def between(self, low: Constant, high: Constant) -> Segment:
        """From ``low`` to ``high``, both included."""
        return self._segment(Between(self._left, _value(low), _value(high)))

    def not_between(self, low: Constant, high: Constant) -> Segment:
        """The complement of ``between``."""
        return self._segment(Between(self._left, _value(low), _value(high), negated=True))

    def is_true(self) -> Segment:
        """True."""
        return self._segment(Compare(self._left, Op.EQ, constant(True)))  # noqa: FBT003

    def is_false(self) -> Segment:
        """False, and known to be so."""
        return self._segment(Compare(self._left, Op.EQ, constant(False)))  # noqa: FBT003

    def is_null(self) -> Segment:
        """The value is missing."""
        return self._segment(IsNull(self._left))

    def is_not_null(self) -> Segment:
        """The value is there."""
        return self._segment(IsNull(self._left, negated=True))

    # ------------------------------------------------------------ what Python would do silently

    def _advise(self, *_: object) -> NoReturn:
        message = f"found a field where a condition belongs, {_ADVICE}"
        raise DefinitionError(message, code="segment_condition")

    __and__ = __rand__ = __or__ = __ror__ = __invert__ = _advise

    def __bool__(self) -> bool:  # noqa: PLE0304 - it always refuses
        """Refuse: a field is neither true nor false."""
        self._advise()

    def __contains__(self, value: object) -> bool:
        """Refuse ``in``, which Python would make a bool."""
        message = "found 'x' in seg.field, expected seg.field.contains('x')"
        raise DefinitionError(message, code="segment_condition")


def _value(value: Constant) -> Value:
    if value is None:
        message = "found None, expected a value: write .is_null()"
        raise DefinitionError(message, code="segment_tree")
    return constant(value)
