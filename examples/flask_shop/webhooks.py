"""Webhooks: what Shopify tells the shop, verified, taken in once, with the shop's own row."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask import Blueprint, request
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from ecrm_core import Crm
from ecrm_core.crm import Receipt
from ecrm_core.errors import KeyReused, MissingError
from ecrm_core.sources import shopify
from flask_shop.answers import Json
from flask_shop.database import database
from flask_shop.models import Order

pages = Blueprint("webhooks", __name__)


@pages.post("/webhooks/shopify")
def receive() -> Json:
    """Take one event in; Shopify sends it again until the answer is 200."""
    db, body = database(), request.get_data()
    signature = request.headers.get("X-Shopify-Hmac-SHA256")
    shopify.verify(body, signature, secret=db.settings.shopify_secret)
    topic = request.headers.get("X-Shopify-Topic", "")
    # One event may come under several topics, so the topic is part of the key.
    event = request.headers.get("X-Shopify-Event-Id")
    key = event and f"shopify/{topic}/{event}"
    if topic == "customers/redact":
        return redact(json.loads(body), key)
    if topic not in shopify.TOPICS:  # signed, and nothing for us
        return {"ignored": topic}

    def work(session: Session) -> Receipt:
        receipt = take_in(db.crm(session), body, topic, key)
        if topic.startswith("orders/") and receipt.customers and not receipt.replayed:
            save_order(session, json.loads(body), receipt.customers[0])
        return receipt

    receipt = db.transaction(work)
    return {
        "accepted": receipt.accepted,
        "quarantined": receipt.quarantined,
        "replayed": receipt.replayed,
    }


def redact(told: dict[str, Any], key: str | None) -> Json:
    """Erase a customer, as Shopify passes on that she asks for it, here and in the shop's rows."""
    db, customer = database(), f"shopify/{told['customer']['id']}"

    def work(session: Session) -> None:
        crm = db.crm(session)
        hers = Order.crm_id.in_(crm.view(customer).aliases)
        crm.erase(customer, by="shopify", reason="customers/redact", key=key)
        session.execute(update(Order).where(hers).values(recipient=None))

    try:
        db.transaction(work)
    except MissingError:  # nobody, or erased before
        return {"erased": False}
    return {"erased": True}


def take_in(crm: Crm, body: bytes, topic: str, key: str | None) -> Receipt:
    """Tell the CRM: the event's id is the request key, so that a repetition changes nothing."""
    region = database().settings.region
    delivery = shopify.read(body, received_at=crm.now(), topic=topic, region=region)
    try:
        return crm.ingest(delivery, key=key)
    except KeyReused:  # the same event with newer content: a statement like any other
        return crm.ingest(delivery)


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
