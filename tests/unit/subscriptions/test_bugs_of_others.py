"""Bugs that other systems had with subscriptions: each by name, and that it is not ours."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from attrs import evolve

from ecrm_core import Crm
from ecrm_core.errors import ConflictError
from ecrm_core.kernel import CustomerId, Emit, FixedClock, Money
from ecrm_core.sources import shopify
from ecrm_core.subscriptions import (
    ActionKind,
    AtEnd,
    Cancel,
    Create,
    NoticeRule,
    PaymentSucceeded,
    Plan,
    Policies,
    RelativeTo,
    Status,
    Subscription,
    TaskRule,
    TermRule,
    UndoCancel,
    advance,
    forecast,
    handle,
    simulate,
)

BARE = Policies(name="b2c")
PLAN = Plan(id="care", price=Money("30.00", "EUR"), cadence="P1M")
DAY = timedelta(days=1)


def on(text: str) -> datetime:
    return datetime.combine(date.fromisoformat(text), time(12), UTC)


def begun(day: str, plan: Plan = PLAN, policies: Policies = BARE, **parts: object) -> Subscription:
    create = Create(id="sub_1", customer=CustomerId("cus_1"), plan=plan, **parts)  # type: ignore[arg-type]
    return handle(None, create, on(day), policies).state


def charged(state: Subscription, until: str, policies: Policies = BARE) -> list[str]:
    actions = forecast(state, on(until), policies).actions
    return [str(a.on) for a in actions if a.kind is ActionKind.CHARGE]


@pytest.mark.parametrize(
    ("begins", "cadence", "days"),
    [
        ("2026-01-31", "P1M", ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]),
        ("2024-01-31", "P1M", ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"]),
        ("2026-04-30", "P1M", ["2026-04-30", "2026-05-30", "2026-06-30", "2026-07-30"]),
        ("2024-02-29", "P1Y", ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28",
                               "2028-02-29"]),
        ("2026-10-31", "P3M", ["2026-10-31", "2027-01-31", "2027-04-30", "2027-07-31"]),
    ],
    ids=["months added one by one drift to the 28th", "in leap years too",
         "30 April becomes the 31st of May", "29 February never comes back",
         "a quarter from a last day"],
)  # fmt: skip
def test_the_billing_day_does_not_drift(begins: str, cadence: str, days: list[str]) -> None:
    assert charged(begun(begins, evolve(PLAN, cadence=cadence)), days[-1]) == days


def test_a_notice_counts_from_the_current_term_and_not_from_the_first_one() -> None:
    """A deadline was shown for the first term, a year after that had ended."""
    rule = NoticeRule(name="end", relative_to=RelativeTo.DEADLINE, aim="P1D", earliest="P9D")
    policies = Policies(name="b2c", notices=(rule,))
    plan = evolve(PLAN, term=TermRule(initial="P1Y", notice="P2M"))
    state = begun("2024-08-28", plan, policies)
    told = [a.reference_on for a in forecast(state, on("2026-12-31"), policies).actions if a.rule]
    assert told == [date(2025, 6, 28), date(2026, 6, 28)]


def test_a_contract_without_an_end_goes_on_being_billed_and_renewed() -> None:
    """A job looked for contracts with an end date, and never renewed those without."""
    open_ended = begun("2026-01-10")
    assert len(charged(open_ended, "2027-01-09")) == 12
    rule = TermRule(initial="P3M", at_end=AtEnd.EVERGREEN)
    evergreen = begun("2026-01-10", evolve(PLAN, term=rule))
    assert len(charged(evergreen, "2027-01-09")) == 12
    after = advance(evergreen, on("2027-01-09"), BARE).state
    assert (after.status, after.term, after.next_action_at is None) == (Status.ACTIVE, None, False)


def _shop(day: str) -> tuple[Crm, str]:
    crm = Crm.open(clock=FixedClock(on(day)))
    crm.ingest(shopify.read(b'[{"id": 1, "email": "ann@example.com"}]', received_at=on(day)))
    return crm, crm.subscribe("shopify/1", PLAN)


def test_a_webhook_and_the_cron_job_that_both_renew_charge_once() -> None:
    """The payment's webhook renewed the subscription, and an hour later the job did it again."""
    crm, sub = _shop("2026-01-31")
    crm.run_due()
    at = on("2026-02-28")
    read = crm.dry_run.run_due(now=at)  # the job has read, and not yet written
    crm.command(sub, PaymentSucceeded(charge=f"{sub}/charge/0/0"), by="webhook", now=at)
    with pytest.raises(ConflictError):
        crm.store.apply(read)
    assert crm.run_due(now=at + timedelta(hours=1)).charges == 0
    assert _taken(crm, at + DAY) == [f"{sub}/charge/0/0", f"{sub}/charge/1/0"]


