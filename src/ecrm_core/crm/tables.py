"""Tables: the verb that writes all customers as one table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from attrs import frozen

from ecrm_core.crm.progress import Progress
from ecrm_core.crm.verbs import Verbs
from ecrm_core.crm.whole_file import whole_file
from ecrm_core.customers import FieldMap
from ecrm_core.services import Extent, customer_rows, extent_of
from ecrm_core.sources.csv_modes import EXACT, checked_mode
from ecrm_core.sources.csv_write import CsvWriter
from ecrm_core.sources.profile_rows import roles_of

__all__ = ["ExportedTable", "TableVerbs"]

Rows = Sequence[Sequence[str | None]]


@frozen(kw_only=True)
class ExportedTable:
    """What was written: how many ``rows``, and the ``fields`` that read the table back.

    ``stopped`` says that ``progress`` ended the work: a path is then as it was before.
    """

    rows: int
    fields: FieldMap
    mode: str = EXACT
    stopped: bool = False

    def __str__(self) -> str:
        """Return the counts in words."""
        rows = "1 customer" if self.rows == 1 else f"{self.rows} customers"
        told = f"{rows} in {len(self.fields.columns)} columns, mode {self.mode}"
        return f"{told}, stopped" if self.stopped else told


class TableVerbs(Verbs):
    """Write all customers as a table."""

    def export_table(
        self,
        target: str | Path | BinaryIO,
        *,
        mode: str = EXACT,
        page: int = 500,
        progress: Progress | None = None,
        by: str | None = None,
        now: datetime | None = None,
    ) -> ExportedTable:
        """Write all customers as a CSV, one row each, to a path or a binary stream.

        Columns are called by roles ("email", "email_2", "attribute:shoe size"); there is one for
        whatever at least one customer has. ``mode`` "exact" is for programs, "spreadsheet" for
        people who open it in one; see ``sources.csv.write``. A file at the path is replaced once
        the new one is whole. The audit tells that ``by`` took them. ``progress(done, total,
        stage)`` is called after each page and stops the work by returning False.

        Raises UnknownName for another mode, DefinitionError for a page that is none, InputError for
        a path that cannot be written, ConflictError when a customer changed meanwhile needs another
        column: export again.
        """
        checked_mode(mode)
        self._note("export_table", by, now)
        extent = extent_of(self.store, page=page)
        pages = customer_rows(self.store, extent.columns, page=page)
        if not isinstance(target, str | Path):
            return _write(CsvWriter(target, extent.columns, mode=mode), pages, extent, progress)
        with whole_file(Path(target)) as draft:
            writer = CsvWriter(draft.stream, extent.columns, mode=mode)
            done = _write(writer, pages, extent, progress)
            draft.keep = not done.stopped
        return done


def _write(
    writer: CsvWriter, pages: Iterable[Rows], extent: Extent, progress: Progress | None
) -> ExportedTable:
    going: object = True
    for rows in pages:
        writer.write(rows)
        total = max(writer.rows, extent.rows)
        going = progress(writer.rows, total, "customers") if progress else True
        if going is False:
            break
    fields = roles_of(writer.columns)
    return ExportedTable(rows=writer.rows, fields=fields, mode=writer.mode, stopped=going is False)
