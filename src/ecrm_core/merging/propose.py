"""Propose: the rows of the review queue that a scene comes to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal

from attrs import evolve, frozen

from ecrm_core.kernel import CustomerId
from ecrm_core.matching import Model
from ecrm_core.merging.blocks import Blocks, Two, two
from ecrm_core.merging.proposal import Proposal, proposal_id
from ecrm_core.merging.scene import Scene, Weighed, surest
from ecrm_core.merging.value import decision_value

__all__ = ["Told", "proposals_of"]

_PLACES = Decimal("0.000001")


@frozen(kw_only=True)
class Told:
    """By whom and when proposals are made: tenant, name of the model, and the instant."""

    tenant: str
    model: str
    at: datetime


def proposals_of(
    scene: Scene,
    model: Model,
    told: Told,
    *,
    stake: Callable[[Two], int],
    known: Mapping[str, Proposal],
) -> tuple[Proposal, ...]:
    """Return the proposals on the customers of a scene, by id, each two customers once.

    ``stake`` says what it costs that two customers are apart. What is ``known`` already keeps the
    instant it was found at; whom a judgement holds apart is not proposed.
    """
    roots = {unit.id: unit.root for unit in scene.units.values()}
    found = {}
    cards = _cards(scene, roots)
    for pair, weighed in _strongest(scene, roots):
        id_ = proposal_id(told.tenant, *pair)
        likely = _decimal(weighed.probability)
        row = Proposal(
            id=id_, left=pair[0], right=pair[1], zone=weighed.zone(model),
            group=id_ if weighed.cluster is None else cards[pair[0]], probability=likely,
            weight=_decimal(weighed.weight), proof=weighed.proof,
            value=decision_value(likely, stake(pair), proof=weighed.proof),
            model=told.model, found_at=told.at,
        )  # fmt: skip
        before = known.get(row.id)
        same = before is not None and evolve(before, found_at=row.found_at) == row
        found[row.id] = before if before is not None and same else row
    return tuple(found[id_] for id_ in sorted(found))


def _strongest(
    scene: Scene, roots: Mapping[CustomerId, CustomerId]
) -> Iterator[tuple[Two, Weighed]]:
    """Go through pairs of customers and the surest pair of their units, none held apart."""
    seen = {two(roots[one], roots[other]) for one, other in scene.walls}
    for weighed in sorted(scene.weighed, key=surest):
        one, other = (roots[unit] for unit in weighed.pair)
        pair = two(one, other)
        if one != other and pair not in seen:
            seen.add(pair)
            yield pair, weighed


def _decimal(number: float | None) -> Decimal | None:
    return None if number is None else Decimal(number).quantize(_PLACES)


def _cards(scene: Scene, roots: Mapping[CustomerId, CustomerId]) -> Mapping[CustomerId, CustomerId]:
    """Return for each customer the least one on her card.

    Clusters that share a customer are one card: a claim may have joined units of two of them.
    """
    blocks = Blocks(sorted(set(roots.values())))
    for units in scene.clusters.values():
        for unit in units[1:]:
            blocks.put(roots[units[0]], roots[unit])
    return {root: min(blocks.members(root)) for root in set(roots.values())}
