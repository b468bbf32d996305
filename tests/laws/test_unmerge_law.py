"""After an undo all is as if the merge had never been: nothing lost, nothing mixed up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ecrm_core.adapters.sqlite import SqliteStore
from ecrm_core.crm import Crm
from ecrm_core.kernel import OUTBOX
from ecrm_core.subscriptions import SUBSCRIPTION_EVENTS, SUBSCRIPTIONS
from tests.derived import check_derived, rows
from tests.histories.acts import ACTS, began
from tests.histories.contact import check_refusals, of_customers
from tests.histories.dealings import renewed
from tests.histories.history import History, replay_without
from tests.histories.identity import judge, merge, merged, undone, unmerge
from tests.histories.ledger import Around, Ledger, check_conserved
from tests.histories.shop import HOMES, fresh, write_files
from tests.histories.witness import Witness
from tests.profile import SEED, size

BLOCKS = 10
ROUNDS = size(40, 5_000)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_files(tmp_path_factory.mktemp("files"))


def _exports(crm: Crm) -> list[str]:
    """Everything known under every id, without edges and versions, as text."""
    return [json.dumps(crm.export(home, audit=False), sort_keys=True) for home in HOMES]


def _lived(seed: int, files: list[Path]) -> tuple[History, Ledger]:
    """A history of twenty acts, every merge and undo of it under the eyes of a witness."""
    ledger = Ledger(fresh()[1])
    crm, _ = fresh(Around(ledger))
    witness = Witness()
    history = began(crm, ledger, seed, files=files, watch=witness.watch)
    witness.history = history
    return history.run(ACTS, 20), ledger


@pytest.mark.parametrize("block", range(BLOCKS))
def test_any_history_and_the_undo_of_any_of_its_merges(block: int, files: list[Path]) -> None:
    for number in range(ROUNDS // BLOCKS):
        seed = SEED * 1_000_000 + block * 10_000 + number
        history, ledger = _lived(seed, files)
        _check(history, ledger)
        gone = {edge for edge, stands in history.edges.items() if not stands}
        active = history.active
        for edge in history.draw.sample(active, min(len(active), history.draw.randint(1, 3))):
            undone(history, edge)
            gone.add(edge)
        _check(history, ledger)
        _check_as_without(history, gone)
        _check_renewals(history, ledger)


def _check(history: History, ledger: Ledger) -> None:
    check_derived(ledger)
    check_conserved(history.crm, ledger)
    check_refusals(history)


def _check_as_without(history: History, edges: set[str]) -> None:
    """All is as in the history in which these merges had never been."""
    other, twin = fresh()
    replay_without(history, edges, twin)
    assert _exports(history.crm) == _exports(other)
    assert of_customers(history.crm, history) == of_customers(other, history)


def _check_renewals(history: History, ledger: Ledger) -> None:
    """Each charge was made once, and is one of a shop in which nobody was ever merged."""
    renewed(history)
    _, single = fresh()
    replay_without(history, history.edges.keys(), single)
    for kind in (OUTBOX, SUBSCRIPTIONS, SUBSCRIPTION_EVENTS):
        assert rows(ledger, kind) == rows(single, kind)
    made = {key for (key,) in rows(single, OUTBOX)} | ledger.taken
    assert dict(ledger.effects) == dict.fromkeys(made, 1)


def test_an_undo_names_the_corrections_made_while_both_were_one(files: list[Path]) -> None:
    stayed = 0
    for seed in range(size(6, 500)):
        history, _ = _lived(seed, files)
        for edge in history.active:
            report = history.crm.unmerge(edge, by="an agent", now=history.now)
            kept = history.crm.view(report.kept)
            since = history.merged_at[edge]
            together = {
                id_ for id_, (at, customer, ids) in history.ruled.items()
                if at >= since and customer in kept.aliases and report.restored in ids
            }  # fmt: skip
            assert together <= set(report.stayed) <= {c.id for c in kept.group.corrections}
            stayed += len(together)
    assert stayed


def test_merges_in_any_order_come_to_one_customer(files: list[Path]) -> None:
    """One by one or in pairs and pairs of pairs: what differs is the time it takes."""
    quiet = [act for act in ACTS if act not in {merge, unmerge, judge}]
    for seed in range(size(6, 500)):
        one, store = fresh()
        history = began(one, store, seed, files=files).run(quiet, 20)
        other, twin = fresh()
        replay_without(history, (), twin)
        for home in history.draw.sample(HOMES[1:], len(HOMES) - 1):
            one.merge(HOMES[0], home, by="an agent", now=history.now)
        roots = HOMES[1:]
        while roots:  # the first of all stays one of them to the end, and wins
            loser = roots.pop(history.draw.randrange(len(roots)))
            winner = history.draw.choice([HOMES[0], *roots])
            other.merge(winner, loser, by="an agent", now=history.now)
        assert _exports(one) == _exports(other)
        check_derived(twin)


@pytest.mark.parametrize("third", [0, 1, 2])
def test_any_merge_of_a_chain_can_be_undone_alone(third: int) -> None:
    crm, store = fresh()
    history = began(crm, store, 7)
    edges = [merged(history, HOMES[n + 1], HOMES[n]) for n in range(3)]
    assert crm.resolve(HOMES[0]) == HOMES[3]
    undone(history, edges[third])
    expected = dict.fromkeys(HOMES[:4], HOMES[3]) | dict.fromkeys(HOMES[: third + 1], HOMES[third])
    assert {home: crm.resolve(home) for home in HOMES[:4]} == expected
    check_derived(store)


def test_sqlite_gives_the_same_exports_as_memory(tmp_path: Path, files: list[Path]) -> None:
    for number in range(size(5, 100)):
        crm, store = fresh()
        history = began(crm, store, number, files=files).run(ACTS, 20)
        with fresh(SqliteStore(tmp_path / f"{number}.db"))[0] as other:
            replay_without(history, (), other.store)
            assert _exports(crm) == _exports(other)
            check_derived(other.store)
