"""Laws of intake: what carries its source's time may come in any order, and every item is counted.

The heart is the first: each permutation of a few deliveries leaves the same store behind, but for
receipts, versions and the audit.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import permutations
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from ecrm_core.adapters.memory import MemoryStore
from ecrm_core.adapters.sqlite import SqliteStore
from ecrm_core.crm import Crm
from ecrm_core.crm.settings import Settings
from ecrm_core.customers import (
    CONSENTS,
    HOMES,
    PROFILES,
    TOMBSTONES,
    SourceKey,
    SourceRecord,
    Stated,
    cell_digest,
    home_id,
)
from ecrm_core.kernel import (
    AUDIT,
    AUDIT_LINKS,
    OUTBOX,
    REQUESTS,
    CustomerId,
    FixedClock,
    Money,
    canonical_json,
    encode,
)
from ecrm_core.merging import CUSTOMER_CLAIMS, MERGE_EDGES
from ecrm_core.ports import KINDS, Answers, AnyQuestion, Store, Tenants, ask_each
from ecrm_core.sources import (
    Delivery,
    Link,
    PrivacyRequest,
    RequestKind,
    segment_spec,
    shopify,
    stripe,
    woocommerce,
)
from ecrm_core.testing.faults import FailingStore
from ecrm_core.timeline import FACTS, INTERACTIONS, HomeFacts, Interaction
from tests.derived import check_derived, rows
from tests.histories.ledger import Around
from tests.profile import SEED, size

AT = datetime(2026, 5, 1, tzinfo=UTC)
NOW = datetime(2026, 6, 1, tzinfo=UTC)
SECRET = b"kept for ever by the shop"
MAIL = "ann@example.com"
ANN, BOB = SourceKey("shopify", "7"), SourceKey("shopify", "8")
T = TypeVar("T")
HOURS = st.integers(1, 4)
FOUND = (Phase.explicit, Phase.generate)  # each example is many runs: none is made smaller
UNCOMPARED = {REQUESTS, AUDIT, AUDIT_LINKS}
"""What tells of receipts and of the audit; versions are in no value."""


# ---------------------------------------------------------------- deliveries, as shops send them


def at(hour: int) -> str:
    """An hour as a payload tells it."""
    return (AT + timedelta(hours=hour)).isoformat().replace("+00:00", "Z")


def customer(number: int, hour: int, **parts: object) -> Delivery:
    body = {"id": number, "updated_at": at(hour), **parts}
    return shopify.read(json.dumps(body).encode(), received_at=NOW, topic="customers/update")


def order(number: int, hour: int, **parts: object) -> Delivery:
    body = {
        "id": number, "order_number": number, "created_at": at(0), "updated_at": at(hour),
        "currency": "EUR", "financial_status": "paid", "total_price": "10.00",
        "line_items": [{"product_id": 11, "quantity": 1, "price": "10.00"}], **parts,
    }  # fmt: skip
    return shopify.read(json.dumps(body).encode(), received_at=NOW, topic="orders/updated")


def woo(hour: int, **parts: object) -> Delivery:
    body = {
        "id": 727, "currency": "EUR", "total": "5.00", "status": "processing", "line_items": [],
        "date_created_gmt": at(0)[:-1], "date_modified_gmt": at(hour)[:-1], **parts,
    }  # fmt: skip
    return woocommerce.read(json.dumps(body).encode(), received_at=NOW, topic="order.updated")


def event(kind: str, id_: str, hour: int, **parts: Any) -> Delivery:  # noqa: ANN401 - parts of an Interaction
    told = Interaction(
        source="shopify", event_id=id_, kind=kind, at=AT, told_at=AT + timedelta(hours=hour),
        **parts,
    )  # fmt: skip
    return Delivery(source="shopify", interactions=(told,), kept=({},))


def refund(number: int, hour: int, amount: str) -> Delivery:
    """A refund alone: it says of which order, not whose."""
    return event("refund", f"refund/{number}/9", hour, correlation=str(number),
                 amount=Money(amount, "EUR"))  # fmt: skip


def ticket(kind: str, hour: int, whose: SourceKey | None) -> Delivery:
    return event(kind, f"ticket/1/{kind}", hour, correlation="ticket/1", subject=whose)


def cart(kind: str, hour: int, whose: SourceKey | None) -> Delivery:
    return event(kind, f"cart/x/{kind}", hour, correlation="cart/x", subject=whose)


def deletion(key: SourceKey, hour: int) -> Delivery:
    cell = Stated("deleted", AT + timedelta(hours=hour), NOW)
    return Delivery(source=key.source, records=(SourceRecord(key, {"lifecycle": cell}),))


def request(id_: str) -> Delivery:
    asked = PrivacyRequest(id=id_, kind=RequestKind.EXPORT, source="shopify", subject=ANN, at=AT)
    return Delivery(source="shopify", requests=(asked,), kept=({},))


HOOKS: dict[str, dict[str, Any]] = {
    "carts/update": {"id": "c1", "token": "c1", "line_items": [{"product_id": 11, "quantity": 1}]},
    "checkouts/update": {"id": 98, "token": "t1", "cart_token": "c1", "currency": "EUR",
                         "total_price": "10.00", "created_at": at(0), "line_items": []},
    "refunds/create": {"id": 9, "order_id": 450, "created_at": at(1), "transactions": [
        {"kind": "refund", "status": "success", "amount": "4.00", "currency": "EUR"}]},
    "fulfillments/update": {"id": 25, "order_id": 450, "status": "success", "created_at": at(1),
                            "shipment_status": "delivered", "email": "ann@example.com"},
    "returns/request": {"id": 5, "status": "requested", "order": {"id": 450}},
    "customers/delete": {"id": 8},
    "orders/delete": {"id": 451},
    "customers/merge": {"admin_graphql_api_customer_kept_id": "gid://shopify/Customer/7",
                        "admin_graphql_api_customer_deleted_id": "gid://shopify/Customer/8",
                        "status": "completed"},
    "customers_email_marketing_consent/update": {
        "customer_id": 7, "email_address": "ann@example.com",
        "email_marketing_consent": {"state": "unsubscribed", "consent_updated_at": at(2)}},
}  # fmt: skip
"""Webhooks of Shopify's other topics, for whatever they tell."""
STRIPE: dict[str, dict[str, Any]] = {
    "customer.updated": {"object": "customer", "id": "cus_1", "email": "ann@example.com"},
    "customer.subscription.updated": {"object": "subscription", "id": "sub_1", "customer": "cus_1",
                                      "status": "active", "created": 1_777_593_600},
    "customer.subscription.deleted": {"object": "subscription", "id": "sub_1", "customer": "cus_1",
                                      "status": "canceled", "created": 1_777_593_600},
    "charge.succeeded": {"object": "charge", "id": "ch_1", "customer": "cus_1", "amount": 500,
                         "currency": "eur", "status": "succeeded", "created": 1_777_593_600},
    "refund.created": {"object": "refund", "id": "re_1", "charge": "ch_1", "amount": 200,
                       "currency": "eur", "status": "succeeded", "created": 1_777_593_600},
    "invoice.paid": {"object": "invoice", "id": "in_1", "customer": "cus_1", "status": "paid",
                     "currency": "eur", "amount_paid": 500, "created": 1_777_593_600},
}  # fmt: skip
SEGMENT: list[dict[str, Any]] = [
    {"type": "identify", "traits": {"email": "ann@example.com"}},
    {"type": "track", "event": "Product Added", "properties": {"cart_id": "k", "product_id": "p"}},
    {"type": "track", "event": "Order Completed", "properties": {"order_id": "o", "total": 5}},
    {"type": "page", "name": "Home"},
]  # fmt: skip


