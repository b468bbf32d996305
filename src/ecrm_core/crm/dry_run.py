"""Dry run: every changing verb as the ChangeSet it would apply; nothing is written."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from ecrm_core.crm.settings import Settings
from ecrm_core.customers import (
    ConsentState,
    ConsentStatement,
    SourceKey,
    address_subject,
)
from ecrm_core.kernel import ChangeSet, gate_text, utc
from ecrm_core.ports import Store
from ecrm_core.services import (
    Act,
    address_of,
    prepare_consent,
    prepare_correct,
    prepare_ingest,
    prepare_merge,
    prepare_refusal,
    prepare_unmerge,
)
from ecrm_core.sources import Delivery

__all__ = ["DryRun"]

Customer = str | SourceKey


@frozen
class DryRun:
    """The changing verbs of the facade, each returning what it would write."""

    store: Store
    settings: Settings

    def ingest(self, delivery: Delivery) -> ChangeSet:
        """Return what taking in the delivery would write."""
        return prepare_ingest(self.store, delivery, policy=self.settings.policy)

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

    def unmerge(self, edge: str, *, by: str, now: datetime | None = None) -> ChangeSet:
        """Return what undoing the merge would write."""
        return prepare_unmerge(self.store, edge, act=self._act(by, now))

    def consent(
        self,
        address: str,
        state: str | ConsentState,
        *,
        channel: str,
        purpose: str,
        by: str | None = None,
        source: str = "ecrm",
        double_opt_in: bool = False,
        confirmed_at: datetime | None = None,
        expires_at: datetime | None = None,
        night: bool = False,
        evidence: str | None = None,
        now: datetime | None = None,
    ) -> ChangeSet:
        """Return what the statement about an address would write."""
        contact = address_of(address, channel, region=self.settings.region)
        statement = ConsentStatement(
            subject=address_subject(contact), channel=channel,
            purpose=purpose, state=ConsentState.of(state), at=self._now(now),
            source=gate_text(source), by=by, double_opt_in=double_opt_in,
            confirmed_at=confirmed_at and utc(confirmed_at),
            expires_at=expires_at and utc(expires_at), night=night, evidence=evidence,
        )  # fmt: skip
        return prepare_consent(self.store, statement)

    def refuse_contact(
        self, customer: Customer, *, purpose: str, by: str, now: datetime | None = None
    ) -> ChangeSet:
        """Return what the refusal of the whole person would write."""
        act = self._act(by, now)
        return prepare_refusal(self.store, customer, ConsentState.REFUSED, purpose, act=act)

    def lift_refusal(
        self, customer: Customer, *, purpose: str, by: str, now: datetime | None = None
    ) -> ChangeSet:
        """Return what taking such a refusal back would write."""
        act = self._act(by, now)
        return prepare_refusal(self.store, customer, ConsentState.GRANTED, purpose, act=act)

    def _now(self, now: datetime | None) -> datetime:
        return utc(now or self.settings.clock.now())

    def _act(self, by: str, now: datetime | None) -> Act:
        return Act(by=by, at=self._now(now), policy=self.settings.policy)
