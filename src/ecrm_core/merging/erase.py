"""Erase: deciding what is left of a customer: keyed hashes that keep her from coming back.

Her rows go, whatever they are. A refusal of contact stays with the address, under a keyed hash of
it, dated as of the erasure: nothing that was known before brings a grant back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from attrs import field, frozen

from ecrm_core.customers import (
    CONSENTS,
    TOMBSTONES,
    ConsentState,
    ConsentStatement,
    Group,
    Tombstone,
    decide_contact,
    erased_subject,
    marked,
    secret_mark,
    tombstone_id,
)
from ecrm_core.errors import RefusedError
from ecrm_core.kernel import AnyKind, ChangeSet, CustomerId, Drop, Key, Noted, Put
from ecrm_core.merging.hold import LegalHold

__all__ = ["Erasing", "decide_erase"]

_REFUSED = frozenset({"refused", "person_refused"})


@frozen(kw_only=True)
class Erasing:
    """A customer with all that an erasure needs, the group read first.

    ``rows`` are all of hers by Kind. ``said`` holds for each of her addresses the statements that
    count there and go with her: about herself and, where nobody else holds it, about the address.
    ``undos`` are the ids of her merges and of decisions about her, ``correlations`` the names of
    those of her events: what comes later of one of them is hers. ``near`` are the customers she was
    proposed to be one with: matching looks at them anew.
    """

    group: Group
    rows: Sequence[tuple[AnyKind, Key]]
    holds: Sequence[LegalHold] = ()
    said: Mapping[str, Sequence[ConsentStatement]] = field(factory=dict)
    undos: Collection[str] = ()
    correlations: Collection[str] = ()
    near: Collection[CustomerId] = ()


def decide_erase(
    erasing: Erasing, *, tenant: str, secret: bytes, by: str, at: datetime, reason: str
) -> ChangeSet:
    """Return what erasing a customer writes; the result counts the rows dropped, by Kind.

    Raises RefusedError (code "legal_hold") while a legal hold stands.
    """
    held = [hold.id for hold in erasing.holds if hold.stands]
    if held:
        message = "a legal hold stands on this customer: release it first"
        raise RefusedError(message, code="legal_hold", holds=held)
    names = [tombstone_id(secret, tenant, home.id) for home in erasing.group.homes]
    undos = [tombstone_id(secret, tenant, id_) for id_ in (*erasing.undos, *erasing.correlations)]
    kept = (Tombstone(id=name) for name in sorted({*names, *undos}))
    refusals = _refusals(erasing, tenant=tenant, secret=secret, at=at)
    return ChangeSet(
        puts=(
            *(Put(TOMBSTONES, row) for row in (secret_mark(secret, tenant), *kept)),
            *(Put(CONSENTS, said) for said in refusals),
            *(marked(id_) for id_ in sorted(erasing.near)),
        ),
        drops=tuple(Drop(kind, key) for kind, key in erasing.rows),
        expects=(erasing.group.expect,),
        result={"rows": _counts(kind for kind, _ in erasing.rows), "tombstones": len(names)},
        note=Noted(verb="erase", at=at, by=by, case=reason, customers=tuple(sorted(names))),
    )


def _counts(kinds: Iterable[AnyKind]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for kind in kinds:
        counts[kind.name] = counts.get(kind.name, 0) + 1
    return dict(sorted(counts.items()))


def _refusals(
    erasing: Erasing, *, tenant: str, secret: bytes, at: datetime
) -> Iterator[ConsentStatement]:
    """Go through what is refused at each of her addresses, by herself or about the address."""
    for subject, told in sorted(erasing.said.items()):
        name = erased_subject(secret, tenant, subject)
        for channel, purpose in sorted({(said.channel, said.purpose) for said in told}):
            # What is dated later than now counts when its time has come.
            last = max(said.at for said in told if said.purpose == purpose)
            for when in sorted({at, max(at, last)}):
                for brand in _refusing(told, channel, purpose, when):
                    yield ConsentStatement(
                        subject=name, channel=channel, purpose=purpose, at=when,
                        state=ConsentState.REFUSED, source="erasure", brand=brand,
                    )  # fmt: skip


def _refusing(
    told: Sequence[ConsentStatement], channel: str, purpose: str, at: datetime
) -> Iterator[str | None]:
    """Go through the brands that are refused, and None where the account as a whole is.

    What one brand is refused is refused to all: her grants to the others went with her.
    """
    brands = sorted({said.brand for said in told if said.brand is not None})
    for brand in (None, *brands):
        verdict = decide_contact(told, channel=channel, purpose=purpose, at=at, brand=brand)
        if verdict.reasons[0].code in _REFUSED:
            yield brand
