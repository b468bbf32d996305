"""Invoice: an invoice of Stripe's as a matter: it was issued, and then paid or made void.

A draft is no matter yet: its event is void until it is finalised.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final

from attrs import frozen

from ecrm_core.customers import SourceKey
from ecrm_core.kernel import Money
from ecrm_core.sources.amounts import code_of, number_of
from ecrm_core.sources.delivery import Entry
from ecrm_core.sources.keeping import apart
from ecrm_core.sources.payload import MAX_VALUE, Node, Payload
from ecrm_core.sources.stripe.telling import (
    Telling,
    currency_in,
    flag,
    id_in,
    inside,
    moment,
    money,
    ref,
    seen,
)
from ecrm_core.timeline import Interaction, OrderLine

__all__ = ["read_invoice"]

# How far an invoice has come: within one second the greater comes later.
_RANKS: Final[Mapping[str, int]] = {"draft": 0, "open": 1, "uncollectible": 2, "paid": 3, "void": 3}
# What closes it: the kind, how its event is named, and what says when.
_CLOSING: Final[Mapping[str, tuple[str, str, str]]] = {
    "paid": ("invoice_paid", "paid", "paid_at"),
    "uncollectible": ("invoice_voided", "voided", "marked_uncollectible_at"),
    "void": ("invoice_voided", "voided", "voided_at"),
}

_TIMES: Final = ("finalized_at", *(key for _, _, key in _CLOSING.values()))


@frozen(kw_only=True)
class _Invoice:
    """What all events of an invoice share."""

    node: Node
    telling: Telling
    id: str
    status: str
    subject: SourceKey | None
    test: bool
    told_at: datetime | None

    def event(
        self, kind: str, name: str, at: datetime | None, *, amount: str, data: dict[str, object],
        lines: tuple[OrderLine, ...] = (),
    ) -> Interaction:  # fmt: skip
        return self.telling.event(
            kind, f"invoice/{self.id}{name}", at, told_at=self.told_at, subject=self.subject,
            amount=money(self.node.get(amount), currency_in(self.node)), lines=lines, data=data,
            correlation=self.id, void=self.test or self.status == "draft",
            reference=code_of(self.node.get("number")),
        )  # fmt: skip


def read_invoice(data: Mapping[str, object], telling: Telling) -> Entry:
    """Return what one invoice object says; InputError without an id."""
    payload = Payload(data)
    invoice = _invoice(payload, telling)
    return apart(payload, _issued(invoice), *_closed(invoice))


def _invoice(payload: Payload, telling: Telling) -> _Invoice:
    status = code_of(payload.get("status")) or "open"
    own = [seen(inside(payload, "status_transitions", name)) for name in _TIMES]
    created = seen(payload.get("created"))
    return _Invoice(
        node=payload,
        telling=telling,
        id=id_in(payload, "an invoice"),
        status=status,
        subject=telling.key(ref(payload.get("customer"))),
        test=flag(payload.get("livemode")) is False,
        told_at=telling.told_at(created, *own, rank=_RANKS.get(status, 1)),
    )


def _issued(invoice: _Invoice) -> Interaction:
    node = invoice.node
    at = moment(inside(node, "status_transitions", "finalized_at")) or moment(node.get("created"))
    due = seen(node.get("due_date"))
    of = ref(node.get("subscription")) or ref(
        inside(node, "parent", "subscription_details", "subscription")
    )
    data = {"status": invoice.status, "subscription": of, "due_on": due and due.date().isoformat()}
    lines = inside(node, "lines", "data")
    return invoice.event(
        "invoice_issued", "", at, amount="amount_due",
        data={name: value for name, value in data.items() if value is not None},
        lines=tuple(_line(item) for item in (lines.items() if lines else ())
                    if isinstance(item.value, Mapping)),
    )  # fmt: skip


def _closed(invoice: _Invoice) -> tuple[Interaction, ...]:
    if invoice.status not in _CLOSING:
        return ()
    kind, name, key = _CLOSING[invoice.status]
    at = moment(inside(invoice.node, "status_transitions", key))
    paid = kind == "invoice_paid"
    data: dict[str, object] = {} if paid else {"status": invoice.status}
    amount = "amount_paid" if paid else "amount_remaining"
    return (invoice.event(kind, f"/{name}", at, amount=amount, data=data),)


def _line(node: Node) -> OrderLine:
    quantity = number_of(node.get("quantity"))
    return OrderLine(
        product=ref(inside(node, "pricing", "price_details", "product"))
        or ref(inside(node, "price", "product")),
        quantity=Decimal(1) if quantity is None else quantity,
        price=_each(node, quantity),
        title=code_of(node.get("description"), limit=MAX_VALUE),
    )


def _each(node: Node, quantity: Decimal | None) -> Money | None:
    """Return the price of one: as it says, or the amount of a line of one."""
    currency = currency_in(node)
    for place in (("pricing", "unit_amount_decimal"), ("price", "unit_amount")):
        found = money(inside(node, *place), currency)
        if found:
            return found
    return money(node.get("amount"), currency) if quantity in (None, 1) else None
