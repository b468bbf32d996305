"""A shop of three customers and a plugin's Kind, for the tests of merging through the facade."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from attrs import frozen

from ecrm_core.crm import Crm
from ecrm_core.customers import SourceKey, SourceRecord, Stated, parse_email, parse_phone
from ecrm_core.kernel import ChangeSet, CustomerId, FixedClock, Index, Kind, Put
from ecrm_core.merging import LinkedKind
from ecrm_core.ports import Toolbox
from ecrm_core.sources import Delivery

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
BEFORE = NOW - timedelta(days=1)
ANN, BOB, CYD = "shop/ann", "shop/bob", "mail/cyd"


@frozen(kw_only=True)
class Card:
    """A loyalty card, of whoever carries it."""

    id: str
    customer: CustomerId
    points: int = 0


CARDS = Kind(
    name="loyalty_card",
    of=Card,
    key=("id",),
    indexes=(Index("by_customer", ("customer",)),),
    owner="a plugin",
)


@frozen(kw_only=True)
class Machine:
    """A machine, registered under a party's id in a source."""

    serial: str
    source: str
    party: str


MACHINES = Kind(
    name="machine",
    of=Machine,
    key=("serial",),
    indexes=(Index("by_record", ("source", "party")),),
    owner="a plugin",
)
TOOLS = Toolbox().add(
    LinkedKind(kind=CARDS, by="by_customer"), LinkedKind(kind=MACHINES, by="by_record")
)


def opened(target: Path | None) -> Crm:
    """Return a shop in which Ann, Bob and Cyd are customers."""
    crm = Crm.open(target, clock=FixedClock(NOW), tools=TOOLS)
    told(crm, ANN, BEFORE, **{"name.full": "Ann Lee", "emails": (parse_email("ann@example.com"),)})
    told(crm, BOB, BEFORE, **{"name.full": "Bob Lee", "emails": (parse_email("bob@example.com"),)})
    told(crm, CYD, BEFORE, **{"name.full": "Cyd Roe", "phones": (parse_phone("+82 2-0000-0001"),)})
    return crm


def told(crm: Crm, who: str, at: datetime = NOW, **cells: object) -> None:
    """Take in what a source states of somebody."""
    key = SourceKey.parse(who)
    record = SourceRecord(key, {name: Stated(value, at, at) for name, value in cells.items()})
    crm.ingest(Delivery(source=key.source, records=(record,)))


def card(crm: Crm, id_: str, who: str, points: int = 0) -> Card:
    """Write a card under the id its customer goes by now, as a plugin does."""
    held = Card(id=id_, customer=crm.resolve(who), points=points)
    crm.store.apply(ChangeSet(puts=(Put(CARDS, held),)))
    return held


def machine(crm: Crm, serial: str, who: str) -> Machine:
    """Register a machine under the key of a record."""
    key = SourceKey.parse(who)
    held = Machine(serial=serial, source=key.source, party=key.external_id)
    crm.store.apply(ChangeSet(puts=(Put(MACHINES, held),)))
    return held


BORN = date(1990, 2, 3)
