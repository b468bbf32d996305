"""Life: a store whose programs are killed again and again, beside a twin nobody is killed in."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta

from ecrm_core.adapters.memory import MemoryStore
from ecrm_core.crm import Crm
from ecrm_core.kernel import (
    AUDIT,
    AUDIT_LINKS,
    CLAIMS,
    DELIVERED,
    OUTBOX,
    REQUESTS,
    DeliveryPolicy,
    Emit,
)
from ecrm_core.ports import Store
from tests.derived import check_derived, rows
from tests.faulty.state import state
from tests.house import ROOT
from tests.killing.acts import MANY, START, STEP, Script
from tests.places import open_target

Kill = Callable[["subprocess.Popen[str]"], None]
_APART = {OUTBOX.name, CLAIMS.name, DELIVERED.name, AUDIT.name, AUDIT_LINKS.name}
_LEASE = DeliveryPolicy().lease


class Life:
    """One store under a path or a URL; ``next`` is the first act that is not known as done."""

    def __init__(self, target: str, script: Script) -> None:
        self.target, self.script, self.next = target, script, 0
        self.twin = Crm(MemoryStore())
        self.taken: dict[str, list[datetime]] = defaultdict(list)
        self.delivered: set[str] = set()

    def run_and_kill(self, delay: float, kill: Kill) -> None:
        """Let the program work for a while after its first act is done; then kill it."""
        command = [sys.executable, "-m", "tests.killing.child", self.target,
                   str(self.script.file), str(self.script.seed), str(self.next)]  # fmt: skip
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as child:
            assert child.stdout is not None
            lines = [child.stdout.readline()]
            while lines[-1] and not lines[-1].startswith("done"):
                lines.append(child.stdout.readline())
            assert lines[-1], "the program ended by itself"
            time.sleep(delay)
            kill(child)
            lines += child.stdout
        for line in lines:
            if line.endswith("\n"):
                self._hear(*line.split())

    def _hear(self, what: str, *said: str) -> None:
        if what == "done":
            assert int(said[0]) == self.next
            self._catch_up()
            return
        at, key = datetime.fromisoformat(said[0]), said[1]
        assert key not in self.delivered, "handed out though it was delivered"
        assert all(at - before >= _LEASE for before in self.taken[key]), "twice within a lease"
        self.taken[key].append(at)

    def _catch_up(self) -> None:
        self.script.do(self.twin, self.next, _leave)
        self.next += 1

    def check(self) -> None:
        """Everything acknowledged is there, whole, and of the act broken off all or nothing."""
        with self._opened() as crm:
            check_derived(crm.store)
            self._check_audit(crm.store)
            key = (f"act {self.next}",)
            if crm.store.get_many(REQUESTS, [key]):
                self._catch_up()  # done, and the answer was lost
            act, _ = self.script.act(self.next)
            if act not in MANY:
                assert _truth(crm.store) == _truth(self.twin.store)
                assert _keys(crm.store) == _keys(self.twin.store)
            self.delivered |= {key for (key,) in rows(crm.store, DELIVERED)}
            assert self.delivered <= self.taken.keys()

    def _check_audit(self, store: Store) -> None:
        """Of every set under a key the audit tells, for it was written with it."""
        told = {row.version for row in store.scan(AUDIT, limit=10_000).rows}
        assert {request.sequence for request in rows(store, REQUESTS).values()} <= told

    def end(self) -> None:
        """Finish the act that was broken off, and hand every effect over that still waits."""
        with self._opened() as crm:
            self.script.do(crm, self.next, self._late)
            self._catch_up()
            assert _truth(crm.store) == _truth(self.twin.store)
            after = START + self.next * STEP + timedelta(days=1)
            topics = {emit.topic for emit in rows(crm.store, OUTBOX).values()}
            topics |= {claim.emit.topic for claim in rows(crm.store, CLAIMS).values()}
            crm.deliver(others=dict.fromkeys(topics, self._late), limit=10_000, now=after)
            assert {key for (key,) in rows(crm.store, DELIVERED)} == _keys(self.twin.store)
            assert _keys(self.twin.store) == self.taken.keys()

    @contextmanager
    def _opened(self) -> Iterator[Crm]:
        with closing(open_target(self.target)) as store:
            yield Crm(store)

    def _late(self, emit: Emit) -> None:
        assert emit.key not in self.delivered
        self.taken[emit.key].append(START + self.next * STEP)


def _leave(_: Emit) -> None:
    """In the twin effects are taken over too; only their keys are compared."""


def _truth(store: Store) -> dict[str, list[str]]:
    return {name: held for name, held in state(store).items() if name not in _APART}


def _keys(store: Store) -> set[str]:
    """The key of every effect there was, wherever it is on its way."""
    return {key for kind in (OUTBOX, CLAIMS, DELIVERED) for (key,) in rows(store, kind)}
