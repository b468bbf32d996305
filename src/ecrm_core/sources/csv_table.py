"""CSV table: an open file with its columns known, and its records as cells of text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from typing import BinaryIO

from attrs import evolve, frozen

from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.kernel import gate_text, nfc
from ecrm_core.sources.cells import path_of
from ecrm_core.sources.csv_format import (
    checked_encoding,
    choose_delimiter,
    choose_encoding,
    refuse_archive,
    split_bom,
)
from ecrm_core.sources.csv_lines import Read, first_block, read_lines, recoded
from ecrm_core.sources.csv_modes import EXACT, SPREADSHEET, checked_mode, restored
from ecrm_core.sources.csv_records import Record, read_records

__all__ = ["CsvTable", "open_table"]

_TOLD = 10


@frozen(kw_only=True, repr=False)
class CsvTable:
    """The columns of a file, how it is written, and its records as they come."""

    columns: tuple[str, ...]
    encoding: str
    delimiter: str
    records: Iterator[Record]
    mode: str = EXACT

    def cells(self, record: Record) -> list[str]:
        """Return the cells of a record, one for each column; InputError when it has others."""
        if record.error is not None:
            raise self._named(record.error)
        try:
            if record.cells is None:
                found = record.data.decode(self.encoding).split(self.delimiter)
            else:
                found = [cell.decode(self.encoding) for cell in record.cells]
        except UnicodeDecodeError:
            raise self._named(self._undecodable(record)) from None
        if len(found) != len(self.columns):
            message = f"found {len(found)} cells, expected {len(self.columns)}"
            raise InputError(message, code="ragged", found=len(found), expected=len(self.columns))
        return list(map(restored, found)) if self.mode == SPREADSHEET else found

    def text(self, record: Record) -> str:
        """Return a record as text; bytes that are none become surrogates, so that none is lost."""
        try:
            return record.data.decode(self.encoding)
        except UnicodeDecodeError:
            return record.data.decode(errors="surrogateescape")

    def _undecodable(self, record: Record) -> InputError:
        cells = record.cells or record.data.split(self.delimiter.encode())
        for column, cell in enumerate(cells):
            try:
                cell.decode(self.encoding)
            except UnicodeDecodeError as error:
                message = f"found bytes that are no {self.encoding} at {error.start} of the cell"
                return InputError(message, code="undecodable", column=column)
        return InputError(f"found bytes that are no {self.encoding}", code="undecodable", column=-1)

    def _named(self, error: InputError) -> InputError:
        """Return the error with the column's name as its path."""
        column = error.facts.get("column")
        if isinstance(column, int) and 0 <= column < len(self.columns):
            return error.at(path_of(self.columns[column]))
        return error


def open_table(
    stream: BinaryIO,
    *,
    encoding: str | None,
    wanted: Collection[str] = (),
    mode: str = EXACT,
) -> CsvTable:
    """Return the table of an open file; ``wanted`` are columns that must be there.

    ``mode`` is the one the file was written in. Raises InputError for an empty file, an archive or
    an encoding that is not certain, DefinitionError for columns without a name, two of one name, or
    an unknown encoding or mode.
    """
    checked_mode(mode)
    mark, first = split_bom(first_block(stream.read))
    refuse_archive(first)
    held = _encoding(mark, encoding) or choose_encoding(first, wanted)
    read: Read = stream.read
    if held.startswith("utf-16"):
        read, held = recoded(first, read, held), "utf-8"
        first = first_block(read)
    line = next((line for line in first.splitlines() if line.strip()), None)
    if line is None:
        raise InputError("the file is empty, expected a line of column names", code="empty")
    delimiter = choose_delimiter(line, held, wanted)
    records = read_records(read_lines(first, read), delimiter)
    table = CsvTable(
        columns=(), encoding=held, delimiter=delimiter.decode(), records=records, mode=mode
    )
    return evolve(table, columns=_columns(table, next(records)))


def _encoding(mark: str | None, encoding: str | None) -> str | None:
    """Return what the byte order mark or the caller says; InputError when they disagree."""
    said = None if encoding is None else checked_encoding(encoding)
    if mark == "utf-32":
        raise InputError("found UTF-32; convert the file to UTF-8 first", code="encoding")
    if mark and said and not mark.startswith(said):
        message = f"the file begins with the mark of {mark}, but the encoding named is {said}"
        raise InputError(message, code="encoding")
    if said == "utf-16" and not mark:
        message = "found no byte order mark; name the encoding 'utf-16-le' or 'utf-16-be'"
        raise InputError(message, code="encoding")
    return mark or said


def _columns(table: CsvTable, header: Record) -> tuple[str, ...]:
    if header.error is not None:
        raise header.error.at("$.header")
    width = len(header.cells or header.data.split(table.delimiter.encode()))
    cells = evolve(table, columns=("",) * width).cells(header)
    names = tuple(nfc(gate_text(name, f"$.header[{at}]").strip()) for at, name in enumerate(cells))
    blank = [at for at, name in enumerate(names, start=1) if not name]
    if blank:
        message = f"column {blank[0]} of {width} has no name, expected one for each"
        raise DefinitionError(message, code="column_blank", columns=blank)
    counts = Counter(names)
    twice = [at for at, name in enumerate(names, start=1) if counts[name] > 1]
    if twice:
        told = f"{', '.join(map(str, twice[:_TOLD]))}{' and more' if twice[_TOLD:] else ''}"
        message = f"the columns {told} share names, expected one name for each"
        raise DefinitionError(message, code="column_twice", columns=twice)
    return names
