"""Edge: a merge is one appended row, loser -> winner; nothing moves, and nothing is rewritten."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import Enum
from typing import Final

from attrs import frozen

from ecrm_core.errors import StorageError
from ecrm_core.kernel import CustomerId, Index, Kind

__all__ = ["MERGE_EDGES", "Cause", "MergeEdge", "roots_of"]


class Cause(Enum):
    """Who decided a merge: a run never undoes or contradicts a person, or a source."""

    HUMAN = "human"
    AUTO = "auto"
    STATED = "stated"
    """Stated by the source: two parties of it are one there."""


@frozen(kw_only=True)
class MergeEdge:
    """One merge: ``loser`` was the root of its tree and goes by ``winner`` while not undone.

    ``winner`` was a root too, unless the source named another id of hers (cause STATED).

    ``despite`` are the codes of the blockers that whoever merged looked past, ``proof`` what claim
    an automatic merge stands on. A merge that a run took back has ``undone_cause`` AUTO.
    """

    id: str
    loser: CustomerId
    winner: CustomerId
    at: datetime
    by: str
    cause: Cause = Cause.HUMAN
    model: str | None = None
    undone_at: datetime | None = None
    undone_by: str | None = None
    undone_cause: Cause | None = None
    despite: tuple[str, ...] = ()
    proof: str | None = None

    @property
    def active(self) -> bool:
        """Whether the merge stands."""
        return self.undone_at is None


MERGE_EDGES: Final = Kind(
    name="merge_edge",
    of=MergeEdge,
    key=("id",),
    indexes=(Index("by_loser", ("loser",)), Index("by_winner", ("winner",))),
    owner="merging",
)
"""The rows of merges, found by loser and by winner."""


def roots_of(
    ids: Iterable[CustomerId], edges: Iterable[MergeEdge]
) -> Mapping[CustomerId, CustomerId]:
    """Return the root of every id under the active edges, which form a forest.

    Raises StorageError (code "cycle") for edges that do not.
    """
    up = {edge.loser: edge.winner for edge in edges if edge.active}
    return {id_: _top(id_, up) for id_ in ids}


def _top(id_: CustomerId, up: Mapping[CustomerId, CustomerId]) -> CustomerId:
    for _ in range(len(up) + 1):
        if id_ not in up:
            return id_
        id_ = up[id_]
    raise StorageError("found merges that lead in a circle", code="cycle", customer=id_)
