"""Runs: matching what has changed, page by page; it proposes, and merges what policies allow.

A page is looked at again until nothing is left to merge or undo; then its proposals are written
and its marks taken off, in one transaction. Whoever changed meanwhile stays marked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve, field, frozen

from ecrm_core.customers import PROFILES, UNMATCHED
from ecrm_core.errors import ConflictError, MissingError, RefusedError
from ecrm_core.kernel import (
    ChangeSet,
    CustomerId,
    Drop,
    Emit,
    Expect,
    Kind,
    Noted,
    Put,
    Stored,
    combine,
    derive_id,
)
from ecrm_core.matching import SWEEPS, Sweep
from ecrm_core.merging import (
    PROPOSALS,
    AutoMerge,
    Cause,
    Join,
    LinkedKind,
    Plan,
    Scene,
    Told,
    Two,
    plan_of_run,
    proposals_of,
    stake_of,
)
from ecrm_core.ports import Cursor, Store, scan_pages
from ecrm_core.services.candidates import Holders
from ecrm_core.services.commit import commit
from ecrm_core.services.holdings import holdings_of
from ecrm_core.services.identity import Act, groups_of
from ecrm_core.services.merges import prepare_merge, prepare_unmerge
from ecrm_core.services.scenes import Scenery, scene_of

if TYPE_CHECKING:
    from ecrm_core.matching import Linker

__all__ = ["MERGED", "UNMERGED", "RunDraft", "Runner", "count_marked", "draft_run", "run_pages"]

MERGED: Final = "customers_merged"
"""The topic of the effect of an automatic merge: edge, winner, loser and model."""
UNMERGED: Final = "customers_unmerged"
"""The topic of the effect of an automatic undo: edge, kept and restored."""
_PASSES = 20
_MANY = 5_000  # rows of a page that are only counted


@frozen(kw_only=True)
class Runner:
    """What a run works with: ``model`` names the one the linker holds.

    ``kinds`` are those of plugins whose rows an undo reports.
    """

    store: Store
    linker: Linker
    model: str
    act: Act
    policies: Sequence[AutoMerge] = ()
    kinds: Sequence[LinkedKind] = field(default=())


@frozen(kw_only=True)
class RunDraft:
    """What a run would do about some customers now: merges to undo and to add, and proposals.

    ``plan`` holds the automatic merges; ``changes`` are the proposals as they are without them.
    """

    plan: Plan
    changes: ChangeSet


def draft_run(runner: Runner, *, limit: int) -> RunDraft:
    """Return what a run would do about the first marked customers; nothing is written."""
    rows = runner.store.scan(UNMATCHED, limit=limit).rows
    seeds = {row.value.customer for row in rows}
    scenery = Scenery(runner.store, runner.linker, runner.act.policy, Holders(runner.store))
    scenery.marked(seeds)
    scene = scene_of(scenery, scenery.roots_of(seeds))
    written = _proposals(runner, scenery, scene)
    return RunDraft(
        plan=plan_of_run(scene, runner.policies, runner.linker.model),
        changes=combine([written, _unmarked(scenery, seeds)], result=written.result),
    )


def run_pages(runner: Runner, *, page: int) -> Iterator[Counter[str]]:
    """Look at all customers while a sweep is under way, then at whoever is marked.

    Yields what came of each page: ``customers``, ``proposed``, ``withdrawn``, ``merged``,
    ``undone``, ``refused`` (merges and undos with blockers), ``passed`` (keys too many share),
    ``cut`` (scenes too large to be followed to the end), ``left`` (customers whom others kept
    changing).
    """
    refused = _Refused()
    yield from _swept(runner, page, refused)
    for rows in scan_pages(runner.store, UNMATCHED, limit=page):
        if rows:
            yield _page(runner, {row.value.customer for row in rows}, refused)


def count_marked(store: Store) -> int:
    """Return how many customers a run would begin with: all while a sweep is under way."""
    swept = store.get_many(SWEEPS, [("matching",)])
    kind: Kind[Any] = PROFILES if swept else UNMATCHED
    return sum(map(len, scan_pages(store, kind, limit=_MANY)))


def _swept(runner: Runner, page: int, refused: _Refused) -> Iterator[Counter[str]]:
    """Go on with the sweep that is under way, if any, from where it was."""
    done: set[CustomerId] = set()
    while True:
        sweep = runner.store.get_many(SWEEPS, [("matching",)]).get(("matching",))
        if sweep is None or sweep.value.model != runner.model:
            return
        after = (sweep.value.after,) if sweep.value.after else None
        found = runner.store.scan(PROFILES, after=after, limit=page)
        ids = {row.value.id for row in found.rows}
        counts = _page(
            runner, ids - done, refused, done=done, beside=_further(sweep, found.following)
        )
        yield counts
        if counts["left"]:
            return  # the sweep goes on in the next run
        done = {id_ for id_ in done if found.following and id_ > found.following[0]}


def _further(sweep: Stored[Sweep], following: Cursor | None) -> ChangeSet:
    """Return what moves the sweep on, or ends it."""
    expects = (Expect(SWEEPS, ("matching",), sweep.version),)
    if following is None:
        return ChangeSet(drops=(Drop(SWEEPS, ("matching",)),), expects=expects)
    return ChangeSet(puts=(Put(SWEEPS, evolve(sweep.value, after=following[0])),), expects=expects)


@frozen(kw_only=True)
class _Refused:
    """What a run could not do: pairs of units not merged, merges not undone. It tries once."""

    pairs: set[Two] = field(factory=set)
    edges: set[str] = field(factory=set)


def _page(
    runner: Runner,
    seeds: Collection[CustomerId],
    refused: _Refused,
    *,
    done: set[CustomerId] | None = None,
    beside: ChangeSet | None = None,
) -> Counter[str]:
    counts: Counter[str] = Counter()
    holders = Holders(runner.store)
    asked = set(seeds)
    for _ in range(_PASSES):
        scenery = Scenery(runner.store, runner.linker, runner.act.policy, holders)
        scenery.marked(asked)
        scene = scene_of(scenery, scenery.roots_of(asked))
        plan = plan_of_run(
            scene, runner.policies, runner.linker.model, refused=refused.pairs, kept=refused.edges
        )
        changed = _carried_out(runner, plan, refused)
        counts += changed
        if changed:
            # Whom an undo sets free may belong together still, though no seed leads there now.
            asked.update(end for edge in scene.edges if edge.id in plan.undo
                         for end in (edge.loser, edge.winner))  # fmt: skip
            continue
        rows = _proposals(runner, scenery, scene)
        try:
            runner.store.apply(combine([rows, _unmarked(scenery, asked), beside or ChangeSet()]))
        except ConflictError:
            holders.forget()
            continue
        (done if done is not None else set()).update(scenery.looked)
        counts.update({name: int(str(count)) for name, count in rows.result.items()})
        looked_at = Counter(
            customers=len(scenery.looked), passed=holders.passed, cut=int(scenery.cut)
        )
        return counts + looked_at
    return counts + Counter(left=len(seeds))


def _carried_out(runner: Runner, plan: Plan, refused: _Refused) -> Counter[str]:
    """Undo and merge what the policies ask for, each by itself, as it stands at that moment."""
    counts: Counter[str] = Counter()
    for edge in plan.undo:
        done = _committed(runner, partial(_undo, runner, edge))
        counts["undone" if done else "refused"] += 1
        if not done:
            refused.edges.add(edge)
    for join in plan.join:
        done = _committed(runner, partial(_merge, runner, join))
        counts["merged" if done else "refused"] += 1
        if not done:
            refused.pairs.add(join.reason.pair)
    return counts


def _committed(runner: Runner, decide: Callable[[], ChangeSet]) -> bool:
    """Write a merge or an undo with its effect; False when a blocker or somebody was first."""
    try:
        note = Noted(verb="run_matching", at=runner.act.at, by=runner.act.by)
        commit(runner.store, decide, note=note)
    except (RefusedError, MissingError):
        return False
    return True


def _merge(runner: Runner, join: Join) -> ChangeSet:
    """Return the merge of the customers that the two units are of now.

    Of the joins before it some may have been refused, so they are not those of the plan.
    """
    groups = groups_of(runner.store, join.reason.pair)
    winner, loser = sorted(groups, key=lambda group: (-len(group.homes), group.root.id))
    changes = prepare_merge(
        runner.store, winner.root.id, loser.root.id, act=runner.act, cause=Cause.AUTO,
        model=runner.model, proof=join.reason.proof,
    )  # fmt: skip
    return _told(runner, changes, MERGED, {**changes.result, "model": runner.model})


def _undo(runner: Runner, edge: str) -> ChangeSet:
    changes = prepare_unmerge(
        runner.store, edge, act=runner.act, cause=Cause.AUTO, kinds=runner.kinds
    )
    return _told(runner, changes, UNMERGED, changes.result)


def _told(
    runner: Runner, changes: ChangeSet, topic: str, payload: Mapping[str, object]
) -> ChangeSet:
    """Return the change with its effect: the host hears of it in the transaction it happens in."""
    key = derive_id("evt", runner.store.tenant, topic, str(payload["edge"]))
    emit = Emit(key=key, topic=topic, at=runner.act.at, payload=payload)
    return combine([changes, ChangeSet(emits=(emit,))], result=changes.result)


def _proposals(runner: Runner, scenery: Scenery, scene: Scene) -> ChangeSet:
    """Return what changes in the proposals on the customers that were looked at."""
    roots = {unit.id: unit.root for unit in scene.units.values()}
    pairs = [[roots[unit] for unit in weighed.pair] for weighed in scene.weighed]
    held = holdings_of(runner.store, sorted({root for pair in pairs for root in pair}))
    told = Told(tenant=runner.store.tenant, model=runner.model, at=runner.act.at)
    rows = proposals_of(
        scene, runner.linker.model, told, known=scenery.proposals,
        stake=lambda pair: stake_of([held[root] for root in pair]),
    )  # fmt: skip
    known, fresh = scenery.proposals, {row.id: row for row in rows}
    gone = sorted(known.keys() - fresh.keys())
    return ChangeSet(
        puts=tuple(Put(PROPOSALS, row) for row in rows if known.get(row.id) != row),
        drops=tuple(Drop(PROPOSALS, (id_,)) for id_ in gone),
        result={"proposed": len(fresh.keys() - known.keys()), "withdrawn": len(gone)},
    )


def _unmarked(scenery: Scenery, seeds: Collection[CustomerId]) -> ChangeSet:
    """Return what takes the marks off, unless they were set again since they were read."""
    seen = [id_ for id_ in sorted({*scenery.looked, *seeds}) if id_ in scenery.marks]
    return ChangeSet(
        drops=tuple(Drop(UNMATCHED, (id_,)) for id_ in seen),
        expects=tuple(Expect(UNMATCHED, (id_,), scenery.marks[id_]) for id_ in seen),
    )
