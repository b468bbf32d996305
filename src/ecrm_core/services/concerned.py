"""Concerned: the customers a set of changes is about, told from its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ecrm_core.customers import HOMES
from ecrm_core.kernel import AnyKind, ChangeSet
from ecrm_core.merging import LEGAL_HOLDS, MERGE_EDGES
from ecrm_core.subscriptions import SUBSCRIPTIONS
from ecrm_core.timeline import INTERACTIONS

__all__ = ["concerned"]

_OF: Mapping[AnyKind, Callable[[Any], tuple[str | None, ...]]] = {
    HOMES: lambda home: (home.root_id,),
    MERGE_EDGES: lambda edge: (edge.loser, edge.winner),
    LEGAL_HOLDS: lambda hold: (hold.customer,),
    INTERACTIONS: lambda told: (told.home_id,),
    SUBSCRIPTIONS: lambda held: (held.customer,),
}


def concerned(changes: ChangeSet) -> tuple[str, ...]:
    """Return the ids of the customers whose rows the set writes.

    Whatever changes a customer writes the row of her root; what hangs on her without doing so is
    an event, a subscription, or said about an address.
    """
    return tuple(sorted(set(_named(changes))))


def _named(changes: ChangeSet) -> Iterator[str]:
    for put in changes.puts:
        of = _OF.get(put.kind)
        if of is not None:
            yield from (id_ for id_ in of(put.value) if id_)