def hook(topic: str, hour: int) -> Delivery:
    times = {name: at(hour) for name in ("updated_at",) if topic != "refunds/create"}
    sent = AT + timedelta(hours=hour)
    body = json.dumps(HOOKS[topic] | times).encode()
    return shopify.read(body, received_at=NOW, topic=topic, sent_at=sent)


def billed(type_: str, hour: int) -> Delivery:
    created = int((AT + timedelta(hours=hour)).timestamp())
    body = {"object": "event", "id": f"evt_{type_}_{hour}", "type": type_, "created": created,
            "data": {"object": STRIPE[type_]}}  # fmt: skip
    return stripe.read(json.dumps(body).encode(), received_at=NOW)


def called(call: dict[str, Any], hour: int, who: dict[str, str]) -> Delivery:
    body = call | who | {"messageId": f"m{hour}{call['type']}", "timestamp": at(hour)}
    return segment_spec.read(json.dumps(body).encode(), received_at=NOW)


NAMES = st.sampled_from(["Ann", "Anna", "Anne", None])
PEOPLE = st.sampled_from([7, 8])
ORDERS = st.sampled_from([450, 451])
AMOUNTS = st.sampled_from(["4.00", "10.00"])
CONSENT = st.builds(
    lambda state, hour: {"state": state, "consent_updated_at": at(hour)},
    st.sampled_from(["subscribed", "unsubscribed"]),
    HOURS,
)
PARTIAL = st.fixed_dictionaries(
    {},
    optional={
        "first_name": NAMES,
        "tags": st.sampled_from(["vip", "vip, new", ""]),
        "email": st.just("ann@example.com"),
        "email_marketing_consent": CONSENT,
    },
)
ORDERED = st.fixed_dictionaries(
    {},
    optional={
        "customer": st.sampled_from([{"id": 7, "first_name": "Ann"}, {"id": 8}, None]),
        "total_price": AMOUNTS,
        "cancelled_at": st.just(at(2)),
        "email": st.just("ann@example.com"),
    },
)
VISITS = [{"anonymousId": "v"}, {"anonymousId": "v", "userId": "u"}, {"userId": "u"}]
WHOSE = st.sampled_from([ANN, BOB, None])
DELIVERIES = st.one_of(
    st.builds(lambda who, hour, parts: customer(who, hour, **parts), PEOPLE, HOURS, PARTIAL),
    st.builds(lambda no, hour, parts: order(no, hour, **parts), ORDERS, HOURS, ORDERED),
    st.builds(lambda hour, who: woo(hour, customer_id=who), HOURS, st.sampled_from([0, 25])),
    st.builds(refund, ORDERS, HOURS, AMOUNTS),
    st.builds(ticket, st.sampled_from(["ticket_opened", "ticket_closed"]), HOURS, WHOSE),
    st.builds(cart, st.sampled_from(["cart_updated", "cart_completed"]), HOURS, WHOSE),
    st.builds(deletion, st.sampled_from([ANN, BOB]), HOURS),
    st.builds(request, st.sampled_from(["r1", "r2"])),
    st.builds(hook, st.sampled_from(sorted(HOOKS)), HOURS),
    st.builds(hook, st.sampled_from(sorted(HOOKS)), HOURS),
    st.builds(billed, st.sampled_from(sorted(STRIPE)), HOURS),
    st.builds(called, st.sampled_from(SEGMENT), HOURS, st.sampled_from(VISITS)),
)


