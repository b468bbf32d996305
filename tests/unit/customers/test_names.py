"""Names: the full name is the truth, and every name is an ordinary one."""

import pytest

from ecrm_core.customers.names import (
    NameOrder,
    PersonName,
    compose_name,
    name_key,
    name_search_keys,
    parse_name,
)
from ecrm_core.customers.organisation import (
    OrganisationName,
    parse_organisation,
    split_legal_form,
)
from ecrm_core.errors import InputError
from ecrm_core.kernel import decode, encode

FAMILY, GIVEN = NameOrder.FAMILY_FIRST, NameOrder.GIVEN_FIRST


@pytest.mark.parametrize(
    ("parts", "full", "order"),
    [
        ({"given": "Min-jun", "family": "Kim"}, "Min-jun Kim", GIVEN),
        ({"given": "민준", "family": "김"}, "김민준", FAMILY),
        ({"given": "민수", "family": "남궁"}, "남궁민수", FAMILY),
        ({"given": "太郎", "family": "山田"}, "山田太郎", FAMILY),
        ({"given": "さくら", "family": "佐藤"}, "佐藤さくら", FAMILY),
        ({"given": "タロウ", "family": "ヤマダ"}, "ヤマダ タロウ", FAMILY),
        ({"given": "محمد", "family": "علي"}, "محمد علي", GIVEN),
        ({"given": "민준", "family": "Kim"}, "민준 Kim", GIVEN),
        ({"given": "Mary", "middle": "J.", "family": "O'Neill"}, "Mary J. O'Neill", GIVEN),
        ({"prefix": "Dr.", "family": "Weiß", "suffix": "Jr."}, "Dr. Weiß Jr.", None),
        ({"given": "민준", "family": "김", "suffix": "님"}, "김민준 님", FAMILY),
        ({"given": "Sukarno"}, "Sukarno", None),
        ({"family": "O"}, "O", None),
        ({"given": " Anna \u3000 Lena ", "family": ""}, "Anna Lena", None),
        ({"phonetic": "ヤマダ"}, "ヤマダ", None),
        ({"given": "Jose\u0301", "family": "Null"}, "José Null", GIVEN),
    ],
)
def test_a_name_is_composed_as_it_is_written(
    parts: dict[str, str], full: str, order: NameOrder | None
) -> None:
    name = compose_name(**parts)
    assert name is not None
    assert (name.full, name.order) == (full, order)


@pytest.mark.parametrize("parts", [{}, {"given": " "}, {"prefix": "Dr."}])
def test_no_part_of_a_name_is_no_name(parts: dict[str, str]) -> None:
    assert compose_name(**parts) is None


def test_the_language_of_a_page_does_not_turn_a_name_round() -> None:
    name = compose_name(given="John", family="Smith", locale="ko")
    assert name == PersonName(
        full="John Smith", given="John", family="Smith", order=GIVEN, locale="ko"
    )


@pytest.mark.parametrize("bad", ["x" * 513, "a\x00b", "\ud800"])
def test_a_name_no_store_could_keep_is_refused_with_its_path(bad: str) -> None:
    with pytest.raises(InputError, match=r"\$\.given"):
        compose_name(given=bad)


def test_a_written_name_is_kept_unsplit() -> None:
    assert parse_name(" 김 \u3000민준 ") == PersonName(full="김 민준")
    assert parse_name("\u3000") is None


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ({"given": "Mary", "family": "O'Neill"}, ("mary oneill", "oneill mary")),
        ({"given": "Zoë", "family": "Ng"}, ("ng zoe", "ng zoë", "zoe ng", "zoë ng")),
        ({"given": "민준", "family": "김"}, ("김 민준", "김민준", "민준 김", "민준김")),
        ({"family": "Null"}, ("null",)),
        ({"given": "O"}, ("o",)),
        ({"given": "Anne-Marie"}, ("anne marie",)),
        ({"given": "محمد", "family": "علي"}, ("علي محمد", "محمد علي")),
        ({"given": "🔥"}, ("🔥",)),
    ],
)
def test_a_name_is_found_in_both_orders(name: dict[str, str], keys: tuple[str, ...]) -> None:
    composed = compose_name(**name)
    assert composed is not None
    assert name_search_keys(composed) == keys


def test_a_kanji_name_is_found_by_its_reading_in_either_kana() -> None:
    name = compose_name(given="太郎", family="山田", phonetic="ﾔﾏﾀﾞ ﾀﾛｳ")
    assert name is not None
    keys = name_search_keys(name)
    assert {name_key("やまだ た"), name_key("ヤマダ タ"), name_key("山田太")} <= {
        key[:length] for key in keys for length in range(len(key) + 1)
    }


def test_vowel_signs_belong_to_their_letters() -> None:
    assert name_key("हिन्दी") == "हिन्दी"


def test_a_name_shows_nothing_and_travels_whole() -> None:
    name = compose_name(given="太郎", family="山田", phonetic="ヤマダ タロウ")
    assert name is not None
    assert "山田" not in repr(name)
    assert decode(PersonName, encode(name)) == name


@pytest.mark.parametrize(
    ("text", "core", "form"),
    [
        ("Acme GmbH", "Acme", "GmbH"),
        ("Acme GmbH & Co. KG", "Acme", "GmbH & Co. KG"),
        ("ACME CO., LTD.", "ACME", "Co., Ltd."),
        ("Acme, Inc.", "Acme", "Inc."),
        ("Acme Pty Ltd", "Acme", "Pty Ltd"),
        ("Foo Sp. z o. o.", "Foo", "Sp. z o.o."),
        ("Rossi S.p.A.", "Rossi", "SpA"),
        ("Dupont S.A.", "Dupont", "S.A."),
        ("주식회사 가나다", "가나다", "주식회사"),
        ("가나다(주)", "가나다", "주식회사"),
        ("㈜ 가나다", "가나다", "주식회사"),
        ("株式会社山田", "山田", "株式会社"),
        ("山田（株）", "山田", "株式会社"),
        ("有限会社山田", "山田", "有限会社"),
        ("北京某某有限公司", "北京某某", "有限公司"),
        ("Day Spa", "Day Spa", None),
        ("GmbH", "GmbH", None),
        ("주식회사", "주식회사", None),
        ("Müller", "Müller", None),
        ("x" * 600 + " Ltd", "x" * 600 + " Ltd", None),
    ],
)
def test_a_legal_form_is_recognised(text: str, core: str, form: str | None) -> None:
    assert split_legal_form(text) == (core, form)


def test_recognising_the_form_changes_no_letter_of_the_name() -> None:
    assert parse_organisation(" (주)가나다 ") == OrganisationName(
        legal="(주)가나다", legal_form="주식회사"
    )
    assert parse_organisation("") is None
