"""Staff: what people at the shop ask about customers; everybody else is answered 401.

Customers are asked about in bodies and by ids, never by addresses in a URL: URLs end in logs.
"""

from __future__ import annotations

import hmac

from flask import Blueprint, Response, request
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ecrm_core import FieldMap
from ecrm_core.customers import HOMES
from ecrm_core.errors import InputError
from ecrm_core.services import CustomerView
from ecrm_core.sources import generic
from flask_shop.answers import Json
from flask_shop.database import database
from flask_shop.models import TABLES, Card, Order
from flask_shop.plans import CARE
from flask_shop.settings import CONTRACTS

pages = Blueprint("staff", __name__)

FORM = FieldMap({"id": "id", "name": "full_name", "email": "email", "phone": "phone"})
HOME = TABLES.of(HOMES).table


@pages.before_request
def only_staff() -> tuple[Json, int] | None:
    """Let staff in; put the login of your shop here."""
    found = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if hmac.compare_digest(found.encode(), database().settings.staff_token.encode()):
        return None
    return {"error": "staff_only"}, 401


@pages.post("/customers/duplicates")
def duplicates() -> Json:
    """Answer whether somebody new (name, email, phone) may be a customer we have."""
    form = request.get_json()
    if not isinstance(form, dict):
        raise InputError("found no object, expected name, email, phone", code="not_an_object")

    def work(session: Session) -> list[Json]:
        crm = database().crm(session)
        new = generic.read_rows(
            [{**form, "id": "new"}], fields=FORM, source="form", received_at=crm.now(),
            region=database().settings.region,
        )  # fmt: skip
        return [
            {
                "customer": match.customer,
                "likely": match.likely,
                "probability": round(match.probability, 3),
                "reasons": [str(reason) for reason in match.reasons],
            }
            for record in new.records
            for match in crm.matches(record, limit=5)
        ]

    return {"matches": database().transaction(work)}


@pages.get("/customers")
def customers() -> Json:
    """List customers with their orders, in one query on the shop's own tables.

    An order keeps the id it was written under; the CRM's homes say who that is now.
    """
    orders = func.count(Order.id).label("orders")
    query = (
        select(Card.crm_id, Card.name, Card.email, orders)
        .join(HOME, HOME.c.root_id == Card.crm_id)
        .outerjoin(Order, Order.crm_id == HOME.c.id)
        .group_by(Card.crm_id)
        .order_by(Card.name, Card.crm_id)
        .limit(100)
    )
    rows = database().transaction(lambda session: session.execute(query).mappings().all())
    return {"customers": [dict(row) for row in rows]}


@pages.get("/customers/<path:customer>")
def customer(customer: str) -> Json | Response:
    """Show one customer, by CRM id or as "shopify/1": JSON, or a masked table for a browser."""
    view = database().transaction(lambda session: database().crm(session).view(customer))
    if request.accept_mimetypes.best == "text/html":
        return Response(view._repr_html_(), mimetype="text/html")
    return shown(view)


@pages.post("/customers/<path:customer>/contracts")
def contract(customer: str) -> tuple[Json, int]:
    """Begin a service contract today; the same Idempotency-Key begins one, however often."""
    key = request.headers.get("Idempotency-Key")
    begun = database().transaction(
        lambda session: database().crm(session).subscribe(
            customer, CARE, preset=CONTRACTS.name, by="staff", key=key
        )
    )  # fmt: skip
    return {"contract": begun}, 201


def shown(view: CustomerView) -> Json:
    """Return what staff see of a customer."""
    profile = view.profile
    return {
        "id": view.id,
        "name": profile.name.full if profile.name else None,
        "emails": [email.normalised or email.raw for email in profile.emails],
        "phones": [phone.normalised or phone.raw for phone in profile.phones],
        "sources": sorted(map(str, view.group.records)),
        "orders": view.facts.order_count,
        "contracts": [{"id": held.id, "status": held.status.value} for held in view.subscriptions],
        "timeline": [{"at": told.at.isoformat(), "kind": told.kind} for told in view.timeline],
    }
