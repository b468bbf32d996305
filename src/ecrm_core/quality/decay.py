"""Decay: what ages at which pace, since when, and whether an employment has ended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from functools import lru_cache

from ecrm_core.customers import (
    CLEARED,
    Address,
    ContactKind,
    ContactPoint,
    FieldValue,
    PersonName,
    Profile,
    Relation,
    RelationKind,
    VerificationState,
    phone_type,
)
from ecrm_core.quality.data import load_data
from ecrm_core.quality.half_lives import DecayKind
from ecrm_core.quality.hard_event import day_of
from ecrm_core.quality.party import Party

__all__ = [
    "chance",
    "confirmed_on",
    "decay_kind",
    "has_ended",
    "is_business",
    "job_ended_on",
    "jobs_of",
    "place_stated_at",
    "stamps_of",
    "stated_at",
]

Stamp = tuple[datetime, str | None]
_DESKS = frozenset({
    "fixed_line", "toll_free", "premium_rate", "shared_cost", "voip", "uan", "voicemail",
})  # fmt: skip
_PARTS = ("country", "lines", "locality", "area", "postal_code", "raw")
_PLACE = ("addresses", *(f"address.{part}" for part in _PARTS))


def decay_kind(value: FieldValue) -> DecayKind:
    """Return at which pace a value ages; a phone nothing is known of ages as a mobile one."""
    if isinstance(value, Address):
        return DecayKind.ADDRESS
    if isinstance(value, Relation):
        return DecayKind.EMPLOYMENT
    if not isinstance(value, ContactPoint):
        return DecayKind.NAME
    if value.kind is ContactKind.EMAIL:
        domain = (value.normalised or "").rpartition("@")[2]
        return DecayKind.EMAIL_FREE if domain in _free_domains() else DecayKind.EMAIL_OWN
    if value.kind is ContactKind.PHONE:
        return DecayKind.LANDLINE if phone_type(value) in _DESKS else DecayKind.MOBILE
    return DecayKind.HANDLE


def confirmed_on(value: FieldValue, stated: date) -> date | None:
    """Return when it was found to work; a confirmation nobody dated counts from the statement."""
    held = value.verification if isinstance(value, ContactPoint) else None
    if held is None or held.state is not VerificationState.CONFIRMED:
        return None
    return stated if held.at is None else day_of(held.at)


def chance(since: date, day: date, half_life: float) -> float:
    """Return one half to the power of age over half-life; an age below 0 counts as 0."""
    return float(0.5 ** (max(0, (day - since).days) / half_life))


@lru_cache(maxsize=1)
def _free_domains() -> frozenset[str]:
    return frozenset(load_data("mail_domains")["domains"])


def jobs_of(party: Party) -> list[Relation]:
    """Return the employments of a party, ended ones too."""
    held = party.fields.get("relations", ())
    return [relation for relation in held if relation.kind is RelationKind.WORKS_FOR]


def is_business(party: Party) -> bool:
    """Tell whether the party is or stands for an organisation: it names one, or an employer."""
    fields = party.fields
    if "organisation.legal" in fields or "organisation.trading" in fields:
        return True
    return "relations" in fields and bool(jobs_of(party))


def job_ended_on(party: Party, day: date) -> date | None:
    """Return when the last employment ended; None when one goes on, or none is known."""
    jobs = jobs_of(party)
    ends = [job.until_on for job in jobs if job.until_on is not None and has_ended(job, day)]
    return max(ends) if ends and len(ends) == len(jobs) else None


def has_ended(relation: Relation, day: date) -> bool:
    """Tell whether a relation is over on a day; ``until_on`` is the first day without it."""
    return relation.until_on is not None and relation.until_on <= day


def stamps_of(party: Party, path: str) -> Iterator[tuple[FieldValue, datetime, str | None]]:
    """Go through the values that age under a path, each with its instant and source."""
    if path == "name":
        yield from _name(party)
    elif path == "addresses":
        yield from _flat_address(party)
        yield from _listed(party, path)
    elif path == "relations":
        yield from (held for held in _listed(party, path) if held[0].kind is RelationKind.WORKS_FOR)
    else:
        yield from (held for held in _listed(party, path) if held[0].normalised is not None)


def stated_at(party: Party, path: str, value: FieldValue) -> datetime | None:
    """Return when this very element of a list was stated; None where nobody says."""
    if isinstance(party.origin, Profile):
        held = party.origin.fields.get(path, ())
        return next((one.observed_at for one in held if one.value is value), None)
    return party.origin.cells[path].observed_at if party.origin and path in party.fields else None


def place_stated_at(party: Party) -> datetime | None:
    """Return when an address was last stated, in parts or in a list; None without one."""
    fields, origin = party.fields, party.origin
    found = [name for name in _PLACE if name in fields]
    if origin is None or not found or found == ["address.country"]:
        return None
    if isinstance(origin, Profile):
        return max(held.observed_at for name in found for held in origin.fields[name])
    return max(origin.cells[name].observed_at for name in found)


def _listed(party: Party, path: str) -> Iterator[tuple[FieldValue, datetime, str | None]]:
    origin = party.origin
    if isinstance(origin, Profile):
        for held in origin.fields.get(path, ()):
            yield held.value, held.observed_at, held.source.source if held.source else None
    elif origin is not None:
        cell = origin.cells.get(path)
        if cell is not None and cell.value is not CLEARED:
            for value in cell.value:
                yield value, cell.observed_at, origin.key.source


def _flat_address(party: Party) -> Iterator[tuple[Address, datetime, str | None]]:
    """Return the address stated in parts, as of its latest part, if it says where."""
    held = {part: _stamp(party, f"address.{part}") for part in _PARTS}
    known = [stamp for stamp in held.values() if stamp]
    parts = {p: party.fields[f"address.{p}"][0] for p in _PARTS if f"address.{p}" in party.fields}
    if known and parts.keys() - {"country"}:
        yield Address(**parts), *max(known, key=_when)


def _name(party: Party) -> Iterator[tuple[PersonName, datetime, str | None]]:
    names = [name for name in party.fields if name.startswith("name.")]
    known = [stamp for name in names if (stamp := _stamp(party, name))]
    if known and party.name is not None:
        yield party.name, *max(known, key=_when)


def _when(stamp: Stamp) -> datetime:
    return stamp[0]


def _stamp(party: Party, name: str) -> Stamp | None:
    """Return when and by whom the value of a field of one value was stated."""
    origin = party.origin
    if isinstance(origin, Profile):
        held = origin.fields.get(name)
        if not held:
            return None
        return held[0].observed_at, held[0].source.source if held[0].source else None
    if origin is None or name not in party.fields:
        return None
    return origin.cells[name].observed_at, origin.key.source
