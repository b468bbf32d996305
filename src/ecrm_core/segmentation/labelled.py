"""Labelled: a table as it came, with more columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from ecrm_core.customers.table import Table, columns_of
from ecrm_core.errors import DefinitionError

__all__ = ["labelled"]

F = TypeVar("F", bound=Table)


def labelled(frame: F, columns: Mapping[str, list[Any]]) -> F:
    """Return the table with more columns, in the order of its rows: the same sort of table.

    A frame with ``assign`` (pandas), ``with_columns`` (polars) or ``append_column`` (pyarrow),
    columns by name, or a list of rows. DefinitionError when a column is there already.
    """
    held = columns_of(frame)
    for name in columns:
        if name in held:
            message = f"the table has a column {name!r} already, expected another name"
            raise DefinitionError(message, code="column_twice", column=name)
    made: F = _labelled(frame, columns)
    return made


def _labelled(frame: Any, columns: Mapping[str, list[Any]]) -> Any:  # noqa: ANN401 - any frame
    if isinstance(frame, Mapping):
        return {**frame, **columns}
    if isinstance(frame, Sequence):
        return [
            {**row, **{name: cells[at] for name, cells in columns.items()}}
            for at, row in enumerate(frame)
        ]
    if hasattr(frame, "assign"):
        return frame.assign(**columns)
    if hasattr(frame, "append_column"):
        for name, cells in columns.items():
            frame = frame.append_column(name, [cells])
        return frame
    return type(frame)({**{name: frame[name] for name in frame.columns}, **columns})
