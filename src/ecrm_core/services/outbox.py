"""Outbox: effects to the host, each claimed with a lease, handed over and marked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TypeVar

from attrs import define, frozen

from ecrm_core.errors import ConflictError, DefinitionError
from ecrm_core.kernel import (
    CLAIMS,
    DELIVERED,
    OUTBOX,
    ChangeSet,
    Claim,
    DeliveryPolicy,
    Emit,
    Kind,
    Stored,
    combine,
    decide_claim,
    decide_delivered,
    decide_failed,
    decide_release,
    plain_table,
)
from ecrm_core.ports import Picking, Store
from ecrm_core.services.commit import commit

__all__ = [
    "Deliveries",
    "Handler",
    "deliver",
    "prepare_claim",
    "prepare_release_stuck",
    "stuck_effects",
]

T = TypeVar("T")
Handler = Callable[[Emit], object]
"""The host's function that takes an effect over; an exception means: try again later."""


@frozen(kw_only=True)
class Deliveries:
    """What came of the effects that were handed out.

    ``failed`` are tried again after a pause, ``stuck`` have used up their attempts, ``overtaken``
    took longer than their lease and were left to whoever claimed them next. ``more`` tells that the
    limit was reached, so that others may wait.
    """

    delivered: int = 0
    failed: int = 0
    stuck: int = 0
    overtaken: int = 0
    more: bool = False
    stopped: bool = False

    def __str__(self) -> str:
        """Return the counts as a plain table."""
        names = ("delivered", "failed", "stuck", "overtaken")
        return plain_table(names, [[str(getattr(self, name)) for name in names]])


def prepare_claim(
    store: Store,
    topics: Iterable[str],
    *,
    now: datetime,
    limit: int = 100,
    policy: DeliveryPolicy,
) -> ChangeSet:
    """Return what claiming effects of these topics writes, at most ``limit``, oldest first."""
    waiting: list[Stored[Emit]] = []
    lapsed: list[Stored[Claim]] = []
    for topic in sorted(set(topics)):
        room = limit - len(waiting) - len(lapsed)
        lapsed += _due(store, topic, now=now, limit=room)
        room = limit - len(waiting) - len(lapsed)
        waiting += _waiting(store, topic, now=now, limit=room)
    keys = [(row.value.key,) for row in waiting]
    known = {*store.get_many(CLAIMS, keys), *store.get_many(DELIVERED, keys)}
    return decide_claim(waiting, lapsed, known={k for (k,) in known}, now=now, policy=policy)


def _waiting(store: Store, topic: str, *, now: datetime, limit: int) -> list[Stored[Emit]]:
    if limit < 1:
        return []
    rows = _first(store, OUTBOX, topic, limit)
    return [row for row in rows if row.value.at <= now]


def _due(store: Store, topic: str, *, now: datetime, limit: int) -> list[Stored[Claim]]:
    if limit < 1:
        return []
    rows = _first(store, CLAIMS, topic, limit)
    return [row for row in rows if row.value.until is not None and row.value.until <= now]


def _first(store: Store, kind: Kind[T], topic: str, limit: int) -> tuple[Stored[T], ...]:
    """Return the first rows of a topic, past those other workers are claiming, if it can tell."""
    if isinstance(store, Picking):
        return store.pick(kind, index="by_topic", within=(topic,), limit=limit)
    return store.scan(kind, index="by_topic", within=(topic,), limit=limit).rows


def deliver(
    store: Store,
    handlers: Mapping[str, Handler],
    *,
    clock: Callable[[], datetime],
    limit: int = 100,
    policy: DeliveryPolicy | None = None,
    going: Callable[[int], object] | None = None,
) -> Deliveries:
    """Hand the effects that are due to the handlers of their topics, at most ``limit`` of them.

    Each is handed out at least once under its key: a host that ignores a key it has seen acts
    exactly once. A handler that raises is called again after a pause. ``going(done)`` is called
    after each effect; returning False stops, and gives back what was not begun.
    """
    if not 1 <= limit <= 10_000:
        raise DefinitionError(f"the limit is {limit}, expected 1 to 10,000", code="limit")
    work = _Work(store, handlers, clock, policy or DeliveryPolicy())
    return work.run(limit, going or (lambda _: True))


@define
class _Work:
    """One run over the outbox."""

    store: Store
    handlers: Mapping[str, Handler]
    clock: Callable[[], datetime]
    policy: DeliveryPolicy

    def run(self, limit: int, going: Callable[[int], object]) -> Deliveries:
        counts = dict.fromkeys(("delivered", "failed", "stuck", "overtaken"), 0)
        stopped = False
        keys, version = self._claim(limit)
        for done, key in enumerate(keys, start=1):
            row = self._mine(key, version)
            if stopped:
                if row is not None:
                    self._mark(decide_release(row, now=self.clock()))
                continue
            counts[self._hand_over(row) if row else "overtaken"] += 1
            stopped = going(done) is False
        return Deliveries(**counts, more=len(keys) == limit, stopped=stopped)

    def _claim(self, limit: int) -> tuple[list[str], int]:
        """Claim what is due; return the keys, and the version all the claims were written at."""
        now = self.clock()
        applied = commit(
            self.store,
            lambda: prepare_claim(
                self.store, self.handlers, now=now, limit=limit, policy=self.policy
            ),
        )
        claimed = applied.result["claimed"]
        keys = [str(key) for key in claimed] if isinstance(claimed, list | tuple) else []
        return keys, applied.sequence

    def _hand_over(self, row: Stored[Claim]) -> str:
        try:
            self.handlers[row.value.emit.topic](row.value.emit)
        except Exception as error:  # noqa: BLE001 - the host's code: whatever it raises, try again
            changes = decide_failed(
                row, trouble=type(error).__name__, now=self.clock(), policy=self.policy
            )
            came_of = "failed" if row.value.attempts < self.policy.attempts else "stuck"
        else:
            changes, came_of = decide_delivered(row, now=self.clock()), "delivered"
        return came_of if self._mark(changes) else "overtaken"

    def _mine(self, key: str, version: int) -> Stored[Claim] | None:
        """Return our claim while its lease lasts; afterwards somebody else may be at work on it."""
        row = self.store.get_many(CLAIMS, [(key,)]).get((key,))
        if row is None or row.version != version or row.value.until is None:
            return None
        return row if self.clock() < row.value.until else None

    def _mark(self, changes: ChangeSet) -> bool:
        """Write the outcome; somebody else's claim on the row counts for more than ours."""
        try:
            self.store.apply(changes)
        except ConflictError:
            return False
        return True


def stuck_effects(store: Store, *, limit: int = 100) -> tuple[Claim, ...]:
    """Return effects that used up their attempts, the one that is stuck longest first."""
    page = store.scan(CLAIMS, index="stuck", limit=limit)
    return tuple(row.value for row in page.rows)


def prepare_release_stuck(store: Store, *, now: datetime, limit: int = 1_000) -> ChangeSet:
    """Return what letting stuck effects be tried again writes; the result counts them."""
    rows = store.scan(CLAIMS, index="stuck", limit=limit).rows
    sets = [decide_release(row, now=now) for row in rows]
    return combine(sets, result={"released": len(rows)})
