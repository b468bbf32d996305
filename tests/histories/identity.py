"""Identity: merges, undos of one or of several, and judgements."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from ecrm_core.errors import MergeRefused, RefusedError
from ecrm_core.kernel import ChangeSet, CustomerId, Put
from ecrm_core.matching import JUDGEMENTS, Judgement
from ecrm_core.merging import MERGE_EDGES, decide_merge, decide_unmerge
from ecrm_core.ports import Store, read_edges, read_groups
from ecrm_core.services import group_of
from tests.derived import POLICY
from tests.histories.history import History
from tests.histories.records import keep_rulings
from tests.histories.shop import HOMES


def merge(history: History) -> None:
    one, two = history.draw.sample(HOMES, 2)
    winner, loser = history.crm.resolve(one), history.crm.resolve(two)
    if winner != loser:
        with suppress(MergeRefused):  # they were judged different
            merged(history, winner, loser)


def merged(history: History, winner: CustomerId, loser: CustomerId) -> str:
    """Merge two roots, perhaps with a value a reviewer chose, and keep the rows of it."""
    at, chosen = history.now, history.draw.choice([{}, {}, {"brand": history.letter()}])
    groups = read_groups(history.store, [winner, loser]).values()
    before = {c.id for group in groups for c in group.corrections}
    with history.watch(winner, loser):
        edge = history.crm.merge(winner, loser, by="an agent", now=at, values=chosen).edge
    assert edge not in history.merged_at, "a merge took the place of one that was undone"
    history.done(lambda store: _write_merge(store, winner, loser, at), edge=edge)
    history.merged_at[edge] = len(history.steps)
    keep_rulings(history, winner, before)  # which stay with the winner in an undo
    return edge


def unmerge(history: History) -> None:
    if active := history.active:
        undone(history, history.draw.choice(active))


def undone(history: History, edge: str) -> None:
    """Undo a merge, and keep the rows of it."""
    at = history.now
    held = history.store.get_many(MERGE_EDGES, [(edge,)])[edge,].value
    with history.watch(held.winner, held.loser):
        history.crm.unmerge(edge, by="an agent", now=at)
    history.done(lambda store: _write_unmerge(store, held.loser, at), edge=edge)


def judge(history: History) -> None:
    one, two = history.draw.sample(HOMES, 2)
    verdict = history.draw.choice(["same", "different", "unsure"])
    with suppress(RefusedError):  # they are one customer already
        id_ = history.crm.judge(one, two, verdict, by="an agent", now=history.now).judgement
        said: Judgement = history.store.get_many(JUDGEMENTS, [(id_,)])[id_,].value
        history.done(lambda store: store.apply(ChangeSet(puts=(Put(JUDGEMENTS, said),))))


def _write_merge(store: Store, winner: CustomerId, loser: CustomerId, at: datetime) -> None:
    groups = read_groups(store, [winner, loser])
    assert groups[winner].root.id == winner
    assert groups[loser].root.id == loser
    edges = [row.value for row in read_edges(store, [loser])]
    earlier = [edge for edge in edges if edge.loser == loser]
    store.apply(
        decide_merge(groups[winner], groups[loser], tenant="main", earlier=earlier, by="an agent",
                     at=at, policy=POLICY)
    )  # fmt: skip


def _write_unmerge(store: Store, loser: CustomerId, at: datetime) -> None:
    group = group_of(store, loser)
    edges = [row.value for row in read_edges(store, [home.id for home in group.homes])]
    edge = next(e for e in edges if e.loser == loser and e.active)
    store.apply(decide_unmerge(group, edges, edge, by="an agent", at=at, policy=POLICY))
