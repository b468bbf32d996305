"""Tombstones: whether somebody was erased, and what makes sure that she is not meanwhile.

A store in which nobody was erased costs one look at a row that is not there. It is expected to be
missing still when the set is applied, and so is each tombstone that was looked for in vain: of an
intake and an erasure at once, whichever comes second finds out. No row that is there is expected,
so no two intakes ever wait for each other.
"""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from ecrm_core.customers import (
    SECRET_MARK,
    TOMBSTONES,
    ConsentStatement,
    check_secret,
    erased_subject,
    tombstone_id,
)
from ecrm_core.errors import RefusedError
from ecrm_core.kernel import ABSENT, ChangeSet, Expect
from ecrm_core.ports import Store, read_consents

__all__ = [
    "Erasures",
    "read_erased_consents",
    "read_erasures",
    "refuse_erased",
]

_UNMARKED = Expect(TOMBSTONES, SECRET_MARK, ABSENT)


@frozen(kw_only=True)
class Erasures:
    """Which of the ids that were asked about were erased, and the conditions that none more are.

    ``secret`` is None while nobody was ever erased.
    """

    tenant: str
    secret: bytes | None = None
    erased: frozenset[str] = frozenset()

    def guard(self, ids: Iterable[str]) -> ChangeSet:
        """Return the condition that none of these is erased when the set is applied."""
        if self.secret is None:
            return ChangeSet(expects=(_UNMARKED,))
        names = sorted({tombstone_id(self.secret, self.tenant, id_) for id_ in ids})
        return ChangeSet(expects=tuple(Expect(TOMBSTONES, (name,), ABSENT) for name in names))


def read_erasures(store: Store, ids: Iterable[str], *, secret: bytes | None) -> Erasures:
    """Return which of these ids (homes, merges, decisions) were erased.

    They are gone through only where anybody was. Raises DefinitionError (codes "secret_needed" and
    "other_secret") where nobody could tell.
    """
    known = _secret_of(store, secret)
    if known is None:
        return Erasures(tenant=store.tenant)
    names = {tombstone_id(known, store.tenant, id_): id_ for id_ in ids}
    found = store.get_many(TOMBSTONES, [(name,) for name in names])
    erased = frozenset(names[name] for (name,) in found)
    return Erasures(tenant=store.tenant, secret=known, erased=erased)


def _secret_of(store: Store, secret: bytes | None) -> bytes | None:
    """Return the secret once anybody was erased, checked; before that None."""
    mark = store.get_many(TOMBSTONES, [SECRET_MARK]).get(SECRET_MARK)
    return None if mark is None else check_secret(mark.value, secret, store.tenant)


def refuse_erased(erasures: Erasures, what: str = "this customer") -> None:
    """Raise RefusedError (code "erased") when any of those asked about was erased."""
    if erasures.erased:
        message = f"{what} was erased, and stays so"
        raise RefusedError(message, code="erased")


def read_erased_consents(
    store: Store, subjects: Iterable[str], *, secret: bytes | None
) -> tuple[ConsentStatement, ...]:
    """Return the refusals about these addresses that outlived an erasure."""
    known = _secret_of(store, secret)
    if known is None:
        return ()
    return read_consents(
        store, [erased_subject(known, store.tenant, subject) for subject in subjects]
    )
