"""Name rules: every script and length is a name; signs of invention only add up."""

import pytest

from ecrm_core.customers import parse_email
from ecrm_core.quality import CORE, Severity, party_of
from ecrm_core.quality.data import load_data
from ecrm_core.quality.invented import signs_of, weigh
from tests.unit.quality.people import findings, record

ABOUT_NAME = {rule.id for rule in CORE.rules if rule.path == "name"} | {"invented"}
SIGNS = load_data("signals")


@pytest.mark.parametrize(
    "name",
    ["O", "Li E", "이", "Ng", "J. K. Rowling", "Anne-Marie O'Neill", "Nguyễn Thị Ánh", "김민준",
     "山田 さくら", "ヤマモト　ケンジ", "محمد", "Łukasz", "D’Angelo", "Sammy Davis 2nd", "ॐकार",
     "X Æ", "Ada von und zu", "李"],
)  # fmt: skip
def test_an_ordinary_name_is_left_alone(name: str) -> None:
    assert findings(record(name__full=name)).keys() & ABOUT_NAME == set()


@pytest.mark.parametrize(
    ("name", "rules"),
    [
        ("...", {"name_letter"}),
        ("123", {"name_letter", "name_signs"}),
        ("Anna 12", {"name_signs"}),
        ("Ａｎｎａ１２", {"name_signs"}),
        ("Anna ☆", {"name_signs"}),
        ("anna@example.com", {"name_is_address"}),
        ("www.example.com", {"name_is_address"}),
        ("Test", {"name_sample"}),
        ("홍길동", {"name_sample"}),
        ("山田太郎", {"name_sample"}),
        ("テスト", {"name_sample"}),
        ("Mickey Mouse", {"name_sample"}),
        ("Null", {"name_sample"}),
        ("Jennifer Null", set()),
        ("asdf", {"name_sample", "name_walk"}),
        ("lkjh", {"name_walk"}),
        ("ㅁㄴㅇㄹㅎ", {"name_walk"}),
        ("zzzz", {"name_walk"}),
        ("ああああああ", {"name_walk"}),
        ("III", {"name_walk"}),
        ("Wert", {"name_walk"}),
        ("Anna Wert", set()),
        ("Jo", set()),
        ("Oo", set()),
    ],
)
def test_the_rules_of_a_name(name: str, rules: set[str]) -> None:
    assert findings(record(name__full=name)).keys() & ABOUT_NAME == rules


def test_digits_and_pictures_are_two_findings_of_one_rule() -> None:
    from ecrm_core.quality import check_record

    found = check_record(record(name__full="🔥 Amina 123")).findings
    assert [f.facts["what"] for f in found if f.rule == "name_signs"] == ["digits", "pictures"]


@pytest.mark.parametrize("sign", SIGNS["weights"])
def test_no_sign_alone_reaches_the_threshold(sign: str) -> None:
    assert weigh([sign]) < 0


@pytest.mark.parametrize("group", SIGNS["groups"])
def test_of_a_group_only_the_strongest_sign_counts(group: list[str]) -> None:
    assert weigh(group) == max(weigh([sign]) for sign in group)


def test_signs_in_the_name_alone_never_reach_the_threshold() -> None:
    assert weigh([sign for sign in SIGNS["weights"] if sign.startswith("name_")]) < 0


@pytest.mark.parametrize("name", ["Test", "홍길동", "山田太郎", "Mickey Mouse", "Null", "asdf"])
def test_a_sample_name_alone_is_news_and_no_warning(name: str) -> None:
    found = findings(record(name__full=name, email="kim.minjun@example.com"))
    assert found["name_sample"].severity is Severity.INFO
    assert "invented" not in found


