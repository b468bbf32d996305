"""What cells are compared by."""

import pytest

from ecrm_core.matching.forms import form_of

FORMS = [
    ("given_name", " Ann-Marie ", "ann marie"),
    ("given_name", "ＡＮＮ", "ann"),
    ("family_name", "O'Neill", "oneill"),
    ("family_name", "Müller", "muller"),
    ("full_name", "김 민준", "김민준"),
    ("full_name", "山田 太郎", "山田太郎"),
    ("full_name", "Сергей Иванов", "sergey ivanov"),
    ("full_name", "Володимир Зеленський", "volodymyr zelensky"),
    ("full_name", "Γιώργος Παπαδόπουλος", "giorgos papadopoulos"),
    ("family_name", "Sørensen", "sorensen"),
    ("family_name", "渡邊", "渡辺"),
    ("full_name", "髙橋 龍", "高桥竜"),
    ("full_name", "張偉", "张伟"),
    ("organisation", "Brockhammer Aktiengesellschaft", "brockhammer ag"),
    ("organisation", "Tidewell Company, Ltd.", "tidewell ltd"),
    ("organisation", "Art's Deli, Inc.", "arts deli inc"),
    ("organisation", "Open Joint Stock Company Uralnikel", "oao uralnikel"),
    ("organisation", "ООО «Берёзовка»", "llc beryozovka"),
    ("organisation", "株式会社青葉商事", "kk 青叶商事"),
    ("organisation", "青葉商事(株)", "青叶商事 kk"),
    ("organisation", "(주)하늘누리", "jusik 하늘누리"),
    ("organisation", "上海金橋貿易有限公司", "上海金桥贸易 youxian"),
    ("kana", "ﾔﾏﾀﾞ ﾀﾛｳ", "やまだたろう"),
    ("email", "Ann+news@Example.com", "ann@example.com"),
    ("email", "a.nn@googlemail.com", "ann@gmail.com"),
    ("email", "not an address", "not an address"),
    ("email", "-", ""),
    ("email", "@", ""),
    ("email", "x7@privaterelay.appleid.com", ""),
    ("phone", "+82 10-0000-1234", "000001234"),
    ("phone", "010-0000-1234", "000001234"),
    ("phone", "０１０－００００－１２３４", "000001234"),
    ("phone", "123", ""),
    ("postcode", "SY5 7NT", "sy57nt"),
    ("birth_date", "1971-06-24", "19710624"),
    ("birth_date", "19710624", "19710624"),
    ("birth_date", "1971-06-24 00:00:00", "19710624"),
    ("birth_date", "10/11/12", "101112"),
    ("birth_date", "unknown", ""),
    ("country", "Deutschland", "DE"),
    ("country", "Atlantis", "atlantis"),
    ("city", "St. Mary's", "st mary s"),
    ("city", "서울특별시", "서울특별시"),
    ("category", "Gold!", "gold"),
    ("text", "", ""),
]


@pytest.mark.parametrize(("role", "text", "form"), FORMS)
def test_a_cell_is_compared_by_its_form(role: str, text: str, form: str) -> None:
    assert form_of(role, text) == form


@pytest.mark.parametrize(("role", "form"), [(role, form) for role, _, form in FORMS])
def test_a_form_is_its_own_form(role: str, form: str) -> None:
    assert form_of(role, form) == form


def test_a_date_in_a_named_order_is_read() -> None:
    assert form_of("birth_date", "24/06/1971", date_order="DMY") == "19710624"


@pytest.mark.parametrize("role", sorted({role for role, _, _ in FORMS}))
@pytest.mark.parametrize("text", ["\ufdfa" * 100_000, "a" * 1_000_000, "\0\ud800x", "é" * 600])
def test_no_text_is_too_odd(role: str, text: str) -> None:
    assert len(form_of(role, text)) <= 128 * 18
