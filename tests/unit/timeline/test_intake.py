"""Intake: what arriving interactions write, how they are counted, and what is expected."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ecrm_core.adapters.memory import MemoryStore
from ecrm_core.customers import SourceKey, home_id
from ecrm_core.errors import ConflictError
from ecrm_core.kernel import ABSENT, ChangeSet, Drop, Money
from ecrm_core.ports import Store, read_facts, read_timeline
from ecrm_core.services import commit, prepare_record
from ecrm_core.timeline import (
    CORRELATIONS,
    FACTS,
    INTERACTIONS,
    Facts,
    Interaction,
    decide_interactions,
)
from tests.derived import check_facts

AT = datetime(2026, 5, 1, 9, tzinfo=UTC)
COUNTS = ("interactions", "recorded", "retold", "repeated", "contradicted")
ANN, BOB = SourceKey("shop", "1"), SourceKey("shop", "2")


def event(id_: str = "o1", *, hours: int | None = 0, **parts: object) -> Interaction:
    given: dict[str, Any] = {
        "source": "shop", "event_id": id_, "kind": "order_placed", "at": AT, "subject": ANN,
        "amount": Money("10.00", "EUR"), "correlation": "1",
        "told_at": None if hours is None else AT + timedelta(hours=hours),
    }  # fmt: skip
    return Interaction(**(given | parts))


@pytest.fixture
def store() -> Store:
    return MemoryStore().tenant("main")


def record(store: Store, *told: Interaction) -> dict[str, Any]:
    result: dict[str, Any] = dict(commit(store, lambda: prepare_record(store, told)).result)
    check_facts(store)
    outcomes = [count for name, count in result.items() if name.startswith("items_")]
    assert sum(outcomes) == result.get("items", 0) == len(told)
    return {name: result[name] for name in COUNTS if result.get(name)}


def facts(store: Store, key: SourceKey) -> Facts:
    home = home_id("main", key)
    row = read_facts(store, [home]).get(home)
    return row.value.facts if row else Facts()


@pytest.mark.parametrize(
    ("tellings", "counts"),
    [
        ([event()], {"interactions": 1, "recorded": 1}),
        ([event(), event()], {"interactions": 2, "recorded": 1, "repeated": 1}),
        ([event(), event(hours=1)], {"interactions": 2, "recorded": 1, "repeated": 1}),
        ([event(), event(hours=1, text="b")], {"interactions": 2, "recorded": 1, "retold": 1}),
        ([event(hours=1), event(text="b")], {"interactions": 2, "recorded": 1, "repeated": 1}),
        ([event(), event(text="b")], {"interactions": 2, "recorded": 1, "contradicted": 1}),
        (
            [event(hours=None), event(hours=None, text="b"), event("o2")],
            {"interactions": 3, "recorded": 2, "contradicted": 1},
        ),
        ([], {}),
    ],
)
def test_the_counts_add_up_in_one_batch_and_in_many(
    store: Store, tellings: list[Interaction], counts: dict[str, int]
) -> None:
    assert record(store, *tellings) == counts
    other, total = MemoryStore().tenant("main"), dict[str, int]()
    for told in tellings:
        for name, count in record(other, told).items():
            total[name] = total.get(name, 0) + count
    assert total == counts
    parts = {name: count for name, count in counts.items() if name != "interactions"}
    assert sum(parts.values()) == counts.get("interactions", 0)


def test_a_contradiction_is_named_and_without_times_the_first_stays(store: Store) -> None:
    record(store, event(hours=None, text="first"))
    changes = prepare_record(store, [event(hours=None, text="second")])
    (reason,) = changes.reasons
    assert reason.code == "contradicted_event"
    assert str(reason) == "shop tells the event o1 in two ways"
    store.apply(changes)
    (kept,) = read_timeline(store, [home_id("main", ANN)], limit=None)
    assert kept.text == "first"


def test_what_says_nothing_new_writes_nothing(store: Store) -> None:
    record(store, event())
    assert prepare_record(store, [event(), event()]).empty


def test_the_rows_of_the_events_and_of_the_facts_are_expected() -> None:
    changes = decide_interactions([event(), event("o2")], tenant="main")
    expected = {(expect.kind.name, expect.key): expect.version for expect in changes.expects}
    assert expected == {
        (INTERACTIONS.name, ("shop", "o1")): ABSENT,
        (INTERACTIONS.name, ("shop", "o2")): ABSENT,
        (CORRELATIONS.name, ("shop", "1")): ABSENT,
        (FACTS.name, (home_id("main", ANN),)): ABSENT,
    }


@pytest.mark.parametrize(
    "others",
    [
        [event()],
        [event("o2", correlation="2")],
        [event(subject=BOB)],
        [event(hours=3, subject=BOB)],
    ],
)
def test_two_intakes_at_once_lose_nothing_of_each_other(
    store: Store, others: Sequence[Interaction]
) -> None:
    mine = prepare_record(store, [event(hours=1, text="mine")])
    record(store, *others)
    with pytest.raises(ConflictError):
        store.apply(mine)
    record(store, event(hours=1, text="mine"))


def test_an_event_told_about_somebody_else_leaves_the_first_ones_facts(store: Store) -> None:
    record(store, event(), event("m", kind="email_opened"))
    record(store, event(hours=1, subject=BOB))
    assert facts(store, ANN).counts == {"email_opened": 1}
    assert facts(store, BOB).order_count == 1
    record(store, event(hours=2, subject=None))
    assert facts(store, BOB) == Facts()


def test_an_order_that_counts_no_more_leaves_the_facts_and_comes_back(store: Store) -> None:
    record(store, event(void=True))
    assert facts(store, ANN) == Facts()
    record(store, event(hours=1))
    assert facts(store, ANN).order_count == 1
    record(store, event(hours=2, void=True))
    assert facts(store, ANN).order_count == 0


def test_an_undated_event_keeps_its_first_time_and_the_facts_follow(store: Store) -> None:
    late = event(hours=5, at=AT + timedelta(hours=5), undated=True)
    early = event(hours=2, at=AT + timedelta(hours=2), undated=True)
    record(store, late)
    assert record(store, early) == {"interactions": 1, "retold": 1}
    assert facts(store, ANN).first_order_at == AT + timedelta(hours=2)


def test_an_event_without_a_subject_is_kept_and_counts_for_nobody(store: Store) -> None:
    record(store, event(subject=None))
    assert INTERACTIONS.key_of(event()) in store.get_many(INTERACTIONS, [("shop", "o1")])
    assert not store.scan(FACTS).rows


def test_a_caller_does_not_choose_the_home(store: Store) -> None:
    record(store, event(home_id=home_id("main", BOB)))
    assert facts(store, BOB) == Facts()
    assert facts(store, ANN).order_count == 1


def test_an_event_that_says_no_subject_is_filed_with_its_thread_whichever_comes_first(
    store: Store,
) -> None:
    loose = event("refund/1", subject=None, kind="refund", amount=Money("4.00", "EUR"))
    other = event("refund/2", subject=None, kind="refund", correlation="2")
    record(store, loose, other)
    assert facts(store, ANN) == Facts()
    record(store, event())
    assert facts(store, ANN).spend == {"EUR": Money("6.00", "EUR")}
    late = event("refund/3", subject=None, kind="refund", amount=Money("1.00", "EUR"))
    record(store, late)
    assert facts(store, ANN).spend == {"EUR": Money("5.00", "EUR")}
    record(store, event(hours=1, subject=BOB))
    assert facts(store, ANN) == Facts()
    assert facts(store, BOB).counts == {"order_placed": 1, "refund": 2}


def test_an_event_filed_meanwhile_makes_whoever_tells_its_subject_decide_again(
    store: Store,
) -> None:
    told = prepare_record(store, [event()])
    record(store, event("refund/1", subject=None, kind="refund"))
    with pytest.raises(ConflictError):
        store.apply(told)
    loose = prepare_record(store, [event("refund/2", subject=None, kind="refund")])
    record(store, event())
    with pytest.raises(ConflictError):
        store.apply(loose)


def test_an_order_from_before_correlations_were_kept_still_has_its_refunds(store: Store) -> None:
    record(store, event())
    store.apply(ChangeSet(drops=(Drop(CORRELATIONS, ("shop", "1")),)))
    record(store, event("refund/1", subject=None, kind="refund", amount=Money("4.00", "EUR")))
    assert facts(store, ANN).spend == {"EUR": Money("6.00", "EUR")}
