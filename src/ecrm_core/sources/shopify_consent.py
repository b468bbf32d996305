"""Shopify consents: the two consent objects of a customer to statements about her addresses.

"not_subscribed" is no statement (nobody asked), and a statement needs an address that can be read:
otherwise the leaves stay unmapped in the record.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from ecrm_core.customers import (
    ConsentState,
    ConsentStatement,
    ContactPoint,
    address_subject,
    parse_email,
    parse_phone,
)
from ecrm_core.sources.amounts import id_of
from ecrm_core.sources.delivery import Entry
from ecrm_core.sources.instants import taken
from ecrm_core.sources.keeping import no_id
from ecrm_core.sources.payload import Node, Payload
from ecrm_core.sources.said import raw_text, record_of
from ecrm_core.sources.shop import Shop

__all__ = ["read_consents", "read_email_consent", "read_sms_consent"]

_CHANNELS = {"email_marketing_consent": ("email", "emails"),
             "sms_marketing_consent": ("sms", "phones")}  # fmt: skip
_STATES = {
    "pending": ConsentState.PENDING,
    "subscribed": ConsentState.GRANTED,
    "unsubscribed": ConsentState.REVOKED,
}


def read_consents(
    payload: Node, values: Mapping[str, object], *, at: datetime, source: str
) -> tuple[ConsentStatement, ...]:
    """Return the statements; ``values`` holds e-mails and phones, ``at`` dates undated ones."""
    found = []
    for key, (channel, field) in _CHANNELS.items():
        node, points = payload.get(key), values.get(field)
        point = points[0] if isinstance(points, tuple) else None
        if node and isinstance(point, ContactPoint) and point.match_form is not None:
            statement = _statement(node, point, channel=channel, at=at, source=source)
            found += [statement] if statement else []
    return tuple(found)


def read_email_consent(data: Mapping[str, object], shop: Shop) -> Entry:
    """Return what a customer says of marketing by e-mail, alone."""
    payload = Payload(data)
    text = raw_text(payload.get("email_address"))
    points = {"emails": (parse_email(text, "$.email_address"),)} if text else {}
    return _alone(payload, shop, id_of(payload.get("customer_id")), points)


def read_sms_consent(data: Mapping[str, object], shop: Shop) -> Entry:
    """Return what a customer says of marketing by text message, alone."""
    payload = Payload(data)
    text = raw_text(payload.get("phone"))
    points = {"phones": (parse_phone(text, "$.phone", region=shop.region),)} if text else {}
    return _alone(payload, shop, id_of(payload.get("id")), points)


def _alone(
    payload: Payload, shop: Shop, id_: str | None, points: Mapping[str, tuple[ContactPoint, ...]]
) -> Entry:
    """Return the statement about the address; the address alone is not the list of hers."""
    if id_ is None:
        raise no_id("a customer")
    at = shop.sent_at or shop.received_at
    consents = read_consents(payload, points, at=at, source=shop.source)
    left = {f"unmapped.{path}": value for path, value in payload.unmapped().items()}
    record = record_of(shop.key(id_), left, shop.sent_at, shop.received_at)
    return Entry(record=record, consents=consents, mapped=payload.mapped)


def _statement(
    node: Node, point: ContactPoint, *, channel: str, at: datetime, source: str
) -> ConsentStatement | None:
    state = node.get("state")
    held = _STATES.get(state.value) if state and isinstance(state.value, str) else None
    if state is None or held is None:
        return None
    state.take()
    dated = taken(node.get("consent_updated_at"))
    said_at = dated or at
    confirmed = _confirmed(node)
    return ConsentStatement(
        subject=address_subject(point),
        channel=channel,
        purpose="marketing",
        state=held,
        at=said_at,
        source=source,
        snapshot=dated is None,
        double_opt_in=confirmed,
        confirmed_at=said_at if confirmed and held is ConsentState.GRANTED else None,
        evidence=_evidence(node),
    )


def _confirmed(node: Node) -> bool:
    level = node.get("opt_in_level")
    if level and level.value in ("single_opt_in", "confirmed_opt_in"):
        level.take()
        return level.value == "confirmed_opt_in"
    return False


def _evidence(node: Node) -> str | None:
    """Return where the shop collected it ("SHOPIFY", "OTHER")."""
    where = node.get("consent_collected_from")
    if where is None or not isinstance(where.value, str) or not where.value:
        return None
    where.take()
    return where.value
