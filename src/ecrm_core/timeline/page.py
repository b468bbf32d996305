"""Page: a part of a customer's history, what it was asked for, and where to go on."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from attrs import field, frozen

from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.kernel import (
    Private,
    canonical_json,
    gate_text,
    html_table,
    loosen,
    mask,
    plain_table,
    utc,
)
from ecrm_core.timeline.interaction import Interaction

__all__ = ["TimelinePage", "TimelineQuery", "cursor_of", "place_of"]

_HEAD: Final = ("at", "kind", "channel", "source", "reference", "amount", "text")
_LONGEST_CURSOR: Final = 4_096


def _names(value: Iterable[str] | str | None) -> frozenset[str] | None:
    if value is None:
        return None
    if not isinstance(value, Iterable):
        message = f"found {type(value).__name__}, expected a name or several"
        raise InputError(message, code="not_names")
    names = (value,) if isinstance(value, str) else tuple(value)
    return frozenset(gate_text(name) for name in names)


def _instant(value: datetime | None) -> datetime | None:
    return None if value is None else utc(value)


def _words(value: str | None) -> tuple[str, ...]:
    return () if value is None else tuple(loosen(gate_text(value, "$.text")).split())


@frozen(kw_only=True, repr=False)
class TimelineQuery(Private):
    """What is asked of a history; a part that is None asks for nothing.

    ``kinds``, ``channels`` and ``sources`` are names, one or several; ``brand`` is one shop.
    ``since`` counts, ``until`` does not. ``text``: all of its words stand in what was written, in
    the reference or the titles of lines, in whatever case, width, kana or accents. Raises
    InputError for naive times.
    """

    kinds: frozenset[str] | None = field(default=None, converter=_names)
    channels: frozenset[str] | None = field(default=None, converter=_names)
    sources: frozenset[str] | None = field(default=None, converter=_names)
    brand: str | None = None
    since: datetime | None = field(default=None, converter=_instant)
    until: datetime | None = field(default=None, converter=_instant)
    words: tuple[str, ...] = field(default=None, converter=_words, alias="text")

    def takes(self, told: Interaction) -> bool:
        """Tell whether the interaction is asked for."""
        return (
            (self.kinds is None or told.kind in self.kinds)
            and (self.channels is None or told.channel in self.channels)
            and (self.sources is None or told.source in self.sources)
            and (self.brand is None or told.brand == self.brand)
            and (self.since is None or told.at >= self.since)
            and (self.until is None or told.at < self.until)
            and (not self.words or self._said_in(told))
        )

    def _said_in(self, told: Interaction) -> bool:
        titles = (line.title for line in told.lines)
        said = loosen(" ".join(filter(None, (told.text, told.reference, *titles))))
        return all(word in said for word in self.words)


@frozen(kw_only=True, repr=False)
class TimelinePage(Private):
    """Interactions of one customer, the newest first; the page is gone through as they are.

    ``following`` goes into ``after`` for the next page; it is None on the last one. It stays good
    whatever is written, merged or undone meanwhile: what comes later in the order comes, once.
    """

    interactions: tuple[Interaction, ...] = ()
    following: str | None = None

    def __iter__(self) -> Iterator[Interaction]:
        """Go through the interactions."""
        return iter(self.interactions)

    def __len__(self) -> int:
        """Return how many there are on this page."""
        return len(self.interactions)

    def table(self, *, masked: bool = True) -> str:
        """Return the page as a plain table."""
        return plain_table(_HEAD, [_row(told, masked=masked) for told in self.interactions])

    def __str__(self) -> str:
        """Return the table, texts and references masked, as the view masks them."""
        return self.table()

    def _repr_html_(self) -> str:
        return html_table(_HEAD, [_row(told, masked=True) for told in self.interactions])


def _row(told: Interaction, *, masked: bool) -> tuple[str, ...]:
    text, reference = told.text or "", told.reference or ""
    amount = "" if told.amount is None else str(told.amount)
    return (
        told.at.isoformat(timespec="minutes"), told.kind, told.channel or "", told.source,
        mask(reference) if masked else reference, amount, mask(text) if masked else text,
    )  # fmt: skip


def cursor_of(told: Interaction) -> str:
    """Return where a page ended, as text for an address: behind this interaction."""
    place = canonical_json([told.recency, told.source, told.event_id])
    return base64.urlsafe_b64encode(place.encode()).decode()


def place_of(cursor: str) -> tuple[str, ...]:
    """Return the place a cursor stands for; DefinitionError for a text that is none."""
    try:
        text = gate_text(cursor, limit=_LONGEST_CURSOR)
        place = json.loads(base64.b64decode(text, altchars=b"-_", validate=True))
        recency, source, event = map(gate_text, place)
    except (ValueError, TypeError, RecursionError):
        message = "found no place in a history, expected `following` of a page before"
        raise DefinitionError(message, code="cursor") from None
    return recency, source, event
