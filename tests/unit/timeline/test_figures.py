"""Figures: what facts say of returns, intervals, visits, matters and answers, in a brand or all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from ecrm_core.adapters.memory import MemoryStore
from ecrm_core.crm import Crm
from ecrm_core.customers import SourceKey, SourceRecord, Stated
from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import ChangeSet, CustomerId, Money, Put, canonical_json, encode
from ecrm_core.sources import Delivery
from ecrm_core.timeline import (
    FACTS,
    Facts,
    HomeFacts,
    Interaction,
    MatterKind,
    NpsGroup,
    OrderLine,
    Visit,
    sessions,
)
from ecrm_core.timeline.facts import same_sort

AT = datetime(2026, 5, 1, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HOME = CustomerId("cus_x")


def event(kind: str, id_: str = "e", *, hours: float = 0, **parts: object) -> Interaction:
    given: dict[str, Any] = dict(parts)
    at = AT + timedelta(hours=hours)
    return Interaction(source="shop", event_id=id_, kind=kind, at=at, **given)


def order(
    number: str, amount: str, days: float, *, units: int = 1, currency: str = "EUR"
) -> Interaction:
    lines = (OrderLine(product="p", quantity=units),)
    return event("order_placed", f"order/{number}", hours=24 * days, correlation=number,
                 amount=Money(amount, currency), lines=lines)  # fmt: skip


def test_an_order_on_average_is_what_was_spent_by_their_number_in_each_currency() -> None:
    back = event("refund", "r", correlation="1", amount=Money("1.00", "EUR"))
    facts = Facts.fold([order("1", "10.00", 0), order("2", "5.00", 1), order("3", "7.00", 2),
                        order("4", "1000", 3, currency="KRW"),
                        order("5", "501", 4, currency="KRW"), back])  # fmt: skip
    assert facts.average_order == {"EUR": Money("7.00", "EUR"), "KRW": Money("751", "KRW")}
    assert Facts().average_order == {}


@pytest.mark.parametrize(
    ("days", "mean"), [([], None), ([3], None), ([0, 4], 4 * DAY), ([9, 0, 1], 4.5 * DAY)]
)
def test_the_interval_is_the_mean_time_from_one_order_to_the_next(
    days: list[int], mean: timedelta | None
) -> None:
    facts = Facts.fold(order(str(day), "1", day) for day in days)
    assert facts.order_interval == mean
    since = facts.since_last_order(AT + 10 * DAY)
    assert since == (10 * DAY - max(days) * DAY if days else None)


def test_what_came_back_is_a_share_of_what_was_ordered() -> None:
    back = event("refund", "r", correlation="1", lines=(OrderLine(product="p", quantity=1),))
    facts = Facts.fold([order("1", "10", 0, units=3), back])
    assert [facts.units_ordered, facts.units_returned, facts.units] == [
        Decimal(3), Decimal(1), Decimal(2),
    ]  # fmt: skip
    assert facts.return_share == Decimal("0.3333")
    assert Facts.fold([back]).return_share is None


def test_channels_are_counted_together() -> None:
    kinds = ("email_opened", "message_opened", "email_clicked", "message_bounced", "page_viewed",
             "product_viewed", "store_visited", "call")  # fmt: skip
    facts = Facts.fold(event(kind, kind) for kind in kinds)
    assert (facts.opens, facts.clicks, facts.bounces) == (2, 1, 1)
    assert (facts.page_views, facts.store_visits, facts.calls) == (2, 1, 1)
    assert facts.last_at == AT
    assert Facts().last_at is None


# ---------------------------------------------------------------- sessions


def test_a_pause_longer_than_the_gap_begins_another_session() -> None:
    told = [event("page_viewed", str(at), hours=at / 60) for at in (31, 0, 30, 120, 62)]
    told += [event("page_viewed", "void", hours=1.5, void=True), event("call", hours=1.5)]
    found = sessions(told)
    assert [[one.event_id for one in each.interactions] for each in found] == [
        ["0", "30", "31"], ["62"], ["120"],
    ]  # fmt: skip
    assert (found[0].first_at, found[0].length) == (AT, timedelta(minutes=31))
    assert [len(s.interactions) for s in sessions(told, gap=HOUR)] == [5]
    assert Facts.fold(told).sessions == 3
    assert repr(found[0]) == "<Session •••>"


@pytest.mark.parametrize("gap", [timedelta(0), -HOUR])
def test_a_gap_of_nothing_is_none(gap: timedelta) -> None:
    with pytest.raises(DefinitionError) as caught:
        sessions([], gap=gap)
    assert caught.value.code == "gap"


def test_a_late_event_joins_two_visits() -> None:
    early, late = event("page_viewed", "a"), event("page_viewed", "b", hours=1)
    assert Facts.fold([early, late]).sessions == 2
    between = Facts.fold([early, late]).combine(Facts.of(event("searched", "c", hours=0.5)))
    assert between.visits == (Visit(AT, AT + HOUR),)


# ---------------------------------------------------------------- matters

OPENED = event("ticket_opened", "t1", correlation="T")
CLOSED = event("ticket_closed", "t2", hours=6, correlation="T")


@pytest.mark.parametrize(
    ("events", "is_open", "closed_at"),
    [
        ([OPENED], True, None),
        ([OPENED, CLOSED], False, AT + 6 * HOUR),
        ([CLOSED], False, AT + 6 * HOUR),
        ([OPENED, CLOSED, event("ticket_replied", "t3", hours=7, correlation="T")], True, None),
        ([OPENED, CLOSED, event("ticket_replied", "t3", hours=5, correlation="T")], False,
         AT + 6 * HOUR),
        ([OPENED, event("ticket_closed", "t0", correlation="T")], False, AT),
        ([OPENED, event("ticket_closed", "t2", hours=6, correlation="T", void=True)], True, None),
        ([OPENED, event("ticket_closed", "t2", hours=6, correlation="other")], True, None),
    ],
)  # fmt: skip
def test_the_latest_event_says_whether_a_matter_is_open(
    events: list[Interaction], *, is_open: bool, closed_at: datetime | None
) -> None:
    for told in (events, events[::-1]):
        matter = next(m for m in Facts.fold(told).matters if m.correlation == "T")
        assert (matter.open, matter.closed_at) == (is_open, closed_at)
        assert matter.source == "shop"
        assert (matter.opened_at is None) is (OPENED not in told)


def test_a_ticket_is_closed_on_average_after_so_long() -> None:
    other = [event("ticket_opened", "u1", correlation="U"),
             event("ticket_closed", "u2", hours=2, correlation="U")]  # fmt: skip
    facts = Facts.fold([OPENED, CLOSED, *other, event("ticket_opened", "v", correlation="V")])
    assert facts.time_to_close == 4 * HOUR
    assert Facts.fold([OPENED]).time_to_close is None


def test_an_open_cart_is_abandoned_when_nothing_happens_in_it() -> None:
    facts = Facts.fold([
        event("cart_updated", "a", correlation="1"),
        event("cart_updated", "b", hours=30, correlation="2"),
        event("checkout_started", "c", correlation="3"),
        event("cart_completed", "d", hours=1, correlation="3"),
        OPENED,
    ])  # fmt: skip
    now = AT + 31 * HOUR
    assert [m.correlation for m in facts.open_matters(MatterKind.CART)] == ["2", "1"]
    assert len(facts.open_matters()) == 3
    assert [m.correlation for m in facts.abandoned_carts(now)] == ["1"]
    assert len(facts.abandoned_carts(now, after=HOUR)) == 2


# ---------------------------------------------------------------- answers


@pytest.mark.parametrize(
    ("data", "score", "group"),
    [
        ({"nps": True, "score": 10}, 10, NpsGroup.PROMOTER),
        ({"nps": True, "score": "9"}, 9, NpsGroup.PROMOTER),
        ({"nps": True, "score": Decimal("8.0")}, 8, NpsGroup.PASSIVE),
        ({"nps": True, "score": 7}, 7, NpsGroup.PASSIVE),
        ({"nps": True, "score": 6}, 6, NpsGroup.DETRACTOR),
        ({"nps": True, "score": 0}, 0, NpsGroup.DETRACTOR),
        *(({"nps": True, "score": odd}, None, None)
          for odd in (11, -1, True, None, "x", "-1", "100", Decimal("6.5"), [9])),
        ({"score": 9}, None, None),
        ({"nps": 1, "score": 9}, None, None),
    ],
)  # fmt: skip
def test_an_answer_is_a_whole_number_from_0_to_10(
    data: dict[str, object], score: int | None, group: NpsGroup | None
) -> None:
    answer = Facts.of(event("survey_answered", data=data)).nps
    assert (answer and answer.score, answer and answer.group) == (score, group)


def test_the_latest_answer_counts_however_they_come() -> None:
    answers = [event("survey_answered", str(n), hours=n, data={"nps": True, "score": n})
               for n in (3, 9, 5)]  # fmt: skip
    for told in (answers, answers[::-1]):
        answer = Facts.fold(told).nps
        assert answer is not None
        assert answer.score == 9


# ---------------------------------------------------------------- tellings, brands, old rows


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        (order("1", "5", 0), order("1", "6", 0), True),
        (event("call"), event("call", text="x"), True),
        (event("call"), event("chat"), False),
        (event("call"), event("call", hours=1), False),
        (event("call"), event("call", void=True), False),
        (event("call"), event("call", brand="north"), False),
        (event("call"), event("call", home_id=HOME), False),
        (event("call"), event("call", correlation="c"), True),
        (event("ticket_opened"), event("ticket_opened", correlation="c"), False),
        (event("survey_answered", data={"nps": True, "score": 1}),
         event("survey_answered", data={"nps": True, "score": 2}), False),
    ],
)  # fmt: skip
def test_a_telling_that_counts_otherwise_is_folded_anew(
    before: Interaction, after: Interaction, *, same: bool
) -> None:
    assert same_sort(before, after) is same


def test_facts_of_a_brand_stand_apart_and_add_up() -> None:
    told = [event("call", "1", brand="north"), event("call", "2", brand="south"), event("call")]
    row = HomeFacts.fold(HOME, told)
    assert [row.of(brand).calls for brand in ("north", "south", "west", None)] == [1, 1, 0, 3]
    assert row.facts == Facts.fold(told)


@pytest.mark.parametrize(
    ("kind", "outdated"),
    [("order_placed", False), ("email_opened", False), ("ticket_opened", True),
     ("page_viewed", True), ("survey_answered", True)],
)  # fmt: skip
def test_a_row_of_format_1_is_whole_unless_something_was_seen_that_it_did_not_look_into(
    kind: str, *, outdated: bool
) -> None:
    at = "2026-05-01T09:00:00.000000Z"
    seen = {kind: {"count": 1, "first_at": at, "last_at": at}}
    body = canonical_json({"home_id": HOME, "facts": {"kinds": seen}})
    row: HomeFacts = FACTS.read(body, 1, 1).value
    assert (row.outdated, row.facts.counts) == (outdated, {kind: 1})
    none = canonical_json({"home_id": HOME, "facts": {}})
    assert FACTS.read(none, 1, 1).value == HomeFacts(home_id=HOME)


@pytest.mark.parametrize("kind", ["return_declined", "ticket_opened"])
@pytest.mark.parametrize("brand", [None, "north"])
def test_a_row_of_format_2_took_the_returns_of_an_order_for_one(
    kind: str, brand: str | None
) -> None:
    row = HomeFacts.fold(HOME, [event(kind, "return/5/open", brand=brand), event("call")])
    held: HomeFacts = FACTS.read(canonical_json(encode(row)), 1, 2).value
    assert held == evolve(row, outdated=kind == "return_declined")


def test_an_outdated_row_is_folded_anew_when_read_and_written_by_the_next_event() -> None:
    crm = Crm(MemoryStore())
    ann = SourceKey("shop", "1")
    record = SourceRecord(ann, {"name.full": Stated("Ann", AT, AT)})
    crm.ingest(Delivery(source="shop", records=(record,)))
    crm.record([event("ticket_opened", "t1", subject=ann), event("page_viewed", subject=ann)])
    meant = crm.facts(ann)
    (row,) = crm.store.scan(FACTS).rows
    kinds = Facts(kinds=row.value.facts.kinds)
    old = HomeFacts(home_id=row.value.home_id, facts=kinds, outdated=True)
    crm.store.apply(ChangeSet(puts=(Put(FACTS, old),)))
    assert crm.facts(ann) == crm.view(ann).facts == meant
    crm.record(event("call", "c", subject=ann))
    (row,) = crm.store.scan(FACTS).rows
    assert not row.value.outdated
    assert (row.value.facts.calls, row.value.facts.matters) == (1, meant.matters)
