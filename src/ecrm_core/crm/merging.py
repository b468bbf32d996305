"""Merging: the verbs that preview, merge, undo, and hold a customer as she is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from ecrm_core.crm.receipt import Undo
from ecrm_core.crm.verbs import Customer, Drafts, Verbs
from ecrm_core.kernel import ChangeSet, decode
from ecrm_core.merging import LegalHold, MergeEdge, MergePreview, UndoReport
from ecrm_core.services import (
    Review,
    prepare_hold,
    prepare_merge,
    prepare_preview,
    prepare_release_hold,
    prepare_unmerge,
)

__all__ = ["MergingDrafts", "MergingVerbs"]

Values = Mapping[str, object]
"""Values a reviewer chose, by field: what is not shown anyway becomes a correction."""


class MergingDrafts(Drafts):
    """The changing verbs of merging, each returning what it would write."""

    def merge(
        self,
        winner: Customer,
        loser: Customer,
        *,
        by: str,
        values: Values | None = None,
        despite: Collection[str] = (),
        now: datetime | None = None,
    ) -> ChangeSet:
        """Return what the merge would write."""
        review = Review.of(values, despite, self.settings.region)
        return prepare_merge(self.store, winner, loser, act=self._act(by, now), review=review)

    def unmerge(
        self, undo: Undo | MergeEdge | str, *, by: str, now: datetime | None = None
    ) -> ChangeSet:
        """Return what undoing the merge would write."""
        kinds = self.settings.tools.linked.values()
        return prepare_unmerge(self.store, _edge(undo), act=self._act(by, now), kinds=kinds)

    def hold(
        self, customer: Customer, *, reason: str, by: str, now: datetime | None = None
    ) -> ChangeSet:
        """Return what the legal hold would write."""
        return prepare_hold(self.store, customer, reason=reason, act=self._act(by, now))

    def release(self, hold: LegalHold | str, *, by: str, now: datetime | None = None) -> ChangeSet:
        """Return what releasing the legal hold would write."""
        return prepare_release_hold(self.store, _hold(hold), act=self._act(by, now))


class MergingVerbs(Verbs):
    """Look at a merge before it is made, merge, undo; hold a customer as she is."""

    def preview_merge(
        self,
        winner: Customer,
        loser: Customer,
        *,
        by: str = "preview",
        values: Values | None = None,
        despite: Collection[str] = (),
        now: datetime | None = None,
    ) -> MergePreview:
        """Return what merging the loser into the winner would give, and what speaks against it.

        ``changes`` is what ``merge`` with the same arguments applies; None while it is refused.
        """
        return prepare_preview(
            self.store, winner, loser, act=self._act(by, now),
            review=Review.of(values, despite, self._settings.region),
            kinds=self._settings.tools.linked.values(),
        )  # fmt: skip

    def merge(
        self,
        winner: Customer,
        loser: Customer,
        *,
        by: str,
        values: Values | None = None,
        despite: Collection[str] = (),
        key: str | None = None,
        now: datetime | None = None,
    ) -> Undo:
        """Join two customers under the winner's id and return what undoes it.

        Nothing moves and both ids go on resolving. ``values`` are what a reviewer chose, by field:
        corrections of both as one. ``despite`` names blockers to look past, by their codes. Raises
        MergeRefused when they are one already or a blocker stands (code "blocked").
        """
        review = Review.of(values, despite, self._settings.region)
        params = ["merge", str(winner), str(loser), by, *review.params]
        result = self._commit(
            lambda at: self.dry_run.merge(
                winner, loser, by=by, values=review.values, despite=review.despite, now=at
            ),
            params, key, now, by=by,
        )  # fmt: skip
        return decode(Undo, dict(result))

    def unmerge(
        self,
        undo: Undo | MergeEdge | str,
        *,
        by: str,
        key: str | None = None,
        now: datetime | None = None,
    ) -> UndoReport:
        """Undo one merge (an Undo, an edge of the view, or its id), at any time, in any order.

        Raises MergeRefused when it has been undone or a legal hold stands (code "blocked"), and
        MissingError when there is no such merge.
        """
        edge = _edge(undo)
        result = self._commit(
            lambda at: self.dry_run.unmerge(edge, by=by, now=at),
            ["unmerge", edge, by],
            key,
            now,
            by=by,
        )
        return decode(UndoReport, dict(result))

    def hold(
        self,
        customer: Customer,
        *,
        reason: str,
        by: str,
        key: str | None = None,
        now: datetime | None = None,
    ) -> str:
        """Place a legal hold on a customer and return its id: no merge, and no undo, until release.

        ``reason`` names the case, not the person.
        """
        result = self._commit(
            lambda at: self.dry_run.hold(customer, reason=reason, by=by, now=at),
            ["hold", str(customer), reason, by], key, now, by=by, why=reason,
        )  # fmt: skip
        return str(result["hold"])

    def release(
        self,
        hold: LegalHold | str,
        *,
        by: str,
        key: str | None = None,
        now: datetime | None = None,
    ) -> None:
        """Release a legal hold (one of the view, or its id); the row stays, with who released it.

        Raises RefusedError when it has been released and MissingError when there is none.
        """
        id_ = _hold(hold)
        self._commit(
            lambda at: self.dry_run.release(id_, by=by, now=at),
            ["release", id_, by],
            key,
            now,
            by=by,
        )


def _edge(undo: Undo | MergeEdge | str) -> str:
    if isinstance(undo, Undo):
        return undo.edge
    return undo.id if isinstance(undo, MergeEdge) else undo


def _hold(hold: LegalHold | str) -> str:
    return hold.id if isinstance(hold, LegalHold) else hold
