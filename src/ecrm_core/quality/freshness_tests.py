"""Freshness tests: what is old, over, or dated in the future; without a day they ask nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache

from ecrm_core.customers import (
    ContactKind,
    ContactPoint,
    Profile,
    Relation,
    RelationKind,
    SourceRecord,
    VerificationState,
)
from ecrm_core.kernel import Json, canonical_json, parse_json
from ecrm_core.quality.decay import (
    chance,
    confirmed_on,
    decay_kind,
    has_ended,
    is_business,
    job_ended_on,
    place_stated_at,
    stated_at,
)
from ecrm_core.quality.evidence import Evidence, Suggestion
from ecrm_core.quality.half_lives import DecayKind, HalfLives, default_half_lives
from ecrm_core.quality.hard_event import day_of
from ecrm_core.quality.party import Party

__all__ = ["FRESHNESS_TESTS"]

Params = Mapping[str, Json]
Yields = Iterable[Evidence | Suggestion]
_PATHS: Mapping[ContactKind | RelationKind, str] = {
    ContactKind.EMAIL: "emails",
    ContactKind.PHONE: "phones",
    RelationKind.WORKS_FOR: "relations",
}
_DEAD = frozenset({VerificationState.BOUNCED, VerificationState.UNREACHABLE})
_SURE = 0.5


@lru_cache(maxsize=64)
def _read(text: str) -> HalfLives:
    return HalfLives.from_json(parse_json(text))


def _lives(params: Params) -> HalfLives:
    given = params.get("half_lives")
    return default_half_lives() if given is None else _read(canonical_json(given))


def _below(params: Params) -> float:
    return float(params.get("below", _SURE))


def _contact_old(value: ContactPoint, record: Party, params: Params) -> Yields:
    """Ask how likely it still works by age alone; what is known not to work is another rule's."""
    bad = value.verification is not None and value.verification.state in _DEAD
    if record.as_of is None or value.normalised is None or bad:
        return
    yield from _old(value, record, record.as_of, params)


def _job_old(value: Relation, record: Party, params: Params) -> Yields:
    day = record.as_of
    if day is not None and value.kind is RelationKind.WORKS_FOR and not has_ended(value, day):
        yield from _old(value, record, day, params)


def _old(
    value: ContactPoint | Relation, record: Party, day: date, params: Params
) -> Iterator[Evidence]:
    path = _PATHS.get(value.kind, "handles")
    at = stated_at(record, path, value)
    if at is None:
        return
    stated = day_of(at)
    since = max(stated, confirmed_on(value, stated) or stated)
    lives, below = _lives(params), _below(params)
    if chance(since, day, lives.shortest) >= below:
        return  # young by any half-life: which one it is need not be found out
    held = chance(since, day, lives.days(decay_kind(value), b2b=is_business(record)))
    if held < below:
        yield Evidence(facts={"percent": round(held * 100)})


def _address_old(value: Party, _: Party, params: Params) -> Yields:
    """Ask of the address stated last: an old one beside a new one is history."""
    at = value.as_of and place_stated_at(value)
    if at is None or value.as_of is None:
        return
    half_life = _lives(params).days(DecayKind.ADDRESS, b2b=is_business(value))
    held = chance(day_of(at), value.as_of, half_life)
    if held < _below(params):
        yield Evidence(facts={"percent": round(held * 100)})


def _job_ended(value: Relation, record: Party, _: Params) -> Yields:
    """Find the last employment over while its title or the organisation still stands there."""
    if record.as_of is None or value.kind is not RelationKind.WORKS_FOR:
        return
    over = job_ended_on(record, record.as_of)
    shown = value.title or record.organisation is not None
    if over is not None and value.until_on == over and shown:
        yield Evidence()


def _expired(value: Party, _: Party, __: Params) -> Yields:
    if value.as_of is None:
        return
    for path in ("emails", "phones", "handles"):
        for contact in value.fields.get(path, ()):
            if contact.valid_until is not None and contact.valid_until <= value.as_of:
                yield Evidence(facts={"field": path})


def _future(value: Party, _: Party, params: Params) -> Yields:
    """Find what is dated after the day, and the ``days`` that two zones may lie apart."""
    if value.as_of is None or value.origin is None:
        return
    last = value.as_of.toordinal() + int(params.get("days", 1))
    later = [at for at in _instants(value.origin) if at.toordinal() > last]
    if later:
        on = max(at.toordinal() for at in later)
        yield Evidence(facts={"count": len(later), "on": date.fromordinal(on).isoformat()})


def _instants(origin: SourceRecord | Profile) -> list[datetime]:
    if isinstance(origin, Profile):
        return [held.observed_at for chosen in origin.fields.values() for held in chosen]
    return [cell.observed_at for cell in origin.cells.values()]


FRESHNESS_TESTS: Mapping[str, Callable[..., Yields]] = {
    "address_old": _address_old,
    "contact_expired": _expired,
    "contact_old": _contact_old,
    "job_ended": _job_ended,
    "job_old": _job_old,
    "stated_in_future": _future,
}
"""The tests of this file by name."""
