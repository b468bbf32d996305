"""Half-lives: how fast each kind of statement ages, and what a hard event leaves of it, as data."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from functools import lru_cache
from math import isfinite
from types import MappingProxyType
from typing import TypeVar

from attrs import field, frozen

from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import Json, member_of
from ecrm_core.quality.data import load_data
from ecrm_core.quality.rule import known_keys

__all__ = ["DecayKind", "EventKind", "HalfLives", "default_half_lives"]

E = TypeVar("E", bound=Enum)
_MOST = 1e6  # days: some 2,700 years


class DecayKind(Enum):
    """What ages at one pace.

    EMAIL_FREE is a mailbox at one of the providers of quality/data/mail_domains.json, EMAIL_OWN at
    any other domain: an employer's, a school's, one's own.
    """

    EMAIL_FREE = "email_free"
    EMAIL_OWN = "email_own"
    MOBILE = "mobile"
    LANDLINE = "landline"
    HANDLE = "handle"
    ADDRESS = "address"
    EMPLOYMENT = "employment"
    NAME = "name"


class EventKind(Enum):
    """What puts an end to a statement at once, however young it is."""

    BOUNCED = "bounced"
    UNREACHABLE = "unreachable"
    MAIL_RETURNED = "mail_returned"
    LEFT_JOB = "left_job"
    COMPANY_SOLD = "company_sold"
    COMPANY_CLOSED = "company_closed"
    MOVED = "moved"
    DECEASED = "deceased"


def _fixed_days(given: Mapping[DecayKind, float]) -> Mapping[DecayKind, float]:
    return MappingProxyType(dict(given))


def _fixed_shares(given: Mapping[EventKind, float]) -> Mapping[EventKind, float]:
    return MappingProxyType(dict(given))


def _own_b2c() -> dict[DecayKind, float]:
    return {member_of(DecayKind, k): v for k, v in load_data("half_lives")["b2c"].items()}


def _own_b2b() -> dict[DecayKind, float]:
    return {member_of(DecayKind, k): v for k, v in load_data("half_lives")["b2b"].items()}


def _own_left() -> dict[EventKind, float]:
    return {member_of(EventKind, k): v for k, v in load_data("half_lives")["left"].items()}


@frozen(kw_only=True)
class HalfLives:
    """Half-lives in days (above 0, at most 1,000,000), of people and of organisations' people.

    ``left`` is the share of the chance (0 to 1) that a hard event leaves. The defaults are
    assumptions (quality/data/half_lives.json). Raises DefinitionError for a value that is missing,
    no number or out of bounds.
    """

    b2c: Mapping[DecayKind, float] = field(factory=_own_b2c, converter=_fixed_days, hash=False)
    b2b: Mapping[DecayKind, float] = field(factory=_own_b2b, converter=_fixed_days, hash=False)
    left: Mapping[EventKind, float] = field(factory=_own_left, converter=_fixed_shares, hash=False)

    shortest: float = field(init=False, eq=False, repr=False, default=0.0)
    """The shortest of them all, in days: what is still sure by it is sure by any."""

    def __attrs_post_init__(self) -> None:
        """Refuse what is no half-life, and no share."""
        for days in (self.b2c, self.b2b):
            _check(days, DecayKind, above=0.0, most=_MOST)
        _check(self.left, EventKind, above=None, most=1.0)
        shortest = min(*self.b2c.values(), *self.b2b.values())
        object.__setattr__(self, "shortest", float(shortest))

    def days(self, kind: DecayKind, *, b2b: bool = False) -> float:
        """Return the half-life of a kind in days."""
        return (self.b2b if b2b else self.b2c)[kind]

    def to_json(self) -> dict[str, Json]:
        """Return the half-lives as JSON values."""
        return {
            "b2c": {kind.value: days for kind, days in self.b2c.items()},
            "b2b": {kind.value: days for kind, days in self.b2b.items()},
            "left": {kind.value: share for kind, share in self.left.items()},
        }

    @classmethod
    def from_json(cls, data: Json) -> HalfLives:
        """Return the half-lives of their JSON; what is not said is as by default."""
        parts = known_keys(data, "half-lives", {"about", "b2c", "b2b", "left"})
        kinds, events = [k.value for k in DecayKind], [k.value for k in EventKind]
        b2c = known_keys(parts.get("b2c", {}), "b2c", kinds)
        b2b = known_keys(parts.get("b2b", {}), "b2b", kinds)
        left = known_keys(parts.get("left", {}), "left", events)
        return cls(
            b2c=_own_b2c() | {DecayKind(k): v for k, v in b2c.items()},
            b2b=_own_b2b() | {DecayKind(k): v for k, v in b2b.items()},
            left=_own_left() | {EventKind(k): v for k, v in left.items()},
        )


@lru_cache(maxsize=1)
def default_half_lives() -> HalfLives:
    """Return the half-lives of this library: assumptions."""
    return HalfLives()


def _check(held: Mapping[E, float], of: type[E], *, above: float | None, most: float) -> None:
    for key in of:
        value: Json = held.get(key)
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        least = 0.0 if above is None else above
        if not number or not isfinite(value) or not least <= value <= most or value == above:
            message = f"found no number {'of' if above is None else 'above'} {least:g} to {most:g}"
            raise DefinitionError(f"{message} for {key.value}", code="half_life")
