"""Windows: what a count, sum, min or max may come to be as rows come into a window and leave it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Context, Decimal

from ecrm_core.segmentation.flips import Recheck, Steps
from ecrm_core.segmentation.terms import Function
from ecrm_core.segmentation.values import Plain

__all__ = ["Rows", "steps_of"]

_EXACT = Context(prec=200)
Rows = Sequence[tuple[Recheck, Plain]]
"""Whether each row is in, until when it is known to be so, and its value; None: missing."""


def steps_of(function: Function, rows: Rows, as_of: datetime) -> Steps:
    """Return the aggregate now, and from each instant on the ends of the range it may lie in.

    The value of a row in a COUNT is 1. A row that has turned may turn again: both are counted on.
    """
    known = [(flip, value) for flip, value in rows if value is not None]
    if function in {Function.COUNT, Function.SUM}:
        return tuple(_sums(known, as_of))
    return tuple(_extremes(function, known, as_of))


def _turns(rows: Rows, as_of: datetime) -> list[tuple[datetime, bool, Plain]]:
    """Return the rows that turn: when, whether they are in until then, and their value."""
    found = [(flip.at, flip.value, value) for flip, value in rows if flip.at is not None]
    return sorted(((max(at, as_of), held, v) for at, held, v in found), key=lambda turn: turn[0])


def _sums(rows: Rows, as_of: datetime) -> Iterator[tuple[datetime, tuple[Plain, ...]]]:
    low = Decimal(0)
    for flip, value in rows:
        low = _EXACT.add(low, value) if flip.value else low
    high = low
    yield as_of, (low,)
    for at, held, value in _turns(rows, as_of):
        change = value.copy_negate() if held else value  # "-" would round
        if change < 0:
            low = _EXACT.add(low, change)
        else:
            high = _EXACT.add(high, change)
        yield at, (low, high)


def _extremes(
    function: Function, rows: Rows, as_of: datetime
) -> Iterator[tuple[datetime, tuple[Plain, ...]]]:
    best, worst = (min, max) if function is Function.MIN else (max, min)
    held = [value for flip, value in rows if flip.value]
    stays = best((v for f, v in rows if f.value and f.at is None), default=None)
    yield as_of, (best(held, default=None),)
    turns = _turns(rows, as_of)
    surely = [stays]  # the best of those that have not turned by then, from the last turn back
    for _, was_in, value in reversed(turns):
        last = surely[-1]
        surely.append((value if last is None else best(last, value)) if was_in else last)
    top, low = best(held, default=None), worst(held, default=None)
    for at, was_in, value in turns:
        if not was_in:
            top = value if top is None else best(top, value)
            low = value if low is None else worst(low, value)
        surely.pop()
        stay = surely[-1]
        yield at, ((top, stay) if stay is not None else (top, low, None))
