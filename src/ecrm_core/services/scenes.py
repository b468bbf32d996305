"""Scenes: from customers to all that hangs together with them, through the store, round by round.

A round looks up who shares a key with the customers of the round, weighs the pairs, and goes on
with those the model takes for one. So little of the store is read, however large it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final

from ecrm_core.customers import HOMES, UNMATCHED, SurvivorshipPolicy
from ecrm_core.kernel import CustomerId
from ecrm_core.matching import JudgementVerdict
from ecrm_core.merging import (
    CUSTOMER_CLAIMS,
    PROPOSALS,
    ClaimedPair,
    MergeEdge,
    Proposal,
    Scene,
    Two,
    Unit,
    Weighed,
    two,
    walls_of,
)
from ecrm_core.ports import Store, read_edges, read_judgements
from ecrm_core.services.candidates import Holders, keys_of_units, read_units
from ecrm_core.services.claims import read_claims

if TYPE_CHECKING:
    from ecrm_core.matching import Forms, Linker

__all__ = ["LARGEST", "Scenery", "read_proposals", "scene_of"]

LARGEST: Final = 5_000
"""Customers of one scene up to which it grows."""


def read_proposals(store: Store, roots: Collection[CustomerId]) -> Mapping[str, Proposal]:
    """Return the stored proposals about any of these customers, by id."""
    values = [(root,) for root in sorted(roots)]
    found = [store.find_many(PROPOSALS, index, values) for index in ("by_left", "by_right")]
    return {row.value.id: row.value for side in found for rows in side.values() for row in rows}


class Scenery:
    """What a scene is gathered in: units, pairs and judgements, as far as they are known."""

    def __init__(
        self, store: Store, linker: Linker, policy: SurvivorshipPolicy, holders: Holders
    ) -> None:
        self.store, self.linker, self.policy, self.holders = store, linker, policy, holders
        self.units: dict[CustomerId, Unit] = {}
        self.by_root: dict[CustomerId, tuple[Unit, ...]] = {}
        self.looked: set[CustomerId] = set()
        """The roots whose keys were followed."""
        self.cut = False
        """Whether the scene stopped growing before all of it was looked at."""
        self.weights: dict[Two, float] = {}
        self.proposals: dict[str, Proposal] = {}
        self.verdicts: dict[Two, JudgementVerdict] = {}
        self.claims: dict[Two, ClaimedPair] = {}
        self.marks: dict[CustomerId, int] = {}
        """The marks of customers, by version, as they were before anything of them was read."""
        self._unit_of: dict[CustomerId, CustomerId] = {}
        self._forms: dict[CustomerId, Forms] = {}
        self._asked: set[Two] = set()

    def roots_of(self, homes: Iterable[CustomerId]) -> set[CustomerId]:
        """Return the roots of homes; what is no home is passed by."""
        rows = self.store.get_many(HOMES, [(home,) for home in sorted(set(homes))])
        return {row.value.root_id for row in rows.values()}

    def marked(self, ids: Collection[CustomerId]) -> None:
        """Look up the marks of these ids."""
        rows = self.store.get_many(UNMATCHED, [(id_,) for id_ in sorted(ids)])
        self.marks |= {row.value.customer: row.version for row in rows.values()}

    def load(self, roots: Collection[CustomerId]) -> None:
        """Read the units of customers not seen yet."""
        fresh = set(roots) - self.by_root.keys()
        self.marked(fresh)
        for root, units in read_units(self.store, fresh, self.policy).items():
            self.by_root[root] = units
            for unit in units:
                self.units[unit.id] = unit
                self._unit_of.update(dict.fromkeys(unit.homes, unit.id))
                self._forms[unit.id] = self.linker.read(unit.profile)

    def look(self, roots: Collection[CustomerId]) -> set[CustomerId]:
        """Follow the keys of these customers; return the roots that hang together with them."""
        self.load(roots)
        self.looked |= set(roots)
        units = [unit for root in roots for unit in self.by_root.get(root, ())]
        found = self._weighed(self._candidates(units) - self._asked)
        cut = self.linker.link_bits
        near = {unit for pair in found if self.weights[pair] >= cut for unit in pair}
        linked = {self.units[unit].root for unit in near}
        return (
            linked | self._by_proposals(units) | self._by_judgements(units) | self._by_claims(roots)
        )

    def _candidates(self, units: Collection[Unit]) -> set[Two]:
        keys = keys_of_units(self.store, units)
        found = self.holders.of({key for held in keys.values() for key in held})
        homes = {home for held in found.values() for home in held}
        self.load(self.roots_of(homes - self._unit_of.keys()))
        of = self._unit_of
        return {
            two(unit, of[home])
            for unit, held in keys.items()
            for key in held
            for home in found[key]
            if home in of and of[home] != unit
        }

    def forms(self, units: Sequence[CustomerId]) -> list[Forms]:
        """Return what units say."""
        return [self._forms[unit] for unit in units]

    def _weighed(self, pairs: set[Two]) -> list[Two]:
        self._asked |= pairs
        ordered = sorted(pairs)
        ids = sorted({unit for pair in ordered for unit in pair})
        at = {unit: place for place, unit in enumerate(ids)}
        people = self.forms(ids)
        places = [(at[one], at[other]) for one, other in ordered]
        weights = self.linker.weights(people, places)
        found = {(ids[one], ids[other]): bits for (one, other), bits in weights.items()}
        self.weights |= found
        return list(found)

    def _by_proposals(self, units: Collection[Unit]) -> set[CustomerId]:
        """Return who was near before, under whichever id: her cluster may fall apart now."""
        found = read_proposals(self.store, [home for unit in units for home in unit.homes])
        self.proposals |= found
        link = self.linker.model.link
        near = [row for row in found.values() if row.probability is None or row.probability >= link]
        return self.roots_of(id_ for row in near for id_ in (row.left, row.right))

    def _by_judgements(self, units: Collection[Unit]) -> set[CustomerId]:
        """Take in what was judged; return whoever was judged, for walls hold for her kin too."""
        told = read_judgements(self.store, [home for unit in units for home in unit.homes])
        self.load(
            self.roots_of(CustomerId(id_) for said in told for id_ in (said.left, said.right))
        )
        found = set()
        for said in sorted(told, key=lambda said: (said.at, said.id)):
            one, other = (self._unit_of.get(CustomerId(id_)) for id_ in (said.left, said.right))
            if one is None or other is None or one == other:
                continue
            self.verdicts[two(one, other)] = said.verdict
            found |= {self.units[one].root, self.units[other].root}
        return found

    def _by_claims(self, roots: Collection[CustomerId]) -> set[CustomerId]:
        """Take in who says to be whom; return both sides of it."""
        if not self._claiming:
            return set()
        pairs = read_claims(self.store, sorted(roots))
        found = self.roots_of(id_ for held in pairs for id_ in (held.left, held.right))
        self.load(found)
        for held in pairs:
            pair = two(held.left, held.right)
            if self.units.keys() >= set(pair):
                self.claims[pair] = max(self.claims.get(pair, held), held, key=_telling)
        return found

    @cached_property
    def _claiming(self) -> bool:
        """Whether anybody claims anything: most shops know no claims."""
        return bool(self.store.scan(CUSTOMER_CLAIMS, limit=1).rows)


def _telling(held: ClaimedPair) -> tuple[bool, int]:
    return held.clear, held.proof.strength


def scene_of(scenery: Scenery, seeds: Collection[CustomerId]) -> Scene:
    """Return all that hangs together with these customers; it stops growing at LARGEST of them."""
    frontier = set(seeds)
    while frontier and len(scenery.looked) < LARGEST:
        frontier = scenery.look(sorted(frontier)) - scenery.looked
    scenery.cut = bool(frontier)
    return _settled(scenery)


def _settled(scenery: Scenery) -> Scene:
    """Put the units that were looked at together to persons, and gather what speaks for it."""
    units = {unit.id: unit for root in scenery.looked for unit in scenery.by_root.get(root, ())}
    ids = sorted(units)
    said = {
        verdict: [pair for pair, held in sorted(scenery.verdicts.items())
                  if held is verdict and units.keys() >= set(pair)]
        for verdict in JudgementVerdict
    }  # fmt: skip
    same, different = said[JudgementVerdict.SAME], said[JudgementVerdict.DIFFERENT]
    cluster = _clusters(scenery, ids, same, different)
    members: dict[CustomerId, list[CustomerId]] = {}
    for unit in ids:
        members.setdefault(cluster[unit], []).append(unit)
    return Scene(
        units=dict(scenery.units), clusters=members, walls=walls_of(same, different),
        weighed=[_pair(scenery, pair, cluster, frozenset(same))
                 for pair in sorted(scenery.weights.keys() | set(same) | scenery.claims.keys())],
        edges=_edges(scenery.store, units.values()),
    )  # fmt: skip


def _clusters(
    scenery: Scenery, ids: Sequence[CustomerId], same: Sequence[Two], different: Sequence[Two]
) -> Mapping[CustomerId, CustomerId]:
    """Return the cluster of each unit: its least."""
    at = {unit: place for place, unit in enumerate(ids)}
    weights = {
        (at[one], at[other]): bits
        for (one, other), bits in scenery.weights.items()
        if one in at and other in at
    }
    labels = scenery.linker.link(
        scenery.forms(ids), weights,
        same=[(at[one], at[other]) for one, other in same],
        different=[(at[one], at[other]) for one, other in different],
    )  # fmt: skip
    return {unit: ids[label] for unit, label in zip(ids, labels, strict=True)}


def _pair(
    scenery: Scenery,
    pair: Two,
    cluster: Mapping[CustomerId, CustomerId],
    same: Collection[Two],
) -> Weighed:
    heads = [cluster.get(unit) for unit in pair]
    bits, claim = scenery.weights.get(pair), scenery.claims.get(pair)
    return Weighed(
        pair=pair, weight=bits, same=pair in same,
        probability=None if bits is None else scenery.linker.probability(bits),
        cluster=heads[0] if heads[0] == heads[1] else None,
        proof=None if claim is None else claim.proof,
        ambiguous=claim is not None and not claim.clear,
    )  # fmt: skip


def _edges(store: Store, units: Collection[Unit]) -> tuple[MergeEdge, ...]:
    homes = sorted(home for unit in units for home in unit.homes)
    return tuple(row.value for row in read_edges(store, homes))