@pytest.mark.parametrize(
    ("fields", "signs"),
    [
        ({"name__full": "홍길동", "phone": "010-1234-5678"}, {"name_sample", "phone_pattern"}),
        ({"name__full": "Test Test", "email": "test@test.com"},
         {"email_doubled", "name_repeated", "name_sample"}),
        ({"name__full": "Mouse, Mickey", "email": "a@a.com", "phone": "555-0123"},
         {"email_doubled", "name_sample", "phone_fictional"}),
        ({"name__full": "Mr. Donald Duck", "phone": "000-0000-0000"},
         {"name_sample", "phone_pattern"}),
        ({"name__full": "Mickey T. Mouse Jr", "email": "m@mailinator.com"},
         {"email_disposable", "name_sample"}),
        ({"name__full": "Vorname Nachname", "email": "abc@abc.de"},
         {"email_doubled", "email_placeholder", "name_sample"}),
        ({"name__full": "Тест", "email": "test@test.ru"},
         {"email_doubled", "email_placeholder", "name_sample"}),
        ({"name__full": "qwe qwe", "phone": "1111111111"},
         {"name_repeated", "name_walk", "phone_pattern"}),
        ({"name__full": "asdf", "email": "qwer@mailinator.com"},
         {"email_disposable", "email_placeholder", "name_sample", "name_walk"}),
        ({"name__full": "Mickey Mouse", "email": "mickey@yopmail.com"},
         {"email_disposable", "name_sample"}),
        ({"name__full": "Lorem", "organisation__legal": "lorem", "email": "lorem@shop.example.com"},
         {"email_example", "name_sample", "same_everywhere"}),
    ],
)  # fmt: skip
def test_several_signs_make_an_invented_entry(fields: dict[str, str], signs: set[str]) -> None:
    found = findings(record(**fields))["invented"]
    assert set(str(found.facts["signs"]).split(", ")) == signs
    assert 50 < int(found.facts["percent"]) <= 100


@pytest.mark.parametrize(
    ("name", "email", "phone"),
    [
        ("Jane Null", "jane.null@gmail.com", "+1 415-231-4821"),
        ("Ms. Null", "null@web.de", "+1 415-231-4821"),
        ("Mr. Test", "test@web.de", "+49 1512 3956701"),
        ("홍길동", "gildong.hong@naver.com", "010-2943-1274"),
        ("山田太郎", "yamada@example.jp", "+81 90-2345-6712"),
        ("Peter Parker", "peter.parker@gmail.com", "+1 415-231-4821"),
        ("Mickey Rourke", "mickey@gmail.com", "+1 415-231-4821"),
        ("Na Na", "na.na@gmail.com", "+82 10-2943-1274"),
        ("Kim Kim", "kim@kim.kr", "+82 10-2943-1274"),
        ("John Smith", "john@smith.com", "+1 415-231-4821"),
        ("X", "x@x.com", "+1 415-231-4821"),
        ("Guest", "guest@gmail.com", "+1 415-231-4821"),
        ("Mario Rossi", "mariorossi@mariorossi.it", "+39 347 123 9876"),
        ("Na Li", "na.li@qq.com", "+86 138 8888 8888"),
        ("Peter Parker", "pp@gmail.com", "+44 20 7777 7777"),
        ("Christopher Null", "cnull@gmail.com", "+1 800-777-7777"),
    ],
)
def test_people_with_telling_names_are_people(name: str, email: str, phone: str) -> None:
    assert "invented" not in findings(record(name__full=name, email=email, phone=phone))


def test_a_trader_writes_one_name_everywhere() -> None:
    given = record(name__full="Michael Scott", email="michael.scott@gmail.com",
                   organisation__legal="Michael Scott")  # fmt: skip
    assert signs_of(party_of(given)) == ("name_common",)


def test_a_mailbox_called_like_its_owner_adds_nothing() -> None:
    party = party_of(record(name__full="Test", emails=(parse_email("test@shop.kr"),)))
    assert signs_of(party) == ("name_sample",)


def test_a_relay_is_no_throw_away_mailbox() -> None:
    party = party_of(record(email="x1@privaterelay.appleid.com"))
    assert signs_of(party) == ()
