"""The simulated gateway: the same answers from the same seed, and each key's money once."""

from __future__ import annotations

from collections import Counter

import pytest

from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import CustomerId, Money
from ecrm_core.ports import Declined, Paid, Payment, PaymentAnswer, PaymentPort, Pending
from ecrm_core.subscriptions import PaymentSucceeded
from ecrm_core.testing.gateway import SimulatedGateway

SHARES = {"declined": 0.2, "hard": 0.1, "lost": 0.2, "pending": 0.2}


def payment(number: int) -> Payment:
    return Payment(
        key=f"sub_{number}/charge/0/0", subscription=f"sub_{number}", customer=CustomerId("cus_1"),
        amount=Money("9.90", "EUR"),
    )  # fmt: skip


def said(gateway: PaymentPort, number: int) -> PaymentAnswer | None:
    try:
        return gateway.charge(payment(number))
    except TimeoutError:
        return None


def word(answer: PaymentAnswer | None) -> str:
    return f"{type(answer).__name__} {getattr(answer, 'hard', '')}"


def test_every_fate_occurs_and_the_seed_decides() -> None:
    one, two = (SimulatedGateway(seed=5, **SHARES) for _ in range(2))
    answers = [said(one, number) for number in range(200)]
    assert answers == [said(two, number) for number in range(200)]
    assert one.webhooks() == two.webhooks()
    assert answers != [said(SimulatedGateway(seed=6, **SHARES), n) for n in range(200)]
    counts = Counter(map(word, answers))
    assert counts.keys() == {"Paid ", "Declined False", "Declined True", "Pending ", "NoneType "}
    assert 20 < counts["NoneType "] < 60


def test_a_key_that_comes_again_moves_no_money_and_a_lost_answer_is_found() -> None:
    gateway = SimulatedGateway(seed=5, **SHARES)
    first = [said(gateway, number) for number in range(50)]
    moved = dict(gateway.charged)
    again = [said(gateway, number) for number in range(50)]
    assert gateway.charged == moved
    assert None not in again
    assert all(
        a == b or (a is None and isinstance(b, Paid)) for a, b in zip(first, again, strict=True)
    )
    declined = sum(isinstance(answer, Declined) for answer in first)
    assert len(moved) == 50 - declined


def test_webhooks_tell_everything_twice_in_an_order_of_their_own() -> None:
    gateway = SimulatedGateway(seed=5, **SHARES)
    answers = [said(gateway, number) for number in range(30)]
    told = gateway.webhooks()
    assert Counter(told).most_common()[-1][1] == 2
    assert len(told) == 60
    assert list(told) != sorted(told, key=lambda command: command.charge)
    paid = {command.charge for command in told if isinstance(command, PaymentSucceeded)}
    assert paid == set(gateway.charged)
    assert any(isinstance(answer, Pending) for answer in answers)
    assert gateway.webhooks() == ()


def test_what_is_given_back_is_given_back_once() -> None:
    gateway = SimulatedGateway()
    for _ in range(2):
        assert gateway.refund(payment(1)) == Paid()
    assert list(gateway.refunded) == [payment(1).key]


@pytest.mark.parametrize("shares", [{"declined": -0.1}, {"declined": 0.7, "lost": 0.7}])
def test_shares_that_cannot_be_are_refused(shares: dict[str, float]) -> None:
    with pytest.raises(DefinitionError):
        SimulatedGateway(**shares)  # type: ignore[arg-type]
