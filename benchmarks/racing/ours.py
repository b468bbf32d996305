"""Ours: the same acts as verbs of the facade, one handle on the store for each writer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from benchmarks.racing.plan import CUSTOMERS, FIELDS, Acks, Act, count_edges
from ecrm_core.crm import Crm
from ecrm_core.customers import (
    CORRECTIONS,
    Correction,
    SourceKey,
    SourceRecord,
    Stated,
    home_id,
    person_subject,
)
from ecrm_core.customers.correction import replaced_digest
from ecrm_core.errors import ConflictError, RefusedError
from ecrm_core.kernel import Applied, ChangeSet, CustomerId
from ecrm_core.ports import Store, Tenants, read_consents, read_edges
from ecrm_core.sources import Delivery
from ecrm_core.testing.faults import FailingStore

START = datetime(2026, 1, 1, tzinfo=UTC)
ROUNDS_OF_A_TENANT = 250


class Counting(FailingStore):
    """A store that never fails and counts the writes that came too late."""

    def __init__(self, store: Store) -> None:
        super().__init__(store, at=0)
        self.late = 0

    def apply(self, changes: ChangeSet) -> Applied:
        try:
            return self._store.apply(changes)
        except ConflictError:
            self.late += 1
            raise


class Handle:
    """A whole store whose handles count."""

    def __init__(self, store: Tenants) -> None:
        self.store, self.handles = store, list[Counting]()

    def tenant(self, name: str) -> Counting:
        self.handles.append(Counting(self.store.tenant(name)))
        return self.handles[-1]

    def close(self) -> None:
        self.store.close()


class Ours:
    """The strategy of this library on a store, given as one handle for each writer."""

    def __init__(self, handles: Sequence[Tenants]) -> None:
        self.handles, self.now = [Handle(store) for store in handles], START
        self.crms = list[Crm]()
        self.people = list[CustomerId]()

    @property
    def retries(self) -> int:
        return sum(store.late for handle in self.handles for store in handle.handles)

    def begin(self, number: int) -> None:
        self.now += timedelta(seconds=1)
        if number % ROUNDS_OF_A_TENANT == 0:  # the naive table is as small in each round
            self.crms = [Crm(handle, tenant=f"shop {number}") for handle in self.handles]
        keys = [SourceKey("shop", f"{number}-{at}") for at in range(CUSTOMERS)]
        records = tuple(
            SourceRecord(key, {name: Stated(f"{name}{key}", START, START) for name in FIELDS})
            for key in keys
        )
        self.crms[0].ingest(Delivery(source="shop", records=records), now=START)
        self.people = [home_id(self.crms[0].store.tenant, key) for key in keys]

    def merges(self, writer: int, act: Act) -> tuple[str, str] | None:
        winner, loser = self.people[act.one], self.people[act.two]
        try:
            done = self.crms[writer].merge(winner, loser, by="a writer", now=self.now)
        except RefusedError:
            return None
        return done.loser, done.winner

    def undos(self, writer: int, act: Act) -> tuple[str, str] | None:
        crm, loser = self.crms[writer], self.people[act.one]
        edges = [row.value for row in read_edges(crm.store, [loser])]
        for edge in edges:
            if edge.active and edge.loser == loser:
                try:
                    crm.unmerge(edge, by="a writer", now=self.now)
                except RefusedError:
                    return None
                return edge.loser, edge.winner
        return None

    def edits(self, writer: int, act: Act) -> object:
        person = self.people[act.one]
        return self.crms[writer].correct(person, act.name, act.value, by="a writer", now=self.now)

    def refusals(self, writer: int, act: Act) -> str | None:
        self.crms[writer].refuse_contact(self.people[act.one], by="her", now=self.now)
        return self.people[act.one]

    def audit(self, acks: Acks) -> Counter[str]:
        crm = self.crms[0]
        edges = [row.value for row in read_edges(crm.store, self.people)]
        found = count_edges(acks, {edge.loser: edge.winner for edge in edges if edge.active})
        if found["cycles"]:
            return found
        there = crm.store.get_many(CORRECTIONS, [(str(id_),) for id_ in acks.edits])
        said = {row.subject for row in read_consents(crm.store, map(person_subject, self.people))}
        lost = {person_subject(id_) for id_ in acks.refusals} - said
        found["lost writes"] += len(acks.edits) - len(there) + len(lost)
        found["came back"] += sum(_shows_old(crm, row.value) for row in there.values())
        return found


def _shows_old(crm: Crm, ruling: Correction) -> bool:
    """Whether the customer of a ruling shows the value it replaced."""
    shown = crm.view(ruling.customer).profile.value(ruling.field_name)
    return replaced_digest(ruling.field_name, shown) == ruling.replaces
