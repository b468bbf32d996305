"""The generated shop: the same seed gives the same bytes, and what it promises is so."""

import csv
import io
import json
import os
import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest

from ecrm_core.crm import Crm, Receipt
from ecrm_core.customers import RECORDS, parse_phone
from ecrm_core.demo import Shop, generate
from ecrm_core.demo.dice import Dice
from ecrm_core.demo.people import population
from ecrm_core.demo.spelling import half_width
from ecrm_core.demo.tables import TABLES
from ecrm_core.demo.words import load_json
from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import fold
from ecrm_core.subscriptions import Duration

_SHOPIFY = ("shopify_customers.json", "shopify_orders.json")
_RESERVED = {
    "example.com", "example.net", "example.org", "example.kr", "example.co.kr", "example.jp",
    "example.co.jp",
}  # fmt: skip
_FICTIONAL = {
    "44": r"(7700900|2079460|1632960)\d{3}",
    "1": r"\d{3}55501\d\d",
    "49": r"(3023125|6990009|4066969|2214710|8999998)\d{3}",
    "82": r"100\d{7}",
    "81": r"800\d{7}",
}


@pytest.fixture(scope="module")
def shop() -> Shop:
    return generate()


@pytest.fixture(scope="module")
def taken(
    shop: Shop, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Crm, dict[str, Receipt]]]:
    """A store with every file in it, and the receipts."""
    folder = tmp_path_factory.mktemp("shop")
    for name, content in shop.files.items():
        (folder / name).write_bytes(content)
    with Crm.open(region="KR", tz="Asia/Seoul", currency="KRW") as crm:
        receipts = {name: crm.ingest_file(folder / name, source="shopify") for name in _SHOPIFY}
        for table in TABLES:
            path = folder / table.file
            receipts[table.file] = crm.ingest_file(path, source=table.source, fields=table.fields)
        yield crm, receipts


Taken = tuple[Crm, dict[str, Receipt]]


def _objects(shop: Shop, name: str) -> list[dict[str, Any]]:
    (held,) = json.loads(shop.files[name]).values()
    return list(held)


def _rows(shop: Shop, name: str, encoding: str = "utf-8") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(shop.files[name].decode(encoding))))


# ---------------------------------------------------------------- the same bytes


