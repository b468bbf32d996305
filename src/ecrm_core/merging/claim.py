"""Claim: somebody says she is a customer already known; how well that is proven decides."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from enum import Enum
from typing import Final

from attrs import frozen

from ecrm_core.customers import (
    Group,
    SourceKey,
    SourceRecord,
    SurvivorshipPolicy,
    address_subject,
    home_id,
    rewritten,
)
from ecrm_core.errors import InputError
from ecrm_core.kernel import (
    ChangeSet,
    CustomerId,
    Index,
    Key,
    Kind,
    Private,
    Put,
    combine,
    derive_id,
    gate_text,
    instant_text,
    member_of,
    utc,
)

__all__ = ["CUSTOMER_CLAIMS", "Claim", "Proof", "decide_claims", "guest_claims"]


class Proof(Enum):
    """How a claim is proven, the weakest first: an address typed, a link clicked, a login."""

    TYPED = "typed"
    CLICKED = "clicked"
    LOGGED_IN = "logged_in"

    @property
    def strength(self) -> int:
        """The place in that order, from 0."""
        return list(Proof).index(self)

    @property
    def strong(self) -> bool:
        """Whether it is more than an address typed, which anybody can do."""
        return self is not Proof.TYPED

    @classmethod
    def of(cls, text: str | Proof) -> Proof:
        """Return the proof of that name; UnknownName when there is none."""
        return member_of(cls, text)


@frozen(kw_only=True, repr=False)
class Claim(Private):
    """One claim: the party of the home ``claimant`` is who is ``claimed``.

    ``claimed`` is the subject of a person ("customer:<home id>") or of an address ("email:...",
    ``address_subject``): who holds the address is looked up when the claim is read, so it makes no
    difference what arrives first. ``event`` names the order, session or login it comes from.
    """

    id: str
    claimant: CustomerId
    claimed: str
    proof: Proof
    source: str
    at: datetime
    event: str | None = None
    by: str | None = None

    @classmethod
    def of(
        cls,
        claimant: CustomerId,
        claimed: str,
        *,
        proof: str | Proof,
        source: str,
        at: datetime,
        event: str | None = None,
        by: str | None = None,
        tenant: str = "main",
    ) -> Claim:
        """Return the claim with the id that follows from what it says, ``by`` apart.

        Raises UnknownName for a proof that is none, InputError for a claim on oneself.
        """
        subject, how = gate_text(claimed, "$.claimed"), Proof.of(proof)
        if subject == f"customer:{claimant}":
            message = "found the claimant herself, expected another customer"
            raise InputError(message, path="$.claimed", code="claim_on_oneself")
        what = None if event is None else gate_text(event, "$.event")
        when, where = utc(at, "$.at"), gate_text(source, "$.source")
        id_ = derive_id("clm", tenant, claimant, subject, how.value, where, what or "",
                        instant_text(when))  # fmt: skip
        return cls(id=id_, claimant=claimant, claimed=subject, proof=how, source=where, at=when,
                   event=what, by=by)  # fmt: skip

    def __repr__(self) -> str:
        """Show who claims, how it is proven, and where."""
        return f"<Claim by {self.claimant}: {self.proof.value}, {self.source}>"


CUSTOMER_CLAIMS: Final = Kind(
    name="claim",
    of=Claim,
    key=("id",),
    indexes=(Index("by_claimant", ("claimant",)), Index("by_claimed", ("claimed",))),
    insert_only=True,
    owner="merging",
)
"""The rows of claims, found by who claims and by what is claimed."""


def decide_claims(
    claims: Iterable[Claim],
    *,
    known: Collection[Key] = (),
    fresh: Iterable[Group] = (),
    policy: SurvivorshipPolicy,
) -> ChangeSet:
    """Return what claims write: those not in ``known`` (keys of CUSTOMER_CLAIMS), each once.

    ``fresh`` are groups of claimants not stored yet (``new_group``): they become customers, so that
    they can be merged. Nobody is merged by a claim. The result counts the ``claims`` written.
    """
    rows = {CUSTOMER_CLAIMS.key_of(claim): claim for claim in claims}
    new = [claim for key, claim in sorted(rows.items()) if key not in known]
    told = ChangeSet(puts=tuple(Put(CUSTOMER_CLAIMS, claim) for claim in new))
    made = [rewritten(group, policy) for group in fresh]
    return combine([told, *made], result={"claims": len(new)})


def guest_claims(tenant: str, record: SourceRecord, *, at: datetime) -> tuple[Claim, ...]:
    """Return what the party of a guest order claims by the e-mails typed there: a proof TYPED.

    A relay address claims nothing, for it identifies nobody.
    """
    key: SourceKey = record.key
    return tuple(
        Claim.of(
            home_id(tenant, key), address_subject(contact), proof=Proof.TYPED, source=key.source,
            at=at, event=key.external_id, tenant=tenant,
        )
        for contact in record.value("emails") or ()
        if contact.match_form is not None and not contact.relay
    )  # fmt: skip
