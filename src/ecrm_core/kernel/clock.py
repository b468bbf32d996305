"""Clock: where now comes from, outside the pure rooms; inside, ``now`` is an argument."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from attrs import field, frozen

from ecrm_core.kernel.gates import to_utc

__all__ = ["Clock", "FixedClock", "utc"]


class Clock(Protocol):
    """Anything that tells the time as an aware instant."""

    def now(self) -> datetime:
        """Return the present instant, aware."""
        ...


def utc(instant: datetime, path: str = "$") -> datetime:
    """Return the instant in UTC; InputError for a naive one and beyond the years 1 to 9999."""
    return to_utc(instant, path)


@frozen
class FixedClock:
    """A clock that stands still: for tests, examples and back-dated work."""

    at: datetime = field(converter=utc)

    def now(self) -> datetime:
        """Return the instant it stands at."""
        return self.at
