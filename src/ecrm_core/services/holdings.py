"""Holdings: what hangs on many customers at once, read in four batches."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ecrm_core.customers import HOMES, Profile
from ecrm_core.kernel import CustomerId
from ecrm_core.merging import Holdings
from ecrm_core.ports import Store, read_facts, read_profiles, read_subscriptions_of

__all__ = ["holdings_of"]


def holdings_of(store: Store, roots: Collection[CustomerId]) -> Mapping[CustomerId, Holdings]:
    """Return what hangs on each of these roots; an id that is no root has none."""
    found = store.find_many(HOMES, "by_root", [(root,) for root in roots])
    homes = {CustomerId(root): [row.value.id for row in rows] for (root,), rows in found.items()}
    everyone = [home for ids in homes.values() for home in ids]
    profiles = read_profiles(store, roots)
    facts = read_facts(store, everyone)
    bought = read_subscriptions_of(store, everyone)
    return {
        root: Holdings.of(
            profiles.get(root) or Profile(id=root),
            [facts[home].value.facts for home in homes.get(root, ()) if home in facts],
            subscriptions=sum(
                not row.value.status.over
                for home in homes.get(root, ())
                for row in bought.get(home, ())
            ),
        )
        for root in dict.fromkeys(roots)
    }
