"""Track: one thing somebody did, with its products, amounts and order."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from attrs import evolve

from ecrm_core.customers import (
    ConsentState,
    ConsentStatement,
    ContactPoint,
    Verification,
    VerificationState,
    address_subject,
)
from ecrm_core.kernel import Money
from ecrm_core.sources.amounts import code_of, currency_of, id_of, money_of, number_of, plain
from ecrm_core.sources.payload import MAX_VALUE, Node
from ecrm_core.sources.points import read_emails
from ecrm_core.sources.segment_spec.call import Call, any_of
from ecrm_core.sources.segment_spec.tracked import Tracked, tracked
from ecrm_core.sources.segment_spec.traits import person
from ecrm_core.timeline import Interaction, OrderLine

__all__ = ["events", "refusals", "said_of", "viewed"]

_AMOUNTS: Final = ("total", "revenue", "value")
_WORDS: Final = ("coupon", "role")
_PAGE: Final = ("title", "url")
_REFUSALS: Final = frozenset({"email_complained", "email_unsubscribed"})
_BY_AGENTS: Final = "agent"


def viewed(call: Call) -> tuple[Interaction, ...]:
    """Return the page or screen that was looked at."""
    properties = call.node.get("properties")
    words = {"name": code_of(call.node.get("name"), limit=MAX_VALUE)} | {
        word: code_of(properties.get(word), limit=MAX_VALUE) if properties else None
        for word in _PAGE
    }
    data = {word: said for word, said in words.items() if said is not None}
    return (call.event("page_viewed", data=data),)


def events(call: Call) -> tuple[Interaction, ...]:
    """Return what a track call says has happened; an order closes the cart it was made of."""
    node = call.node.get("event")
    name = code_of(node) or "event"
    meant = tracked(name)
    properties = any_of(call.node, "properties")
    ids = [found for key in meant.correlation if (found := code_of(_of(properties, key)))]
    currency = currency_of(_of(properties, "currency"))
    data: dict[str, object] = {"event": name}
    data |= {word: said for word in _WORDS if (said := code_of(_of(properties, word)))}
    data |= _rating(_of(properties, "rating"))
    order = ids[0] if ids and meant.correlation == ("order_id",) else None
    done = call.event(
        _kind(meant, data), channel=meant.channel, data=data,
        text=code_of(_of(properties, meant.text), limit=MAX_VALUE) if meant.text else None,
        amount=_amount(properties, currency), lines=_lines(properties, meant, currency),
        correlation=ids[0] if ids else None, reference=order,
    )  # fmt: skip
    return (done, *_closed(call, properties)) if done.kind == "order_placed" else (done,)


def _rating(node: Node | None) -> dict[str, object]:
    """Return the rating as a number; as the words it is given in where it is none."""
    number = number_of(node)
    rating = code_of(node) if number is None else plain(number)
    return {} if rating is None else {"rating": rating}


def _of(properties: Node | None, key: str) -> Node | None:
    """Return a property under its name of v2, or in camel case, as v1 had it."""
    first, *others = key.split("_")
    return any_of(properties, key, first + "".join(word.capitalize() for word in others))


def _kind(meant: Tracked, data: dict[str, object]) -> str:
    """Return the kind; what an agent wrote was written to her."""
    said_by = data.get("role")
    if meant.kind == "message_received" and said_by == _BY_AGENTS:
        return "message_sent"
    return meant.kind


def _closed(call: Call, properties: Node | None) -> tuple[Interaction, ...]:
    """Return that the cart became an order, under every name it may have been begun with."""
    keys = ("checkout_id", "cart_id", "order_id")
    ids = [code_of(found.apart()) for key in keys if (found := _of(properties, key))]
    return tuple(
        call.event("cart_completed", suffix=f"/cart/{at}", correlation=id_)
        for at, id_ in enumerate(dict.fromkeys(filter(None, ids)))
    )


def _amount(properties: Node | None, currency: str | None) -> Money | None:
    for key in _AMOUNTS:
        found = money_of(_of(properties, key), currency)
        if found is not None:
            return found
    return None


def _lines(properties: Node | None, meant: Tracked, currency: str | None) -> tuple[OrderLine, ...]:
    if properties is None:
        return ()
    held = properties.get("products")
    items = held.items() if held else [properties] if meant.one else []
    return tuple(_line(item, currency) for item in items if isinstance(item.value, dict))


def _line(node: Node, currency: str | None) -> OrderLine:
    quantity = number_of(node.get("quantity"))
    return OrderLine(
        product=id_of(_of(node, "product_id") or node.get("id")),
        category=code_of(node.get("category")),
        quantity=Decimal(1) if quantity is None else quantity,
        price=money_of(node.get("price"), currency),
        sku=code_of(node.get("sku")),
        title=code_of(node.get("name"), limit=MAX_VALUE),
    )


def said_of(call: Call, done: Interaction) -> dict[str, object]:
    """Return what a call says of her beside what she did, by field.

    The traits of its context; what she typed when she signed up; the address a mail went to.
    Nothing of a call that does not say whose it is.
    """
    if call.subject is None:
        return {}
    context, properties = call.node.get("context"), call.node.get("properties")
    found = person(context.get("traits") if context else None, region=call.collector.region)
    if done.kind == "signed_up":
        found |= person(properties, region=call.collector.region)
    elif done.channel == "email" and (points := read_emails([any_of(properties, "email")])):
        found["emails"] = points
    if done.kind == "email_bounced" and (points := _points(found)):
        bounced = Verification(state=VerificationState.BOUNCED, at=call.at, method="bounce")
        found["emails"] = tuple(evolve(point, verification=bounced) for point in points)
    return found


def refusals(
    call: Call, done: Interaction, values: Mapping[str, object]
) -> tuple[ConsentStatement, ...]:
    """Return what unsubscribing, or reporting a mail, says of the address it went to."""
    if done.kind not in _REFUSALS:
        return ()
    return tuple(
        ConsentStatement(
            subject=address_subject(point), channel="email", purpose="marketing",
            state=ConsentState.REVOKED, at=call.at, source=call.collector.source,
            evidence=done.kind, brand=call.collector.brand,
        )
        for point in _points(values) if point.match_form is not None
    )  # fmt: skip


def _points(values: Mapping[str, object]) -> tuple[ContactPoint, ...]:
    held = values.get("emails")
    return held if isinstance(held, tuple) else ()
