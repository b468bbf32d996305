"""After an undo all is as if the merge had never been: nothing lost, nothing mixed up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ecrm_core.crm import Crm
from ecrm_core.customers import parse_email
from ecrm_core.ports import Store
from ecrm_core.services import may_contact_address
from tests.derived import check_derived
from tests.histories import HOMES, History, replay_without
from tests.profile import SEED, size

ROUNDS = size(60, 2_000)


def _exports(crm: Crm) -> list[str]:
    """Everything known under every id, without edges and versions, as text."""
    return [json.dumps(crm.export(home, audit=False), sort_keys=True) for home in HOMES]


def _answers(store: Store, crm: History) -> list[bool]:
    contacts = [parse_email(f"{letter}@example.com") for letter in "abc"]
    return [
        may_contact_address(store, c, channel="email", purpose="marketing", at=crm.now).yes
        for c in contacts
    ]


def _fresh() -> tuple[Crm, Store]:
    crm = Crm.open()
    return crm, crm.store


@pytest.mark.parametrize("block", range(10))
def test_unmerge_equals_the_history_without_the_edge(block: int) -> None:
    for number in range(ROUNDS // 10):
        crm, store = _fresh()
        history = History(crm, store, seed=SEED * 1_000_000 + block * 10_000 + number)
        history.run(20)
        check_derived(store)
        if not history.active:
            continue
        edge = history.random.choice(history.active)
        answers = _answers(store, history)
        report = crm.unmerge(edge, by="an agent", now=history.now)
        check_derived(store)
        assert _answers(store, history) == answers
        other, twin = _fresh()
        replay_without(history, edge, twin)
        assert _exports(crm) == _exports(other)
        corrections = {c.id for c in crm.view(report.kept).group.corrections}
        assert set(report.stayed) <= corrections


@pytest.mark.parametrize("third", [0, 1, 2])
def test_any_merge_of_a_chain_can_be_undone_alone(third: int) -> None:
    crm, store = _fresh()
    history = History(crm, store, seed=7)
    undos = [crm.merge(HOMES[n + 1], HOMES[n], by="an agent", now=history.now) for n in range(3)]
    assert crm.resolve(HOMES[0]) == HOMES[3]
    crm.unmerge(undos[third], by="an agent", now=history.now)
    expected = dict.fromkeys(HOMES[:4], HOMES[3]) | dict.fromkeys(HOMES[: third + 1], HOMES[third])
    assert {home: crm.resolve(home) for home in HOMES[:4]} == expected
    check_derived(store)


def test_sqlite_gives_the_same_exports_as_memory(tmp_path: Path) -> None:
    for number in range(size(5, 100)):
        crm, store = _fresh()
        history = History(crm, store, seed=number)
        history.run(20)
        with Crm.open(tmp_path / f"{number}.db") as other:
            replay_without(history, None, other.store)
            assert _exports(crm) == _exports(other)
            check_derived(other.store)
