"""Term: how long a contract binds, apart from how often it is billed; every end from its start."""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import ClassVar

from attrs import field, frozen

from ecrm_core.errors import DefinitionError
from ecrm_core.subscriptions.checks import is_a
from ecrm_core.subscriptions.duration import Duration, added, as_duration, maybe_duration
from ecrm_core.subscriptions.uplift import Uplift, as_uplift

__all__ = ["AtEnd", "TermRule"]


class AtEnd(Enum):
    """What comes at the end of a term that nobody cancelled."""

    RENEW = "renew"
    """Another term, again and again."""
    RENEW_ONCE = "renew_once"
    """Another term, and then the end."""
    EXPIRE = "expire"
    """The end of the subscription."""
    EVERGREEN = "evergreen"
    """It goes on without a term, and may be cancelled at the end of any period."""
    ASK = "ask"
    """Another term if the customer says so before the end of each; without an answer the end."""


@frozen(kw_only=True)
class TermRule:
    """An initial term, what follows it, and how long before its end a cancellation has to come.

    ``renewal`` is the length of a further term (default: the initial one), ``uplift`` the price it
    begins with ("same", "list", "3.5%"). ``minimum`` counts from the first day of the first term:
    the customer's cancellation ends it no sooner. Durations are given as such or as ISO 8601 text.
    Raises DefinitionError for a term without length.
    """

    read_once: ClassVar[bool] = True

    initial: Duration = field(converter=as_duration)
    renewal: Duration | None = field(default=None, converter=maybe_duration)
    at_end: AtEnd = field(default=AtEnd.RENEW, validator=is_a(AtEnd))
    notice: Duration = field(factory=Duration, converter=as_duration)
    uplift: Uplift = field(factory=Uplift, converter=as_uplift)
    minimum: Duration | None = field(default=None, converter=maybe_duration)

    def __attrs_post_init__(self) -> None:
        """Refuse terms that end on the day they begin."""
        if not all(term.months or term.days for term in (self.initial, self._further)):
            raise DefinitionError("found a term without length", code="term")

    @property
    def _further(self) -> Duration:
        return self.renewal or self.initial

    def end(self, start: date, number: int, days: int = 0) -> date:
        """Return the day term ``number`` (from 0) ends, itself outside; added to ``start`` at once.

        ``days`` are those by which pauses have made it longer. Raises InputError beyond the years
        1 to 9999.
        """
        first, further = self.initial, self._further
        return added(
            start,
            first.months + further.months * number,
            first.days + further.days * number + days,
        )

    def number_on(self, start: date, day: date) -> int:
        """Return the number of the term that holds the day; 0 before the first one ends."""
        end, further = self.end(start, 0), self._further
        if day < end:
            return 0
        # No month is longer than 31 days, so this is never too far.
        number = 1 + (day - end).days // (further.months * 31 + further.days)
        while self.end(start, number) <= day:
            number += 1
        return number

    def deadline(self, end: date) -> date:
        """Return the last day a cancellation for that end of term may come."""
        return self.notice.before(end)
