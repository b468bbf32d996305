"""Review: a decision and its undo leave no trace, whatever else happens; no card in two hands."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from datetime import datetime, timedelta
from functools import partial
from itertools import combinations
from pathlib import Path

import pytest

from ecrm_core.adapters.memory import MemoryStore
from ecrm_core.adapters.sqlite import SqliteStore
from ecrm_core.crm import Crm, Settings
from ecrm_core.customers import SourceKey, SourceRecord, Stated
from ecrm_core.errors import RefusedError
from ecrm_core.kernel import FixedClock
from ecrm_core.matching import verdicts
from ecrm_core.merging import MERGE_EDGES, PROPOSALS, REVIEW_DECISIONS, REVIEW_LEASES, Zone
from ecrm_core.ports import Tenants, all_judgements
from ecrm_core.services.judgements import of_roots
from ecrm_core.sources import Delivery
from tests.derived import check_derived
from tests.profile import SEED, size
from tests.queues import AT, home, people, proposal, propose, waiting

KEYS = "abcdefgh"
REVIEWERS = 4


def _crm(store: Tenants | None = None) -> Crm:
    crm = Crm(store or MemoryStore(), settings=Settings(clock=FixedClock(AT)))
    people(crm, KEYS)
    return crm


def _queue(crm: Crm, draw: random.Random) -> None:
    """Propose some pairs, on cards of two to four."""
    keys = draw.sample(KEYS, len(KEYS))
    parts = [keys[:2], keys[2:4], keys[4:]] if draw.random() < 0.5 else [keys[:3], keys[3:]]
    for part in parts:
        for one, other in combinations(part, 2):
            if draw.random() < 0.8:
                group, zone = min(map(home, part)), draw.choice(list(Zone))
                value = draw.randrange(3)
                propose(crm, proposal(one, other, group=group, value=value, zone=zone))


def _state(crm: Crm) -> list[object]:
    """All that people see: every customer, what waits, and what was said last."""
    shown = [crm.export(f"shop/{key}", audit=False) for key in KEYS]
    for export in shown:
        export.pop("judgements")  # never rewritten: what was said last is compared
    said = of_roots(crm.store, all_judgements(crm.store))
    return [shown, waiting(crm), verdicts(said)]


def _verdict(crm: Crm, card: str, draw: random.Random) -> str | list[list[str]]:
    customers: list[str] = [each.id for each in crm.review_card(card).customers]
    draw.shuffle(customers)
    cut = draw.randrange(1, len(customers))
    parts = [customers[:cut], customers[cut:]]
    verdicts: list[str | list[list[str]]] = ["same", "different", "unsure", parts]
    return draw.choice(verdicts)


class _Others:
    """What others do with the customers meanwhile, in two shops at once."""

    def __init__(self, crms: Sequence[Crm], draw: random.Random) -> None:
        self.crms, self.random, self.at = crms, draw, AT
        self.strangers = list("uvwxyz")
        for crm in crms:
            people(crm, self.strangers)

    def act(self) -> None:
        self.at += timedelta(hours=self.random.choice([0, 1]))
        self.random.choice([self._ingest, self._consent, self._judge, self._merge])()

    def _ingest(self) -> None:
        cells = {"name.given": Stated(self.random.choice("xyz"), self.at, self.at)}
        key = SourceKey("shop", self.random.choice(KEYS))
        for crm in self.crms:
            crm.ingest(Delivery(source="shop", records=(SourceRecord(key, cells),)), now=self.at)

    def _consent(self) -> None:
        address = f"{self.random.choice('xyz')}@example.com"
        for crm in self.crms:
            crm.consent(address, "granted", channel="email", purpose="news", now=self.at)

    def _judge(self) -> None:
        """Judge two of one card that go by the same ids in both shops."""
        rows = [row.value for row in self.crms[-1].store.scan(PROPOSALS).rows]
        held = self.random.choice(rows) if rows else None
        if held and all(crm.resolve(id_) == id_ for crm in self.crms
                        for id_ in (held.left, held.right)):  # fmt: skip
            verdict = self.random.choice(["same", "different", "unsure"])
            for crm in self.crms:
                crm.judge(held.left, held.right, verdict, by="bo", now=self.at)

    def _merge(self) -> None:
        """Merge a customer of a card with one who is on none."""
        key = self.random.choice(KEYS)
        if self.strangers and all(crm.resolve(f"shop/{key}") == home(key) for crm in self.crms):
            pair = [f"shop/{key}", f"shop/{self.strangers.pop()}"]
            self.random.shuffle(pair)
            for crm in self.crms:
                crm.merge(*pair, by="bo", now=self.at)


@pytest.mark.parametrize("block", range(5))
def test_a_decision_taken_back_was_never_made(block: int) -> None:
    """Decisions on some cards, some taken back in any order, beside a twin without those."""
    for number in range(size(10, 400)):
        draw = random.Random(SEED * 1_000_000 + block * 10_000 + number)
        crm, twin = _crm(), _crm()
        for each in (crm, twin):
            _queue(each, random.Random(block * 10_000 + number))
        others, gone = _Others([crm, twin], draw), list[str]()
        for card in [card.id for card in crm.review(by="ada", limit=9, lease=None)]:
            others.act()
            with suppress(RefusedError):
                verdict = _verdict(crm, card, draw)
                decision = crm.settle(card, verdict, by="ada", now=others.at).decision
                if draw.random() < 0.6:
                    gone.append(decision)
                else:
                    twin.settle(card, verdict, by="ada", now=others.at)
            others.act()
        for decision in draw.sample(gone, len(gone)):
            others.act()
            crm.undo_decision(decision, by="bo", now=others.at)
        assert _state(crm) == _state(twin)
        check_derived(crm.store)


def test_a_batch_is_its_decisions_one_by_one() -> None:
    for number in range(size(15, 500)):
        draw = random.Random(SEED * 1_000_000 + number)
        crm, twin = _crm(), _crm()
        for each in (crm, twin):
            _queue(each, random.Random(number))
        cards = [card.id for card in crm.review(by="ada", limit=9)]
        said = {card: _verdict(crm, card, draw) for card in draw.sample(cards, len(cards))}
        made = crm.settle_many(said, by="ada")
        assert not made.refused
        for card, verdict in said.items():
            assert twin.settle(card, verdict, by="ada") == made.settled[card]
        assert _state(crm) == _state(twin)
        one, two = (each.store.scan(REVIEW_DECISIONS).rows for each in (crm, twin))
        assert [row.value for row in one] == [row.value for row in two]


def test_the_queue_goes_by_value_and_ties_by_id() -> None:
    for number in range(size(15, 500)):
        crm = _crm()
        _queue(crm, random.Random(SEED * 1_000_000 + number))
        found = crm.review(by="ada", limit=99, lease=None)
        placed = [(-card.value, min(each.proposal.id for each in card.proposals
                                    if (each.proposal.value, each.proposal.zone)
                                    == (card.value, card.zone))) for card in found]  # fmt: skip
        assert placed == sorted(placed)
        groups = {row.value.group for row in crm.store.scan(PROPOSALS).rows}
        assert sorted(card.id for card in found) == sorted(groups)
        zones = [crm.review(by="x", limit=99, lease=None, zone=zone) for zone in Zone]
        by_zone = [card.id for page in zones for card in page]
        assert sorted(by_zone) == sorted(groups)


@pytest.fixture(params=["memory", "sqlite"])
def handles(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[Tenants]]:
    """One handle for each reviewer on the same data, as four threads or processes would have."""
    if request.param == "memory":
        yield [MemoryStore()] * REVIEWERS
        return
    with ExitStack() as stack:
        path = tmp_path / "shop.db"
        # What a power cut would do is not asked here, so the disk is not waited for.
        stores = [SqliteStore(path, synchronous="NORMAL") for _ in range(REVIEWERS)]
        yield [stack.enter_context(store) for store in stores]


def _shop(handles: list[Tenants], number: int) -> list[Crm]:
    """Return the reviewers' facades on a new shop with ten cards of two."""
    settings = Settings(clock=FixedClock(AT))
    crms = [Crm(handle, tenant=f"shop {number}", settings=settings) for handle in handles]
    people(crms[0], KEYS)
    tenant = crms[0].store.tenant
    for one, other in ("ab", "cd", "ef", "gh"):
        propose(crms[0], proposal(one, other, value=1, tenant=tenant))
    return crms


