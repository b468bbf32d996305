"""Matter: something that is open for a while: a cart, a ticket, an invoice, a return.

The events of a matter share source and correlation; the latest of them tells whether it is open,
unless one ended it for good. An order may have several returns: what an event says of one names it
in its id, ``return/<id>/<state>``, and all others are one return.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from attrs import frozen

from ecrm_core.timeline.interaction import Interaction
from ecrm_core.timeline.kinds import KINDS_OF_EVENTS, MATTERS, MatterKind

__all__ = ["Matter", "Thread", "matter_of", "thread_of"]

_ONE_RETURN: Final = re.compile(r"return/([^/]+)/[^/]+")


@frozen(kw_only=True)
class Thread:
    """How a matter stands, as facts keep it: when it was opened first, and its latest event."""

    at: datetime
    kind: str
    event: str
    opened_at: datetime | None = None

    def plus(self, other: Thread) -> Thread:
        """Return what both say together."""
        latest = max(self, other, key=_rank)
        opened = [at for at in (self.opened_at, other.opened_at) if at is not None]
        return Thread(
            at=latest.at, kind=latest.kind, event=latest.event, opened_at=min(opened, default=None)
        )


def _rank(thread: Thread) -> tuple[bool, datetime, bool, str, str]:
    # At one instant what closes a matter is the last word.
    closes = not _opens(thread.kind)
    return _ends(thread.kind), thread.at, closes, thread.kind, thread.event


def _ends(kind: str) -> bool:
    known = KINDS_OF_EVENTS.get(kind)
    return known is not None and known.final


def _opens(kind: str) -> bool:
    known = KINDS_OF_EVENTS.get(kind)
    return known is not None and known.opens is not None


@frozen(kw_only=True)
class Matter:
    """A matter of a customer: what it is, since when, and whether it is open.

    ``source`` and ``correlation`` find all its events, ``source`` and ``last_event`` the latest.
    ``part`` tells the returns of one order apart: the id of each, where events say it.
    ``opened_at`` is the first event that opens it, None where none was told.
    """

    kind: MatterKind
    source: str
    correlation: str
    opened_at: datetime | None
    last_at: datetime
    last_kind: str
    last_event: str
    part: str | None = None

    @property
    def open(self) -> bool:
        """Whether somebody may have to see to it."""
        return _opens(self.last_kind)

    @property
    def closed_at(self) -> datetime | None:
        """When it was closed, as far as it is."""
        return None if self.open else self.last_at


def thread_of(interaction: Interaction) -> tuple[str, Thread] | None:
    """Return the name of the matter an interaction belongs to and what it says; None: to none."""
    matter = MATTERS.get(interaction.kind)
    if matter is None:
        return None
    at, kind, event = interaction.at, interaction.kind, interaction.event_id
    name = f"{matter.value}/{interaction.source}/{_own(interaction, matter)}"
    opened_at = at if _opens(kind) else None
    return name, Thread(at=at, kind=kind, event=event, opened_at=opened_at)


def _own(interaction: Interaction, matter: MatterKind) -> str:
    """Return what a matter is called among those of its kind and source."""
    own = interaction.correlation or interaction.event_id
    if matter is not MatterKind.RETURN:
        return own
    found = _ONE_RETURN.fullmatch(interaction.event_id)
    return f"{found[1] if found else ''}/{own}"


def matter_of(name: str, thread: Thread) -> Matter:
    """Return the matter of this name."""
    word, source, own = name.split("/", 2)  # neither kinds nor sources have a slash
    kind = MatterKind(word)
    part, _, correlation = own.partition("/") if kind is MatterKind.RETURN else ("", "", own)
    return Matter(
        kind=kind, source=source, correlation=correlation, part=part or None,
        opened_at=thread.opened_at, last_at=thread.at, last_kind=thread.kind,
        last_event=thread.event,
    )  # fmt: skip
