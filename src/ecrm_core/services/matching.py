"""Matching: customers of the store compared with one another, and judgements on them.

Only proposals come of it. numpy is loaded by the first comparison, not before.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from attrs import evolve

from ecrm_core.customers import (
    HOMES,
    MatchKey,
    Profile,
    SourceKey,
    SourceRecord,
    ids_of,
    record_keys,
)
from ecrm_core.errors import DefinitionError, RefusedError
from ecrm_core.kernel import ChangeSet, CustomerId
from ecrm_core.matching import (
    Comparison,
    Judgement,
    JudgementVerdict,
    Model,
    decide_judgement,
    verdicts,
)
from ecrm_core.ports import (
    Store,
    all_judgements,
    all_profiles,
    read_groups,
    read_holders,
    read_judgements,
    read_profiles,
)
from ecrm_core.services.identity import Act, group_of, groups_of, identity_of

if TYPE_CHECKING:
    from ecrm_core.matching import Deduplication, Match

__all__ = ["find_duplicates", "find_matches", "prepare_judgement"]

_HOLDERS = 200  # customers looked at under one key
_ROUNDS = 20


def find_duplicates(
    store: Store,
    *,
    model: Model | None = None,
    comparisons: Iterable[Comparison] = (),
    progress: Callable[[int, int, str], object] | None = None,
) -> Deduplication:
    """Return which customers may be one, over all stored profiles, judgements obeyed."""
    from ecrm_core.matching import dedupe  # noqa: PLC0415 - numpy only when it is needed

    people = [profile for page in all_profiles(store) for profile in page]
    said = _of_roots(store, all_judgements(store))
    return dedupe(people, judgements=said, model=model, comparisons=comparisons, progress=progress)


def _of_roots(store: Store, judgements: Iterable[Judgement]) -> Iterator[Judgement]:
    """Go through judgements as they are about the customers of now; on one customer: none."""
    told = list(judgements)
    homes = {CustomerId(id_) for said in told for id_ in (said.left, said.right)}
    roots = _roots(store, homes)
    for said in told:
        pair = {roots.get(CustomerId(id_), id_) for id_ in (said.left, said.right)}
        if len(pair) == 2:
            left, right = sorted(pair)
            yield evolve(said, left=left, right=right)


def _roots(store: Store, homes: Collection[CustomerId]) -> dict[CustomerId, CustomerId]:
    found = store.get_many(HOMES, [(id_,) for id_ in sorted(homes)])
    return {row.value.id: row.value.root_id for row in found.values()}


def find_matches(
    store: Store,
    who: SourceRecord | SourceKey | str,
    *,
    limit: int,
    model: Model | None = None,
    comparisons: Iterable[Comparison] = (),
) -> tuple[Match, ...]:
    """Return the customers that may be this one: who shares an address or a name, scored.

    Of each key the first 200 customers are looked at; who was judged different is left out.
    """
    from ecrm_core.matching import best_matches  # noqa: PLC0415 - numpy only when it is needed

    if limit < 1:
        raise DefinitionError(f"the limit is {limit}, expected 1 or more", code="limit")
    one, records, own = _asked(store, who)
    keys = frozenset(key for record in records for key in _match_keys(record))
    homes = read_holders(store, keys, limit=_HOLDERS)
    roots = set(_roots(store, homes).values()) - own - _apart(store, own)
    profiles = read_profiles(store, sorted(roots))
    others = [profiles[root] for root in sorted(profiles)]
    return best_matches(one, others, model=model, limit=limit, comparisons=comparisons)


def _asked(
    store: Store, who: SourceRecord | SourceKey | str
) -> tuple[SourceRecord | Profile, tuple[SourceRecord, ...], frozenset[CustomerId]]:
    """Return who is asked about, the records that state it, and the ids that are herself."""
    if isinstance(who, SourceRecord):
        home = identity_of(store, who.key)
        return who, (who,), frozenset({_roots(store, [home]).get(home, home)})
    group = group_of(store, who)
    profile = read_profiles(store, [group.root.id]).get(group.root.id) or Profile(id=group.root.id)
    return profile, tuple(group.records.values()), frozenset(ids_of(group))


def _match_keys(record: SourceRecord) -> frozenset[MatchKey]:
    """Return the keys of a record, but for relay addresses: they identify nobody."""
    relays = {
        MatchKey(contact.kind.value, contact.match_form)
        for name in ("emails", "phones", "handles")
        for contact in record.value(name) or ()
        if contact.relay and contact.match_form is not None
    }
    return record_keys(record) - relays


def _apart(store: Store, own: frozenset[CustomerId]) -> set[CustomerId]:
    """Return who was judged different: from her, or from whoever was judged the same as she."""
    same, last = _judged_same(store, own)
    foes = {
        CustomerId(id_)
        for pair, said in last.items()
        if said is JudgementVerdict.DIFFERENT and same & set(pair)
        for id_ in set(pair) - same
    }
    return _judged_same(store, foes)[0] - same if foes else set()


def _judged_same(
    store: Store, ids: Collection[CustomerId]
) -> tuple[set[CustomerId], Mapping[tuple[str, str], JudgementVerdict]]:
    """Return who was judged the same as one of these, by way of others too, and what was said."""
    same, fresh, told = set(ids), set(ids), dict[str, Judgement]()
    for _ in range(_ROUNDS):
        members = {home.id for group in read_groups(store, sorted(fresh)).values()
                   for home in group.homes}  # fmt: skip
        told |= {said.id: said for said in read_judgements(store, sorted(members | fresh))}
        last = verdicts(_of_roots(store, told.values()))
        joined = [pair for pair, said in last.items()
                  if said is JudgementVerdict.SAME and same & set(pair)]  # fmt: skip
        fresh = {CustomerId(id_) for pair in joined for id_ in pair} - same
        same |= fresh
        if not fresh:
            break
    return same, verdicts(_of_roots(store, told.values()))


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
    return decide_judgement(
        one.root.id, two.root.id, verdict, tenant=store.tenant, by=act.by, at=act.at, reason=reason
    )
