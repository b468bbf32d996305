"""Channels: every way in which a person gets into a store, walked by one of unlikely text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from attrs import evolve

from ecrm_core.crm import Crm
from ecrm_core.customers import (
    Address,
    ConsentState,
    ConsentStatement,
    ContactPoint,
    FieldMap,
    Relation,
    RelationKind,
    SourceKey,
    SourceRecord,
    Stated,
    address_subject,
    parse_email,
    parse_handle,
    parse_phone,
)
from ecrm_core.customers.contact import ContactKind
from ecrm_core.kernel import ChangeSet, Emit, FixedClock, Money, Put
from ecrm_core.ports import Tenants
from ecrm_core.sources import Delivery, generic
from ecrm_core.subscriptions import Cancel
from ecrm_core.timeline import Interaction, OrderLine
from tests.erasing.person import Person
from tests.histories.shop import GUARANTEES, NOTES, PLAN, SETTINGS, Guarantee, Note
from tests.queues import home, proposal, propose

AT = datetime(2026, 5, 1, tzinfo=UTC)
SECRET = b"kept for ever, and nowhere else"
HER = "shop/1"
OTHERS = ("shop/20", "shop/21", "shop/22")
GOOD = FieldMap({"no": "id", "name": "full_name", "mail": "email", "tel": "phone"})


def opened(store: Tenants, tenant: str = "main") -> Crm:
    """A shop with a plugin's Kinds and a secret."""
    settings = evolve(SETTINGS, clock=FixedClock(AT), region="KR", secret=SECRET)
    return Crm(store, tenant=tenant, settings=settings)


def record(key: str, at: datetime = AT, **values: object) -> SourceRecord:
    cells = {name.replace("__", "."): Stated(value, at, at) for name, value in values.items()}
    return SourceRecord(SourceKey.parse(key), cells)


def hers(person: Person, key: str, at: datetime = AT, **more: object) -> SourceRecord:
    """All fields, each of them hers."""
    word, values = person.word, dict[str, object]()
    values |= {
        "name__full": person.name, "name__given": person.name,
        "emails": (parse_email(person.email),),
        "phones": (parse_phone(person.phone),), "national_id": person.digits,
        "handles": (parse_handle(ContactKind.MESSAGING, word, service="line"),),
        "addresses": (Address(country="KR", lines=(person.say("street"),), recipient=person.name,
                              raw=person.say("raw")),),
        "notes": (person.say("note"),), "tags": (word,), "entered_by": word,
        "relations": (Relation(kind=RelationKind.HOUSEHOLD, other_name=person.name),),
        "organisation__legal": person.say("company"), "attributes__x": word,
        f"unmapped__$.{word}": {word: [person.name]},
    }  # fmt: skip
    return record(key, at, **(values | more))


def statement(contact: ContactPoint, person: Person, state: str, **more: Any) -> ConsentStatement:  # noqa: ANN401
    return ConsentStatement(
        subject=address_subject(contact), channel=more.pop("channel", "email"), purpose="marketing",
        state=ConsentState.of(state), at=more.pop("at", AT), source="shop",
        evidence=person.say("form"), **more,
    )  # fmt: skip


def order(person: Person, event: str, key: str | None = HER, **more: Any) -> Interaction:  # noqa: ANN401
    return Interaction(
        source="shop", event_id=event, kind="order_placed", at=AT,
        subject=SourceKey.parse(key) if key else None, amount=Money("9.90", "EUR"),
        lines=(OrderLine(product=person.say("gift"), quantity=1, price=Money("9.90", "EUR")),),
        data={"ship": {person.word: person.name, "mail": person.email}}, text=person.say("wish"),
        correlation=event, **more,
    )  # fmt: skip


def delivery(person: Person, key: str = HER) -> Delivery:
    """A webhook's worth: her record, what she agreed to, what she bought."""
    return Delivery(
        source="shop", records=(hers(person, key),),
        consents=(statement(parse_email(person.email), person, "granted"),), spoken=(1,),
        interactions=(order(person, f"o-{key}", key),), told=(1,),
    )  # fmt: skip


def bad_rows(person: Person) -> Delivery:
    """Rows that are refused: one by her id, one that has her address alone, one of her phone."""
    long = person.name * 99
    return generic.read_rows(
        [{"no": "1", "name": long, "mail": "x", "tel": person.word},
         {"no": "x" * 300, "name": "Bob", "mail": f"Mail: {person.email.upper()}", "tel": ""},
         {"no": "y" * 300, "name": "Bob", "mail": "", "tel": f"0{person.phone[4:]}"}],
        fields=GOOD, source="shop", received_at=AT, region="KR",
    )  # fmt: skip


def others(crm: Crm) -> None:
    """Three customers who stay, and a file's worth of refused input of theirs."""
    rows = [{"no": key.split("/")[1], "name": f"Bob {key}", "mail": f"bob{key[-2:]}@example.com",
             "tel": ""} for key in OTHERS]  # fmt: skip
    crm.ingest(generic.read_rows(rows, fields=GOOD, source="shop", received_at=AT), key="others")
    bad = [{"no": "20", "name": "x" * 9_999, "mail": "", "tel": ""}]
    crm.ingest(generic.read_rows(bad, fields=GOOD, source="shop", received_at=AT))
    crm.record([_plain_order(f"b{key}", key) for key in OTHERS])
    crm.subscribe(OTHERS[0], PLAN)
    crm.consent("bob20@example.com", "granted", channel="email", purpose="marketing", by="shop")
    crm.merge(OTHERS[1], OTHERS[2], by="ada")
    crm.judge(OTHERS[0], OTHERS[1], "different", by="ada", reason="two people")
    crm.correct(OTHERS[0], "tags", "vip", by="ada")


