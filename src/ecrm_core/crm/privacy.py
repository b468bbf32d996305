"""Privacy: the verbs that erase a customer, hand out what is known of her, tell who did what."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from attrs import field, frozen

from ecrm_core.crm.verbs import Customer, Drafts, Verbs
from ecrm_core.kernel import ChangeSet, Noted, html_table, plain_table, utc
from ecrm_core.ports import Cursor
from ecrm_core.services import (
    AuditPage,
    audit_of,
    audit_page,
    commit,
    erase_customer,
    hand_out,
    prepare_erase,
    prepare_forget_audit,
)

__all__ = ["Erasure", "PrivacyDrafts", "PrivacyVerbs"]

_HEAD = ("Kind", "rows")


@frozen(kw_only=True)
class Erasure:
    """What an erasure took out: ``rows`` by Kind; ``tombstones`` keep her ids from coming back."""

    rows: Mapping[str, int] = field(factory=dict)
    tombstones: int = 0
    replayed: bool = False

    def __str__(self) -> str:
        """Return the counts as a plain table."""
        return plain_table(_HEAD, self._cells())

    def _repr_html_(self) -> str:
        return html_table(_HEAD, self._cells())

    def _cells(self) -> list[tuple[str, str]]:
        return [(name, str(count)) for name, count in self.rows.items()]


class PrivacyDrafts(Drafts):
    """Erasing, as what it would write."""

    def erase(
        self, customer: Customer, *, by: str, reason: str, now: datetime | None = None
    ) -> ChangeSet:
        """Return what erasing the customer would write."""
        kinds = tuple(self.settings.tools.linked.values())
        return prepare_erase(
            self.store, customer, act=self._act(by, now), reason=reason, kinds=kinds
        )


class PrivacyVerbs(Verbs):
    """Hand out what is known of a customer, erase her, and tell who did what."""

    def export(
        self,
        customer: Customer,
        *,
        audit: bool = True,
        by: str | None = None,
        now: datetime | None = None,
    ) -> dict[str, object]:
        """Return everything known of a customer as JSON values, and note that it was handed out.

        ``audit=False`` leaves out what was done with her: merges, decisions, proposals, effects,
        requests, the audit. What remains is the same before a merge and after its undo.
        """
        kinds = tuple(self._settings.tools.linked.values())
        return hand_out(self.store, customer, kinds=kinds, audit=audit, by=by, at=self._now(now))

    def erase(
        self,
        customer: Customer,
        *,
        by: str,
        reason: str,
        key: str | None = None,
        now: datetime | None = None,
    ) -> Erasure:
        """Erase a customer with all her ids: afterwards no row holds a value of hers.

        It cannot be taken back, and neither can what she was part of: merges, decisions. Input
        about her is refused from then on, and refused addresses stay refused. ``reason`` names the
        case, not the person: it stays. Raises RefusedError while a legal hold stands (code
        "legal_hold") and when she was erased before ("erased"), MissingError, and DefinitionError
        without a secret ("secret_needed").
        """
        at = self._now(now)
        kinds = tuple(self._settings.tools.linked.values())
        applied = erase_customer(
            self.store, customer, act=self._act(by, at), reason=reason, kinds=kinds,
            key=self._key(key, ["erase", str(customer), by, reason], at),
        )  # fmt: skip
        result: Mapping[str, Any] = applied.result
        return Erasure(
            rows=dict(result["rows"]), tombstones=result["tombstones"], replayed=applied.replayed
        )

    def audit(
        self,
        customer: Customer | None = None,
        *,
        since: datetime | None = None,
        after: Cursor | None = None,
        limit: int = 100,
    ) -> AuditPage:
        """Return who did what and when, newest first: about one customer, or everything.

        An entry names the verb, Kinds and fields, and no value. ``following`` of a page is
        ``after`` of the next; of one customer the newest ``limit`` are told. Raises MissingError.
        """
        start = None if since is None else utc(since)
        if customer is None:
            return audit_page(self.store, since=start, after=after, limit=limit)
        return audit_of(
            self.store, customer, since=start, limit=limit, secret=self._settings.secret
        )

    def forget_audit(self, *, older_than: timedelta, now: datetime | None = None) -> int:
        """Forget entries of the audit of that age and return how many."""
        at, forgotten = self._now(now), 0
        before = at - older_than
        while True:
            note = Noted(verb="forget_audit", at=at)
            applied = commit(
                self.store, lambda: prepare_forget_audit(self.store, before=before), note=note
            )
            count = int(str(applied.result["forgotten"]))
            forgotten += count
            if not count:
                return forgotten
