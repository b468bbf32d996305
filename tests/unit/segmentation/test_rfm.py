"""RFM: three scores from orders, in three modes; ties share, and no orders are no score."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.segmentation import (
    QUINTILES,
    RFM_CELLS,
    Percentiles,
    Purchases,
    Rfm,
    RfmGroup,
    RfmScore,
    Sale,
    Thresholds,
    purchases_of,
    rfm,
)

pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")
NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
TODAY = date(2026, 11, 26)


def bought(days: int = 10, orders: int = 1, spent: int | str = 10) -> Purchases:
    return Purchases(days=days, orders=orders, spent=Decimal(spent))


def frequencies(counts: list[int], scoring: Percentiles = QUINTILES) -> list[int]:
    people = [bought(orders=count) for count in counts]
    cuts = scoring.fit(people)
    return [cuts.score(each).frequency for each in people]


# ---------------------------------------------------------------- quintiles

TIES = [
    ([1, 2, 3, 4, 5], [1, 2, 3, 4, 5]),
    ([5, 1, 4, 2, 3], [5, 1, 4, 2, 3]),
    (list(range(10)), [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]),
    # Most shops: four of five bought once. Nobody of them is better than the others.
    ([1, 1, 1, 1, 2], [1, 1, 1, 1, 5]),
    ([1] * 7 + [2, 2, 9], [1] * 7 + [4, 4, 5]),
    ([1, 2, 2, 2, 3], [1, 2, 2, 2, 5]),
    ([1, 1, 2, 2, 2], [1, 1, 3, 3, 3]),
    ([3, 3, 3], [1, 1, 1]),
    ([7], [1]),
    ([1, 2, 3], [1, 2, 4]),
    ([], []),
]


@pytest.mark.parametrize(("counts", "scores"), TIES, ids=range(len(TIES)))
def test_in_quintiles_those_who_are_equal_share_the_score_of_the_lowest(
    counts: list[int], scores: list[int]
) -> None:
    assert frequencies(counts) == scores


def test_percentiles_cut_where_they_are_told_to() -> None:
    best_tenth = Percentiles(frequency=(25, 50, 75, 90))
    assert frequencies(list(range(1, 11)), best_tenth) == [1, 1, 1, 2, 2, 3, 3, 3, 4, 5]


def test_the_latest_have_the_best_recency_and_the_richest_the_best_money() -> None:
    people = [bought(days=days, spent=100 - days) for days in (1, 20, 50, 80, 99)]
    cuts = QUINTILES.fit(people)
    assert cuts.recency == (1, 20, 50, 80)
    assert [cuts.score(each).cell for each in people] == ["515", "414", "313", "212", "111"]


def test_fitted_thresholds_score_somebody_new_without_all_the_others() -> None:
    cuts = QUINTILES.fit([bought(days=days) for days in (1, 20, 50, 80, 99)])
    assert [cuts.score(bought(days=days)).recency for days in (0, 1, 2, 80, 81, 9_999)] == [
        5, 5, 4, 2, 1, 1
    ]  # fmt: skip


# ---------------------------------------------------------------- thresholds

FIXED = Thresholds(
    recency=(30, 90, 180, 365), frequency=(2, 3, 5, 10), monetary=(50, 100, 250, 500)
)
CELLS = [
    (bought(0, 1, 0), "511"), (bought(30, 2, 50), "522"), (bought(31, 3, "99.99"), "432"),
    (bought(90, 4, 100), "433"), (bought(180, 5, 250), "344"), (bought(365, 10, 500), "255"),
    (bought(366, 99, "1e9"), "155"), (bought(366, 1, -5), "111"),
]  # fmt: skip


@pytest.mark.parametrize(("customer", "cell"), CELLS)
def test_a_threshold_is_reached_by_its_own_value(customer: Purchases, cell: str) -> None:
    assert FIXED.score(customer).cell == cell
    assert FIXED.fit([customer]) is FIXED


WRONG: list[dict[str, Any]] = [
    {"frequency": (3, 2)},
    {"frequency": (1, 2, 3, 4, 5)},
    {"frequency": (1.5,)},
    {"frequency": (True,)},
    {"monetary": (0.1,)},
    {"monetary": (Decimal("NaN"),)},
    {"recency": ("30",)},
]


@pytest.mark.parametrize("cuts", WRONG)
def test_cuts_that_are_no_cuts_are_refused(cuts: dict[str, Any]) -> None:
    with pytest.raises(DefinitionError) as caught:
        Thresholds(**{"recency": (), "frequency": (), "monetary": (), **cuts})
    assert caught.value.code == "rfm_cuts"


@pytest.mark.parametrize("shares", [(20, 40, 60), (0, 40, 60, 80), (20, 20, 60, 80),
                                    (20, 40, 60, 100), (80, 60, 40, 20)])  # fmt: skip
def test_percentiles_are_four_rising_shares(shares: tuple[int, ...]) -> None:
    with pytest.raises(DefinitionError):
        Percentiles(recency=shares)


# ---------------------------------------------------------------- groups


def test_the_eleven_groups_hold_each_of_the_125_cells_once() -> None:
    cells = {f"{r}{f}{m}" for r in range(1, 6) for f in range(1, 6) for m in range(1, 6)}
    assert RFM_CELLS.keys() == cells
    assert set(RFM_CELLS.values()) == set(RfmGroup)
    assert RfmScore(recency=5, frequency=5, monetary=5).group is RfmGroup.CHAMPIONS
    assert RfmGroup.CANNOT_LOSE_THEM.label == "Cannot Lose Them"


# ---------------------------------------------------------------- which orders count


def sale(amount: str | None, refunded: str = "0", day: date | None = TODAY) -> Sale:
    return Sale(
        day=day, amount=None if amount is None else Decimal(amount), refunded=Decimal(refunded)
    )


BEFORE = date(2026, 11, 16)
SALES: list[tuple[list[Sale], Purchases | None]] = [
    ([], None),
    ([sale("5")], bought(0, 1, 5)),
    ([sale("5", day=BEFORE), sale("7", "2", day=BEFORE)], bought(10, 2, 10)),
    ([sale("5", "5")], None),
    ([sale("5", "9")], None),
    ([sale("5", "5"), sale("9", day=BEFORE)], bought(10, 1, 9)),
    ([sale("0")], bought(0, 1, 0)),
    ([sale("-5")], None),
    ([sale("-5"), sale("9", day=BEFORE)], bought(10, 1, 4)),
    ([sale(None)], None),
    ([sale(None), sale("9", day=BEFORE)], bought(0, 2, 9)),
    ([sale("9", day=None)], None),
    ([sale("9", day=None), sale("1", day=BEFORE)], bought(10, 2, 10)),
    ([sale("1e20"), sale("1e-20"), sale("-1e20")], bought(0, 2, "1e-20")),
]


@pytest.mark.parametrize(("sales", "expected"), SALES, ids=range(len(SALES)))
def test_refunds_come_off_and_a_whole_refund_is_no_order(
    sales: list[Sale], expected: Purchases | None
) -> None:
    assert purchases_of(sales, TODAY) == expected


# ---------------------------------------------------------------- tables

ROWS: list[dict[str, object]] = [
    {"who": 1, "on": "2026-11-25", "sum": 10.5, "back": None, "test": False},
    {"who": 1, "on": "2026-11-01", "sum": 20, "back": 20, "test": False},
    {"who": "2", "on": "2026-10-27", "sum": Decimal("0.1"), "back": 0, "test": None},
    {"who": 2.0, "on": "2026-11-27", "sum": 99, "back": None, "test": False},
    {"who": 3, "on": "2026-11-26", "sum": 99, "back": None, "test": True},
    {"who": None, "on": "2026-11-26", "sum": 99, "back": None, "test": False},
    {"who": 4, "on": None, "sum": 99, "back": None, "test": False},
]
NAMES: dict[str, Any] = {
    "customer": "who",
    "date": "on",
    "total": "sum",
    "refunded": "back",
    "void": "test",
}


def columns(rows: list[dict[str, object]]) -> dict[str, list[object]]:
    return {name: [row[name] for row in rows] for name in rows[0]}


def frames() -> list[Any]:
    whole = [{**row, "who": None if row["who"] is None else int(float(str(row["who"])))}
             for row in ROWS]  # fmt: skip
    numbers = [{**row, "sum": float(str(row["sum"]))} for row in whole]
    return [ROWS, columns(ROWS), pd.DataFrame(whole), pl.DataFrame(numbers)]


@pytest.mark.parametrize("orders", frames(), ids=["rows", "columns", "pandas", "polars"])
def test_a_table_of_orders_is_scored_without_tests_and_what_came_after(orders: Any) -> None:  # noqa: ANN401 - any table
    found = rfm(orders, as_of=NOON, **NAMES)
    assert list(found.purchases.values()) == [bought(1, 1, "10.5"), bought(30, 1, "0.1")]
    assert [str(each) for each in found.purchases] == ["1", "2"]
    assert found.unscored == (3, 4)


def test_days_are_those_of_the_zone() -> None:
    rows: list[dict[str, object]] = [
        {"customer_id": "a", "date": datetime(2026, 11, 25, 15, tzinfo=UTC), "total": 1},
        {"customer_id": "b", "date": datetime(2026, 11, 25, 14, 59, tzinfo=UTC), "total": 1},
        {"customer_id": "c", "date": NOON, "total": 1},
        {"customer_id": "d", "date": NOON + timedelta(microseconds=1), "total": 1},
    ]
    days = [each.days for each in rfm(rows, as_of=NOON, tz="Asia/Seoul").purchases.values()]
    assert days == [0, 1, 0]
    assert [each.days for each in rfm(rows, as_of=NOON).purchases.values()] == [1, 1, 0]


def test_at_an_earlier_instant_the_scores_are_those_of_then() -> None:
    rows: list[dict[str, object]] = [
        {"customer_id": "a", "date": date(2026, 11, 20), "total": 5},
        {"customer_id": "a", "date": date(2026, 1, 20), "total": 5},
    ]
    then = rfm(rows, as_of=datetime(2026, 1, 31, tzinfo=UTC))
    assert dict(then.purchases) == {"a": bought(11, 1, 5)}


@pytest.mark.parametrize("back", [20, -20])
def test_what_was_refunded_comes_off_however_the_export_signs_it(back: int) -> None:
    rows: list[dict[str, object]] = [
        {"customer_id": "a", "date": date(2026, 11, 20), "total": 50, "back": back}
    ]
    assert rfm(rows, as_of=NOON, refunded="back").purchases["a"].spent == 30


def test_a_column_that_is_not_there_or_of_another_type_is_named() -> None:
    rows: list[dict[str, object]] = [{"customer_id": 1, "date": "2026-01-01", "total": "much"}]
    with pytest.raises(DefinitionError, match="found no column 'who'") as caught:
        rfm(rows, as_of=NOON, customer="who")
    assert caught.value.code == "column_missing"
    with pytest.raises(DefinitionError, match="found text in the column 'total', expected number"):
        rfm(rows, as_of=NOON)
    with pytest.raises(DefinitionError, match="found list in the column 'customer_id'"):
        rfm([{**rows[0], "customer_id": [1], "total": 1}], as_of=NOON)
    with pytest.raises(DefinitionError, match="columns of unequal length"):
        rfm({"customer_id": [1, 2], "date": ["2026-01-01"], "total": [1, 2]}, as_of=NOON)
    with pytest.raises(DefinitionError, match="expected date or moment"):
        rfm([{"customer_id": 1, "date": 20260101, "total": 1}], as_of=NOON)
    with pytest.raises(InputError):
        rfm(rows, as_of=datetime.fromisoformat("2026-01-01T00:00"))


# ---------------------------------------------------------------- the answer


def scored() -> Rfm[str]:
    given = {
        "ada": bought(5, 12, 900),
        "bo": bought(400, 1, 10),
        "cy": bought(3, 11, 600),
        "d": None,
    }
    return Rfm.of(given, scoring=FIXED, as_of=NOON)


def test_scores_are_looked_up_by_customer() -> None:
    found = scored()
    assert found["ada"].cell == "555"
    assert ("bo" in found, "d" in found, found.unscored) == (True, False, ("d",))
    with pytest.raises(KeyError):
        found["d"]


def test_the_groups_are_counted_the_best_first_and_printed_without_a_customer() -> None:
    found = scored()
    told = [(each.group, each.customers, each.orders, each.spent) for each in found.groups]
    assert told == [(RfmGroup.CHAMPIONS, 2, 23, Decimal(1500)), (RfmGroup.LOST, 1, 1, Decimal(10))]
    assert str(found).splitlines()[0] == (
        "3 customers with a score as of 2026-11-26T12:00+00:00, 1 without"
    )
    assert "Champions  2          66.7%  23      1500   99.3%" in str(found)
    assert "<td>Champions</td>" in found._repr_html_()
    assert repr(found) == "<Rfm: 3 scored, 1 not>"
    assert "ada" not in str(found) + found._repr_html_() + repr(found)


def test_without_money_there_is_no_share_of_it() -> None:
    found = Rfm.of({"a": bought(spent=0)}, scoring=FIXED, as_of=NOON)
    assert str(found).split()[-1] == "-"
    assert "0 customers" in str(Rfm.of({}, scoring=QUINTILES, as_of=NOON))


def test_the_table_of_scores_is_a_frame_of_any_library() -> None:
    table = pd.DataFrame(scored().columns)
    assert list(table["rfm.group"]) == ["champions", "lost", "champions"]
    assert list(table["customer_id"]) == ["ada", "bo", "cy"]
    assert pl.DataFrame(scored().columns)["rfm.recency"].to_list() == [5, 1, 5]


def test_a_table_of_customers_is_labelled_with_their_scores() -> None:
    people = pd.DataFrame({"no": [7, 8], "name": ["Ann", "Bo"]})
    found = Rfm.of({"7": bought(5, 12, 900)}, scoring=FIXED, as_of=NOON)
    labelled = found.label(people, key="no")
    assert labelled["rfm.group"].to_list()[0] == "champions"
    assert labelled["rfm.recency"].isna().to_list() == [False, True]
    with pytest.raises(DefinitionError, match="'customer_id'"):
        found.label(people)
    with pytest.raises(DefinitionError, match=r"rfm\.recency"):
        found.label(labelled, key="no")
