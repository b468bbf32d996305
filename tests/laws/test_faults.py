"""A failing store leaves the state before or after; a repeated request counts once."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from ecrm_core.adapters.memory import MemoryStore
from ecrm_core.crm import Crm, Settings
from ecrm_core.errors import StorageUnavailable
from ecrm_core.kernel import FixedClock, encode
from ecrm_core.merging import PROPOSALS, REVIEW_DECISIONS, Proposal
from ecrm_core.ports import Store, Tenants
from ecrm_core.sources import Delivery, shopify
from ecrm_core.testing.faults import CommitThenErrorStore, FailingStore
from tests.profile import SEED, size
from tests.queues import proposal, propose

NOW = datetime(2026, 5, 1, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


def _delivery(last: str, at: datetime) -> Delivery:
    people = [
        {"id": n, "email": f"{n}@example.com", "last_name": last, "updated_at": at.isoformat(),
         "email_marketing_consent": {"state": "subscribed", "consent_updated_at": at.isoformat()}}
        for n in (1, 2)
    ]  # fmt: skip
    return shopify.read(json.dumps(people).encode(), received_at=NOW)


class _Around:
    """A whole store that hands out one prepared handle."""

    def __init__(self, handle: Store) -> None:
        self._handle = handle

    def tenant(self, name: str) -> Store:
        assert name == "main"
        return self._handle

    def close(self) -> None: ...


def _crm(store: Tenants) -> Crm:
    return Crm(store, settings=Settings(clock=FixedClock(LATER)))


def _proposed(one: int, other: int) -> Proposal:
    return proposal(f"{one}", f"{other}", source="shopify")


def _shop() -> tuple[MemoryStore, str]:
    """A shop with two customers, one of them merged from two."""
    store = MemoryStore()
    crm = _crm(store)
    crm.ingest(_delivery("a", NOW))
    more = [
        {"id": n, "email": f"{n}@example.com", "updated_at": NOW.isoformat()} for n in (3, 4, 5)
    ]
    crm.ingest(shopify.read(json.dumps(more).encode(), received_at=NOW))
    propose(crm, *(_proposed(*pair) for pair in ((1, 2), (4, 5))))
    crm.settle(_proposed(4, 5).id, "same", by="agent")
    return store, crm.merge("shopify/2", "shopify/3", by="agent").edge


Verb = Callable[[Crm, str, str | None], object]
VERBS: dict[str, Verb] = {
    "ingest": lambda crm, _, key: crm.ingest(_delivery("b", LATER), key=key),
    "correct": lambda crm, _, key: crm.correct("shopify/2", "tags", "x", by="agent", key=key),
    "merge": lambda crm, _, key: crm.merge("shopify/1", "shopify/2", by="agent", key=key),
    "merge with a value": lambda crm, _, key: crm.merge(
        "shopify/1", "shopify/2", by="agent", values={"tags": "vip"}, key=key
    ),
    "hold": lambda crm, _, key: crm.hold("shopify/2", reason="case", by="agent", key=key),
    "unmerge": lambda crm, edge, key: crm.unmerge(edge, by="agent", key=key),
    "consent": lambda crm, _, key: crm.consent(
        "1@example.com", "revoked", channel="email", purpose="marketing", key=key
    ),
    "refuse": lambda crm, _, key: crm.refuse_contact("shopify/2", by="her", key=key),
    "settle": lambda crm, _, key: crm.settle(_proposed(1, 2).id, "same", by="agent", key=key),
    "undo last": lambda crm, _, key: crm.undo_last(by="agent", key=key),
}


def _state(store: MemoryStore) -> str:
    crm = _crm(store)
    rows = [encode(row.value) for row in crm.store.scan(PROPOSALS).rows]
    rows += [encode(row.value) for row in crm.store.scan(REVIEW_DECISIONS).rows]
    return json.dumps([crm.export(f"shopify/{n}") for n in range(1, 6)] + rows, sort_keys=True)


@pytest.mark.parametrize("verb", VERBS)
def test_a_failure_at_any_call_leaves_the_state_before(verb: str) -> None:
    done, edge = _shop()
    VERBS[verb](_crm(done), edge, None)
    calls = 0
    for at in range(1, 100):
        store, edge = _shop()
        before = _state(store)
        failing = FailingStore(store.tenant("main"), at=at)
        try:
            VERBS[verb](_crm(_Around(failing)), edge, None)
        except StorageUnavailable:
            calls += 1
            assert _state(store) == before
        else:
            assert _state(store) == _state(done)
            break
    assert calls >= 2


@pytest.mark.parametrize("verb", VERBS)
def test_a_request_repeated_after_a_lost_answer_counts_once(verb: str) -> None:
    done, edge = _shop()
    expected = VERBS[verb](_crm(done), edge, "k")
    store, edge = _shop()
    losing = _crm(_Around(CommitThenErrorStore(store.tenant("main"), at=1)))
    with pytest.raises(StorageUnavailable):
        VERBS[verb](losing, edge, "k")
    assert _state(store) == _state(done)
    again = VERBS[verb](_crm(store), edge, "k")
    assert _plain(again) == _plain(expected)
    assert _state(store) == _state(done)


def _plain(answer: object) -> str:
    return repr(answer).replace("replayed=True", "replayed=False")


def test_random_requests_with_lost_answers_have_no_double_effect() -> None:
    """F2: every request is sent until it is answered, some answers are lost after the commit."""
    draw = random.Random(SEED)
    for _ in range(size(100, 10_000)):
        plain, edge = _shop()
        lossy, _same = _shop()
        for number in range(3):
            verb = draw.choice(sorted(VERBS))
            outcomes = []
            for store, lose in ((plain, False), (lossy, draw.random() < 0.7)):
                outcomes.append(_send(store, verb, edge, f"r{number}", lose=lose))
            assert outcomes[0] == outcomes[1]
        assert _state(plain) == _state(lossy)


def _send(store: MemoryStore, verb: str, edge: str, key: str, *, lose: bool) -> str:
    if lose:
        try:
            VERBS[verb](_crm(_Around(CommitThenErrorStore(store.tenant("main"), at=1))), edge, key)
        except StorageUnavailable:
            pass
        except Exception as error:  # noqa: BLE001 - a refusal is an answer
            return type(error).__name__
    try:
        return _plain(VERBS[verb](_crm(store), edge, key))
    except Exception as error:  # noqa: BLE001
        return type(error).__name__
