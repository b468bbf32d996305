"""Named files: two shops of one format, and of one account, told apart by name and by brand."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ecrm_core.cli import main
from ecrm_core.crm import Crm
from ecrm_core.customers import FieldMap
from ecrm_core.errors import DefinitionError, InputError, UnknownName
from ecrm_core.kernel import FixedClock
from ecrm_core.ports import Toolbox
from ecrm_core.sources import READERS, ready_map

AT = "2026-05-02T09:00:00Z"
NOW = datetime(2026, 11, 23, tzinfo=UTC)
BODIES = {
    "segment": {"type": "identify", "traits": {"name": "Ann"}, "userId": "7", "timestamp": AT},
    "shopify": {"id": 7, "email": "ann@example.com", "updated_at": AT},
    "stripe": {"object": "customer", "id": "7", "email": "ann@example.com"},
    "vcard": "BEGIN:VCARD\r\nVERSION:4.0\r\nUID:7\r\nFN:Ann\r\nEND:VCARD\r\n",
    "woocommerce": {"id": 7, "email": "ann@example.com", "username": "ann", "billing": {}},
}


@pytest.fixture
def crm() -> Crm:
    return Crm.open(clock=FixedClock(NOW), secret=b"0123456789abcdef")


def brands(crm: Crm, key: str) -> set[object]:
    """The brands of what is known of somebody: of her profile, and of her events."""
    view = crm.view(key)
    return {*view.profile.values("brand"), *(event.brand for event in view.timeline)} - {None}


@pytest.mark.parametrize("source", READERS)
def test_a_second_shop_of_a_format_has_ids_and_a_brand_of_its_own(
    source: str, crm: Crm, tmp_path: Path
) -> None:
    body = BODIES[source]
    file = tmp_path / "one"
    file.write_text(body if isinstance(body, str) else json.dumps(body))
    crm.ingest_file(file, source=source)
    crm.ingest_file(file, source=source, name="north", brand="North")
    keys = [f"{name}/7" for name in (source, "north")]
    assert crm.resolve(keys[0]) != crm.resolve(keys[1])
    assert [brands(crm, key) for key in keys] == [set(), {"North"}]


def test_rows_are_of_the_brand_of_their_file_unless_they_name_one(crm: Crm, tmp_path: Path) -> None:
    people, tickets = tmp_path / "people.csv", tmp_path / "tickets.csv"
    people.write_text("No,Mail,News,Shop\n7,ann@example.com,yes,\n8,bo@example.com,no,South\n")
    columns = {"No": "id", "Mail": "email", "News": "consent:email:marketing", "Shop": "brand"}
    tickets.write_text(f"timestamp,event,ticket,customer_id\n{AT},new,1,7\n")
    crm.ingest_file(people, source="desk", fields=FieldMap(columns), brand="North")
    crm.ingest_file(tickets, source="desk", fields=ready_map("tickets"), brand="North")
    assert [brands(crm, f"desk/{no}") for no in "78"] == [{"North"}, {"South"}]
    assert crm.facts("desk/7", brand="North").counts == {"ticket_opened": 1}
    for brand in ("North", "South"):
        assert bool(crm.may_contact("desk/7", "email", "marketing", brand=brand)) is (
            brand == "North"
        )


def test_a_stopped_file_goes_on_under_its_name_and_under_another_begins(
    crm: Crm, tmp_path: Path
) -> None:
    file = tmp_path / "shop.json"
    file.write_text(json.dumps([{"id": number, "email": None} for number in range(1, 5)]))
    crm.ingest_file(file, source="shopify", name="north", page=1, progress=lambda *_: False)
    assert crm.ingest_file(file, source="shopify", name="north").created == 4
    assert crm.ingest_file(file, source="shopify", name="north").duplicate == 4
    others: tuple[dict[str, Any], ...] = (
        {"name": "south"},
        {},
        {"name": "north", "brand": "North"},
    )
    for more in others:
        assert crm.ingest_file(file, source="shopify", **more).duplicate == 0


def test_what_was_refused_is_read_again_by_the_reader_and_the_brand_named(
    crm: Crm, tmp_path: Path
) -> None:
    (tmp_path / "cards.vcf").write_text(
        "BEGIN:VCARD\r\nFN:Ann\r\nEMAIL:a@example.com\r\nEND:VCARD\r\n"
    )
    crm.ingest_file(tmp_path / "cards.vcf", source="vcard", name="book", brand="North")
    assert crm.replay("book", key_is_personal=True).skipped == 1
    with pytest.raises(UnknownName):
        crm.replay("book", reader="vcards")
    again = crm.replay("book", reader="vcard", brand="North", key_is_personal=True)
    assert again.read == 1
    (hit,) = crm.find("a@example.com")
    assert {key.source for key in crm.view(hit.customer).group.records} == {"book"}
    assert brands(crm, hit.customer) == {"North"}


@pytest.mark.parametrize(
    "said", [{"name": "a/b"}, {"name": ""}, {"brand": ""}, {"brand": "x" * 201}, {"brand": 3}]
)
def test_a_name_that_is_none_is_refused_before_the_file_is_read(
    said: dict[str, Any], crm: Crm
) -> None:
    with pytest.raises(InputError):
        crm.ingest_file("nowhere.json", source="shopify", **said)


def test_a_name_is_not_said_twice_nor_to_a_reader_that_takes_none(tmp_path: Path) -> None:
    tools = Toolbox().add(readers={"till": READERS["shopify"]})
    (tmp_path / "till.json").write_text('{"id": 7}')
    with Crm.open(tools=tools) as crm:
        for fields, code in ((FieldMap({"No": "id"}), "two_names"), (None, "own_reader")):
            with pytest.raises(DefinitionError) as caught:
                crm.ingest_file(tmp_path / "till.json", source="till", name="x", fields=fields)
            assert caught.value.code == code


def test_the_command_takes_both(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, store = tmp_path / "shop.json", tmp_path / "shop.db"
    file.write_text(json.dumps(BODIES["shopify"]))
    command = ["ingest", str(store), str(file), "--source", "shopify"]
    assert main([*command, "--name", "north", "--brand", "North"]) == 0
    assert main(["view", str(store), "north/7", "--reveal"]) == 0
    assert "North" in capsys.readouterr().out
