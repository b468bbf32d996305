"""Judgement table: judgements as rows that name customers by source key, out and in again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final, TypeVar

from attrs import frozen

from ecrm_core.customers.table import Table, columns_of, text_of
from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.kernel import gate_text, instant_text, parse_instant, utc
from ecrm_core.matching.judgement import Judgement, JudgementVerdict

__all__ = [
    "JUDGEMENT_COLUMNS",
    "JudgementRow",
    "JudgementTable",
    "RefusedRow",
    "judgement_rows",
    "read_judgement_rows",
]

JUDGEMENT_COLUMNS: Final = ("left", "right", "verdict", "by", "at", "reason", "left_id", "right_id")
"""The columns: both names (source keys where they are known), what was said, and both ids."""
_NEEDED = JUDGEMENT_COLUMNS[:5]
_T = TypeVar("_T")
Numbered = tuple[int, Mapping[str, object] | InputError]
"""The number of a row, from 1, with its cells or why there are none."""


@frozen(kw_only=True)
class RefusedRow:
    """A row that is no judgement, or is about nobody known: its number, from 1, where, and why."""

    number: int
    path: str
    message: str

    def __str__(self) -> str:
        """Show them."""
        return f"row {self.number}, {self.path}: {self.message}"


@frozen(kw_only=True)
class JudgementRow:
    """A judgement as a table tells it: ``left`` and ``right`` are names, as they stand there."""

    number: int
    left: str
    right: str
    verdict: JudgementVerdict
    by: str
    at: datetime
    reason: str | None = None
    left_id: str | None = None
    right_id: str | None = None

    def between(self, left: str, right: str, *, tenant: str = "main") -> Judgement:
        """Return it as a judgement on these two ids; DefinitionError for one id given twice."""
        return Judgement.of(left, right, self.verdict, by=self.by, at=self.at,
                            reason=self.reason, tenant=tenant)  # fmt: skip


@frozen(kw_only=True)
class JudgementTable:
    """The rows of a table that are judgements, and those that were ``refused``."""

    rows: tuple[JudgementRow, ...] = ()
    refused: tuple[RefusedRow, ...] = ()

    def judgements(self, *, source: str | None = None) -> tuple[Judgement, ...]:
        """Return them for ``dedupe`` and ``Index``, which name rows by the text of their ids.

        With a ``source`` only those on two of its customers, named as the source does: "42" for
        "shop/42".
        """
        if source is None:
            return tuple(row.between(row.left, row.right) for row in self.rows)
        prefix = f"{source}/"
        return tuple(
            row.between(row.left.removeprefix(prefix), row.right.removeprefix(prefix))
            for row in self.rows
            if row.left.startswith(prefix) and row.right.startswith(prefix)
        )


def judgement_rows(
    judgements: Iterable[Judgement],
    *,
    keys: Mapping[str, str] = MappingProxyType({}),
    source: str | None = None,
) -> Iterator[dict[str, str | None]]:
    """Yield a row of JUDGEMENT_COLUMNS for each judgement, with text or None in each cell.

    ``keys`` are source keys ("shop/42") by id; who has none is named by the id. ``source`` stands
    before the ids of a table of that source, so that they are source keys.
    """
    for said in judgements:
        left, right = (
            keys.get(id_, id_) if source is None else f"{source}/{id_}"
            for id_ in (said.left, said.right)
        )
        cells = (left, right, said.verdict.value, said.by, instant_text(said.at), said.reason,
                 said.left, said.right)  # fmt: skip
        yield dict(zip(JUDGEMENT_COLUMNS, cells, strict=True))


def read_judgement_rows(table: Table | Iterator[Numbered]) -> JudgementTable:
    """Return the judgements of a table: columns by name, a list of rows, a frame, or JSON read.

    Rows are numbered from 1. A row without two names, a verdict, an author or a time with its zone
    is refused by itself. Raises DefinitionError for what is no table, or lacks a column.
    """
    rows: list[JudgementRow] = []
    refused: list[RefusedRow] = []
    for number, cells in _numbered(table):
        try:
            rows.append(_read(number, cells))
        except InputError as error:
            refused.append(RefusedRow(number=number, path=error.path, message=error.detail))
    return JudgementTable(rows=tuple(rows), refused=tuple(refused))


def _numbered(table: Table | Iterator[Numbered]) -> Iterable[Numbered]:
    if isinstance(table, Iterator):
        return table
    columns = columns_of(table)
    if columns:
        _refuse_without(columns)
    held = {name: list(columns[name]) for name in JUDGEMENT_COLUMNS if name in columns}
    if len(set(map(len, held.values()))) > 1:
        raise DefinitionError("the columns are not of one length", code="ragged")
    rows = zip(*held.values(), strict=True)
    return [(at, dict(zip(held, cells, strict=True))) for at, cells in enumerate(rows, start=1)]


def _refuse_without(columns: Mapping[str, object]) -> None:
    missing = [name for name in _NEEDED if name not in columns]
    if missing:
        message = f"found no column {', '.join(missing)}, expected {', '.join(_NEEDED)}"
        raise DefinitionError(message, code="column_missing", columns=missing)


def _read(number: int, cells: Mapping[str, object] | InputError) -> JudgementRow:
    if isinstance(cells, InputError):
        raise cells
    _refuse_without(cells)
    left, right = _text(cells, "left"), _text(cells, "right")
    if left == right:
        raise InputError("found one name twice", path="$.right", code="id_twice")
    return JudgementRow(
        number=number,
        left=left,
        right=right,
        verdict=_parsed(cells, "verdict", JudgementVerdict.of, "same, different or unsure"),
        by=_text(cells, "by"),
        at=_at(cells.get("at")),
        reason=text_of(cells.get("reason")) or None,
        left_id=text_of(cells.get("left_id")) or None,
        right_id=text_of(cells.get("right_id")) or None,
    )


def _text(cells: Mapping[str, object], name: str) -> str:
    path = f"$.{name}"
    text = gate_text(text_of(cells.get(name)), path)
    if not text:
        raise InputError("found nothing, expected text", path=path, code="empty")
    return text


def _at(cell: object) -> datetime:
    if isinstance(cell, datetime):
        return utc(cell, "$.at")
    return _parsed({"at": cell}, "at", parse_instant, "an instant with its zone")


def _parsed(
    cells: Mapping[str, object], name: str, parse: Callable[[str], _T], expected: str
) -> _T:
    """Return what a cell says; the message holds nothing of it, for columns may be mixed up."""
    try:
        return parse(_text(cells, name))
    except (DefinitionError, InputError):
        message = f"found something else, expected {expected}"
        raise InputError(message, path=f"$.{name}", code="not_readable") from None
