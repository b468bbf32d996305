"""Tombstone: that somebody was erased, told by a keyed hash alone, so that she stays erased.

Nobody without the secret can tell who it was, or find out by trying. Whoever has the secret, and
meets her id again, knows. The first tombstone of a store comes with a mark made with the secret, so
that another secret is noticed.
"""

from __future__ import annotations

from typing import Final

from attrs import frozen

from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import Key, Kind, keyed_id

__all__ = [
    "ERASED",
    "SECRET_MARK",
    "TOMBSTONES",
    "Tombstone",
    "check_secret",
    "erased_subject",
    "secret_mark",
    "tombstone_id",
]

ERASED: Final = "erased:"
"""How the subject of a statement about an address begins of which the keyed hash alone is kept."""
SECRET_MARK: Final[Key] = ("secret",)
"""The key of the row that holds the mark of the secret."""


@frozen(kw_only=True)
class Tombstone:
    """One erased home, merge or decision, by the keyed hash of its id; or the secret's ``mark``.

    The mark is None until somebody is erased.
    """

    id: str
    mark: str | None = None


TOMBSTONES: Final = Kind(name="tombstone", of=Tombstone, key=("id",), owner="customers")
"""The rows of tombstones; that of the mark is written anew by every erasure."""


def tombstone_id(secret: bytes, tenant: str, id_: str) -> str:
    """Return what stands for the id of a home, a merge or a decision once it is erased."""
    return keyed_id("tmb", secret, "tombstone", tenant, id_)


def erased_subject(secret: bytes, tenant: str, subject: str) -> str:
    """Return what stands for the subject of an address in a refusal that outlives an erasure."""
    return ERASED + keyed_id("adr", secret, "address", tenant, subject)


def secret_mark(secret: bytes, tenant: str) -> Tombstone:
    """Return the row by which another secret is noticed."""
    return Tombstone(id=SECRET_MARK[0], mark=keyed_id("mrk", secret, "mark", tenant))


def check_secret(mark: Tombstone, secret: bytes | None, tenant: str) -> bytes:
    """Return the secret when it is the one the tombstones were made with.

    Raises DefinitionError (codes "secret_needed" and "other_secret"): without it nobody could tell
    who was erased, and they would come back.
    """
    if secret is None:
        message = (
            "customers of this store were erased, and only the secret tells who: open it with "
            "the secret it had then, Crm.open(..., secret=...)"
        )
        raise DefinitionError(message, code="secret_needed")
    if mark != secret_mark(secret, tenant):
        message = "this is not the secret that customers of this store were erased under"
        raise DefinitionError(message, code="other_secret")
    return secret
