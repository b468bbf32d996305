"""Webhooks: what shops and payments tell, verified, taken in once, with the shop's own row."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask import Blueprint, abort, request
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from ecrm_core import Crm
from ecrm_core.crm import Receipt, SystemClock
from ecrm_core.errors import KeyReused, MissingError
from ecrm_core.sources import PrivacyRequest
from flask_shop.answers import Json
from flask_shop.database import database
from flask_shop.models import Order
from flask_shop.senders import SENDERS, Told

pages = Blueprint("webhooks", __name__)


@pages.post("/webhooks/<sender>")
def receive(sender: str) -> Json:
    """Take one event in; whoever sent it sends it again until the answer is 200."""
    if sender not in SENDERS:
        abort(404)
    db, body = database(), request.get_data()
    told = SENDERS[sender](request.headers, body, db.settings, SystemClock().now())
    if told.delivery is None:  # signed, and nothing for us
        return {"ignored": told.topic}
    if told.topic == "customers/redact" and told.delivery.requests:
        return {"erased": sum(map(redact, told.delivery.requests)) > 0}

    def work(session: Session) -> Receipt:
        receipt = take_in(db.crm(session), told)
        # An order that was deleted, or an edit of one, states nothing of a customer.
        if told.topic.startswith("orders/") and receipt.customers and not receipt.replayed:
            save_order(session, json.loads(body), receipt.customers[0])
        return receipt

    receipt = db.transaction(work)
    return {
        "accepted": receipt.accepted,
        "quarantined": receipt.quarantined,
        "replayed": receipt.replayed,
    }


def redact(asked: PrivacyRequest) -> bool:
    """Erase a customer, as Shopify passes on that she asks for it, here and in the shop's rows.

    Other requests wait in the outbox for somebody of the staff (see commands).
    """
    db, customer = database(), str(asked.subject)

    def work(session: Session) -> None:
        crm = db.crm(session)
        hers = Order.crm_id.in_(crm.view(customer).aliases)
        crm.erase(customer, by="shopify", reason="customers/redact", key=f"shopify/{asked.id}")
        session.execute(update(Order).where(hers).values(recipient=None))

    try:
        db.transaction(work)
    except MissingError:  # nobody, or erased before
        return False
    return True


def take_in(crm: Crm, told: Told) -> Receipt:
    """Tell the CRM: the event's id is the request key, so that a repetition changes nothing."""
    assert told.delivery
    try:
        return crm.ingest(told.delivery, key=told.key)
    except KeyReused:  # the same event with newer content: a statement like any other
        return crm.ingest(told.delivery)


def save_order(session: Session, told: dict[str, Any], crm_id: str) -> None:
    """Write the shop's own row, unless a newer one is there: webhooks come in any order.

    What raises here undoes the CRM's rows as well.
    """
    row = {
        "shopify_id": str(told["id"]),
        "number": told.get("name"),
        "total": Decimal(told.get("total_price", "0")),
        "currency": told.get("currency"),
        "recipient": (told.get("shipping_address") or {}).get("name"),
        "crm_id": crm_id,
        "updated_at": datetime.fromisoformat(told["updated_at"]),
    }
    new = insert(Order).values(row)
    session.execute(
        new.on_conflict_do_update(
            index_elements=[Order.shopify_id],
            set_={name: new.excluded[name] for name in row},
            where=Order.updated_at <= new.excluded.updated_at,
        )
    )
