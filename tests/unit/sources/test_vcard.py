"""vCard: lines, versions and spellings; keys; what a card states, and that nothing is lost."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest

from ecrm_core.customers import Address, ContactPoint, Relation, RelationKind
from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.sources import READERS, Delivery, vcard
from ecrm_core.sources.payload import leaves
from ecrm_core.sources.vcard_card import card_of
from ecrm_core.sources.vcard_lines import properties, split_cards

NOW = datetime(2026, 11, 23, tzinfo=UTC)
SECRET = b"0123456789abcdef"


def _body(*lines: str | bytes, version: str = "4.0", uid: str = "u-1") -> bytes:
    whole = ["BEGIN:VCARD", f"VERSION:{version}", f"UID:{uid}", *lines, "END:VCARD", ""]
    return b"\r\n".join(x if isinstance(x, bytes) else x.encode() for x in whole)


def _read(*lines: str | bytes, version: str = "4.0") -> Delivery:
    return vcard.read(_body(*lines, version=version), received_at=NOW, region="US")


def _cells(*lines: str | bytes, version: str = "4.0") -> Mapping[str, Any]:
    delivery = _read(*lines, version=version)
    assert not delivery.refused
    return {name: cell.reveal() for name, cell in delivery.records[0].cells.items()}


@pytest.mark.parametrize(
    ("lines", "field", "value"),
    [
        (["FN:Ann  Example"], "name.full", "Ann Example"),
        (["FN:Dummy\\, Ann"], "name.full", "Dummy, Ann"),
        (["N:Lee;Ann;Mary,Jo;Dr.;Jr."], "name.family", "Lee"),
        (["N:Lee;Ann;Mary,Jo;Dr.;Jr."], "name.middle", "Mary Jo"),
        (["N:Lee;Ann"], "name.given", "Ann"),
        (["fn:", "FN:Ann"], "name.full", "Ann"),
        (["X-PHONETIC-LAST-NAME:ヤマダ", "X-PHONETIC-FIRST-NAME:タロウ"], "name.phonetic",
         "ヤマダ タロウ"),
        (["SOUND;X-IRMC-N:ヤマダ;タロウ;;;"], "name.phonetic", "ヤマダ タロウ"),
        (["ORG:Example;Sales;East"], "organisation.legal", "Example"),
        (["KIND:org", "FN:Example GmbH"], "organisation.legal", "Example GmbH"),
        (["X-ABShowAs:COMPANY", "FN:Example", "ORG:Example"], "organisation.legal", "Example"),
        (["BDAY:1980-05-17"], "birth_on", date(1980, 5, 17)),
        (["BDAY;VALUE=date:19800517"], "birth_on", date(1980, 5, 17)),
        (["BDAY:19800517T000000Z"], "birth_on", date(1980, 5, 17)),
        (["CATEGORIES:vip,Seoul\\, east"], "tags", ("vip", "Seoul, east")),
        (["LANG;PREF=1:ko", "LANG:en"], "languages", ("ko", "en")),
        (["NOTE:one\\ntwo\\; three"], "notes", ("one\ntwo; three",)),
        (["NOTE:C:\\temp\\\\x"], "notes", ("C:\\temp\\x",)),
        (["NOTE:fol", " ded", "\tonce"], "notes", ("foldedonce",)),
    ],
)  # fmt: skip
def test_a_property_fills_its_field(lines: list[str], field: str, value: object) -> None:
    assert _cells(*lines)[field] == value


@pytest.mark.parametrize(
    "line", ["BDAY:--05-17", "BDAY:--0517", "BDAY:circa 1980", "BDAY;VALUE=text:May",
             "BDAY:1980-02-30", "BDAY;X-APPLE-OMIT-YEAR=1604:1604-05-17"],
)  # fmt: skip
def test_a_day_that_is_not_whole_is_kept_and_no_birthday(line: str) -> None:
    cells = _cells(line)
    assert "birth_on" not in cells
    assert cells["unmapped.$.BDAY[0].value"] == line.partition(":")[2]


def _point(line: str, field: str = "phones", *more: str, version: str = "4.0") -> ContactPoint:
    (point,) = _cells(line, *more, version=version)[field]
    assert isinstance(point, ContactPoint)
    return point


@pytest.mark.parametrize(
    ("version", "line", "purpose", "preferred"),
    [
        ("2.1", "TEL;WORK;VOICE:+1 202 555 0123", "work", False),
        ("2.1", "TEL;PREF;CELL:+1 202 555 0123", "cell", True),
        ("3.0", "TEL;TYPE=WORK,VOICE,pref:+1 202 555 0123", "work", True),
        ("3.0", "tel;type=HOME;type=FAX:+1 202 555 0123", "home fax", False),
        ("4.0", 'TEL;VALUE=uri;PREF=1;TYPE="voice,home":tel:+1-202-555-0123', "home", True),
        ("4.0", "item1.TEL:+1 202 555 0123", None, False),
    ],
)
def test_types_are_read_in_every_spelling(
    *, version: str, line: str, purpose: str | None, preferred: bool
) -> None:
    point = _point(line, version=version)
    assert (point.match_form, point.purpose) == ("12025550123", purpose)
    assert point.preferred is preferred


def test_a_group_has_a_label_of_its_own() -> None:
    own = _point("item1.TEL:+12025550123", "phones", "item1.X-ABLabel:Cabin")
    apple = _point("i.EMAIL:a@example.com", "emails", "i.X-ABLABEL:_$!<School>!$_")
    assert (own.purpose, apple.purpose) == ("Cabin", "School")


def test_the_preferred_come_first_and_an_address_comes_once() -> None:
    cells = _cells("EMAIL;PREF=50:b@example.com", "EMAIL:c@example.com",
                   "EMAIL;PREF=1:a@example.com", "EMAIL:A@example.com")  # fmt: skip
    assert [point.raw for point in cells["emails"]] == [f"{x}@example.com" for x in "abc"]
    assert cells["unmapped.$.EMAIL[3].value"] == "A@example.com"


@pytest.mark.parametrize(
    ("line", "service", "handle"),
    [
        ("IMPP:xmpp:ann@example.com", "xmpp", "ann@example.com"),
        ("X-SKYPE:ann.example", "skype", "ann.example"),
        ("X-SOCIALPROFILE;TYPE=twitter:https://x.example/ann", None, "https://x.example/ann"),
        ("URL:http\\://example.com/ann", None, "http://example.com/ann"),
    ],
)
def test_messengers_and_pages_are_handles(line: str, service: str | None, handle: str) -> None:
    point = _point(line, "handles")
    assert (point.service, point.normalised) == (service, handle)


def test_an_address_has_its_lines_country_and_label() -> None:
    line = 'ADR;LABEL="1 Main St^nBoston":PO 1;Suite 2;1 Main St\\nBack door;Boston;MA;02101;USA'
    (address,) = _cells(line)["addresses"]
    assert address == Address(
        country="US", lines=("PO 1", "Suite 2", "1 Main St", "Back door"), locality="Boston",
        area="MA", postal_code="02101", raw="1 Main St\nBoston",
    )  # fmt: skip


def test_phones_are_read_in_the_country_of_the_card() -> None:
    cells = _cells("TEL:02-312-3456", "ADR:;;세종대로 1;중구;서울;04524;대한민국")
    assert cells["phones"][0].normalised == "+8223123456"


@pytest.mark.parametrize(
    ("lines", "relation"),
    [
        (["ORG:Example", "TITLE:Head", "ROLE:buyer"],
         Relation(kind=RelationKind.WORKS_FOR, other_name="Example", title="Head", role="buyer")),
        (["RELATED;VALUE=text;TYPE=child:Jo"],
         Relation(kind=RelationKind.PARENT_OF, other_name="Jo")),
        (["RELATED;TYPE=spouse:urn:uuid:77"],
         Relation(kind=RelationKind.HOUSEHOLD, other="vcard/urn:uuid:77", role="spouse")),
        (["X-SPOUSE:Jo"], Relation(kind=RelationKind.HOUSEHOLD, other_name="Jo", role="spouse")),
        (["a.X-ABRELATEDNAMES:Jo", "a.X-ABLABEL:_$!<Friend>!$_"],
         Relation(kind=RelationKind.OTHER, other_name="Jo", role="friend")),
        (["RELATED;TYPE=parent;VALUE=text:Jo"],
         Relation(kind=RelationKind.OTHER, other_name="Jo")),
    ],
)  # fmt: skip
def test_work_and_people_are_relations(lines: list[str], relation: Relation) -> None:
    assert _cells(*lines)["relations"] == (relation,)


# ---------------------------------------------------------------- how it is written


def test_quoted_printable_goes_on_behind_a_soft_break_in_the_charset_named() -> None:
    cells = _cells(
        "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=EA=B9=\r\n=80;=EB=AF=BC=EC=A4=80;;;",
        b"FN;CHARSET=EUC-KR:" + "김민준".encode("euc-kr"),
        version="2.1",
    )
    assert (cells["name.family"], cells["name.given"]) == ("김", "민준")
    assert cells["name.full"] == "김민준"


@pytest.mark.parametrize("charset", ["", ";CHARSET=UTF-8", ";CHARSET=rot13"])
def test_bytes_of_another_charset_are_kept_and_fill_no_field(charset: str) -> None:
    cells = _cells(b"FN" + charset.encode() + b":J\xfcrgen", version="2.1")
    assert cells["unmapped.$.FN[0].value"] == "Jürgen"
    assert cells["unmapped.$.FN[0].CHARSET"] == "bytes"
    assert "name.full" not in cells


def test_a_photo_too_large_to_keep_is_told_by_digest_and_length() -> None:
    cells = _cells("FN:Ann", "PHOTO;ENCODING=b:" + "A" * 70_000, version="3.0")
    assert cells["unmapped.$.PHOTO[0].length"] == 70_000
    assert len(cells["unmapped.$.PHOTO[0].digest"]) == 32
    small = _cells("FN:Ann", "PHOTO;BASE64:", " AAAA", "BBBB", version="2.1")
    assert small["unmapped.$.PHOTO[0].value"] == "AAAABBBB"


def test_an_agent_is_a_card_in_a_card() -> None:
    agent = ["AGENT:", "BEGIN:VCARD", "FN:Bob", "EMAIL:bob@example.com", "END:VCARD"]
    cells = _cells("FN:Ann", *agent, "NOTE:hers", version="2.1")
    assert cells["unmapped.$.AGENT[0].card.FN[0].value"] == "Bob"
    assert (cells["name.full"], cells["notes"]) == ("Ann", ("hers",))
    assert "emails" not in cells


def test_a_line_that_is_no_property_is_kept() -> None:
    assert _cells("FN:Ann", "what is this")["unmapped.$.?[0].value"] == "what is this"


# ---------------------------------------------------------------- cards, keys, time


def test_a_card_says_when_it_was_changed() -> None:
    record = _read("FN:Ann", "REV:20260501T100000Z").records[0]
    assert record.cells["name.full"].observed_at == datetime(2026, 5, 1, 10, tzinfo=UTC)
    loose = _read("FN:Ann", "REV:2026-05-01T10:00:00").records[0]
    assert (loose.cells["name.full"].clock, loose.cells["name.full"].observed_at) == (
        "receipt",
        NOW,
    )


def test_a_card_without_a_key_is_refused_until_keys_are_personal() -> None:
    body = b"BEGIN:VCARD\nVERSION:3.0\nFN:Ann\nEMAIL:Ann@Example.com\nEND:VCARD\n"
    (refused,) = vcard.read(body, received_at=NOW).refused
    assert refused.problems[0][0] == "$.UID"
    delivery = vcard.read(body, received_at=NOW, secret=SECRET, key_is_personal=True)
    other = body.replace(b"FN:Ann", b"FN:Annie").replace(b"Ann@", b"ann@")
    again = vcard.read(other, received_at=NOW, secret=SECRET, key_is_personal=True)
    assert delivery.records[0].key == again.records[0].key
    assert "ann" not in str(delivery.records[0].key).lower().removeprefix("vcard/")
    with pytest.raises(DefinitionError):
        vcard.read(body, received_at=NOW, key_is_personal=True)


def test_cards_without_any_address_are_one_only_if_they_say_the_same() -> None:
    cards = b"".join(
        b"BEGIN:VCARD\nFN:Kim\nNOTE:" + note + b"\nEND:VCARD\n" for note in (b"1", b"2", b"1")
    )
    delivery = vcard.read(cards, received_at=NOW, secret=SECRET, key_is_personal=True)
    keys = [record.key for record in delivery.records]
    assert keys[0] == keys[2] != keys[1]


def test_an_address_as_uid_is_hashed_or_refused() -> None:
    body = _body("FN:Ann", uid="ann@example.com")
    (refused,) = vcard.read(body, received_at=NOW).refused
    assert refused.party is None
    (record,) = vcard.read(body, received_at=NOW, secret=SECRET, key_is_personal=True).records
    assert "@" not in record.key.external_id
    assert record.cells["unmapped.$.UID[0].value"].reveal() == "ann@example.com"


@pytest.mark.parametrize("name", ["KIND", "X-ADDRESSBOOKSERVER-KIND"])
def test_a_group_is_about_no_party(name: str) -> None:
    delivery = _read(f"{name}:group", "FN:Friends", "MEMBER:urn:uuid:1")
    assert (delivery.rows, delivery.records) == (1, ())
    assert delivery.unmapped(0)["$.MEMBER[0].value"] == "urn:uuid:1"


def test_one_bad_card_harms_no_other() -> None:
    body = _body("FN:Ann") + b"stray\n" + _body("FN:\0") + b"BEGIN:VCARD\nFN:Cut"
    delivery = vcard.read(body, received_at=NOW)
    assert (len(delivery.records), len(delivery.refused)) == (1, 3)
    assert [row.problems[0][0] for row in delivery.refused] == ["$", "$.FN[0].value", "$"]


@pytest.mark.parametrize("body", [b"", b"FN:Ann", b'{"a": 1}', b"\xff\xfe\x00"])
def test_other_bytes_are_refused_whole(body: bytes) -> None:
    with pytest.raises(InputError):
        vcard.read(body, received_at=NOW)


def test_utf_16_is_read_by_its_mark() -> None:
    body = _body("FN:김민준").decode().encode("utf-16")
    delivery = READERS["vcard"](body, received_at=NOW, region=None)
    assert delivery.records[0].cells["name.full"].reveal() == "김민준"


def test_every_leaf_is_mapped_or_unmapped() -> None:
    body = _body("FN:Ann ", "N:;;;;", "i.TEL;TYPE=home;X-A=1:1", "ADR:;;;;;;Atlantis", "X-B;P=q:r")
    delivery = vcard.read(body, received_at=NOW)
    (raw,) = split_cards(body)
    sent = leaves(card_of(properties(raw.lines)))
    kept = delivery.unmapped(0)
    assert delivery.mapped[0] | kept.keys() == sent.keys()
    assert not delivery.mapped[0] & kept.keys()
    assert all(sent[path] == value for path, value in kept.items())
    assert kept["$.ADR[0].country"] == "Atlantis"
