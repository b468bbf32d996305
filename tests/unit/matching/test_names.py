"""Names in another dress: nicknames, other scripts, other spellings."""

import numpy as np
import pytest

from ecrm_core.customers import FieldMap
from ecrm_core.matching import dedupe
from ecrm_core.matching.dressed import Dressed
from ecrm_core.matching.features import features_of
from ecrm_core.matching.forms import form_of
from ecrm_core.matching.names import aliases_of
from ecrm_core.matching.rules import rules_between
from ecrm_core.matching.texts import Texts

ONE = [
    ("given_name", "Bob", "Robert"),
    ("given_name", "Bob", "Rob"),
    ("given_name", "Liz", "Elizabeth"),
    ("given_name", "Kasia", "Katarzyna"),
    ("given_name", "Саша", "Alexander"),
    ("middle_name", "Bill", "William"),
    ("full_name", "Smith Bob", "Robert Smith"),
    ("full_name", "김민준", "Kim Min-jun"),
    ("full_name", "김민준", "Minjun Kim"),
    ("full_name", "김민준", "KIM MIN JOON"),
    ("full_name", "남궁민수", "Namgung Min-soo"),
    ("full_name", "이지우", "Jiwoo Rhee"),
    ("full_name", "박서연", "Pak Sŏyŏn"),
    ("full_name", "최영희", "Choe Young Hee"),
    ("full_name", "류현진", "Ryu Hyun-jin"),
    ("full_name", "정우성", "Chung Woo Sung"),
    ("family_name", "이", "Yi"),
    ("family_name", "Lee", "Rhee"),
    ("family_name", "박", "Park"),
    ("given_name", "민준", "Min Jun"),
    ("given_name", "민준", "minjoon"),
    ("given_name", "지수", "Jisoo"),
    ("middle_name", "민준", "minjun"),
    ("full_name", "王伟", "Wang Wei"),
    ("full_name", "王偉", "Wei Wang"),
    ("full_name", "欧阳娜娜", "Ouyang Nana"),
    ("family_name", "陳", "Chen"),
    ("kana", "ヤマダ タロウ", "Taro Yamada"),
    ("kana", "ﾔﾏﾀﾞ ﾀﾛｳ", "Yamada Tarou"),
    ("kana", "さとう しんいち", "Satoh Shinichi"),
    ("kana", "ホンマ ジュンコ", "Junko Homma"),
    ("given_name", "さくら", "Sakura"),
    ("given_name", "きょうこ", "Kyoko"),
    ("given_name", "ちづる", "Tizuru"),
]
OTHERS = [
    ("given_name", "Alexander", "Alexandra"),
    ("given_name", "Liz", "Linda"),
    ("family_name", "Bob", "Robert"),
    ("full_name", "Bob Smith", "Robert Jones"),
    ("full_name", "김민준", "Kim Min-ji"),
    ("full_name", "김민준", "Park Min-jun"),
    ("full_name", "王伟", "Wang Fang"),
    ("kana", "ヤマダ", "Yamamoto"),
    ("city", "Bob", "Robert"),
]
PLAIN = [
    ("family_name", "smith"), ("given_name", "ingrid"), ("full_name", "ingrid smith"),
    ("full_name", "ingrid ann park smith"), ("full_name", "kim"), ("full_name", "김"),
    ("family_name", "龘"), ("full_name", "龘龘"), ("full_name", "محمد"), ("email", "bob"),
]  # fmt: skip


def shared(role: str, one: str, two: str) -> set[str]:
    left, right = (aliases_of(role, form_of(role, text)) for text in (one, two))
    return set(left) & set(right)


@pytest.mark.parametrize(("role", "one", "two"), ONE)
def test_one_name_in_two_dresses_shares_an_alias(role: str, one: str, two: str) -> None:
    assert shared(role, one, two)


