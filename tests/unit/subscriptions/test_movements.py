"""Movements: how the monthly recurring amount came about, told by events."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time
from fractions import Fraction

import pytest
from attrs import evolve

from ecrm_core import Crm
from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import CustomerId, FixedClock, Money
from ecrm_core.sources import shopify
from ecrm_core.subscriptions import (
    AtEnd,
    Cadence,
    Cancel,
    ChangePlan,
    Command,
    Create,
    Movements,
    Pause,
    Plan,
    Policies,
    Recorded,
    Resume,
    TermRule,
    advance,
    handle,
    movements,
)
from ecrm_core.subscriptions.recurring import in_a_month

PLAN = Plan(id="pro", price=Money("30.00", "EUR"), cadence="P1M")
FREE = evolve(PLAN, price=Money("0.00", "EUR"))
BARE = Policies(name="bare")


def on(text: str) -> datetime:
    return datetime.combine(date.fromisoformat(text), time(12), UTC)


def life(plan: Plan, *told: tuple[str, Command], id_: str = "sub_1", until: str = "2027-01-01",
         starts: str | None = None) -> list[Recorded]:  # fmt: skip
    """The events of one subscription from 10 January 2026 on, commanded on these days."""
    create = Create(
        id=id_, customer=CustomerId("cus_1"), plan=plan,
        starts_on=None if starts is None else date.fromisoformat(starts),
    )  # fmt: skip
    step = handle(None, create, on("2026-01-10"), BARE)
    events = list(step.events)
    for day, command in told:
        step = handle(step.state, command, on(day), BARE)
        events += step.events
    return events + list(advance(step.state, on(until), BARE).events)


def shown(found: Movements) -> dict[str, str]:
    """Each month in which something moved, by its columns that are not zero."""
    names = ("new", "expansion", "reactivation", "contraction", "churn")
    rows = {month.row()["month"]: month.row() for month in found}
    moved = {
        month: " ".join(f"{name} {row[name]}" for name in names if float(row[name]))
        for month, row in rows.items()
    }
    return {month: text for month, text in moved.items() if text}


@pytest.mark.parametrize(
    ("plan", "told", "expected"),
    [
        (PLAN, [], {"2026-01": "new 30.00"}),
        (evolve(PLAN, trial="P1M"), [], {"2026-02": "new 30.00"}),
        (evolve(PLAN, cadence="P1Y"), [], {"2026-01": "new 2.50"}),
        (evolve(PLAN, cadence="P1W"), [], {"2026-01": "new 130.36"}),
        (PLAN, [("2026-03-20", Cancel.now())], {"2026-01": "new 30.00", "2026-03": "churn 30.00"}),
        (PLAN, [("2026-03-20", Cancel.at_period_end())],
         {"2026-01": "new 30.00", "2026-04": "churn 30.00"}),
        (PLAN, [("2026-03-20", Pause()), ("2026-05-02", Resume())],
         {"2026-01": "new 30.00", "2026-03": "churn 30.00", "2026-05": "reactivation 30.00"}),
        (PLAN, [("2026-03-20", ChangePlan(plan=evolve(PLAN, price=Money("45.00", "EUR"))))],
         {"2026-01": "new 30.00", "2026-04": "expansion 15.00"}),
        (PLAN, [("2026-03-20", ChangePlan(plan=evolve(PLAN, price=Money("12.00", "EUR"))))],
         {"2026-01": "new 30.00", "2026-04": "contraction 18.00"}),
        (evolve(PLAN, trial="P1M"), [("2026-01-20", Cancel.now())], {}),
    ],
)  # fmt: skip
def test_each_change_stands_in_its_month(
    plan: Plan, told: list[tuple[str, Command]], expected: dict[str, str]
) -> None:
    assert shown(movements(life(plan, *told))) == expected


def test_one_that_begins_later_counts_from_its_first_day_whatever_is_written_then() -> None:
    arrears = evolve(PLAN, cadence="P3M")
    events = life(arrears, starts="2026-03-05", until="2026-02-01")
    assert shown(movements(events)) == {"2026-03": "new 10.00"}
    assert movements(events, until=date(2026, 3, 5)) == ()
    gone = life(PLAN, ("2026-02-01", Cancel.at(date(2026, 3, 5))), starts="2026-03-05")
    assert shown(movements(gone)) == {}


@pytest.mark.parametrize(
    ("plan", "told", "cause"),
    [
        (PLAN, [("2026-03-20", Cancel.now())], "requested"),
        (PLAN, [("2026-03-20", Pause())], "paused"),
        (evolve(PLAN, term=TermRule(initial="P3M", at_end=AtEnd.EXPIRE)), [], "expired"),
        (PLAN, [("2026-03-20", ChangePlan(plan=FREE))], "price"),
    ],
)  # fmt: skip
def test_churn_has_its_cause(plan: Plan, told: list[tuple[str, Command]], cause: str) -> None:
    found = movements(life(plan, *told))
    causes = [(month.churned, month.churn) for month in found if month.churned]
    assert causes == [({cause: Fraction(3000)}, Fraction(3000))]


def test_months_have_no_gaps_and_each_begins_where_the_one_before_ends() -> None:
    yen = evolve(PLAN, price=Money("1000", "JPY"), cadence="P7D")
    events = life(PLAN, ("2026-02-20", Pause()), ("2026-06-02", Resume()))
    events += life(yen, ("2026-04-01", Cancel.now()), id_="sub_2")
    found = movements(events, until=date(2026, 8, 1))
    euros = [month for month in found if month.currency == "EUR"]
    assert [month.month.month for month in euros] == [1, 2, 3, 4, 5, 6, 7]
    assert [month.end for month in euros] == [3000, 0, 0, 0, 0, 3000, 3000]
    assert [month.start for month in euros] == [0, 3000, 0, 0, 0, 0, 3000]
    assert found[-1].currency == "JPY"
    assert found[-1].to_json()["start"] == "0"
    later = movements(events, since=date(2026, 6, 9), until=date(2026, 8, 1))
    assert later == tuple(month for month in found if month.month >= date(2026, 6, 1))


def test_amounts_are_exact_and_only_shown_ones_are_rounded() -> None:
    third = evolve(PLAN, price=Money("10.00", "EUR"), cadence="P3M")
    (month, *_) = movements([*life(third), *life(third, id_="sub_2"), *life(third, id_="sub_3")])
    assert month.new == 1000
    assert in_a_month(Cadence.parse("P1W")) == Fraction(365, 84)
    (one, *_) = movements(life(third))
    assert (one.to_json()["new"], one.row()["new"]) == ("1000/3", "3.33")


def test_they_are_a_table_json_html_and_columns() -> None:
    found = movements(life(PLAN, ("2026-02-20", Cancel.now())))
    head, _, first, second = str(found).splitlines()
    columns = ("month", "currency", "start", "new", "expansion", "reactivation", "contraction",
               "churn", "end", "churn by cause")  # fmt: skip
    assert [cell for cell in columns if cell not in head] == []
    assert " ".join(first.split()) == "2026-01 EUR 0.00 30.00 0.00 0.00 0.00 0.00 30.00"
    assert " ".join(second.split()) == (
        "2026-02 EUR 30.00 0.00 0.00 0.00 0.00 30.00 0.00 requested 30.00"
    )
    assert json.loads(json.dumps(found.to_json()))[1]["churned"] == {"requested": "3000"}
    assert found._repr_html_().count("<tr>") == 3
    assert found.to_columns()["end"] == ["30.00", "0.00"]
    assert str(movements([])) == "nothing"


def test_a_history_without_its_beginning_is_refused() -> None:
    with pytest.raises(DefinitionError, match="Created"):
        movements(life(PLAN)[1:])


def test_a_shop_is_told_the_movements_of_all_its_subscriptions_up_to_today() -> None:
    at = on("2026-01-10")
    crm = Crm.open(clock=FixedClock(at))
    crm.ingest(shopify.read(b'[{"id": 1, "email": "ann@example.com"}]', received_at=at))
    first = crm.subscribe("shopify/1", PLAN)
    crm.subscribe("shopify/1", evolve(PLAN, id="two"), starts_on=date(2026, 3, 1))
    crm.command(first, Cancel.now(), by="anna", now=on("2026-02-03"))
    told = crm.movements(now=on("2026-03-01"))
    assert shown(told) == {"2026-01": "new 30.00", "2026-02": "churn 30.00", "2026-03": "new 30.00"}
    assert crm.movements(now=on("2026-02-28")) == told[:2]
    assert crm.movements(since=date(2026, 2, 9), now=on("2026-03-01")) == told[1:]
