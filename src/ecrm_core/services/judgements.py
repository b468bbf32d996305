"""Judgements: what people said of customers, seen as of the customers of now, and written."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from attrs import evolve, frozen

from ecrm_core.customers import HOMES, SourceKey, bumped
from ecrm_core.errors import RefusedError
from ecrm_core.kernel import ChangeSet, CustomerId, combine
from ecrm_core.matching import (
    Bond,
    Contradiction,
    Judgement,
    JudgementVerdict,
    Standing,
    contradictions,
    decide_judgement,
    verdicts,
)
from ecrm_core.merging import Cause, MergeEdge
from ecrm_core.ports import Store, all_judgements, read_edges, read_judgements
from ecrm_core.services.identity import Act, groups_of, identity_of

__all__ = [
    "Ruled",
    "find_contradictions",
    "held_apart",
    "judgements_about",
    "of_roots",
    "prepare_judgement",
    "roots_now",
    "ruled",
]

_Roots = Mapping[CustomerId, CustomerId]


def roots_now(store: Store, homes: Collection[CustomerId]) -> dict[CustomerId, CustomerId]:
    """Return the root of each of these homes; unknown ones are absent."""
    found = store.get_many(HOMES, [(id_,) for id_ in sorted(homes)])
    return {row.value.id: row.value.root_id for row in found.values()}


def of_roots(store: Store, judgements: Iterable[Judgement]) -> Iterator[Judgement]:
    """Go through judgements as they are about the customers of now; on one customer: none."""
    told = list(judgements)
    roots = roots_now(store, _homes(told))
    for said in told:
        left, right = _pair(said, roots)
        if left != right:
            yield evolve(said, left=left, right=right)


def _homes(judgements: Iterable[Judgement]) -> set[CustomerId]:
    return {CustomerId(id_) for said in judgements for id_ in (said.left, said.right)}


def _pair(said: Judgement, roots: _Roots) -> tuple[str, str]:
    left, right = (roots.get(CustomerId(id_), id_) for id_ in (said.left, said.right))
    return (left, right) if left <= right else (right, left)


@frozen(kw_only=True)
class Ruled:
    """Customers of now that were judged the ``same`` as one, and who is held ``apart`` from her."""

    same: frozenset[CustomerId]
    apart: frozenset[CustomerId]


def ruled(store: Store, own: Collection[CustomerId]) -> Ruled:
    """Return what judgements say of one customer, given by any of her ids; transitively.

    Read are the judgements on those she was judged the same as or different from, by way of others
    and of merges too, and no more.
    """
    roots = roots_now(store, own)
    ids = {roots.get(id_, id_) for id_ in own}
    near = _Near(store)
    one = near.grown(ids)
    near.grown(near.standing.foes(one))
    same, apart = near.standing.one_with(ids), near.standing.apart(ids)
    return Ruled(same=frozenset(map(CustomerId, same)), apart=frozenset(map(CustomerId, apart)))


def held_apart(store: Store, own: Collection[CustomerId]) -> frozenset[CustomerId]:
    """Return who was judged different: from her, or from whoever is one with her."""
    return ruled(store, own).apart


class _Near:
    """The judgements around some customers, read as far as they lead."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._seen: set[str] = set()
        self.told: dict[str, Judgement] = {}
        self.standing = Standing()

    def grown(self, ids: Collection[str]) -> frozenset[str]:
        """Return these customers and all judged the same as they, read from the store."""
        one = frozenset(ids)
        while fresh := one - self._seen:
            self._seen |= fresh
            members = _members(self._store, fresh) | set(map(CustomerId, fresh))
            new = {row.id: row for row in read_judgements(self._store, sorted(members))}
            new = {id_: row for id_, row in new.items() if id_ not in self.told}
            self.told |= new
            self.standing = self.standing.told(of_roots(self._store, new.values()))
            one = self.standing.same(one)
        return one


