"""Changes: what another plan, quantity, price, billing day or zone costs, told by days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from fractions import Fraction
from typing import Any

import pytest
from attrs import evolve

from ecrm_core.errors import DefinitionError, IllegalTransition, InputError
from ecrm_core.kernel import CustomerId, DateInterval, Money, Rounding
from ecrm_core.subscriptions import (
    Action,
    Alignment,
    Anchor,
    AtEnd,
    Cancel,
    ChangeAnchor,
    ChangePlan,
    ChangePolicy,
    ChangeQuantity,
    ChangeZone,
    Command,
    Create,
    ExtendTrial,
    Grain,
    NoticeRule,
    Pause,
    PauseMode,
    Pay,
    PaymentRefunded,
    Plan,
    Policies,
    RelativeTo,
    Reprice,
    RepriceAt,
    Resume,
    Step,
    StubPolicy,
    TermRule,
    Uplift,
    UpliftTo,
    advance,
    explain,
    fraction_of,
    handle,
    line_amounts,
)
from ecrm_core.subscriptions.pricing import renewal_price

NOW, NEXT = ChangePolicy.INVOICE_NOW, ChangePolicy.NEXT_INVOICE
PERIOD, RESET, NONE = ChangePolicy.NEXT_PERIOD, ChangePolicy.RESET_CYCLE, ChangePolicy.NONE
EURO = Money("30.00", "EUR")
PLAN = Plan(id="pro", price=EURO, cadence="P1M")
DEAR = Plan(id="max", price=Money("60.00", "EUR"), cadence="P1M")
YEAR = Plan(id="year", price=Money("365.00", "EUR"), cadence="P1Y")
BARE = Policies(name="bare")


def on(text: str) -> datetime:
    return datetime.combine(date.fromisoformat(text), time(12), UTC)


class Life:
    """A subscription from 1 June 2026 on, at 30.00 a month, with what it asked for."""

    def __init__(self, plan: Plan = PLAN, policies: Policies = BARE, **parts: Any) -> None:  # noqa: ANN401
        self.policies, self.actions = policies, list[Action]()
        create = Create(id="s", customer=CustomerId("c"), plan=plan, **parts)
        self.take(handle(None, create, on("2026-06-01"), policies))

    def take(self, step: Step) -> Life:
        self.state = step.state
        self.actions += step.actions
        return self

    def do(self, command: Command, day: str) -> Life:
        return self.take(handle(self.state, command, on(day), self.policies))

    def until(self, day: str) -> Life:
        while self.state.next_action_at and self.state.next_action_at <= on(day):
            self.take(advance(self.state, self.state.next_action_at, self.policies))
        return self

    @property
    def told(self) -> list[str]:
        """Day of the month and amount: "06-01 30.00"."""
        return [f"{a.on:%m-%d} {a.amount.amount}" for a in self.actions if a.amount]


def seats(number: int, policy: ChangePolicy = PERIOD, on: str | None = None) -> ChangeQuantity:
    day = None if on is None else date.fromisoformat(on)
    return ChangeQuantity(quantity=number, policy=policy, on=day)


def plan(other: Plan, policy: ChangePolicy = PERIOD, on: str | None = None) -> ChangePlan:
    day = None if on is None else date.fromisoformat(on)
    return ChangePlan(plan=other, policy=policy, on=day)


ARREARS = evolve(PLAN, pay=Pay.IN_ARREARS)
CHANGES: dict[str, tuple[Plan, Command, list[str]]] = {
    # paid in advance, changed on 16 June: half of June is left
    "now": (PLAN, seats(2, NOW), ["06-01 30.00", "06-16 15.00", "07-01 60.00"]),
    "next invoice": (PLAN, seats(2, NEXT), ["06-01 30.00", "07-01 75.00", "08-01 60.00"]),
    "next period": (PLAN, seats(2), ["06-01 30.00", "07-01 60.00"]),
    "none": (PLAN, seats(2, NONE), ["06-01 30.00", "07-01 60.00"]),
    "reset": (PLAN, seats(2, RESET), ["06-01 30.00", "06-16 45.00", "07-16 60.00"]),
    "a plan": (PLAN, plan(DEAR, NOW), ["06-01 30.00", "06-16 15.00", "07-01 60.00"]),
    "a year": (PLAN, plan(YEAR, RESET), ["06-01 30.00", "06-16 350.00"]),
    "a year later": (PLAN, plan(YEAR), ["06-01 30.00", "07-01 365.00"]),
    "back": (PLAN, seats(2, NOW, "2026-06-10"), ["06-01 30.00", "06-16 21.00", "07-01 60.00"]),
    "ahead": (PLAN, seats(2, NOW, "2026-06-21"), ["06-01 30.00", "06-21 10.00", "07-01 60.00"]),
    "ahead, later": (PLAN, plan(DEAR, NEXT, "2026-06-21"), ["06-01 30.00", "07-01 70.00"]),
    "ahead, reset": (PLAN, seats(2, RESET, "2026-06-21"), ["06-01 30.00", "06-21 50.00",
                                                           "07-21 60.00"]),
    "a period ahead": (PLAN, seats(2, PERIOD, "2026-07-09"), ["06-01 30.00", "07-01 30.00",
                                                              "08-01 60.00"]),
    # paid in arrears
    "arrears, now": (ARREARS, seats(2, NOW), ["06-16 15.00", "07-01 30.00", "08-01 60.00"]),
    "arrears, next": (ARREARS, seats(2, NEXT), ["07-01 45.00", "08-01 60.00"]),
    "arrears, period": (ARREARS, seats(2), ["07-01 30.00", "08-01 60.00"]),
    "arrears, none": (ARREARS, seats(2, NONE), ["07-01 60.00", "08-01 60.00"]),
    "arrears, reset": (ARREARS, seats(2, RESET), ["06-16 15.00", "07-16 60.00"]),
    "arrears, ahead": (ARREARS, seats(2, NEXT, "2026-06-21"), ["07-01 40.00", "08-01 60.00"]),
    "arrears, ahead, now": (ARREARS, seats(2, NOW, "2026-06-21"), ["06-21 20.00", "07-01 20.00"]),
    "arrears, none ahead": (ARREARS, seats(2, NONE, "2026-06-21"), ["07-01 60.00"]),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_inside_a_period_is_billed_by_its_policy(name: str) -> None:
    sold, command, told = CHANGES[name]
    life = Life(sold).do(command, "2026-06-16").until("2026-08-01")
    assert life.told[: len(told)] == told
    assert len({action.key for action in life.actions}) == len(life.actions)


def test_a_change_in_a_trial_costs_nothing_before_its_end() -> None:
    for policy in ChangePolicy:
        life = Life(evolve(PLAN, trial="P14D")).do(seats(2, policy), "2026-06-05")
        assert life.until("2026-06-15").told == ["06-15 60.00"]


def test_up_and_down_at_one_instant_costs_nothing() -> None:
    """L9."""
    for policy in (NOW, NEXT):
        life = Life().do(seats(3, policy), "2026-06-12").do(seats(1, policy), "2026-06-12")
        life.until("2026-07-01")
        assert sum(a.amount.minor for a in life.actions if a.amount) == 6_000, policy


def test_what_is_left_of_a_credit_waits_for_more_charges_and_is_given_back_at_the_end() -> None:
    cheap = evolve(PLAN, id="min", price=Money("1.00", "EUR"))
    life = Life().do(plan(cheap, RESET), "2026-06-11").until("2026-07-31")
    assert life.told == ["06-01 30.00"]
    assert [str(line.amount) for line in life.state.pending] == ["-18.00 EUR"]
    life.do(Cancel.at_period_end(), "2026-08-01").until("2026-09-11")
    assert life.told == ["06-01 30.00", "08-11 -18.00"]
    assert (life.state.pending, life.actions[-1].kind.value) == ((), "credit")


@pytest.mark.parametrize("policy", [NEXT, NOW])
def test_what_waits_is_settled_with_the_end(policy: ChangePolicy) -> None:
    life = Life().do(seats(2, NEXT), "2026-06-16")
    life.do(Cancel.now(credit=policy is NOW), "2026-06-16")
    assert life.told == ["06-01 30.00", "06-16 -15.00" if policy is NOW else "06-16 15.00"]
    assert len(life.actions[-1].lines) == (3 if policy is NOW else 2)


def test_changes_reach_into_the_period_before_and_no_further() -> None:
    """Corrections say from which day they are possible."""
    life = Life().until("2026-08-01").do(seats(2, NOW, "2026-07-17"), "2026-08-01")
    assert life.told[-1] == "08-01 44.51"  # 15 of 31 days, and August
    for command in (seats(3, NOW, "2026-06-30"), plan(DEAR, NOW, "2026-06-30")):
        with pytest.raises(IllegalTransition, match="2026-07-01"):
            life.do(command, "2026-08-01")
    life.do(seats(2, RESET), "2026-08-11")
    with pytest.raises(IllegalTransition, match="from 2026-08-11 on"):
        life.do(seats(3, NOW, "2026-08-10"), "2026-08-12")


def test_a_change_while_paused_or_ending_is_billed_all_the_same() -> None:
    life = Life().do(Pause(), "2026-06-10").do(seats(2, NOW), "2026-06-16")
    assert life.told == ["06-01 30.00", "06-16 15.00"]
    life.do(Resume(), "2026-07-16").until("2026-08-01")
    assert life.told[2:] == ["07-16 30.97", "08-01 60.00"]
    life = Life().do(Cancel.at(date(2026, 7, 11)), "2026-06-10").do(seats(2, NEXT), "2026-06-16")
    assert life.until("2026-08-01").told == ["06-01 30.00", "07-01 34.35"]


def test_what_is_billed_again_in_an_earlier_period_has_a_key_of_its_own() -> None:
    life = Life().until("2026-08-01")
    life.do(Pause(mode=PauseMode.CREDIT, on=date(2026, 7, 20)), "2026-08-01")
    life.do(Resume(on=date(2026, 7, 25)), "2026-08-01").until("2026-08-01")
    assert life.told[2:] == ["08-01 30.00", "08-01 -41.61", "07-25 6.77", "08-01 30.00"]
    keys = [action.key for action in life.actions]
    assert keys[2:] == ["s/charge/2/0", "s/credit/2/1", "s/charge/2/2", "s/charge/2/3"]


def test_a_credit_is_a_part_of_the_price_and_not_of_the_last_charge() -> None:
    life = Life().do(seats(2, NOW), "2026-06-16").do(seats(4, NOW), "2026-06-21")
    life.do(seats(1, NOW), "2026-06-21")
    assert life.told == ["06-01 30.00", "06-16 15.00", "06-21 20.00", "06-21 -30.00"]


def test_the_lines_of_an_amount_say_what_it_is_made_of() -> None:
    life = Life().do(seats(2, NEXT), "2026-06-16").until("2026-07-01")
    action = life.actions[-1]
    assert [(line.kind.value, str(line.amount), line.quantity) for line in action.lines] == [
        ("period", "60.00 EUR", 2), ("unused", "-15.00 EUR", 1), ("changed", "30.00 EUR", 2),
    ]  # fmt: skip
    said = action.payload["lines"]
    assert isinstance(said, list)
    assert said[1] == {"kind": "unused", "amount": "-15.00", "from": "2026-06-16",
                       "until": "2026-07-01", "plan": "pro", "quantity": 1}  # fmt: skip
    words = " ".join(map(str, explain(action)))
    assert "30.00 EUR for the same days, 2026-06-16 up to 2026-07-01: 2 of pro" in words


# ---------------------------------------------------------------- billing days, zones


@pytest.mark.parametrize(
    ("stub", "told"),
    [
        (StubPolicy.PRORATE, ["06-01 30.00", "07-01 14.00", "07-15 30.00", "08-15 30.00"]),
        (StubPolicy.FREE, ["06-01 30.00", "07-15 30.00", "08-15 30.00"]),
        (StubPolicy.FULL, ["06-01 30.00", "07-01 30.00", "07-15 30.00", "08-15 30.00"]),
        (StubPolicy.MERGE, ["06-01 30.00", "07-01 44.00", "08-15 30.00"]),
    ],
)
def test_the_days_before_another_billing_day_cost_what_is_said(
    stub: StubPolicy, told: list[str]
) -> None:
    life = Life().do(ChangeAnchor(day=15, stub=stub), "2026-06-10").until("2026-08-15")
    assert life.told == told
    assert [a.until_on for a in life.actions[:-1]] == [
        *(a.from_on for a in life.actions[1:])
    ] or stub is StubPolicy.FREE  # fmt: skip


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"align": Alignment.CALENDAR}, ["06-11 20.00", "07-01 30.00"]),
        ({"align": Alignment.CALENDAR, "stub": StubPolicy.FREE}, ["07-01 30.00"]),
        ({"align": Alignment.CALENDAR, "stub": StubPolicy.MERGE}, ["06-11 50.00", "08-01 30.00"]),
        ({"anchor": Anchor(date(2020, 1, 31), 31)}, ["06-11 19.00", "06-30 30.00", "07-31 30.00"]),
        ({"anchor_day": 11, "quantity": 3}, ["06-11 90.00", "07-11 90.00"]),
    ],
)
def test_it_begins_on_the_day_of_the_account_or_the_calendar(
    parts: dict[str, Any], told: list[str]
) -> None:
    life = Life(starts_on=date(2026, 6, 11), **parts).until("2026-08-01")
    assert life.told[: len(told)] == told


def test_a_billing_day_named_in_a_trial_stays_when_the_trial_lasts_longer() -> None:
    for stub, first in ((StubPolicy.PRORATE, ["06-21 14.00"]), (StubPolicy.FREE, [])):
        life = Life(evolve(PLAN, trial="P14D")).do(ChangeAnchor(day=5, stub=stub), "2026-06-02")
        life.do(ExtendTrial(until=date(2026, 6, 21)), "2026-06-03").until("2026-07-05")
        assert life.told == [*first, "07-05 30.00"]


def test_the_calendar_of_weeks_begins_on_mondays() -> None:
    weekly = evolve(PLAN, price=Money("7.00", "EUR"), cadence="P1W")
    life = Life(weekly).do(ChangeAnchor(align=Alignment.CALENDAR), "2026-06-03")
    assert life.until("2026-06-15").told == ["06-01 7.00", "06-08 7.00", "06-15 7.00"]
    life = Life(weekly, starts_on=date(2026, 6, 4), align=Alignment.CALENDAR)
    assert life.until("2026-06-15").told == ["06-04 4.00", "06-08 7.00", "06-15 7.00"]


def test_more_seats_in_a_merged_stub_cost_their_share_of_it() -> None:
    life = Life().do(ChangeAnchor(day=15, stub=StubPolicy.MERGE), "2026-06-10")
    life.until("2026-07-01").do(seats(2, NOW), "2026-07-24")  # 22 of 45 days at 44.00
    assert life.told[-1] == "07-24 21.51"


@pytest.mark.parametrize("tz", ["Pacific/Kiritimati", "Pacific/Niue"])
def test_a_site_that_moves_to_another_zone_is_not_charged_twice(tz: str) -> None:
    """The time zone of the site changed, and the day came twice."""
    life = Life().until("2026-07-01").do(ChangeZone(tz=tz), "2026-07-01").until("2026-09-02")
    assert [a.from_on for a in life.actions] == [date(2026, m, 1) for m in (6, 7, 8, 9)]
    assert life.do(ChangeZone(tz=tz), "2026-09-03").state.tz == tz


# ---------------------------------------------------------------- prices


def test_another_price_is_told_ahead_and_never_holds_inside_a_period() -> None:
    to = Money("33.00", "EUR")
    told = {
        Reprice(price=to): "07-01",
        Reprice(price=to, on=date(2026, 7, 2)): "08-01",
        Reprice(price=to, at=RepriceAt.NEXT_TERM): "09-01",
    }
    for command, day in told.items():
        life = Life(term=TermRule(initial="P3M", uplift="10%")).do(command, "2026-06-16")
        life.until("2026-09-01")
        first = next(a for a in life.actions if a.price == to)
        assert (f"{first.on:%m-%d}", life.state.plan.version > 1) == (day, True), command


@pytest.mark.parametrize(
    ("uplift", "prices"),
    [
        ("same", ["29.99", "29.99"]),
        ("list", ["40.00", "40.00"]),
        ("3.5%", ["31.04", "32.13"]),
        (Uplift(UpliftTo.PERCENT, "-10"), ["26.99", "24.29"]),
    ],
)
def test_a_term_begins_at_its_price(uplift: str | Uplift, prices: list[str]) -> None:
    rule = TermRule(initial="P1M", uplift=uplift)
    sold = evolve(PLAN, price=Money("29.99", "EUR"), list_price=Money("40.00", "EUR"), term=rule)
    life = Life(sold).until("2026-08-01")
    assert life.told == ["06-01 29.99", f"07-01 {prices[0]}", f"08-01 {prices[1]}"]


def test_a_price_for_a_term_that_ends_inside_a_period_begins_with_the_next() -> None:
    rule = TermRule(initial="P45D", uplift="10%")
    life = Life(evolve(PLAN, term=rule)).until("2026-08-01")
    assert life.told == ["06-01 30.00", "07-01 30.00", "08-01 33.00"]
    assert renewal_price(Life().state) is None


def test_another_plan_takes_the_price_that_was_to_come_with_it() -> None:
    life = Life().do(Reprice(price=Money("99.00", "EUR")), "2026-06-10")
    life.do(plan(DEAR, NOW), "2026-06-16").until("2026-08-01")
    assert life.told[2:] == ["07-01 60.00", "08-01 60.00"]


def _told(to: RelativeTo) -> Policies:
    return Policies(name="p", notices=(NoticeRule(name="told", relative_to=to, aim="P3D"),))


def test_a_notice_of_a_charge_knows_of_the_period_that_is_to_begin_anew() -> None:
    life = Life(policies=_told(RelativeTo.CHARGE)).do(seats(2, RESET, "2026-06-21"), "2026-06-10")
    told = [(a.on.day, a.rule or str(a.amount)) for a in life.until("2026-06-30").actions]
    assert told == [(1, "30.00 EUR"), (18, "told"), (21, "50.00 EUR")]


def test_a_notice_of_a_price_moves_with_the_billing_day() -> None:
    life = Life(policies=_told(RelativeTo.PRICE_CHANGE))
    life.do(Reprice(price=Money("33.00", "EUR"), on=date(2026, 7, 2)), "2026-06-10")
    life.do(ChangeAnchor(day=11), "2026-06-10").until("2026-08-11")
    told = [(f"{a.on:%m-%d}", a.rule or str(a.amount)) for a in life.actions]
    assert told[2:] == [("07-11", "30.00 EUR"), ("08-08", "told"), ("08-11", "33.00 EUR")]


# ---------------------------------------------------------------- grain, rounding, refunds


def test_every_month_may_count_thirty_days() -> None:
    policies = Policies(name="p", grain=Grain.MONTH_30)
    life = Life(policies=policies).until("2026-07-01").do(seats(2, NOW), "2026-07-16")
    assert life.told[-1] == "07-16 15.00"
    february = DateInterval(date(2026, 1, 31), date(2026, 2, 28))
    parts = [fraction_of(february.start, date(2026, 2, day), february, Grain.MONTH_30)
             for day in (1, 14, 28)]  # fmt: skip
    assert parts == [Fraction(1, 28), Fraction(1, 2), 1]
    short = DateInterval(date(2026, 3, 30), date(2026, 3, 31))
    assert fraction_of(short.start, date(2026, 3, 31), short, Grain.MONTH_30) == 1


@pytest.mark.parametrize(
    ("pay", "command", "told"),
    [
        (Pay.IN_ADVANCE, Cancel.at(date(2026, 6, 15), credit=True), "06-10 -15.00"),
        (Pay.IN_ADVANCE, Cancel.now(credit=True), "06-10 -20.00"),
        (Pay.IN_ARREARS, Cancel.now(), "06-11 10.00"),
    ],
)
def test_the_last_day_may_be_paid(pay: Pay, command: Command, told: str) -> None:
    policies = Policies(name="p", last_day_inclusive=True)
    life = Life(evolve(PLAN, pay=pay), policies).do(command, "2026-06-10")
    assert life.told[-1] == told


def test_lines_add_up_to_their_rounded_sum() -> None:
    thirds = [Fraction(100, 3)] * 3
    assert [m.minor for m in line_amounts(thirds, "EUR")] == [34, 33, 33]
    halves = [Fraction(1, 2), Fraction(0), Fraction(2)]
    assert [m.minor for m in line_amounts(halves, "EUR", Rounding.HALF_EVEN)] == [0, 0, 2]


def test_a_refund_is_noted_and_changes_nothing() -> None:
    life = Life().until("2026-06-01")
    before = life.state
    life.do(PaymentRefunded(charge="s/charge/0/0", amount=Money("5.00", "EUR")), "2026-06-02")
    assert evolve(life.state, version=before.version) == before
    for charge, amount in (("t/charge/0/0", EURO), ("s/charge/0/0", Money("5.00", "USD")),
                           ("s/charge/0/0", Money("0.00", "EUR"))):  # fmt: skip
        with pytest.raises(InputError):
            life.do(PaymentRefunded(charge=charge, amount=amount), "2026-06-02")


# ---------------------------------------------------------------- what cannot be

BAD: list[Callable[[], object]] = [
    lambda: ChangeQuantity(quantity=0),
    lambda: ChangeQuantity(quantity=-1),
    lambda: ChangeQuantity(quantity=True),
    lambda: Life(quantity=10**10),
    ChangeAnchor,
    lambda: ChangeAnchor(day=1, align=Alignment.CALENDAR),
    lambda: ChangeAnchor(day=32),
    lambda: Life(anchor_day=1, anchor=Anchor(date(2026, 1, 1), 1)),
    lambda: Life().do(ChangeZone(tz="Nowhere/Land"), "2026-06-02"),
    lambda: Life().do(Reprice(price=Money("-1.00", "EUR")), "2026-06-02"),
    lambda: Life().do(Reprice(price=Money("0.001", "EUR")), "2026-06-02"),
    lambda: TermRule(initial="P1Y", uplift="5"),
    lambda: TermRule(initial="P1Y", uplift="five%"),
    lambda: TermRule(initial="P1Y", uplift="1001%"),
    lambda: Uplift(UpliftTo.SAME, "5"),
    lambda: evolve(PLAN, list_price=Money("1.00", "USD")),
    lambda: Policies(name="p", grain=Grain.SECOND),
    lambda: fraction_of(date(2026, 6, 1), date(2026, 6, 2),
                        DateInterval(date(2026, 6, 1), date(2026, 7, 1)), Grain.SECOND),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(BAD)))
def test_definitions_that_cannot_be_are_refused(number: int) -> None:
    with pytest.raises(DefinitionError):
        BAD[number]()


ILLEGAL: list[Command] = [
    plan(evolve(DEAR, price=Money("60.00", "USD")), NOW),
    plan(evolve(DEAR, pay=Pay.IN_ARREARS), NOW),
    plan(YEAR, NOW),
    plan(YEAR, NONE),
    seats(2, NOW, "2026-05-31"),
    Reprice(price=Money("60.00", "USD")),
    Reprice(price=EURO, on=date(2026, 6, 9)),
    Reprice(price=EURO, at=RepriceAt.NEXT_TERM),
]


@pytest.mark.parametrize("command", ILLEGAL)
def test_changes_that_make_no_sense_are_refused_with_what_is_expected(command: Command) -> None:
    life = Life()
    with pytest.raises(IllegalTransition, match="expected"):
        life.do(command, "2026-06-10")
    ends = Life(term=TermRule(initial="P1Y", at_end=AtEnd.EXPIRE))
    with pytest.raises(IllegalTransition):
        ends.do(Reprice(price=EURO, at=RepriceAt.NEXT_TERM), "2026-06-10")
