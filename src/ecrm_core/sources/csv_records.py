"""CSV records: lines to records by RFC 4180, quotes and line breaks in quotes respected.

A record that is no CSV (a quote never closed, text behind a closing quote) costs its first line
alone: that line is refused, and reading goes on with the next one, so that one stray quote cannot
swallow the file. The standard library's ``csv`` would, and its limit for a cell is one for all.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator

from attrs import frozen

from ecrm_core.errors import InputError
from ecrm_core.sources.csv_lines import MAX_LINE, Line
from ecrm_core.sources.payload import MAX_VALUE

__all__ = ["Record", "read_records"]

_INSIDE = re.compile(rb'[^"]*(?:""[^"]*)*')


@frozen(repr=False, slots=True)
class Record:
    """One record: its bytes and cells; or the ``error``, whose fact ``column`` counts from 0."""

    line: int
    data: bytes
    cells: list[bytes] | None
    error: InputError | None = None
    length: int = 0
    digest: str | None = None


def read_records(lines: Iterable[Line], delimiter: bytes) -> Iterator[Record]:
    """Yield the records in order; blank lines are none. ``cells`` is None for one without quotes.

    Such a record may be split after decoding, which is quicker.
    """
    source, again = iter(lines), deque[Line]()
    while line := again.popleft() if again else next(source, None):
        if line.digest is not None:
            yield _too_long(line, delimiter)
        elif b'"' in line.data:
            yield _quoted(line, delimiter, again, source)
        elif line.data and not line.data.isspace():
            yield Record(line.number, line.data.removesuffix(b"\r"), None)


def _quoted(line: Line, delimiter: bytes, again: deque[Line], source: Iterator[Line]) -> Record:
    """Return the record that begins on this line, with as many of the next as its quotes ask."""
    cells, taken = _Cells(delimiter), [line]
    size = len(line.data)
    try:
        while not cells.feed(taken[-1].data):
            following = again.popleft() if again else next(source, None)
            if following is None:
                raise _bad("found a quote that is never closed", "unclosed_quote", cells)
            taken.append(following)
            size += len(following.data)
            if size > MAX_LINE:
                message = f"found a quote that is not closed within {MAX_LINE} bytes"
                raise _bad(message, "unclosed_quote", cells)
    except InputError as error:
        again.extendleft(reversed(taken[1:]))
        return Record(line.number, line.data.removesuffix(b"\r"), None, error)
    data = b"\n".join(held.data for held in taken)
    return Record(line.number, data.removesuffix(b"\r"), cells.done)


class _Cells:
    """The cells of one record, read line by line."""

    def __init__(self, delimiter: bytes) -> None:
        self.done: list[bytes] = []
        self._delimiter = delimiter
        self._open: list[bytes] | None = None

    def feed(self, data: bytes) -> bool:
        """Read one more line; tell whether the record ends with it."""
        stop = len(data) - data.endswith(b"\r")
        at = 0 if self._open is not None else self._begin(data, 0)
        while True:
            if self._open is None:
                end = data.find(self._delimiter, at, stop)
                self.done.append(data[at : stop if end < 0 else end])
                if end < 0:
                    return True
            else:
                end = self._inside(data, at)
                if end < 0:
                    return False
                if end == stop:
                    return True
                if data[end : end + 1] != self._delimiter:
                    raise _bad("found text behind a closing quote", "quote", self)
            at = self._begin(data, end + 1)

    def _begin(self, data: bytes, at: int) -> int:
        if data[at : at + 1] != b'"':
            return at
        self._open = []
        return at + 1

    def _inside(self, data: bytes, at: int) -> int:
        """Read on inside quotes; return the place behind the closing one, or -1."""
        found = _INSIDE.match(data, at)
        end = found.end() if found else at
        parts = self._open if self._open is not None else []
        parts.append(data[at:end])
        if end == len(data):
            return -1
        self.done.append(b"\n".join(parts).replace(b'""', b'"'))
        self._open = None
        return end + 1


def _bad(message: str, code: str, cells: _Cells) -> InputError:
    column = len(cells.done) - (code == "quote")
    return InputError(message, code=code, column=column)


def _too_long(line: Line, delimiter: bytes) -> Record:
    """Refuse a line beyond 1 MiB, naming the cell that makes it so long."""
    cells = _Cells(delimiter)
    try:
        ended = cells.feed(line.data)
    except InputError:
        ended = True
    large = (at for at, cell in enumerate(cells.done) if len(cell) > MAX_VALUE)
    column = next(large, len(cells.done) - ended)
    message = f"found {line.length} bytes on one line, expected at most {MAX_LINE}"
    error = InputError(message, code="too_long", column=column, found=line.length, limit=MAX_LINE)
    return Record(line.number, b"", None, error, line.length, line.digest)
