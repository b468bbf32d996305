"""Freshness: the chance that a thing stated some time ago still holds: half-lives, hard events.

The chance is one half to the power of age over half-life. The age counts from the day of the
statement or of the last confirmation, whichever is later. What a hard event, an end of validity or
an ended employment says comes on top, and holds until a confirmation on a later day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from attrs import frozen

from ecrm_core.customers import (
    ContactPoint,
    FieldValue,
    Profile,
    Relation,
    VerificationState,
)
from ecrm_core.errors import UnknownName
from ecrm_core.quality.decay import (
    chance,
    confirmed_on,
    decay_kind,
    has_ended,
    is_business,
    job_ended_on,
    stamps_of,
)
from ecrm_core.quality.half_lives import DecayKind, EventKind, HalfLives, default_half_lives
from ecrm_core.quality.hard_event import HardEvent, day_of
from ecrm_core.quality.party import Party, party_of

__all__ = ["FRESH_PATHS", "Freshness", "freshness"]

FRESH_PATHS = ("name", "emails", "phones", "handles", "addresses", "relations")
"""The fields that age: "addresses" with the one stated in parts, first; of "relations" the
employments."""
_YEAR = 365
_WORK = {"work", "business", "office"}
_BAD = {
    VerificationState.BOUNCED: EventKind.BOUNCED,
    VerificationState.UNREACHABLE: EventKind.UNREACHABLE,
}


@frozen(kw_only=True)
class Freshness:
    """How sure one value still is, and why; nothing of the value itself.

    ``confidence`` is 0 to 1. ``since`` is the day its age counts from: that of a statement
    ("stated", by ``source``; None: a correction) or a confirmation ("verified"). ``half_life`` is
    in days.
    ``event`` is what ended it, if anything did ("bounced", "expired", "job_ended", ...), and
    ``event_on`` when, if anybody says.
    """

    confidence: float
    path: str
    kind: DecayKind
    since: date
    reset_by: str
    half_life: float
    source: str | None = None
    event: str | None = None
    event_on: date | None = None

    @property
    def percent(self) -> int:
        """The confidence in whole per cent."""
        return round(self.confidence * 100)

    def explain(self) -> str:
        """Return the chain from statement to chance, in words, without personal data."""
        by = f" by {self.source}" if self.source and self.reset_by == "stated" else ""
        years, rest = divmod(self.half_life, _YEAR)
        span = f"{years:g} years" if years and not rest else f"{self.half_life:g} days"
        steps = [
            f"{self.reset_by} {self.since}{by}",
            f"{self.kind.value.replace('_', ' ')}, half-life {span}",
        ]
        if self.event:
            on = f" {self.event_on}" if self.event_on else ""
            steps.append(f"{self.event.replace('_', ' ')}{on}")
        return "; ".join([*steps, f"chance {self.percent} %"])


def freshness(
    party: Party | Profile,
    path: str,
    *,
    as_of: date | None = None,
    half_lives: HalfLives | None = None,
    events: Iterable[HardEvent] = (),
) -> tuple[Freshness, ...]:
    """Return how sure each value under one of FRESH_PATHS still is, in their order.

    Without a day (``as_of``, else that of the party) nothing is said, nor of values nobody dated.
    Ages are whole days; one below 0 counts as 0. Raises UnknownName for another path.
    """
    if path not in FRESH_PATHS:
        raise UnknownName("field that ages", path[:80], FRESH_PATHS)
    held = party_of(party) if isinstance(party, Profile) else party
    day = held.as_of if as_of is None else day_of(as_of)
    if day is None:
        return ()
    lives = half_lives or default_half_lives()
    seen = _Seen(party=held, day=day, lives=lives, events=tuple(events), business=is_business(held))
    return tuple(seen.fresh(path, *stamped) for stamped in stamps_of(held, path))


_End = tuple[float, str, date | None]
"""What is left of the chance, why, and since when."""


@frozen(kw_only=True)
class _Seen:
    """One party on one day, with what happened to it."""

    party: Party
    day: date
    lives: HalfLives
    events: tuple[HardEvent, ...]
    business: bool

    def fresh(self, path: str, value: FieldValue, at: datetime, source: str | None) -> Freshness:
        kind = decay_kind(value)
        confirmed = confirmed_on(value, day_of(at))
        since = max(day_of(at), confirmed or day_of(at))
        half_life = self.lives.days(kind, b2b=self.business)
        ends = [*self._stated_ends(value), *self._told_ends(value, kind, confirmed)]
        left, event, event_on = min(ends, key=lambda end: end[:2], default=(1.0, None, None))
        return Freshness(
            confidence=left * chance(since, self.day, half_life),
            path=path,
            kind=kind,
            since=since,
            reset_by="verified" if confirmed == since else "stated",
            half_life=half_life,
            source=source,
            event=event,
            event_on=event_on,
        )

    def _stated_ends(self, value: FieldValue) -> Iterator[_End]:
        """Go through what the value says itself: a bounce, the end of its days."""
        if isinstance(value, ContactPoint):
            held = value.verification
            if held is not None and held.state in _BAD:
                event = _BAD[held.state]
                yield self.lives.left[event], event.value, held.at and day_of(held.at)
            if value.valid_until is not None and value.valid_until <= self.day:
                yield 0.0, "expired", value.valid_until
        elif isinstance(value, Relation) and has_ended(value, self.day):
            yield 0.0, "job_ended", value.until_on

    def _told_ends(
        self, value: FieldValue, kind: DecayKind, confirmed: date | None
    ) -> Iterator[_End]:
        """Go through what was said of other things: the job it hangs on, hard events."""
        work = self.business and isinstance(value, ContactPoint) and _is_work(value, kind)
        over = job_ended_on(self.party, self.day) if work else None
        if over is not None and (confirmed is None or over >= confirmed):
            yield self.lives.left[EventKind.LEFT_JOB], "job_ended", over
        identity = value.identity if hasattr(value, "identity") else None
        for event in self.events:
            seen = event.on <= self.day and (confirmed is None or event.on >= confirmed)
            if seen and event.ends(kind, identity, work=work):
                yield self.lives.left[event.kind], event.kind.value, event.on


def _is_work(contact: ContactPoint, kind: DecayKind) -> bool:
    """Tell whether it is the employer's: said to be; if nothing is, an own domain or a desk."""
    if contact.purpose is not None:
        return contact.purpose.casefold() in _WORK
    return kind in {DecayKind.EMAIL_OWN, DecayKind.LANDLINE}
