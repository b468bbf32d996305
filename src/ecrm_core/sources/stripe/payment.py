"""Payment: charges, payment intents and refunds: what came in, what failed, what went back.

A payment is one event under the id of its charge, whether the charge or the intent tells it; the
charge, which knows when it was, has the last word. The ``correlation`` is the intent, which a
refund names too: a refund does not say whose it is. Who pays without being a customer at Stripe is
a party of the payment alone: a claim, not a proof.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from attrs import evolve

from ecrm_core.customers import SourceKey
from ecrm_core.sources.amounts import code_of
from ecrm_core.sources.delivery import Entry
from ecrm_core.sources.keeping import apart
from ecrm_core.sources.payload import Node, Payload
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
    seen,
)
from ecrm_core.timeline import Interaction

__all__ = ["read_charge", "read_intent", "read_refund"]

# How far a payment or a refund has come: within one second the greater comes later.
_RANKS: Final[Mapping[str, int]] = {
    "pending": 1, "processing": 1, "requires_action": 2, "requires_payment_method": 3,
    "failed": 4, "canceled": 5, "succeeded": 6,
}  # fmt: skip
_WORDS: Final = ("status", "failure_code", "invoice", "reason")


def read_charge(data: Mapping[str, object], telling: Telling) -> Entry:
    """Return the payment a charge is, with its refunds; InputError without an id."""
    payload = Payload(data)
    id_, status = id_in(payload, "a charge"), _status(payload)
    created = moment(payload.get("created"))
    told_at = telling.told_at(created, rank=_RANKS.get(status, 1))
    correlation = ref(payload.get("payment_intent")) or id_
    customer = telling.key(ref(payload.get("customer")))
    details = {} if customer else read_details(payload.get("billing_details"), telling.region)
    guest = SourceKey(telling.source, f"payment/{correlation}") if details else None
    paid = _payment(
        payload, telling, charge=id_, at=created or told_at, told_at=told_at,
        correlation=correlation, subject=customer or guest, failed=status == "failed",
        undated=False, void=status == "pending" or flag(payload.get("captured")) is False,
    )  # fmt: skip
    back = inside(payload, "refunds", "data")
    test = _is_test(payload)
    refunds = [_refund(item, telling, within=paid, test=test)
               for item in (back.items() if back else ())]  # fmt: skip
    entry = apart(payload, paid, *filter(None, refunds))
    if guest is None:
        return entry
    record = telling.record(guest, details, told_at)
    return evolve(entry, record=record, guest_at=created or told_at)


def read_intent(data: Mapping[str, object], telling: Telling) -> Entry:
    """Return the payment a payment intent came to; one without a charge yet counts for nothing."""
    payload = Payload(data)
    id_, status = id_in(payload, "a payment intent"), _status(payload)
    failed = payload.get("last_payment_error") if status == "requires_payment_method" else None
    named = failed.get("charge") if failed else payload.get("latest_charge")
    done = named is not None and (failed is not None or status == "succeeded")
    charge = ref(named) if done else None
    told_at = telling.told_at(seen(payload.get("created")), rank=_RANKS.get(status, 1))
    paid = _payment(
        payload, telling, charge=charge, told_at=told_at, correlation=id_,
        at=telling.at or moment(payload.get("created")), undated=True,
        subject=telling.key(ref(payload.get("customer"))), failed=failed is not None,
        void=charge is None,
    )  # fmt: skip
    return apart(payload, paid)


def read_refund(data: Mapping[str, object], telling: Telling) -> Entry:
    """Return what a refund alone gave back; whose it was, the payment says."""
    payload = Payload(data)
    id_in(payload.apart(), "a refund")
    refund = _refund(payload, telling, test=_is_test(payload))
    return apart(payload, refund) if refund else apart(payload)


def _payment(
    node: Node, telling: Telling, *, charge: str | None, at: datetime | None,
    told_at: datetime | None, correlation: str, subject: SourceKey | None, failed: bool, void: bool,
    undated: bool,
) -> Interaction:  # fmt: skip
    captured = node.get("amount_captured") or node.get("amount_received")
    some = captured is not None and type(captured.value) is int and captured.value > 0
    return telling.event(
        "payment_failed" if failed else "payment_received",
        f"charge/{charge}" if charge else f"payment_intent/{correlation}",
        at, told_at=told_at, undated=undated, subject=subject, correlation=correlation,
        amount=money(captured if some else node.get("amount"), currency_in(node)),
        void=void or _is_test(node), data=_words(node),
        reference=code_of(node.get("receipt_number")),
    )  # fmt: skip


def _refund(
    node: Node, telling: Telling, *, within: Interaction | None = None, test: bool = False
) -> Interaction | None:  # fmt: skip
    """Return a refund, alone or inside its charge; None without an id."""
    id_, status = code_of(node.get("id"), limit=150), _status(node)
    if id_ is None:
        return None
    at = moment(node.get("created"))
    told_at = telling.told_at(at, rank=_RANKS.get(status, 1))
    return telling.event(
        "refund", f"refund/{id_}", at, told_at=told_at, data=_words(node),
        subject=within.subject if within else None,
        amount=money(node.get("amount"), currency_in(node)),
        correlation=within.correlation if within else _payment_of(node) or id_,
        void=test or status != "succeeded",
    )  # fmt: skip


def _payment_of(node: Node) -> str | None:
    """Return the payment a refund names: the intent, else the charge."""
    return ref(node.get("payment_intent")) or ref(node.get("charge"))


def _status(node: Node) -> str:
    held = node.get("status")
    return held.value if held and isinstance(held.value, str) else "succeeded"


def _is_test(node: Node) -> bool:
    return flag(node.get("livemode")) is False


def _words(node: Node) -> dict[str, object]:
    found = {name: ref(node.get(name)) for name in _WORDS}
    return {name: word for name, word in found.items() if word is not None}
