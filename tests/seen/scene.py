"""Scene: one customer whom several sources know, with all that a view has a part for."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from ecrm_core.crm import Crm, Settings
from ecrm_core.customers import (
    ConsentState,
    ConsentStatement,
    SourceKey,
    SourceRecord,
    Stated,
    address_subject,
    home_id,
    parse_email,
    parse_handle,
    parse_phone,
)
from ecrm_core.customers.contact import ContactKind
from ecrm_core.kernel import ChangeSet, CustomerId, FixedClock, Money, Put
from ecrm_core.merging import PROPOSALS, Proposal, Zone, proposal_id
from ecrm_core.ports import Tenants
from ecrm_core.sources import Delivery
from ecrm_core.subscriptions import Plan
from ecrm_core.timeline import Interaction, OrderLine

AT = datetime(2026, 5, 1, 9, tzinfo=UTC)
ANN = SourceKey("shop", "ann")
CANARIES = {
    "name": "Annabel Xquist", "email": "annabel.xquist@example.com", "phone": "+821012345678",
    "street": "Zzyzx Road 7", "note": "Prefers the qqside door", "id": "880101-2345670",
    "handle": "kakao-xq-ann", "serial": "SN-XQ-4711", "order": "XQ1001",
    "mentioned": "xq.pal@example.com",
}  # fmt: skip
"""What is personal about her, in words that stand nowhere else."""


def record(key: SourceKey, **values: object) -> SourceRecord:
    held: dict[str, Any] = {name.replace("__", "."): value for name, value in values.items()}
    return SourceRecord(key, {name: Stated(value, AT, AT) for name, value in held.items()})


def money(text: str) -> Money:
    return Money(Decimal(text), "EUR")


def event(id_: str, kind: str, days: int = 0, **more: object) -> Interaction:
    told: dict[str, Any] = {"source": "shop", "subject": ANN, "channel": None, **more}
    return Interaction(event_id=id_, kind=kind, at=AT - timedelta(days=100 - days), **told)


def lines(*products: str) -> tuple[OrderLine, ...]:
    return tuple(OrderLine(product=one, title=one.title(), price=money("10")) for one in products)


def events() -> list[Interaction]:
    return [
        event("o1", "order_placed", 1, amount=money("20"), lines=lines("drill", "saw"),
              correlation="1", reference=CANARIES["order"], brand="north"),
        event("r1", "refund", 3, amount=money("10"), lines=lines("saw"), correlation="1",
              brand="north"),
        event("o2", "order_placed", 5, amount=money("30"), lines=lines("lathe"), correlation="2",
              brand="south"),
        event("o2x", "order_cancelled", 6, correlation="2", brand="south"),
        event("p1", "product_registered", 7, data={"serial": CANARIES["serial"]},
              lines=lines("drill")),
        event("t1", "ticket_opened", 8, correlation="T-1", channel="support",
              text=f"Ask {CANARIES['mentioned']}"),
        event("c1", "cart_updated", 9, correlation="C-1"),
        event("c1x", "cart_emptied", 10, correlation="C-1"),
        event("m1", "email_opened", 11),
        event("call", "call", 12, channel="phone"),
        event("s1", "subscription_active", 13, correlation="S-1", source="stripe",
              data={"status": "active", "plan": "care", "renews_on": "2026-06-01"}),
    ]  # fmt: skip


def fill(store: Tenants) -> Crm:
    """Return a shop with her in it, and somebody who may be her."""
    crm = Crm(store, settings=Settings(clock=FixedClock(AT), region="KR"))
    mail, phone = parse_email(CANARIES["email"]), parse_phone(CANARIES["phone"])
    handle = parse_handle(ContactKind.MESSAGING, CANARIES["handle"], service="kakao")
    ann = record(ANN, name__full=CANARIES["name"], emails=(mail,), phones=(phone,),
                 handles=(handle,), notes=(CANARIES["note"],), national_id=CANARIES["id"],
                 address__lines=(CANARIES["street"],), address__country="KR",
                 brand="north")  # fmt: skip
    said = ConsentStatement(subject=address_subject(mail), channel="email", purpose="marketing",
                            state=ConsentState.GRANTED, at=AT, source="shop")  # fmt: skip
    other = record(SourceKey("shop", "other"), name__full="Anna Other", emails=(mail,))
    till = record(SourceKey("till", "7"), name__full=CANARIES["name"], phones=(phone,))
    crm.ingest(Delivery(source="shop", records=(ann, other), consents=(said,)))
    # At the same time in other words: a conflict.
    crm.ingest(Delivery(source="shop", records=(record(ANN, birth_on=date(1988, 1, 1)),)))
    crm.ingest(Delivery(source="shop", records=(record(ANN, birth_on=date(1989, 1, 1)),)))
    crm.ingest(Delivery(source="till", records=(till,)))
    crm.merge("shop/ann", "till/7", by="kim")
    crm.record(events())
    crm.subscribe("shop/ann", Plan(id="care", price=money("5"), cadence="P1M"), by="kim")
    crm.save_segment("All of them", "number_of_orders >= 0", by="kim")
    crm.refresh_segments()
    ids = sorted(home_id(crm.store.tenant, SourceKey("shop", key)) for key in ("ann", "other"))
    left, right = CustomerId(ids[0]), CustomerId(ids[1])
    proposed = Proposal(id=proposal_id(crm.store.tenant, left, right), left=left, right=right,
                        zone=Zone.REVIEW, group=left, probability=Decimal("0.7"),
                        found_at=AT)  # fmt: skip
    crm.store.apply(ChangeSet(puts=(Put(PROPOSALS, proposed),)))
    return crm
