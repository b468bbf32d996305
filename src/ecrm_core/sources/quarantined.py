"""Quarantined: input that could not become a record, kept whole until it can, or somebody looks."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Final

from attrs import field, frozen

from ecrm_core.customers.keys import external_id
from ecrm_core.errors import InputError
from ecrm_core.kernel import Index, Kind, Private, derive_id

__all__ = ["QUARANTINE", "Quarantined", "quarantine", "quarantine_unread", "written"]

_MAX_PAYLOAD = 1024 * 1024


def _named(party: object) -> str | None:
    """Return the source's id of somebody; None for what can be none ("", a NUL): it is nobody's."""
    try:
        return None if party is None else external_id(party)
    except InputError:
        return None


@frozen(kw_only=True, repr=False)
class Quarantined(Private):
    """Input that could not become a record, kept whole, with the place and every reason.

    ``payload`` is ASCII JSON text; None where it was beyond 1 MiB, and then ``length`` and the
    digest in ``id`` are all that stays. ``problems`` are pairs of path and message, as of the last
    of the ``attempts`` to read it again. ``party`` is the source's id of whom it is about, where
    that much could be read.
    """

    id: str
    source: str
    place: str
    problems: tuple[tuple[str, ...], ...]
    payload: str | None
    length: int
    received_at: datetime
    attempts: int = 0
    party: str | None = field(default=None, converter=_named)

    def __repr__(self) -> str:
        """Show the source, the place and what was wrong."""
        problems = "; ".join(": ".join(problem) for problem in self.problems)
        return f"<Quarantined {self.source} {self.place}: {problems}>"


QUARANTINE: Final = Kind(
    name="quarantine",
    of=Quarantined,
    key=("id",),
    indexes=(Index("by_source", ("source", "received_at")), Index("by_party", ("source", "party"))),
    format=2,
    upgrades={1: dict},  # the party was not kept then
    owner="sources",
)
"""The rows of Quarantined."""


def quarantine(
    source: str,
    place: str,
    payload: object,
    *,
    error: InputError,
    received_at: datetime,
    party: str | None = None,
) -> Quarantined:
    """Return the refused payload (any JSON value, NUL and lone surrogates too) as a row to keep.

    Its id is derived from source and content: the same bad input twice is one row.
    """
    text = written(payload)
    content = f"{place}: {error}" if text is None else text
    found = hashlib.blake2b(content.encode(errors="surrogatepass"), digest_size=16).hexdigest()
    return quarantine_unread(
        source, place, error=error, received_at=received_at, found=found, length=len(text or ""),
        payload=text if text is None or len(text) <= _MAX_PAYLOAD else None, party=party,
    )  # fmt: skip


def written(payload: object) -> str | None:
    """Return any value as JSON text, in ASCII, which holds what UTF-8 cannot.

    None for what has no JSON at all: a circle, a number or a nesting beyond Python's own limits.
    """
    for sort_keys in (True, False):  # names of several types have no order
        try:
            return json.dumps(payload, sort_keys=sort_keys, default=str)
        except TypeError:
            continue
        except (ValueError, RecursionError):
            break
    return None


def quarantine_unread(
    source: str,
    place: str,
    *,
    error: InputError,
    received_at: datetime,
    found: str,
    length: int,
    payload: str | None = None,
    party: str | None = None,
) -> Quarantined:
    """Return a row for input too large to hold: its digest ``found`` and length are all we keep."""
    inner = error.exceptions if isinstance(error, ExceptionGroup) else (error,)
    problems = tuple((e.path, e.detail) for e in inner if isinstance(e, InputError))
    return Quarantined(
        id=derive_id("qua", source, found),
        source=source,
        place=place,
        problems=problems,
        payload=payload,
        length=length,
        received_at=received_at,
        party=party,
    )
