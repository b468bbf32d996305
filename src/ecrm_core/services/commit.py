"""Commit: decide, apply, and decide again when somebody else was first; replays answer at once."""

from __future__ import annotations

from collections.abc import Callable

from attrs import evolve

from ecrm_core.errors import ConflictError, KeyReused, MissingError, RefusedError
from ecrm_core.kernel import REQUESTS, Applied, ChangeSet, Noted, RequestKey
from ecrm_core.ports import Store
from ecrm_core.services.concerned import concerned
from ecrm_core.services.marking import marked_for_segments

__all__ = ["commit"]

_ATTEMPTS = 20


def commit(
    store: Store,
    decide: Callable[[], ChangeSet],
    *,
    key: RequestKey | None = None,
    note: Noted | None = None,
) -> Applied:
    """Apply what ``decide`` returns, loading and deciding anew after a conflict (20 times at most).

    A request key applied before answers with its first result, before anything is decided.
    ``note`` is what the audit tells of it; whom the set is about is added, and so are the marks by
    which the saved segments find whom they have to ask.
    """
    if key and (replayed := _replayed(store, key)):
        return replayed
    attempt = 0
    while True:
        attempt += 1
        try:
            changes = decide().keyed(key)
            if changes.empty:
                return Applied(sequence=0, result=changes.result)
            return store.apply(_noted(marked_for_segments(store, changes), note))
        except (RefusedError, MissingError):
            # The same request at once, and the other was first: "merged already" is its answer.
            if key and (replayed := _replayed(store, key)):
                return replayed
            raise
        except ConflictError as error:
            if error.retry != "operation" or attempt == _ATTEMPTS:
                raise


def _noted(changes: ChangeSet, note: Noted | None) -> ChangeSet:
    """Return the set with its note, unless the decision made one itself."""
    if note is None or changes.note is not None:
        return changes
    return evolve(changes, note=evolve(note, customers=concerned(changes)))


def _replayed(store: Store, key: RequestKey) -> Applied | None:
    found = store.get_many(REQUESTS, [(key.name,)]).get((key.name,))
    if found is None:
        return None
    request = found.value
    if request.params_digest != key.params_digest:
        message = "this request key was used for another request; take a new key"
        raise KeyReused(message, sequence=request.sequence)
    return Applied(sequence=request.sequence, replayed=True, result=request.result)