VISITORS = [SourceKey("site", f"visitor/{number}") for number in range(3)]
USERS = [SourceKey("site", f"user/{number}") for number in range(3)]


def link(gone: SourceKey, kept: SourceKey, hour: int) -> Delivery:
    stated = Link(kept=kept, gone=gone, at=AT + timedelta(hours=hour))
    return Delivery(source=kept.source, links=(stated,), kept=({},))


def named(key: SourceKey, hour: int, name: str) -> Delivery:
    cell = Stated(name, AT + timedelta(hours=hour), NOW)
    return Delivery(source=key.source, records=(SourceRecord(key, {"name.full": cell}),))


def seen(key: SourceKey, number: int) -> Delivery:
    told = Interaction(source="site", event_id=f"seen/{number}", kind="page_viewed", subject=key,
                       at=AT + timedelta(hours=number), told_at=AT)  # fmt: skip
    return Delivery(source="site", interactions=(told,), kept=({},))


def identified(visitor: str, user: str, hour: int) -> Delivery:
    """One call that says who a visitor is, of a source whose users are the shop's."""
    body = {"type": "identify", "anonymousId": visitor, "userId": user, "timestamp": at(hour),
            "messageId": f"m{hour}"}  # fmt: skip
    return segment_spec.read(json.dumps(body).encode(), received_at=NOW, source="shopify")