def _taken(crm: Crm, now: datetime) -> list[str]:
    taken: list[str] = []

    def charge(emit: Emit) -> None:
        taken.append(emit.key)

    crm.deliver(charge=charge, now=now)
    return sorted(taken)


def test_a_hook_that_is_registered_eight_times_renews_once() -> None:
    """Eight hooks of one event each renewed it, and the customer paid eight times."""
    crm, _ = _shop("2026-01-31")
    reports = [crm.run_due(now=on("2026-02-28")) for _ in range(8)]
    assert [report.charges for report in reports] == [2, 0, 0, 0, 0, 0, 0, 0]
    assert [len(_taken(crm, on("2026-02-28"))) for _ in range(8)] == [2, 0, 0, 0, 0, 0, 0, 0]
    assert crm.subscriptions("shopify/1")[0].cycle == 1


def test_a_day_of_downtime_does_not_lose_the_alert() -> None:
    """The job asked for what is due today; on the day it did not run nobody was told."""
    rule = NoticeRule(
        name="end", relative_to=RelativeTo.TERM_END, aim="P14D", earliest="P30D", latest="P1D"
    )
    policies = Policies(name="b2c", notices=(rule,), tasks=(TaskRule(name="call", offset="P7D"),))
    state = begun("2026-01-10", evolve(PLAN, term=TermRule(initial="P6M")), policies)
    downs = [(on("2026-06-18"), on("2026-06-20")), (on("2026-06-25"), on("2026-06-27"))]
    found = simulate(
        [state], on("2026-07-09"), now=on("2026-01-10"), presets={"b2c": policies}, outages=downs
    )
    told = [(a.rule, str(a.on), a.late) for a in found.actions if a.rule]
    assert told == [("call", "2026-06-19", True), ("end", "2026-06-26", True)]


def test_a_zone_on_either_side_of_midnight_is_charged_once_a_month() -> None:
    """The server's zone was changed: a day began again, and with it a charge."""
    for tz in ("Pacific/Kiritimati", "Pacific/Pago_Pago", "America/Sao_Paulo", "Asia/Seoul"):
        state = begun("2026-01-10", tz=tz, starts_on=date(2026, 1, 11))
        assert len(charged(state, "2026-12-31")) == 12
        step = advance(state, on("2026-03-12"), BARE)
        assert [len(advance(step.state, on("2026-03-12") + h * DAY / 24, BARE).actions)
                for h in range(-48, 48, 6)] == [0] * 16  # fmt: skip


def test_a_credit_is_what_was_billed_less_what_is_owed_over_all_the_pieces() -> None:
    """The credit was a share of the last charge, which was a small one for a change."""
    state = begun("2026-01-31")
    step = advance(state, on("2026-02-01"), BARE)
    step = handle(step.state, Cancel.at(date(2026, 2, 21), credit=True), on("2026-02-01"), BARE)
    step = handle(step.state, UndoCancel(), on("2026-02-02"), BARE)
    step = advance(step.state, on("2026-02-21"), BARE)
    assert [str(a.amount) for a in step.actions] == ["7.50 EUR"]  # the last charge
    ended = handle(step.state, Cancel.now(credit=True), on("2026-02-22"), BARE)
    assert str(ended.actions[0].amount) == "-6.43 EUR"  # 6 of 28 days of the whole price


@pytest.mark.parametrize(
    ("begins", "anchor", "amount"),
    [
        ("2026-02-14", 1, "16.07 EUR"),  # 15 of 28 days of February, not of 31
        ("2024-02-14", 1, "16.55 EUR"),  # 16 of 29
        ("2026-02-14", 28, "13.55 EUR"),  # 14 of the 31 days from 28 January on
        ("2026-03-14", 1, "17.42 EUR"),  # 18 of 31
    ],
)
def test_the_stub_of_a_month_is_divided_by_the_days_of_that_month(
    begins: str, anchor: int, amount: str
) -> None:
    """Every stub was divided by 31, that of a February too."""
    state = begun(begins, anchor_day=anchor)
    (first, *_) = forecast(state, on(begins) + 40 * DAY, BARE).actions
    assert str(first.amount) == amount
