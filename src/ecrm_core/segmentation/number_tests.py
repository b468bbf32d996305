"""Number tests: the Python source of a condition on an int or a float beside exact numbers."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from math import ceil, floor

from ecrm_core.segmentation.constants import Constants
from ecrm_core.segmentation.plain_tests import is_ordered
from ecrm_core.segmentation.tree import Between, Compare, Leaf, Op
from ecrm_core.segmentation.values import Plain

__all__ = ["USUAL_FLOAT", "float_guard", "float_test", "whole_range", "whole_test"]

_BEYOND = 10**40
"""The first whole number of more digits than are kept."""
_FINE = Decimal("1e-19")
USUAL_FLOAT = "(1e-20 < {0} < 1e22 or {0} == 0.0 or -1e22 < {0} < -1e-20)"
"""Tells the floats whose shortest decimal is kept; NaN is none of them."""


def whole_test(leaf: Leaf, named: Sequence[Plain], value: str, names: Constants) -> str:
    """Return the test of an int beside exact numbers, in ints."""
    match leaf:
        case Between():
            return whole_range(value, named[0], named[1], names)
        case Compare(op=Op.GE):
            return whole_range(value, named[0], None, names)
        case Compare(op=Op.LE):
            return whole_range(value, None, named[0], names)
        case Compare(op=Op.GT):
            return whole_range(value, floor(named[0]) + 1, None, names)
        case Compare(op=Op.LT):
            return whole_range(value, None, ceil(named[0]) - 1, names)
        case _:
            same = {int(each) for each in named if each == int(each) and each.copy_abs() < _BEYOND}
            return f"{value} in {names.add(frozenset(same))}"


def whole_range(
    value: str, low: Decimal | int | None, high: Decimal | int | None, names: Constants
) -> str:
    """Return the test of an int from one number to another, both included; None: open.

    One of more digits than are kept is missing, and lies nowhere.
    """
    first = 1 - _BEYOND if low is None else max(ceil(low), 1 - _BEYOND)
    last = _BEYOND - 1 if high is None else min(floor(high), _BEYOND - 1)
    return f"{value} >= {names.add(first)} and {value} <= {names.add(last)}"


def float_guard(leaf: Leaf, named: Sequence[Plain]) -> str:
    """Return what tells the floats that ``float_test`` is right about.

    What lies above a number of some size is usual if it is not too large; what does not is not
    above it, missing or not.
    """
    above = isinstance(leaf, Compare) and leaf.op in {Op.GT, Op.GE} and named[0] > _FINE
    return "{0} < 1e22" if above else USUAL_FLOAT


def float_test(leaf: Leaf, named: Sequence[Plain], value: str, names: Constants) -> str:
    """Return the test of a float beside exact numbers, in floats.

    A float stands for its shortest decimal. Rounding keeps order, so only the float nearest to a
    number needs a look at which side of it its own decimal lies on.
    """
    match leaf:
        case Between():
            low, high = named
            ends = (Op.GE, low), (Op.LE, high)
            return " and ".join(_float_end(value, op, end, names) for op, end in ends)
        case Compare() if is_ordered(leaf):
            return _float_end(value, leaf.op, named[0], names)
        case _:
            same = frozenset(float(each) for each in named if Decimal(repr(float(each))) == each)
            return f"{value} in {names.add(same)}"


def _float_end(value: str, op: Op, end: Decimal, names: Constants) -> str:
    nearest = float(end)
    told = Decimal(repr(nearest))
    within = {
        Op.GT: told > end, Op.GE: told >= end, Op.LT: told < end, Op.LE: told <= end,
    }[op]  # fmt: skip
    sign = op.value[0] + "=" * within
    return f"{value} {sign} {names.add(nearest)}"
