"""Outbox: at least once under one key, never two at a time, nothing lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import define, evolve

from ecrm_core import Crm
from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import (
    CLAIMS,
    DELIVERED,
    OUTBOX,
    ChangeSet,
    DeliveryPolicy,
    Emit,
    FixedClock,
)
from ecrm_core.ports import Store
from ecrm_core.services import deliver, prepare_claim

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
POLICY = DeliveryPolicy(attempts=3)


@define
class Hand:
    """A host's function that notes what it is given, and fails when told to."""

    seen: list[str]
    failing: bool = False

    def __call__(self, emit: Emit) -> None:
        self.seen.append(emit.key)
        if self.failing:
            raise OSError("mail server of jane@example.com is away")


@define
class Watch:
    """A clock that is set by hand."""

    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at


def emit(key: str, *, topic: str = "notice", at: datetime = NOW) -> Emit:
    return Emit(key=key, topic=topic, at=at, payload={"n": 1})


def store(*emits: Emit) -> Store:
    crm = Crm.open()
    crm.store.apply(ChangeSet(emits=emits))
    return crm.store


def run(held: Store, hand: Hand, at: datetime = NOW, *, limit: int = 100) -> str:
    done = deliver(held, {"notice": hand}, clock=lambda: at, policy=POLICY, limit=limit)
    return f"{done.delivered} {done.failed} {done.stuck} {done.overtaken}"


def test_an_effect_is_handed_over_once_and_then_known_for_ever() -> None:
    hand, held = Hand([]), store(emit("a"), emit("b"))
    assert run(held, hand) == "2 0 0 0"
    assert run(held, hand) == "0 0 0 0"
    held.apply(ChangeSet(emits=(emit("a"),)))
    assert run(held, hand) == "0 0 0 0"
    assert hand.seen == ["a", "b"]
    assert not held.scan(OUTBOX).rows + held.scan(CLAIMS).rows
    assert [row.value.key for row in held.scan(DELIVERED).rows] == ["a", "b"]


def test_effects_wait_for_their_time_and_for_somebody_who_takes_their_topic() -> None:
    hand, held = Hand([]), store(emit("later", at=NOW + MINUTE), emit("other", topic="task"))
    assert run(held, hand) == "0 0 0 0"
    assert run(held, hand, NOW + MINUTE) == "1 0 0 0"
    assert [row.value.key for row in held.scan(OUTBOX).rows] == ["other"]


def test_the_limit_bounds_a_run_and_the_oldest_go_first() -> None:
    hand = Hand([])
    held = store(*(emit(f"k{at}", at=NOW - at * MINUTE) for at in range(5)))
    assert run(held, hand, limit=3) == "3 0 0 0"
    assert hand.seen == ["k4", "k3", "k2"]
    assert deliver(held, {"notice": hand}, clock=lambda: NOW, limit=1).more
    assert not deliver(held, {"notice": hand}, clock=lambda: NOW, limit=2).more


def test_a_failed_effect_is_tried_again_after_a_pause_that_doubles_and_then_is_stuck() -> None:
    hand, held = Hand([], failing=True), store(emit("a"))
    assert run(held, hand) == "0 1 0 0"
    assert run(held, hand, NOW + MINUTE / 2) == "0 0 0 0"
    assert run(held, hand, NOW + MINUTE) == "0 1 0 0"
    assert run(held, hand, NOW + 2 * MINUTE) == "0 0 0 0"
    assert run(held, hand, NOW + 3 * MINUTE) == "0 0 1 0"
    assert run(held, hand, NOW + timedelta(days=400)) == "0 0 0 0"
    assert hand.seen == ["a", "a", "a"]


def test_what_is_stuck_is_seen_without_the_words_of_the_error_and_can_be_released() -> None:
    with Crm.open(clock=FixedClock(NOW)) as crm:
        crm.store.apply(ChangeSet(emits=(emit("a"),)))
        hand = Hand([], failing=True)
        crm.deliver(notice=hand, policy=DeliveryPolicy(attempts=1))
        (stuck,) = crm.stuck()
        assert (stuck.emit.key, stuck.trouble, stuck.until) == ("a", "OSError", None)
        assert "example.com" not in repr(stuck)
        assert len(crm.dry_run.release_stuck().puts) == 1
        assert crm.release_stuck() == 1
        assert (crm.stuck(), crm.release_stuck()) == ((), 0)
        hand.failing = False
        assert crm.deliver(notice=hand).delivered == 1


