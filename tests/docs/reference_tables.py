"""The tables of the reference pages, read as rows of cells."""

from __future__ import annotations

import re

from tests.house import ROOT

__all__ = ["names", "page", "tables"]

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