def test_the_same_seed_gives_the_same_bytes_in_every_process() -> None:
    code = (
        "import hashlib; from ecrm_core.demo import generate; shop = generate(people=60);"
        "print(hashlib.sha256(repr((shop.files, shop.truth, shop.counts)).encode()).hexdigest())"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", code], env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True, check=True, text=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(told) == 1


def test_another_seed_another_day_and_another_number_give_another_shop() -> None:
    base = generate(people=60)
    for other in (generate(seed=8, people=60), generate(people=60, today=date(2026, 11, 24))):
        assert all(other.files[name] != base.files[name] for name in base.files)
    assert generate(people=61).files != base.files


@pytest.mark.parametrize("people", [49, 1_000])
def test_a_number_of_people_without_fictional_phones_for_all_is_refused(people: int) -> None:
    with pytest.raises(DefinitionError, match=f"found {people} people, expected 50 to 999"):
        generate(people=people)


def test_no_choice_leans_on_another_made_with_the_same_labels() -> None:
    dice = Dice(1)
    chosen = {dice.pick("abcdefgh", "x", n) for n in range(2_000) if dice.chance(4, "x", n)}
    assert chosen == set("abcdefgh")


# ---------------------------------------------------------------- every file has its reader


def test_every_file_is_read_with_the_counts_that_are_promised(shop: Shop, taken: Taken) -> None:
    for name, receipt in taken[1].items():
        counts = shop.counts[name]
        found = (receipt.rows, receipt.accepted, receipt.quarantined, receipt.duplicate)
        parts = ("rows", "accepted", "quarantined", "duplicate")
        assert found == tuple(counts[part] for part in parts), name


def test_the_truth_names_every_record_and_every_person_has_one(shop: Shop, taken: Taken) -> None:
    stored = {str(row.value.key) for row in taken[0].store.scan(RECORDS, limit=10_000).rows}
    assert stored == set(shop.truth)
    people = {person for key, person in shop.truth.items() if key not in shop.labels["fake"]}
    assert people == set(range(1, 501))
    assert all(shop.truth[key] > 500 for key in shop.labels["fake"])


def test_a_customer_has_the_orders_that_her_account_says(shop: Shop, taken: Taken) -> None:
    told = {c["id"]: c["orders_count"] for c in _objects(shop, _SHOPIFY[0]) if "id" in c}
    assert sum(told.values()) > 500
    for id_, count in list(told.items())[::9]:
        assert taken[0].facts(f"shopify/{id_}").order_count == count


def test_consents_that_disagree_are_about_one_address(shop: Shop, taken: Taken) -> None:
    crm, keys = taken[0], shop.labels["consent_conflict"]
    answers = [bool(crm.may_contact(key, "email", "marketing")) for key in sorted(keys)]
    assert len(answers) >= 10
    assert 0 < sum(answers) < len(answers)
    for key in sorted(keys)[:10]:
        said = crm.export(key)["consents"]
        assert isinstance(said, list)
        assert len({statement["source"] for statement in said}) > 1


# ---------------------------------------------------------------- what stands in the files


def test_order_totals_add_up(shop: Shop) -> None:
    for order in _objects(shop, "shopify_orders.json"):
        goods = sum(int(line["price"]) * line["quantity"] for line in order["line_items"])
        shipping = int(order["total_shipping_price_set"]["shop_money"]["amount"])
        assert goods == int(order["total_line_items_price"])
        assert int(order["total_price"]) == goods - int(order["total_discounts"]) + shipping


def test_there_is_a_test_order_a_guest_and_some_that_were_cancelled_or_paid_back(
    shop: Shop,
) -> None:
    orders = _objects(shop, "shopify_orders.json")
    counts = shop.counts["shopify_orders.json"]
    assert [sum(order["test"] for order in orders), counts["tests"]] == [1, 1]
    assert sum(order["customer"] is None for order in orders) == counts["accepted"] == 1
    assert sum(order["cancelled_at"] is not None for order in orders) == counts["cancelled"] > 5
    assert sum(len(order["refunds"]) for order in orders) == counts["refunds"] > 5
    assert {line["product_type"] for order in orders for line in order["line_items"]} == {
        "Accessories", "Coffee", "Coffee machines", "Washing machines",
    }  # fmt: skip


def test_everybody_writes_from_a_reserved_domain_or_one_mistyped_on_purpose(shop: Shop) -> None:
    typos = {str(domain) for domain in load_json("fakes")["typing errors"]}
    encodings = {table.file: table.encoding for table in TABLES}
    text = "\n".join(
        content.decode(encodings.get(name, "utf-8")) for name, content in shop.files.items()
    )
    found = {domain.lower() for domain in re.findall(r"@([A-Za-z0-9.-]+)", text)}
    kept = {d for d in found if not d.endswith((".example", ".invalid")) and d not in _RESERVED}
    assert kept - typos == {"a.com"}
    assert len(kept & typos) > 4


def test_every_phone_rings_nowhere_and_only_those_who_live_together_share_one() -> None:
    people = population(Dice(3), 999)
    own = [person for person in people if not person.shares_phone]
    points = [parse_phone(person.phone, region=person.home.place.country) for person in own]
    numbers = [str(point.normalised) for point in points]
    assert len(set(numbers)) == len(own) < 999
    for number in numbers:
        code = next(code for code in _FICTIONAL if number.startswith(f"+{code}"))
        assert re.fullmatch(_FICTIONAL[code], number.removeprefix(f"+{code}"))
    for person in people:
        if person.shares_phone:
            assert person.phone == people[int(person.kin or 0) - 1].phone


def test_households_share_an_address_and_not_a_mailbox() -> None:
    people = population(Dice(3), 300)
    assert len({person.email for person in people}) == 300
    kin = [person for person in people if person.kin]
    assert len(kin) > 20
    for person in kin:
        other = people[int(person.kin or 0) - 1]
        assert person.home == other.home
        assert person.given != other.given


def test_every_trouble_is_there_and_named(shop: Shop) -> None:
    assert set(shop.labels) == {
        "consent_conflict", "fake", "household", "misspelled", "nickname", "other_email",
        "romanised", "second_account", "shared_phone", "swapped", "typo_domain",
    }  # fmt: skip
    assert all(len(keys) >= 8 for keys in shop.labels.values())
    assert all(keys <= shop.truth.keys() for keys in shop.labels.values())


def test_the_japanese_newsletter_holds_half_width_readings_of_the_same_names(shop: Shop) -> None:
    readings = [row["フリガナ"] for row in _rows(shop, "newsletter_ja.csv", "cp932")]
    half = [text for text in readings if text != unicodedata.normalize("NFKC", text)]
    assert 0 < len(half) < len(readings)
    for text in ("ワタナベ ガクト", "パピプペポ ヴ", "ショウタ"):
        assert half_width(text) != text
        assert fold(half_width(text)) == fold(text)


def test_nothing_is_dated_after_today_but_the_ends_of_terms() -> None:
    today = date(2025, 3, 1)
    shop = generate(people=80, today=today)
    for name in _SHOPIFY:
        for one in _objects(shop, name):
            assert datetime.fromisoformat(one["updated_at"]).date() < today
    for row in _rows(shop, "subscriptions.csv"):
        assert date.fromisoformat(row["starts_on"]) <= today < date.fromisoformat(row["paid_until"])
        if row["term"]:
            ends_on = Duration.parse(row["term"]).after(date.fromisoformat(row["starts_on"]))
            assert today < ends_on == date.fromisoformat(row["term_ends_on"])


def test_every_contract_is_of_an_account_and_offices_have_theirs(shop: Shop) -> None:
    rows = _rows(shop, "subscriptions.csv")
    assert len(rows) == shop.counts["subscriptions.csv"]["rows"] > 50
    assert all(row["customer"] in shop.truth for row in rows)
    assert {row["buyers"] for row in rows} == {"b2b", "b2c"}
    assert all(bool(row["owner"]) == (row["buyers"] == "b2b") for row in rows)
    assert len({row["subscription"] for row in rows}) == len(rows)
