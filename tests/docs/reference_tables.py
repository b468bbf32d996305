"""The tables of the reference pages, read as rows of cells."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tests.house import ROOT

__all__ = ["names", "page", "tables", "with_tables"]

_RULE = re.compile(r"^\|[-| ]+\|$")


def page(name: str) -> str:
    """Return the text of a page below docs."""
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def tables(name: str) -> list[list[list[str]]]:
    """Return the tables of a page, in order: rows of cells, without head and backticks."""
    found: list[list[list[str]]] = []
    inside = False
    for line in page(name).splitlines():
        if _RULE.match(line):
            found.append([])
            inside = True
        elif inside and line.startswith("|"):
            cells = line.strip().strip("|").split("|")
            found[-1].append([cell.strip().replace("`", "") for cell in cells])
        else:
            inside = False
    return found


def names(name: str, table: int = 0) -> list[str]:
    """Return the first column of a table."""
    return [row[0] for row in tables(name)[table]]


def with_tables(text: str, made: Iterable[list[str]]) -> str:
    """Return the text of a page with these tables, as lines, in the places of those it has."""
    tables_left = iter(made)
    lines: list[str] = []
    inside = False
    for line in text.splitlines():
        if line.startswith("|"):
            lines += [] if inside else next(tables_left)
        else:
            lines.append(line)
        inside = line.startswith("|")
    return "\n".join(lines) + "\n"
