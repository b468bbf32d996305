"""A nightly run over what has changed comes to what one run over everybody comes to."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

import pytest

from ecrm_core.crm import Crm
from ecrm_core.customers import (
    RECORDS,
    SourceKey,
    SourceRecord,
    Stated,
    home_id,
    parse_email,
    parse_phone,
)
from ecrm_core.errors import RefusedError
from ecrm_core.kernel import CustomerId
from ecrm_core.matching import default_model
from ecrm_core.merging import (
    MERGE_EDGES,
    PROPOSALS,
    AutoMerge,
    Cause,
    MergeEdge,
    Proof,
    Zone,
    roots_of,
)
from ecrm_core.ports import Store, read_edges
from ecrm_core.sources import Delivery
from tests.derived import check_derived, rows
from tests.profile import SEED, size
from tests.twins import without_runs

START = datetime(2026, 1, 1, tzinfo=UTC)
KEYS = [SourceKey("shop", str(n)) for n in range(9)] + [SourceKey("mail", str(n)) for n in range(5)]
HOMES = [home_id("main", key) for key in KEYS]
ROLES = ("full_name", "given_name", "family_name", "email", "phone", "birth_date", "street", "city",
         "postcode")  # fmt: skip
MODELS = [default_model([(role, role) for role in ROLES], prior=at) for at in (-9.0, -13.0)]
GIVEN, FAMILY = ("Anna", "Anne", "Bert", "민준"), ("Berg", "Burg", "Kim", "김")
POLICIES = (
    (),
    (AutoMerge(zone=Zone.CERTAIN),),
    (AutoMerge(zone=Zone.LIKELY),),
    (AutoMerge(zone=Zone.LIKELY, sources={"shop"}), AutoMerge(zone=Zone.CERTAIN)),
    (AutoMerge(proof=Proof.CLICKED),),
    (AutoMerge(zone=Zone.CERTAIN), AutoMerge(proof=Proof.TYPED, sources={"mail"})),
)


class Nights:
    """A shop of few people under many ids; things happen by day, a run comes by night."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.crm = Crm.open()
        self.now = START
        self.policies = self.random.choice(POLICIES)
        self.crm.adopt_model(self.random.choice(MODELS), by="law", now=self.now)
        for key in KEYS:
            self.ingest(key)

    def night(self) -> None:
        self.crm.run_matching(auto=self.policies, page=self.random.choice([1, 3, 50]), now=self.now)

    def day(self) -> None:
        acts = [self.ingest, self.ingest, self.merge, self.unmerge, self.judge, self.judge,
                self.claim]  # fmt: skip
        for _ in range(self.random.randint(1, 4)):
            self.now += timedelta(minutes=1)
            self.random.choice(acts)()

    def ingest(self, key: SourceKey | None = None) -> None:
        draw = self.random
        person = draw.randrange(5)
        stated: dict[str, object] = {
            "name.given": GIVEN[person % 4] if draw.random() < 0.7 else draw.choice(GIVEN),
            "name.family": FAMILY[person % 4] if draw.random() < 0.8 else draw.choice(FAMILY),
            "birth_on": date(1980, 1 + person, 1) if draw.random() < 0.7 else date(1990, 1, 1),
            "emails": (parse_email(f"p{person if draw.random() < 0.8 else 9}@example.com"),),
            "phones": (parse_phone(f"+44 20 7946 000{person}"),),
            "address.lines": (f"{person % 2} Main Street",),
            "address.locality": "Leeds",
            "address.postal_code": f"LS{person % 2}",
        }
        kept = draw.sample(sorted(stated), draw.randint(2, 6))
        cells = {name: Stated(stated[name], self.now, self.now) for name in kept}
        key = key or draw.choice(KEYS)
        record = SourceRecord(key, cells)
        self.crm.ingest(Delivery(source=key.source, records=(record,)), now=self.now)

    def merge(self) -> None:
        one, other = self.random.sample(HOMES, 2)
        try:
            self.crm.merge(one, other, by="ann", now=self.now)
        except RefusedError:
            return

    def unmerge(self) -> None:
        active = [row.value for row in read_edges(self.crm.store, HOMES) if row.value.active]
        if active:
            self.crm.unmerge(self.random.choice(active), by="ann", now=self.now)

    def judge(self) -> None:
        one, other = self.random.sample(HOMES, 2)
        verdict = self.random.choice(["same", "different", "different", "unsure"])
        try:
            self.crm.judge(one, other, verdict, by="ann", now=self.now)
        except RefusedError:
            return

    def claim(self) -> None:
        """Claim to be another customer, or whoever holds an address."""
        one, other = self.random.sample(KEYS, 2)
        proof, mail = self.random.choice(list(Proof)), f"p{self.random.randrange(5)}@example.com"
        if self.random.random() < 0.5:
            self.crm.claim(one, other, proof=proof, source="web", by="site", now=self.now)
        else:
            self.crm.claim_address(one, mail, proof=proof, source="web", by="site", now=self.now)


