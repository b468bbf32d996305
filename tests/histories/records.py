"""Records: what sources state, by delivery and by file, and what people correct."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path

from attrs import evolve

from ecrm_core.crm import Settings
from ecrm_core.crm.files import FileInput, ingest_file
from ecrm_core.customers import (
    CORRECTIONS,
    Correction,
    SourceKey,
    SourceRecord,
    Stated,
    in_order,
    parse_email,
    parse_phone,
    rewritten,
)
from ecrm_core.customers.intake import reindexed
from ecrm_core.kernel import ChangeSet, CustomerId, Put, combine
from ecrm_core.ports import Store
from ecrm_core.services import commit, group_of, prepare_ingest
from ecrm_core.sources import Delivery
from tests.derived import POLICY
from tests.histories.history import History
from tests.histories.shop import FIELDS, HOMES, KEYS, PHONES

_NAMES = ["name.given", "name.family", "brand", "tags", "emails", "phones", "unmapped.$.x"]


def ingest(history: History, key: SourceKey | None = None) -> None:
    key = key or history.draw.choice(KEYS)
    observed = history.now - timedelta(minutes=history.draw.choice([0, 0, 30, 500]))
    names = history.draw.sample(_NAMES, history.draw.randint(1, 4))
    cells = {name: Stated(_value(history, name), observed, history.now) for name in names}
    delivery = Delivery(source=key.source, records=(SourceRecord(key, cells),))
    history.do(lambda store: commit(store, lambda: prepare_ingest(store, delivery, policy=POLICY)))


def import_file(history: History) -> None:
    """Take in a CSV: a new one, one taken in before, or one that is older than what is known."""
    if history.files:
        path, at = history.draw.choice(history.files), history.now
        history.do(lambda store: _import(store, path, at))


def correct(history: History) -> None:
    """Rule on a field, and perhaps think better of it at the very same time."""
    customer = history.draw.choice(HOMES)
    name = history.draw.choice(["name.given", "brand", "tags", "emails"])
    for _ in range(history.draw.choice([1, 1, 2])):
        _rule(history, customer, name)


def _rule(history: History, customer: CustomerId, name: str) -> None:
    value = _value(history, name)
    replaces = None
    if isinstance(value, tuple):
        shown = history.crm.view(customer).profile.values(name)
        value, replaces = value[0], history.draw.choice([None, *shown])
    if history.draw.random() < 0.3 and (replaces or name == "brand"):
        value = None  # nothing at all is right
    before = {c.id for c in group_of(history.store, customer).corrections}
    history.crm.correct(customer, name, value, by="an agent", now=history.now, replaces=replaces,
                        pin=history.draw.random() < 0.2)  # fmt: skip
    shown = history.crm.view(customer).profile.values(name)
    assert value in shown if value is not None else replaces not in shown
    assert shown == (value,) or value is None or name in {"tags", "emails"}
    keep_rulings(history, customer, before)


def keep_rulings(history: History, customer: CustomerId, before: Collection[str]) -> None:
    """Keep the corrections of a customer beside those there were before."""
    group = group_of(history.store, customer)
    ids = frozenset(home.id for home in group.homes)
    for correction in group.corrections:
        if correction.id not in before:
            history.ruled[correction.id] = (len(history.steps), correction.customer, ids)
            history.done(lambda store, c=correction: _write(store, c))  # type: ignore[misc]


def _value(history: History, name: str) -> object:
    letter = history.letter()
    if name == "emails":
        return (parse_email(f"{letter}@example.com"),)
    if name == "phones":
        return (parse_phone(history.draw.choice(PHONES)),)
    return (letter, letter * 2) if name == "tags" else letter


def _import(store: Store, path: Path, at: datetime) -> None:
    given = FileInput(
        path=path, source="mail", fields=FIELDS, encoding=None, key_is_personal=False, page=2
    )
    ingest_file(store, Settings(), given, progress=None, now=at)


def _write(store: Store, correction: Correction) -> None:
    group = group_of(store, correction.customer)
    after = evolve(group, corrections=in_order((*group.corrections, correction)))
    row = ChangeSet(puts=(Put(CORRECTIONS, correction),))
    home = next(home for home in group.homes if home.id == correction.customer)
    store.apply(combine([row, reindexed(group, after, home), rewritten(after, POLICY)]))
