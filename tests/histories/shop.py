"""Shop: what random histories are about: seven records, three addresses, files, a plugin's rows."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

from attrs import frozen

from ecrm_core.adapters.memory import MemoryStore
from ecrm_core.crm import Crm, Settings
from ecrm_core.customers import FieldMap, SourceKey, home_id
from ecrm_core.kernel import CustomerId, Index, Kind, Money
from ecrm_core.merging import LinkedKind
from ecrm_core.ports import Store, Tenants, Toolbox
from ecrm_core.subscriptions import Plan, TermRule

START = datetime(2026, 1, 1, tzinfo=UTC)
KEYS = [SourceKey("shop", str(n)) for n in range(4)] + [SourceKey("mail", str(n)) for n in range(3)]
HOMES = [home_id("main", key) for key in KEYS]
EMAILS = [f"{letter}@example.com" for letter in "abc"]
PHONES = ["+82 2-0000-0101", "+82 2-0000-0102"]
PURPOSES = ["marketing", "news"]
PLAN = Plan(id="p", price=Money("9.90", "EUR"), cadence="P1W", term=TermRule(initial="P2M"))
FIELDS = FieldMap({
    "id": "id", "first": "given_name", "brand": "brand", "tags": "tags", "mail": "email",
    "phone": "phone", "says": "consent:email:marketing", "changed": "updated_at",
})  # fmt: skip


@frozen(kw_only=True)
class Note:
    """A plugin's row under a customer id: it stays under the one it was written under."""

    id: str
    customer: CustomerId
    text: str


@frozen(kw_only=True)
class Guarantee:
    """A plugin's row under a source key: it goes with that record."""

    id: str
    key: SourceKey
    serial: str


NOTES = Kind(
    name="plugin_note", of=Note, key=("id",), indexes=(Index("by_customer", ("customer",)),),
    owner="a plugin",
)  # fmt: skip
GUARANTEES = Kind(
    name="plugin_guarantee", of=Guarantee, key=("id",),
    indexes=(Index("by_key", ("key.source", "key.external_id")),), owner="a plugin",
)  # fmt: skip


LINKED = [LinkedKind(kind=NOTES, by="by_customer"), LinkedKind(kind=GUARANTEES, by="by_key")]
SETTINGS = Settings(tools=Toolbox().add(*LINKED))


def fresh(store: Tenants | None = None) -> tuple[Crm, Store]:
    """A shop with the plugin's Kinds, empty and in memory unless a store is given, and its rows."""
    crm = Crm(store or MemoryStore(), settings=SETTINGS)
    return crm, crm.store


def write_files(folder: Path) -> list[Path]:
    """Write CSV files of the source "mail", older and newer ones, some of which say no times."""
    draw = random.Random(0)
    files = []
    for number in range(8):
        rows = ["id,first,brand,tags,mail,phone,says,changed"]
        for id_ in draw.sample(range(3), draw.randint(1, 3)):
            at = START + timedelta(minutes=draw.choice([-600, 0, 60, 600]))
            changed = "" if number % 2 else at.isoformat()
            cells = [draw.choice(["", letter]) for letter in draw.choices("abc", k=3)]
            says = draw.choice(["", "yes", "no"])
            points = [draw.choice(["", *EMAILS]), draw.choice(["", *PHONES])]
            rows.append(",".join([str(id_), *cells, *points, says, changed]))
        files.append(folder / f"{number}.csv")
        files[-1].write_text("\n".join(rows), encoding="utf-8")
    return files
