"""Laws of Stripe and the Segment spec: nothing is lost, no bytes crash, times are the source's."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from ecrm_core.errors import InputError
from ecrm_core.kernel import encode
from ecrm_core.sources import Delivery, segment_spec, stripe
from ecrm_core.sources.payload import leaves
from ecrm_core.sources.stripe import units_of
from ecrm_core.sources.stripe.units import amount_of
from ecrm_core.timeline import Interaction, retell
from tests.profile import size

NOW = datetime(2026, 11, 23, tzinfo=UTC)
Read = Callable[..., Delivery]

# Every text is another, so that each can be looked for in what became of the payload.
TOKENS = st.integers(0, 10**6).map(lambda n: f"w{n}x")
ODD: st.SearchStrategy[Any] = st.one_of(
    TOKENS, TOKENS, st.none(), st.booleans(), st.integers(-5, 2**32), st.just({}), st.just([]),
    st.dictionaries(st.sampled_from(["id", "a.b", "name"]), TOKENS, max_size=2),
    st.lists(TOKENS, max_size=2),
)  # fmt: skip


def _of(keys: str, **shaped: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Return objects with some of these keys, as they should be or odd."""
    known = dict.fromkeys(keys.split(), ODD) | {key: of | ODD for key, of in shaped.items()}
    return st.fixed_dictionaries({}, optional=known)


ADDRESS = _of("city country line1 line2 postal_code state")
PERSON = _of("name email phone", address=ADDRESS)
CURRENCIES = st.sampled_from(["usd", "krw", "kwd", "isk", "xyz"])
PRICE = _of("id product nickname unit_amount_decimal", unit_amount=st.integers(0, 10**6),
            currency=CURRENCIES)  # fmt: skip
ITEMS = st.fixed_dictionaries(
    {"data": st.lists(_of("id description amount", price=PRICE, quantity=st.integers(0, 9)),
                      max_size=2)}
)  # fmt: skip
STATUSES = st.sampled_from(
    ["active", "canceled", "complete", "draft", "expired", "failed", "open", "paid", "pending",
     "requires_payment_method", "succeeded", "trialing", "void"]
)  # fmt: skip
SORTS = st.sampled_from(stripe.SORTS)
OBJECT = st.builds(
    lambda sort, id_, said: {"object": sort, "id": id_, **said},
    SORTS,
    TOKENS,
    _of(
        "name phone description number receipt_number customer payment_intent charge latest_charge "
        "invoice reason subscription client_reference_id expires_at ended_at cancel_at metadata",
        address=ADDRESS, shipping=PERSON, billing_details=PERSON, customer_details=PERSON,
        items=ITEMS, lines=ITEMS, line_items=ITEMS, refunds=ITEMS, currency=CURRENCIES,
        status=STATUSES, created=st.integers(0, 2**32), amount=st.integers(0, 10**6),
        amount_due=st.integers(0, 10**6), deleted=st.booleans(), livemode=st.booleans(),
    ),
)  # fmt: skip
EVENT = st.builds(
    lambda type_, told, said: {"object": "event", "type": type_, "data": {"object": told}, **said},
    TOKENS, OBJECT, _of("id created request"),
)  # fmt: skip

TRAITS = _of("name firstName last_name email phone birthday company title", address=_of(
    "street city state postalCode country"))  # fmt: skip
PRODUCT = _of(
    "product_id id sku name category", price=st.integers(0, 99), quantity=st.integers(1, 3)
)
STAMPS = st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1)).map(lambda at: f"{at}Z")  # noqa: DTZ001
CALL = st.builds(
    lambda type_, said: {"type": type_, **said},
    st.sampled_from(segment_spec.CALLS),
    _of(
        "userId anonymous_id messageId groupId previousId name channel integrations version",
        event=st.sampled_from(["Order Completed", "Unsubscribed", "Product Added", "Signed Up"]),
        traits=TRAITS, timestamp=STAMPS, originalTimestamp=STAMPS, sentAt=STAMPS,
        receivedAt=STAMPS, context=_of("ip groupId", traits=TRAITS, campaign=_of("name source x")),
        properties=_of(
            "order_id cart_id checkout_id coupon title url email message_body role name id",
            products=st.lists(PRODUCT, max_size=2), total=st.integers(0, 999),
            currency=st.sampled_from(["USD", "KRW", "?"]),
        ),
    ),
)  # fmt: skip
BYTES = st.binary(max_size=60) | st.text('[]{}",:0a\\ \n\0é', max_size=60).map(str.encode)
AROUND = st.dictionaries(
    st.sampled_from(["context", "integrations", "sentAt", "receivedAt"]), ODD, max_size=3
)


def _read(read: Read, data: object) -> Delivery:
    return read(json.dumps(data).encode(), received_at=NOW)


def _whole(delivery: Delivery) -> str:
    """Return all that a delivery says, as one text."""
    parts: list[Any] = [record.to_json() for record in delivery.records]
    parts += [encode(told) for told in delivery.interactions]
    parts += [[encode(said) for said in delivery.consents], [dict(kept) for kept in delivery.kept]]
    parts += [[str(link.kept), str(link.gone)] for link in delivery.links]
    return json.dumps(parts, default=str)


def _texts(data: object) -> set[str]:
    return {held for held in leaves(data).values() if isinstance(held, str) and held[0] == "w"}


