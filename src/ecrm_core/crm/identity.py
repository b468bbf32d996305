"""Identity: the verbs that find, show, correct, merge and undo."""

from __future__ import annotations

from datetime import datetime

from ecrm_core.crm.receipt import Undo
from ecrm_core.crm.verbs import Customer, Drafts, Verbs
from ecrm_core.kernel import ChangeSet, CustomerId, decode
from ecrm_core.merging import MergeEdge, MergePreview, UndoReport
from ecrm_core.services import (
    CustomerView,
    Hit,
    export_customer,
    find_customers,
    group_of,
    prepare_correct,
    prepare_merge,
    prepare_preview,
    prepare_unmerge,
    view_customer,
)

__all__ = ["IdentityDrafts", "IdentityVerbs"]


class IdentityDrafts(Drafts):
    """The changing verbs of identity, each returning what it would write."""

    def correct(
        self,
        customer: Customer,
        field: str,
        value: object,
        *,
        by: str,
        replaces: object = None,
        pin: bool = False,
        reason: str | None = None,
        now: datetime | None = None,
    ) -> ChangeSet:
        """Return what the correction would write."""
        return prepare_correct(
            self.store, customer, field, value, act=self._act(by, now), replaces=replaces,
            pin=pin, reason=reason, region=self.settings.region,
        )  # fmt: skip

    def merge(
        self, winner: Customer, loser: Customer, *, by: str, now: datetime | None = None
    ) -> ChangeSet:
        """Return what the merge would write."""
        return prepare_merge(self.store, winner, loser, act=self._act(by, now))

    def unmerge(
        self, undo: Undo | MergeEdge | str, *, by: str, now: datetime | None = None
    ) -> ChangeSet:
        """Return what undoing the merge would write."""
        return prepare_unmerge(self.store, _edge(undo), act=self._act(by, now))


class IdentityVerbs(Verbs):
    """Find and see customers, correct them, merge and undo."""

    def resolve(self, customer: Customer) -> CustomerId:
        """Return the id the customer goes by now; MissingError when there is none."""
        return group_of(self.store, customer).root.id

    def find(self, text: str, *, limit: int = 20) -> tuple[Hit, ...]:
        """Return customers by id, e-mail, phone, or the beginning of a name in either order."""
        return find_customers(self.store, text, limit=limit, region=self._settings.region)

    def view(self, customer: Customer) -> CustomerView:
        """Return one customer whole; MissingError when there is none. It never guesses."""
        return view_customer(self.store, customer)

    def export(self, customer: Customer, *, audit: bool = True) -> dict[str, object]:
        """Return everything known of a customer as JSON values; without merges if not ``audit``."""
        whole = view_customer(self.store, customer, timeline=None)
        return export_customer(whole, audit=audit)

    def correct(
        self,
        customer: Customer,
        field: str,
        value: object,
        *,
        by: str,
        replaces: object = None,
        pin: bool = False,
        reason: str | None = None,
        key: str | None = None,
        now: datetime | None = None,
    ) -> str:
        """Rule on one value, so that no re-import brings the bad one back; return the ruling's id.

        ``value`` None empties the field. In a list field (emails, tags, ...) ``replaces`` is the
        wrong element, and without it ``value`` is added. ``pin`` holds against later statements.
        """
        params = ["correct", str(customer), field, value, by, replaces, pin, reason]
        result = self._commit(
            lambda at: self.dry_run.correct(
                customer, field, value, by=by, replaces=replaces, pin=pin, reason=reason, now=at
            ),
            params, key, now,
        )  # fmt: skip
        return str(result["correction"])

    def preview_merge(self, winner: Customer, loser: Customer) -> MergePreview:
        """Return what merging the loser into the winner would give, field by field."""
        return prepare_preview(self.store, winner, loser, policy=self._settings.policy)

    def merge(
        self,
        winner: Customer,
        loser: Customer,
        *,
        by: str,
        key: str | None = None,
        now: datetime | None = None,
    ) -> Undo:
        """Join two customers under the winner's id and return what undoes it.

        Nothing moves and both ids go on resolving. Raises MergeRefused when they are one already.
        """
        params = ["merge", str(winner), str(loser), by]
        result = self._commit(
            lambda at: self.dry_run.merge(winner, loser, by=by, now=at), params, key, now
        )
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

        Raises MergeRefused when it has been undone and MissingError when there is no such merge.
        """
        edge = _edge(undo)
        result = self._commit(
            lambda at: self.dry_run.unmerge(edge, by=by, now=at), ["unmerge", edge, by], key, now
        )
        return decode(UndoReport, dict(result))


def _edge(undo: Undo | MergeEdge | str) -> str:
    if isinstance(undo, Undo):
        return undo.edge
    return undo.id if isinstance(undo, MergeEdge) else undo
