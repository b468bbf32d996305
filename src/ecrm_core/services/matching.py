"""Matching: customers of the store compared with one another, judgements obeyed.

Only proposals come of it. numpy is loaded by the first comparison, not before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from ecrm_core.customers import Profile, SourceKey, SourceRecord, ids_of
from ecrm_core.kernel import CustomerId, Key, gate_limit
from ecrm_core.matching import Comparison, Model
from ecrm_core.ports import Store, all_judgements, all_profiles, read_profiles
from ecrm_core.services.candidates import Holders, keys_of_record
from ecrm_core.services.identity import group_of, identity_of
from ecrm_core.services.judgements import of_roots, roots_now, ruled

if TYPE_CHECKING:
    from ecrm_core.matching import Deduplication, Linker, Match

__all__ = ["find_duplicates", "find_matches"]


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
    said = of_roots(store, all_judgements(store))
    return dedupe(people, judgements=said, model=model, comparisons=comparisons, progress=progress)


def find_matches(
    store: Store, who: SourceRecord | SourceKey | str, linker: Linker, *, limit: int
) -> tuple[Match, ...]:
    """Return the customers that may be this one: who shares a search or match key, scored.

    Keys that more than 100 records share are passed by. Who was judged the same comes first,
    whatever she shares; who is held apart, transitively, is left out.
    """
    from ecrm_core.matching import matches_among  # noqa: PLC0415 - numpy only when it is needed

    gate_limit(limit)
    one, keys, own = _asked(store, who)
    found = Holders(store).of(keys)
    homes = {home for held in found.values() for home in held}
    said = ruled(store, own)
    roots = (set(roots_now(store, homes).values()) | said.same) - own - said.apart
    profiles = read_profiles(store, sorted(roots))
    others = [profiles[root] for root in sorted(profiles)]
    return matches_among(linker, one, others, limit=limit, same=said.same)


def _asked(
    store: Store, who: SourceRecord | SourceKey | str
) -> tuple[SourceRecord | Profile, frozenset[Key], frozenset[CustomerId]]:
    """Return who is asked about, the keys she is looked up by, and the ids that are herself."""
    if isinstance(who, SourceRecord):
        home = identity_of(store, who.key)
        return who, keys_of_record(home, who), frozenset({roots_now(store, [home]).get(home, home)})
    group = group_of(store, who)
    profile = read_profiles(store, [group.root.id]).get(group.root.id) or Profile(id=group.root.id)
    keys = [
        keys_of_record(home.id, group.records[home.key], group.corrections)
        for home in group.homes
        if home.key in group.records
    ]
    return profile, frozenset().union(*keys), frozenset(ids_of(group))
