"""Audit: who did what and when, one row for every set applied by a verb, without any value.

What stands in an entry names nobody. Whom a set was about, and why, stands in rows of its own, one
for each customer, so that it can be taken away with her and the entry stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from attrs import field, frozen

from ecrm_core.kernel.codec import recency_text
from ecrm_core.kernel.gates import gate_text
from ecrm_core.kernel.kinds import Index, Kind

__all__ = ["AUDIT", "AUDIT_LINKS", "AuditEntry", "AuditLink", "Noted"]

_LONGEST = 1_000_000  # characters: whatever the row takes that the reason is given for

NAMED: Final = 50
"""Customers whom a set names one by one; of more it tells the number, unless it has a key."""


def _text(text: str | None) -> str | None:
    return None if text is None else gate_text(text, limit=_LONGEST)


@frozen(kw_only=True)
class Noted:
    """What a set of changes is to be remembered by: the verb, who, when, why, and about whom.

    ``why`` is what a person gave as the reason; it is kept with the one customer the set is about,
    and goes with her. ``case`` is a reason that stays for ever: it names the case, and nobody.
    """

    verb: str
    at: datetime
    by: str | None = field(default=None, converter=_text)
    why: str | None = field(default=None, converter=_text, repr=False)
    case: str | None = field(default=None, converter=_text)
    customers: tuple[str, ...] = ()


@frozen(kw_only=True)
class AuditEntry:
    """One applied set: how many rows of which Kinds it wrote and dropped, and fields by name.

    ``id`` is made of the sequence the set was applied under: the last one is the least.
    ``customers`` counts those it was about.
    """

    id: str
    verb: str
    at: datetime
    by: str | None = None
    case: str | None = None
    written: Mapping[str, int] = field(factory=dict)
    dropped: Mapping[str, int] = field(factory=dict)
    fields: tuple[str, ...] = ()
    customers: int = 0

    @property
    def recency(self) -> str:
        """Text that sorts the newest first."""
        return recency_text(self.at)


@frozen(kw_only=True)
class AuditLink:
    """That an entry is about a customer (her id), why, and under which request key it came."""

    customer: str
    entry: str
    at: datetime
    why: str | None = field(default=None, repr=False)
    request: str | None = field(default=None, repr=False)

    @property
    def recency(self) -> str:
        """Text that sorts the newest first."""
        return recency_text(self.at)


AUDIT: Final = Kind(
    name="audit",
    of=AuditEntry,
    key=("id",),
    indexes=(Index("by_time", ("recency",)),),
    insert_only=True,
    owner="kernel",
)
"""The rows of entries, newest first by time."""
AUDIT_LINKS: Final = Kind(
    name="audit_link",
    of=AuditLink,
    key=("customer", "recency", "entry"),
    indexes=(Index("by_time", ("recency",)),),
    insert_only=True,
    owner="kernel",
)
"""The rows of links: the entries about a customer, newest first."""
