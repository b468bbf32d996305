"""Outbox: effects on their way to the host, each under a key, handed out under a lease.

A row waits in OUTBOX, is claimed into CLAIMS while somebody works on it, and ends in DELIVERED. Who
dies half-way loses the lease, and another hands the row out again: at least once, under one key.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Final

from attrs import evolve, frozen

from ecrm_core.errors import DefinitionError
from ecrm_core.kernel.changes import OUTBOX, ChangeSet, Drop, Emit, Expect, Put, combine
from ecrm_core.kernel.kinds import Index, Kind, Stored

__all__ = [
    "CLAIMS",
    "DELIVERED",
    "Claim",
    "Delivered",
    "DeliveryPolicy",
    "decide_claim",
    "decide_delivered",
    "decide_failed",
    "decide_release",
]


@frozen(kw_only=True)
class DeliveryPolicy:
    """How long a claim lasts, and how often and after what pause a failed effect is tried again.

    The pause doubles with each attempt, from ``pause`` to ``longest_pause``; after ``attempts`` the
    effect is stuck: it stays, and nobody tries again until it is released.
    """

    lease: timedelta = timedelta(minutes=5)
    attempts: int = 10
    pause: timedelta = timedelta(minutes=1)
    longest_pause: timedelta = timedelta(days=1)

    def __attrs_post_init__(self) -> None:
        """Refuse a lease or a pause of no length, and no attempts (DefinitionError)."""
        if min(self.lease, self.pause, self.longest_pause) <= timedelta() or self.attempts < 1:
            message = "found a delivery policy without lease, pause or attempts, expected all three"
            raise DefinitionError(message, code="delivery_policy")

    def pause_after(self, attempts: int) -> timedelta:
        """Return how long to wait after so many failed attempts."""
        doubled = 1 << min(attempts - 1, 20)  # beyond a day long before
        return min(self.pause * doubled, self.longest_pause)


@frozen(kw_only=True)
class Claim:
    """An effect somebody works on until ``until``, or that waits until then to be tried again.

    ``attempts`` counts the times it was handed out. A stuck one has ``stuck_at`` and no ``until``.
    ``trouble`` is the class of the last error; its text is the host's and may name people.
    """

    emit: Emit
    until: datetime | None
    attempts: int
    stuck_at: datetime | None = None
    trouble: str | None = None


@frozen(kw_only=True)
class Delivered:
    """An effect the host took over, so that its key is never handed out again."""

    key: str
    topic: str
    at: datetime
    attempts: int


CLAIMS: Final = Kind(
    name="outbox_claim",
    of=Claim,
    key=("emit.key",),
    indexes=(Index("by_topic", ("emit.topic", "until")), Index("stuck", ("stuck_at",))),
    owner="kernel",
)
"""The rows of Claim."""
DELIVERED: Final = Kind(
    name="outbox_delivered",
    of=Delivered,
    key=("key",),
    indexes=(Index("by_time", ("at",)),),
    insert_only=True,
    owner="kernel",
)
"""The rows of Delivered."""


def decide_claim(
    waiting: Iterable[Stored[Emit]],
    lapsed: Iterable[Stored[Claim]],
    *,
    known: Collection[str],
    now: datetime,
    policy: DeliveryPolicy,
) -> ChangeSet:
    """Return what claiming these effects writes; the result names the ``claimed`` keys.

    ``lapsed`` are claims whose ``until`` has come. ``known`` are keys that are claimed or delivered
    already: a second row under one of them is dropped.
    """
    sets = [_claim(row, known=known, until=now + policy.lease) for row in waiting]
    for row in lapsed:
        again = evolve(row.value, until=now + policy.lease, attempts=row.value.attempts + 1)
        sets.append(_changed(row, again))
    claimed = [put.key[0] for part in sets for put in part.puts]
    return combine(sets, result={"claimed": claimed})


def _claim(row: Stored[Emit], *, known: Collection[str], until: datetime) -> ChangeSet:
    emit = row.value
    out = Drop(OUTBOX, (emit.key,))
    expects = (Expect(OUTBOX, (emit.key,), row.version),)
    if emit.key in known:
        return ChangeSet(drops=(out,), expects=expects)
    claim = Put(CLAIMS, Claim(emit=emit, until=until, attempts=1))
    return ChangeSet(puts=(claim,), drops=(out,), expects=expects)


def decide_delivered(row: Stored[Claim], *, now: datetime) -> ChangeSet:
    """Return what marking a claimed effect as delivered writes."""
    emit = row.value.emit
    done = Delivered(key=emit.key, topic=emit.topic, at=now, attempts=row.value.attempts)
    drop = Drop(CLAIMS, (emit.key,))
    return ChangeSet(puts=(Put(DELIVERED, done),), drops=(drop,), expects=(_expect(row),))


def decide_failed(
    row: Stored[Claim], *, trouble: str, now: datetime, policy: DeliveryPolicy
) -> ChangeSet:
    """Return what a failed attempt writes: tried again after a pause, or stuck."""
    attempts = row.value.attempts
    if attempts < policy.attempts:
        return _changed(
            row, evolve(row.value, until=now + policy.pause_after(attempts), trouble=trouble)
        )
    return _changed(row, evolve(row.value, until=None, stuck_at=now, trouble=trouble))


def decide_release(row: Stored[Claim], *, now: datetime) -> ChangeSet:
    """Return what giving a claim back writes: anybody may take it from ``now`` on."""
    attempts = 0 if row.value.stuck_at else row.value.attempts - 1
    return _changed(row, evolve(row.value, until=now, stuck_at=None, attempts=attempts))


def _changed(row: Stored[Claim], claim: Claim) -> ChangeSet:
    return ChangeSet(puts=(Put(CLAIMS, claim),), expects=(_expect(row),))


def _expect(row: Stored[Claim]) -> Expect:
    return Expect(CLAIMS, (row.value.emit.key,), row.version)
