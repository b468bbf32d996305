"""A twin of a store in which no run has ever been: the same truth, the rest computed anew."""

from __future__ import annotations

from attrs import evolve

from ecrm_core.customers import (
    CORRECTIONS,
    HOMES,
    RECORDS,
    SEARCH_KEYS,
    Group,
    SurvivorshipPolicy,
    in_order,
    rewritten,
    search_keys,
)
from ecrm_core.kernel import ChangeSet, Put
from ecrm_core.matching import JUDGEMENTS, MODEL_BODIES, MODELS
from ecrm_core.merging import CUSTOMER_CLAIMS, MERGE_EDGES, Cause, MergeEdge, roots_of
from ecrm_core.ports import Store
from tests.derived import rows

TRUTH = (RECORDS, CORRECTIONS, JUDGEMENTS, CUSTOMER_CLAIMS, MODELS, MODEL_BODIES)
POLICY = SurvivorshipPolicy()


def without_runs(store: Store, twin: Store) -> None:
    """Write into an empty store what people and sources said and did in another."""
    edges = [edge for edge in rows(store, MERGE_EDGES).values() if _of_people(edge)]
    truth = [Put(kind, row) for kind in TRUTH for row in rows(store, kind).values()]
    twin.apply(ChangeSet(puts=(*truth, *(Put(MERGE_EDGES, edge) for edge in edges))))
    homes = rows(store, HOMES).values()
    roots = roots_of([home.id for home in homes], edges)
    records = {record.key: record for record in rows(store, RECORDS).values()}
    ruled = in_order(rows(store, CORRECTIONS).values())
    for root in sorted(set(roots.values())):
        mine = tuple(evolve(h, root_id=root) for h in homes if roots[h.id] == root)
        group = Group(
            homes=mine, records={h.key: records[h.key] for h in mine if h.key in records},
            corrections=tuple(c for c in ruled if roots[c.customer] == root),
        )  # fmt: skip
        keys = [key for home in mine
                for key in search_keys(home.id, records.get(home.key), ruled).values()]  # fmt: skip
        changes = rewritten(group, POLICY)
        others = [Put(HOMES, home) for home in mine if not home.is_root]
        keyed = [Put(SEARCH_KEYS, key) for key in keys]
        twin.apply(evolve(changes, puts=(*changes.puts, *others, *keyed)))


def _of_people(edge: MergeEdge) -> bool:
    """Whether a person had a hand in it: made it, or took back what a run had made."""
    by_run = edge.cause is Cause.AUTO
    return not by_run or (not edge.active and edge.undone_cause is not Cause.AUTO)