def test_reviewers_at_once_never_hold_one_card_and_none_is_left(handles: list[Tenants]) -> None:
    with ThreadPoolExecutor(REVIEWERS) as pool:
        for number in range(size(15, 1_000)):
            crms = _shop(handles, number)
            draw = random.Random(SEED * 1_000_000 + number)
            limits = [draw.randrange(1, 4) for _ in crms]
            pages = list(pool.map(_take, crms, "abcd", limits))
            taken = [card for page in pages for card in page]
            assert len(set(taken)) == len(taken) == min(sum(limits), 4)
            leases = crms[0].store.scan(REVIEW_LEASES).rows
            held = {row.value.card: row.value.reviewer for row in leases}
            assert held == {card: by for by, page in zip("abcd", pages, strict=True)
                            for card in page}  # fmt: skip


def _take(crm: Crm, by: str, limit: int) -> list[str]:
    return [card.id for card in crm.review(by=by, limit=limit)]


def test_a_card_is_decided_once_whoever_is_first(handles: list[Tenants]) -> None:
    """All decide all cards at once, some their leases, some without: each counts once."""
    with ThreadPoolExecutor(REVIEWERS) as pool:
        for number in range(size(10, 500)):
            crms = _shop(handles, number)
            draw = random.Random(SEED * 1_000_000 + number)
            cards = _take(crms[0], "nobody", 4)
            late = AT + timedelta(hours=1)  # that lease ran out
            orders = [draw.sample(cards, 4) for _ in crms]
            done = list(pool.map(_decide, crms, "abcd", orders, [late] * REVIEWERS))
            assert sorted(card for each in done for card in each) == sorted(cards)
            rows = [row.value for row in crms[0].store.scan(REVIEW_DECISIONS).rows]
            assert sorted(row.card for row in rows) == sorted(cards)
            edges = [row.value for row in crms[0].store.scan(MERGE_EDGES).rows]
            assert {edge.id for edge in edges} == {id_ for row in rows for id_ in row.edges}
            assert len(edges) == 4
            assert not waiting(crms[0])
            check_derived(crms[0].store)