Persons = dict[CustomerId, frozenset[CustomerId]]


def persons(store: Store) -> Persons:
    """Each home with all homes of its customer."""
    edges: list[MergeEdge] = list(rows(store, MERGE_EDGES).values())
    roots = roots_of(HOMES, edges)
    return {home: frozenset(h for h in HOMES if roots[h] == roots[home]) for home in HOMES}


def proposed(store: Store, of: Persons) -> dict[frozenset[frozenset[CustomerId]], object]:
    """What is proposed, by whom it is about, whichever ids they go by."""
    held = list(rows(store, PROPOSALS).values())
    cards: dict[str, set[frozenset[CustomerId]]] = {}
    for row in held:
        cards.setdefault(row.group, set()).update({of[row.left], of[row.right]})
    return {
        frozenset({of[row.left], of[row.right]}): (
            row.zone, row.probability, row.weight, row.proof, frozenset(cards[row.group])
        )
        for row in held
    }  # fmt: skip


@pytest.mark.parametrize("block", range(10))
def test_nights_come_to_what_one_run_over_everybody_does(block: int) -> None:
    for number in range(size(30, 1_000) // 10):
        shop = Nights(SEED * 1_000_000 + block * 10_000 + number)
        for _ in range(4):
            shop.night()
            shop.day()
        shop.night()
        check_derived(shop.crm.store)
        twin = Crm.open()
        without_runs(shop.crm.store, twin.store)
        twin.run_matching(auto=shop.policies, now=shop.now)
        found, wanted = persons(shop.crm.store), persons(twin.store)
        assert found == wanted
        assert proposed(shop.crm.store, found) == proposed(twin.store, wanted)


def test_a_run_contradicts_no_person() -> None:
    """No edge of a person is undone, and none she took back stands again."""
    for number in range(size(10, 300)):
        shop = Nights(SEED * 1_000_000 + 500_000 + number)
        shop.policies = (AutoMerge(zone=Zone.LIKELY),)
        for _ in range(3):
            shop.day()
            before = rows(shop.crm.store, MERGE_EDGES)
            shop.night()
            after = rows(shop.crm.store, MERGE_EDGES)
            for key, edge in before.items():
                if edge.cause is Cause.HUMAN or not edge.active:
                    assert after[key] == edge
            for key, edge in after.items():
                assert key in before or edge.cause is Cause.AUTO


def test_a_second_run_finds_nothing_to_do() -> None:
    shop = Nights(SEED)
    shop.night()
    before = {kind.name: rows(shop.crm.store, kind) for kind in (RECORDS, MERGE_EDGES, PROPOSALS)}
    again = shop.crm.run_matching(auto=shop.policies, full=True, now=shop.now)
    assert (again.merged, again.undone, again.proposed, again.withdrawn) == (0, 0, 0, 0)
    assert before == {
        kind.name: rows(shop.crm.store, kind) for kind in (RECORDS, MERGE_EDGES, PROPOSALS)
    }
