"""Whatever somebody else does between two steps of a verb, it is as if one had come first."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from ecrm_core.adapters.memory import MemoryStore
from ecrm_core.crm import Crm, Settings
from ecrm_core.customers import SourceKey, SourceRecord, Stated, parse_email
from ecrm_core.errors import EcrmError
from ecrm_core.kernel import Applied, ChangeSet, FixedClock, Money, encode
from ecrm_core.merging import PROPOSALS, REVIEW_DECISIONS
from ecrm_core.ports import Store
from ecrm_core.sources import Delivery
from ecrm_core.subscriptions import Cancel, Command, Plan, TermRule
from ecrm_core.testing.faults import FailingStore
from ecrm_core.timeline import Interaction
from tests.derived import check_derived
from tests.faulty.shop import Late
from tests.histories.ledger import Around
from tests.places import PLACES, handles
from tests.profile import size
from tests.queues import proposal, propose

NOW = datetime(2026, 5, 1, tzinfo=UTC)
PEOPLE = [f"shop/{number}" for number in range(5)]
PLAN = Plan(id="p", price=Money("9.90", "EUR"), cadence="P1M", term=TermRule(initial="P3M"))
CARD = proposal("1", "3").group
Verb = Callable[[Crm, str], object]


class _Meanwhile(FailingStore):
    """A store in which something happens just before its n-th call."""

    def __init__(self, store: Store, *, at: int, act: Callable[[], object]) -> None:
        super().__init__(store, at=at)
        self._act = act

    def _count(self) -> None:
        self.calls += 1
        if self.calls == self._at:
            self._act()


def _crm(store: Store) -> Crm:
    return Crm(Around(store), settings=Settings(clock=FixedClock(NOW)))


def _record(number: int, hours: int, letter: str) -> SourceRecord:
    at = NOW - timedelta(hours=hours)
    values = {"name.full": letter, "emails": (parse_email(f"{letter}@example.com"),)}
    return SourceRecord(
        SourceKey.parse(PEOPLE[number]), {n: Stated(v, at, at) for n, v in values.items()}
    )


def _ingest(*records: SourceRecord) -> Verb:
    return lambda crm, _: crm.ingest(Delivery(source="shop", records=records))


class _Taped(FailingStore):
    """A store that never fails and keeps what was applied."""

    def __init__(self, store: Store) -> None:
        super().__init__(store, at=0)
        self.tape: list[ChangeSet] = []

    def apply(self, changes: ChangeSet) -> Applied:
        self.tape.append(changes)
        return super().apply(changes)


@cache
def _beginning() -> tuple[tuple[ChangeSet, ...], str]:
    """What makes the shop below, decided once; and the edge."""
    store = _Taped(MemoryStore().tenant("main"))
    crm = _crm(store)
    _ingest(*(_record(number, 9, "abcd"[number]) for number in range(4)))(crm, "")
    propose(crm, proposal("0", "1"), proposal("1", "3"))
    crm.settle(proposal("0", "1").id, "different", by="a")
    for number in (1, 3):
        crm.subscribe(PEOPLE[number], PLAN, preset="b2b", now=NOW - timedelta(days=60))
    edge = crm.merge(PEOPLE[2], PEOPLE[3], by="a").edge
    return tuple(store.tape), edge


def _world() -> tuple[Store, str]:
    """A shop with four customers, 2 and 3 of them merged, two cards, one decided; and the edge."""
    store = MemoryStore().tenant("main")
    tape, edge = _beginning()
    for changes in tape:
        store.apply(changes)
    return store, edge


def _event(
    number: int, minutes: int, *, event: str = "e", kind: str = "order_placed"
) -> Interaction:
    return Interaction(
        source="shop", event_id=event, kind=kind, at=NOW, subject=SourceKey.parse(PEOPLE[number]),
        amount=Money("10.00", "EUR"), told_at=NOW + timedelta(minutes=minutes), correlation="o",
    )  # fmt: skip


def _command(crm: Crm, command: Command) -> object:
    return crm.command(crm.subscriptions(PEOPLE[3])[0].id, command, by="a")


VERBS: dict[str, Verb] = {
    "subscribe": lambda crm, _: crm.subscribe(PEOPLE[3], PLAN, key="s"),
    "cancel": lambda crm, _: _command(crm, Cancel.at_term_end()),
    "run": lambda crm, _: crm.run_due(),
    "record": lambda crm, _: crm.record([_event(3, 0), _event(1, 0, event="f", kind="refund")]),
    "record elsewhere": lambda crm, _: crm.record([_event(2, 1), _event(3, 1, event="g")]),
    "ingest": _ingest(_record(3, 1, "x"), _record(1, 1, "y"), _record(4, 1, "z")),
    "ingest twice": _ingest(_record(3, 5, "v"), _record(4, 2, "v"), _record(3, 3, "w")),
    "correct": lambda crm, _: crm.correct(PEOPLE[3], "tags", "vip", by="a"),
    "merge": lambda crm, _: crm.merge(PEOPLE[1], PEOPLE[3], by="a"),
    "merge with a value": lambda crm, _: crm.merge(
        PEOPLE[2], PEOPLE[1], by="a", values={"name.full": "e"}
    ),
    "hold": lambda crm, _: crm.hold(PEOPLE[3], reason="r", by="a"),
    "merge back": lambda crm, _: crm.merge(PEOPLE[2], PEOPLE[1], by="a"),
    "merge under a key": lambda crm, _: crm.merge(PEOPLE[0], PEOPLE[2], by="a", key="k"),
    "unmerge": lambda crm, edge: crm.unmerge(edge, by="a"),
    "unmerge under a key": lambda crm, edge: crm.unmerge(edge, by="a", key="u"),
    "refuse": lambda crm, _: crm.refuse_contact(PEOPLE[3], by="her"),
    "judge": lambda crm, _: crm.judge(PEOPLE[1], PEOPLE[3], "different", by="a"),
    "settle": lambda crm, _: crm.settle(CARD, "same", by="a", winner=PEOPLE[1]),
    "undo last": lambda crm, _: crm.undo_last(by="a"),
    "lift": lambda crm, _: crm.lift_refusal(PEOPLE[2], by="her"),
}
READS: dict[str, Verb] = {
    "resolve": lambda crm, _: crm.resolve(PEOPLE[3]),
    "export": lambda crm, _: crm.export(PEOPLE[3]),
    "preview": lambda crm, _: crm.preview_merge(PEOPLE[1], PEOPLE[3]).reveal(),
}


def _outcome(verb: Verb, crm: Crm, edge: str) -> object:
    try:
        return verb(crm, edge)
    except EcrmError as error:
        return error.code


def _state(store: Store) -> str:
    exports = [_outcome(lambda crm, at: crm.export(at), _crm(store), at) for at in PEOPLE]
    rows = [encode(row.value) for row in store.scan(PROPOSALS).rows]
    rows += [encode(row.value) for row in store.scan(REVIEW_DECISIONS).rows]
    return json.dumps(exports + rows, sort_keys=True)


def _one_after_the_other(*verbs: Verb) -> tuple[list[object], str]:
    store, edge = _world()
    return [_outcome(verb, _crm(store), edge) for verb in verbs], _state(store)


@pytest.mark.parametrize("other", VERBS)
@pytest.mark.parametrize("verb", VERBS | READS)
def test_as_if_one_had_come_first(verb: str, other: str) -> None:
    mine, theirs = (VERBS | READS)[verb], VERBS[other]
    (one, two), after = _one_after_the_other(mine, theirs)
    (four, three), later = _one_after_the_other(theirs, mine)
    allowed = [([one, two], after), ([three, four], later)]
    at = happened = 1
    while happened:
        store, edge = _world()
        told: list[object] = []
        act = lambda s=store, e=edge, t=told: t.append(_outcome(theirs, _crm(s), e))  # noqa: E731
        between = _Meanwhile(store, at=at, act=act)
        result = _outcome(mine, _crm(between), edge)
        happened = len(told)
        assert not told or ([result, *told], _state(store)) in allowed, f"before call {at}"
        check_derived(store)
        at += 1 if at < size(6, 10_000) else 4  # a long verb's later calls are much alike
    assert at > 3


@pytest.mark.parametrize("place", PLACES)
def test_an_insert_under_a_customer_counts_as_a_change(
    place: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """What is read of a customer is old when there is one row more, changed or not."""
    told: list[str] = []
    with handles(place, request, tmp_path, count=2) as (mine, other):
        shop = _crm(other.tenant("main"))
        _ingest(_record(0, 9, "a"))(shop, "")
        refuse = lambda: shop.refuse_contact(PEOPLE[0], by="her")  # noqa: E731 - on one line
        _crm(Late(mine.tenant("main"), refuse, told)).correct(PEOPLE[0], "tags", "vip", by="a")
        assert told == ["operation"]
        check_derived(mine.tenant("main"))
