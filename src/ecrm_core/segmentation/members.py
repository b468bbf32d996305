"""Members: which rows of a table a segment holds, aligned with the rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar

from ecrm_core.customers.table import Table, columns_of
from ecrm_core.errors import DefinitionError, Diagnostic

__all__ = ["Members"]

F = TypeVar("F", bound=Table)


class Members(Generic[F]):
    """The rows of a table that are members; ``diagnostics`` warn of what may surprise.

    ``mask`` is a list of bool in the order of the rows: ``frame[found.mask]`` in pandas,
    ``frame.filter(found.mask)`` in polars.
    """

    def __init__(
        self,
        frame: F,
        mask: Sequence[bool],
        *,
        diagnostics: tuple[Diagnostic, ...] = (),
        source: str = "",
    ) -> None:
        """Keep the table beside its mask."""
        self._frame, self._mask, self._source = frame, tuple(mask), source
        self.diagnostics = diagnostics

    @property
    def mask(self) -> list[bool]:
        """Whether each row is a member, in the order of the rows."""
        return list(self._mask)

    @property
    def rows(self) -> tuple[int, ...]:
        """The positions of the members, from 0."""
        return tuple(at for at, member in enumerate(self._mask) if member)

    @property
    def count(self) -> int:
        """The number of members."""
        return sum(self._mask)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What may surprise, in words, with the place in the query."""
        return tuple(remark.shown(self._source) for remark in self.diagnostics)

    def __len__(self) -> int:
        """Return the number of members."""
        return self.count

    def label(self, column: str = "member") -> F:
        """Return the table as it came, with one more column: true for members.

        The same sort of table comes back: a frame with ``assign`` (pandas), ``with_columns``
        (polars) or ``append_column`` (pyarrow), columns by name, or a list of rows. DefinitionError
        when the column is there already.
        """
        columns = columns_of(self._frame)
        if column in columns:
            message = f"the table has a column {column!r} already, expected another name"
            raise DefinitionError(message, code="column_twice", column=column)
        labelled: F = _labelled(self._frame, column, self.mask)
        return labelled

    def __repr__(self) -> str:
        """Show the counts."""
        return f"<Members: {self.count} of {len(self._mask)} rows>"


def _labelled(frame: Any, column: str, mask: list[bool]) -> Any:  # noqa: ANN401 - any frame
    if isinstance(frame, Mapping):
        return {**frame, column: mask}
    if isinstance(frame, Sequence):
        return [{**row, column: member} for row, member in zip(frame, mask, strict=True)]
    if hasattr(frame, "assign"):
        return frame.assign(**{column: mask})
    if hasattr(frame, "append_column"):
        return frame.append_column(column, [mask])
    return type(frame)({**{name: frame[name] for name in frame.columns}, column: mask})
