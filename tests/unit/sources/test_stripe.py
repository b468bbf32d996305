"""Stripe: signed webhooks become commands, each for the charge whose key they carry."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from ecrm_core.errors import DefinitionError, InputError, RefusedError
from ecrm_core.kernel import Money
from ecrm_core.sources import stripe
from ecrm_core.subscriptions import PaymentFailed, PaymentRefunded, PaymentSucceeded

NOW = datetime(2026, 2, 1, 12, tzinfo=UTC)
KEY = "sub_1/charge/0/0"
SECRET = "whsec_fictional"
OURS = {"metadata": {"ecrm_key": KEY}}
PAID = PaymentSucceeded(charge=KEY)


def event(topic: str, told: Mapping[str, object], **more: object) -> bytes:
    body = {"object": "event", "type": topic, "data": {"object": told}, **more}
    return json.dumps(body).encode()


DECLINED = {**OURS, "last_payment_error": {"code": "card_declined", "decline_code": "lost_card"}}
POOR = {**OURS, "last_payment_error": {"decline_code": "insufficient_funds"}}
OF_INVOICE = {"parent": {"subscription_details": {"metadata": {"ecrm_key": KEY}}}}
CASES = [
    ("payment_intent.succeeded", OURS, PAID),
    ("charge.succeeded", {**OURS, "captured": True}, PAID),
    ("charge.succeeded", {**OURS, "captured": False}, None),
    ("invoice.paid", OURS, PAID),
    ("invoice.payment_succeeded", OF_INVOICE, PAID),
    ("payment_intent.payment_failed", DECLINED, PaymentFailed(charge=KEY, hard=True)),
    ("payment_intent.payment_failed", POOR, PaymentFailed(charge=KEY)),
    (
        "charge.failed",
        {**OURS, "failure_code": "stolen_card"},
        PaymentFailed(charge=KEY, hard=True),
    ),
    ("invoice.payment_failed", OURS, PaymentFailed(charge=KEY)),
    ("customer.created", OURS, None),
    ("charge.succeeded", {"metadata": {}}, None),
    ("charge.succeeded", {"metadata": {"ecrm_key": "order 7"}}, None),
    ("charge.succeeded", {"metadata": {"ecrm_key": 7}}, None),
    ("charge.succeeded", {"metadata": None}, None),
]


@pytest.mark.parametrize(("topic", "told", "command"), CASES)
def test_an_event_becomes_a_command(
    topic: str, told: Mapping[str, object], command: PaymentSucceeded | PaymentFailed | None
) -> None:
    found = stripe.payments(event(topic, told))
    assert [told.command for told in found] == ([command] if command else [])
    assert all(told.key is None for told in found)
    assert topic in stripe.TOPICS or not found


def test_the_idempotency_key_of_our_call_names_the_charge_too() -> None:
    request = {"request": {"id": "req_1", "idempotency_key": KEY}}
    assert stripe.payments(event("payment_intent.succeeded", {}, **request)) == (
        stripe.PaymentTold(command=PAID),
    )


@pytest.mark.parametrize(
    ("together", "before", "back"), [(500, None, "5.00"), (700, 500, "2.00"), (500, 500, None)]
)
def test_a_refund_is_what_went_back_this_time(
    together: int, before: int | None, back: str | None
) -> None:
    told = {**OURS, "amount_refunded": together, "currency": "eur"}
    data = {"object": told, "previous_attributes": {"amount_refunded": before}}
    body = {"object": "event", "type": "charge.refunded", "data": data}
    found = stripe.payments(json.dumps(body).encode())
    assert [(told.command, told.key) for told in found] == (
        [
            (
                PaymentRefunded(charge=KEY, amount=Money(back, "EUR")),
                f"payment/refunded/{KEY}/{together}",
            )
        ]
        if back
        else []
    )


@pytest.mark.parametrize("told", [{}, {"amount_refunded": "5"}, {"amount_refunded": 5}])
def test_a_refund_without_its_amount_says_nothing(told: Mapping[str, object]) -> None:
    assert stripe.payments(event("charge.refunded", {**OURS, **told})) == ()


def test_a_refund_in_no_currency_is_a_payload_that_cannot_be() -> None:
    told = {"amount_refunded": 5, "currency": "xxx"}
    with pytest.raises(InputError) as caught:
        stripe.payments(event("charge.refunded", {**OURS, **told}))
    assert (caught.value.code, caught.value.path) == ("currency", "$.data.object.currency")


@pytest.mark.parametrize("body", [b"{}", b"[]", b'{"object": "charge"}', b"nonsense", b"\xff"])
def test_what_is_no_event_is_refused(body: bytes) -> None:
    with pytest.raises(InputError):
        stripe.payments(body)


def signed(body: bytes, at: datetime = NOW, secret: str = SECRET) -> str:
    stamp = str(int(at.timestamp()))
    return (
        f"t={stamp},v1={hmac.digest(secret.encode(), f'{stamp}.'.encode() + body, 'sha256').hex()}"
    )


BODY = b'{"object": "event"}'
GOOD = signed(BODY)


def test_a_signature_that_fits_is_taken_one_of_several_is_enough() -> None:
    stripe.verify(BODY, GOOD, secret=SECRET, now=NOW + timedelta(minutes=4))
    stamp, good = GOOD.split(",")
    stripe.verify(BODY, f"{stamp},v1=00,{good},v0=11", secret=SECRET.encode(), now=NOW)


@pytest.mark.parametrize(
    ("signature", "code"),
    [
        (None, "bad_signature"),
        ("", "bad_signature"),
        ("nonsense", "bad_signature"),
        (signed(BODY, secret="another"), "bad_signature"),
        (signed(BODY + b" "), "bad_signature"),
        (GOOD.replace("v1", "v0"), "bad_signature"),
        (GOOD.replace("t=", "t=9"), "bad_signature"),
        (GOOD.replace("v1=", "v1=é"), "bad_signature"),
        (GOOD.replace("v1=", "v1=\ud800"), "bad_signature"),
        (GOOD.replace("t=", "t=\ud800"), "bad_signature"),
        (signed(BODY, NOW - timedelta(minutes=6)), "stale_signature"),
        (signed(BODY, NOW + timedelta(minutes=6)), "stale_signature"),
    ],
)
def test_a_signature_that_does_not_fit_or_is_old_is_refused(
    signature: str | None, code: str
) -> None:
    with pytest.raises(RefusedError) as caught:
        stripe.verify(BODY, signature, secret=SECRET, now=NOW)
    assert caught.value.code == code


@pytest.mark.parametrize("stamp", ["9" * 40, "x", ""])
def test_a_stamp_that_is_no_time_is_refused(stamp: str) -> None:
    digest = hmac.digest(SECRET.encode(), stamp.encode() + b"." + BODY, "sha256").hex()
    with pytest.raises(RefusedError, match="another time"):
        stripe.verify(BODY, f"t={stamp},v1={digest}", secret=SECRET, now=NOW)


def test_an_empty_secret_is_refused() -> None:
    with pytest.raises(DefinitionError):
        stripe.verify(BODY, GOOD, secret="", now=NOW)


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [("30.00", "EUR", 3_000), ("900", "KRW", 900), ("5", "ISK", 500), ("1.250", "KWD", 1_250)],
)
def test_a_charge_becomes_an_intent_under_its_key(amount: str, currency: str, units: int) -> None:
    asked = stripe.intent(KEY, Money(amount, currency), customer="cus_1", payment_method="pm_1")
    assert asked.idempotency_key == KEY
    assert asked.parameters == {
        "amount": units, "currency": currency.lower(), "customer": "cus_1", "confirm": True,
        "payment_method": "pm_1", "off_session": True, "metadata": {stripe.METADATA: KEY},
    }  # fmt: skip


def test_a_credit_is_no_intent() -> None:
    with pytest.raises(InputError):
        stripe.intent(KEY, Money("-3.00", "EUR"), customer="cus_1", payment_method="pm_1")
