"""Webhooks: what shops and payments tell, verified, taken in once, with the shop's own row."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from ecrm_core.crm import Receipt, SystemClock
from ecrm_core.errors import KeyReused, MissingError
from ecrm_core.sources import PrivacyRequest
from fastapi_shop.answers import Json
from fastapi_shop.database import Database
from fastapi_shop.models import Order
from fastapi_shop.senders import SENDERS

pages = APIRouter()

_LARGEST = 5 * 1024 * 1024


@pages.post("/webhooks/{sender}")
async def receive(sender: str, request: Request) -> Json:
    """Take one event in; whoever sent it sends it again until the answer is 200."""
    if sender not in SENDERS:
        raise HTTPException(404)
    database: Database = request.app.state.database
    body = await bounded(request)
    told = SENDERS[sender](request.headers, body, database.settings, SystemClock().now())
    delivery = told.delivery
    if delivery is None:  # signed, and nothing for us
        return {"ignored": told.topic}
    if told.topic == "customers/redact" and delivery.requests:
        erased = [await redact(database, asked) for asked in delivery.requests]
        return {"erased": any(erased)}

    def work(session: Session) -> Receipt:
        crm = database.crm(session)
        try:
            receipt = crm.ingest(delivery, key=told.key)
        except KeyReused:  # the same event with newer content: a statement like any other
            receipt = crm.ingest(delivery)
        # An order that was deleted, or an edit of one, states nothing of a customer.
        if told.topic.startswith("orders/") and receipt.customers and not receipt.replayed:
            save_order(session, json.loads(body), receipt.customers[0])
        return receipt

    receipt = await database.transaction(work)
    return {
        "accepted": receipt.accepted,
        "quarantined": receipt.quarantined,
        "replayed": receipt.replayed,
    }


async def redact(database: Database, asked: PrivacyRequest) -> bool:
    """Erase a customer, as Shopify passes on that she asks for it, here and in the shop's rows.

    Other requests wait in the outbox for somebody of the staff.
    """
    customer = str(asked.subject)

    def work(session: Session) -> None:
        crm = database.crm(session)
        hers = Order.crm_id.in_(crm.view(customer).aliases)
        crm.erase(customer, by="shopify", reason="customers/redact", key=f"shopify/{asked.id}")
        session.execute(update(Order).where(hers).values(recipient=None))

    try:
        await database.transaction(work)
    except MissingError:  # nobody, or erased before
        return False
    return True


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
