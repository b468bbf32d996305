"""Funnel: who drops out at which condition of a rule, in the order of its outermost AND."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

from attrs import frozen

from ecrm_core.customers.table import Table
from ecrm_core.errors import Diagnostic
from ecrm_core.kernel import html_table, plain_table
from ecrm_core.segmentation.labelled import labelled
from ecrm_core.segmentation.names import fields_named
from ecrm_core.segmentation.render import render
from ecrm_core.segmentation.schema import Schema
from ecrm_core.segmentation.tokens import mask_query
from ecrm_core.segmentation.tree import Rule

__all__ = ["Funnel", "FunnelStep"]

F = TypeVar("F", bound=Table)
_HEAD = ("condition", "left", "dropped", "alone", "kept out by it alone")


@frozen(kw_only=True, repr=False)
class FunnelStep:
    """One condition: its text, and what became of the rows there.

    ``left`` satisfy it and all before it, ``dropped`` all before it and not it. Whatever the order:
    ``alone`` satisfy it, ``only`` satisfy all others and not it, so they would come in without it.
    """

    condition: str
    left: int
    dropped: int
    alone: int
    only: int

    def __repr__(self) -> str:
        """Show the counts, and not the condition: a query may hold an address."""
        return f"<FunnelStep: {self.left} left, {self.dropped} dropped>"


class Funnel(Generic[F]):
    """The rows of a table on their way through the conditions of a rule.

    ``str`` and notebooks show counts and conditions; in those on personal fields values are dots.
    """

    def __init__(
        self,
        frame: F,
        rules: Sequence[Rule],
        masks: Sequence[Sequence[bool]],
        *,
        schema: Schema,
        diagnostics: tuple[Diagnostic, ...] = (),
    ) -> None:
        """Count the rows that each condition leaves; ``masks`` are those of the conditions."""
        self._frame = frame
        self._texts = tuple(_text(rule, schema) for rule in rules)
        self._failed = [tuple(at for at, held in enumerate(row) if not held)
                        for row in zip(*masks, strict=True)]  # fmt: skip
        self.diagnostics = diagnostics
        """What may surprise, as ``members`` tells it."""

    @property
    def rows(self) -> int:
        """The number of rows at the beginning."""
        return len(self._failed)

    @property
    def count(self) -> int:
        """The number of members, who pass every condition."""
        return sum(not failed for failed in self._failed)

    @property
    def dropped_at(self) -> list[int | None]:
        """The number of the first condition each row fails, from 0; None for members."""
        return [min(failed, default=None) for failed in self._failed]

    @property
    def steps(self) -> tuple[FunnelStep, ...]:
        """The conditions in their order."""
        steps, left = [], self.rows
        first = self.dropped_at
        for at, text in enumerate(self._texts):
            dropped = first.count(at)
            left -= dropped
            steps.append(FunnelStep(
                condition=text, left=left, dropped=dropped,
                alone=sum(at not in failed for failed in self._failed),
                only=sum(failed == (at,) for failed in self._failed),
            ))  # fmt: skip
        return tuple(steps)

    def label(self, column: str = "dropped_at") -> F:
        """Return the table as it came, with the condition each row drops out at; None: a member.

        DefinitionError when the column is there already.
        """
        texts = [None if at is None else self._texts[at] for at in self.dropped_at]
        return labelled(self._frame, {column: texts})

    def __repr__(self) -> str:
        """Show the counts."""
        return f"<Funnel: {self.count} of {self.rows} rows left by {len(self._texts)} conditions>"

    def __str__(self) -> str:
        """Return the steps as a table."""
        return plain_table(_HEAD, self._cells())

    def _repr_html_(self) -> str:
        return html_table(_HEAD, self._cells(), caption=f"{self.count} of {self.rows} rows")

    def _cells(self) -> list[tuple[str, ...]]:
        start = ("everybody", str(self.rows), "", "", "")
        steps = [
            (each.condition, *map(str, (each.left, each.dropped, each.alone, each.only)))
            for each in self.steps
        ]
        return [start, *steps]


def _text(rule: Rule, schema: Schema) -> str:
    named = fields_named(rule)
    personal = any(schema.fields[name].personal for name in named)
    return mask_query(render(rule)) if personal else render(rule)