def test_a_worker_that_dies_loses_its_claim_when_the_lease_ends() -> None:
    held, hand = store(emit("a")), Hand([])
    held.apply(prepare_claim(held, ["notice"], now=NOW, policy=POLICY))
    assert run(held, hand, NOW + POLICY.lease - MINUTE) == "0 0 0 0"
    assert run(held, hand, NOW + POLICY.lease) == "1 0 0 0"
    assert held.scan(DELIVERED).rows[0].value.attempts == 2


def test_who_outlasts_the_lease_leaves_the_rest_to_others() -> None:
    watch, seen = Watch(), list[str]()
    held = store(emit("a"), emit("b"))

    def slow(given: Emit) -> None:
        seen.append(given.key)
        watch.at += POLICY.lease
        run(held, Hand(seen), watch.at)

    done = deliver(held, {"notice": slow}, clock=watch, policy=POLICY)
    assert (done.delivered, done.overtaken) == (0, 2)
    assert seen == ["a", "a", "b"]
    assert len(held.scan(DELIVERED).rows) == 2


def test_an_effect_emitted_again_while_it_is_claimed_is_not_handed_out_twice() -> None:
    held = store(emit("a"))
    held.apply(prepare_claim(held, ["notice"], now=NOW, policy=POLICY))
    held.apply(ChangeSet(emits=(emit("a"),)))
    hand = Hand([])
    assert run(held, hand) == "0 0 0 0"
    assert run(held, hand, NOW + POLICY.lease) == "1 0 0 0"
    assert run(held, hand, NOW + timedelta(days=9)) == "0 0 0 0"


def test_a_run_that_is_stopped_gives_back_what_it_had_not_begun() -> None:
    held, hand = store(emit("a"), emit("b"), emit("c")), Hand([])
    done = deliver(held, {"notice": hand}, clock=lambda: NOW, policy=POLICY, going=lambda n: n < 1)
    assert (done.delivered, done.stopped) == (1, True)
    assert run(held, hand) == "2 0 0 0"
    assert {row.value.attempts for row in held.scan(DELIVERED).rows} == {1}


def test_an_interrupted_handler_leaves_the_effect_to_the_next_run() -> None:
    def interrupted(_: Emit) -> None:
        raise KeyboardInterrupt

    held = store(emit("a"))
    with pytest.raises(KeyboardInterrupt):
        deliver(held, {"notice": interrupted}, clock=lambda: NOW, policy=POLICY)
    assert run(held, Hand([]), NOW + POLICY.lease) == "1 0 0 0"


def test_the_facade_hands_each_topic_to_its_function() -> None:
    with Crm.open(clock=FixedClock(NOW)) as crm:
        topics = ("charge", "notice", "task", "webhook")
        crm.store.apply(ChangeSet(emits=tuple(emit(t, topic=t) for t in topics)))
        seen: list[str] = []
        told: list[tuple[int, int, str]] = []
        done = crm.deliver(
            charge=Hand(seen), notice=Hand(seen), task=Hand(seen),
            others={"webhook": Hand(seen)}, progress=lambda *at: told.append(at), now=NOW,
        )  # fmt: skip
        assert sorted(seen) == sorted(topics)
        assert told[-1] == (4, 100, "deliver")
        assert str(done).splitlines()[-1].split() == ["4", "0", "0", "0"]


@pytest.mark.parametrize(
    "wrong", [{"lease": timedelta()}, {"attempts": 0}, {"pause": -MINUTE}], ids=str
)
def test_a_policy_without_lease_pause_or_attempts_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(DefinitionError, match="expected all three"):
        evolve(POLICY, **wrong)


def test_a_limit_of_nothing_is_refused() -> None:
    with pytest.raises(DefinitionError, match="limit is 0"):
        run(store(), Hand([]), limit=0)


def test_the_pause_doubles_up_to_a_day() -> None:
    policy = DeliveryPolicy()
    assert [policy.pause_after(n) / MINUTE for n in (1, 2, 3, 11, 12, 5_000)] == [
        1, 2, 4, 1024, 1440, 1440,
    ]  # fmt: skip
