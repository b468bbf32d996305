"""Matching: customers of the store compared with one another, judgements obeyed.

Only proposals come of it. numpy is loaded by the first comparison, not before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from ecrm_core.customers import MatchKey, Profile, SourceKey, SourceRecord, ids_of, record_keys
from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import CustomerId
from ecrm_core.matching import Comparison, Model
from ecrm_core.ports import Store, all_judgements, all_profiles, read_holders, read_profiles
from ecrm_core.services.identity import group_of, identity_of
from ecrm_core.services.judgements import held_apart, of_roots, roots_now

if TYPE_CHECKING:
    from ecrm_core.matching import Deduplication, Match

__all__ = ["find_duplicates", "find_matches"]

_HOLDERS = 200  # customers looked at under one key


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
    roots = set(roots_now(store, homes).values()) - own - held_apart(store, own)
    profiles = read_profiles(store, sorted(roots))
    others = [profiles[root] for root in sorted(profiles)]
    return best_matches(one, others, model=model, limit=limit, comparisons=comparisons)


def _asked(
    store: Store, who: SourceRecord | SourceKey | str
) -> tuple[SourceRecord | Profile, tuple[SourceRecord, ...], frozenset[CustomerId]]:
    """Return who is asked about, the records that state it, and the ids that are herself."""
    if isinstance(who, SourceRecord):
        home = identity_of(store, who.key)
        return who, (who,), frozenset({roots_now(store, [home]).get(home, home)})
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
