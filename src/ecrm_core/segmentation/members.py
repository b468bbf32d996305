"""Members: which rows of a table a segment holds, aligned with the rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

from ecrm_core.customers.table import Table
from ecrm_core.errors import Diagnostic, MissingError
from ecrm_core.kernel import html_table
from ecrm_core.segmentation.explain import Explanation, explain
from ecrm_core.segmentation.labelled import labelled
from ecrm_core.segmentation.tables import Tables
from ecrm_core.segmentation.tree import Rule

__all__ = ["Members"]

F = TypeVar("F", bound=Table)


class Members(Generic[F]):
    """The rows of a table that are members; ``diagnostics`` warn of what may surprise.

    ``mask`` is a list of bool in the order of the rows: ``frame[found.mask]`` in pandas,
    ``frame.filter(found.mask)`` in polars.
    """

    def __init__(
        self,
        frame: F,
        mask: Sequence[bool],
        *,
        rule: Rule,
        tables: Tables,
        diagnostics: tuple[Diagnostic, ...] = (),
        source: str = "",
    ) -> None:
        """Keep the table beside its mask, and what is needed to explain a row."""
        self._frame, self._mask, self._source = frame, tuple(mask), source
        self._rule, self._tables = rule, tables
        self.diagnostics = diagnostics

    @property
    def mask(self) -> list[bool]:
        """Whether each row is a member, in the order of the rows."""
        return list(self._mask)

    @property
    def rows(self) -> tuple[int, ...]:
        """The positions of the members, from 0."""
        return tuple(at for at, member in enumerate(self._mask) if member)

    @property
    def count(self) -> int:
        """The number of members."""
        return sum(self._mask)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What may surprise, in words, with the place in the query."""
        return tuple(remark.shown(self._source) for remark in self.diagnostics)

    def __len__(self) -> int:
        """Return the number of members."""
        return self.count

    def label(self, column: str = "member") -> F:
        """Return the table as it came, with one more column: true for members.

        The same sort of table comes back: a frame with ``assign`` (pandas), ``with_columns``
        (polars) or ``append_column`` (pyarrow), columns by name, or a list of rows. DefinitionError
        when the column is there already.
        """
        return labelled(self._frame, {column: self.mask})

    def explain(self, at: int) -> Explanation:
        """Return the value of every condition for the row at a position, from 0.

        ``sentences`` says it in words. MissingError for a position the table does not have.
        """
        tables = self._tables
        if not 0 <= at < len(tables):
            message = f"found no row {at}, expected one from 0 to {len(tables) - 1}"
            raise MissingError(message, code="no_row")
        row = tables.row(at)
        return explain(self._rule, row, schema=tables.schema, as_of=tables.as_of, tz=tables.tz)

    def __str__(self) -> str:
        """Return the count and the warnings; no text of the rule, no person."""
        told = f"{self.count} of {len(self._mask)} rows as of {_minutes(self._tables)}"
        return "\n".join([told, *(f"note: {d.message}" for d in self.diagnostics)])

    def __repr__(self) -> str:
        """Show the counts."""
        return f"<Members: {self.count} of {len(self._mask)} rows>"

    def _repr_html_(self) -> str:
        told = (("rows", len(self._mask)), ("members", self.count))
        notes = [("note", remark.message) for remark in self.diagnostics]
        rows = [*((what, str(number)) for what, number in told), *notes]
        return html_table(("what", "found"), rows, caption=f"as of {_minutes(self._tables)}")


def _minutes(tables: Tables) -> str:
    return tables.as_of.isoformat(timespec="minutes")