OF_A_VISITOR = st.one_of(
    st.builds(link, st.just(VISITORS[0]), st.just(ANN), HOURS),
    st.builds(named, st.just(VISITORS[0]), HOURS, st.just("Ann")),
    st.builds(seen, st.just(VISITORS[0]), st.integers(0, 2)),
)
"""What a site tells of a visitor, and that she is Ann."""


@st.composite
def histories(
    draw: st.DrawFn, most: int, told: st.SearchStrategy[Delivery] = DELIVERIES
) -> list[Delivery]:
    """Draw up to so many deliveries; some of them are there twice."""
    some = draw(st.lists(told, min_size=2, max_size=most))
    again = draw(st.lists(st.sampled_from(some), max_size=most - len(some)))
    return [*some, *again]


# ---------------------------------------------------------------- what is left of them


def canonical(store: Store) -> str:
    """Every row of the store, but for receipts, versions and the audit; empty facts are none."""
    told: dict[str, Any] = {}
    for kind in KINDS:
        if kind in UNCOMPARED:
            continue
        held = {"|".join(key): encode(value, kind.of) for key, value in rows(store, kind).items()}
        told[kind.name] = {
            key: value for key, value in held.items()
            if kind is not FACTS or value != encode(HomeFacts(home_id=CustomerId(key)))
        }  # fmt: skip
    return canonical_json(told)


def shop(store: Tenants | None = None) -> Crm:
    """A shop that keeps erased people away."""
    return Crm(store or MemoryStore(), settings=Settings(clock=FixedClock(NOW), secret=SECRET))


def taken(deliveries: Iterable[Delivery], store: Tenants | None = None) -> str:
    """Take deliveries in; every receipt accounts for every item of its delivery."""
    crm = shop(store)
    for delivery in deliveries:
        receipt = crm.ingest(delivery)
        assert receipt.outcomes.total == receipt.items >= delivery.rows
    check_derived(crm.store)
    return canonical(crm.store)


def orders_of(deliveries: Sequence[T], most: int) -> Iterator[Sequence[T]]:
    """Go through all permutations, or so many of them drawn by the seed."""
    every = list(permutations(deliveries))
    if len(every) > most:
        every = [*Random(SEED).sample(every, most - 1), every[-1]]
    yield from every


@settings(max_examples=size(10, 80), phases=FOUND)
@given(histories(6))
@example(
    [
        refund(450, 3, "4.00"),
        order(450, 1, customer={"id": 8}),
        order(450, 2, customer={"id": 7}),
        refund(450, 3, "4.00"),
    ]
)
@example([customer(7, hour, first_name=name) for hour, name in enumerate("AABAB")])
def test_deliveries_with_their_times_may_come_in_any_order(history: list[Delivery]) -> None:
    assert not any(delivery.refused for delivery in history)
    assert len({taken(each) for each in orders_of(history, size(4, 720))}) == 1


@settings(max_examples=size(10, 80), phases=FOUND)
@given(st.lists(st.tuples(st.sampled_from("ABC"), st.integers(1, 5)), min_size=2, max_size=5))
@example([("A", 1), ("A", 3), ("B", 2), ("B", 4)])
def test_a_history_knows_of_each_value_that_stands_no_more_when_it_was_last_stated(
    said: list[tuple[str, int]],
) -> None:
    (value, _) = max(said, key=lambda one: (one[1], cell_digest("name.given", one[0])))
    last = {name: max(hour for also, hour in said if also == name) for name, _ in said}
    for each in orders_of(said, size(6, 120)):
        crm = shop()
        for name, hour in each:
            crm.ingest(customer(7, hour, first_name=name))
        kept = {str(row.value): row.observed_at for row in crm.view(ANN).history}
        assert kept == {name: AT + timedelta(hours=last[name]) for name in last if name != value}


