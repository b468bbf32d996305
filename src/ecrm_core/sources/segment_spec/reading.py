"""Reading: bodies of calls (one, a list, a batch) into deliveries, call by call."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from attrs import evolve

from ecrm_core.customers import Relation, RelationKind, SourceKey
from ecrm_core.errors import InputError
from ecrm_core.kernel import personal_key, utc
from ecrm_core.sources.amounts import code_of
from ecrm_core.sources.delivery import Delivery, DeliveryBuilder, Entry, Link
from ecrm_core.sources.json_objects import split_objects
from ecrm_core.sources.keeping import with_left
from ecrm_core.sources.payload import leaves
from ecrm_core.sources.segment_spec.call import Call, Collector, any_of, call_of
from ecrm_core.sources.segment_spec.track import events, refusals, said_of, viewed
from ecrm_core.sources.segment_spec.traits import organisation, person

__all__ = ["CALLS", "read"]

CALLS: Final = ("alias", "group", "identify", "page", "screen", "track")
"""The calls that ``read`` understands."""
# What a batch says once for all of its calls.
_SHARED: Final = ("context", "integrations", "receivedAt", "sentAt")


def read(
    body: bytes,
    *,
    received_at: datetime,
    topic: str | None = None,
    source: str = "segment",
    region: str | None = None,
    sent_at: datetime | None = None,
    brand: str | None = None,
    secret: bytes | None = None,
    key_is_personal: bool = False,
) -> Delivery:
    """Return what the calls of a body say: one, a list, or ``{"batch": [...]}``.

    ``topic`` is the call where its path says it ("track" of /v1/track) and the body does not.
    ``sent_at`` is when a call was made that does not say so. ``region`` (ISO 3166-1 alpha-2) is for
    phones of parties without a country; ``brand`` is put on what is read. ``key_is_personal``
    takes ids that are e-mail addresses, under the keyed hash of them by the store's ``secret`` (16
    bytes or more). A call that cannot be read, or is none, is refused alone. Raises InputError for
    bytes that are no JSON, and DefinitionError where a secret is needed and missing or too short.
    """
    if key_is_personal:
        personal_key(secret, source)  # a missing secret is said before the first call
    collector = Collector(
        source=source, received_at=utc(received_at), region=region, brand=brand,
        secret=secret if key_is_personal else None,
    )  # fmt: skip
    delivery = DeliveryBuilder(source=source, received_at=collector.received_at)
    at = None if sent_at is None else utc(sent_at)
    for found in split_objects(body, within="batch", shared=_SHARED):
        try:
            data = found.read()
            call = call_of(data, collector, _type(data, topic))
            entries = _read(call if call.made.at or not at else _dated(call, at))
        except InputError as error:
            delivery.refuse(found.path, found.text, error)
        else:
            for entry in entries:
                delivery.accept(entry)
    return delivery.build(hashlib.blake2b(body, digest_size=16).hexdigest())


def _dated(call: Call, at: datetime) -> Call:
    return evolve(call, made=evolve(call.made, at=at, told_at=at))


def _type(data: Mapping[str, object], topic: str | None) -> str:
    """Return which call it is: by its type (once called action), its path, or its event."""
    named = [data.get("type"), data.get("action"), topic, "track" if "event" in data else None]
    found = next((name for name in named if name in CALLS), None)
    if not isinstance(found, str):
        message = f"found no call, expected one of {', '.join(CALLS)}"
        raise InputError(message, path="$.type", code="other_object")
    return found


def _read(call: Call) -> tuple[Entry, ...]:
    if call.type == "group":
        return _group(call)
    if call.type == "identify":
        return (_identify(call),)
    return (_alias(call) if call.type == "alias" else _done(call),)


def _identify(call: Call) -> Entry:
    """Return the traits as statements of her record, and that the visitor was she."""
    subject = call.subject
    if subject is None:
        raise _nobody()
    values = person(call.node.get("traits"), region=call.collector.region)
    event = call.event("identified")
    cells, rest = _left(call)
    return Entry(
        record=call.record(subject, values | cells),
        interactions=(with_left(event, rest),),
        mapped=call.node.mapped,
        links=_links(call, call.anonymous),
    )


def _alias(call: Call) -> Entry:
    """Return that two ids are one person; what was known under the former goes on as the latter.

    A former id that is an address is left as it came where no secret is given.
    """
    if call.user is None:
        raise _nobody()
    links = _links(call, _previous(call) or call.anonymous)
    event = call.event("identified")
    cells, rest = _left(call)
    return Entry(
        record=call.record(call.user, cells),
        interactions=(with_left(event, rest),),
        mapped=call.node.mapped,
        links=links,
    )


def _links(call: Call, gone: SourceKey | None) -> tuple[Link, ...]:
    if call.user is None or gone is None or gone == call.user:
        return ()
    return (Link(kept=call.user, gone=gone, at=call.at),)


def _previous(call: Call) -> SourceKey | None:
    try:
        return call.key("previousId")
    except InputError:
        return None


def _group(call: Call) -> tuple[Entry, ...]:
    """Return the organisation, and that she belongs to it: the last one she was said to."""
    id_ = code_of(any_of(call.node, "groupId"), limit=150)
    if id_ is None or "@" in id_:
        raise InputError("found no id of a group", path="$.groupId", code="no_id")
    key, subject = SourceKey(call.collector.source, f"group/{id_}"), call.subject
    values = organisation(call.node.get("traits"), region=call.collector.region)
    event = call.event("group_joined", data={"group": id_})
    cells, rest = _left(call)
    about = Entry(record=call.record(key, values | cells))
    done, mapped = (with_left(event, rest),), call.node.mapped
    if subject is None:
        return (evolve(about, interactions=done, mapped=mapped),)
    name = values.get("organisation.trading")
    belongs = Relation(
        kind=RelationKind.WORKS_FOR, other=str(key), other_name=str(name) if name else None
    )
    member = call.record(subject, {"relations": (belongs,)})
    return (Entry(record=member, interactions=done, mapped=mapped), about)


def _done(call: Call) -> Entry:
    """Return what happened; what it says of her is a statement of her record."""
    done = events(call) if call.type == "track" else viewed(call)
    values = said_of(call, done[0])
    consents = refusals(call, done[0], values)
    rest = call.node.unmapped()
    told = (with_left(done[0], rest), *done[1:])
    subject = call.subject if values else None
    return Entry(
        record=call.record(subject, values) if subject else None,
        consents=consents if subject else (),
        interactions=told,
        mapped=call.node.mapped,
    )


def _left(call: Call) -> tuple[dict[str, object], dict[str, object]]:
    """Return what nothing took: of the traits as cells of the record, and the rest."""
    left = call.node.unmapped()
    held = call.node.get("traits")
    traits = leaves(held.value, held.path) if held else {}
    cells = {f"unmapped.{path}": value for path, value in left.items() if path in traits}
    return cells, {path: value for path, value in left.items() if path not in traits}


def _nobody() -> InputError:
    message = "found neither a user id nor an anonymous id"
    return InputError(message, path="$.userId", code="no_id")
