"""Cleaning: the verb that takes the fixes nobody needs to be asked about."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from ecrm_core.crm.progress import Progress
from ecrm_core.crm.verbs import Customer, Drafts, Verbs
from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import ChangeSet, digest
from ecrm_core.quality import RuleSet
from ecrm_core.services import count_parties, fixable, prepare_clean

__all__ = ["Cleaned", "CleaningDrafts", "CleaningVerbs"]


@frozen(kw_only=True)
class Cleaned:
    """What cleaning came to: customers looked at, those changed, and the corrections written."""

    customers: int = 0
    changed: int = 0
    corrections: int = 0
    stopped: bool = False

    def __str__(self) -> str:
        """Return the counts in words."""
        return f"{self.customers} customers: {self.changed} changed, {self.corrections} corrections"


class CleaningDrafts(Drafts):
    """Cleaning, as what it would write."""

    def clean(
        self,
        customer: Customer,
        *,
        by: str,
        rules: RuleSet | None = None,
        now: datetime | None = None,
    ) -> ChangeSet:
        """Return the corrections one customer would get."""
        return prepare_clean(
            self.store, customer, act=self._act(by, now),
            rules=rules or self.settings.rule_set, region=self.settings.region,
        )  # fmt: skip


class CleaningVerbs(Verbs):
    """Take what the rules suggest and nobody needs to be asked about."""

    def clean(
        self,
        customer: Customer | None = None,
        *,
        by: str,
        rules: RuleSet | None = None,
        page: int = 500,
        progress: Progress | None = None,
        key: str | None = None,
        now: datetime | None = None,
    ) -> Cleaned:
        """Write the automatic suggestions about a customer, or about all, as corrections.

        A correction keeps what the source stated, and beats it whenever it is stated again.
        ``rules`` are by default those of the shop (``Crm.open``). Each customer is a
        transaction. ``progress(done, total, stage)`` is called after each page; returning False
        stops there. ``key`` is for one customer (DefinitionError without one): cleaning all again
        changes nothing.
        """
        if customer is not None:
            params = ["clean", str(customer), by, rules and digest(rules.to_json())]
            result = self._commit(
                lambda at: self.dry_run.clean(customer, by=by, rules=rules, now=at),
                params, key, now, by=by,
            )  # fmt: skip
            written = len(result["corrections"])
            return Cleaned(customers=1, changed=int(written > 0), corrections=written)
        if key is not None:
            message = "found a key and no customer, expected the customer whose request it is"
            raise DefinitionError(message, code="key_alone")
        rules = rules or self._settings.rule_set
        everybody = fixable(self.store, rules=rules, region=self._settings.region, page=page)
        total = count_parties(self.store) if progress else 0
        done, counts = 0, list[int]()
        for looked_at, ids in everybody:
            counts += [self.clean(id_, by=by, rules=rules, now=now).corrections for id_ in ids]
            done += looked_at
            if progress and progress(min(done, total), total, "cleaning") is False:
                return _cleaned(done, counts, stopped=True)
        return _cleaned(done, counts)


def _cleaned(customers: int, counts: list[int], *, stopped: bool = False) -> Cleaned:
    changed = sum(count > 0 for count in counts)
    return Cleaned(customers=customers, changed=changed, corrections=sum(counts), stopped=stopped)
