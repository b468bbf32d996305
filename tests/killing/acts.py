"""Acts: what the program that is killed does: the n-th act is the same whoever does it."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from attrs import frozen

from ecrm_core.crm import Crm
from ecrm_core.customers import FieldMap, SourceKey, SourceRecord, Stated, home_id, parse_email
from ecrm_core.errors import EcrmError, StorageError
from ecrm_core.kernel import Emit, Money
from ecrm_core.merging import AutoMerge, Zone
from ecrm_core.ports import read_edges, read_subscriptions_of
from ecrm_core.sources import Delivery, Link
from ecrm_core.subscriptions import Cancel, Pause, Plan, Resume, TermRule, UndoCancel
from ecrm_core.timeline import Interaction

START = datetime(2026, 1, 1, tzinfo=UTC)
STEP = timedelta(minutes=10)  # longer than a lease
KEYS = [SourceKey("shop", str(number)) for number in range(6)]
HOMES = [home_id("main", key) for key in KEYS]
FIELDS = FieldMap({"no": "id", "mail": "email", "name": "full_name"})
PLAN = Plan(id="p", price=Money("9.90", "EUR"), cadence="P1D", term=TermRule(initial="P1M"))


@frozen(kw_only=True)
class Turn:
    """The n-th act: what it is drawn with, when it happens, and who takes the effects over."""

    number: int
    draw: random.Random
    file: Path
    take: Callable[[Emit], object]

    @property
    def at(self) -> datetime:
        return START + self.number * STEP

    @property
    def key(self) -> str:
        return f"act {self.number}"


Act = Callable[[Crm, Turn], object]


def ingest(crm: Crm, turn: Turn) -> object:
    """One to three records at once, so that a half would show."""
    records = []
    for key in turn.draw.sample(KEYS, turn.draw.randint(1, 3)):
        letter = turn.draw.choice("abc")
        values = {"name.full": f"Ann {letter}", "brand": letter,
                  "emails": (parse_email(f"{letter}@example.com"),)}  # fmt: skip
        seen = turn.at - timedelta(hours=turn.draw.choice([0, 0, 5]))
        cells = {name: Stated(value, seen, turn.at) for name, value in values.items()}
        records.append(SourceRecord(key, cells))
    return crm.ingest(Delivery(source="shop", records=tuple(records)), key=turn.key, now=turn.at)


def merge(crm: Crm, turn: Turn) -> object:
    one, two = turn.draw.sample(HOMES, 2)
    return crm.merge(one, two, by="ann", key=turn.key, now=turn.at)


def unmerge(crm: Crm, turn: Turn) -> object:
    edges = sorted(row.value.id for row in read_edges(crm.store, HOMES) if row.value.active)
    return edges and crm.unmerge(turn.draw.choice(edges), by="ann", key=turn.key, now=turn.at)


def correct(crm: Crm, turn: Turn) -> object:
    who, value = turn.draw.choice(HOMES), turn.draw.choice(["x", "y", None])
    return crm.correct(who, "brand", value, by="ann", key=turn.key, now=turn.at)


def judge(crm: Crm, turn: Turn) -> object:
    verdict = turn.draw.choice(["same", "different", "unsure", "unsure"])
    one, two = turn.draw.sample(HOMES, 2)
    return crm.judge(one, two, verdict, by="ann", key=turn.key, now=turn.at)


def refuse(crm: Crm, turn: Turn) -> object:
    verb = turn.draw.choice([crm.refuse_contact, crm.lift_refusal])
    return verb(turn.draw.choice(HOMES), by="her", key=turn.key, now=turn.at)


def consent(crm: Crm, turn: Turn) -> object:
    crm.consent(
        f"{turn.draw.choice('abc')}@example.com", turn.draw.choice(["granted", "revoked"]),
        channel="email", purpose="marketing", key=turn.key, now=turn.at,
    )  # fmt: skip
    return None


def record(crm: Crm, turn: Turn) -> object:
    orders = [
        Interaction(
            source="shop", event_id=f"{turn.number}/{part}", kind="order_placed", at=turn.at,
            subject=turn.draw.choice(KEYS), amount=Money("9.90", "EUR"), told_at=turn.at,
            correlation=f"{turn.number}/{part}",
        ) for part in range(3)
    ]  # fmt: skip
    back = Interaction(  # of an order told now, or by an act to come: it says not whose
        source="shop", event_id=f"{turn.number}/back", kind="refund", at=turn.at, told_at=turn.at,
        amount=Money("1.00", "EUR"), correlation=f"{turn.number + turn.draw.randint(0, 9)}/0",
    )  # fmt: skip
    return crm.record([*orders, back], key=turn.key, now=turn.at)


def link(crm: Crm, turn: Turn) -> object:
    """Two parties of the shop are one there, and a visitor is one of them."""
    kept, gone = turn.draw.sample(KEYS, 2)
    visitor = SourceKey("shop", f"visitor/{turn.draw.randint(0, 3)}")
    links = (Link(kept=kept, gone=gone, at=turn.at), Link(kept=kept, gone=visitor, at=turn.at))
    return crm.ingest(Delivery(source="shop", links=links), key=turn.key, now=turn.at)


def subscribe(crm: Crm, turn: Turn) -> object:
    who = turn.draw.choice(HOMES)
    return crm.subscribe(who, PLAN, preset="b2b", key=turn.key, now=turn.at)


def command(crm: Crm, turn: Turn) -> object:
    rows = read_subscriptions_of(crm.store, HOMES).values()
    ids = sorted(row.value.id for found in rows for row in found)
    said = turn.draw.choice([Cancel.at_term_end(), UndoCancel(), Pause(), Resume()])
    return ids and crm.command(turn.draw.choice(ids), said, by="ann", key=turn.key, now=turn.at)


def run_due(crm: Crm, turn: Turn) -> object:
    return crm.run_due(now=turn.at)


def run_matching(crm: Crm, turn: Turn) -> object:
    return crm.run_matching(auto=AutoMerge(zone=Zone.LIKELY), page=2, now=turn.at)


def ingest_file(crm: Crm, turn: Turn) -> object:
    return crm.ingest_file(turn.file, source="list", fields=FIELDS, page=3, now=turn.at)


def deliver(crm: Crm, turn: Turn) -> object:
    take = turn.take
    others = {"customers_merged": take, "customers_unmerged": take}
    return crm.deliver(charge=take, notice=take, task=take, others=others, now=turn.at)


WHOLE: Final[list[Act]] = [
    ingest, ingest, merge, merge, unmerge, correct, correct, judge, refuse, consent, record,
    subscribe, command, link,
]  # fmt: skip
"""Acts of one set, each under its key."""
MANY: Final[list[Act]] = [run_due, run_due, run_matching, ingest_file, deliver, deliver]
"""Acts of set after set: one that was broken off is begun again."""


@frozen
class Script:
    """What the program does, act by act; ``file`` is what it takes in."""

    seed: int
    file: Path

    def act(self, number: int) -> tuple[Act, random.Random]:
        """Return the n-th act and what it draws with."""
        draw = random.Random(f"{self.seed}/{number}")
        return draw.choice(WHOLE + WHOLE + MANY) if number else ingest, draw

    def do(self, crm: Crm, number: int, take: Callable[[Emit], object]) -> None:
        """Do the n-th act; a refusal is an answer too."""
        act, draw = self.act(number)
        try:
            act(crm, Turn(number=number, draw=draw, file=self.file, take=take))
        except StorageError:
            raise
        except EcrmError:
            return


def write_file(path: Path) -> Path:
    """A file of eight rows, one of them none."""
    rows = [f"{at},{'abc'[at % 3]}@example.com,Row {at}" for at in range(7)]
    path.write_text("\n".join(["no,mail,name", *rows, ",none@example.com,"]), encoding="utf-8")
    return path
