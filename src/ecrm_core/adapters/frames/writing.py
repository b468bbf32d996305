"""Writing: findings, and rows with what was found in them, as the kind of frame they came from."""

from __future__ import annotations

from typing import Protocol, cast

import narwhals as nw

from ecrm_core.adapters.frames.reading import Eager, NativeFrame, eager
from ecrm_core.errors import DefinitionError
from ecrm_core.quality import Severity, TableReport

__all__ = ["findings", "marked"]

_TEXTS = ("severity", "rule", "path", "value", "message")
_WORST, _COUNT = "quality_worst", "quality_findings"


class _Index(Protocol):
    def take(self, rows: list[int], /) -> object: ...


class _Indexed(Protocol):
    def set_axis(self, index: object, /) -> NativeFrame: ...


def findings(report: TableReport, *, like: NativeFrame, language: str = "en") -> NativeFrame:
    """Return the findings, masked, as a frame of the library that made ``like``, one row each.

    ``row`` is the position in ``like`` from 0 (of a store, the customer's id). In pandas the index
    holds the labels of those rows, so that ``like.loc[found.index]`` are the rows themselves.
    Raises DefinitionError for no frame, UnknownName for a language without sentences.
    """
    frame = eager(like)
    rows = report.to_rows(language)
    positions = [held["row"] for held in rows]
    named = any(isinstance(row, str) for row in positions) or report.subject != "rows"
    made = nw.from_dict(
        {name: [held[name] for held in rows] for name in ("row", *_TEXTS)},
        schema={"row": nw.String() if named else nw.Int64(), **dict.fromkeys(_TEXTS, nw.String())},
        backend=frame.implementation,
    )
    native: NativeFrame = made.to_native()
    index = cast("_Index | None", nw.maybe_get_index(frame))
    if index is None or named:
        return native
    _same_length(report, frame)
    return cast("_Indexed", native).set_axis(index.take(positions))


def marked(report: TableReport, frame: NativeFrame) -> NativeFrame:
    """Return the frame with two more columns: ``quality_worst`` and ``quality_findings``.

    They hold the gravest severity found in a row (null: none) and how many findings there are.
    Raises DefinitionError when the report is of something else, or a column is there already.
    """
    held = eager(frame)
    _same_length(report, held)
    if present := {_WORST, _COUNT}.intersection(held.columns):
        name = min(present)
        message = f"the table has a column {name!r} already, expected another name"
        raise DefinitionError(message, code="column_twice", column=name)
    worst: list[Severity | None] = [None] * report.rows
    counts = [0] * report.rows
    for row in report.findings:
        at, severity = int(row.row), row.finding.severity
        counts[at] += 1
        before = worst[at]
        if before is None or severity.rank > before.rank:
            worst[at] = severity
    words = [None if severity is None else severity.value for severity in worst]
    backend = held.implementation
    found = held.with_columns(
        nw.new_series(_WORST, words, nw.String(), backend=backend),
        nw.new_series(_COUNT, counts, nw.Int64(), backend=backend),
    )
    native: NativeFrame = found.to_native()
    return native


def _same_length(report: TableReport, frame: Eager) -> None:
    if report.subject != "rows" or report.rows != len(frame):
        message = f"found a report of {report.rows} {report.subject}, expected {len(frame)} rows"
        raise DefinitionError(message, code="ragged")
