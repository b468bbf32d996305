"""Beginning with a command: Create and Import under an id of the shop's own, each once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from ecrm_core.crm import Crm
from ecrm_core.customers import SourceKey, SourceRecord, Stated
from ecrm_core.errors import (
    DefinitionError,
    IllegalTransition,
    KeyReused,
    MissingError,
    UnknownName,
)
from ecrm_core.kernel import OUTBOX, CustomerId, FixedClock, Money
from ecrm_core.sources import Delivery
from ecrm_core.subscriptions import Alignment, Create, Import, Plan, Status, StubPolicy, TermRule

NOW = datetime(2026, 5, 10, 12, tzinfo=UTC)
PLAN = Plan(id="pro", price=Money("30.00", "EUR"), cadence="P1M",
            term=TermRule(initial="P1Y", notice="P2M"))  # fmt: skip


@pytest.fixture(params=["memory", "sqlite"])
def crm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Crm]:
    target = None if request.param == "memory" else tmp_path / "shop.db"
    with Crm.open(target, clock=FixedClock(NOW)) as opened:
        cells = {"brand": Stated("x", NOW, NOW)}
        records = tuple(SourceRecord(SourceKey("shop", n), cells) for n in "12")
        opened.ingest(Delivery(source="shop", records=records))
        yield opened


def running(crm: Crm) -> Import:
    return Import(
        id="old-17", customer=crm.resolve("shop/1"), plan=PLAN, quantity=3, preset="b2b",
        starts_on=date(2024, 2, 20), billed_through=date(2026, 5, 20),
    )  # fmt: skip


def test_an_import_goes_on_where_the_other_program_stopped(crm: Crm) -> None:
    assert crm.command("old-17", running(crm), by="move") is Status.ACTIVE
    (held,) = crm.subscriptions("shop/1")
    assert (held.id, held.term_end, held.quantity) == ("old-17", date(2027, 2, 20), 3)
    assert crm.run_due().charges == 0
    first = crm.due(days=20)[0]
    assert (first.key, first.on, str(first.amount)) == (
        "old-17/charge/27/0", date(2026, 5, 20), "90.00 EUR",
    )  # fmt: skip


def test_the_same_import_twice_is_one_subscription(crm: Crm) -> None:
    for _ in range(2):
        crm.command("old-17", running(crm), by="move", key="move/old-17")
    assert len(crm.subscriptions("shop/1")) == 1
    with pytest.raises(IllegalTransition):
        crm.command("old-17", running(crm), by="move")
    with pytest.raises(KeyReused):
        crm.command("old-17", evolve(running(crm), quantity=4), by="move", key="move/old-17")


def test_a_dry_run_of_an_import_writes_nothing(crm: Crm) -> None:
    planned = crm.dry_run.command("old-17", running(crm), by="move")
    assert {put.kind.name for put in planned.puts} == {"subscription", "subscription_event"}
    assert crm.subscriptions("shop/1") == ()


def test_create_says_what_subscribe_cannot(crm: Crm) -> None:
    create = Create(id="new-1", customer=crm.resolve("shop/2"), plan=PLAN,
                    align=Alignment.CALENDAR, stub=StubPolicy.FREE)  # fmt: skip
    crm.command("new-1", create, by="anna")
    assert crm.run_due().charges == 0
    assert [str(action.on) for action in crm.due(days=60) if action.amount] == [
        "2026-06-01", "2026-07-01",
    ]  # fmt: skip


def test_a_source_key_stands_for_the_customer_it_means(crm: Crm) -> None:
    command = evolve(running(crm), customer=CustomerId("shop/1"))
    crm.command("old-17", command, by="move")
    assert crm.subscriptions("shop/1")[0].customer == crm.resolve("shop/1")


def test_units_are_said_when_one_subscribes(crm: Crm) -> None:
    crm.subscribe("shop/1", PLAN, quantity=5)
    assert crm.run_due().charges == 1
    assert [row.value.payload["amount"] for row in crm.store.scan(OUTBOX).rows] == ["150.00"]


@pytest.mark.parametrize(
    ("parts", "error"),
    [
        ({"id": "old-18"}, DefinitionError),
        ({"customer": CustomerId("shop/9")}, MissingError),
        ({"preset": "b2x"}, UnknownName),
    ],
)
def test_what_cannot_begin_is_refused_and_nothing_is_written(
    crm: Crm, parts: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        crm.command("old-17", evolve(running(crm), **parts), by="move")
    assert crm.subscriptions("shop/1") == ()


def test_an_unknown_customer_is_named_as_she_was_asked_for(crm: Crm) -> None:
    begin = evolve(running(crm), customer=CustomerId("shop/9"))
    for verb in (
        lambda: crm.subscribe("shop/9", PLAN),
        lambda: crm.command(begin.id, begin, by="move"),
    ):
        with pytest.raises(MissingError, match="shop/9"):
            verb()
