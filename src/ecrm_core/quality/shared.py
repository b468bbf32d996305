"""Shared: how many parties hold one address; the tests that ask, and the counting."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from ecrm_core.customers import ContactPoint, MatchKey, Profile, SourceRecord
from ecrm_core.kernel import Json
from ecrm_core.quality.evidence import Evidence, Suggestion
from ecrm_core.quality.party import Party, party_of

__all__ = ["SHARED_TEST", "SHARED_TESTS", "count_shared"]

Params = Mapping[str, Json]
Yields = Iterable[Evidence | Suggestion]


def count_shared(parties: Iterable[SourceRecord | Profile | Party]) -> dict[MatchKey, int]:
    """Return how many parties hold each e-mail address and phone number, of those held by several.

    An address is counted once a party. Relay addresses identify nobody and are left out. The
    memory grows with the number of different addresses.
    """
    counts: Counter[MatchKey] = Counter()
    for held in parties:
        party = held if isinstance(held, Party) else party_of(held)
        counts.update({key for c in (*party.emails, *party.phones) if (key := _key(c))})
    return {key: count for key, count in counts.items() if count > 1}


def _key(contact: ContactPoint) -> MatchKey | None:
    if contact.match_form is None or contact.relay:
        return None
    inner = f"#{contact.extension}" if contact.extension else ""
    return MatchKey(contact.kind.value, contact.match_form + inner)


def _shared(value: ContactPoint, record: Party, params: Params) -> Yields:
    """Find an address that more parties hold than ``most``; nothing without counts."""
    key = _key(value) if record.shared else None
    count = record.shared.get(key, 0) if key else 0
    return (Evidence(facts={"count": count}),) if count > int(params.get("most", 1)) else ()


SHARED_TEST: Final = "contact_shared"
"""The test that asks for counts."""
SHARED_TESTS = {SHARED_TEST: _shared}
"""The tests of this file by name."""
