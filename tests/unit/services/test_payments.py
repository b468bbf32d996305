"""Payments: each charge once at the provider, and each answer once in the subscription."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from ecrm_core.crm import Crm
from ecrm_core.customers import SourceKey, SourceRecord, Stated
from ecrm_core.errors import DefinitionError, InputError, MissingError
from ecrm_core.kernel import FixedClock, Money
from ecrm_core.ports import Declined, Paid, Payment, PaymentAnswer, Pending
from ecrm_core.sources import Delivery
from ecrm_core.subscriptions import (
    Cancel,
    PaymentFailed,
    PaymentRefunded,
    PaymentSucceeded,
    Plan,
    Status,
    Subscription,
)

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
PLAN = Plan(id="pro", price=Money("30.00", "EUR"), cadence="P1M")


class Provider:
    """A provider that gives its answers one after the other; an exception is raised."""

    def __init__(self, *answers: PaymentAnswer | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[Payment] = []
        self.given_back: list[Payment] = []

    def charge(self, payment: Payment) -> PaymentAnswer:
        self.asked.append(payment)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def refund(self, payment: Payment) -> PaymentAnswer:
        self.given_back.append(payment)
        return self.answers.pop(0)  # type: ignore[return-value]


@pytest.fixture
def crm() -> Crm:
    opened = Crm.open(clock=FixedClock(NOW))
    cells = {"brand": Stated("x", NOW, NOW)}
    opened.ingest(Delivery(source="shop", records=(SourceRecord(SourceKey("shop", "1"), cells),)))
    opened.subscribe("shop/1", PLAN)
    opened.run_due()
    return opened


def held(crm: Crm) -> Subscription:
    return crm.subscriptions("shop/1")[0]


def key(crm: Crm) -> str:
    return f"{held(crm).id}/charge/0/0"


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (Paid(reference="x"), Status.ACTIVE),
        (Declined(), Status.PAST_DUE),
        (Declined(hard=True), Status.PAST_DUE),
        (Pending(), Status.ACTIVE),
    ],
)
def test_an_answer_of_the_provider_becomes_a_payment(
    crm: Crm, answer: PaymentAnswer, status: Status
) -> None:
    provider = Provider(answer)
    assert crm.collect(provider).delivered == 1
    asked = Payment(
        key=key(crm), subscription=held(crm).id, customer=held(crm).customer, amount=PLAN.price
    )
    assert provider.asked == [asked]
    assert held(crm).status is status
    assert crm.collect(provider).delivered == 0


def test_a_timeout_is_asked_again_under_the_same_key(crm: Crm) -> None:
    provider = Provider(TimeoutError(), Paid())
    assert crm.collect(provider).failed == 1
    assert crm.collect(provider, now=NOW + timedelta(hours=1)).delivered == 1
    assert [payment.key for payment in provider.asked] == [key(crm)] * 2


def test_a_credit_is_given_back(crm: Crm) -> None:
    provider = Provider(Paid(), Declined(), Paid())
    crm.collect(provider)
    crm.command(held(crm).id, Cancel.now(credit=True), by="ann", now=NOW + timedelta(days=1))
    assert crm.collect(provider, now=NOW + timedelta(days=1)).failed == 1
    assert crm.collect(provider, now=NOW + timedelta(days=2)).delivered == 1
    assert [(p.amount > Money(0, "EUR"), p.key[-2:]) for p in provider.given_back] == [
        (True, "/1")
    ] * 2
    assert held(crm).unpaid == ()


TOLD = ["paid", "paid", "failed"]


@pytest.mark.parametrize("order", sorted(set(permutations(TOLD))))
def test_webhooks_twice_and_in_any_order_come_to_the_same(crm: Crm, order: tuple[str, ...]) -> None:
    told: dict[str, PaymentSucceeded | PaymentFailed] = {
        "paid": PaymentSucceeded(charge=key(crm)),
        "failed": PaymentFailed(charge=key(crm)),
    }
    for word in order:
        crm.payment(told[word], by="hook")
    assert held(crm).status is Status.ACTIVE
    assert held(crm).unpaid == ()


def test_a_webhook_and_a_collecting_run_count_once(crm: Crm) -> None:
    crm.payment(PaymentSucceeded(charge=key(crm)), by="hook")
    version = held(crm).version
    crm.collect(Provider(Paid()))
    assert held(crm).version == version


def test_a_webhook_that_is_before_the_cron_run_does_what_is_due_and_the_run_nothing(
    crm: Crm,
) -> None:
    later = NOW + timedelta(days=40)
    crm.payment(PaymentSucceeded(charge=key(crm)), by="hook", now=later)
    assert held(crm).cycle == 1
    assert crm.run_due(now=later).charges == 0


def test_the_dry_run_of_a_payment_is_what_is_written(crm: Crm) -> None:
    told = PaymentFailed(charge=key(crm))
    draft = crm.dry_run.payment(told, by="hook")
    crm.payment(told, by="hook")
    assert draft.puts[0].value == held(crm)
    crm.payment(PaymentSucceeded(charge=key(crm)), by="hook")
    assert crm.dry_run.payment(told, by="hook").empty


def test_a_second_report_counts_under_a_key_of_its_own_if_it_says_more(crm: Crm) -> None:
    told = PaymentFailed(charge=key(crm))
    crm.payment(told, by="hook", key="event 1")
    version = held(crm).version
    crm.payment(told, by="hook", key="event 1")
    assert held(crm).version == version
    crm.payment(told, by="hook", key="event 2")
    assert held(crm).version == version
    crm.payment(PaymentFailed(charge=key(crm), hard=True), by="hook", key="event 3")
    assert held(crm).version > version


def test_what_is_no_payment_is_said(crm: Crm) -> None:
    with pytest.raises(MissingError):
        crm.payment(PaymentSucceeded(charge="sub_9/charge/0/0"), by="hook")
    for verb in (crm.payment, crm.dry_run.payment):
        with pytest.raises(InputError):
            verb(PaymentSucceeded(charge="nonsense"), by="hook")
        with pytest.raises(DefinitionError):
            verb(Cancel.now(), by="hook")  # type: ignore[arg-type]


def test_refunds_of_one_charge_count_each_under_its_key(crm: Crm) -> None:
    told = PaymentRefunded(charge=key(crm), amount=Money("1.00", "EUR"))
    with pytest.raises(DefinitionError, match="key"):
        crm.payment(told, by="hook")
    before = held(crm).version
    for refund in ("re_1", "re_1", "re_2"):
        crm.payment(told, by="hook", key=refund)
    assert held(crm).version == before + 2


def test_a_declined_charge_is_tried_again_under_a_key_of_its_own_until_it_is_paid(crm: Crm) -> None:
    provider, now = Provider(Declined(), Declined(), Paid()), NOW
    for _ in range(40):
        crm.run_due(now=now)
        crm.collect(provider, now=now)
        now += timedelta(days=1)
        if not provider.answers:
            break
    keys = [payment.key for payment in provider.asked]
    assert keys[0] == key(crm)
    assert len(set(keys)) == 3
    assert {payment.amount for payment in provider.asked} == {PLAN.price}
    assert held(crm).status is Status.ACTIVE
    assert crm.doctor(now=now).well


def test_that_a_card_will_never_work_is_heard_after_a_failure_that_did_not_say_so(
    crm: Crm,
) -> None:
    crm.collect(Provider(Declined()))
    for _ in range(2):
        crm.payment(PaymentFailed(charge=key(crm), hard=True), by="hook")
    assert [debt.hard for debt in held(crm).debts] == [True]


def test_a_failure_without_an_amount_is_retried_with_the_amount_of_its_charge(crm: Crm) -> None:
    now = NOW + timedelta(days=60)
    crm.run_due(now=now)
    pending = Provider(Pending(), Pending(), Pending())
    crm.collect(pending, now=now)
    asked = {payment.key: payment.amount for payment in pending.asked}
    for charge in asked:
        crm.payment(PaymentFailed(charge=charge), by="hook", now=now)
    assert len(asked) == 3
    crm.run_due(now=now + timedelta(days=1))
    again = Provider(Paid(), Paid(), Paid())
    assert crm.collect(again, now=now + timedelta(days=1)).delivered == 3
    assert [payment.amount for payment in again.asked] == list(asked.values())
    assert held(crm).status is Status.ACTIVE
