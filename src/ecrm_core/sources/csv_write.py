"""CSV write: rows out in one of two named modes; what is written reads back as it was.

UTF-8, commas, quotes by RFC 4180, CRLF. A missing value (None, NaN) and an empty text are both an
empty cell: CSV cannot tell them apart.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import BinaryIO

from ecrm_core.customers.table import Table, columns_of, text_of
from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.kernel import gate_text, nfc
from ecrm_core.sources.cells import path_of
from ecrm_core.sources.csv_lines import MAX_LINE
from ecrm_core.sources.csv_modes import EXACT, SPREADSHEET, checked_mode, inert

__all__ = ["CsvWriter", "write"]

# Other readers take ; or a tab for the delimiter, and white space at the ends for nothing.
_QUOTED = re.compile('[",;\t\r\n]|\\A[\\s\ufeff]|\\s\\Z')


def write(table: Table, stream: BinaryIO, *, mode: str = EXACT) -> int:
    """Write columns by name, a list of mappings or a frame as CSV; return the number of rows.

    ``mode`` "exact": every text is read back by ``pages`` and any other reader as it was.
    "spreadsheet": for people who open it in a spreadsheet: with a byte order mark, and an
    apostrophe before cells that would be calculated or lose their zeros; read with the same mode,
    every text is as it was. Names of columns are written as they are read: trimmed, in NFC.

    Raises UnknownName for another mode, DefinitionError for what is no table or has two columns of
    one name, InputError for NUL, lone surrogates, and a row beyond 1 MiB.
    """
    columns = columns_of(table)
    writer = CsvWriter(stream, tuple(columns), mode=mode)
    try:
        return writer.write(zip(*columns.values(), strict=True))
    except ValueError as error:
        if isinstance(error, InputError | DefinitionError):
            raise
        raise DefinitionError("the columns are not of one length", code="ragged") from error


class CsvWriter:
    """A CSV in the making, for rows that come page by page; see ``write`` for the modes."""

    def __init__(self, stream: BinaryIO, columns: Sequence[str], *, mode: str = EXACT) -> None:
        """Write the names of the columns."""
        self._stream, self.mode = stream, checked_mode(mode)
        self.columns = _names(columns)
        self.rows = 0
        """The rows written so far."""
        head = self._line(self.columns)
        stream.write((codecs.BOM_UTF8 if mode == SPREADSHEET else b"") + head)

    def write(self, rows: Iterable[Sequence[object]]) -> int:
        """Write rows of one cell for each column; return the number of rows."""
        before = self.rows
        for row in rows:
            if len(row) != len(self.columns):
                message = f"found {len(row)} cells, expected {len(self.columns)}"
                raise DefinitionError(message, code="ragged")
            self.rows += 1
            self._stream.write(self._line(row))
        return self.rows - before

    def _line(self, row: Sequence[object]) -> bytes:
        cells = [cell if isinstance(cell, str) else text_of(cell) for cell in row]
        if self.mode == SPREADSHEET:
            cells = list(map(inert, cells))
        line = ",".join([_quoted(cell) if _QUOTED.search(cell) else cell for cell in cells])
        try:
            data = (line or '""').encode() + b"\r\n"  # an empty line would be no row
        except UnicodeEncodeError:
            raise self._refused(cells) from None
        if b"\0" in data or len(data) > MAX_LINE:
            raise self._refused(cells)
        return data

    def _refused(self, cells: Sequence[str]) -> InputError:
        """Return the error that names the row and the column, and nothing of what stands there."""
        for column, cell in zip(self.columns, cells, strict=True):
            try:
                gate_text(cell, f"row {self.rows}, {path_of(column)}", limit=MAX_LINE)
            except InputError as error:
                return error
        message = f"found a row of more than {MAX_LINE} bytes, which no reader takes"
        return InputError(message, path=f"row {self.rows}", code="too_long", limit=MAX_LINE)


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


def _names(columns: Sequence[str]) -> tuple[str, ...]:
    """Return the names as they will be read; DefinitionError for none, and for two of one name."""
    numbered = enumerate(columns, start=1)
    names = tuple([nfc(gate_text(name, f"column {at}").strip()) for at, name in numbered])
    counts = Counter(names)
    wrong = [at for at, name in enumerate(names, start=1) if not name or counts[name] > 1]
    if wrong or not names:
        at = f"column {wrong[0]} of" if wrong else "no columns among"
        message = f"found {at} {len(names)} without a name of its own, expected one for each"
        raise DefinitionError(message, code="column_twice" if wrong else "not_a_table")
    return names
