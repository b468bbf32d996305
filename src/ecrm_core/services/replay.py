"""Replay: quarantined input read again; what can be read now goes in as it would have then."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from attrs import evolve

from ecrm_core.customers import AttributeSchema, SurvivorshipPolicy
from ecrm_core.errors import InputError
from ecrm_core.kernel import ChangeSet, Drop, Expect, Json, Put, Registry, Stored, combine
from ecrm_core.ports import Store
from ecrm_core.services.intake import prepare_ingest
from ecrm_core.sources import (
    QUARANTINE,
    READERS,
    AnyMap,
    Delivery,
    Quarantined,
    Reader,
    generic,
    read_body,
)

__all__ = ["Mapper", "mapper_for", "prepare_replay"]

Mapper = Callable[[Quarantined], Delivery]
"""Reads a quarantined payload again; InputError when it still cannot be read."""
_PLACE = re.compile(r"\$\.(\w+)(\[\d+\])?")  # of an object that its body called by a name


def mapper_for(
    source: str,
    *,
    fields: AnyMap | None,
    region: str | None,
    secret: bytes | None = None,
    schema: AttributeSchema | None = None,
    key_is_personal: bool = False,
    readers: Registry[Reader] = READERS,
    reader: str | None = None,
    brand: str | None = None,
) -> Mapper | None:
    """Return how the quarantined input of a source is read: by its map, else by its reader.

    ``reader`` names it where the source has another name, ``brand`` is put on what is read. None:
    nobody says how.
    """
    if fields is None:
        if (format_ := reader or source) not in readers:
            return None
        name = source if reader else None
        return lambda row: read_body(
            readers, format_, _body(row), received_at=row.received_at, region=region,
            secret=secret, key_is_personal=key_is_personal, name=name, brand=brand,
        )  # fmt: skip
    said: dict[str, Any] = {
        "fields": fields, "region": region, "secret": secret, "schema": schema,
        "key_is_personal": key_is_personal, "brand": brand,
    }  # fmt: skip
    return lambda row: _read_row(row, dict(said))


def _read_row(row: Quarantined, said: dict[str, Any]) -> Delivery:
    payload = _payload(row)
    said |= {"source": row.source, "received_at": row.received_at}
    if isinstance(payload, str):  # an object of a JSON body is kept as its text
        return generic.read(_encoded(payload), **said)
    return generic.read_rows([payload], **said)


def _payload(row: Quarantined) -> Json:
    if row.payload is None:
        raise InputError("the payload was too large to be kept", code="too_long")
    return json.loads(row.payload)


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise InputError("found a lone surrogate, expected text", code="not_utf8") from None


def _body(row: Quarantined) -> bytes:
    """Return the payload as the body it came in: the place says what it was called there."""
    payload = _payload(row)
    text = payload if isinstance(payload, str) else json.dumps(payload)
    place = _PLACE.fullmatch(row.place)
    if place:
        name, listed = json.dumps(place[1]), place[2] is not None
        text = f"{{{name}: [{text}]}}" if listed else f"{{{name}: {text}}}"
    return _encoded(text)


def prepare_replay(
    store: Store,
    row: Stored[Quarantined],
    mapper: Mapper,
    *,
    policy: SurvivorshipPolicy,
    secret: bytes | None = None,
) -> ChangeSet:
    """Return what reading one quarantined row again changes.

    Read, it goes in with the instant it was received at, and the row is dropped; else the row
    counts one attempt more and holds the present problems. ``result["read"]`` is 1 or 0.
    """
    held = row.value
    expect = Expect(QUARANTINE, (held.id,), row.version)
    try:
        delivery = mapper(held)
    except InputError:  # not even taken apart: what was said about it still stands
        delivery = Delivery(source=held.source, refused=(held,))
    if delivery.refused or not delivery.rows:
        problems = delivery.refused[0].problems if delivery.refused else held.problems
        tried = evolve(held, attempts=held.attempts + 1, problems=problems)
        return ChangeSet(puts=(Put(QUARANTINE, tried),), expects=(expect,), result={"read": 0})
    taken = prepare_ingest(store, delivery, policy=policy, secret=secret)
    dropped = ChangeSet(drops=(Drop(QUARANTINE, (held.id,)),), expects=(expect,))
    return combine([taken, dropped], result={**taken.result, "read": 1})
