"""Reading: bodies of Stripe's (events, lists, objects alone) into deliveries, object by object.

An event is an envelope around one object. The object is read as it is; what else the envelope says
(its own id, how many webhooks are pending) is about no party and is kept beside it. An event about
such an object (a price, a product) is kept whole.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from attrs import evolve

from ecrm_core.errors import InputError
from ecrm_core.kernel import utc
from ecrm_core.sources.delivery import Delivery, DeliveryBuilder, Entry
from ecrm_core.sources.json_objects import split_objects
from ecrm_core.sources.keeping import apart
from ecrm_core.sources.payload import Node, Payload
from ecrm_core.sources.stripe.checkout import read_checkout
from ecrm_core.sources.stripe.customer import read_customer
from ecrm_core.sources.stripe.invoice import read_invoice
from ecrm_core.sources.stripe.payment import read_charge, read_intent, read_refund
from ecrm_core.sources.stripe.subscription import read_subscription
from ecrm_core.sources.stripe.telling import Telling, seen

__all__ = ["SORTS", "read"]


def _kept(data: Mapping[str, object], _: Telling) -> Entry:
    """Return an object about nobody: kept whole."""
    return apart(Payload(data))


_READ: Final[Mapping[str, Callable[[Mapping[str, object], Telling], Entry]]] = {
    "address": _kept,
    "charge": read_charge,
    "checkout.session": read_checkout,
    "coupon": _kept,
    "customer": read_customer,
    "invoice": read_invoice,
    "payment_intent": read_intent,
    "plan": _kept,
    "price": _kept,
    "product": _kept,
    "refund": read_refund,
    "shipping_rate": _kept,
    "subscription": read_subscription,
    "tax_rate": _kept,
}
SORTS: Final = tuple(_READ)
"""The objects that ``read`` understands, as Stripe names them; alone, in a list or in an event."""
# Events about what does not exist yet: a preview has no id.
_NOT_YET: Final = frozenset({"invoice.upcoming"})
_ADDRESS: Final = frozenset({"city", "country", "line1", "line2", "postal_code", "state", "town"})


def read(
    body: bytes,
    *,
    received_at: datetime,
    topic: str | None = None,
    source: str = "stripe",
    region: str | None = None,
    sent_at: datetime | None = None,
    brand: str | None = None,
) -> Delivery:
    """Return what the objects of a body say: an event, an object alone, a list of either.

    The time of a telling is the event's ``created``. An object alone does not say when it was so:
    give ``sent_at`` (the response's Date) where you fetched it, and ``topic`` (an event's type)
    where its type came apart from it. ``region`` (ISO 3166-1 alpha-2) is for phones of parties
    without a country; ``brand`` is put on what is read. Objects in test mode are void. Another
    object, or one that cannot be read, is refused alone. Raises InputError for bytes that are no
    JSON.
    """
    delivery = DeliveryBuilder(source=source, received_at=utc(received_at))
    telling = Telling(
        source=source, received_at=delivery.received_at, region=region, brand=brand, type=topic,
        at=None if sent_at is None else utc(sent_at),
    )  # fmt: skip
    for found in split_objects(body, within="data"):
        data: Mapping[str, object] = {}
        try:
            data = found.read()
            entries = _read(data, telling)
        except InputError as error:
            delivery.refuse(found.path, found.text, error, party=_party(data))
        else:
            for entry in entries:
                delivery.accept(entry)
    return delivery.build(hashlib.blake2b(body, digest_size=16).hexdigest())


def _read(data: Mapping[str, object], telling: Telling) -> tuple[Entry, ...]:
    """Return what an object says, and apart from it what its envelope does."""
    if data.get("object") != "event":
        return (_READ[_sort(data)](data, telling),)
    inner, said = _inner(data), data.get("type")
    type_ = said if isinstance(said, str) else telling.type
    read_ = _READ[_sort(inner)]
    if read_ is _kept or type_ in _NOT_YET:
        return (_kept(data, telling),)
    envelope = {name: said for name, said in data.items() if name != "data"}
    told = evolve(
        telling,
        type=type_,
        at=seen(Node(data.get("created"), "$.created", set())) or telling.at,
    )
    return (read_(inner, told), _kept(envelope, told))


def _inner(event: Mapping[str, object]) -> Mapping[str, object]:
    """Return the object of an event, with what it was before."""
    held = event.get("data")
    inner = held.get("object") if isinstance(held, Mapping) else None
    if not isinstance(held, Mapping) or not isinstance(inner, Mapping):
        message = "found an event without an object"
        raise InputError(message, path="$.data.object", code="not_object")
    return {**inner, **{name: said for name, said in held.items() if name != "object"}}


def _sort(data: Mapping[str, object]) -> str:
    named = data.get("object")
    if named is None and data and data.keys() <= _ADDRESS:
        return "address"
    if isinstance(named, str) and named in _READ:
        return named
    message = f"found an object of another sort, expected one of {', '.join(SORTS)}"
    raise InputError(message, path="$.object", code="other_object")


def _party(data: Mapping[str, object]) -> str | None:
    """Return the id of the customer that an object which cannot be read is about, if it says so."""
    held = data.get("data")
    inner = held.get("object") if isinstance(held, Mapping) else None
    found = inner if isinstance(inner, Mapping) else data
    said = found.get("id" if found.get("object") == "customer" else "customer")
    said = said.get("id") if isinstance(said, Mapping) else said
    return said[:200] if isinstance(said, str) and said.strip() else None
