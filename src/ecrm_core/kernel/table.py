"""Table: rows as aligned plain text or as HTML; nothing else is decided here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from html import escape

__all__ = ["html_table", "plain_table"]

Rows = Sequence[Sequence[str]]
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def plain_table(head: Sequence[str], rows: Rows) -> str:
    """Return rows under their head as aligned text; Korean and Japanese count double width.

    Control characters become spaces: no cell breaks its line or commands a terminal.
    """
    lines = [[_CONTROL.sub(" ", cell) for cell in row] for row in (head, *rows)]
    widths = [max(_width(row[at]) for row in lines) for at in range(len(head))]
    ruled = [lines[0], ["-" * width for width in widths], *lines[1:]]
    return "\n".join(_line(row, widths) for row in ruled)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)]
    return "  ".join(cells).rstrip()


def _width(text: str) -> int:
    """Columns a terminal gives the text (UAX #11)."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 1 + (unicodedata.east_asian_width(char) in "WF")
        for char in text
    )


def html_table(head: Sequence[str], rows: Rows, *, caption: str = "") -> str:
    """Return rows under their head as an accessible HTML table, every cell escaped."""
    top = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f"<table>{title}<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
