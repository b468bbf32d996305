"""Rerun: a host's unit of work, run again when its transaction could not win."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import sqlalchemy as sa

from ecrm_core.adapters.sqlalchemy.troubles import conflict_of
from ecrm_core.errors import ConflictError, DefinitionError

__all__ = ["collided", "run_in_transaction"]

R = TypeVar("R")


def run_in_transaction(
    engine: sa.Engine, work: Callable[[sa.Connection], R], *, attempts: int = 5
) -> R:
    """Return what ``work`` returns, done in one transaction and committed.

    After a ConflictError the transaction is rolled back and ``work`` runs again from its beginning,
    ``attempts`` (1 or more) times in all; the last error comes out. A deadlock or serialisation
    failure of the host's own statements counts as one; its other errors come out as they are. So
    ``work`` must do nothing that a rollback does not undo: no mail, no call to a payment provider.
    """
    if attempts < 1:
        raise DefinitionError(f"found {attempts} attempts, expected 1 or more", code="attempts")
    attempt = 0
    while True:
        attempt += 1
        try:
            with engine.begin() as connection:
                return work(connection)
        except (ConflictError, sa.exc.DBAPIError) as error:
            conflict = conflict_of(error)
            if conflict is None:
                raise
            if attempt == attempts:
                raise conflict from None


def collided(error: BaseException) -> bool:
    """Tell whether a unit of work that raised this may win when it runs again from its beginning.

    So it is for a ConflictError, and for a deadlock or serialisation failure of the host's own
    statements. For hosts with a loop of their own, around an asynchronous session for instance.
    """
    return conflict_of(error) is not None
