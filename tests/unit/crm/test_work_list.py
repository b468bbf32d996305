"""The verb of the work list: customers of a store, with what bounced."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from ecrm_core.crm import Crm
from ecrm_core.customers import FieldMap, SourceKey
from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import FixedClock, Money
from ecrm_core.quality import HalfLives
from ecrm_core.sources import generic
from ecrm_core.timeline import Interaction

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
FIELDS = FieldMap({"no": "id", "mail": "email"})
LIVES = HalfLives.from_json({"b2c": {"email_own": 100}})
ROWS = [{"no": number, "mail": f"p{number}@example.com"} for number in range(1, 6)]


@pytest.fixture(params=["memory", "sqlite"])
def crm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Crm]:
    target = None if request.param == "memory" else tmp_path / "shop.db"
    with Crm.open(target, clock=FixedClock(NOW)) as opened:
        at = NOW - timedelta(days=100)
        opened.ingest(generic.read_rows(ROWS, fields=FIELDS, source="list", received_at=at))
        yield opened


def bounce(crm: Crm, number: int, *, void: bool = False, **data: object) -> None:
    crm.record(
        Interaction(source="mailer", event_id=f"{number}{void}", kind="email_bounced",
                    at=NOW - timedelta(days=1), subject=SourceKey("list", str(number)),
                    void=void, data=data)
    )  # fmt: skip


def test_customers_come_by_value_at_risk(crm: Crm) -> None:
    worth = {crm.resolve(f"list/{n}"): Money(10 * n, "EUR") for n in (1, 2, 3)}
    found = crm.work_list(value=worth, half_lives=LIVES)
    assert [row.id for row in found.rows] == sorted(worth, key=lambda id_: -worth[id_].amount)
    assert [row.at_risk for row in found.rows] == [15, 10, 5]
    assert (found.customers, found.at_risk, found.currency) == (5, Decimal(30), "EUR")


def test_a_bounce_puts_all_of_the_value_at_risk(crm: Crm) -> None:
    bounce(crm, 1)
    bounce(crm, 2, email="P2@example.com")
    bounce(crm, 3, email="other@example.com")
    bounce(crm, 3, void=True)
    bounce(crm, 4, void=True)
    bounce(crm, 5, email="x" * 600)
    found = crm.work_list(value=lambda _: 8, half_lives=LIVES)
    risks = {row.id: row.at_risk for row in found.rows}
    assert [risks[crm.resolve(f"list/{n}")] for n in range(1, 6)] == [8, 8, 4, 4, 8]


def test_a_bounce_follows_a_merge(crm: Crm) -> None:
    bounce(crm, 2)
    crm.merge("list/1", "list/2", by="anna")
    (row,) = crm.work_list(value={crm.resolve("list/1"): 8}, half_lives=LIVES).rows
    assert row.at_risk == Decimal(8)


def test_the_list_is_the_same_page_by_page_and_tells_how_far_it_is(crm: Crm) -> None:
    bounce(crm, 1)
    bounce(crm, 5)
    told: list[tuple[int, int, str]] = []

    def note(*said: object) -> None:
        told.append(said)  # type: ignore[arg-type]

    whole = crm.work_list(value=lambda _: 8)
    assert crm.work_list(value=lambda _: 8, page=2, progress=note) == whole
    assert told == [(2, 5, "customers"), (4, 5, "customers"), (5, 5, "customers")]
    stopped = crm.work_list(value=lambda _: 8, page=2, progress=lambda *_: False)
    assert stopped.customers == 2


def test_time_is_that_of_the_facade(crm: Crm) -> None:
    assert crm.work_list(value=lambda _: 1).as_of == NOW.date()
    early = crm.work_list(value=lambda _: 1, now=NOW - timedelta(days=100))
    assert early.rows == ()


def test_what_makes_no_list_is_refused(crm: Crm) -> None:
    with pytest.raises(DefinitionError):
        crm.work_list(value={}, limit=0)
    with pytest.raises(DefinitionError):
        crm.work_list(value={}, page=0)
