"""Shop: customers, cards, effects and files on which every verb of the facade has work to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from attrs import evolve, frozen

from ecrm_core.adapters.memory import MemoryStore
from ecrm_core.crm import Crm
from ecrm_core.customers import (
    SEARCH_KEYS,
    TYPED_KEYSET,
    FieldMap,
    SourceKey,
    SourceRecord,
    Stated,
    parse_email,
    parse_phone,
)
from ecrm_core.errors import ConflictError
from ecrm_core.kernel import (
    CLAIMS,
    Applied,
    ChangeSet,
    Claim,
    Drop,
    Emit,
    FixedClock,
    Money,
    Put,
    RequestKey,
)
from ecrm_core.merging import Zone
from ecrm_core.ports import Store, Tenants
from ecrm_core.sources import Delivery, generic
from ecrm_core.subscriptions import Plan, TermRule
from ecrm_core.testing.faults import FailingStore
from ecrm_core.timeline import Interaction
from tests.histories.ledger import Around
from tests.histories.shop import SETTINGS
from tests.queues import proposal, propose

NOW = datetime(2026, 5, 1, tzinfo=UTC)
SECRET = b"kept for ever, and nowhere else"
LATER = NOW + timedelta(days=1)
PLAN = Plan(id="p", price=Money("9.90", "EUR"), cadence="P1M", term=TermRule(initial="P3M"))
WAITING = proposal("4", "5")
CERTAIN = [proposal("0", "1", zone=Zone.CERTAIN), proposal("10", "11", zone=Zone.CERTAIN)]
DECIDED = proposal("6", "7")
GOOD = FieldMap({"no": "id", "mail": "email", "name": "full_name"})
# Read by this map, rows without a number have no key.
BAD = FieldMap({"number": "id", "mail": "email", "name": "full_name"})
ROWS: list[dict[str, object]] = [
    {"no": at, "number": "", "mail": f"l{at}@example.com", "name": f"Person {at}"}
    for at in (1, 2, "")
]


@frozen(kw_only=True)
class Shop:
    """A store in which the beginning has been written, and the ids of what is in it."""

    store: Store
    ids: Mapping[str, str]
    folder: Path

    def crm(self, store: Store | None = None) -> Crm:
        """The facade, perhaps on a handle that fails."""
        return facade(Around(store or self.store))


def facade(store: Tenants, at: datetime = LATER) -> Crm:
    return Crm(store, settings=evolve(SETTINGS, clock=FixedClock(at), region="KR", secret=SECRET))


class Taped(FailingStore):
    """A store that never fails and keeps what was applied."""

    def __init__(self, store: Store) -> None:
        super().__init__(store, at=0)
        self.tape: list[ChangeSet] = []

    def apply(self, changes: ChangeSet) -> Applied:
        self.tape.append(changes)
        return super().apply(changes)


class Watched(FailingStore):
    """A store that never fails; something happens before each of its calls."""

    def __init__(self, store: Store, act: Callable[[], object]) -> None:
        super().__init__(store, at=0)
        self._act = act

    def _count(self) -> None:
        super()._count()
        self._act()


class Late(FailingStore):
    """A store that writes when somebody else has written meanwhile, and hears what it is told."""

    waits = True

    def __init__(self, store: Store, meanwhile: Callable[[], object], told: list[str]) -> None:
        super().__init__(store, at=0)
        self._meanwhile, self._told = meanwhile, told

    def apply(self, changes: ChangeSet) -> Applied:
        if self.waits:
            self.waits = False
            self._meanwhile()
        try:
            return super().apply(changes)
        except ConflictError as error:
            self._told.append(error.retry)
            raise


def opened(folder: Path, store: Store | None = None) -> Shop:
    """Write the beginning into a store (a new one in memory), as it was decided once."""
    store = store or MemoryStore().tenant("main")
    tape, ids = _beginning()
    for changes in tape:
        store.apply(changes)
    return Shop(store=store, ids=ids, folder=folder)


def record(number: int, at: datetime, name: str | None = None) -> SourceRecord:
    """A record of the shop; 0 and 1, and 10 and 11, are alike, as are 14 and 15."""
    alike = {1: 0, 11: 10, 15: 14}.get(number, number)
    wrapped = " {} " if number in {8, 9} else "{}"
    values: dict[str, object] = {
        "name.full": name or f"Ann Example{'abcdefghijklmnopqr'[alike]}",
        "emails": (parse_email(wrapped.format(f"ann{alike}@example.com")),),
        "phones": (parse_phone(f"+82 2-0000-01{alike:02}"),),
    }
    cells = {name: Stated(value, at, at) for name, value in values.items()}
    return SourceRecord(SourceKey("shop", str(number)), cells)


def delivery(*numbers: int, at: datetime = NOW, name: str | None = None) -> Delivery:
    return Delivery(source="shop", records=tuple(record(number, at, name) for number in numbers))


def order(event: str, number: int) -> Interaction:
    return Interaction(
        source="shop", event_id=event, kind="order_placed", at=NOW, correlation=event,
        subject=SourceKey("shop", str(number)), amount=Money("10.00", "EUR"), told_at=NOW,
    )  # fmt: skip


def table(folder: Path) -> Path:
    """A file of five rows, one of them none."""
    path = folder / "list.csv"
    if not path.exists():
        rows = [f"{at},m{at}@example.com,Row {at}" for at in (21, 22, "", 23, 24)]
        path.write_text("\n".join(["no,mail,name", *rows]), encoding="utf-8")
    return path


@cache
def _beginning() -> tuple[tuple[ChangeSet, ...], Mapping[str, str]]:
    """What makes the shop, decided once; and the ids of what is in it."""
    store = Taped(MemoryStore().tenant("main"))
    crm = facade(Around(store), NOW)
    crm.ingest(delivery(*range(16)), key="d1")
    crm.ingest(generic.read_rows(ROWS, fields=BAD, source="list", received_at=NOW))
    crm.record([order("e0", 2), order("e1", 9)])
    propose(crm, WAITING, *CERTAIN, DECIDED)
    ids = {
        "decision": crm.settle(DECIDED.id, "same", by="agent").decision,
        "edge": crm.merge("shop/2", "shop/3", by="agent").edge,
        "hold": crm.hold("shop/8", reason="case 1", by="agent"),
        "subscription": crm.subscribe(
            "shop/2", PLAN, preset="b2b", now=NOW - timedelta(days=60)
        ),
    }  # fmt: skip
    crm.subscribe("shop/9", PLAN, now=NOW - timedelta(days=40))
    crm.judge("shop/0", "shop/9", "different", by="agent")
    crm.refuse_contact("shop/5", by="her")
    crm.review(by="ben", limit=1)
    crm.save_segment("buyers", "number_of_orders > 0", by="agent")
    crm.save_segment("recent", "IN SEGMENT 'buyers' AND last_order_date >= -1d", by="agent")
    crm.save_segment("lists", "customer_name IS NOT NULL", by="agent")
    crm.refresh_segments()
    crm.record([order("e9", 12)])
    crm.save_segment("lists", "customer_emails IS NULL", by="agent")
    _effects(store)
    _without_typed_keys(store)
    for number in range(2):
        old = RequestKey.of(f"old {number}", number, NOW - timedelta(days=60))
        store.apply(ChangeSet(key=old))
    return tuple(store.tape), ids


def _without_typed_keys(store: Store) -> None:
    """Leave the search keys as a version wrote them that had no others."""
    page = store.scan(SEARCH_KEYS, within=(TYPED_KEYSET,), limit=1_000)
    drops = tuple(Drop(SEARCH_KEYS, SEARCH_KEYS.key_of(row.value)) for row in page.rows)
    store.apply(ChangeSet(drops=drops))


def _effects(store: Store) -> None:
    """Effects that wait, and one that is stuck."""
    emits = [Emit(key=f"n{at}", topic="notice", at=NOW, payload={"at": at}) for at in range(3)]
    stuck = Emit(key="s", topic="task", at=NOW)
    claim = Claim(emit=stuck, until=None, attempts=10, stuck_at=NOW, trouble="OSError")
    store.apply(ChangeSet(emits=tuple(emits), puts=(Put(CLAIMS, claim),)))
