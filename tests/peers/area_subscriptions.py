"""Subscriptions: other people's dates, periods, notices and amounts, asked of our functions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from attrs import evolve

from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import CustomerId, DateInterval, Money, parse_instant, utc
from ecrm_core.subscriptions import (
    Action,
    ActionKind,
    Alignment,
    Anchor,
    Cadence,
    Calendar,
    Command,
    ContractLine,
    Create,
    Duration,
    NoticeRule,
    Pause,
    PauseMode,
    Pay,
    Plan,
    Policies,
    RelativeTo,
    Resume,
    Subscription,
    TermRule,
    Unit,
    advance,
    billed_through,
    billing_cycles,
    boundaries,
    boundary,
    change_amounts,
    cycle_of,
    first_boundary,
    fixed_month_days,
    forecast,
    fraction_of,
    fraction_of_time,
    handle,
    local_day,
    next_boundary,
    pause_intervals,
    round_fraction,
    share_of,
    simulate,
    whole_periods,
)
from tests.peers.dunning_story import unpaid
from tests.peers.replay import Unsupported, register
from tests.peers.units import Unit as Case

Data = dict[str, Any]


@register("subscriptions", "*.json")
def subscription(case: Case) -> str | None:
    """Answer a case by its kind."""
    data = case.data
    assert isinstance(data, dict)
    answer = _KINDS.get(data["kind"])
    if answer is None:
        raise Unsupported(data["kind"])
    return answer(data)


def _differs(found: object, expected: object) -> str | None:
    return None if found == expected else f"found {found}, expected {expected}"


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text[:10])


def _days(data: Data, *names: str) -> list[date]:
    return [date.fromisoformat(data[name]) for name in names]


def _anchor(data: Data, start: date) -> Anchor:
    day = data.get("anchor_day")
    return Anchor.at(start) if day is None else Anchor(start, day)


def _cadence(data: Data) -> Cadence:
    return Cadence.parse(data["period"])


# ---------------------------------------------------------------- dates


def _billing_dates(data: Data) -> str | None:
    (start,) = _days(data, "start")
    anchor, cadence = _anchor(data, start), _cadence(data)
    until = _day(data.get("until"))
    if until is not None:
        found = boundaries(anchor, cadence, start=start, until=until)
        return _differs([str(day) for day in found], data["expect"])
    k = cycle_of(anchor, cadence, first_boundary(anchor, cadence, start))
    days = [boundary(anchor, cadence, k + n) for n in range(len(data["expect"]))]
    return _differs([str(day) for day in days], data["expect"])


def _billing_interval(data: Data) -> str | None:
    (start,) = _days(data, "start")
    target = _day(data["target"]) or start
    anchor, cadence, pay = _anchor(data, start), _cadence(data), Pay(data["mode"])
    greedy = data.get("arrears_mode") == "greedy"
    active = DateInterval(start, _day(data["end"]))
    through = billed_through(anchor, cadence, active, target, pay=Pay.IN_ADVANCE if greedy else pay)
    last = (
        None if through is None else boundary(anchor, cadence, cycle_of(anchor, cadence, through))
    )
    found = {
        "first_boundary": first_boundary(anchor, cadence, start),
        "billed_through": through,
        "last_boundary": last,
        "next_boundary": next_boundary(anchor, cadence, target),
        "anything_to_bill": through is not None,
    }
    asked = {key.removeprefix("expect_"): x for key, x in data.items() if key[:7] == "expect_"}
    told = {key: str(x) if isinstance(x, date) else x for key, x in found.items() if key in asked}
    return _differs(told, asked)


def _billing_cycles(data: Data) -> str | None:
    start, target = _days(data, "start", "target")
    try:
        active = DateInterval(start, _day(data["end"]))
    except DefinitionError as error:
        return None if "expect_error" in data else str(error)
    if "expect_error" in data:
        return "no error"
    found = billing_cycles(
        _anchor(data, start), _cadence(data), active, target, pay=Pay(data["mode"])
    )
    shown = _places(found, 10)
    return _differs((str(found), shown), (data["expect_cycles_exact"], data["expect_cycles"]))


def _places(exact: Fraction, places: int) -> str:
    return f"{Decimal(round_fraction(exact * 10**places)).scaleb(-places):.{places}f}"


def _add_periods(data: Data) -> str | None:
    (start,) = _days(data, "start")
    return _differs(str(Duration.parse(data["period"]).after(start, data["count"])), data["expect"])


def _add_time(data: Data) -> str | None:
    day, _, clock = data["start"].partition("T")
    moved = Cadence.every(1, data["unit"]).duration.after(date.fromisoformat(day), data["count"])
    return _differs(f"{moved}T{clock}" if clock else str(moved), data["expect"])


def _whole_periods(data: Data) -> str | None:
    start, end = _days(data, "start", "end")
    return _differs(whole_periods(start, end, _cadence(data)), data["expect"])


def _add_months(data: Data) -> str | None:
    where = ZoneInfo(data["timezone"])
    local = parse_instant(data["start"]).astimezone(where)
    anchor = Anchor.at(local.date())
    if data["policy"] == "end_of_month_sticks":
        anchor = Anchor.last_day_sticks(local.date())
    day = boundary(anchor, Cadence(Unit.MONTH, 1), data["months"])
    return _differs(utc(datetime.combine(day, local.timetz())), parse_instant(data["expect"]))


def _next_on_or_after(data: Data) -> str | None:
    (day,) = _days(data, "date")
    start = _day(data.get("anchor_date")) or day
    found = first_boundary(_anchor(data, start), _cadence(data), day)
    return _differs(str(found), data["expect"])


def _anchor_day(data: Data) -> str | None:
    found = local_day(parse_instant(data["at"]), data["timezone"]).day
    return _differs(found, data["expect_anchor_day"])


def _anchor_after_trial(data: Data) -> str | None:
    tz = data["timezone"]
    now = parse_instant(data["created_local"], tz=tz)
    plan = _plan(data | {"period": "P1M"}, trial=f"P{data['trial_days']}D")
    state = _subscribe(plan, now, tz=tz)
    return _differs(state.anchor.day, data["expect_anchor_day"])


# ---------------------------------------------------------------- runs


def _calendar(data: Data) -> Calendar:
    tz, cadence = data["timezone"], _cadence(data)
    on = local_day(parse_instant(data.get("anchor_at") or data["created_at"]), tz)
    anchor = Anchor.calendar(cadence, on) if data["alignment"] == "calendar" else Anchor.at(on)
    return Calendar(anchor=anchor, cadence=cadence, tz=tz)


def _run_period(data: Data) -> str | None:
    calendar, kind = _calendar(data), data["kind"]
    run_at, pay, which = parse_instant(data["run_at"]), Pay(data["pay"]), data.get("which")
    ended = parse_instant(data["terminated_at"]) if data["terminated_at"] else None
    period = calendar.run(run_at, pay=pay, ended=ended is not None)
    if which or kind == "current_period_end":
        period = calendar.holding(run_at, back=int(which == "previous"))
    if "of_period_holding" in data:
        period = calendar.holding(parse_instant(data["of_period_holding"]))
    if kind == "run_period_days":
        return _differs(period.days, data["expect"])
    if kind in {"run_period_start", "period_start_at"}:
        start = calendar.first_instant(period.start)
        if kind == "run_period_start":
            began = local_day(parse_instant(data["started_at"]), calendar.tz)
            start = max(start, calendar.first_instant(began))
        return _differs(start, parse_instant(data["expect"]))
    assert period.end is not None
    end = calendar.last_second(period.end)
    if ended is not None and kind == "run_period_end":
        end = min(end, ended)
    return _differs(end, parse_instant(data["expect"]))


def _renewal_ticks(data: Data) -> str | None:
    calendar = _calendar(data)
    every = Cadence.parse(data["billed_every"])
    plan = Plan(id="p", price=Money("1.00", "EUR"), cadence=every, pay=Pay(data["pay"]))
    (through,) = _days(data, "derived_billed_through")
    state = _subscribe(plan, calendar.first_instant(through), tz=calendar.tz)
    # Begun where it is billed through: the anchor is the one the period would have.
    state = evolve(state, anchor=calendar.anchor)
    told = {}
    for name in ("no_invoice_at", "exactly_one_invoice_across", "no_further_invoice_at",
                 "one_invoice_at_each_tick"):  # fmt: skip
        made = []
        for tick in data.get(name, ()):
            step = advance(state, parse_instant(tick), _BARE)
            state = step.state
            made.append(len(step.actions))
        told[name] = made
    if "one_invoice_at_each_tick" in data:
        made = told["one_invoice_at_each_tick"]
        return _differs(made, [1] * len(made))
    found = (sum(told["no_invoice_at"]), sum(told["exactly_one_invoice_across"]),
             sum(told["no_further_invoice_at"]))  # fmt: skip
    return _differs(found, (0, 1, 0))


_BARE = Policies(name="bare")


def _plan(data: Data, *, trial: str = "P0D", pay: Pay = Pay.IN_ADVANCE) -> Plan:
    price = Money(data.get("price", "1.00"), data.get("currency") or "EUR")
    return Plan(id="p", price=price, cadence=_cadence(data), trial=trial, pay=pay)


def _subscribe(
    plan: Plan, now: datetime, *, tz: str = "UTC", starts_on: date | None = None,
    anchor_day: int | None = None, policies: Policies = _BARE,
) -> Subscription:  # fmt: skip
    create = Create(id="sub_1", customer=CustomerId("cus_1"), plan=plan, tz=tz,
                    starts_on=starts_on, anchor_day=anchor_day)  # fmt: skip
    return handle(None, create, now, policies).state


# ---------------------------------------------------------------- notices and terms


def _renewal_notice(data: Data) -> str | None:
    (created,) = _days(data, "created")
    now = datetime.combine(created, time(), UTC)
    before = f"P{data['days_before']}D"
    rule = NoticeRule(name="renewal", relative_to=RelativeTo.CHARGE, aim=before)
    policies = Policies(name="n", notices=(rule,))
    plan = _plan(data, trial=f"P{data['trial_days']}D")
    state = _subscribe(plan, now, starts_on=_day(data.get("starts")),
                       anchor_day=data["anchor_day"], policies=policies)  # fmt: skip
    actions = forecast(state, now + timedelta(days=400), policies, now=now).actions
    notices = {a.reference_on: a.on for a in actions if a.kind is ActionKind.NOTICE}
    charges = [a.on for a in actions if a.kind is ActionKind.CHARGE][: len(data["expect"])]
    told = [{"notice_on": str(notices[d]) if d in notices else None, "invoice_on": str(d)}
            for d in charges]  # fmt: skip
    return _differs(told, data["expect"])


def _contract_notice(data: Data) -> str | None:
    initial_end, as_of = _days(data, "initial_end", "as_of")
    rule = TermRule(initial=data["renewal_term"], notice=data["notice"])
    number = rule.number_on(rule.initial.before(initial_end), as_of)
    end = rule.initial.after(initial_end, number)
    told = (str(end), str(rule.deadline(end)))
    return _differs(told, (data["expect_current_end"], data["expect_notice_deadline"]))


def _notice_window(data: Data) -> str | None:
    rule = NoticeRule(
        name="n", relative_to=RelativeTo.TERM_END, aim=f"P{data['not_before_days']}D",
        latest=f"P{data['not_after_days']}D",
    )  # fmt: skip
    window = rule.window(*_days(data, "renews_on"))
    return _differs([str(window.not_before), str(window.not_after)], data["expect_window"])


def _pause_intervals(data: Data) -> str | None:
    found = pause_intervals((t, what == "pause", owner) for t, what, owner in data["events"])
    return _differs([list(pair) for pair in found], data["expect"])


def _timeline(data: Data) -> str | None:
    """Answer a whole story, run by a simulated host; one with dunning is told apart."""
    if "all_payments_fail" in data:
        return unpaid(data)
    now = _instant(data["created"])
    policies = evolve(_BARE, due_time=now.timetz())
    create = Create(
        id="sub_1", customer=CustomerId("cus_1"), anchor_day=data.get("anchor_day"),
        plan=_plan(data, trial=f"P{data.get('trial_days', 0)}D",
                   pay=Pay(data.get("pay", "in_advance"))),
        align=Alignment.CALENDAR if data.get("alignment") == "calendar" else Alignment.OWN,
    )  # fmt: skip
    step = handle(None, create, now, policies)
    if "ticks" in data:
        return _differs(_ticked(step.state, data, policies), data["expect"])
    until = _instant(data["expect"][-1]["on"]) + _ONE
    commands = [
        (_instant(asked["on"]), "sub_1", _ASKED[asked["do"]]) for asked in data.get("commands", ())
    ]
    told = [_invoice(a) for a in simulate([step.state], until, now=now, commands=commands,
                                          presets={"b2c": policies}).actions]  # fmt: skip
    asked = [set(row) for row in data["expect"]]
    if len(told) < len(asked):
        return f"found {told}"
    shown = [{k: row[k] for k in keys} for row, keys in zip(told, asked, strict=False)]
    return _differs(shown, data["expect"])


_ASKED: dict[str, Command] = {"pause": Pause(mode=PauseMode.CREDIT), "resume": Resume()}


def _instant(text: str) -> datetime:
    return parse_instant(text if "T" in text else f"{text}T00:00:00Z")


def _ticked(state: Subscription, data: Data, policies: Policies) -> list[Data]:
    """What each tick of a clock gives."""
    told = []
    for tick in data["ticks"]:
        step = advance(state, _instant(tick), policies)
        state = step.state
        told += [_invoice(action) | {"tick": tick} for action in step.actions]
    asked = [set(row) for row in data["expect"]] or [set()]
    return [{k: row[k] for k in asked[min(n, len(asked) - 1)]} for n, row in enumerate(told)]


def _invoice(action: Action) -> Data:
    do = "credit" if action.kind is ActionKind.CREDIT else "invoice"
    amount = "" if action.amount is None else f"{abs(action.amount.amount):f}"
    return {
        "on": str(action.on), "do": do, "from": str(action.from_on), "to": str(action.until_on),
        "until": str(action.until_on), "amount": amount,
    }  # fmt: skip


# ---------------------------------------------------------------- contract lines


def _line(data: Data, start: date) -> ContractLine:
    ends = [day for day in (_day(data.get("contract_end")), _day(data.get("max_end"))) if day]
    return ContractLine(
        start=start, until=min(ends) + _ONE if ends else None, period=data["period"],
        pay=Pay(data["pay"]), month_end=data.get("align") == "month_end",
    )  # fmt: skip


_ONE = timedelta(days=1)


def _next_invoice_date(data: Data) -> str | None:
    (start,) = _days(data, "next_period_start")
    line = _line(data, start)
    period = line.period_from(start)
    return _differs(None if period is None else str(line.invoice_day(period)), data["expect"])


def _next_period(data: Data) -> str | None:
    line = _line(data, *_days(data, "start"))
    last = _day(data["last_invoiced"])
    start = line.start if last is None else last + _ONE
    period = line.period_from(start, invoice_on=_day(data["next_invoice_date"]))
    told = (None, None, None)
    if period is not None and period.end is not None:
        days = (line.invoice_day(period), period.start, period.end - _ONE)
        told = tuple(map(str, days))  # type: ignore[assignment]
    asked = ("next_invoice_date", "period_start", "period_end_inclusive")
    return _differs(told, tuple(data[f"expect_{name}"] for name in asked))


def _after_invoice(data: Data) -> str | None:
    (on,) = _days(data, "invoice_date")
    line = _line(data, on)
    through = on if line.pay is Pay.IN_ARREARS else line.period.after(on)
    told = (str(line.period.after(on)), str(through - _ONE))
    asked = ("expect_next_invoice_date", "expect_invoiced_through_inclusive")
    return _differs(told, tuple(data[name] for name in asked))


def _contract_run(data: Data) -> str | None:
    line = _line(data, *_days(data, "start"))
    periods = list(line.periods())
    told = ([str(line.invoice_day(period)) for period in periods],
            [str(period.end - _ONE) for period in periods if period.end])  # fmt: skip
    asked = (data["expect_invoice_dates"], data["expect_invoiced_through_inclusive"])
    return _differs(told, asked)


# ---------------------------------------------------------------- money


def _fraction(data: Data) -> str | None:
    start, end = _days(data, "from", "to")
    fixed = data["fixed_days"]
    if fixed is None:
        found = fraction_of(start, end, DateInterval(*_days(data, "period_start", "period_end")))
    else:
        months = Duration.parse(data["period"]).months or 1
        found = Fraction(fixed_month_days(start, end, fixed), fixed * months)
    return _differs(_places(found, 9), data["expect_fraction"])


def _fixed_days(data: Data) -> str | None:
    start, end = _days(data, "from", "to")
    found = fixed_month_days(start, end, data["fixed_days"])
    return _differs(found, data["expect_days"])


def _unused(data: Data) -> Fraction:
    at, start, end = (parse_instant(data[k]) for k in ("change_at", "period_start", "period_end"))
    if data.get("granularity") == "second":
        return fraction_of_time(at, end, (start, end))
    return fraction_of(at.date(), end.date(), DateInterval(start.date(), end.date()))


def _discounted(data: Data, which: str) -> Money:
    price = Money(data[f"{which}_price"], data["currency"])
    off = data.get(f"{which}_discount")
    if not off:
        return price
    return share_of(price, 1 - Fraction(off.rstrip("%")) / (100 if off.endswith("%") else 1))


def _plan_change(data: Data) -> str | None:
    found = change_amounts(
        _discounted(data, "old"), _discounted(data, "new"), _unused(data),
        resets_cycle=bool(data.get("resets_cycle")),
    )  # fmt: skip
    told = {"credit": found.credit, "charge": found.charge, "net": found.net}
    asked = {k.removeprefix("expect_"): v for k, v in data.items() if k.startswith("expect_")}
    return _differs({k: f"{told[k].amount:f}" for k in asked}, asked)


def _seat_change(data: Data) -> str | None:
    unit = Money(data["unit_price"], data["currency"])
    old, new = (Money(unit.amount * data[k], unit.currency)
                for k in ("old_quantity", "new_quantity"))  # fmt: skip
    net = change_amounts(old, new, _unused(data)).net
    direction = "credit" if net.minor < 0 else "charge"
    told = (f"{abs(net.amount):f}", direction)
    return _differs(told, (data["expect_amount"], data["expect_direction"]))


def _second_change(data: Data) -> str | None:
    _, before, after = (Money(price, data["currency"]) for price in data["plan_prices"])
    left = Fraction(data["remaining_percent_at_change"][1]) / 100
    found = change_amounts(before, after, left, resets_cycle=True)
    off = max(
        abs(found.credit.amount - Decimal(data["expect_credit_2"])),
        abs(found.net.amount - Decimal(data["expect_charge_2"])),
    )
    return None if off <= Decimal(data["tolerance"]) else f"off by {off}: {found}"


def _period_amount(data: Data, since: str, until: str, expected: str) -> str | None:
    start, end = _days(data, since, until)
    if "fixed_days" in data:
        part = Fraction(fixed_month_days(start, end, data["fixed_days"]), data["fixed_days"])
    else:
        part = fraction_of(start, end, DateInterval(*_days(data, "period_start", "period_end")))
    if data["currency"] is None:
        exact = Fraction(data["period_price"]) * part
        return _differs(_places(exact, int(data["rounding"][0])), data[expected])
    price = Money(data["period_price"], data["currency"])
    return _differs(f"{share_of(price, part).amount:f}", data[expected])


def _prorate_then_tax(data: Data) -> str | None:
    part = Fraction(data["days_used"], data["days_in_period"]) * (1 + Fraction(data["tax_rate"]))
    found = share_of(Money(data["period_price"], data["currency"]), part)
    return _differs(f"{found.amount:f}", data["expect_total"])


def _discount(data: Data) -> str | None:
    price = Money(data["price"], data.get("currency", "EUR"))
    off = share_of(price, Fraction(data["discount_rate"]))
    told = (f"{off.amount:f}", f"{(price - off).amount:f}")
    return _differs(told, (data["expect_discount"], data["expect_after"]))


def _allocate(data: Data) -> str | None:
    rest = Money(data["exact_total"], "EUR") - Money(data["included"], "EUR")
    return _differs(f"{rest.rounded().amount:f}", data["expect_overage"])


_KINDS: dict[str, Callable[[Data], str | None]] = {
    "add_months": _add_months,
    "add_periods": _add_periods,
    "add_time": _add_time,
    "after_invoice": _after_invoice,
    "allocate_sum": _allocate,
    "anchor_day_after_trial": _anchor_after_trial,
    "anchor_day_of_instant": _anchor_day,
    "billing_cycles": _billing_cycles,
    "billing_dates": _billing_dates,
    "billing_interval": _billing_interval,
    "contract_notice_deadline": _contract_notice,
    "contract_run": _contract_run,
    "current_period_end": _run_period,
    "discount_rounding": _discount,
    "fixed_month_days": _fixed_days,
    "next_boundary_on_or_after": _next_on_or_after,
    "next_invoice_date": _next_invoice_date,
    "next_period": _next_period,
    "notice_window": _notice_window,
    "pause_intervals": _pause_intervals,
    "period_charge": lambda d: _period_amount(d, "charge_from", "charge_to", "expect_charge"),
    "period_credit": lambda d: _period_amount(d, "unused_from", "unused_to", "expect_credit"),
    "period_start_at": _run_period,
    "plan_change": _plan_change,
    "prorate_then_tax": _prorate_then_tax,
    "proration_fraction": _fraction,
    "renewal_notice": _renewal_notice,
    "renewal_ticks": _renewal_ticks,
    "run_period_days": _run_period,
    "run_period_end": _run_period,
    "run_period_start": _run_period,
    "seat_change": _seat_change,
    "second_change_same_period": _second_change,
    "timeline": _timeline,
    "whole_periods": _whole_periods,
}
