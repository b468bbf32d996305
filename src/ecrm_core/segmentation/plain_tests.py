"""Plain tests: the Python source of a condition on a value that is not missing, in its one form."""

from __future__ import annotations

from collections.abc import Sequence

from ecrm_core.segmentation.constants import Constants
from ecrm_core.segmentation.times import Span
from ecrm_core.segmentation.tree import Between, Compare, Contains, In, Leaf, Op
from ecrm_core.segmentation.values import Plain

__all__ = ["is_ordered", "plain_test"]


def is_ordered(leaf: Leaf) -> bool:
    """Tell whether it is one of ``<``, ``<=``, ``>`` and ``>=``."""
    return isinstance(leaf, Compare) and leaf.op not in {Op.EQ, Op.NE}


def plain_test(leaf: Leaf, named: Sequence[Plain], value: str, names: Constants) -> str:
    """Return the positive test of a value of the type that ``named`` is of."""
    match leaf:
        case In():
            return _in(named, value, names)
        case Contains():
            return f"{names.add(named[0])} in {value}"
        case Between():
            return _range(value, named[0], named[1], names)
        case Compare() if is_ordered(leaf):
            return _compared(leaf.op, named[0], value, names)
        case Compare():
            return _equal(named[0], value, names)
        case _:
            return "False"


def _in(named: Sequence[Plain], value: str, names: Constants) -> str:
    tests = [_equal(each, value, names) for each in named if isinstance(each, Span)]
    others = frozenset(each for each in named if not isinstance(each, Span))
    if others:
        tests.append(f"{value} in {names.add(others)}")
    return f"({' or '.join(tests)})"


def _equal(named: Plain, value: str, names: Constants) -> str:
    if isinstance(named, Span):
        return _range(value, named, named, names)
    return f"{value} == {names.add(named)}"


def _compared(op: Op, named: Plain, value: str, names: Constants) -> str:
    match op:
        case Op.LT:
            return f"{value} < {names.add(_start(named))}"
        case Op.GE:
            return _range(value, named, None, names)
        case Op.LE:
            return _range(value, None, named, names)
        case _:
            return f"not ({_range(value, None, named, names)})"


def _start(named: Plain) -> Plain:
    return named.start if isinstance(named, Span) else named


def _range(value: str, low: Plain, high: Plain, names: Constants) -> str:
    """Return the test of what lies from one value to another, both included; None: open."""
    left = "" if low is None else f"{names.add(_start(low))} <= "
    right = ""
    if isinstance(high, Span):
        right = "" if high.end is None else f" < {names.add(high.end)}"
    elif high is not None:
        right = f" <= {names.add(high)}"
    return f"{left}{value}{right}" if left or right else "True"
