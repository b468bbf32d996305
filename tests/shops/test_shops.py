"""Both shops of examples, each a real server on a real Postgres, asked over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest
import sqlalchemy as sa

from tests.postgres import Postgres
from tests.shops.payloads import CANARY, customer, order, stripe_event, woo_customer
from tests.shops.serving import FASTAPI, FLASK, Server, Shop

NUMBERS = count(1)
# Served from one process each: the tests share a database, and each has customers of its own.
Rows = list[tuple[object, ...]]


class Served:
    """A shop that is being served, and its database."""

    def __init__(self, shop: Shop, url: str, server: Server) -> None:
        self.shop, self.url, self.server = shop, url, server
        self.engine = sa.create_engine(url, poolclass=sa.NullPool)

    def rows(self, query: str, **values: object) -> Rows:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(sa.text(query), values)]


@pytest.fixture(scope="module", params=[FLASK, FASTAPI], ids=lambda shop: shop.name)
def served(request: pytest.FixtureRequest, postgres: Postgres) -> Iterator[Served]:
    shop: Shop = request.param
    url = postgres.fresh()
    made = shop.run(shop.makes, url)
    assert made.returncode == 0, made.stderr
    with shop.serve(url) as server:
        yield Served(shop, url, server)
    assert CANARY not in "".join(server.lines)
    assert "Traceback" not in "".join(server.lines)


@pytest.fixture
def server(served: Served) -> Server:
    return served.server


@pytest.fixture
def number() -> int:
    """A customer nobody has used yet."""
    return next(NUMBERS)


def test_a_webhook_becomes_a_customer_staff_can_see(server: Server, number: int) -> None:
    told = server.webhook("customers/create", customer(number), event=f"c{number}")
    assert (told.status, told.body) == (200, {"accepted": 1, "quarantined": 0, "replayed": False})
    seen = server.staff("GET", f"/customers/shopify/{number}")
    assert seen.status == 200
    assert seen.body["emails"] == [f"ann{number}.{CANARY}@example.com"]
    assert seen.body["sources"] == [f"shopify/{number}"]
    assert server.staff("GET", f"/customers/{seen.body['id']}").body == seen.body


def test_the_same_event_twice_counts_once(served: Served, number: int) -> None:
    told = order(number, number)
    first, second = [
        served.server.webhook("orders/create", told, event=f"o{number}") for _ in range(2)
    ]
    assert (first.body["replayed"], second.body["replayed"]) == (False, True)
    assert (second.status, second.body["accepted"]) == (200, 1)
    assert served.server.staff("GET", f"/customers/shopify/{number}").body["orders"] == 1
    assert served.rows("select number from orders where shopify_id = :id", id=str(number)) == [
        (f"#{number}",)
    ]


def test_a_forged_webhook_is_answered_401_and_leaves_nothing(server: Server, number: int) -> None:
    told = customer(number)
    assert server.webhook("customers/create", told, event="f", secret="another").status == 401
    unsigned = server.ask("POST", "/webhooks/shopify", json.dumps(told).encode())
    assert (unsigned.status, unsigned.body) == (401, {"error": "bad_signature"})
    assert server.staff("GET", f"/customers/shopify/{number}").status == 404


def test_another_kind_of_shop_is_heard_once_too(server: Server, number: int) -> None:
    told = woo_customer(number)
    sent = [server.woocommerce("customer.created", told, event=f"w{number}") for _ in range(2)]
    assert [(one.status, one.body["replayed"]) for one in sent] == [(200, False), (200, True)]
    seen = server.staff("GET", f"/customers/woocommerce/{number}").body
    assert seen["emails"] == [f"ann{number}.{CANARY}@example.com"]
    forged = server.woocommerce("customer.created", told, event="w", secret="another")
    assert (forged.status, forged.body) == (401, {"error": "bad_signature"})
    ping = server.ask("POST", "/webhooks/woocommerce", b"webhook_id=7")
    assert (ping.status, ping.body) == (200, {"ignored": "ping"})
    assert server.woocommerce("action.run", told, event="a").body == {"ignored": "action.run"}


def test_payments_are_heard_once_and_only_while_they_are_new(server: Server, number: int) -> None:
    told = stripe_event(number)
    sent = [server.stripe(told) for _ in range(2)]
    assert [(one.status, one.body["replayed"]) for one in sent] == [(200, False), (200, True)]
    seen = server.staff("GET", f"/customers/stripe/cus_{number}").body
    assert seen["emails"] == [f"ann{number}.{CANARY}@example.com"]
    assert server.stripe(told, secret="another").body == {"error": "bad_signature"}
    late = server.stripe(told, age=3_600)
    assert (late.status, late.body) == (401, {"error": "stale_signature"})


def test_nobody_else_is_heard(server: Server) -> None:
    assert server.ask("POST", "/webhooks/etsy", b"{}").status == 404


def test_carts_refunds_and_deletions_are_no_orders_of_the_shop(served: Served, number: int) -> None:
    server = served.server
    server.webhook("orders/create", order(number, number), event=f"k{number}")
    refund = {"id": number, "order_id": number, "created_at": "2026-11-03T10:00:00+09:00",
              "transactions": [], "refund_line_items": []}  # fmt: skip
    cart = {"token": f"c{number}", "line_items": [], "updated_at": "2026-11-03T10:00:00+09:00"}
    told = [("refunds/create", refund), ("carts/update", cart), ("orders/delete", {"id": number})]
    for topic, body in told:
        assert server.webhook(topic, body, event=f"{topic}{number}").status == 200
    kept = served.rows("select total from orders where shopify_id = :id", id=str(number))
    assert kept == [(45000,)]


def test_a_broken_webhook_is_answered_400(server: Server, number: int) -> None:
    broken = json.dumps(customer(number)).encode()[:-9]
    told = server.webhook("customers/create", broken, event=f"b{number}")
    assert (told.status, told.body) == (400, {"error": "not_json", "path": "$"})


def test_a_topic_for_somebody_else_is_left_alone(server: Server) -> None:
    told = server.webhook("themes/publish", {"id": 1}, event="t")
    assert (told.status, told.body) == (200, {"ignored": "themes/publish"})


def test_a_webhook_too_large_is_answered_413(server: Server) -> None:
    assert server.webhook("customers/create", b"[" * 6_000_000, event="l").status == 413


@pytest.mark.parametrize("fault", [{"name": None}, {"total_price": "99999999999"}])
def test_an_error_after_ingest_leaves_neither_the_shops_row_nor_the_crms(
    served: Served, number: int, fault: dict[str, object]
) -> None:
    event = str(fault)
    refused = served.server.webhook("orders/create", order(number, number, **fault), event=event)
    assert (refused.status, refused.body) == (500, {"error": "internal"})
    assert served.server.staff("GET", f"/customers/shopify/{number}").status == 404
    assert served.rows("select 1 from orders where shopify_id = :id", id=str(number)) == []
    # The event's key is not used up: put right and sent again, it counts.
    again = served.server.webhook("orders/create", order(number, number), event=event)
    assert (again.status, again.body["replayed"]) == (200, False)
    assert served.server.staff("GET", f"/customers/shopify/{number}").body["orders"] == 1


def test_a_customer_who_asks_for_it_is_erased_and_does_not_come_back(
    served: Served, number: int
) -> None:
    server, asked = served.server, {"customer": {"id": number}}
    recipients = "select recipient from orders where shopify_id = :id"
    server.webhook("orders/create", order(number, number), event=f"e{number}")
    assert served.rows(recipients, id=str(number)) == [(f"Ann {CANARY}",)]
    erased = server.webhook("customers/redact", asked, event=f"x{number}")
    assert (erased.status, erased.body) == (200, {"erased": True})
    assert served.rows(recipients, id=str(number)) == [(None,)]
    again = server.webhook("customers/update", customer(number), event=f"y{number}")
    assert (again.status, again.body["accepted"]) == (200, 0)
    late = order(number, number, updated_at="2026-11-04T10:00:00+09:00")
    assert server.webhook("orders/updated", late, event=f"w{number}").status == 200
    assert served.rows(recipients, id=str(number)) == [(None,)]
    assert server.staff("GET", f"/customers/shopify/{number}").status == 404
    for who in (number, 10**9):
        repeated = server.webhook("customers/redact", {"customer": {"id": who}}, event="z")
        assert (repeated.status, repeated.body) == (200, {"erased": False})


def test_webhooks_in_the_wrong_order_leave_the_newest(served: Served, number: int) -> None:
    late = order(number, number, total_price="1000", updated_at="2026-11-03T10:00:00+09:00")
    served.server.webhook("orders/updated", late, event=f"late{number}")
    served.server.webhook("orders/create", order(number, number), event=f"early{number}")
    found = served.rows("select total from orders where shopify_id = :id", id=str(number))
    assert found == [(1000,)]


def test_is_this_a_duplicate(server: Server, number: int) -> None:
    server.webhook("customers/create", customer(number), event=f"d{number}")
    known = server.staff("GET", f"/customers/shopify/{number}").body["id"]
    asked = {"name": f"Ann{CANARY} Reed{number}", "email": f"ann{number}.{CANARY}@example.com"}
    found = server.staff("POST", "/customers/duplicates", asked)
    assert [(match["customer"], match["likely"]) for match in found.body["matches"]] == [
        (known, True)
    ]
    stranger = {"name": "Bo Cho", "email": "bo@example.org"}
    nobody = server.staff("POST", "/customers/duplicates", stranger)
    assert nobody.body == {"matches": []}


def test_a_browser_sees_a_masked_table(server: Server, number: int) -> None:
    server.webhook("customers/create", customer(number), event=f"h{number}")
    shown = server.staff("GET", f"/customers/shopify/{number}", accept="text/html")
    assert "<table" in shown.text
    assert CANARY not in shown.text


@pytest.mark.parametrize("served", [FLASK], indirect=True, ids=["flask"])
def test_the_list_is_one_query_over_the_shops_rows_and_the_crms(
    served: Served, number: int
) -> None:
    for at in range(2):
        told = order(number * 1_000 + at, number)
        assert served.server.webhook("orders/create", told, event=f"l{number}-{at}").status == 200
    listed = served.server.staff("GET", "/customers").body["customers"]
    email = f"ann{number}.{CANARY}@example.com"
    (card,) = [card for card in listed if card["email"] == email]
    assert (card["orders"], card["name"]) == (2, f"Ann{CANARY} Reed{number}")


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/customers/shopify/1"), ("POST", "/customers/duplicates"),
     ("POST", "/customers/shopify/1/contracts")],
)  # fmt: skip
def test_only_staff_ask_about_customers(server: Server, method: str, path: str) -> None:
    body = b'{"name": "Ann"}'
    headers = {"Content-Type": "application/json", "Authorization": "Bearer guessed"}
    assert server.ask(method, path, body, headers).status == 401
    assert server.ask(method, path, body, {"Content-Type": "application/json"}).status == 401


def test_a_contract_is_begun_once_charged_once_and_handed_over_once(
    served: Served, number: int
) -> None:
    served.server.webhook("customers/create", customer(number), event=f"s{number}")
    path = f"/customers/shopify/{number}/contracts"
    asked = {"customer": {"id": number}, "data_request": {"id": 9999}}
    for _ in range(2):  # she asks what is known of her: that is handed over as well
        assert served.server.webhook("customers/data_request", asked, event="dr").status == 200
    begun = [served.server.staff("POST", path, idempotency_key=f"order-{number}") for _ in range(2)]
    assert [answer.status for answer in begun] == [201, 201]
    assert begun[0].body == begun[1].body
    runs = [served.shop.run(served.shop.due, served.url) for _ in range(2)]
    assert [(run.returncode, run.stderr) for run in runs] == [(0, ""), (0, "")]
    assert "1 charges, 0 notices, 0 tasks" in runs[0].stdout
    assert "delivered 2, to be tried again 0" in runs[0].stdout
    assert "delivered 0" in runs[1].stdout
    sent = served.rows(
        "select topic, payload ->> 'amount', payload ->> 'subject' from messages order by topic"
    )
    assert sent == [("charge", "30000", None), ("privacy", None, f"shopify/{number}")]
    shown = served.server.staff("GET", f"/customers/shopify/{number}").body
    assert shown["contracts"] == [{"id": begun[0].body["contract"], "status": "active"}]


def test_many_at_once_each_count_and_one_event_counts_once(served: Served, number: int) -> None:
    """Eight workers: different orders of one customer, and one event sent by all of them."""
    server = served.server

    def send(at: int) -> tuple[int, bool]:
        made = server.webhook(
            "orders/create", order(number * 1000 + at, number), event=f"many{number}-{at}"
        )
        same = server.webhook("customers/update", customer(number), event=f"same{number}")
        return made.status, bool(same.body["replayed"]) if same.status == 200 else True

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(16)))
    assert [status for status, _ in answers] == [200] * 16
    assert sum(not replayed for _, replayed in answers) == 1
    shown = server.staff("GET", f"/customers/shopify/{number}").body
    own = served.rows("select count(*) from orders where crm_id = :id", id=shown["id"])
    assert (shown["orders"], own) == (16, [(16,)])


def test_a_database_that_is_away_is_answered_503_and_comes_back(
    served: Served, number: int
) -> None:
    name = sa.make_url(served.url).database
    told = customer(number)
    admin = sa.create_engine(
        sa.make_url(served.url).set(database="postgres"),
        isolation_level="AUTOCOMMIT", poolclass=sa.NullPool,
    )  # fmt: skip
    with admin.connect() as connection:
        connection.execute(sa.text(f'alter database "{name}" allow_connections false'))
        connection.execute(
            sa.text("select pg_terminate_backend(pid) from pg_stat_activity where datname = :name"),
            {"name": name},
        )
        try:
            away = [
                served.server.webhook("customers/create", told, event=f"a{number}").status,
                served.server.staff("GET", "/customers/shopify/1").status,
            ]
        finally:
            connection.execute(sa.text(f'alter database "{name}" allow_connections true'))
    assert away == [503, 503], "".join(served.server.lines)[-3000:]
    again = served.server.webhook("customers/create", told, event=f"a{number}")
    assert (again.status, again.body["replayed"]) == (200, False)


def test_no_error_answer_and_no_log_repeats_what_was_sent(served: Served, number: int) -> None:
    server, canary = served.server, {"email": [f"{CANARY}@example.com"], "name": {CANARY: CANARY}}
    answers = [
        server.webhook("customers/create", [f"{CANARY}@example.com"], event=f"n{number}"),
        server.webhook("customers/create", f'{{"email": "{CANARY}'.encode(), event="n"),
        server.webhook("orders/create", order(number, number, name=None), event="n"),
        server.webhook("customers/create", customer(number), event="n", secret=CANARY),
        server.staff("POST", "/customers/duplicates", canary),
        server.staff("POST", "/customers/duplicates", [canary]),
        server.staff("GET", "/customers/shopify/nobody"),
        server.staff("POST", "/customers/nobody/contracts"),
    ]
    assert [answer.text for answer in answers if CANARY in answer.text] == []
    assert {answer.status for answer in answers if answer.status >= 300} >= {400, 401, 404, 500}
    assert CANARY not in "".join(server.lines)
