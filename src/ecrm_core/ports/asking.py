"""Asking: many questions of a store at once, answered as of one moment and in one statement."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import islice
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable

from attrs import field, frozen

from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import Key, Kind, Stored
from ecrm_core.ports.pages import scan_pages
from ecrm_core.ports.span import MAX_LIMIT, check_limit, sayable
from ecrm_core.ports.store import Store

__all__ = [
    "Answers",
    "AnyQuestion",
    "Asking",
    "Question",
    "Remote",
    "ask",
    "ask_each",
    "is_remote",
]

T = TypeVar("T")


def _different(values: Collection[Key]) -> tuple[Key, ...]:
    return tuple(dict.fromkeys(values))


@frozen(kw_only=True)
class Question(Generic[T]):
    """The rows of a Kind whose leading columns, of an index or of the key, are one of ``values``.

    All values have the same number of columns. The rows of each come in the order of the index,
    then of keys; with ``limit`` (1 to 10,000) the first of them: the newest, where the index says
    so. Raises DefinitionError for columns the Kind does not have.
    """

    kind: Kind[T]
    values: tuple[Key, ...] = field(converter=_different)
    index: str | None = None
    limit: int | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse values that are no tuples of texts, or of more columns than there are."""
        check_limit(self.limit)
        width, widths = len(self.columns), {len(value) for value in self.values}
        if len(widths) > 1 or not widths <= set(range(1, width + 1)):
            message = f"found values for a question about {self.kind.name!r} of other columns"
            raise DefinitionError(message, code="key")

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that values may begin with."""
        return self.kind.key if self.index is None else self.kind.index(self.index).columns

    @property
    def width(self) -> int:
        """How many columns the values have; 0 without values."""
        return len(self.values[0]) if self.values else 0

    @property
    def sayable(self) -> tuple[Key, ...]:
        """The values that some row can have: without NUL and lone surrogates."""
        return tuple(v for v in self.values if sayable(v) and not any("\0" in text for text in v))

    @property
    def whole(self) -> bool:
        """Whether the values have all columns, so that the order is that of keys."""
        return self.width == len(self.columns)


_Rows = Mapping[Key, tuple[Stored[Any], ...]]
AnyQuestion = Question[Any]
"""A question about whatever rows."""


class Answers:
    """What was found, by question: the rows of each value; values without rows are absent."""

    def __init__(self, found: Mapping[AnyQuestion, _Rows]) -> None:
        """Hold what was found."""
        self._found = found

    def __getitem__(self, question: Question[T]) -> Mapping[Key, tuple[Stored[T], ...]]:
        """Return the rows a question found."""
        return self._found[question]


@runtime_checkable
class Asking(Protocol):
    """What a handle may offer beside: up to 200 questions in one statement, as of one moment.

    It stands beside the four methods of ``Store`` because nothing but speed depends on it: whoever
    asks a store without it gets the same rows one question after the other, as of several moments,
    and has to look whether what he read still holds.
    """

    def ask(self, questions: Collection[AnyQuestion]) -> Answers:
        """Return the answers to all questions."""
        ...


@runtime_checkable
class Remote(Asking, Protocol):
    """A handle to which a statement is a journey: a few big ones are faster than many small ones.

    Nothing but speed depends on it; a store in the same process is not one.
    """

    @property
    def remote(self) -> bool:
        """Whether it is so."""
        ...


def is_remote(store: Store) -> bool:
    """Tell whether it is worth while to ask a store for many things at once."""
    return isinstance(store, Remote) and store.remote


def ask(store: Store, questions: Collection[AnyQuestion]) -> Answers:
    """Return the answers to all questions: as of one moment where the store can do that."""
    return store.ask(questions) if isinstance(store, Asking) else ask_each(store, questions)


def ask_each(store: Store, questions: Collection[AnyQuestion]) -> Answers:
    """Return the answers to all questions, asked one after the other."""
    return Answers({question: dict(_found(store, question)) for question in questions})


def _found(store: Store, asked: AnyQuestion) -> Iterator[tuple[Key, tuple[Stored[Any], ...]]]:
    kind, values = asked.kind, asked.sayable
    if asked.whole and asked.index is None:
        rows = store.get_many(kind, values)
        yield from ((value, (rows[value],)) for value in values if value in rows)
    elif asked.whole and asked.index is not None:
        yield from store.find_many(kind, asked.index, values, limit=asked.limit).items()
    else:
        for value in values:
            found = tuple(_first(store, asked, value))
            if found:
                yield value, found


def _first(store: Store, asked: AnyQuestion, value: Key) -> Iterator[Stored[Any]]:
    size = min(asked.limit or 500, MAX_LIMIT)
    pages = scan_pages(store, asked.kind, index=asked.index, within=value, limit=size)
    yield from islice((row for page in pages for row in page), asked.limit)
