"""Webhooks: what Shopify tells the shop, verified, taken in once, with the shop's own row."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Header, HTTPException, Request
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from ecrm_core.crm import Receipt
from ecrm_core.errors import KeyReused, MissingError
from ecrm_core.sources import shopify
from fastapi_shop.answers import Json
from fastapi_shop.database import Database
from fastapi_shop.models import Order

pages = APIRouter()

_LARGEST = 5 * 1024 * 1024


@pages.post("/webhooks/shopify")
async def receive(
    request: Request,
    x_shopify_topic: Annotated[str, Header()] = "",
    x_shopify_event_id: Annotated[str | None, Header()] = None,
    x_shopify_hmac_sha256: Annotated[str | None, Header()] = None,
) -> Json:
    """Take one event in; Shopify sends it again until the answer is 200."""
    database: Database = request.app.state.database
    body = await bounded(request)
    shopify.verify(body, x_shopify_hmac_sha256, secret=database.settings.shopify_secret)
    topic = x_shopify_topic
    # One event may come under several topics, so the topic is part of the key.
    key = x_shopify_event_id and f"shopify/{topic}/{x_shopify_event_id}"
    if topic == "customers/redact":
        return await redact(database, json.loads(body), key)
    if topic not in shopify.TOPICS:  # signed, and nothing for us
        return {"ignored": topic}
    region = database.settings.region

    def work(session: Session) -> Receipt:
        crm = database.crm(session)
        delivery = shopify.read(body, received_at=crm.now(), topic=topic, region=region)
        try:
            receipt = crm.ingest(delivery, key=key)
        except KeyReused:  # the same event with newer content: a statement like any other
            receipt = crm.ingest(delivery)
        if topic.startswith("orders/") and receipt.customers and not receipt.replayed:
            save_order(session, json.loads(body), receipt.customers[0])
        return receipt

    receipt = await database.transaction(work)
    return {
        "accepted": receipt.accepted,
        "quarantined": receipt.quarantined,
        "replayed": receipt.replayed,
    }


async def redact(database: Database, told: dict[str, Any], key: str | None) -> Json:
    """Erase a customer, as Shopify passes on that she asks for it, here and in the shop's rows."""
    customer = f"shopify/{told['customer']['id']}"

    def work(session: Session) -> None:
        crm = database.crm(session)
        hers = Order.crm_id.in_(crm.view(customer).aliases)
        crm.erase(customer, by="shopify", reason="customers/redact", key=key)
        session.execute(update(Order).where(hers).values(recipient=None))

    try:
        await database.transaction(work)
    except MissingError:  # nobody, or erased before
        return {"erased": False}
    return {"erased": True}


async def bounded(request: Request) -> bytes:
    """Return the body as it came; 413 for one that is too large, before all of it is here."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > _LARGEST:
            raise HTTPException(413)
    return bytes(body)


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
