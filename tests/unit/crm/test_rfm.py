"""crm.rfm: the store's customers scored as of an instant; the scores as fields of segments."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from ecrm_core import Crm
from ecrm_core.customers import SourceKey, SourceRecord, Stated, parse_email
from ecrm_core.errors import DefinitionError, InputError, PluginError, SegmentSyntaxError
from ecrm_core.kernel import CustomerId, FixedClock, Money
from ecrm_core.ports import Toolbox
from ecrm_core.segmentation import Percentiles, Purchases, Rfm, Thresholds, rfm, rfm_fields
from ecrm_core.sources import Delivery
from ecrm_core.timeline import Interaction

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
CUTS = Thresholds(recency=(7, 30, 90, 365), frequency=(2, 3, 4, 5), monetary=(50, 100, 200, 400))


def event(who: str, kind: str, days: float, *, order: str | None = None, eur: int | None = None,
          currency: str = "EUR", void: bool = False) -> Interaction:  # fmt: skip
    return Interaction(
        source="shop", event_id=f"{kind} {who} {days}", kind=kind, at=NOON - timedelta(days=days),
        subject=SourceKey("shop", who), correlation=order or f"{who} {days}", void=void,
        amount=None if eur is None else Money(Decimal(eur), currency),
    )  # fmt: skip


TOLD = [
    event("ada", "order_placed", 2, eur=300), event("ada", "order_placed", 40, eur=200),
    event("bo", "order_placed", 100, eur=80, order="B"),
    event("bo", "refund", 50, eur=30, order="B"),
    event("cy", "order_placed", 3, eur=60, order="C"), event("cy", "refund", 1, eur=60, order="C"),
    event("di", "order_placed", 3, eur=60, order="D"), event("di", "order_cancelled", 1, order="D"),
    event("ed", "order_placed", 3, eur=60, void=True),
    event("fi", "order_placed", 3, eur=9000, currency="KRW"),
]  # fmt: skip
PEOPLE = ("ada", "bo", "cy", "di", "ed", "fi", "gus")


def fill(crm: Crm) -> None:
    records = [
        SourceRecord(SourceKey("shop", who),
                     {"emails": Stated((parse_email(f"{who}@example.com"),), NOON, NOON)})
        for who in PEOPLE
    ]  # fmt: skip
    crm.ingest(Delivery(source="shop", records=tuple(records)))
    crm.record(TOLD)


@pytest.fixture(params=["memory", "sqlite"])
def crm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Crm]:
    target = None if request.param == "memory" else tmp_path / "shop.db"
    with Crm.open(target, clock=FixedClock(NOON), tz="Asia/Seoul", currency="EUR") as opened:
        fill(opened)
        yield opened


def by_name(crm: Crm, found: Rfm[CustomerId]) -> dict[str, Purchases]:
    ids = {crm.resolve(f"shop/{who}"): who for who in PEOPLE}
    return {ids[id_]: each for id_, each in found.purchases.items()}


def bought(days: int, orders: int, spent: int) -> Purchases:
    return Purchases(days=days, orders=orders, spent=Decimal(spent))


def test_tests_cancellations_and_whole_refunds_are_out_and_no_orders_are_no_score(crm: Crm) -> None:
    found = crm.rfm(scoring=CUTS)
    assert by_name(crm, found) == {"ada": bought(2, 2, 500), "bo": bought(100, 1, 50)}
    assert len(found.unscored) == 5
    assert found[crm.resolve("shop/ada")].cell == "525"
    assert list(found.purchases) == sorted(found.purchases)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (2, {"ada": bought(0, 2, 500), "bo": bought(98, 1, 50), "cy": bought(1, 1, 60),
             "di": bought(1, 1, 60)}),
        (60, {"bo": bought(40, 1, 80)}),
        (200, {}),
    ],
)  # fmt: skip
def test_at_an_earlier_instant_orders_count_as_they_stood(
    crm: Crm, days: int, expected: dict[str, Purchases]
) -> None:
    assert by_name(crm, crm.rfm(as_of=NOON - timedelta(days=days), scoring=CUTS)) == expected


def test_a_merged_customer_is_scored_once_with_all_her_orders(crm: Crm) -> None:
    undo = crm.merge("shop/ada", "shop/bo", by="anna")
    found = crm.rfm(scoring=CUTS)
    assert list(found.purchases.values()) == [bought(2, 3, 550)]
    crm.unmerge(undo, by="anna")
    assert len(crm.rfm()) == 2


def test_the_table_of_orders_gives_the_scores_of_the_store(crm: Crm) -> None:
    rows: list[dict[str, object]] = [
        {"customer_id": each.subject and each.subject.external_id, "date": each.at,
         "total": each.amount and each.amount.amount, "back": {"B": 30, "C": 60}.get(
             each.correlation or ""), "test": each.void or each.correlation == "D"}
        for each in TOLD if each.kind == "order_placed"
    ]  # fmt: skip
    told = rfm(rows[:-1], as_of=NOON, tz="Asia/Seoul", refunded="back", void="test")
    assert {str(id_): each for id_, each in told.purchases.items()} == by_name(crm, crm.rfm())
    assert told.thresholds == crm.rfm().thresholds


def test_percentiles_may_be_cut_otherwise(crm: Crm) -> None:
    found = crm.rfm(scoring=Percentiles(monetary=(10, 20, 30, 40)))
    assert sorted(score.monetary for score in found.scores.values()) == [1, 5]


def test_money_is_the_shops_or_what_the_call_names(crm: Crm) -> None:
    assert by_name(crm, crm.rfm(currency="KRW")) == {"fi": bought(3, 1, 9000)}
    with pytest.raises(DefinitionError), Crm.open() as nowhere:
        nowhere.rfm(currency="EURO")
    with pytest.raises(DefinitionError, match="found no currency") as caught, Crm.open() as nowhere:
        nowhere.rfm()
    assert caught.value.code == "currency_missing"
    with pytest.raises(InputError):
        crm.rfm(as_of=datetime.fromisoformat("2026-01-01T00:00"))


# ---------------------------------------------------------------- fields of segments

FIELDS = rfm_fields(CUTS, currency="EUR", tz="Asia/Seoul")


def names(crm: Crm, query: str, as_of: datetime | None = None) -> list[str]:
    members = crm.segment(query, as_of=as_of, fields=FIELDS).members
    return [who for who in PEOPLE if crm.resolve(f"shop/{who}") in members]


ASKED = [
    ("rfm.group = 'promising'", ["ada"]),
    ("rfm.recency >= 4 AND rfm.monetary = 5 AND rfm.frequency = 2", ["ada"]),
    ("rfm.group IN ('hibernating', 'lost')", ["bo"]),
    ("rfm.group IS NULL AND customer_email_domain = 'example.com'",
     ["cy", "di", "ed", "fi", "gus"]),
    ("rfm.group IS NOT NULL", ["ada", "bo"]),
]  # fmt: skip


@pytest.mark.parametrize(("query", "expected"), ASKED)
def test_a_segment_asks_for_scores_and_group(crm: Crm, query: str, expected: list[str]) -> None:
    assert names(crm, query) == expected


def test_the_fields_say_what_the_table_says_at_any_instant(crm: Crm) -> None:
    for days in (0, 2, 60, 200):
        at = NOON - timedelta(days=days)
        found = crm.rfm(as_of=at, scoring=CUTS)
        for group in {score.group for score in found.scores.values()}:
            query = f"rfm.group = '{group.value}'"
            members = crm.segment(query, as_of=at, fields=FIELDS).members
            scores = found.scores.items()
            assert set(members) == {id_ for id_, score in scores if score.group is group}


def test_why_names_the_group(crm: Crm) -> None:
    found = crm.segment("rfm.group = 'champions'", fields=FIELDS)
    assert str(found.why("shop/ada")) == (
        "not in: rfm.group is promising, asked for: = 'champions'"
    )


def test_a_group_that_is_none_is_told_with_the_nearest(crm: Crm) -> None:
    with pytest.raises(SegmentSyntaxError) as caught:
        crm.segment("rfm.group = 'champion'", fields=FIELDS)
    assert caught.value.near[0] == "champions"


def test_fields_of_one_question_are_gone_after_it_and_take_no_name_twice(crm: Crm) -> None:
    with pytest.raises(SegmentSyntaxError, match=r"no field is named 'rfm\.group'"):
        crm.segment("rfm.group = 'lost'")
    with pytest.raises(PluginError):
        crm.segment("rfm.group = 'lost'", fields=[*FIELDS, *FIELDS])


def test_in_the_toolbox_they_are_there_for_every_segment() -> None:
    tools = Toolbox().add(*FIELDS)
    with Crm.open(clock=FixedClock(NOON), tools=tools, currency="EUR", tz="Asia/Seoul") as shop:
        fill(shop)
        assert shop.segment("rfm.monetary = 5").count == 1
