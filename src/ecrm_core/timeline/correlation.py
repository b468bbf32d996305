"""Correlation: the events of one source that share a correlation, and whose they are.

An order, its refunds and its parcels are told apart, and not each telling says whose it is. Such an
event is filed under the subject of its correlation: that of the event that says one, whichever of
them comes first. Where several do, the one whose event id sorts first is asked, so that the answer
follows from the events alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from attrs import evolve, field, frozen

from ecrm_core.customers import SourceKey
from ecrm_core.kernel import Key, Kind, Stored
from ecrm_core.timeline.interaction import Interaction

__all__ = [
    "CORRELATIONS",
    "Correlation",
    "correlation_key",
    "correlation_name",
    "correlations_to_read",
    "led",
]


@frozen(kw_only=True)
class Correlation:
    """One correlation: whose it is, by which of its events, and whether any event is ``loose``.

    A loose event says no subject. ``subject`` and ``told_by`` are None until an event tells.
    """

    source: str
    correlation: str
    subject: SourceKey | None = field(default=None, repr=False)
    told_by: str | None = None
    loose: bool = False


CORRELATIONS: Final = Kind(
    name="correlation", of=Correlation, key=("source", "correlation"), owner="timeline"
)  # fmt: skip
"""The rows of correlations, one for each source and correlation.

Whoever files a loose event, or tells of a new subject, writes the row under its version: so of two
deliveries at once the second sees what the first has told.
"""


def correlation_key(told: Interaction) -> Key | None:
    """Return the key of the correlation an event belongs to; None for one without a correlation."""
    return None if told.correlation is None else (told.source, told.correlation)


def correlation_name(key: Key) -> str:
    """Return what a tombstone knows a correlation by."""
    return f"correlation:{'/'.join(key)}"


def led(
    correlation: Correlation, events: Iterable[Interaction], *, whole: bool = False
) -> Correlation:
    """Return the correlation as it is with these events; ``whole``: they are all of it."""
    told = [one for one in events if one.subject is not None]
    best = min(told, key=lambda one: one.event_id, default=None)
    if best is None and not whole:
        return correlation
    kept = not whole and correlation.told_by is not None
    if best is None or (kept and (correlation.told_by or "") < best.event_id):
        by, subject = (correlation.told_by, correlation.subject) if kept else (None, None)
    else:
        by, subject = best.event_id, best.subject
    if (by, subject) == (correlation.told_by, correlation.subject):
        return correlation
    return evolve(correlation, subject=subject, told_by=by)


def correlations_to_read(
    arriving: Collection[Interaction],
    held: Mapping[Key, Stored[Interaction]],
    correlations: Mapping[Key, Stored[Correlation]],
) -> frozenset[Key]:
    """Return the correlations all of whose events are needed: their subject may be another now.

    ``held`` are the stored rows of the arriving events, ``correlations`` those of all of these. One
    without a row may have events from before there were any: it is asked where that matters.
    """
    found = set[Key]()
    for told in arriving:
        key, row = correlation_key(told), held.get((told.source, told.event_id))
        if key is not None:
            known = correlations.get(key)
            old = known is None and (told.subject is None or row is not None)
            if old or (known is not None and _tells_anew(known.value, told)):
                found.add(key)
        if row is not None and (was := correlation_key(row.value)) != key:
            found.update(one for one in (was, key) if one is not None and one in correlations)
    return frozenset(found)


def _tells_anew(correlation: Correlation, told: Interaction) -> bool:
    if told.subject == correlation.subject:
        return False
    if told.event_id == correlation.told_by:
        return True
    leads = correlation.told_by is None or told.event_id < correlation.told_by
    return correlation.loose and leads and told.subject is not None
