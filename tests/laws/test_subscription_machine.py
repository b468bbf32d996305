"""Two workers, a clock, commands, crashes and deliveries in any order: every law holds."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ecrm_core.adapters.memory import MemoryStore
from ecrm_core.errors import ConflictError, EcrmError
from ecrm_core.kernel import ABSENT, OUTBOX, ChangeSet, DeliveryPolicy, Emit
from ecrm_core.ports import Store
from ecrm_core.ports.subscriptions import (
    read_due,
    read_subscription_events,
    read_subscriptions,
)
from ecrm_core.services import deliver
from ecrm_core.subscriptions import (
    Action,
    Command,
    Step,
    advance,
    decide_step,
    fold,
    handle,
    withdrawn_keys,
)
from tests.places import PLACES, handles
from tests.profile import SEED, size
from tests.subscription_draws import POLICIES, draw_command, draw_create
from tests.subscription_histories import NOW, History, histories
from tests.subscription_laws import LAWS

HOUR = timedelta(hours=1)
IDS = ("sub_a", "sub_b")
DELIVERY = DeliveryPolicy(attempts=1_000)
Seeds = st.integers(0, 2**32)


class _Died(BaseException):
    """The process ends here: nothing catches it."""


class Host(RuleBasedStateMachine):
    """Two workers over one store, each of which may read long before it writes, or never write."""

    def __init__(self) -> None:
        """Begin with an empty store."""
        super().__init__()
        self.store: Store = MemoryStore().tenant("main")
        self.now = NOW
        self.told: dict[str, History] = {}
        self.held: dict[int, list[tuple[datetime, Step, ChangeSet]]] = {0: [], 1: []}
        self.provider: dict[str, Emit] = {}
        self.noted: set[str] = set()

    @initialize(seed=Seeds)
    def begins(self, seed: int) -> None:
        """Two subscriptions of a customer begin."""
        dice = random.Random(seed)
        for id_ in IDS:
            step = handle(None, draw_create(dice, id_), self.now, POLICIES)
            self.told[id_] = History(seed=seed, state=step.state)
            self._write(self.now, step, decide_step(step, version=ABSENT))

    @rule(hours=st.sampled_from([1, 5, 24, 24 * 6, 24 * 31, 24 * 90]))
    def time_passes(self, hours: int) -> None:
        """The clock goes on; with nobody at work that is downtime."""
        self.now += hours * HOUR

    @rule(hours=st.integers(1, 24 * 40), worker=st.integers(0, 1))
    def a_clock_goes_back(self, hours: int, worker: int) -> None:
        """L7: a worker whose clock is behind writes nothing that it should not."""
        self.now -= hours * HOUR
        self.reads(worker, 5)
        self.writes(worker)
        self.now += hours * HOUR

    @rule(worker=st.integers(0, 1), limit=st.integers(1, 9))
    def reads(self, worker: int, limit: int) -> None:
        """A worker sees what is due and works out what to write."""
        for row in read_due(self.store, self.now):
            step = advance(row.value.read(), self.now, POLICIES, limit=limit)
            changes = decide_step(step, version=row.version)
            self.held[worker].append((self.now, step, changes))

    @rule(worker=st.integers(0, 1))
    def writes(self, worker: int) -> None:
        """It writes all of it; what somebody else has written meanwhile is refused."""
        for at, step, changes in self.held[worker]:
            self._write(at, step, changes)
        self.held[worker] = []

    @rule(worker=st.integers(0, 1))
    def dies(self, worker: int) -> None:
        """It dies before it has written."""
        self.held[worker] = []

    @rule(seed=Seeds, id_=st.sampled_from(IDS), times=st.integers(1, 2))
    def commands(self, seed: int, id_: str, times: int) -> None:
        """A command or a webhook arrives, once or twice."""
        state = self.told[id_].state
        command = draw_command(random.Random(seed), state, self.now)
        for _ in range(times):
            self._command(id_, command)

    def _command(self, id_: str, command: Command) -> None:
        (row,) = read_subscriptions(self.store, [id_]).values()
        with suppress(EcrmError):
            step = handle(row.value, command, self.now, POLICIES, by="anna")
            self._write(self.now, step, decide_step(step, version=row.version))

    @rule(limit=st.integers(1, 20), dies_after=st.integers(0, 30))
    def delivers(self, limit: int, dies_after: int) -> None:
        """Effects are handed over, until the host dies before it has noted the last one."""
        seen = 0

        def take(emit: Emit) -> None:
            nonlocal seen
            assert self.provider.setdefault(emit.key, emit).payload == emit.payload
            assert emit.key not in self.noted, "what was noted is never handed over again"
            seen += 1
            if seen > dies_after:
                raise _Died

        with suppress(_Died):
            deliver(self.store, dict.fromkeys(("charge", "notice", "task"), take),
                    clock=lambda: self.now, limit=limit, policy=DELIVERY)  # fmt: skip
            self.noted |= self.provider.keys() - self._waiting()

    def _waiting(self) -> set[str]:
        return {row.value.key for row in self.store.scan(OUTBOX).rows}

    def _write(self, at: datetime, step: Step, changes: ChangeSet) -> None:
        """L7: write a step made at ``at``, or find somebody else faster; nobody writes twice."""
        with suppress(ConflictError):
            self.store.apply(changes)
            if step.events:
                told = self.told[step.state.id]
                told.now = at
                told.add(step)

    @invariant()
    def the_store_holds_what_was_told(self) -> None:
        """L15: the row is the truth, and the events say why."""
        rows = read_subscriptions(self.store, self.told)
        for id_, told in self.told.items():
            assert rows[id_].value == told.state
        (one, *_) = self.told or [""]
        if one:
            events = read_subscription_events(self.store, [one])
            assert events == self.told[one].events
            assert fold(events) == rows[one].value

    def teardown(self) -> None:
        """Run and deliver everything: nothing is lost, nothing is done twice, every law holds."""
        for step in (0, 1, 2):
            self.now += step * timedelta(days=40)  # leases have ended
            self.reads(0, 1_000)
            self.writes(0)
            for _ in range(9):
                self.delivers(1_000, 1_000)
        asked = {a.key: a for told in self.told.values() for a in told.actions}
        rows = [row for told in self.told.values() for row in told.events]
        gone = set(withdrawn_keys(rows))  # in the step that gave it, or before it was handed out
        for key, action in asked.items():
            unseen = key in gone or action.of in gone
            assert self.provider.get(key, action.emit if unseen else None) == action.emit
        assert self.provider.keys() <= asked.keys()
        for told in self.told.values():
            told.now = max(self.now, told.now)
            for law in LAWS:
                law(told)
        super().teardown()


Host.TestCase.settings = settings(max_examples=size(15, 2_000), stateful_step_count=25)


TestHost = pytest.mark.long(Host.TestCase)
"""L1 to L16, whoever does what and when."""


@pytest.mark.parametrize("place", PLACES)
def test_every_store_gives_the_same_log(
    place: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """L16: memory, SQLite and Postgres hold the same state, events and effects."""
    with handles(place, request, tmp_path, count=1) as (owner,):
        for number, told in enumerate(histories(size(3, 200), SEED + 7)):
            store = owner.tenant(f"t{number}")
            version = ABSENT
            for _, step in told.steps:
                version = store.apply(decide_step(step, version=version)).sequence
            (row,) = read_subscriptions(store, [told.state.id]).values()
            assert row.value == told.state
            assert read_subscription_events(store, [told.state.id]) == told.events
            rows = store.scan(OUTBOX, limit=500).rows
            asked = {a.key: a.emit for _, step in told.steps for a in _handed_out(step)}
            assert {r.value.key: r.value for r in rows} == asked


def _handed_out(step: Step) -> list[Action]:
    """What a step asks for, but for what it takes back itself."""
    gone = {action.key for action in step.actions} & set(withdrawn_keys(step.events))
    return [action for action in step.actions if gone.isdisjoint({action.key, action.of})]