class Far(FailingStore):
    """A store that never fails, to which a statement is a journey; it counts them."""

    remote = True

    def __init__(self) -> None:
        super().__init__(MemoryStore().tenant("main"), at=0)

    def ask(self, questions: Collection[AnyQuestion]) -> Answers:
        self._count_read()
        return ask_each(self._store, questions)


@settings(max_examples=size(15, 1_500), phases=FOUND)
@given(histories(6))
@example([woo(1, customer_id=0), woo(1, customer_id=25)])
def test_a_remote_store_is_asked_for_all_at_once_and_left_with_the_same(
    history: list[Delivery],
) -> None:
    assert taken(history, Around(Far())) == taken(history)


def test_a_webhook_of_a_known_customer_reads_a_remote_store_three_times() -> None:
    far = Far()
    crm = shop(Around(far))
    for number in (450, 451):
        crm.ingest(order(number, 2, customer={"id": 7}))
    before = far.calls
    crm.ingest(order(452, 2, customer={"id": 7}), key="webhook")
    assert far.calls - before == 4  # was it here before, all at once, segments, and written


@cache
def day() -> tuple[Delivery, ...]:
    """A day of one customer: of each sort of delivery one, and what a shop tells twice."""
    return (
        customer(7, 1, first_name="Ann", email="ann@example.com",
                 email_marketing_consent={"state": "subscribed", "consent_updated_at": at(1)}),
        order(450, 2, customer={"id": 7}),
        refund(450, 3, "4.00"),
        ticket("ticket_opened", 2, None),
    )  # fmt: skip


def test_every_permutation_of_a_day_leaves_the_same_in_a_file(tmp_path: Path) -> None:
    told = set()
    history = day()[: size(3, 4)]
    for number, each in enumerate(permutations(history)):
        with SqliteStore(tmp_path / f"{number}.db") as held:
            told.add(taken(each, held))
    assert told == {taken(history)}


# ---------------------------------------------------------------- an erasure wins for ever


def of_others(store: Store) -> str:
    """What is left beside the keyed hashes that keep somebody away.

    What was said of her address is one of these, or stands while somebody else has the address.
    """
    told = json.loads(canonical(store))
    told.pop(TOMBSTONES.name)
    hers = ("erased:", "email:ann@")
    told[CONSENTS.name] = {key: value for key, value in told[CONSENTS.name].items()
                           if not value["subject"].startswith(hers)}  # fmt: skip
    return canonical_json(told)


def refused(history: Iterable[Delivery]) -> bool:
    """Whether the last word that was told about her address forbids to write to it."""
    said = [one for each in history for one in each.consents if one.subject.endswith(MAIL)]
    last = max((one.at for one in said), default=None)
    return any(one.state.is_refusal for one in said if one.at == last)


def check_refused(crm: Crm) -> None:
    """Nobody who is left with her address may be written to."""
    for (root,), profile in rows(crm.store, PROFILES).items():
        if MAIL in {point.raw for point in profile.values("emails")}:
            assert not crm.may_contact(root, "email", "marketing")


def answer(crm: Crm) -> None:
    """What the host does when a source says that somebody is who was erased."""
    for effect in rows(crm.store, OUTBOX).values():
        if effect.payload["kind"] == "erase":
            crm.erase(effect.payload["subject"], by="host", reason="she is her", now=NOW)


