"""Claims: the verbs that take down who says to be whom, and tell what that comes to."""

from __future__ import annotations

from datetime import datetime

from ecrm_core.crm.verbs import Customer, Drafts, Verbs
from ecrm_core.kernel import ChangeSet
from ecrm_core.merging import ClaimAnswer, ClaimConflict, Proof
from ecrm_core.services import (
    address_of,
    claims_about,
    find_claim_conflicts,
    group_of,
    prepare_claim_of,
)

__all__ = ["ClaimDrafts", "ClaimVerbs"]


class ClaimDrafts(Drafts):
    """The changing verbs of claims, each returning what it would write."""

    def claim(
        self,
        claimant: Customer,
        claimed: Customer,
        *,
        proof: str | Proof,
        source: str,
        by: str,
        event: str | None = None,
        now: datetime | None = None,
    ) -> ChangeSet:
        """Return what the claim on a customer would write."""
        return prepare_claim_of(
            self.store, claimant, claimed, proof=proof, source=source, event=event,
            act=self._act(by, now),
        )  # fmt: skip

    def claim_address(
        self,
        claimant: Customer,
        address: str,
        *,
        proof: str | Proof,
        source: str,
        by: str,
        channel: str = "email",
        event: str | None = None,
        now: datetime | None = None,
    ) -> ChangeSet:
        """Return what the claim on whoever holds an address would write."""
        contact = address_of(address, channel, region=self.settings.region)
        return prepare_claim_of(
            self.store, claimant, contact, proof=proof, source=source, event=event,
            act=self._act(by, now),
        )  # fmt: skip


class ClaimVerbs(Verbs):
    """Take down who says to be whom. Only ``merge`` joins anybody."""

    def claim(
        self,
        claimant: Customer,
        claimed: Customer,
        *,
        proof: str | Proof,
        source: str,
        by: str,
        event: str | None = None,
        key: str | None = None,
        now: datetime | None = None,
    ) -> int:
        """Record that one party says she is a customer; return how many claims are new (0, 1).

        ``claimant`` is whoever the source knows her as: a visitor, a device, a card; unknown ones
        become customers. ``proof`` is "typed", "clicked" (a link sent to her) or "logged_in";
        ``event`` names the session or order. Nobody is merged by it. Raises UnknownName for another
        proof, MissingError for a customer id nobody has, InputError for a claim on oneself.
        """
        params = ["claim", str(claimant), str(claimed), Proof.of(proof).value, source, by, event]
        result = self._commit(
            lambda at: self.dry_run.claim(
                claimant, claimed, proof=proof, source=source, by=by, event=event, now=at
            ),
            params, key, now, by=by,
        )  # fmt: skip
        return int(result["claims"])

    def claim_address(
        self,
        claimant: Customer,
        address: str,
        *,
        proof: str | Proof,
        source: str,
        by: str,
        channel: str = "email",
        event: str | None = None,
        key: str | None = None,
        now: datetime | None = None,
    ) -> int:
        """Record that one party says she is whoever holds an address, known by now or later.

        Else as ``claim``. Raises InputError for an address that is unreadable, or a relay's.
        """
        how = Proof.of(proof).value
        params = ["claim_address", str(claimant), address, how, source, by, channel, event]
        result = self._commit(
            lambda at: self.dry_run.claim_address(
                claimant, address, proof=proof, source=source, by=by, channel=channel,
                event=event, now=at,
            ),
            params, key, now, by=by,
        )  # fmt: skip
        return int(result["claims"])

    def claims(self, customer: Customer) -> tuple[ClaimAnswer, ...]:
        """Return the claims by a customer and about her, the oldest first, each with its answer.

        Who holds a claimed address is looked up now. Raises MissingError when there is no such
        customer.
        """
        return claims_about(self.store, group_of(self.store, customer)).answers

    def claim_conflicts(self) -> tuple[ClaimConflict, ...]:
        """Return every external id seen on several customers who are not one.

        A device, card or account that proved (clicked, logged in) to be each of them, and national
        ids. Such claims join nobody by themselves.
        """
        return find_claim_conflicts(self.store)
