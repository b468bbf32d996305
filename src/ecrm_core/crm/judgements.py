"""Judgements: the verbs that list them, name contradictions, and move them elsewhere and back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, cast

from attrs import frozen

from ecrm_core.crm.files import reading
from ecrm_core.crm.verbs import Customer, Drafts, Verbs
from ecrm_core.crm.whole_file import whole_file
from ecrm_core.customers import ids_of
from ecrm_core.customers.table import Table
from ecrm_core.kernel import ChangeSet, decode, digest, encode
from ecrm_core.matching import (
    JUDGEMENT_COLUMNS,
    Contradiction,
    Judgement,
    JudgementTable,
    RefusedRow,
    read_judgement_rows,
)
from ecrm_core.ports import all_judgements
from ecrm_core.services import (
    find_contradictions,
    group_of,
    judgements_about,
    prepare_judgements,
    stored_judgement_rows,
)
from ecrm_core.sources import csv
from ecrm_core.sources.csv_modes import EXACT, checked_mode
from ecrm_core.sources.csv_write import CsvWriter

__all__ = ["ImportedJudgements", "JudgementDrafts", "JudgementVerbs"]

Rows = Table | JudgementTable | str | Path | BinaryIO
"""Judgements from elsewhere: rows, what was read of them, or a CSV: a path or an open file."""


@frozen(kw_only=True)
class ImportedJudgements:
    """What came of the rows of a table: rows = imported + known + refused.

    ``refused`` are the rows that are no judgement, or about customers who are not here.
    """

    rows: int = 0
    imported: int = 0
    known: int = 0
    refused: tuple[RefusedRow, ...] = ()

    def __str__(self) -> str:
        """Return the equation, and the refused rows a line each."""
        rows = "1 row" if self.rows == 1 else f"{self.rows} rows"
        told = f"{rows} = {self.imported} imported + {self.known} known"
        return "\n".join([f"{told} + {len(self.refused)} refused", *map(str, self.refused)])


class JudgementDrafts(Drafts):
    """The changing verbs of judgements, each returning what it would write."""

    def import_judgements(self, rows: Rows, *, mode: str = EXACT) -> ChangeSet:
        """Return what taking the judgements in would write."""
        return prepare_judgements(self.store, _read(rows, mode))


class JudgementVerbs(Verbs):
    """List judgements, name what contradicts them, and move them between stores and tables."""

    def judgements(self, customer: Customer | None = None) -> Iterator[Judgement]:
        """Go through the judgements, a page at a time, by id; those on one customer: by time."""
        if customer is None:
            return all_judgements(self.store)
        return iter(judgements_about(self.store, ids_of(group_of(self.store, customer))))

    def contradictions(self) -> tuple[Contradiction, ...]:
        """Return every judgement "different" whose two others' judgements or merges make one.

        Until somebody takes one of the statements back (``judge`` anew, ``unmerge``), matching
        keeps all that they tie together apart.
        """
        return find_contradictions(self.store)

    def judgement_rows(self) -> Iterator[dict[str, str | None]]:
        """Go through the judgements as rows of text that name customers by source key.

        The columns are ``matching.JUDGEMENT_COLUMNS``; a list of the rows is JSON, and a table.
        """
        return stored_judgement_rows(self.store)

    def export_judgements(
        self,
        target: str | Path | BinaryIO,
        *,
        mode: str = EXACT,
        by: str | None = None,
        now: datetime | None = None,
    ) -> int:
        """Write all judgements as a CSV, to a path or a binary stream; return how many.

        ``mode`` is that of ``export_table``. The audit tells that ``by`` took them. Raises as it
        does.
        """
        checked_mode(mode)
        self._note("export_judgements", by, now)
        if not isinstance(target, str | Path):
            return self._written(target, mode)
        with whole_file(Path(target)) as draft:
            return self._written(draft.stream, mode)

    def _written(self, stream: BinaryIO, mode: str) -> int:
        writer = CsvWriter(stream, JUDGEMENT_COLUMNS, mode=mode)
        return writer.write(tuple(row.values()) for row in self.judgement_rows())

    def import_judgements(
        self, rows: Rows, *, mode: str = EXACT, key: str | None = None, now: datetime | None = None
    ) -> ImportedJudgements:
        """Take in judgements of a table, another store or tenant; all of them in one change.

        ``rows`` are a CSV (a path, or an open file, written in ``mode``) or any table with the
        columns of ``judgement_rows``. Customers are found by source key, else by id. Authors, times
        and reasons stay; what is known already is not written again. Raises DefinitionError for a
        table without the columns, InputError for a file that cannot be read.
        """
        read = _read(rows, mode)
        params = ["import_judgements", digest(encode(read))]
        result = self._commit(lambda _: self.dry_run.import_judgements(read), params, key, now)
        return decode(ImportedJudgements, result)


def _read(rows: Rows, mode: str) -> JudgementTable:
    if isinstance(rows, JudgementTable):
        return rows
    if isinstance(rows, str | Path):
        with reading(Path(rows)) as stream:
            return read_judgement_rows(csv.rows(stream, mode=checked_mode(mode)))
    if hasattr(rows, "read"):
        stream = cast("BinaryIO", rows)
        return read_judgement_rows(csv.rows(stream, mode=checked_mode(mode)))
    return read_judgement_rows(rows)