def _decide(crm: Crm, by: str, cards: Sequence[str], at: datetime) -> list[str]:
    made = crm.settle_many(dict.fromkeys(cards, "same"), by=by, now=at)
    assert {each.code for each in made.refused} <= {"card_decided", "no_card", "card_held"}
    return list(made.settled)


def test_decisions_undos_and_merges_at_once_end_in_one_forest(handles: list[Tenants]) -> None:
    """A reviewer decides, one takes back, one merges, one undoes merges: nothing is half done."""
    with ThreadPoolExecutor(REVIEWERS) as pool:
        for number in range(size(10, 500)):
            crms = _shop(handles, number)
            draw = random.Random(SEED * 1_000_000 + number)
            cards = _take(crms[0], "ada", 4)
            first = crms[0].settle(cards[0], "same", by="ada")
            one, other = (f"shop/{key}" for key in draw.sample(KEYS, 2))
            acts: list[Callable[[], object]] = [
                partial(crms[0].settle_many, dict.fromkeys(cards[1:], "same"), by="ada"),
                partial(crms[1].undo_decision, first.decision, by="ada"),
                partial(crms[2].merge, one, other, by="bo"),
                partial(crms[3].unmerge, first.edges[0], by="bo"),
            ]
            list(pool.map(_try, acts))
            store = crms[0].store
            rows = {row.value.id: row.value for row in store.scan(REVIEW_DECISIONS).rows}
            edges = {row.value.id: row.value for row in store.scan(MERGE_EDGES).rows}
            assert not rows[first.decision].stands
            assert not edges[first.edges[0]].active
            for row in rows.values():
                assert all(edges[id_].active is row.stands for id_ in row.edges)
            check_derived(store)


def _try(act: Callable[[], object]) -> None:
    with suppress(RefusedError):
        act()
