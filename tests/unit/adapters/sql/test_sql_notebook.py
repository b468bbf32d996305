"""The JSON file written in a notebook finds the same customers in the store and in databases."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from ecrm_core import Crm, FieldMap, Money, Segment
from ecrm_core.adapters.sql import create_statements, fill_tables, members_in, own_tables
from ecrm_core.adapters.sql.driver import Connection
from ecrm_core.adapters.sql.forms import Dialect
from ecrm_core.customers import SourceKey
from ecrm_core.kernel import FixedClock
from ecrm_core.sources import generic
from ecrm_core.timeline import Interaction, OrderLine
from tests.postgres import Postgres

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
TZ = "Asia/Seoul"
QUERIES = (
    "amount_spent > 100 AND NOT customer_tags CONTAINS 'vip'",
    "orders MATCHES (total > 30, date >= -90d, count >= 2) OR number_of_orders = 0",
    "NOT orders MATCHES (date >= -30d) AND customer_tags IS NOT NULL",
    "email_consent = 'granted' OR anniversary(birth_date) BETWEEN today AND +30d",
    "lines MATCHES (category = 'coffee', sum(quantity) >= 3)",
    "bucket('autumn') < 50 AND customer_email_domain = 'example.com'",
    "first_name CONTAINS 'é' OR last_order_date = 2026-11-17",
    "average_order_value > 20 AND average_days_between_orders < 94 AND nps_score IS NULL",
    "orders MATCHES (brand IS NULL) AND NOT matters MATCHES (open = true)",
)


@pytest.fixture(scope="module")
def crm() -> Crm:
    crm = Crm.open(currency="EUR", tz=TZ, clock=FixedClock(NOW))
    people = [
        {
            "id": str(at),
            "mail": f"p{at}@example.{'com' if at % 2 else 'kr'}",
            "given": ["Zoé", "Zoe\u0301", "Bo", ""][at % 4],
            "tags": ["vip", "", "new, vip", "new"][at % 4],
            "born": str(date(1980, 11, 20) + timedelta(days=at * 37)),
        }
        for at in range(40)
    ]
    roles = FieldMap(
        {"id": "id", "mail": "email", "given": "given_name", "tags": "tags", "born": "birth_date"}
    )
    crm.ingest(generic.read_rows(people, source="shop", fields=roles, received_at=NOW))
    orders = [
        Interaction(
            source="shop", event_id=f"o{at}", kind="order_placed",
            at=NOW - timedelta(days=at * 3, hours=at), subject=SourceKey("shop", str(at * 7 % 31)),
            amount=Money(Decimal(at * 17 % 97) / 2, "EUR"),
            lines=(OrderLine(quantity=Decimal(at % 5) / 2, category="coffee"),),
        )
        for at in range(90)
    ]  # fmt: skip
    crm.record(orders)
    crm.merge("shop/3", "shop/5", by="anna")
    return crm


def in_database(connection: Connection, dialect: Dialect, crm: Crm, file: Path) -> list[object]:
    """Fill tables of our own and ask them for the members of each rule of the file."""
    schema = crm.segment_schema()
    mapping = own_tables(schema, dialect)
    for statement in create_statements(mapping, dialect):
        connection.cursor().execute(statement, {})
    count = fill_tables(connection, dialect, mapping, crm.segment_rows(), schema=schema)
    assert count == 39
    return [
        list(members_in(connection, segment, dialect, mapping, schema=schema, as_of=NOW, tz=TZ))
        for segment in (Segment.from_json(each, schema) for each in json.loads(file.read_text()))
    ]


def test_the_ids_are_the_same_on_records_in_sqlite_and_in_postgres(
    crm: Crm, postgres: Postgres, tmp_path: Path
) -> None:
    file = tmp_path / "segments.json"
    written = [Segment.parse(query).to_json() for query in QUERIES]
    file.write_text(json.dumps(written))
    rules = [Segment.from_json(each) for each in json.loads(file.read_text())]
    on_records = [list(crm.segment(rule).members) for rule in rules]
    assert all(0 < len(members) < 39 for members in on_records)
    with closing(sqlite3.connect(":memory:")) as connection:
        assert in_database(connection, "sqlite", crm, file) == on_records
    database = postgres.fresh().partition("@/")[2].partition("?")[0]
    with psycopg.connect(postgres.dsn(database)) as connection:
        assert in_database(connection, "postgres", crm, file) == on_records
        connection.rollback()
