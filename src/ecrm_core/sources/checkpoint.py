"""Checkpoint: how far a file has been taken in, written with each page: a kill loses nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from attrs import evolve, field, frozen

from ecrm_core.kernel import Kind

__all__ = ["IMPORTS", "Checkpoint"]


@frozen(kw_only=True)
class Checkpoint:
    """One file under one source and mapping, by the digest of all three.

    ``received_at`` is the instant of the first run: the same file taken in again states nothing
    new. ``rows`` are done, ``counts`` are what came of them.
    """

    id: str
    source: str
    received_at: datetime
    rows: int = 0
    counts: Mapping[str, int] = field(factory=dict)
    finished: bool = False

    def after(self, counts: Mapping[str, int]) -> Checkpoint:
        """Return the checkpoint with one page more."""
        names = self.counts.keys() | counts.keys()
        total = {name: self.counts.get(name, 0) + counts.get(name, 0) for name in sorted(names)}
        return evolve(self, rows=self.rows + counts["rows"], counts=total)


IMPORTS: Final = Kind(name="import", of=Checkpoint, key=("id",), owner="sources")
"""The rows of Checkpoint."""
