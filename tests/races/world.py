"""World: five customers, what four writers were told about them, and what must hold then."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from ecrm_core.crm import Crm
from ecrm_core.customers import (
    CONSENTS,
    CORRECTIONS,
    HISTORY,
    HOMES,
    PROFILES,
    RECORDS,
    Correction,
    Profile,
    SourceKey,
    SourceRecord,
    Stated,
    home_id,
    person_subject,
)
from ecrm_core.customers.correction import replaced_digest
from ecrm_core.matching import JUDGEMENTS
from ecrm_core.merging import MERGE_EDGES
from ecrm_core.sources import Delivery
from ecrm_core.subscriptions import SUBSCRIPTIONS
from tests.derived import check_derived, rows

START = datetime(2026, 1, 1, tzinfo=UTC)
CUSTOMERS = 5
FIELDS = ["brand", "lifecycle"]


class World:
    """A tenant of its own, handles on it for each writer, and every answer they got."""

    def __init__(self, crms: Sequence[Crm], draw: random.Random) -> None:
        self.crms, self.draw, self.ticks = crms, draw, 0
        self.store = crms[0].store
        self.keys = [SourceKey("shop", str(at)) for at in range(CUSTOMERS)]
        self.people = [home_id(self.store.tenant, key) for key in self.keys]
        self.told: dict[str, list[object]] = defaultdict(list)
        """By sort what writers were told is done."""
        for key in self.keys:
            for name in FIELDS:
                said = state(crms[0], key, (name, self.value()), self.tick())
                self.told["statements"].append(said)

    def tick(self) -> datetime:
        """The next instant: no two acts have the same."""
        self.ticks += 1
        return START + timedelta(seconds=self.ticks)

    def value(self) -> str:
        """A value nobody has named before."""
        return f"v{self.tick().timestamp()}"

    def check(self) -> None:
        """All that was acknowledged is there, nothing else is, and nothing has come back."""
        told = {sort: set(found) for sort, found in self.told.items()}
        edges = rows(self.store, MERGE_EDGES).values()
        undone = told.get("undos", set())
        assert {edge.id for edge in edges} == told.get("merges", set()), "a merge is lost, or left"
        assert {edge.id for edge in edges if not edge.active} == undone, "an undone edge stands"
        for sort in ("merges", "undos"):
            assert len(told.get(sort, ())) == len(self.told[sort]), "done twice under one id"
        for sort, kind in (("corrections", CORRECTIONS), ("judgements", JUDGEMENTS),
                           ("subscriptions", SUBSCRIPTIONS)):  # fmt: skip
            assert {key for (key,) in rows(self.store, kind)} == told.get(sort, set()), sort
        self._check_statements(told)
        check_derived(self.store)  # roots too, which a circle would not have
        self._check_shown()
        self._check_walls()

    def _check_statements(self, told: dict[str, set[object]]) -> None:
        held = {(*key_of(record.key), name, cell.value)
                for record in rows(self.store, RECORDS).values()
                for name, cell in record.cells.items()}  # fmt: skip
        old = {(row.source, row.external_id, row.field_name, row.stated)
               for row in rows(self.store, HISTORY).values()}  # fmt: skip
        assert held | old == told["statements"]
        said = {(row.subject, row.at) for row in rows(self.store, CONSENTS).values()}
        people = {one for one in said if one[0].startswith("customer:")}
        assert said - people == told.get("consents", set())
        assert people >= told.get("refusals", set()), "a refusal is lost"

    def _check_shown(self) -> None:
        """No customer shows a value that somebody replaced, as long as both are one customer."""
        homes = {home.id: home.root_id for home in rows(self.store, HOMES).values()}
        rulings = rows(self.store, CORRECTIONS).values()
        for (root,), profile in rows(self.store, PROFILES).items():
            own = [ruling for ruling in rulings if homes[ruling.customer] == root]
            for ruling in own:
                assert not _back(profile, ruling, own), "a value has come back"

    def _check_walls(self) -> None:
        """Nobody is one with whom she was judged different from; nobody says otherwise here."""
        homes = {home.id: home.root_id for home in rows(self.store, HOMES).values()}
        for said in rows(self.store, JUDGEMENTS).values():
            assert homes[said.left] != homes[said.right], "two judged different were merged"


def _back(profile: Profile, ruling: Correction, rulings: Sequence[Correction]) -> bool:
    """Whether the value this ruling replaced is shown, though nobody chose it later."""
    shown = profile.value(ruling.field_name)
    chosen = [other.at for other in rulings
              if (other.field_name, other.value) == (ruling.field_name, shown)]  # fmt: skip
    replaced = ruling.replaces == replaced_digest(ruling.field_name, shown)
    return shown is not None and replaced and all(at < ruling.at for at in chosen)


def key_of(key: SourceKey) -> tuple[str, str]:
    """The two parts of a source key."""
    return key.source, key.external_id


def state(crm: Crm, key: SourceKey, cell: tuple[str, str], at: datetime) -> object:
    """Let a source state a value, and return what is in the store when that is acknowledged."""
    name, value = cell
    record = SourceRecord(key, {name: Stated(value, at, at)})
    crm.ingest(Delivery(source="shop", records=(record,)), now=at)
    return (*key_of(key), name, value)


def refusal(person: str, at: datetime) -> object:
    """What is in the store when a person's refusal is acknowledged."""
    return person_subject(person), at
