"""CSV columns: a whole file as a table in memory, with the rows that could not be read named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import BinaryIO

from attrs import frozen

from ecrm_core.errors import InputError
from ecrm_core.sources.csv_modes import EXACT
from ecrm_core.sources.csv_table import open_table

__all__ = ["CsvColumns", "read_columns"]


@frozen(kw_only=True, repr=False)
class CsvColumns:
    """The cells of a file by column, as text; ``lines`` says where each row stands.

    ``refused`` are pairs of line and problem for rows that could not be read; they are left out.
    """

    columns: Mapping[str, Sequence[str]]
    lines: tuple[int, ...]
    refused: tuple[tuple[int, str], ...]
    encoding: str


def read_columns(stream: BinaryIO, *, encoding: str | None = None, mode: str = EXACT) -> CsvColumns:
    """Return an open file as columns of text; errors of the whole file as ``csv.pages`` has them.

    For checking and matching, where all rows are held; ``csv.pages`` takes files of any size in.
    """
    table = open_table(stream, encoding=encoding, mode=mode)
    columns: list[list[str]] = [[] for _ in table.columns]
    lines: list[int] = []
    refused: list[tuple[int, str]] = []
    for record in table.records:
        try:
            cells = table.cells(record)
        except InputError as error:
            refused.append((record.line, error.detail))
            continue
        lines.append(record.line)
        for column, cell in zip(columns, cells, strict=True):
            column.append(cell)
    return CsvColumns(
        columns=dict(zip(table.columns, columns, strict=True)),
        lines=tuple(lines),
        refused=tuple(refused),
        encoding=table.encoding,
    )
