"""Ledger: a store that remembers whatever was written into it, to ask where it is now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from ecrm_core.crm import Crm
from ecrm_core.customers import CONSENTS, CORRECTIONS, HISTORY, RECORDS, cell_digest
from ecrm_core.kernel import OUTBOX, Applied, ChangeSet, Key, Kind
from ecrm_core.matching import JUDGEMENTS
from ecrm_core.merging import MERGE_EDGES
from ecrm_core.ports import Store
from ecrm_core.services import view_customer
from ecrm_core.subscriptions import (
    SUBSCRIPTION_EVENTS,
    SUBSCRIPTIONS,
    Recorded,
    withdrawn_keys,
)
from ecrm_core.testing.faults import FailingStore
from ecrm_core.timeline import INTERACTIONS
from tests.derived import rows
from tests.histories.shop import GUARANTEES, HOMES, LINKED, NOTES

Place = tuple[str, Key]
TRUTH: list[Kind[Any]] = [
    RECORDS, HISTORY, CORRECTIONS, CONSENTS, INTERACTIONS, SUBSCRIPTIONS, SUBSCRIPTION_EVENTS,
    MERGE_EDGES, JUDGEMENTS, NOTES, GUARANTEES, OUTBOX,
]  # fmt: skip
"""The Kinds of rows that stay; but for an effect withdrawn, and a past that is back."""


class Ledger(FailingStore):
    """A store that never fails, with the last value of every row and the key of every effect."""

    def __init__(self, store: Store) -> None:
        super().__init__(store, at=0)
        self.written: dict[Place, object] = {}
        self.effects: Counter[str] = Counter()
        self.taken: set[str] = set()

    def apply(self, changes: ChangeSet) -> Applied:
        applied = super().apply(changes)
        for put in changes.writes:
            if not (put.kind.insert_only and (put.kind.name, put.key) in self.written):
                self.written[put.kind.name, put.key] = put.value
        for drop in changes.drops:
            if drop.kind.name == OUTBOX.name:
                self._taken_out(drop.key, changes)
            if drop.kind.name == HISTORY.name:
                self._back(drop.key)
        self.effects.update(emit.key for emit in changes.emits)
        return applied

    def _taken_out(self, key: Key, changes: ChangeSet) -> None:
        """Forget an effect nobody has seen; an event of the same set says that it is withdrawn."""
        told = [put.value for put in changes.puts if isinstance(put.value, Recorded)]
        assert key[0] in withdrawn_keys(told)
        del self.written[OUTBOX.name, key]
        self.taken.add(key[0])

    def _back(self, key: Key) -> None:
        """Forget a value of the past that its record states again, or that was stated later."""
        *record, name, _, digest = key
        place = tuple(record)
        held = self._store.get_many(RECORDS, [place])[place]
        later = self._store.find_many(HISTORY, "by_value", [(*record, name, digest)])
        assert later or cell_digest(name, held.value.cells[name].value) == digest
        del self.written[HISTORY.name, key]


class Around:
    """A whole store that hands out one prepared handle."""

    def __init__(self, handle: Store) -> None:
        self._handle = handle

    def tenant(self, name: str) -> Store:
        assert name == self._handle.tenant
        return self._handle

    def close(self) -> None: ...


def check_conserved(crm: Crm, ledger: Ledger) -> None:
    """Every row written is there as it was; what is a customer's is one customer's, once."""
    kinds = {kind.name: kind for kind in TRUTH}
    there = {(name, key): value for name, kind in kinds.items()
             for key, value in rows(ledger, kind).items()}  # fmt: skip
    assert there == {at: value for at, value in ledger.written.items() if at[0] in kinds}
    roots = sorted({crm.resolve(home) for home in HOMES})
    reached = Counter(at for root in roots for at in _reached(ledger, root))
    assert reached == Counter(dict.fromkeys(filter(lambda at: _linked(at, there[at]), there), 1))


def _linked(at: Place, value: Any) -> bool:  # noqa: ANN401 - rows of any Kind
    """Whether a row is about a customer, and not about an address or two or nobody."""
    if at[0] == CONSENTS.name:
        return bool(value.subject.startswith("customer:"))
    if at[0] == INTERACTIONS.name:
        return value.home_id is not None
    return at[0] not in {JUDGEMENTS.name, MERGE_EDGES.name, OUTBOX.name}


def _reached(store: Store, root: str) -> Iterator[Place]:
    """Go through every linked row that is seen in a customer."""
    view = view_customer(store, root, timeline=None, kinds=LINKED)
    people = [said for said in view.consents if said.subject.startswith("customer:")]
    seen: list[tuple[Kind[Any], Iterable[Any]]] = [
        (RECORDS, view.group.records.values()), (HISTORY, view.history), (CONSENTS, people),
        (CORRECTIONS, view.group.corrections), (INTERACTIONS, view.timeline),
        (SUBSCRIPTIONS, view.subscriptions), (SUBSCRIPTION_EVENTS, view.subscription_events),
        *((linked.kind, view.linked[linked.name]) for linked in LINKED),
    ]  # fmt: skip
    for kind, values in seen:
        yield from ((kind.name, kind.key_of(value)) for value in values)
