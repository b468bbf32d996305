"""CSV: files of rows, page by page in flat memory; every row a record, or refused by number."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from difflib import get_close_matches
from itertools import islice
from typing import BinaryIO

from attrs import frozen

from ecrm_core.customers import AttributeSchema, FieldMap
from ecrm_core.customers.fieldmap_words import read_header
from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.sources.csv_modes import EXACT
from ecrm_core.sources.csv_records import Record
from ecrm_core.sources.csv_table import CsvTable, open_table
from ecrm_core.sources.csv_write import write
from ecrm_core.sources.delivery import Delivery, DeliveryBuilder
from ecrm_core.sources.event_lines import goes_on
from ecrm_core.sources.event_map import EventMap
from ecrm_core.sources.generic import take
from ecrm_core.sources.quarantined import quarantine_unread
from ecrm_core.sources.row_readers import AnyReader, reader_of

__all__ = ["Header", "header", "pages", "rows", "write"]

_MAX_PAGE = 8 * 1024 * 1024  # bytes: pages of huge rows end early, so that memory stays flat


@frozen(kw_only=True, repr=False)
class Header:
    """The columns of a file, how it is written, and its first rows."""

    columns: tuple[str, ...]
    encoding: str
    delimiter: str
    sample: tuple[Mapping[str, str], ...] = ()

    @property
    def table(self) -> Mapping[str, Sequence[str]]:
        """The first rows by column, as FieldMap.guess takes them."""
        return {name: [row[name] for row in self.sample] for name in self.columns}


def header(
    stream: BinaryIO, *, encoding: str | None = None, rows: int = 200, mode: str = EXACT
) -> Header:
    """Return the columns of a file and its first rows; rows that would be refused are left out.

    Reads on in the stream: rewind it, or open the file again, before ``pages``. Raises as that.
    """
    table = open_table(stream, encoding=encoding, mode=mode)
    sample = []
    for record in islice(table.records, rows):
        try:
            sample.append(dict(zip(table.columns, table.cells(record), strict=True)))
        except InputError:
            continue
    return Header(
        columns=table.columns,
        encoding=table.encoding,
        delimiter=table.delimiter,
        sample=tuple(sample),
    )


def rows(
    stream: BinaryIO, *, encoding: str | None = None, mode: str = EXACT
) -> Iterator[tuple[int, Mapping[str, str] | InputError]]:
    """Return the rows of an open file as they stand, each with its number, or why it is none.

    For tables that are not about parties. Numbers, encodings and what raises are those of
    ``pages``.
    """
    table = open_table(stream, encoding=encoding, mode=mode)
    return ((number, _cells(table, record)) for number, record in enumerate(table.records, 1))


def _cells(table: CsvTable, record: Record) -> Mapping[str, str] | InputError:
    try:
        return dict(zip(table.columns, table.cells(record), strict=True))
    except InputError as error:
        return error


def pages(
    stream: BinaryIO,
    *,
    fields: FieldMap | EventMap,
    source: str,
    received_at: datetime,
    page: int = 500,
    skip: int = 0,
    encoding: str | None = None,
    region: str | None = None,
    secret: bytes | None = None,
    schema: AttributeSchema | None = None,
    key_is_personal: bool = False,
    mode: str = EXACT,
    brand: str | None = None,
) -> Iterator[Delivery]:
    """Return the rows of an open file, at most ``page`` a delivery, without the first ``skip``.

    Comma, semicolon or tab; quotes as in RFC 4180. The encoding is the one named, that of the byte
    order mark, UTF-8, or CP949 or Shift-JIS where the column names make sense in one of them alone.
    What the other parts mean is told at ``generic.read_rows``. Row numbers count from 1 below the
    header; a blank line is no row. ``mode`` "spreadsheet" reads what ``write`` wrote in that mode.

    A row with too few or too many cells, broken quotes, bytes that are no text, more than 1 MiB,
    or what ``read_rows`` refuses, is refused alone. Raises at once: InputError for an empty file or
    an encoding that is not certain, DefinitionError for columns that are blank, twice or missing.
    """
    if page < 1 or skip < 0:
        message = f"found page={page} and skip={skip}, expected at least 1 and 0"
        raise DefinitionError(message, code="page")
    reader = reader_of(
        fields, source=source, received_at=received_at, region=region, secret=secret,
        schema=schema, key_is_personal=key_is_personal, brand=brand,
    )  # fmt: skip
    table = open_table(stream, encoding=encoding, wanted=fields.columns, mode=mode)
    _check_columns(table.columns, fields)
    return _pages(table, reader, page=page, skip=skip)


def _check_columns(columns: Sequence[str], fields: FieldMap | EventMap) -> None:
    free = fields.optional if isinstance(fields, EventMap) else frozenset[str]()
    missing = [name for name in fields.columns if name not in columns and name not in free]
    if not missing:
        return
    headed = len(missing) < len(fields.columns)
    told = []
    for name in missing:
        near = get_close_matches(name, columns, n=2, cutoff=0.5)
        near = [column for column in near if headed or read_header(column).role]
        told.append(f"{name!r} (near: {', '.join(map(repr, near))})" if near else repr(name))
    # The others, and strange ones, are not named: without a header they would be somebody's data.
    message = f"the file has no column {', '.join(told)} among its {len(columns)}"
    raise DefinitionError(message, code="column_missing", columns=missing)


def _pages(table: CsvTable, reader: AnyReader, *, page: int, skip: int) -> Iterator[Delivery]:
    rows = islice(enumerate(table.records, start=1), skip, None)
    held = next(rows, None)
    while held is not None:
        delivery = DeliveryBuilder(source=reader.source, received_at=reader.received_at)
        content, size, full = hashlib.blake2b(f"{held[0]}\n".encode(), digest_size=16), 0, False
        while held is not None and (not full or _goes_on(table, reader, delivery, held[1])):
            number, record = held
            content.update((record.digest or "").encode() + record.data + b"\n")
            size += len(record.data)
            _take(table, reader, delivery, record, number=number)
            full = delivery.rows >= page or size > _MAX_PAGE
            held = next(rows, None)
        yield delivery.build(content.hexdigest())


def _goes_on(table: CsvTable, reader: AnyReader, delivery: DeliveryBuilder, record: Record) -> bool:
    """Tell whether a row belongs to the event of the row before: a page does not end between."""
    if delivery.told is None or not delivery.told.line:
        return False
    try:
        entry = reader.read(dict(zip(table.columns, table.cells(record), strict=True)))
    except InputError:
        return False
    return goes_on(delivery.told, entry)


def _take(
    table: CsvTable, reader: AnyReader, delivery: DeliveryBuilder, record: Record, *, number: int
) -> None:
    place = f"row {number}, line {record.line}"
    try:
        row = dict(zip(table.columns, table.cells(record), strict=True))
    except InputError as error:
        if record.digest is None:
            delivery.refuse(place, table.text(record), error)
        else:
            lost = quarantine_unread(
                reader.source, place, error=error, received_at=reader.received_at,
                found=record.digest, length=record.length,
            )  # fmt: skip
            delivery.put_aside(lost)
    else:
        take(reader, delivery, row, place=place)
