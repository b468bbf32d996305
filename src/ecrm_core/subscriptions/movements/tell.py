"""Tell: events played once more, and each change of the monthly amount noted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from fractions import Fraction
from itertools import chain

from attrs import define, field

from ecrm_core.errors import DefinitionError
from ecrm_core.subscriptions.events import Created, Event, Paused, Resubscribed
from ecrm_core.subscriptions.localtime import local_day
from ecrm_core.subscriptions.movements.months import Movements, in_months
from ecrm_core.subscriptions.movements.movement import Movement, MovementKind
from ecrm_core.subscriptions.recorded import Recorded, played
from ecrm_core.subscriptions.recurring import monthly_amount
from ecrm_core.subscriptions.subscription import Cause, Subscription

__all__ = ["movements"]


def movements(
    events: Iterable[Recorded], *, since: date | None = None, until: date | None = None
) -> Movements:
    """Return how the monthly recurring amount came about, from events only.

    ``events`` are whole histories, each in order; those of several subscriptions may be mixed.
    Each change stands on the local day of its event, the first amount on the first day without
    trial. ``since`` is the first month shown (what came before is its start), ``until`` the first
    day that does not count any more. Raises DefinitionError for a history without its beginning.
    """
    lives: dict[str, _Life] = {}
    told: list[Movement] = []
    for row in events:
        life = lives.get(row.subscription)
        if life is None:
            if not isinstance(row.event, Created):
                raise DefinitionError("found events that do not begin with Created", code="events")
            life = lives[row.subscription] = _Life(row.event.state)
        told += life.hear(row)
    told += chain.from_iterable(life.begin(date.max) for life in lives.values())
    return in_months(told, since=since, until=until)


@define
class _Life:
    """One subscription while its events are played; it counts from the day ``since`` on."""

    state: Subscription
    since: date = date.max
    last: date = date.min
    amount: Fraction = field(factory=Fraction)
    was: bool = False

    def hear(self, row: Recorded) -> Iterator[Movement]:
        """Play an event, and go through the movements it makes."""
        on = max(self.last, local_day(row.at, self.state.tz))  # zones change, days do not go back
        yield from self.begin(on)
        self.last = on
        self.state = played(self.state, row)
        if isinstance(row.event, Created | Resubscribed):
            since = self.state.starts_on if isinstance(row.event, Created) else row.event.on
            self.since = max(since, on)
        if on >= self.since:
            yield from self._moved(on, row.event)

    def begin(self, on: date) -> Iterator[Movement]:
        """Begin on the first day, though no event falls on it."""
        if on > self.since and self.state.version:
            yield from self._moved(self.since, None)

    def _moved(self, on: date, event: Event | None) -> Iterator[Movement]:
        before, after = self.amount, monthly_amount(self.state)
        if after == before:
            return
        kind = _kind(before, after, again=self.was)
        self.amount, self.was = after, True
        yield Movement(
            on=on, subscription=self.state.id, customer=self.state.customer,
            number=self.state.version, currency=self.state.plan.price.currency, kind=kind,
            amount=abs(after - before),
            cause=_cause(self.state, event) if kind is MovementKind.CHURN else None,
        )  # fmt: skip


def _kind(before: Fraction, after: Fraction, *, again: bool) -> MovementKind:
    if not before:
        return MovementKind.REACTIVATION if again else MovementKind.NEW
    if not after:
        return MovementKind.CHURN
    return MovementKind.EXPANSION if after > before else MovementKind.CONTRACTION


def _cause(state: Subscription, event: Event | None) -> str:
    if state.ended_on is not None:
        return (state.cause or Cause.REQUESTED).value
    return "paused" if isinstance(event, Paused) else "price"
