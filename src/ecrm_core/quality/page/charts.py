"""Charts: bars as inline SVG; what they show stands as text beside them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

__all__ = ["bar", "classes", "strip"]

_STEP, _HIGH, _TOP = 60, 120, 16


def bar(length: float) -> str:
    """Return a bar of 0 to 1, hidden from readers of text: the number stands in the row."""
    return (
        '<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect width="{100 * length:.1f}" height="8"/></svg>'
    )


def strip(parts: Iterable[tuple[str, int]]) -> str:
    """Return parts of a whole, each of a class of colour, as one bar; hidden likewise."""
    held = [(name, count) for name, count in parts if count]
    whole = sum(count for _, count in held)
    rects, begin = [], 0.0
    for name, count in held:
        width = 1000 * count / whole
        rects.append(f'<rect class="{name}" x="{begin:.1f}" width="{width:.1f}" height="10"/>')
        begin += width
    return (
        '<svg class="strip" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">'
        f"{''.join(rects)}</svg>"
    )


def classes(counts: Sequence[int], *, title: str) -> str:
    """Return a histogram of classes between 0 and 1, each bar under its count."""
    most = max(counts, default=0) or 1
    base, wide = _TOP + _HIGH, _STEP * len(counts)
    shapes = []
    for at, count in enumerate(counts):
        high = max(_HIGH * count / most, 1.5 if count else 0)
        left = at * _STEP
        shapes.append(
            f'<rect x="{left + 4}" y="{base - high:.1f}" width="{_STEP - 8}" height="{high:.1f}"/>'
            f'<text x="{left + _STEP / 2:g}" y="{base - high - 4:.1f}">{count}</text>'
        )
    ticks = "".join(
        f'<text x="{min(max(at * _STEP, 10), wide - 10)}" y="{base + 16}">'
        f"{at / len(counts):.1f}</text>"
        for at in range(len(counts) + 1)
    )
    return (
        f'<svg class="classes" viewBox="0 0 {wide} {base + 22}" role="img" '
        f'aria-label="{escape(title)}">{"".join(shapes)}'
        f'<line x1="0" y1="{base}" x2="{wide}" y2="{base}"/>{ticks}</svg>'
    )
