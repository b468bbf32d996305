"""Sorts: which of a shop's objects one is: as its topic or the body says, else as it looks."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from typing import Final

from attrs import frozen

from ecrm_core.customers.keys import brand_name
from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.sources.delivery import Delivery, DeliveryBuilder, Entry
from ecrm_core.sources.json_objects import Found, split_objects
from ecrm_core.sources.payload import Payload
from ecrm_core.sources.shop import Shop, branded

__all__ = ["OTHER", "Sorts", "read_other"]

OTHER: Final = "other"
"""The sort of what a topic names and is about no party: nothing is read of it.

Of an object that nobody names it means "none we know": that one is refused, and so not lost.
"""


def read_other(data: Mapping[str, object], _: Shop) -> Entry:
    """Return an object that nothing is read of, every leaf of it kept."""
    return Entry(kept=Payload(data).unmapped())


@frozen(kw_only=True)
class Sorts:
    """The sorts of objects a kind of shop has: what the topics call them, and how each is read.

    ``looks_like`` tells the sort of an object that neither a topic nor the body names.
    """

    topics: Mapping[str, str]
    read: Mapping[str, Callable[[Mapping[str, object], Shop], Entry]]
    looks_like: Callable[[Mapping[str, object]], str]

    def deliver(self, body: bytes, *, topic: str | None, shop: Shop, brand: str | None) -> Delivery:
        """Return the delivery of a shop's body; what cannot be read is refused alone.

        Raises InputError for bytes that are no JSON, DefinitionError for a topic that is none.
        """
        _check_topic(topic, self.topics)
        brand = brand_name(brand)
        told = self.topics[topic] if topic else None
        delivery = DeliveryBuilder(source=shop.source, received_at=shop.received_at)
        for found in split_objects(body, named=self._names(told)):
            data: Mapping[str, object] = {}
            try:
                data = found.read()
                entry = self.read[told or found.sort or self._look(data)](data, shop)
                delivery.accept(branded(entry, brand, shop.received_at))
            except InputError as error:
                place = _place(found, told)
                delivery.refuse(place, found.text, error, party=_party(data))
        return delivery.build(hashlib.blake2b(body, digest_size=16).hexdigest())

    def _look(self, data: Mapping[str, object]) -> str:
        """Return the sort of an object nobody names; what is none we know must not get lost."""
        sort = self.looks_like(data)
        if sort == OTHER:
            message = "found an object of no sort we know, expected one, or a topic that names it"
            raise InputError(message, code="other_object")
        return sort

    def _names(self, told: str | None) -> Mapping[str, str]:
        """Return what a body may call one object and several; a topic leaves one name alone."""
        return {sort: f"{sort}s" for sort in ([told] if told else self.read)}


def _text_in(value: object) -> str | None:
    """Return the number at the end of an id: "7" of 7, "7" and "gid://shopify/Customer/7"."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    return str(value).rpartition("/")[2][:200] or None


def _party(data: Mapping[str, object]) -> str | None:
    """Return the id of the customer that an object which cannot be read is about, if it says so."""
    customer = data.get("customer")
    inner = customer.get("id") if isinstance(customer, Mapping) else None
    own = None if {"line_items", "order_id"} & data.keys() else data.get("id")
    ids = (inner, data.get("customer_id"), data.get("customerId"), own)
    return next((text for id_ in ids if id_ and (text := _text_in(id_))), None)


def _check_topic(topic: object, topics: Collection[str]) -> None:
    """Raise DefinitionError for a topic that is none of these."""
    if topic is not None and (not isinstance(topic, str) or topic not in topics):
        shown = repr(topic[:80]) if isinstance(topic, str) else type(topic).__name__
        message = f"the topic is {shown}, expected one of {', '.join(topics)}"
        raise DefinitionError(message, code="topic", supported=list(topics))


def _place(found: Found, told: str | None) -> str:
    """Return where an object stands, in a body that calls it what a webhook's topic says.

    A refused object is kept without its topic: read again, it must not be taken for another sort.
    """
    if told is None or found.sort is not None:
        return found.path
    return f"$.{told}" if found.path == "$" else f"$.{told}s{found.path.removeprefix('$')}"
