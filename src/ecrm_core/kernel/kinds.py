"""Kinds: what a row is, as data: its type, key, indexes and format number.

The room that owns a value declares its Kind; an adapter builds its tables from the Kinds it is
given and knows none of them. Every key and index column is text, ordered by code point.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import Enum
from functools import cached_property
from operator import attrgetter
from typing import Any, Generic, TypeVar

from attrs import field, frozen

from ecrm_core.errors import DefinitionError, InputError, StorageError
from ecrm_core.kernel.codec import Json, decode, encoded, instant_text
from ecrm_core.kernel.ids import canonical_json

__all__ = ["AnyKind", "Index", "Key", "Kind", "Row", "Stored"]

T = TypeVar("T")
Key = tuple[str, ...]
"""The key of a row: one text for each key field of its Kind."""
_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}", re.ASCII)
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


@frozen
class Stored(Generic[T]):
    """A value as read from a store, with the version to expect when it is changed.

    ``version`` grows with every write of the row and never comes back, not even after a drop.
    """

    value: T
    version: int


@frozen
class Index:
    """An ordered way to rows: ``columns`` are dotted attribute paths of text, Enum or instant.

    A row in which one of the columns is None is not in the index.
    """

    name: str
    columns: tuple[str, ...]


@frozen(repr=False)
class Row:
    """A value taken apart for a store: its key, its index entries and its JSON text."""

    key: Key
    entries: Mapping[str, Key | None]
    body: str


@frozen(kw_only=True, slots=False, eq=False)
class Kind(Generic[T]):
    """One sort of row.

    ``key`` and index columns name attributes of ``of`` (dotted paths). ``format`` counts changes of
    the JSON; ``upgrades[n]`` turns the JSON of format n into that of n + 1. Rows of an
    ``insert_only`` Kind never change: a second Put under the same key keeps the first row.
    """

    name: str
    of: type[T]
    key: tuple[str, ...]
    indexes: tuple[Index, ...] = ()
    insert_only: bool = False
    format: int = 1
    upgrades: Mapping[int, Callable[[Json], Json]] = field(factory=dict)
    owner: str

    def __attrs_post_init__(self) -> None:
        """Refuse names that are no plain identifiers (they become table names), or a missing step.

        Every format before this one needs its upgrade.
        """
        names = [self.name, *(index.name for index in self.indexes)]
        bad = [name for name in names if not _NAME.fullmatch(name)]
        if bad or not self.key or len(set(names[1:])) < len(names) - 1:
            message = f"the Kind {self.name!r} needs a key and plain, distinct names of indexes"
            raise DefinitionError(message, code="kind")
        if not self.upgrades.keys() >= set(range(1, self.format)):
            message = f"the Kind {self.name!r} lacks an upgrade from an earlier format"
            raise DefinitionError(message, code="kind")

    def __repr__(self) -> str:
        """Show the name."""
        return f"Kind({self.name!r})"

    def index(self, name: str) -> Index:
        """Return the index of that name; DefinitionError when there is none."""
        for index in self.indexes:
            if index.name == name:
                return index
        raise DefinitionError(f"the Kind {self.name!r} has no index {name!r}", code="index")

    def key_of(self, value: T) -> Key:
        """Return the key of a value."""
        key = self._key_columns(value)
        if None in key:
            raise DefinitionError(f"found no key for a row of {self.name!r}", code="column")
        return _texts(key)

    def row(self, value: T, *, key: Key | None = None) -> Row:
        """Return the value taken apart; InputError for NUL or lone surrogates anywhere in it.

        ``key`` is its key, where that is known.
        """
        columns = {name: get(value) for name, get in self._index_columns.items()}
        entries = {name: None if None in c else _texts(c) for name, c in columns.items()}
        body = canonical_json(encoded(value, self.of))
        _refuse_forbidden(body)
        return Row(key=key or self.key_of(value), entries=entries, body=body)

    def read(self, body: str, version: int, format_: int) -> Stored[T]:
        """Return the stored value of a row written in this format or an earlier one.

        Raises StorageError (code "newer_format") for a row from a later version of the library.
        """
        if format_ > self.format:
            message = (
                f"found rows of {self.name!r} in format {format_}, this version reads up to "
                f"{self.format}: use the version of ecrm_core that wrote them"
            )
            raise StorageError(message, code="newer_format", kind=self.name, found=format_)
        try:
            data = _parse(body)
            for step in range(format_, self.format):
                data = self.upgrades[step](data)
            return Stored(decode(self.of, data), version)
        except (ValueError, LookupError, TypeError, RecursionError) as error:
            message = f"found a damaged row of {self.name!r} ({type(error).__name__})"
            raise StorageError(message, code="damaged_row", kind=self.name) from None

    @cached_property
    def _key_columns(self) -> _Columns:
        return _columns(self.key)

    @cached_property
    def _index_columns(self) -> Mapping[str, _Columns]:
        return {index.name: _columns(index.columns) for index in self.indexes}


_Columns = Callable[[object], tuple[object, ...]]
_parse = json.JSONDecoder().decode  # json.loads asks first what it is handed, for each row


def _columns(paths: tuple[str, ...]) -> _Columns:
    """Return the function that reads the attributes at these paths."""
    get = attrgetter(*paths)
    return get if len(paths) > 1 else lambda value: (get(value),)


AnyKind = Kind[Any]
"""A Kind of whatever values: adapters and change sets hold all sorts."""


def _texts(columns: tuple[object, ...]) -> Key:
    return tuple([c if type(c) is str else _text(c) for c in columns])


def _text(column: object) -> str:
    if isinstance(column, Enum):
        column = column.value
    if isinstance(column, datetime):
        return instant_text(column)
    if isinstance(column, str):
        return column
    message = f"found a column of {type(column).__name__}, expected text or an instant"
    raise DefinitionError(message, code="column")


def _refuse_forbidden(body: str) -> None:
    """The same refusal for every store: Postgres takes no NUL, UTF-8 no lone surrogate."""
    if "\\u0000" in body and _NUL.search(body):
        raise InputError("found a NUL character, expected text", code="forbidden_character")
    if not body.isascii():
        try:
            body.encode()
        except UnicodeEncodeError:
            message = "found a lone surrogate, expected text"
            raise InputError(message, code="forbidden_character") from None
