"""Delivery: what one payload or page of rows came to: records, consents, and what was refused."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from attrs import frozen

from ecrm_core.customers import ConsentStatement, SourceRecord
from ecrm_core.errors import InputError
from ecrm_core.kernel import Index, Kind, Private, derive_id

__all__ = ["QUARANTINE", "Delivery", "Quarantined", "quarantine"]

_MAX_PAYLOAD = 1024 * 1024


@frozen(kw_only=True, repr=False)
class Quarantined(Private):
    """Input that could not become a record, kept whole, with the place and every reason.

    ``payload`` is ASCII JSON text; None where it was beyond 1 MiB, and then ``length`` and the
    digest in ``id`` are all that stays. ``problems`` are pairs of path and message.
    """

    id: str
    source: str
    place: str
    problems: tuple[tuple[str, ...], ...]
    payload: str | None
    length: int
    received_at: datetime
    attempts: int = 1

    def __repr__(self) -> str:
        """Show the source, the place and what was wrong."""
        problems = "; ".join(": ".join(problem) for problem in self.problems)
        return f"<Quarantined {self.source} {self.place}: {problems}>"


QUARANTINE: Final = Kind(
    name="quarantine",
    of=Quarantined,
    key=("id",),
    indexes=(Index("by_source", ("source", "received_at")),),
    owner="sources",
)


def quarantine(
    source: str, place: str, payload: object, error: InputError, received_at: datetime
) -> Quarantined:
    """Return the refused payload (any JSON value, NUL and lone surrogates too) as a row to keep.

    Its id is derived from source and content: the same bad input twice is one row.
    """
    text = json.dumps(payload, sort_keys=True, default=str)  # ASCII: holds what UTF-8 cannot
    found = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
    inner = error.exceptions if isinstance(error, ExceptionGroup) else (error,)
    problems = tuple((e.path, e.detail) for e in inner if isinstance(e, InputError))
    return Quarantined(
        id=derive_id("qua", source, found),
        source=source,
        place=place,
        problems=problems,
        payload=text if len(text) <= _MAX_PAYLOAD else None,
        length=len(text),
        received_at=received_at,
    )


@frozen(kw_only=True)
class Delivery:
    """One payload or page, read: nothing of it is lost between ``records`` and ``refused``.

    ``rows`` counts the parties in the input (records and refused together). ``mapped`` are the
    leaf paths of the payload that became fields; every other leaf is an ``unmapped.<path>`` cell
    of its record. ``digest`` stands for the input, so that a request key can tell a repetition.
    """

    source: str
    records: tuple[SourceRecord, ...] = ()
    consents: tuple[ConsentStatement, ...] = ()
    refused: tuple[Quarantined, ...] = ()
    mapped: tuple[frozenset[str], ...] = ()
    digest: str = ""

    @property
    def rows(self) -> int:
        """The number of parties in the input."""
        return len(self.records) + len(self.refused)

    def unmapped(self, at: int) -> Mapping[str, object]:
        """Return path and value of what no field took in the record at this place."""
        cells = self.records[at].cells
        prefix = "unmapped."
        return {n.removeprefix(prefix): c.value for n, c in cells.items() if n.startswith(prefix)}


