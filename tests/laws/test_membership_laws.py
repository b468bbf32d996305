"""Memberships: looking at what may have moved comes to what asking everybody does, always."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from ecrm_core.crm import Crm
from ecrm_core.customers import SourceKey, SourceRecord, Stated, home_id, parse_email, parse_phone
from ecrm_core.errors import DefinitionError, MissingError, RefusedError
from ecrm_core.kernel import OUTBOX, CustomerId, Money
from ecrm_core.ports import read_edges
from ecrm_core.segmentation import MEMBERSHIPS, MOVED, SEGMENT_MARKS, TOPICS, effect_id
from ecrm_core.sources import Delivery
from ecrm_core.subscriptions import Cancel, Plan, TermRule
from ecrm_core.timeline import Interaction
from tests.derived import rows
from tests.profile import SEED, size

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
KEYS = [SourceKey("shop", str(n)) for n in range(7)]
HOMES = [home_id("main", key) for key in KEYS]
NAMES = ("a", "b", "c", "d")
PLAN = Plan(id="p", price=Money("9.90", "EUR"), cadence="P1M", term=TermRule(initial="P3M"))
SECRET = b"kept for ever by the shop"
REFUSALS = {"no_customer", "erased", "same_customer", "already_undone", "unknown_name",
            "segment_name", "segment_in_use", "segment_cycle", "illegal_transition",
            "same_source"}  # fmt: skip
RULES = (
    "customer_tags CONTAINS 'vip'",
    "NOT customer_tags CONTAINS 'vip' AND number_of_orders >= 1",
    "last_order_date < -7d",
    "last_order_date >= -7d OR birth_date IS NULL",
    "anniversary(birth_date) BETWEEN today AND +7d",
    "orders MATCHES (date >= -30d, count >= 2)",
    "orders MATCHES (total > 50, sum(total) > 120) OR amount_spent > 100",
    "email_consent = 'granted'",
    "NOT sms_consent = 'denied' AND email_consent != 'expired'",
    "interactions MATCHES (kind = 'email_opened', date >= -36h, count >= 1)",
    "subscriptions MATCHES (status = 'active')",
    "subscriptions MATCHES (started <= -1m, ends IS NULL)",
    "abandoned_checkout_date >= -3d",
    "bucket('spring') < 50",
    "IN SEGMENT 'a'",
    "NOT IN SEGMENT 'b'",
    "IN SEGMENT 'c' OR last_order_date = today",
    "",
)


class Clock:
    """A clock that goes on when it is told to."""

    at = START

    def now(self) -> datetime:
        return self.at


class Days:
    """A shop of few people and some segments; things happen, time passes, refreshes come."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.clock = Clock()
        self.crm = Crm.open(currency="EUR", tz="Asia/Seoul", clock=self.clock, secret=SECRET)
        self.events = 0
        for key in KEYS:
            self.ingest(key)
            self.record()
        for _ in range(3):
            self.save()

    @property
    def now(self) -> datetime:
        return self.crm.now()

    def act(self) -> None:
        self.clock.at += timedelta(minutes=self.random.choice([1, 50, 200, 700, 3_000]))
        self.random.choice(self.ACTS)(self)

    def refresh(self) -> None:
        """Refresh, perhaps broken off and gone on with."""
        page = self.random.choice([1, 2, 500])
        stop = self.random.choice([True, False])
        self.crm.refresh_segments(page=page, progress=lambda *_: not stop)
        if stop:
            self.crm.refresh_segments(page=page)

    # -------------------------------------------------------- rules

    def save(self) -> None:
        name, rule = self.random.choice(NAMES), self.random.choice(RULES)
        self._known(lambda: self.crm.save_segment(name, rule, by="ann"))

    def rename(self) -> None:
        one, other = self.random.sample(NAMES, 2)
        self._known(lambda: self.crm.rename_segment(one, other, by="ann"))

    def drop(self) -> None:
        name = self.random.choice(NAMES)
        self._known(lambda: self.crm.drop_segment(name, by="ann"))

    # -------------------------------------------------------- data

    def ingest(self, key: SourceKey | None = None) -> None:
        draw = self.random
        stated: dict[str, object] = {
            "name.given": draw.choice(["Ann", "Bo"]),
            "tags": draw.choice([("vip",), (), ("new", "vip")]),
            "birth_on": date(1980, 1 + draw.randrange(3), 1 + draw.randrange(28)),
            "emails": (parse_email(f"p{draw.randrange(3)}@example.com"),),
            "phones": (parse_phone(f"+44 20 7946 000{draw.randrange(3)}"),),
        }
        kept = draw.sample(sorted(stated), 5 if key else draw.randint(1, 5))
        cells = {name: Stated(stated[name], self.now, self.now) for name in kept}
        record = SourceRecord(key or draw.choice(KEYS), cells)
        self.crm.ingest(Delivery(source="shop", records=(record,)))

    def record(self) -> None:
        draw = self.random
        self.events += draw.choice([0, 1, 1, 1])
        kind = draw.choice(["order_placed", "order_placed", "order_cancelled", "refund",
                            "email_opened", "checkout_abandoned"])  # fmt: skip
        at = self.now + timedelta(hours=draw.choice([-900, -200, -30, -1, 0, 5, 300]))
        self.crm.record(Interaction(
            source="shop", event_id=f"e{self.events}", kind=kind, at=at, told_at=self.now,
            subject=draw.choice(KEYS), amount=Money(Decimal(draw.choice([20, 60, 130])), "EUR"),
            correlation=f"o{draw.randrange(6)}", void=draw.random() < 0.1,
        ))  # fmt: skip

    def consent(self) -> None:
        draw = self.random
        channel = draw.choice(["email", "sms"])
        number = draw.randrange(3)
        to = f"p{number}@example.com" if channel == "email" else f"+44 20 7946 000{number}"
        at = self.now + timedelta(days=draw.choice([-3, 0, 4]))
        ends = draw.choice([None, at + timedelta(days=9)])
        self.crm.consent(
            to, draw.choice(["granted", "granted", "revoked", "pending"]), channel=channel,
            purpose="marketing", now=at, expires_at=ends,
        )  # fmt: skip

    def refuse(self) -> None:
        who = self.random.choice(KEYS)
        verb = self.random.choice([self.crm.refuse_contact, self.crm.lift_refusal])
        self._known(lambda: verb(who, purpose="marketing", by="her"))

    def subscribe(self) -> None:
        who, day = self.random.choice(KEYS), self.now.date()
        starts = day + timedelta(days=self.random.choice([-60, -20, 0, 15]))
        billed = max(starts, day)
        self._known(lambda: self.crm.subscribe(who, PLAN, starts_on=starts, billed_through=billed))

    def cancel(self) -> None:
        who = self.random.choice(KEYS)

        def cancelled() -> None:
            for held in self.crm.subscriptions(who)[:1]:
                self.crm.command(held.id, Cancel.at_term_end(), by="ann")

        self._known(cancelled)

    def run_due(self) -> None:
        self.crm.run_due()

    def correct(self) -> None:
        who = self.random.choice(KEYS)
        self._known(lambda: self.crm.correct(who, "tags", "vip", by="ann"))

    def merge(self) -> None:
        one, other = self.random.sample(KEYS, 2)
        self._known(lambda: self.crm.merge(one, other, by="ann"))

    def unmerge(self) -> None:
        active = [row.value for row in read_edges(self.crm.store, HOMES) if row.value.active]
        if active:
            self._known(lambda: self.crm.unmerge(self.random.choice(active), by="ann"))

    def pause(self) -> None:
        """Let time pass."""

    def erase(self) -> None:
        if self.random.random() < 0.2:
            who = self.random.choice(KEYS)
            self._known(lambda: self.crm.erase(who, by="ann", reason="asked"))

    def _known(self, act: Callable[[], object]) -> None:
        """Do what may be refused: nobody by that key, no segment of that name, a circle."""
        try:
            act()
        except (MissingError, RefusedError, DefinitionError) as error:
            if error.code not in REFUSALS:
                raise

    ACTS = (save, save, rename, drop, pause, pause, pause, ingest, ingest, ingest, record, record,
            record, record, record, consent, consent, consent, refuse, subscribe, cancel, run_due,
            correct, merge, unmerge, erase)  # fmt: skip