@settings(max_examples=size(60, 3_000))
@given(OBJECT)
def test_nothing_of_an_object_of_stripes_is_lost(data: dict[str, Any]) -> None:
    delivery = _read(stripe.read, data)
    if not delivery.refused:
        _accounted(delivery, data)
    _found(delivery, data)


@settings(max_examples=size(30, 3_000))
@given(EVENT)
def test_nothing_of_an_event_of_stripes_is_lost(data: dict[str, Any]) -> None:
    _found(_read(stripe.read, data), data)


@settings(max_examples=size(60, 3_000))
@given(CALL)
@example({"type": "page", "context": {"traits": {"name": "w0x"}}})
def test_nothing_of_a_call_is_lost(data: dict[str, Any]) -> None:
    delivery = _read(segment_spec.read, data)
    if not delivery.refused:
        _accounted(delivery, data)
    _found(delivery, data)


def _found(delivery: Delivery, data: object) -> None:
    """Check that every text of a payload is somewhere in what became of it."""
    if delivery.refused:
        assert json.loads(json.loads(delivery.refused[0].payload or "")) == data
        return
    whole = _whole(delivery)
    assert {text for text in _texts(data) if text not in whole} == set()


def _accounted(delivery: Delivery, data: object) -> None:
    """Check that mapped and unmapped leaves, of all that an object became, are its leaves."""
    sent = leaves(json.loads(json.dumps(data), parse_float=Decimal))
    mapped: frozenset[str] = frozenset().union(*delivery.mapped)
    kept = [item for at in range(delivery.rows) for item in delivery.unmapped(at).items()]
    assert len(dict(kept)) == len(kept)
    assert mapped | dict(kept).keys() == sent.keys()
    assert not mapped & dict(kept).keys()
    assert all(sent[path] == value for path, value in kept)


@settings(max_examples=size(60, 3_000))
@given(st.sampled_from([stripe.read, segment_spec.read]), BYTES)
def test_no_bytes_crash_a_reader(read: Read, body: bytes) -> None:
    try:
        delivery = read(body, received_at=NOW)
    except InputError:
        return
    assert delivery.rows == len(delivery.records) + len(delivery.kept) + len(delivery.refused)


@settings(max_examples=size(60, 3_000))
@given(st.lists(CALL, max_size=4), AROUND)
def test_a_batch_is_its_calls_with_what_it_says_for_all(
    calls: list[dict[str, Any]], around: dict[str, Any]
) -> None:
    together = _read(segment_spec.read, {"batch": calls, **around})
    alone = [_read(segment_spec.read, around | one) for one in calls]
    assert together.records == tuple(r for one in alone for r in one.records)
    told = [event for one in alone for event in one.interactions]
    assert _named(together.interactions) == _named(told)
    assert together.rows == sum(one.rows for one in alone)


def _named(told: Iterable[Interaction]) -> list[str]:
    """Return the digests of the events that have a name of their own: others are their content."""
    return sorted(one.digest for one in told if not one.event_id.startswith("content/"))


@settings(max_examples=size(60, 3_000))
@given(st.integers(0, 86_400 * 30), st.integers(-(10**9), 10**9), st.integers(0, 3_600))
def test_however_wrong_a_clock_a_call_was_made_when_it_was_made(
    waited: int, wrong: int, travelled: int
) -> None:
    made_at = datetime(2020, 5, 1, tzinfo=UTC)
    sent_at = made_at + timedelta(seconds=waited)
    off = timedelta(seconds=wrong)
    data = {
        "type": "page", "userId": "7", "originalTimestamp": (made_at + off).isoformat(),
        "sentAt": (sent_at + off).isoformat(),
        "receivedAt": (sent_at + timedelta(seconds=travelled)).isoformat(),
    }  # fmt: skip
    (told,) = _read(segment_spec.read, data).interactions
    assert told.at == made_at + timedelta(seconds=travelled)


@settings(max_examples=size(60, 3_000))
@given(OBJECT, st.lists(st.tuples(STATUSES, st.integers(0, 3)), min_size=2, max_size=4),
       st.randoms(use_true_random=False))  # fmt: skip
def test_an_object_told_again_ends_the_same_in_every_order(
    data: dict[str, Any], tellings: list[tuple[str, int]], shuffle: Any  # noqa: ANN401
) -> None:  # fmt: skip
    events = [
        {"object": "event", "type": "x.updated", "created": 10**9 + at,
         "data": {"object": data | {"status": status}}}
        for status, at in tellings
    ]  # fmt: skip
    told = list(_read(stripe.read, events).interactions)
    mixed = list(told)
    shuffle.shuffle(mixed)
    assert _last(told) == _last(mixed)


def _last(told: list[Any]) -> dict[str, str]:
    held: dict[str, Any] = {}
    for one in told:
        held[one.event_id] = retell(held[one.event_id], one) if one.event_id in held else one
    return {id_: one.digest for id_, one in held.items()}


@settings(max_examples=size(60, 3_000))
@given(st.integers(0, 10**12), st.sampled_from(["eur", "jpy", "krw", "kwd", "isk", "ugx", "mga"]))
def test_money_goes_to_stripe_and_back_without_a_difference(units: int, currency: str) -> None:
    assert units_of(amount_of(units, currency)) == units
