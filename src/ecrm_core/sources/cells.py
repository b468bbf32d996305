"""Cells: one row of a table as gated text, and which of its columns no field holds whole.

Three states: a cell that says something; a blank cell, which says nothing; a blank cell in a
clearing column, which says "there is none".
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import TypeVar

from ecrm_core.customers import CLEARED, Cleared
from ecrm_core.customers.table import text_of
from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.kernel import MAX_TEXT, gate_text, nfc, squeeze
from ecrm_core.sources.payload import MAX_VALUE, child, gate_unmapped, joined, leaves

__all__ = ["Cells", "path_of"]

_T = TypeVar("_T")


@lru_cache(maxsize=1024)
def path_of(column: str) -> str:
    """Return the path of a column: "$.<column>"."""
    return child("$", column)


class Cells:
    """The cells of one row; ``kept`` are the columns that stay as unmapped values."""

    __slots__ = ("_clears", "_raw", "_texts", "kept")

    def __init__(
        self,
        raw: Mapping[str, object],
        *,
        limits: Mapping[str, int],
        clears: Collection[str],
    ) -> None:
        """Gate every cell by the limit of its column, in characters; keep those without a limit.

        Raises InputError that names every column a gate refuses.
        """
        self._raw, self._clears, self.kept = raw, clears, dict[str, None]()
        self._texts, problems = dict[str, str](), list[InputError]()
        for column, value in raw.items():
            if isinstance(value, (dict, list)):
                self.kept[column] = None
                continue
            text = value if isinstance(value, str) else text_of(value)
            if not text or text.isspace():
                continue
            if len(text) > MAX_TEXT or not text.isascii() or "\x00" in text:
                try:
                    gate_text(text, path_of(column), limit=limits.get(column, MAX_VALUE))
                except InputError as error:
                    problems.append(error)
            self._texts[column] = text
            if column not in limits or (text is not value and type(value) is not int):
                self.kept[column] = None  # nobody's, or the text is our reading of it
        if problems:
            raise joined(problems)

    def said(self, column: str) -> str | Cleared | None:
        """Return what a cell says, as it is; CLEARED or None when it is blank."""
        text = self._texts.get(column)
        if text is None and column in self._clears and column in self._raw:
            return CLEARED
        return text

    def each(
        self, columns: Sequence[str], read: Callable[[str, str], _T]
    ) -> tuple[_T, ...] | Cleared | None:
        """Return what the cells of several columns say, ``read(column, text)``, in order."""
        said = [(column, self.said(column)) for column in columns]
        found = tuple([read(column, text) for column, text in said if isinstance(text, str)])
        return found or (CLEARED if any(text is CLEARED for _, text in said) else None)

    def tidied(self, column: str) -> str | Cleared | None:
        """Return what a cell says as a tidy text."""
        text = self.said(column)
        return self.tidy(column, text) if isinstance(text, str) else text

    def attempt(self, column: str, read: Callable[[], _T | None]) -> _T | None:
        """Return what ``read`` reads of a cell; None, and the cell kept, when it cannot."""
        try:
            found = read()
        except (InputError, DefinitionError):  # a currency that is none, too, is a cell's fault
            found = None
        if found is None:
            self.keep(column)
        return found

    def drop(self, column: str) -> None:
        """Do not keep the cell after all: a field holds it, or it is left out on purpose."""
        self.kept.pop(column, None)

    def tidy(self, column: str, text: str) -> str:
        """Return the text in NFC with single spaces; where that changes it the cell is kept too."""
        if text.isprintable() and "  " not in text and text[0] != " " != text[-1]:
            found = nfc(text)  # nothing to squeeze in most cells
        else:
            found = nfc(squeeze(text))
        if found != text:
            self.kept[column] = None
        return found

    def keep(self, column: str) -> None:
        """Keep the cell as an unmapped value: no field holds it whole."""
        self.kept[column] = None

    def typed(self, column: str) -> str | int | Decimal | None:
        """Return a cell with the type it came with; the field that holds it holds it whole."""
        value = self._raw.get(column)
        if isinstance(value, (int, Decimal)):
            self.drop(column)
            return value
        return self._texts.get(column)

    def unmapped(self) -> dict[str, object]:
        """Return the kept cells verbatim by path; InputError beyond 64 KiB each, 1 MiB together."""
        left: dict[str, object] = {}
        for column in self.kept:
            value = self._raw[column]
            if isinstance(value, (dict, list)):
                left |= leaves(value, path_of(column))
            elif isinstance(value, (str, int, float, Decimal)):
                left[path_of(column)] = value
            else:
                left[path_of(column)] = text_of(value)
        if left:
            gate_unmapped(left)
        return left

    def mapped(self) -> frozenset[str]:
        """Return the paths of the columns that are not kept; a blank cell is one of them."""
        return _without(tuple(self._raw), tuple(self.kept))


@lru_cache(maxsize=1024)
def _without(columns: tuple[str, ...], kept: tuple[str, ...]) -> frozenset[str]:
    held = set(kept)
    return frozenset(path_of(column) for column in columns if column not in held)