@pytest.mark.parametrize(("role", "one", "two"), OTHERS)
def test_two_names_share_no_alias(role: str, one: str, two: str) -> None:
    assert not shared(role, one, two)


@pytest.mark.parametrize(("role", "form"), PLAIN)
def test_most_names_have_no_alias(role: str, form: str) -> None:
    assert aliases_of(role, form) == ()


def test_either_word_of_a_whole_name_may_be_the_given_one() -> None:
    assert set(aliases_of("full_name", "bob mike")) == {"robert mike", "michael bob"}


def test_latin_letters_are_not_asked_for_kana_where_none_is_near() -> None:
    assert aliases_of("given_name", "sakura") == ("ja:sakura",)
    assert aliases_of("given_name", "sakura", kana=False) == ()


@pytest.mark.parametrize(
    ("role", "names"),
    [
        ("full_name", ["bob smith", "robert smith", "ann lee"]),
        ("full_name", ["bob smith", "smith robert", "ann lee"]),
        ("full_name", ["bob smith", "rob smith", "ann lee"]),
        ("full_name", ["김민준", "minjun kim", "ann lee"]),
        ("given_name", ["bob", "robert", "ann"]),
        ("kana", ["やまだたろう", "taro yamada", "ann lee"]),
    ],
)
def test_values_of_a_column_that_share_an_alias_have_its_level(role: str, names: list[str]) -> None:
    dressed = Dressed(role, Texts(names), lambda one, _: np.zeros(len(one), np.int8), 3)
    left, right = np.array([0, 1, 0], np.int32), np.array([1, 0, 2], np.int32)
    assert dressed.levels(left, right).tolist() == [3, 3, 0]


@pytest.mark.parametrize(("role", "names"), [
    ("full_name", ["bob smith", "robert brown"]), ("given_name", ["bob", "robert"]),
    ("full_name", ["김민준", "minjun kim"]), ("kana", ["やまだたろう", "taro yamada"]),
])  # fmt: skip
def test_rows_meet_in_a_block_by_an_alias(role: str, names: list[str]) -> None:
    fields = FieldMap(columns={"name": role})
    assert ("name",) in rules_between(features_of({"name": names}, fields))


GIVEN = ["Amy", "Brian", "Carla", "Derek", "Erin", "Flora", "Gary", "Hazel", "Ian", "Joyce", "Kurt"]
FAMILY = ["Abbott", "Bender", "Castle", "Drummond", "Ellis", "Farrow", "Grant", "Hollis", "Ingram"]
STRANGERS = [f"{given} {family}" for given in GIVEN for family in FAMILY]


@pytest.mark.parametrize(
    ("one", "two"),
    [("Bob Smith", "Robert Smith"), ("김민준", "Minjun Kim"), ("王伟", "Wang Wei"),
     ("Саша Иванов", "Alexander Ivanov")],
)  # fmt: skip
def test_people_are_found_by_their_other_name(one: str, two: str) -> None:
    born = [f"19{20 + at % 80}-0{1 + at % 9}-1{at % 7}" for at in range(len(STRANGERS))]
    table = {"name": [one, two, *STRANGERS], "born": ["1984-03-04", "1984-03-04", *born]}
    found = dedupe(table, fields={"name": "full_name", "born": "birth_date"})
    assert found.groups == ((0, 1),)
    assert found.explain(0, 1).fields[1].level == "alias"


def test_given_names_are_found_by_their_long_form() -> None:
    table = {
        "given": ["Bob", "Robert", *(name.split()[0] for name in STRANGERS)],
        "family": ["Smith", "Smith", *(name.split()[1] for name in STRANGERS)],
        "zip": ["10115", "10115", *(str(20_000 + 77 * at) for at in range(len(STRANGERS)))],
    }
    fields = {"given": "given_name", "family": "family_name", "zip": "postcode"}
    found = dedupe(table, fields=fields)
    assert found.explain(0, 1).fields[1].level == "alias"