@settings(max_examples=size(6, 60), phases=FOUND)
@given(histories(4, st.one_of(DELIVERIES, OF_A_VISITOR)))
@example([order(450, 2, customer={"id": 7}), refund(450, 3, "4.00")])
@example([cart("cart_updated", 1, None), cart("cart_completed", 2, ANN), customer(8, 1)])
@example([link(VISITORS[0], ANN, 1), seen(VISITORS[0], 0), named(VISITORS[0], 1, "Ann")])
@example([customer(8, 1, first_name="Ann"), hook("customers/merge", 2)])
@example(
    [order(451, 1, customer=None, email=MAIL), hook("customers_email_marketing_consent/update", 1)]
)
@example([identified("v", "7", 2), seen(SourceKey("shopify", "v"), 1)])
def test_an_erasure_wins_for_ever_wherever_it_comes(history: list[Delivery]) -> None:
    """Ann's orders and carts are told by herself or by nobody: what is Bob's stays his."""
    hers = [ANN, home_id("main", ANN)]
    own = [one for one in history if not any(e.subject == BOB for e in one.interactions)]
    told = set()
    for each in orders_of([customer(7, 0, first_name="Ann"), *own, None], size(4, 120)):
        crm = shop()
        crm.ingest(customer(7, 0, first_name="Ann"))
        for delivery in each:
            if delivery is not None:
                crm.ingest(delivery)
            else:
                crm.erase(ANN, by="ann", reason="asked", now=NOW)
            answer(crm)
        check_derived(crm.store)
        if refused(own):
            check_refused(crm)
        told.add(of_others(crm.store))
    assert len(told) == 1
    assert not any(f'"{name}"' in next(iter(told)) for name in map(str, hers))


def test_an_erasure_leaves_others_what_was_filed_under_them() -> None:
    """Two people in one correlation: what names nobody is of her who leads it, and stays hers."""
    crm = shop()
    for told in (cart("cart_completed", 1, BOB), cart("cart_updated", 2, ANN)):
        crm.ingest(told)
    crm.ingest(event("cart_abandoned", "cart/x/later", 3, correlation="cart/x"))
    crm.erase(ANN, by="ann", reason="asked", now=NOW)
    check_derived(crm.store)
    left = [(one.kind, one.home_id) for one in rows(crm.store, INTERACTIONS).values()]
    his = home_id("main", BOB)
    assert sorted(left) == [("cart_abandoned", his), ("cart_completed", his)]


# ---------------------------------------------------------------- what a source states of its own

STATED = st.one_of(
    st.builds(link, st.sampled_from(VISITORS), st.sampled_from(USERS), HOURS),
    st.builds(link, st.just(USERS[0]), st.just(USERS[1]), HOURS),
    st.builds(link, st.just(USERS[1]), st.just(USERS[2]), HOURS),
    st.builds(named, st.sampled_from([*VISITORS, *USERS]), HOURS, st.sampled_from(["Ann", "Bo"])),
    st.builds(seen, st.sampled_from(VISITORS), st.integers(0, 2)),
)


def owners(store: Store) -> str:
    """Whom each home belongs to, what she is called, the merges that stand, and what is left."""
    roots = {home.id: home.root_id for home in rows(store, HOMES).values()}
    names = {root: encode(profile.name) for (root,), profile in rows(store, PROFILES).items()}
    edges = sorted((e.loser, e.winner) for e in rows(store, MERGE_EDGES).values() if e.active)
    claims = sorted((c.claimant, c.claimed, str(c.at))
                    for c in rows(store, CUSTOMER_CLAIMS).values())  # fmt: skip
    return canonical_json([roots, names, edges, claims])


@settings(max_examples=size(8, 100), phases=FOUND)
@given(st.lists(STATED, min_size=2, max_size=6))
@example([link(VISITORS[0], USERS[0], 1), link(VISITORS[0], USERS[2], 2), seen(VISITORS[0], 0)])
@example([link(VISITORS[0], user, hour) for user in USERS[:2] for hour in (1, 2)])
@example([link(VISITORS[0], USERS[0], 3), link(USERS[0], USERS[1], 2), named(USERS[1], 1, "Bo")])
def test_what_a_source_states_of_its_parties_may_come_in_any_order(
    history: list[Delivery],
) -> None:
    told = set()
    for each in orders_of(history, size(4, 720)):
        crm = shop()
        for delivery in each:
            receipt = crm.ingest(delivery)
            assert receipt.outcomes.total == receipt.items
        told.add(owners(crm.store))
    assert len(told) == 1
