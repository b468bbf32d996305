"""CSV lines: a byte stream as physical lines of bounded length, numbered from 1.

Lines end in LF or CRLF, or in CR where the first block holds no LF. Of a line beyond 1 MiB only the
beginning, the length and a digest stay in memory.
"""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Callable, Iterator

from attrs import frozen

__all__ = ["BLOCK", "MAX_LINE", "Line", "Read", "first_block", "read_lines", "recoded"]

Read = Callable[[int], bytes]
"""How blocks are read: the method ``read`` of a binary stream."""

MAX_LINE = 1024 * 1024
"""Bytes of one physical line, and of one record, that are held at the most."""
BLOCK = 64 * 1024
"""Bytes read at a time; format and encoding are read off the first block."""


@frozen(repr=False, slots=True)
class Line:
    """One physical line without its LF; ``digest`` is set where ``data`` is only its beginning."""

    number: int
    data: bytes
    length: int = 0
    digest: str | None = None


def first_block(read: Read) -> bytes:
    """Return the first block of a stream, whole even where it comes in small pieces."""
    parts, size = list[bytes](), 0
    while size < BLOCK and (part := read(BLOCK - size)):
        parts.append(part)
        size += len(part)
    return b"".join(parts)


def recoded(first: bytes, read: Read, encoding: str) -> Read:
    """Return a reader that gives the same text in UTF-8: for UTF-16, whose LF is not one byte.

    What is no text there becomes bytes that are no UTF-8 either, so that only its row is refused.
    """
    decoder = codecs.getincrementaldecoder(encoding)("surrogatepass")
    waiting = [first]

    def read_utf8(size: int) -> bytes:
        while block := waiting.pop() if waiting else read(size):
            text = decoder.decode(block)
            if text:
                return text.encode("utf-8", "surrogatepass")
        torn = decoder.getstate()[0]
        decoder.reset()
        return b"\xff" if torn else b""  # half a character at the end

    return read_utf8


def read_lines(first: bytes, read: Read) -> Iterator[Line]:
    """Yield the lines of ``first`` and of all that ``read`` still gives."""
    end = b"\r" if b"\r" in first and b"\n" not in first else b"\n"
    number, rest, block = 1, b"", first
    while block:
        *whole, rest = (rest + block).split(end) if rest else block.split(end)
        for data in whole:
            yield _line(number, data)
            number += 1
        if len(rest) > MAX_LINE:
            line, block = _long(number, rest, read, end)
            yield line
            number, rest = number + 1, b""
            continue
        block = read(BLOCK)
    if rest:
        yield _line(number, rest)


def _line(number: int, data: bytes) -> Line:
    if len(data) <= MAX_LINE:
        return Line(number, data)
    found = hashlib.blake2b(data, digest_size=16).hexdigest()
    return Line(number, data[:MAX_LINE], len(data), found)


def _long(number: int, data: bytes, read: Read, end: bytes) -> tuple[Line, bytes]:
    """Return a long line, read to its end but not held, and what was read beyond it."""
    content, length = hashlib.blake2b(data, digest_size=16), len(data)
    while block := read(BLOCK):
        part, ended, beyond = block.partition(end)
        content.update(part)
        length += len(part)
        if ended:
            return Line(number, data[:MAX_LINE], length, content.hexdigest()), (
                beyond or read(BLOCK)
            )
    return Line(number, data[:MAX_LINE], length, content.hexdigest()), b""
