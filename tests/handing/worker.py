"""Worker: one of several on an outbox; some die between handing an effect over and marking it."""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta

from attrs import define, field, frozen

from ecrm_core.crm import SystemClock
from ecrm_core.kernel import CLAIMS, OUTBOX, DeliveryPolicy, Emit
from ecrm_core.ports import Store
from ecrm_core.services import deliver
from tests.places import open_target

LEASE = timedelta(seconds=0.4)
POLICY = DeliveryPolicy(lease=LEASE, attempts=100, pause=timedelta(microseconds=1))
IDLE = 0.05
DEATHS, DIED = 0.03, 9
"""How many of a hundred effects are the last thing a worker does, and how it ends then."""


@frozen
class Told:
    """An effect handed over: its key, when its run began to claim, and when the lease was asked."""

    key: str
    claimed_at: datetime
    handed_at: datetime


@define
class Worker:
    """Hands effects over and tells ``hear`` of each; ``die`` may be the end of it after any."""

    store: Store
    hear: Callable[[Told], object]
    die: Callable[[], object]
    times: list[datetime] = field(factory=list)

    def work(self) -> int:
        """Do one run; return how many effects were delivered."""
        self.times = []
        handlers = {"notice": self._take}
        return deliver(self.store, handlers, clock=self._clock, limit=7, policy=POLICY).delivered

    def work_on(self) -> None:
        """Run until nothing is on its way any more, not even in the hands of somebody dead."""
        while self.store.scan(OUTBOX, limit=1).rows or self.store.scan(CLAIMS, limit=1).rows:
            if not self.work():
                time.sleep(IDLE)

    def _clock(self) -> datetime:
        self.times.append(SystemClock().now())
        return self.times[-1]

    def _take(self, emit: Emit) -> None:
        # A run asks the clock first when it claims, and last before it hands an effect over.
        self.hear(Told(emit.key, self.times[0], self.times[-1]))
        self.die()


def main(target: str, seed: int) -> None:
    """Work as a process of its own; a line for each effect handed over."""
    draw = random.Random(seed)

    def hear(told: Told) -> None:
        print(told.key, told.claimed_at.isoformat(), told.handed_at.isoformat(), flush=True)

    def die() -> None:
        if draw.random() < DEATHS:
            os._exit(DIED)

    with closing(open_target(target)) as opened:
        Worker(opened.tenant("main"), hear, die).work_on()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
