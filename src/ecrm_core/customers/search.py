"""Search keys: the rows under which a home is found: by address, by folded name, by match keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from ecrm_core.customers.contact import ContactPoint
from ecrm_core.customers.correction import Correction
from ecrm_core.customers.fields import field_of
from ecrm_core.customers.keys import MAX_NAME_KEY, MatchKey, SearchKey
from ecrm_core.customers.match_keys import MATCH_KEYSET, match_keys
from ecrm_core.customers.names import PersonName, compose_name, name_key, name_search_keys
from ecrm_core.customers.record import CLEARED, SourceRecord, Stated
from ecrm_core.customers.typed_keys import TYPED_KEYSET, typed_keys
from ecrm_core.kernel import MAX_TEXT, CustomerId

__all__ = ["KEYSET", "address_keys", "record_keys", "search_keys"]

KEYSET: Final = "find-1"
"""The version of the derivation below: another one gets another name."""


def record_keys(record: SourceRecord) -> frozenset[MatchKey]:
    """Return the keys one record is found under; relay addresses too, for this joins nobody."""
    return frozenset(_contact_keys(record)) | frozenset(_name_keys(record))


def _contact_keys(record: SourceRecord) -> Iterator[MatchKey]:
    for name in ("emails", "phones", "handles"):
        contacts: Iterable[ContactPoint] = record.value(name) or ()
        for contact in contacts:
            if contact.match_form is not None:
                yield MatchKey(contact.kind.value, contact.match_form)


def _name_keys(record: SourceRecord) -> Iterator[MatchKey]:
    parts = {
        part: (record.value(f"name.{part}") or "")[:MAX_TEXT]
        for part in ("given", "family", "middle", "prefix", "suffix", "phonetic")
    }
    full = record.value("name.full")
    names = [compose_name(**parts), PersonName(full=full) if full else None]
    for name in filter(None, names):
        for key in name_search_keys(name):
            yield MatchKey("name", key[:MAX_NAME_KEY])
    for part in ("legal", "trading"):
        title = record.value(f"organisation.{part}")
        if title:
            yield MatchKey("name", name_key(title)[:MAX_NAME_KEY])


def search_keys(
    home: CustomerId, record: SourceRecord | None, corrections: Iterable[Correction] = ()
) -> dict[str, SearchKey]:
    """Return the index rows of a home by their key; none without a record.

    ``corrections`` are those of its group, in order: what was ruled under this home is found too.
    """
    if record is None:
        return {}
    own = [correction for correction in corrections if correction.customer == home]
    stated = [record, _ruled(record, own)] if own else [record]
    return {
        str(key): SearchKey(keyset=keyset, key=str(key), home_id=home)
        for held in stated
        for keyset, keys in _sets(held)
        for key in keys
    }


def address_keys(
    home: CustomerId, record: SourceRecord | None, corrections: Iterable[Correction] = ()
) -> frozenset[str]:
    """Return those of the keys that are addresses: what statements and claims are about."""
    if record is None:
        return frozenset()
    own = [correction for correction in corrections if correction.customer == home]
    stated = [record, _ruled(record, own)] if own else [record]
    return frozenset(str(key) for held in stated for key in _contact_keys(held))


def _sets(record: SourceRecord) -> Iterator[tuple[str, frozenset[MatchKey]]]:
    """Go through the keys of a record by their key sets."""
    whole = record_keys(record)
    yield KEYSET, whole
    yield MATCH_KEYSET, match_keys(record)
    yield TYPED_KEYSET, typed_keys(record, whole)


def _ruled(record: SourceRecord, corrections: Iterable[Correction]) -> SourceRecord:
    """Return the record as if it stated what was ruled, elements of lists beside its own."""
    cells: dict[str, Stated] = dict(record.cells)
    for correction in corrections:
        name, value = correction.field_name, correction.value
        if field_of(name).many:
            held = () if name not in cells or cells[name].value is CLEARED else cells[name].value
            value = held if value is CLEARED else (*held, value)
        cells[name] = Stated(value, correction.at, correction.at)
    return SourceRecord(record.key, cells)
