"""Saved mappings, and the files they and the readers take in: address books, exports of events."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ecrm_core.cli import main
from ecrm_core.crm import Crm, load_mapping, save_mapping
from ecrm_core.customers import FieldMap, SourceKey
from ecrm_core.errors import DefinitionError, EcrmError, InputError
from ecrm_core.kernel import FixedClock
from ecrm_core.sources import AnyMap, EventMap, ready_map

NOW = datetime(2026, 11, 23, tzinfo=UTC)
SECRET = b"0123456789abcdef"
CARDS = """BEGIN:VCARD\r\nVERSION:4.0\r\nUID:u-1\r\nFN:Ann Example\r\nEND:VCARD\r
BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Bob\r\nEMAIL:bob@example.com\r\nEND:VCARD\r
"""
EVENTS = """event,timestamp,email
open,2026-05-01T10:00:00Z,ann@example.com
bounce,2026-05-02T10:00:00Z,ann@example.com
unsubscribe,2026-05-03T10:00:00Z,bob@example.com
nonsense,2026-05-03T10:00:00Z,bob@example.com
"""


def _crm(secret: bytes | None = SECRET) -> Crm:
    return Crm.open(clock=FixedClock(NOW), secret=secret)


@pytest.mark.parametrize(
    "mapping",
    [
        FieldMap({"No": "id", "메일": "email"}, tz="Asia/Seoul", clears={"메일"}),
        EventMap({"Zeit": "at"}, kind="call", data={"nps": True}, currency="EUR", decimal=","),
        ready_map("point_of_sale"),
    ],
)
def test_a_saved_mapping_is_read_as_it_was(mapping: AnyMap, tmp_path: Path) -> None:
    save_mapping(tmp_path / "map.json", mapping)
    assert load_mapping(tmp_path / "map.json") == mapping


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "not_json"),
        ("[]", "not_readable"),
        ('{"mapping": "colours", "format": 1}', "not_readable"),
        ('{"mapping": "events", "format": 2, "columns": {"a": "at"}}', "format"),
        ('{"mapping": "fields", "format": 1, "columns": {"a": "colour"}}', "unknown_name"),
        (" " * (1024 * 1024 + 1), "not_readable"),
    ],
)
def test_what_is_no_saved_mapping_is_said_with_its_file(
    text: str, code: str, tmp_path: Path
) -> None:
    (tmp_path / "map.json").write_text(text)
    with pytest.raises(DefinitionError, match=r"map\.json") as error:
        load_mapping(tmp_path / "map.json")
    assert error.value.code == code
    with pytest.raises(InputError):
        load_mapping(tmp_path / "missing.json")


def test_an_address_book_goes_in_and_what_it_lacks_can_be_replayed(tmp_path: Path) -> None:
    (tmp_path / "book.vcf").write_bytes(CARDS.encode())
    crm = _crm()
    receipt = crm.ingest_file(tmp_path / "book.vcf", source="vcard")
    assert (receipt.created, receipt.quarantined) == (1, 1)
    assert crm.view(SourceKey("vcard", "u-1")).profile.name is not None
    again = crm.replay("vcard", key_is_personal=True)
    assert (again.read, again.refused) == (1, 0)
    assert [hit.by for hit in crm.find("bob@example.com")] == ["email"]


def test_a_file_of_events_goes_in_with_its_people_and_their_refusals(tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text(EVENTS)
    crm = _crm()
    receipt = crm.ingest_file(
        tmp_path / "events.csv", source="mailer", fields=ready_map("email"), key_is_personal=True,
        page=2,
    )  # fmt: skip
    assert (receipt.rows, receipt.recorded, receipt.statements, receipt.quarantined) == (4, 3, 1, 1)
    (ann,) = crm.find("ann@example.com")
    assert crm.facts(ann.customer).counts == {"email_opened": 1, "email_bounced": 1}
    (bob,) = crm.find("bob@example.com")
    verdict = crm.may_contact(bob.customer, "email", "marketing")
    assert not verdict.yes


def test_events_have_the_currency_and_the_zone_of_the_shop(tmp_path: Path) -> None:
    (tmp_path / "till.csv").write_text("t,sum,no\n2026-05-01 10:00,5,7\n")
    fields = EventMap({"t": "at", "sum": "amount", "no": "number"}, kind="order_placed")
    with pytest.raises(EcrmError):
        _crm().ingest_file(tmp_path / "till.csv", source="till", fields=fields)
    crm = Crm.open(clock=FixedClock(NOW), currency="KRW", tz="Asia/Seoul")
    assert crm.ingest_file(tmp_path / "till.csv", source="till", fields=fields).recorded == 1


def test_the_command_takes_a_ready_map_and_a_saved_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store, file, saved = (str(tmp_path / name) for name in ("s.db", "visits.csv", "map.json"))
    Path(file).write_text("visited_at,customer_id\n2026-05-01T10:00:00Z,7\n")
    command = ["ingest", store, file, "--source", "door"]
    ready = [*command, "--mapping", "store_visits", "--save-mapping", saved, "--json"]
    assert main(ready) == 0
    assert json.loads(capsys.readouterr().out)["interactions"] == 1
    assert load_mapping(saved) == ready_map("store_visits")
    assert main([*command, "--mapping", saved, "--json"]) == 0
    assert main([*command, "--mapping", saved, "--guess"]) == 2
    assert main([*command, "--mapping", str(tmp_path / "none.json")]) != 0
