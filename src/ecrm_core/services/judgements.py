"""Judgements: what people said of two customers, seen as of the customers of now, and written."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from attrs import evolve

from ecrm_core.customers import HOMES, SourceKey, bumped
from ecrm_core.errors import RefusedError
from ecrm_core.kernel import ChangeSet, CustomerId, combine
from ecrm_core.matching import Judgement, JudgementVerdict, decide_judgement, verdicts
from ecrm_core.ports import Store, read_groups, read_judgements
from ecrm_core.services.identity import Act, groups_of

__all__ = ["held_apart", "of_roots", "prepare_judgement", "roots_now"]

_ROUNDS = 20


def of_roots(store: Store, judgements: Iterable[Judgement]) -> Iterator[Judgement]:
    """Go through judgements as they are about the customers of now; on one customer: none."""
    told = list(judgements)
    homes = {CustomerId(id_) for said in told for id_ in (said.left, said.right)}
    roots = roots_now(store, homes)
    for said in told:
        pair = {roots.get(CustomerId(id_), id_) for id_ in (said.left, said.right)}
        if len(pair) == 2:
            left, right = sorted(pair)
            yield evolve(said, left=left, right=right)


def roots_now(store: Store, homes: Collection[CustomerId]) -> dict[CustomerId, CustomerId]:
    """Return the root of each of these homes; unknown ones are absent."""
    found = store.get_many(HOMES, [(id_,) for id_ in sorted(homes)])
    return {row.value.id: row.value.root_id for row in found.values()}


def held_apart(store: Store, own: frozenset[CustomerId]) -> set[CustomerId]:
    """Return who was judged different: from her, or from whoever was judged the same as she."""
    same, last = judged_same(store, own)
    foes = {
        CustomerId(id_)
        for pair, said in last.items()
        if said is JudgementVerdict.DIFFERENT and same & set(pair)
        for id_ in set(pair) - same
    }
    return judged_same(store, foes)[0] - same if foes else set()


def judged_same(
    store: Store, ids: Collection[CustomerId]
) -> tuple[set[CustomerId], Mapping[tuple[str, str], JudgementVerdict]]:
    """Return who was judged the same as one of these, by way of others too, and what was said."""
    same, fresh, told = set(ids), set(ids), dict[str, Judgement]()
    for _ in range(_ROUNDS):
        members = {home.id for group in read_groups(store, sorted(fresh)).values()
                   for home in group.homes}  # fmt: skip
        told |= {said.id: said for said in read_judgements(store, sorted(members | fresh))}
        last = verdicts(of_roots(store, told.values()))
        joined = [pair for pair, said in last.items()
                  if said is JudgementVerdict.SAME and same & set(pair)]  # fmt: skip
        fresh = {CustomerId(id_) for pair in joined for id_ in pair} - same
        same |= fresh
        if not fresh:
            break
    return same, verdicts(of_roots(store, told.values()))


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

    Raises RefusedError (code "same_customer") for two names of one customer.
    """
    one, two = groups_of(store, [left, right])
    if one.root.id == two.root.id:
        message = "both names lead to one customer: undo the merge to judge them"
        raise RefusedError(message, code="same_customer", customer=one.root.id)
    said = decide_judgement(
        one.root.id, two.root.id, verdict, tenant=store.tenant, by=act.by, at=act.at, reason=reason
    )
    return combine([said, bumped(one), bumped(two)], result=said.result)
