"""Hers: what all rows of one customer are found by: her ids, her records' keys, her addresses."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar

from ecrm_core.customers import (
    KEYSET,
    SEARCH_KEYS,
    Group,
    SourceKey,
    address_subject,
    ids_of,
    person_subject,
)
from ecrm_core.kernel import CustomerId, Kind, Stored, canonical_json, encode, fold
from ecrm_core.merging import LinkedKind
from ecrm_core.ports import Store, read_consents, read_history, read_subscriptions_of, scan_pages
from ecrm_core.services.addressed import Addressed
from ecrm_core.services.contact import subjects_beside, subjects_of
from ecrm_core.subscriptions import SUBSCRIPTIONS

__all__ = ["Hers"]

T = TypeVar("T")


class Hers:
    """One customer with what her rows are found by; each part is read once, when asked for."""

    def __init__(self, store: Store, group: Group, kinds: Sequence[LinkedKind] = ()) -> None:
        """Begin with her homes; ``kinds`` are those of plugins and of the shop itself."""
        self.store, self.group, self.kinds = store, group, tuple(kinds)
        self.ids: tuple[CustomerId, ...] = ids_of(group)

    def again(self) -> Hers:
        """Return the same customer to be looked up anew, by all that she was found by before."""
        fresh = Hers(self.store, self.group, self.kinds)
        fresh.addresses = self.addresses
        fresh.subscriptions = tuple({*self.subscriptions, *fresh.subscriptions})
        return fresh

    @property
    def keys(self) -> tuple[SourceKey, ...]:
        """The source keys of her records, also of those that never came."""
        return tuple(sorted(home.key for home in self.group.homes))

    @cached_property
    def people(self) -> tuple[str, ...]:
        """The subjects of statements about her."""
        return tuple(map(person_subject, self.ids))

    @cached_property
    def addresses(self) -> frozenset[str]:
        """The subjects of every address she has or had.

        An address beyond the fields is hers where its source made a statement about it: some
        sources tell a consent with the address and do not state that she has it.
        """
        history = read_history(self.store, self.keys)
        beside = set(subjects_beside(self.group, history))
        said = read_consents(self.store, sorted({subject for _, subject in beside}))
        spoken = {one.subject for one in said if (one.source, one.subject) in beside}
        return frozenset(spoken.union(subjects_of(self.group, history)))

    @cached_property
    def holders(self) -> Mapping[str, frozenset[CustomerId]]:
        """The homes that hold each of her addresses now, hers and others'."""
        keys = [(KEYSET, subject) for subject in sorted(self.addresses)]
        found = self.store.find_many(SEARCH_KEYS, "by_key", keys)
        held = {key: frozenset(row.value.home_id for row in rows)
                for (_, key), rows in found.items()}  # fmt: skip
        return {subject: held.get(subject, frozenset()) for subject in self.addresses}

    @cached_property
    def own_addresses(self) -> tuple[str, ...]:
        """Those of her addresses that nobody else holds: what is said about them is about her."""
        own = frozenset(self.ids)
        return tuple(sorted(held for held, homes in self.holders.items() if homes <= own))

    @cached_property
    def subscriptions(self) -> tuple[str, ...]:
        """The ids of her subscriptions: one that comes later is left whole, with its events."""
        found = read_subscriptions_of(self.store, self.ids).values()
        return tuple(SUBSCRIPTIONS.key_of(row.value)[0] for rows in found for row in rows)

    def at(self, kind: Kind[T], ids: Sequence[str]) -> Iterator[Stored[T]]:
        """Go through the rows of a Kind that are kept under these ids."""
        yield from self.store.get_many(kind, [(id_,) for id_ in ids]).values()

    def by(self, kind: Kind[T], index: str, values: Sequence[str]) -> Iterator[Stored[T]]:
        """Go through the rows with these values of an index of one column."""
        found = self.store.find_many(kind, index, [(value,) for value in values])
        for rows in found.values():
            yield from rows

    def by_key(self, kind: Kind[T], index: str) -> Iterator[Stored[T]]:
        """Go through the rows that an index of source and id finds by her keys."""
        keys = [(key.source, key.external_id) for key in self.keys]
        for rows in self.store.find_many(kind, index, keys).values():
            yield from rows

    def among(self, kind: Kind[T]) -> Iterator[Stored[T]]:
        """Go through a whole Kind, for what names her by id or by address; no index leads there."""
        for rows in scan_pages(self.store, kind):
            yield from (row for row in rows if self.named_in(encode(row.value, kind.of)))

    def named_in(self, data: Any) -> bool:  # noqa: ANN401 - any JSON
        """Tell whether JSON values hold an id of hers, or an address, however it is written."""
        text = canonical_json(data)
        if any(id_ in text for id_ in (*self.ids, *self.subscriptions)):
            return True
        return any(self._addressed.held_in(leaf) for leaf in _leaves(data))

    def holds_address(self, payload: str | None) -> bool:
        """Tell whether JSON text holds an address of hers."""
        return payload is not None and any(
            self._addressed.held_in(leaf) for leaf in _leaves(json.loads(payload))
        )

    @cached_property
    def _addressed(self) -> Addressed:
        """Her own addresses: a text with one that others hold too may be about them."""
        emails, numbers = set(self._sent_to()), list[str]()
        for subject in self.own_addresses:
            kind, _, form = subject.partition(":")
            if kind == "email":
                emails.add(form)
            elif kind == "phone":
                numbers.append(form)
        return Addressed(emails=frozenset(emails), numbers=tuple(numbers))

    def _sent_to(self) -> Iterator[str]:
        own = frozenset(self.own_addresses)
        for record in self.group.records.values():
            for contact in record.value("emails") or ():
                if contact.match_form is None or address_subject(contact) in own:
                    yield from (fold(text) for text in (contact.raw, contact.normalised) if text)


def _leaves(data: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON
    """Go through all texts and numbers of JSON values, names of members too, as text."""
    if isinstance(data, Mapping):
        for name, held in data.items():
            yield name
            yield from _leaves(held)
    elif isinstance(data, list | tuple):
        for held in data:
            yield from _leaves(held)
    elif data is not None and not isinstance(data, bool):
        yield str(data)