def _members(store: Store, roots: Iterable[str]) -> set[CustomerId]:
    found = store.find_many(HOMES, "by_root", [(root,) for root in sorted(roots)])
    return {row.value.id for rows in found.values() for row in rows}


@frozen(kw_only=True)
class Told:
    """Judgements with what ``contradictions`` has to know of their customers."""

    judgements: tuple[Judgement, ...]
    merged: tuple[Bond, ...]
    roots: Mapping[str, str]


def _told(store: Store, judgements: Iterable[Judgement], also: Iterable[CustomerId] = ()) -> Told:
    told = tuple(judgements)
    roots = roots_now(store, _homes(told) | set(also))
    edges = read_edges(store, sorted(_members(store, set(roots.values()))))
    merged = tuple(_bond(row.value) for row in edges if row.value.active)
    return Told(
        judgements=told, merged=merged, roots={str(id_): root for id_, root in roots.items()}
    )


def told_around(store: Store, ids: Collection[CustomerId]) -> Told:
    """Return what was said around these customers, as far as it leads."""
    near = _Near(store)
    near.grown(ids)
    return _told(store, near.told.values(), ids)


def find_contradictions(store: Store) -> tuple[Contradiction, ...]:
    """Return every judgement "different" that other judgements or merges make one customer of.

    Of judgements on the same two customers of now the last one counts.
    """
    told = _told(store, all_judgements(store))
    return contradictions(told.judgements, merged=told.merged, roots=told.roots)


_MERGED = {
    Cause.HUMAN: "merged",
    Cause.AUTO: "merged automatically",
    Cause.STATED: "merged as their source states",
}


def _bond(edge: MergeEdge) -> Bond:
    said = _MERGED[edge.cause]
    return Bond(id=edge.id, left=edge.loser, right=edge.winner, by=edge.by, at=edge.at, said=said)


def judgements_about(store: Store, ids: Collection[CustomerId]) -> tuple[Judgement, ...]:
    """Return every judgement about any of these very ids, the oldest first."""
    return tuple(sorted(read_judgements(store, ids), key=lambda said: (said.at, said.id)))


def prepare_judgement(
    store: Store,
    left: str | SourceKey,
    right: str | SourceKey,
    verdict: str | JudgementVerdict,
    *,
    act: Act,
    reason: str | None = None,
) -> ChangeSet:
    """Return what a verdict on two customers writes; it merges nobody.

    A judgement is never refused for contradicting others: ``reasons`` and the result's
    "contradictions" name what it contradicts. Raises RefusedError (code "same_customer") for two
    names of one customer, but that "unsure" and "same" take back what stands between two very ids.
    """
    one, two = groups_of(store, [left, right])
    ids = one.root.id, two.root.id
    if ids[0] == ids[1]:
        ids = identity_of(store, left), identity_of(store, right)
        _refuse_within(store, ids, JudgementVerdict.of(verdict), one.root.id)
    told = told_around(store, {one.root.id, two.root.id})
    said = decide_judgement(
        *ids, verdict, tenant=store.tenant, by=act.by, at=act.at, reason=reason,
        known=told.judgements, merged=told.merged, roots=told.roots,
    )  # fmt: skip
    groups = {group.root.id: group for group in (one, two)}
    return combine([said, *map(bumped, groups.values())], result=said.result)


def _refuse_within(
    store: Store, ids: tuple[CustomerId, ...], verdict: JudgementVerdict, customer: CustomerId
) -> None:
    """Refuse a verdict within one customer, unless it takes a wall between these very ids back."""
    low, high = sorted(ids)
    if verdict is not JudgementVerdict.DIFFERENT:
        standing = verdicts(read_judgements(store, [ids[0]]))
        if standing.get((low, high)) is JudgementVerdict.DIFFERENT:
            return
    message = "both names lead to one customer: undo the merge to judge them"
    raise RefusedError(message, code="same_customer", customer=customer)
