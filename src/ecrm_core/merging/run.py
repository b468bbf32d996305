"""Run: which merges the policies ask for, and which automatic ones they ask for no longer.

What comes out is a function of the units, the judgements and the model, not of what runs did
before: so a nightly run over what has changed ends where a run over everybody would.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from attrs import frozen

from ecrm_core.kernel import CustomerId
from ecrm_core.matching import Model
from ecrm_core.merging.auto_merge import AutoMerge
from ecrm_core.merging.blocks import Blocks, Two, two
from ecrm_core.merging.claim import Proof
from ecrm_core.merging.edge import Cause
from ecrm_core.merging.scene import Scene, Weighed, surest
from ecrm_core.merging.unit import automatic

__all__ = ["Join", "Plan", "plan_of_run"]


@frozen(kw_only=True)
class Join:
    """A merge the policies ask for, and the pair that speaks for it."""

    winner: CustomerId
    loser: CustomerId
    reason: Weighed


@frozen(kw_only=True)
class Plan:
    """What a run wants: automatic merges to undo, by edge; once there are none, merges to add."""

    undo: tuple[str, ...] = ()
    join: tuple[Join, ...] = ()


def plan_of_run(
    scene: Scene,
    policies: Sequence[AutoMerge],
    model: Model,
    *,
    refused: Collection[Two] = (),
    kept: Collection[str] = (),
) -> Plan:
    """Return the automatic merges to undo and those to add, so that the policies hold.

    A merge of a run stands as long as the policies would make it again, and no longer. The winner
    is the root of the group with most homes (ties: the lowest id). ``refused`` are pairs of units
    whose merge was refused: they are joined by no other way, but nothing is undone for them.
    ``kept`` are edges whose undoing was refused.
    """
    walls = scene.walls | _undone_by_people(scene)
    wanted = [weighed for weighed in sorted(scene.weighed, key=surest)
              if _allowed(scene, weighed, policies, model)]  # fmt: skip
    blocks = Blocks(scene.units, walls)
    for weighed in wanted:
        blocks.put(*weighed.pair)
    made = _made(scene)
    wrong = {id_ for id_, (one, other) in made.items() if blocks.of(one) != blocks.of(other)}
    if wrong - {*kept}:
        return Plan(undo=tuple(sorted(wrong - {*kept})))
    # What stands and is wanted comes first, and nobody is joined beyond what is wanted without
    # refusals: so a refusal takes nothing apart, now or in the next run.
    within = [held for held in wanted if blocks.of(held.pair[0]) == blocks.of(held.pair[1])]
    joined = Blocks(scene.units, walls.union(refused))
    for id_ in sorted(made.keys() - wrong):
        joined.put(*made[id_])
    return Plan(join=tuple(_joins(scene, [held for held in within if joined.put(*held.pair)])))


def _made(scene: Scene) -> Mapping[str, Two]:
    """Return the two units that each standing merge of a run put together."""
    unit_of = scene.unit_of
    return {
        edge.id: (unit_of[edge.loser], unit_of[edge.winner])
        for edge in automatic(scene.edges)
        if {edge.loser, edge.winner} <= unit_of.keys()
    }


def _undone_by_people(scene: Scene) -> frozenset[Two]:
    """Return the units of merges that a person took back: no run makes them again."""
    unit_of = scene.unit_of
    return frozenset(
        two(unit_of[edge.loser], unit_of[edge.winner])
        for edge in scene.edges
        if not edge.active
        and edge.undone_cause is not Cause.AUTO
        and {edge.loser, edge.winner} <= unit_of.keys()
        and unit_of[edge.loser] != unit_of[edge.winner]
    )


def _allowed(scene: Scene, weighed: Weighed, policies: Sequence[AutoMerge], model: Model) -> bool:
    one, other = (scene.units[unit] for unit in weighed.pair)
    proof = None if weighed.ambiguous else weighed.proof
    zone, sources = weighed.zone(model), one.sources | other.sources
    # Whoever knows an address can type it, and the name with it: a policy has to name that proof.
    typed = weighed.proof is Proof.TYPED and not weighed.same
    asked = [policy for policy in policies if policy.proof is not None or not typed]
    return any(policy.allows(zone, proof, sources) for policy in asked)


def _joins(scene: Scene, made: Sequence[Weighed]) -> Iterator[Join]:
    """Go through the merges that make one customer of each block."""
    root = {unit.id: unit.root for unit in scene.units.values()}
    homes = dict.fromkeys(root.values(), 0)
    for unit in scene.units.values():
        homes[unit.root] += len(unit.homes)
    for weighed in made:
        one, other = (root[unit] for unit in weighed.pair)
        if one == other:
            continue
        winner, loser = sorted((one, other), key=lambda held: (-homes[held], held))
        homes[winner] += homes[loser]
        root = {unit: winner if held == loser else held for unit, held in root.items()}
        yield Join(winner=winner, loser=loser, reason=weighed)
