"""Hard event: a bounce, mail returned, a job left, a company sold: the end of a statement."""

from __future__ import annotations

from datetime import date, datetime

from attrs import field, frozen

from ecrm_core.kernel import Private
from ecrm_core.quality.half_lives import DecayKind, EventKind

__all__ = ["HardEvent", "day_of"]

_WORK = frozenset({DecayKind.EMPLOYMENT})
_OF_THE_JOB = {EventKind.LEFT_JOB, EventKind.COMPANY_SOLD, EventKind.COMPANY_CLOSED}
_TOUCHED = {
    EventKind.BOUNCED: frozenset({DecayKind.EMAIL_FREE, DecayKind.EMAIL_OWN}),
    EventKind.UNREACHABLE: frozenset({DecayKind.MOBILE, DecayKind.LANDLINE, DecayKind.HANDLE}),
    EventKind.MAIL_RETURNED: frozenset({DecayKind.ADDRESS}),
    EventKind.MOVED: frozenset({DecayKind.ADDRESS}),
    EventKind.LEFT_JOB: _WORK,
    EventKind.COMPANY_SOLD: _WORK,
    EventKind.COMPANY_CLOSED: _WORK,
    EventKind.DECEASED: frozenset(DecayKind) - {DecayKind.NAME},
}


def day_of(at: date) -> date:
    """Return the day of an instant or day, as it was written: no zone can carry it past 9999."""
    return at.date() if isinstance(at, datetime) else at


@frozen(kw_only=True, repr=False)
class HardEvent(Private):
    """What happened on a day, and to what.

    ``about`` is the identity of the contact point, address or relation it happened to; None: all
    that an event of this kind ends, such as every e-mail address for a bounce.
    """

    kind: EventKind
    on: date = field(converter=day_of)
    about: str | None = None

    def __repr__(self) -> str:
        """Show what and when, not whom."""
        return f"<HardEvent {self.kind.value} {self.on}>"

    def ends(self, kind: DecayKind, identity: str | None, *, work: bool) -> bool:
        """Tell whether this ends something of that kind; ``work``: it hangs on the employment."""
        if self.about == identity and identity is not None:
            return True
        if work and self.kind in _OF_THE_JOB:
            return True  # no address says on which of two employments it hangs
        return self.about is None and kind in _TOUCHED[self.kind]
