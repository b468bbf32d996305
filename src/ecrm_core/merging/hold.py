"""Hold: a customer whose data must stay as it is, for a court or an authority, until released.

While a hold stands she is who she is: nobody is merged with her, and no merge of hers is undone.
Nothing would be lost by either, but what is to be kept together would be two, one of them not held.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from attrs import evolve, frozen

from ecrm_core.customers import Group, bumped
from ecrm_core.errors import InputError, RefusedError
from ecrm_core.kernel import (
    ChangeSet,
    CustomerId,
    Index,
    Kind,
    Put,
    combine,
    derive_id,
    gate_text,
    instant_text,
)

__all__ = ["LEGAL_HOLDS", "LegalHold", "decide_hold", "decide_release_hold"]


@frozen(kw_only=True)
class LegalHold:
    """One hold, under the id its customer went by when it was placed.

    ``reason`` is for people: name the case, not the person. It stands until ``released_at``.
    """

    id: str
    customer: CustomerId
    reason: str
    by: str
    at: datetime
    released_at: datetime | None = None
    released_by: str | None = None

    @property
    def stands(self) -> bool:
        """Whether it has not been released."""
        return self.released_at is None


LEGAL_HOLDS: Final = Kind(
    name="legal_hold",
    of=LegalHold,
    key=("id",),
    indexes=(Index("by_customer", ("customer",)),),
    owner="merging",
)
"""The rows of legal holds, found by the customer they were placed under."""


def decide_hold(group: Group, *, tenant: str, reason: str, by: str, at: datetime) -> ChangeSet:
    """Return what placing a hold on a customer writes; the result holds its id.

    Raises InputError for an empty reason.
    """
    root, why, who = group.root.id, gate_text(reason, "$.reason"), gate_text(by, "$.by")
    if not why.strip():
        raise InputError("found no reason, expected the case", path="$.reason", code="empty")
    held = LegalHold(
        id=derive_id("hld", tenant, root, why, who, instant_text(at)),
        customer=root, reason=why, by=who, at=at,
    )  # fmt: skip
    return _written(held, group)


def decide_release_hold(hold: LegalHold, group: Group, *, by: str, at: datetime) -> ChangeSet:
    """Return what releasing a hold writes; ``group`` is that of its customer.

    The row stays, with who released it. Raises RefusedError (code "already_released").
    """
    if not hold.stands:
        message = "this hold has been released already"
        raise RefusedError(message, code="already_released", hold=hold.id)
    return _written(evolve(hold, released_at=at, released_by=gate_text(by, "$.by")), group)


def _written(hold: LegalHold, group: Group) -> ChangeSet:
    # Marked for matching: what a hold stood against may be done now.
    rows = ChangeSet(puts=(Put(LEGAL_HOLDS, hold),))
    return combine([rows, bumped(group)], result={"hold": hold.id})
