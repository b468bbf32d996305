"""Guards: a plugin's reader or policy, called so that what it does wrong is told by its name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ecrm_core.errors import EcrmError
from ecrm_core.kernel import call_plugged, plugin_fault
from ecrm_core.sources import Delivery, Reader

if TYPE_CHECKING:
    from ecrm_core.customers.policy import Candidate, Params, Ranking

__all__ = ["guarded_ranking", "guarded_reader"]


def guarded_reader(name: str, reader: Reader, *, origin: str) -> Reader:
    """Return the reader; what it raises beside errors of this library is a PluginError."""
    entry = f"the source {name!r}"

    def read(body: bytes, *, received_at: datetime, region: str | None) -> Delivery:
        found = call_plugged(_answer, reader, body, received_at, region, entry=entry, origin=origin)
        if isinstance(found, EcrmError):  # bytes of another format: said as a reader should
            raise found
        if not isinstance(found, Delivery):
            what = f"returned {type(found).__name__}, expected a Delivery"
            raise plugin_fault(what, entry=entry, origin=origin)
        return found

    return read


def _answer(reader: Reader, body: bytes, received_at: datetime, region: str | None) -> object:
    try:
        return reader(body, received_at=received_at, region=region)
    except EcrmError as error:
        return error


def guarded_ranking(name: str, ranking: Ranking, *, origin: str) -> Ranking:
    """Return the ranking; PluginError where it raises, or its keys cannot be compared."""
    entry = f"the survivorship policy {name!r}"

    def rank(candidates: Sequence[Candidate], params: Params) -> Callable[[Candidate], Any]:
        key = call_plugged(ranking, candidates, params, entry=entry, origin=origin)
        if not callable(key):
            what = f"returned {type(key).__name__}, expected a function"
            raise plugin_fault(what, entry=entry, origin=origin)

        def keyed(candidate: Candidate) -> object:
            return call_plugged(key, candidate, entry=entry, origin=origin)

        call_plugged(sorted, [keyed(each) for each in candidates], entry=entry, origin=origin)
        return keyed

    return rank
