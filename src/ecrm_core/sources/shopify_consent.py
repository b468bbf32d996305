"""Shopify consents: the two consent objects of a customer to statements about her addresses.

"not_subscribed" is no statement (nobody asked), and a statement needs an address that can be read:
otherwise the leaves stay unmapped in the record.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from ecrm_core.customers import ConsentState, ConsentStatement, ContactPoint, address_subject
from ecrm_core.errors import InputError
from ecrm_core.kernel import parse_instant
from ecrm_core.sources.payload import Node

__all__ = ["read_consents"]

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


def _statement(
    node: Node, point: ContactPoint, *, channel: str, at: datetime, source: str
) -> ConsentStatement | None:
    state = node.get("state")
    held = _STATES.get(state.value) if state and isinstance(state.value, str) else None
    if state is None or held is None:
        return None
    state.take()
    dated = _said_at(node)
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


def _said_at(node: Node) -> datetime | None:
    when = node.get("consent_updated_at")
    if when is None or not isinstance(when.value, str):
        return None
    try:
        found = parse_instant(when.value, when.path)
    except InputError:
        return None
    when.take()
    return found


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
