"""Staff: what people at the shop ask about customers; everybody else is answered 401.

Customers are asked about in bodies and by ids, never by addresses in a URL: URLs end in logs.
"""

from __future__ import annotations

import hmac
from typing import Annotated

from fastapi import APIRouter, Depends, Header, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel
from sqlalchemy.orm import Session

from ecrm_core import FieldMap
from ecrm_core.services import CustomerView
from ecrm_core.sources import generic
from fastapi_shop.answers import Json
from fastapi_shop.database import Database
from fastapi_shop.plans import CARE
from fastapi_shop.settings import CONTRACTS

FORM = FieldMap({"id": "id", "name": "full_name", "email": "email", "phone": "phone"})


class Newcomer(BaseModel):
    """Somebody new, as a form has her."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None


async def only_staff(request: Request, authorization: Annotated[str, Header()] = "") -> None:
    """Let staff in; put the login of your shop here."""
    database: Database = request.app.state.database
    found = authorization.removeprefix("Bearer ")
    if not hmac.compare_digest(found.encode(), database.settings.staff_token.encode()):
        raise HTTPException(401, "staff_only")


pages = APIRouter(dependencies=[Depends(only_staff)])


@pages.post("/customers/duplicates")
async def duplicates(request: Request, form: Newcomer) -> Json:
    """Answer whether somebody new may be a customer we have."""
    database: Database = request.app.state.database

    def work(session: Session) -> list[Json]:
        crm = database.crm(session)
        new = generic.read_rows(
            [{**form.model_dump(), "id": "new"}], fields=FORM, source="form",
            received_at=crm.now(), region=database.settings.region,
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

    return {"matches": await database.transaction(work)}


@pages.get("/customers/{customer:path}", response_model=None)
async def customer(
    request: Request, customer: str, accept: Annotated[str, Header()] = ""
) -> Json | Response:
    """Show one customer, by CRM id or as "shopify/1": JSON, or a masked table for a browser."""
    database: Database = request.app.state.database
    view = await database.transaction(lambda session: database.crm(session).view(customer))
    if accept.startswith("text/html"):
        return HTMLResponse(view._repr_html_())
    return shown(view)


@pages.post("/customers/{customer:path}/contracts", status_code=201)
async def contract(
    request: Request, customer: str, idempotency_key: Annotated[str | None, Header()] = None
) -> Json:
    """Begin a service contract today; the same Idempotency-Key begins one, however often."""
    database: Database = request.app.state.database
    begun = await database.transaction(
        lambda session: database.crm(session).subscribe(
            customer, CARE, preset=CONTRACTS.name, by="staff", key=idempotency_key
        )
    )
    return {"contract": begun}


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
