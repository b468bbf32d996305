"""Thread: the events of one source that share a correlation, and whose they are.

An order, its refunds and its parcels are told apart, and not each telling says whose it is. Such an
event is filed under the subject of its thread: that of the event that says one, whichever of them
comes first. Where several do, the one whose event id sorts first is asked, so that the answer
follows from the events alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from attrs import field, frozen

from ecrm_core.customers import SourceKey
from ecrm_core.kernel import Key, Kind, Stored
from ecrm_core.timeline.interaction import Interaction

__all__ = ["THREADS", "Thread", "led", "thread_key", "thread_name", "threads_to_read"]


@frozen(kw_only=True)
class Thread:
    """One thread: whose it is, by which of its events, and whether any event is ``loose``.

    A loose event says no subject. ``subject`` and ``told_by`` are None until an event tells.
    """

    source: str
    correlation: str
    subject: SourceKey | None = field(default=None, repr=False)
    told_by: str | None = None
    loose: bool = False


THREADS: Final = Kind(
    name="thread", of=Thread, key=("source", "correlation"), owner="timeline"
)  # fmt: skip
"""The rows of threads, one for each source and correlation.

Whoever files a loose event, or tells of a new subject, writes the row under its version: so of two
deliveries at once the second sees what the first has told.
"""


def thread_key(told: Interaction) -> Key | None:
    """Return the key of the thread an event belongs to; None for one without a correlation."""
    return None if told.correlation is None else (told.source, told.correlation)


def thread_name(key: Key) -> str:
    """Return what a tombstone knows a thread by."""
    return f"thread:{'/'.join(key)}"


def led(thread: Thread, events: Iterable[Interaction], *, whole: bool = False) -> Thread:
    """Return the thread as it is with these events; ``whole``: they are all of it."""
    told = [one for one in events if one.subject is not None]
    best = min(told, key=lambda one: one.event_id, default=None)
    if best is None and not whole:
        return thread
    kept = not whole and thread.told_by is not None
    if best is None or (kept and (thread.told_by or "") < best.event_id):
        by, subject = (thread.told_by, thread.subject) if kept else (None, None)
    else:
        by, subject = best.event_id, best.subject
    if (by, subject) == (thread.told_by, thread.subject):
        return thread
    return Thread(source=thread.source, correlation=thread.correlation, subject=subject,
                  told_by=by, loose=thread.loose)  # fmt: skip


def threads_to_read(
    arriving: Collection[Interaction],
    held: Mapping[Key, Stored[Interaction]],
    threads: Mapping[Key, Stored[Thread]],
) -> frozenset[Key]:
    """Return the threads all of whose events are needed: their subject may be another now.

    ``held`` are the stored rows of the arriving events, ``threads`` those of all their threads.
    """
    found = set[Key]()
    for told in arriving:
        key = thread_key(told)
        if key is not None and key in threads and _tells_anew(threads[key].value, told):
            found.add(key)
        row = held.get((told.source, told.event_id))
        if row is not None and (was := thread_key(row.value)) != key:
            found.update(one for one in (was, key) if one is not None and one in threads)
    return frozenset(found)


def _tells_anew(thread: Thread, told: Interaction) -> bool:
    if told.subject == thread.subject:
        return False
    if told.event_id == thread.told_by:
        return True
    leads = thread.told_by is None or told.event_id < thread.told_by
    return thread.loose and leads and told.subject is not None
