"""Forms: what the maker's registration page sends: who registered which machine, and when."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime

from ecrm_core.customers import SourceKey, SourceRecord, Stated, parse_email, parse_phone
from ecrm_core.errors import InputError
from ecrm_core.kernel import parse_instant, utc
from ecrm_core.sources import Delivery, DeliveryBuilder, Entry, Node, Payload, split_objects
from ecrm_core.timeline import Interaction

__all__ = ["FORMS", "read_forms"]

FORMS = "machine_forms"
"""The name of the source, and of its reader."""


def read_forms(body: bytes, *, received_at: datetime, region: str | None = None) -> Delivery:
    """Return what a form, or a list of forms, says; one that cannot be read harms no other."""
    delivery = DeliveryBuilder(source=FORMS, received_at=utc(received_at))
    for found in split_objects(body):
        try:
            delivery.accept(form(found.read(), delivery.received_at, region))
        except InputError as error:
            delivery.refuse(found.path, found.text, error)
    return delivery.build(hashlib.blake2b(body, digest_size=16).hexdigest())


def form(data: Mapping[str, object], received_at: datetime, region: str | None) -> Entry:
    """Return what one form says: a record of who sent it, and that she registered a machine."""
    payload = Payload(data)
    number, sent = text(payload, "form"), text(payload, "sent")
    customer, serial = text(payload, "customer", "no"), text(payload, "serial")
    at, key = parse_instant(sent, "$.sent"), SourceKey(FORMS, customer)
    registered = Interaction(
        source=FORMS, event_id=f"form/{number}", kind="product_registered", at=at, told_at=at,
        subject=key, data={"serial": serial},
    )  # fmt: skip
    values: dict[str, object] = {
        "name.full": text(payload, "customer", "name"),
        "emails": (parse_email(text(payload, "customer", "email")),),
        "phones": (parse_phone(text(payload, "customer", "phone"), region=region),),
    }
    # Whatever nothing took stays with her record, as it came.
    values |= {f"unmapped.{path}": value for path, value in payload.unmapped().items()}
    cells = {name: Stated(value, at, received_at) for name, value in values.items()}
    return Entry(record=SourceRecord(key, cells), interactions=(registered,), mapped=payload.mapped)


def text(payload: Payload, *keys: str) -> str:
    """Return the text under these keys, and take it; InputError where there is none."""
    node: Node | None = payload
    for key in keys:
        node = node.get(key) if node else None
    if node is None or not isinstance(node.value, str) or not node.value.strip():
        raise InputError("found no text", path="$." + ".".join(keys), code="no_text")
    node.take()
    return node.value
