"""Work list: whom to verify first."""

import json
import tracemalloc
from datetime import date, datetime, timedelta
from decimal import Context, Decimal, localcontext
from typing import Any

import pytest

from ecrm_core.customers import SourceKey, SourceRecord, Stated, parse_email, parse_phone
from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.kernel import Money
from ecrm_core.quality import EventKind, HalfLives, HardEvent, work_list
from tests.unit.quality.test_freshness import THEN, after

LIVES = HalfLives.from_json({"b2c": {"email_own": 100, "mobile": 400}})
MOBILE = parse_phone("+82 10-0000-0001")


def person(number: int, *, at: datetime = THEN, phone: bool = False) -> SourceRecord:
    cells = {"emails": Stated((parse_email(f"p{number}@example.com"),), at, at)}
    if phone:
        cells["phones"] = Stated((MOBILE,), at, at)
    return SourceRecord(SourceKey("shop", str(number)), cells)


def test_value_at_risk_is_value_times_what_the_best_way_leaves() -> None:
    values = {"shop/1": 1000, "shop/2": 100, "shop/3": 10}
    nobody = SourceRecord(SourceKey("shop", "3"))
    found = work_list([person(1, phone=True), person(2), nobody],
                      value=values, as_of=after(400), half_lives=LIVES)  # fmt: skip
    shown = [(row.id, row.at_risk, row.surest and row.surest.path) for row in found.rows]
    assert shown == [
        ("shop/1", Decimal(500), "phones"),
        ("shop/2", Decimal("93.75"), "emails"),
        ("shop/3", Decimal(10), None),
    ]
    assert (found.customers, found.at_risk) == (3, Decimal("603.75"))


def test_only_the_ways_asked_for_count() -> None:
    found = work_list([person(1, phone=True)], value={"shop/1": 16}, as_of=after(400),
                      half_lives=LIVES, ways=["emails"])  # fmt: skip
    assert found.rows[0].at_risk == 15


def test_events_put_a_customer_first() -> None:
    events = {"shop/2": [HardEvent(kind=EventKind.BOUNCED, on=after(1))]}
    found = work_list([person(1), person(2)], value=lambda _: 10, as_of=after(2), events=events)
    assert [row.id for row in found.rows] == ["shop/2", "shop/1"]
    assert found.rows[0].at_risk == 10
    assert "bounced 2021-03-02" in found.rows[0].why


def test_equal_ones_come_by_id_in_any_order_and_the_limit_cuts() -> None:
    people = [person(number) for number in range(9)]
    listed = [work_list(order, value=lambda _: 1, as_of=after(50), limit=4).rows
              for order in (people, people[::-1])]  # fmt: skip
    assert listed[0] == listed[1]
    assert [row.id for row in listed[0]] == [f"shop/{number}" for number in range(4)]


def test_who_is_worth_nothing_or_was_confirmed_today_is_not_listed() -> None:
    found = work_list([person(1), person(2), person(3)], value={"shop/1": 0, "shop/2": -5},
                      as_of=after(9))  # fmt: skip
    assert (len(found.rows), found.customers, found.at_risk) == (0, 3, Decimal(0))
    assert work_list([person(1)], value=lambda _: 5, as_of=after(0)).rows == ()


def test_money_is_of_one_currency() -> None:
    found = work_list([person(1)], value={"shop/1": Money(100, "EUR")}, as_of=after(9999))
    assert found.currency == "EUR"
    mixed = [{"shop/1": Money(1, "EUR"), "shop/2": Money(1, "KRW")},
             {"shop/1": Money(1, "EUR"), "shop/2": 1}]  # fmt: skip
    for values in mixed:
        with pytest.raises(DefinitionError):
            work_list([person(1), person(2)], value=values, as_of=after(1))  # type: ignore[arg-type]


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(DefinitionError):
        work_list([], value={}, as_of=after(1), limit=0)
    for ways in ([], ["names"]):
        with pytest.raises(DefinitionError):
            work_list([], value={}, as_of=after(1), ways=ways)
    with pytest.raises(InputError):
        work_list([person(1)], value={"shop/1": Decimal("NaN")}, as_of=after(1))


def test_the_list_is_shown_without_anybody_in_it() -> None:
    found = work_list([person(77)], value={"shop/77": Money("1234.5", "EUR")}, as_of=after(400),
                      half_lives=LIVES)  # fmt: skip
    shown = [str(found), found._repr_html_(), json.dumps(found.to_json()), repr(found)]
    assert all("shop/77" in text and "p77@" not in text for text in shown)
    assert "1,157.34 EUR at risk with 1 customer as of 2022-04-05" in shown[0]
    assert found.to_rows()[0]["verify"] == "emails"


def test_memory_is_that_of_the_limit() -> None:
    def peak(count: int) -> int:
        people = (person(number, at=THEN + timedelta(days=number % 7)) for number in range(count))
        tracemalloc.start()
        try:
            found = work_list(people, value=lambda _: 1, as_of=date(2026, 1, 1), limit=3)
            assert (len(found.rows), found.customers) == (3, count)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(100)  # what is loaded once
    assert peak(1_600) < peak(400) * 1.5 + 256 * 1024


@pytest.mark.parametrize("wrong", [{"limit": "x"}, {"limit": 1.5}, {"limit": True}])
def test_arguments_of_wrong_types_are_said(wrong: dict[str, Any]) -> None:
    given: dict[str, Any] = {"value": lambda _: 1, "as_of": date(2026, 5, 1), **wrong}
    with pytest.raises(DefinitionError, match="expected"):
        work_list([], **given)


def test_the_decimal_context_of_the_host_changes_no_sum() -> None:
    people = [person(number) for number in range(3)]
    plain = work_list(people, value=lambda _: Decimal("24677.759763"), as_of=date(2030, 1, 1))
    with localcontext(Context(prec=4)):
        coarse = work_list(people, value=lambda _: Decimal("24677.759763"), as_of=date(2030, 1, 1))
    assert (coarse.at_risk, coarse.rows) == (plain.at_risk, plain.rows)
