"""Dealings: what happens with customers: orders, subscriptions and runs, a plugin's own rows."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from attrs import evolve

from ecrm_core.errors import RefusedError
from ecrm_core.kernel import ChangeSet, Money, Put
from ecrm_core.ports import Store, read_subscriptions_of
from ecrm_core.services import (
    commit,
    prepare_command,
    prepare_record,
    prepare_run_due,
    prepare_subscribe,
)
from ecrm_core.subscriptions import PRESETS, Cancel, Command, Pause, Resume, UndoCancel
from ecrm_core.timeline import Interaction
from tests.histories.history import History
from tests.histories.shop import GUARANTEES, HOMES, KEYS, NOTES, PLAN, START, Guarantee, Note


def happen(history: History) -> None:
    kind = history.draw.choice(["order_placed", "order_cancelled", "refund", "email_opened"])
    told = Interaction(
        source="shop", event_id=f"{kind} {history.letter()}", kind=kind, at=START,
        subject=history.draw.choice([*KEYS, None]), correlation=history.letter(),
        amount=Money("9.90", "EUR"), told_at=history.now,
    )  # fmt: skip
    history.do(lambda store: commit(store, lambda: prepare_record(store, [told])))


def subscribe(history: History) -> None:
    customer, at = history.draw.choice(HOMES), history.now
    plan = evolve(PLAN, id=history.letter())
    history.do(
        lambda store: store.apply(
            prepare_subscribe(store, customer, plan, presets=PRESETS, now=at, preset="b2b")
        )
    )


def command(history: History) -> None:
    rows = read_subscriptions_of(history.store, HOMES).values()
    ids = sorted(row.value.id for found in rows for row in found)
    said = history.draw.choice([Cancel.at_term_end(), UndoCancel(), Pause(), Resume()])
    at = history.now
    if ids:
        id_ = history.draw.choice(ids)
        history.do(lambda store: _command(store, id_, said, at))


def renew(history: History) -> None:
    history.now += timedelta(days=history.draw.choice([0, 1, 20]))
    renewed(history)


def renewed(history: History) -> None:
    """Let a run write what is due."""
    at = history.now
    history.do(
        lambda store: commit(
            store, lambda: prepare_run_due(store, presets=PRESETS, now=at, limit=100)
        )
    )


def plug(history: History) -> None:
    """Write a plugin's row, under the id the customer goes by now or under a record's key."""
    number = str(len(history.steps))
    row = Put(NOTES, Note(
        id=number, customer=history.crm.resolve(history.draw.choice(HOMES)), text=history.letter()
    ))  # fmt: skip
    if history.draw.random() < 0.5:
        key = history.draw.choice(KEYS)
        row = Put(GUARANTEES, Guarantee(id=number, key=key, serial=history.letter()))
    history.do(lambda store: store.apply(ChangeSet(puts=(row,))))


def _command(store: Store, id_: str, command: Command, at: datetime) -> None:
    with suppress(RefusedError):
        commit(store, lambda: prepare_command(
            store, id_, command, presets=PRESETS, now=at, by="an agent"
        ))  # fmt: skip