def _plain_order(event: str, key: str) -> Interaction:
    return Interaction(source="shop", event_id=event, kind="order_placed", at=AT,
                       subject=SourceKey.parse(key), amount=Money("5", "EUR"))  # fmt: skip


def walk(crm: Crm, person: Person) -> dict[str, str]:
    """Let her come in by every channel; return the ids of what can be undone."""
    ids = _records(crm, person)
    _said(crm, person)
    _judged(crm, person, ids)
    _happened(crm, person)
    _segments(crm, person)
    _effects(crm, person)
    _linked(crm, person)
    return ids


def _records(crm: Crm, person: Person) -> dict[str, str]:
    crm.ingest(delivery(person), key=f"webhook of {person.email}")
    later = AT + timedelta(days=1)
    old = f"old.{person.word}@example.com"
    crm.ingest(Delivery(source="shop", records=(
        hers(person, HER, later, emails=(parse_email(old),), name__given=person.say("was")),
    )))  # fmt: skip
    crm.ingest(Delivery(source="shop", records=(hers(person, HER, later + timedelta(days=1)),)))
    for key in ("mail/1", "till/7"):
        crm.ingest(delivery(person, key))
    crm.ingest(bad_rows(person))
    crm.correct(HER, "name.family", person.name, by="ada", reason=person.say("call"),
                key=f"call/{person.word}")  # fmt: skip
    crm.correct(HER, "emails", f"new.{person.email}", by="ada", replaces=person.email)
    merged = crm.merge(HER, "mail/1", by="ada", values={"brand": person.word})
    undone = crm.merge(HER, "till/7", by="ada")
    crm.unmerge(undone, by="ada")
    crm.merge(HER, "till/7", by="ada")
    return {"edge": merged.edge, "undone": undone.edge}


def _said(crm: Crm, person: Person) -> None:
    crm.consent(person.email, "granted", channel="email", purpose="marketing", by=person.word,
                evidence=person.say("page"))  # fmt: skip
    later = AT + timedelta(hours=1)
    crm.consent(person.email, "revoked", channel="email", purpose="marketing", by="shop", now=later)
    crm.consent(person.phone, "granted", channel="sms", purpose="marketing")
    crm.refuse_contact(HER, purpose="news", by="her")
    for who, what in (("device/1", HER), (HER, OTHERS[0])):
        crm.claim(who, what, proof="clicked", source="web", by="web", event=person.say("session"))
    crm.claim_address("device/2", person.email, proof="typed", source="web", by="web")


def _judged(crm: Crm, person: Person, ids: dict[str, str]) -> None:
    crm.judge(HER, OTHERS[0], "different", by="ada", reason=person.say("not"))
    crm.import_judgements([{
        "left": HER, "right": OTHERS[1], "verdict": "unsure", "by": "bo", "at": AT.isoformat(),
        "reason": person.say("who"),
    }])  # fmt: skip
    hold = crm.hold(HER, reason=person.say("case"), by="ada")
    crm.release(hold, by="ada")
    propose(crm, proposal("1", "21"), proposal("1", "20"), proposal("20", "21", group=home("1")))
    card = proposal("1", "21")
    crm.review(by="ada", limit=10)
    ids["decision"] = crm.settle(card.id, "unsure", by="ada", reason=person.say("why")).decision


def _happened(crm: Crm, person: Person) -> None:
    crm.record([order(person, "o1"), order(person, "o2", "mail/1", void=True)],
               key=f"order of {person.word}")  # fmt: skip
    held = crm.subscribe(HER, evolve(PLAN, name=person.say("plan")), by=person.word)
    crm.subscribe("mail/1", PLAN, now=AT - timedelta(days=40))
    crm.command(held, Cancel.at_term_end(), by=person.word)
    crm.run_due(now=AT + timedelta(days=10))


def _segments(crm: Crm, person: Person) -> None:
    """She enters segments, leaves one, and changes once more."""
    for name, rule in (
        ("buyers", "number_of_orders > 0"),
        ("new", "last_order_date >= -7d"),
        ("told", "email_consent = 'granted' OR customer_tags CONTAINS 'x'"),
    ):
        crm.save_segment(name, rule, by="ada")  # fmt: skip
    crm.refresh_segments()
    crm.deliver(others={"segment_entered": repr}, now=AT + timedelta(days=1))
    crm.correct(HER, "tags", "x", by="ada")
    crm.refresh_segments()
    crm.consent(person.phone, "revoked", channel="sms", purpose="marketing")
    crm.refuse_contact(HER, purpose="news by post", by="her")
    crm.correct(HER, "brand", person.say("brand"), by="ada")


def _effects(crm: Crm, person: Person) -> None:
    told = {"to": person.email, "text": person.say("hello"), "customer": home("1")}
    emits = [Emit(key=f"mail/{n}", topic=topic, at=AT, payload=told)
             for n, topic in enumerate(("mail", "mail", "letter"))]  # fmt: skip
    crm.store.apply(ChangeSet(emits=tuple(emits)))

    def fail(emit: Emit) -> None:
        raise OSError(emit.key)

    crm.deliver(others={"letter": fail}, charge=repr, now=AT + timedelta(days=11))


def _linked(crm: Crm, person: Person) -> None:
    note = Note(id=f"n-{person.word}", customer=crm.resolve(HER), text=person.say("loyalty"))
    paper = Guarantee(id="g1", key=SourceKey("mail", "1"), serial=person.word)
    crm.store.apply(ChangeSet(puts=(Put(NOTES, note), Put(GUARANTEES, paper))))
