"""Random histories of a shop: what can happen to customers, in any order, and its replay."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from attrs import evolve

from ecrm_core.crm import Crm
from ecrm_core.customers import (
    CONSENTS,
    CORRECTIONS,
    ConsentStatement,
    Correction,
    SourceKey,
    SourceRecord,
    Stated,
    SurvivorshipPolicy,
    home_id,
    in_order,
    parse_email,
    rewritten,
)
from ecrm_core.customers.home import Group
from ecrm_core.customers.intake import reindexed
from ecrm_core.errors import RefusedError
from ecrm_core.kernel import ChangeSet, CustomerId, Money, Put, combine
from ecrm_core.merging import decide_merge, decide_unmerge
from ecrm_core.ports import Store, read_edges, read_groups, read_subscriptions_of
from ecrm_core.services import (
    commit,
    group_of,
    prepare_command,
    prepare_ingest,
    prepare_record,
    prepare_run_due,
    prepare_subscribe,
)
from ecrm_core.sources import Delivery
from ecrm_core.subscriptions import (
    PRESETS,
    Cancel,
    Command,
    Pause,
    Plan,
    Resume,
    TermRule,
    UndoCancel,
)
from ecrm_core.timeline import Interaction

START = datetime(2026, 1, 1, tzinfo=UTC)
KEYS = [SourceKey("shop", str(n)) for n in range(4)] + [SourceKey("mail", str(n)) for n in range(3)]
HOMES = [home_id("main", key) for key in KEYS]
POLICY = SurvivorshipPolicy()
PLAN = Plan(id="p", price=Money("9.90", "EUR"), cadence="P1W", term=TermRule(initial="P2M"))
Step = Callable[[Store], object]
"""One thing that happened, as rows: applying it to another store writes the same rows."""


class History:
    """A shop in which random things happen; ``steps`` are what happened, edge by edge."""

    def __init__(self, crm: Crm, store: Store, seed: int) -> None:
        self.crm, self.store, self.random = crm, store, random.Random(seed)
        self.now = START
        self.steps: list[tuple[str | None, Step]] = []
        """Each step with the edge it adds or undoes, if it does."""
        for key in KEYS:
            self.ingest(key)

    def run(self, length: int) -> None:
        acts = [self.ingest, self.correct, self.merge, self.merge, self.unmerge, self.refuse,
                self.consent, self.happen, self.subscribe, self.command, self.renew]  # fmt: skip
        for _ in range(length):
            self.now += timedelta(minutes=self.random.choice([0, 1, 60]))
            self.random.choice(acts)()

    def ingest(self, key: SourceKey | None = None) -> None:
        key = key or self.random.choice(KEYS)
        observed = self.now - timedelta(minutes=self.random.choice([0, 0, 30, 500]))
        cells = {name: Stated(self._value(name), observed, self.now) for name in self._names()}
        delivery = Delivery(source=key.source, records=(SourceRecord(key, cells),))
        self._do(None, lambda store: _ingest(store, delivery))

    def correct(self) -> None:
        customer = self.random.choice(HOMES)
        name = self.random.choice(["name.given", "brand", "tags"])
        value = self._value(name)
        value = value[0] if isinstance(value, tuple) else value
        before = {c.id for c in group_of(self.store, customer).corrections}
        self.crm.correct(customer, name, value, by="an agent", now=self.now,
                         pin=self.random.random() < 0.2)  # fmt: skip
        added = [c for c in group_of(self.store, customer).corrections if c.id not in before]
        for correction in added:
            self.steps.append((None, lambda store, c=correction: _write_correction(store, c)))  # type: ignore[misc]

    def merge(self) -> None:
        one, two = self.random.sample(HOMES, 2)
        winner, loser = self.crm.resolve(one), self.crm.resolve(two)
        if winner == loser:
            return
        at = self.now
        edge = self.crm.merge(winner, loser, by="an agent", now=at).edge
        self.steps.append((edge, lambda store: _write_merge(store, winner, loser, at)))

    def unmerge(self, edge: str | None = None) -> None:
        active = self.active
        if not active:
            return
        edge = edge or self.random.choice(active)
        at, loser = self.now, self._edge(edge)
        self.crm.unmerge(edge, by="an agent", now=at)
        self.steps.append((edge, lambda store: _write_unmerge(store, loser, at)))

    def refuse(self) -> None:
        customer = self.random.choice(HOMES)
        changes = self.crm.dry_run.refuse_contact(
            customer, purpose="marketing", by="her", now=self.now
        )
        values = [put.value for put in changes.puts]
        statements = [value for value in values if isinstance(value, ConsentStatement)]
        self.crm.refuse_contact(customer, by="her", now=self.now)
        self.steps.append((None, lambda store: _write_statements(store, statements)))

    def consent(self) -> None:
        address, state = f"{self._letter()}@example.com", self.random.choice(["granted", "revoked"])
        changes = self.crm.dry_run.consent(
            address, state, channel="email", purpose="marketing", now=self.now
        )
        self._do(None, lambda store: changes.empty or store.apply(changes))

    def happen(self) -> None:
        kind = self.random.choice(["order_placed", "order_cancelled", "refund", "email_opened"])
        told = Interaction(
            source="shop", event_id=f"{kind} {self._letter()}", kind=kind, at=START,
            subject=self.random.choice([*KEYS, None]), correlation=self._letter(),
            amount=Money("9.90", "EUR"), told_at=self.now,
        )  # fmt: skip
        self._do(None, lambda store: commit(store, lambda: prepare_record(store, [told])))

    def subscribe(self) -> None:
        customer, at = self.random.choice(HOMES), self.now
        plan = evolve(PLAN, id=self._letter())
        self._do(None, lambda store: store.apply(_subscribe(store, customer, plan, at)))

    def command(self) -> None:
        rows = read_subscriptions_of(self.store, HOMES).values()
        ids = sorted(row.value.id for found in rows for row in found)
        at = self.now
        command = self.random.choice([Cancel.at_term_end(), UndoCancel(), Pause(), Resume()])
        if ids:
            id_ = self.random.choice(ids)
            self._do(None, lambda store: _command(store, id_, command, at))

    def renew(self) -> None:
        self.now += timedelta(days=self.random.choice([0, 1, 20]))
        at = self.now
        self._do(None, lambda store: _renew(store, at))

    @property
    def active(self) -> list[str]:
        return [row.value.id for row in read_edges(self.store, HOMES) if row.value.active]

    def _edge(self, edge: str) -> CustomerId:
        return next(r.value.loser for r in read_edges(self.store, HOMES) if r.value.id == edge)

    def _do(self, edge: str | None, step: Step) -> None:
        step(self.store)
        self.steps.append((edge, step))

    def _names(self) -> list[str]:
        names = ["name.given", "name.family", "brand", "tags", "emails", "unmapped.$.x"]
        return self.random.sample(names, self.random.randint(1, 4))

    def _letter(self) -> str:
        return self.random.choice("abc")

    def _value(self, name: str) -> object:
        letter = self._letter()
        if name == "emails":
            return (parse_email(f"{letter}@example.com"),)
        return (letter, letter * 2) if name == "tags" else letter


def replay_without(history: History, edge: str | None, store: Store) -> None:
    """Write the rows of a history into another store, as if one edge had never been."""
    for its_edge, step in history.steps:
        if edge is None or its_edge != edge:
            step(store)


def _subscribe(store: Store, customer: CustomerId, plan: Plan, at: datetime) -> ChangeSet:
    return prepare_subscribe(store, customer, plan, presets=PRESETS, now=at, preset="b2b")


def _command(store: Store, id_: str, command: Command, at: datetime) -> None:
    with suppress(RefusedError):
        commit(store, lambda: prepare_command(
            store, id_, command, presets=PRESETS, now=at, by="an agent"
        ))  # fmt: skip


def _renew(store: Store, at: datetime) -> None:
    commit(store, lambda: prepare_run_due(store, presets=PRESETS, now=at, limit=100))


def _ingest(store: Store, delivery: Delivery) -> None:
    commit(store, lambda: prepare_ingest(store, delivery, policy=POLICY))


def _write_correction(store: Store, correction: Correction) -> None:
    group = group_of(store, correction.customer)
    after = Group(
        homes=group.homes,
        records=group.records,
        corrections=in_order((*group.corrections, correction)),
        version=group.version,
    )
    row = ChangeSet(puts=(Put(CORRECTIONS, correction),))
    home = next(home for home in group.homes if home.id == correction.customer)
    store.apply(combine([row, reindexed(group, after, home), rewritten(after, POLICY)]))


def _write_merge(store: Store, winner: CustomerId, loser: CustomerId, at: datetime) -> None:
    groups = read_groups(store, [winner, loser])
    assert groups[winner].root.id == winner
    assert groups[loser].root.id == loser
    edges = [row.value for row in read_edges(store, [loser])]
    earlier = [edge for edge in edges if edge.loser == loser]
    store.apply(
        decide_merge(groups[winner], groups[loser], tenant="main", earlier=earlier, by="an agent",
                     at=at, policy=POLICY)
    )  # fmt: skip


def _write_unmerge(store: Store, loser: CustomerId, at: datetime) -> None:
    group = group_of(store, loser)
    edges = [row.value for row in read_edges(store, [home.id for home in group.homes])]
    edge = next(e for e in edges if e.loser == loser and e.active)
    store.apply(decide_unmerge(group, edges, edge, by="an agent", at=at, policy=POLICY))


def _write_statements(store: Store, statements: list[ConsentStatement]) -> None:
    known = store.get_many(CONSENTS, [CONSENTS.key_of(s) for s in statements])
    fresh = [s for s in statements if CONSENTS.key_of(s) not in known]
    if fresh:
        store.apply(ChangeSet(puts=tuple(Put(CONSENTS, s) for s in fresh)))
