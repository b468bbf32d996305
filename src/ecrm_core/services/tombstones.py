"""Tombstones: whether somebody was erased, and what makes sure that she is not meanwhile.

One row, the mark, is written anew by every erasure; whoever takes in reads it first and expects it
unchanged. So of an intake and an erasure at once the one that comes second decides again, and sees
the tombstones. Of intakes only one that keeps out whom a link says to be erased writes the mark, so
that others rarely decide again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import frozen

from ecrm_core.customers import (
    SECRET_MARK,
    TOMBSTONES,
    ConsentStatement,
    Tombstone,
    check_secret,
    erased_subject,
    tombstone_id,
)
from ecrm_core.errors import RefusedError
from ecrm_core.kernel import ABSENT, ChangeSet, Expect, Put, Stored
from ecrm_core.ports import Store, read_consents

__all__ = [
    "Erasures",
    "nobody_erased",
    "read_erased_consents",
    "read_erasures",
    "refuse_erased",
]

_EMPTY = Tombstone(id=SECRET_MARK[0])


@frozen(kw_only=True)
class Erasures:
    """Which of the ids that were asked about were erased, as of the mark's ``version``.

    ``secret`` is None while nobody was ever erased.
    """

    version: int = ABSENT
    secret: bytes | None = None
    erased: frozenset[str] = frozenset()

    @property
    def guard(self) -> ChangeSet:
        """The condition that nobody was erased since."""
        return ChangeSet(expects=(Expect(TOMBSTONES, SECRET_MARK, self.version),))

    @property
    def founding(self) -> ChangeSet:
        """The empty mark, where there is none yet.

        A row that is there is expected by many at once, one that is missing by one after the other.
        """
        return ChangeSet() if self.version else ChangeSet(puts=(Put(TOMBSTONES, _EMPTY),))


def read_erasures(store: Store, ids: Iterable[str], *, secret: bytes | None) -> Erasures:
    """Return which of these ids (homes, merges, decisions) were erased.

    They are gone through only where anybody was. Raises DefinitionError (codes "secret_needed" and
    "other_secret") where nobody could tell.
    """
    mark = _mark(store)
    if mark is None or mark.value.mark is None:
        return Erasures(version=mark.version if mark else ABSENT)
    known = check_secret(mark.value, secret, store.tenant)
    names = {tombstone_id(known, store.tenant, id_): id_ for id_ in ids}
    found = store.get_many(TOMBSTONES, [(name,) for name in names])
    erased = frozenset(names[name] for (name,) in found)
    return Erasures(version=mark.version, secret=known, erased=erased)


def nobody_erased(store: Store) -> ChangeSet:
    """Return the condition that nobody is erased from here on, for what is read after it."""
    mark = _mark(store)
    return Erasures(version=mark.version if mark else ABSENT).guard


def _mark(store: Store) -> Stored[Tombstone] | None:
    """Return the mark, which is there once anything was taken in."""
    return store.get_many(TOMBSTONES, [SECRET_MARK]).get(SECRET_MARK)


def refuse_erased(erasures: Erasures, what: str = "this customer") -> None:
    """Raise RefusedError (code "erased") when any of those asked about was erased."""
    if erasures.erased:
        message = f"{what} was erased, and stays so"
        raise RefusedError(message, code="erased")


def read_erased_consents(
    store: Store, subjects: Iterable[str], *, secret: bytes | None
) -> Mapping[str, tuple[ConsentStatement, ...]]:
    """Return the refusals that outlived an erasure, by the address they are about.

    Addresses without one are absent.
    """
    mark = _mark(store)
    if mark is None or mark.value.mark is None:
        return {}
    known = check_secret(mark.value, secret, store.tenant)
    names = {erased_subject(known, store.tenant, subject): subject for subject in subjects}
    found: dict[str, tuple[ConsentStatement, ...]] = {}
    for statement in read_consents(store, sorted(names)):
        subject = names[statement.subject]
        found[subject] = (*found.get(subject, ()), statement)
    return found
