"""Sorts: which of a shop's objects one is: as its topic or the body says, else as it looks."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from typing import Final

from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.sources.delivery import Delivery, DeliveryBuilder, Entry
from ecrm_core.sources.json_objects import Found, split_objects

__all__ = ["check_topic", "place_of", "read_objects", "sort_of"]

_NAMED: Final = {"customer": "customers", "order": "orders"}


def read_objects(
    delivery: DeliveryBuilder,
    body: bytes,
    *,
    told: str | None,
    looks_like: Callable[[Mapping[str, object]], str | None],
    read: Callable[[str, Mapping[str, object]], Entry],
) -> Delivery:
    """Return the delivery of a shop's body; what cannot be read is refused alone.

    ``told`` is the sort the topic says, ``read`` takes the sort and the object. Raises InputError
    for bytes that are no JSON.
    """
    for found in split_objects(body, named=_NAMED):
        data: Mapping[str, object] = {}
        try:
            data = found.read()
            entry = read(sort_of(found, data, told, looks_like), data)
        except InputError as error:
            delivery.refuse(place_of(found, told), found.text, error, party=_party(data))
        else:
            delivery.accept(entry)
    return delivery.build(hashlib.blake2b(body, digest_size=16).hexdigest())


def _party(data: Mapping[str, object]) -> str | None:
    """Return the id of the customer that an object which cannot be read is about, if it says so."""
    customer = data.get("customer")
    inner = customer.get("id") if isinstance(customer, Mapping) else None
    ids = (inner, data.get("customer_id"), None if "line_items" in data else data.get("id"))
    return next((str(id_)[:200] for id_ in ids if isinstance(id_, int | str) and id_), None)


def check_topic(topic: str | None, topics: Collection[str]) -> None:
    """Raise DefinitionError for a topic that is none of these."""
    if topic is not None and topic not in topics:
        message = f"the topic is {topic[:80]!r}, expected one of {', '.join(topics)}"
        raise DefinitionError(message, code="topic", supported=list(topics))


def sort_of(
    found: Found,
    data: Mapping[str, object],
    told: str | None,
    looks_like: Callable[[Mapping[str, object]], str | None],
) -> str:
    """Return the sort of an object; InputError when nobody knows, or two say different things."""
    named = {sort for sort in (told, found.sort) if sort}
    if not named:
        named = {sort for sort in (looks_like(data),) if sort}
    if len(named) != 1:
        message = "found an object of another sort, expected a customer or an order"
        raise InputError(message, code="other_object")
    return named.pop()


def place_of(found: Found, told: str | None) -> str:
    """Return where an object stands, in a body that calls it what a webhook's topic says.

    A refused object is kept without its topic: read again, it must not be taken for another sort.
    """
    if told is None or found.sort is not None:
        return found.path
    return f"$.{told}" if found.path == "$" else f"$.{told}s{found.path.removeprefix('$')}"