def members(crm: Crm) -> dict[str, tuple[CustomerId, ...]]:
    return {held.name: crm.segment_members(held.name).members for held in crm.saved_segments()}


def asked(crm: Crm) -> dict[str, tuple[CustomerId, ...]]:
    """Everybody asked every rule, by the plain interpreter."""
    return {
        held.name: crm.segment(f"IN SEGMENT '{held.name}'").members for held in crm.saved_segments()
    }


@pytest.mark.parametrize("block", range(3))
def test_a_refresh_comes_to_what_asking_everybody_does(block: int) -> None:
    """Segments 8.1, 8.3."""
    edits = 0
    while edits < size(90, 10_000) // 3:
        shop = Days(SEED * 1_000_000 + block * 10_000 + edits)
        for _ in range(30):
            shop.act()
            edits += 1
            if shop.random.random() < 0.6:
                shop.refresh()
                assert members(shop.crm) == asked(shop.crm), edits
        shop.crm.refresh_segments()
        assert members(shop.crm) == asked(shop.crm)
        assert not rows(shop.crm.store, SEGMENT_MARKS)
        check_effects(shop.crm)


def check_effects(crm: Crm) -> None:
    """Effects told one by one, each under its own id, come to the memberships there are."""
    told: dict[tuple[str, str], dict[int, bool]] = {}
    for (key,), emit in rows(crm.store, OUTBOX).items():
        if emit.topic in TOPICS:
            said = emit.payload
            who = (said["segment"], said["customer"])
            assert key == effect_id(crm.store.tenant, *who, said["number"])
            assert (emit.topic == MOVED) is (said["cause"] in {"merged", "unmerged"})
            told.setdefault(who, {})[said["number"]] = said["in"]
    for moves in told.values():
        assert moves == {n: n % 2 == 1 for n in range(1, len(moves) + 1)}
    members = {who for who, moves in told.items() if moves[len(moves)]}
    found = rows(crm.store, MEMBERSHIPS).values()
    assert members == {(held.segment, held.customer) for held in found if held.current}


