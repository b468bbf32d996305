"""Identity: the verbs that find, show and correct."""

from __future__ import annotations

from datetime import datetime

from ecrm_core.crm.progress import Progress
from ecrm_core.crm.verbs import Customer, Drafts, Verbs
from ecrm_core.customers import HOMES
from ecrm_core.kernel import ChangeSet, CustomerId, gate_limit
from ecrm_core.ports import scan_pages
from ecrm_core.services import (
    CustomerView,
    Hit,
    Look,
    find_customers,
    group_of,
    linked_rows,
    prepare_correct,
    reindex,
    see_customer,
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


class IdentityVerbs(Verbs):
    """Find and see customers, and correct them."""

    def resolve(self, customer: Customer) -> CustomerId:
        """Return the id the customer goes by now; MissingError when there is none."""
        return group_of(self.store, customer).root.id

    def find(self, text: str, *, limit: int = 20, brand: str | None = None) -> tuple[Hit, ...]:
        """Return customers by whatever somebody types, ranked, each with the reason; never a guess.

        Ids, ids at sources, numbers of orders and tickets, addresses whole or in part, names as
        they are typed, with one letter otherwise where nobody else is found. ``limit`` is 1 or
        more; ``brand`` leaves customers of one shop.
        """
        return find_customers(
            self.store, text, limit=limit, region=self._settings.region, brand=brand
        )

    def rebuild_search_keys(self, *, page: int = 500, progress: Progress | None = None) -> int:
        """Write the search keys that a store of an earlier version lacks; return how many.

        Until then ``find`` knows the customers of that store by their addresses, numbers and ids,
        and by the beginnings of their whole names. ``page`` (1 to 10,000) customers are one
        transaction. ``progress(done, total, stage)`` stops it with False: the next call goes on.
        Raises DefinitionError for another page.
        """
        gate_limit(page)
        total = sum(len(rows) for rows in scan_pages(self.store, HOMES, limit=10_000))
        tell = progress or (lambda *_: True)
        return reindex(
            self.store, page=page, progress=lambda done: tell(done, total, "search keys")
        )

    def view(
        self, customer: Customer, *, brand: str | None = None, now: datetime | None = None
    ) -> CustomerView:
        """Return one customer whole, with what a service agent needs; it never guesses.

        ``brand``: what happened in one shop of the account alone. It shows itself masked;
        ``.shown("agent")`` is what a role may see. Raises MissingError when there is no such
        customer, InputError for what is no identity.
        """
        settings = self._settings
        look = Look(
            now=self._now(now), today=self._today(now), brand=brand, region=settings.region,
            secret=settings.secret, rules=settings.rule_set,
            kinds=tuple(settings.tools.linked.values()),
        )  # fmt: skip
        return see_customer(self.store, customer, look)

    def linked(self, customer: Customer, kind: str) -> tuple[object, ...]:
        """Return a customer's rows of a Kind that the tools brought (``LinkedKind``), by its name.

        Rows under all her ids are hers. Raises MissingError, and UnknownName for another Kind.
        """
        return linked_rows(self.store, customer, self._settings.tools.linked[kind])

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
            params, key, now, by=by, why=reason,
        )  # fmt: skip
        return str(result["correction"])
