"""Shown: a customer's view as one viewer sees it, as text, JSON and HTML; the rest is left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from attrs import evolve, frozen

from ecrm_core.kernel import Json, html_table, mask, plain_table
from ecrm_core.services.redaction import RedactionPolicy, Sight

__all__ = ["Cell", "Line", "ShownView", "ViewTable", "show_tables"]


@frozen
class Cell:
    """One value; ``of`` names the field it is told of, None where it is nothing personal."""

    text: str = ""
    of: str | None = None


@frozen
class Line:
    """One line of a table; ``of`` names the field that all of it is about."""

    cells: tuple[Cell, ...]
    of: str | None = None


@frozen(kw_only=True)
class ViewTable:
    """One part of a view: its name, a title, the names of its columns and its lines."""

    name: str
    title: str
    head: tuple[str, ...]
    lines: tuple[Line, ...] = ()


@frozen(kw_only=True, repr=False)
class ShownView:
    """What one role sees of one customer: it holds nothing else.

    Text, JSON and HTML are made of the same tables. Parts without a line are left out of text and
    HTML.
    """

    customer: str
    role: str
    tables: tuple[ViewTable, ...]

    def __repr__(self) -> str:
        """Show whom and for whom."""
        return f"<ShownView {self.customer} for {self.role}>"

    def __str__(self) -> str:
        """Return the parts as plain tables under their titles."""
        parts = [f"{t.title}\n{plain_table(t.head, _texts(t))}" for t in self.tables if t.lines]
        return "\n\n".join([f"{self.customer} (as {self.role})", *parts])

    def to_json(self) -> dict[str, Json]:
        """Return the parts by name, each a list of lines by column."""
        parts = {t.name: [dict(zip(t.head, row, strict=True)) for row in _texts(t)]
                 for t in self.tables}  # fmt: skip
        return {"format": "ecrm-view-1", "customer": self.customer, "role": self.role,
                "parts": parts}  # fmt: skip

    def _repr_html_(self) -> str:
        parts = [html_table(t.head, _texts(t), caption=t.title) for t in self.tables if t.lines]
        return f"<section><h3>{escape(self.customer)}</h3>{''.join(parts)}</section>"


def _texts(table: ViewTable) -> list[tuple[str, ...]]:
    return [tuple(cell.text for cell in line.cells) for line in table.lines]


def show_tables(
    customer: str, tables: Iterable[ViewTable], policy: RedactionPolicy
) -> ShownView:  # fmt: skip
    """Return the parts as a policy shows them."""
    seen = tuple(
        evolve(table, lines=tuple(_lines(table, policy)))
        for table in tables
        if policy.part(table.name) is not Sight.HIDDEN
    )
    return ShownView(customer=customer, role=policy.role, tables=seen)


def _lines(table: ViewTable, policy: RedactionPolicy) -> Iterator[Line]:
    part = policy.part(table.name)
    for line in table.lines:
        if line.of is None or policy.field(line.of) is not Sight.HIDDEN:
            yield evolve(line, cells=tuple(_cell(cell, part, policy) for cell in line.cells))


def _cell(cell: Cell, part: Sight, policy: RedactionPolicy) -> Cell:
    if cell.of is None:
        return cell
    sight = part.and_(policy.field(cell.of))
    if sight is Sight.HIDDEN:
        return Cell()
    return cell if sight is Sight.WHOLE else evolve(cell, text=mask(cell.text))