def test_refreshes_ask_thirty_times_less_than_nightly_passes_over_everybody() -> None:
    """Nights of a shop where one customer in a hundred or so does something each day."""
    draw, crm = (
        random.Random(SEED),
        Crm.open(currency="EUR", tz="Asia/Seoul", clock=(clock := Clock())),
    )
    keys = [SourceKey("shop", str(number)) for number in range(size(60, 200))]
    cells: dict[str, Callable[[], object]] = {
        "birth_on": lambda: date(1980, 1 + draw.randrange(12), 1 + draw.randrange(28)),
        "tags": lambda: draw.choice([("vip",), ()]),
    }
    crm.ingest(Delivery(source="shop", records=tuple(
        SourceRecord(key, {name: Stated(value(), START, START) for name, value in cells.items()})
        for key in keys
    )))  # fmt: skip
    crm.record([_order(str(n), key, START - timedelta(days=draw.randrange(400)))
                for n, key in enumerate(keys)])  # fmt: skip
    rules = [rule for rule in RULES if rule and "IN SEGMENT" not in rule and "-36h" not in rule]
    for number, rule in enumerate(rules):
        crm.save_segment(f"s{number}", rule, by="ann", effects=False)
    crm.refresh_segments()
    nights, asked_of = size(30, 200), 0
    for night in range(nights):
        clock.at += timedelta(days=1)
        crm.record([_order(f"n{night}", draw.choice(keys), clock.at - timedelta(hours=9))])
        asked_of += crm.refresh_segments().evaluated
    assert members(crm) == asked(crm)
    assert nights * len(keys) * len(rules) >= 30 * asked_of


def _order(event: str, key: SourceKey, at: datetime) -> Interaction:
    return Interaction(source="shop", event_id=event, kind="order_placed", at=at, subject=key,
                       amount=Money(60, "EUR"))  # fmt: skip
