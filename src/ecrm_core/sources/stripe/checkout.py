"""Checkout: a checkout session as a cart: begun, and then completed or expired.

Who pays there without being a customer at Stripe is a party of the payment alone, as in
``payment``. What she ticked about promotions is a consent of the address she typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final

from attrs import evolve, frozen

from ecrm_core.customers import (
    ConsentState,
    ConsentStatement,
    ContactPoint,
    SourceKey,
    address_subject,
)
from ecrm_core.sources.amounts import code_of, number_of
from ecrm_core.sources.delivery import Entry
from ecrm_core.sources.keeping import apart
from ecrm_core.sources.payload import MAX_VALUE, Node, Payload
from ecrm_core.sources.stripe.customer import read_details
from ecrm_core.sources.stripe.telling import (
    Telling,
    currency_in,
    flag,
    id_in,
    inside,
    moment,
    money,
    ref,
)
from ecrm_core.timeline import Interaction, OrderLine

__all__ = ["read_checkout"]

_RANKS: Final[Mapping[str, int]] = {"open": 0, "expired": 1, "complete": 2}
_STATES: Final = {"opt_in": ConsentState.GRANTED, "opt_out": ConsentState.REFUSED}


@frozen(kw_only=True)
class _Session:
    """What all events of a session share."""

    node: Node
    telling: Telling
    id: str
    subject: SourceKey | None
    test: bool
    told_at: datetime | None

    def event(
        self, kind: str, name: str, at: datetime | None, *, lines: tuple[OrderLine, ...] = (),
        data: Mapping[str, object], undated: bool = False,
    ) -> Interaction:  # fmt: skip
        return self.telling.event(
            kind, f"checkout/{self.id}{name}", at, told_at=self.told_at, undated=undated,
            subject=self.subject, lines=lines, correlation=self.id, void=self.test, data=data,
            amount=money(self.node.get("amount_total"), currency_in(self.node)),
        )  # fmt: skip


def read_checkout(data: Mapping[str, object], telling: Telling) -> Entry:
    """Return what one checkout session says; InputError without an id."""
    payload = Payload(data)
    id_, status = id_in(payload, "a checkout session"), code_of(payload.get("status")) or "open"
    created = moment(payload.get("created"))
    told_at = telling.told_at(created, rank=_RANKS.get(status, 0))
    payment = ref(payload.get("payment_intent"))
    customer = telling.key(ref(payload.get("customer")))
    details = read_details(payload.get("customer_details"), telling.region)
    guest = SourceKey(telling.source, f"payment/{payment or id_}") if details else None
    session = _Session(
        node=payload, telling=telling, id=id_, subject=customer or guest, told_at=told_at,
        test=flag(payload.get("livemode")) is False,
    )  # fmt: skip
    words = {name: code_of(payload.get(name)) for name in ("payment_status", "client_reference_id")}
    words |= {"status": status, "payment": payment}
    begun = session.event("checkout_started", "", created, lines=_lines(payload),
                          data={name: word for name, word in words.items() if word})  # fmt: skip
    ended = _ended(session, status)
    consents = _consents(session, details, created or told_at or telling.received_at)
    entry = evolve(apart(payload, begun, *ended), consents=consents)
    if session.subject is None or not details:
        return entry
    record = telling.record(session.subject, details, told_at)
    return evolve(entry, record=record, guest_at=None if customer else created or told_at)


def _ended(session: _Session, status: str) -> tuple[Interaction, ...]:
    if status == "complete":
        # It does not say when: that is when it was told first.
        at = session.telling.at
        return (session.event("cart_completed", "/completed", at, data={}, undated=True),)
    if status == "expired":
        at = moment(session.node.get("expires_at"))
        return (session.event("cart_emptied", "/expired", at, data={"status": status}),)
    return ()


def _lines(node: Node) -> tuple[OrderLine, ...]:
    held = inside(node, "line_items", "data")
    return tuple(_line(item, currency_in(node)) for item in (held.items() if held else ()))


def _line(node: Node, currency: str | None) -> OrderLine:
    quantity, price = number_of(node.get("quantity")), node.get("price")
    return OrderLine(
        product=ref(inside(node, "price", "product")),
        quantity=Decimal(1) if quantity is None else quantity,
        price=money(price.get("unit_amount"), currency_in(price) or currency) if price else None,
        title=code_of(node.get("description"), limit=MAX_VALUE),
    )


def _consents(
    session: _Session, details: Mapping[str, object], at: datetime
) -> tuple[ConsentStatement, ...]:
    """Return what she ticked about promotions by e-mail, as old as the session, however told."""
    ticked, points = inside(session.node, "consent", "promotions"), details.get("emails")
    state = _STATES.get(ticked.value) if ticked and isinstance(ticked.value, str) else None
    point = points[0] if isinstance(points, tuple) else None
    if ticked is None or state is None or not isinstance(point, ContactPoint):
        return ()
    if point.match_form is None:
        return ()
    ticked.take()
    return (
        ConsentStatement(
            subject=address_subject(point), channel="email", purpose="marketing", state=state,
            at=at, source=session.telling.source, evidence=f"checkout {session.id}",
            brand=session.telling.brand,
        ),
    )  # fmt: skip
