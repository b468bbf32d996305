"""Whole names and organisations, compared word by word."""

import pytest

from ecrm_core.matching.comparisons import levels_of
from ecrm_core.matching.forms import form_of
from ecrm_core.matching.names import organisation_level, person_level

PERSONS = [
    ("Octavian Brennemann", "Olaf Brennemann", False),
    ("Margarethe Vollbrecht", "Margarete Vollbrecht", True),
    ("T. Wexcombe", "Tobias Wexcombe", True),
    ("Tobias Wexcombe", "Theresa Wexcombe", False),
    ("Wexcombe, Tobias", "Tobias Wexcombe", True),
    ("Ana Lucía Peñaranda Ríos", "Ana Lucia Penaranda", True),
    ("Jean-Luc Armandier", "Jean Luc Armandier", True),
    ("JeanLuc Armandier", "Jean Luc Armandier", True),
    ("Luc Armandier", "Jean Luc Armandier", True),
    ("Pieter van der Hooghe", "Pieter Hooghe", True),
    ("Pieter Vanderhooghe", "Pieter van der Hooghe", True),
    ("Willem Hooghe", "Pieter Hooghe", False),
    ("Bill Thackenby", "William Thackenby", True),
    ("Liz Ferncastle", "Elizabeth Ferncastle", True),
    ("Liz Ferncastle", "Linda Ferncastle", False),
    ("Katarzyna Wolnicka", "Kasia Wolnicka", True),
    ("Катерина Мельниченко", "Kateryna Melnychenko", True),
    ("Дмитрий Соловьянов", "Dmitri Solovyanov", True),
    ("Νίκος Αλεβίζος", "Nikos Alevizos", True),
    ("Сергей Корабельников", "Андрей Корабельников", False),
    ("김하윤", "Kim Ha-yoon", True),
    ("김하윤", "Hayun Kim", True),
    ("김하윤", "Kim Ha-jun", False),
    ("선우재덕", "Sunwoo Jae Duk", True),
    ("박지민", "박지빈", False),
    ("박지민", "Park Jimin", True),
    ("李明华", "Li Minghua", True),
    ("李明華", "Minghua Li", True),
    ("李明华", "Li Minghai", False),
    ("渡邊 健一", "渡辺健一", True),
    ("渡辺健一", "渡辺健二", False),
    ("ササキ ユウコ", "Yuko Sasaki", True),
    ("ササキ ユウコ", "ささき ゆうこ", True),
    ("Hassan al-Mirzani", "Hassan Mirzani", True),
    ("Hassan bin Yusuf al-Mirzani", "Yusuf bin Hassan al-Mirzani", False),
    ("Ingrid Solvang Aasheim", "Ingrid Aasheim", True),
    ("Ingrid Aashiem", "Ingrid Aasheim", True),
    ("Søren Kjærulff", "Soren Kjaerulff", True),
    ("Müller Jürgen", "Juergen Mueller", True),
]
ORGANISATIONS = [
    ("Brockhammer AG", "Brockhammer Aktiengesellschaft", True),
    ("Brockhammer AG", "Brockhammer", True),
    ("Brockhammer AG", "Brockhammer GmbH", False),
    ("Tidewell Foods Inc.", "Tidewell Foods, Incorporated", True),
    ("Tidewell Foods Ltd", "Tidewell Food Limited", True),
    ("The Larkspur & Finch Company", "Larkspur and Finch Co", True),
    ("Mario's Trattoria", "Marios Trattoria", True),
    ("Mario's Deli", "Mario's Delicatessen", True),
    ("Hotel Bella Costa", "Bella Costa Hotel", True),
    ("Hotel Bella Costa", "Hotel Bella Vista", False),
    ("Nordhaven Shipping Fund II", "Nordhaven Shipping Fund III", False),
    ("ООО Березовка", "Berezovka OOO", True),
    ("Open Joint Stock Company Uralnikel", "OAO Uralnikel", True),
    ("株式会社青葉商事", "青葉商事(株)", True),
    ("주식회사 하늘누리", "(주)하늘누리", True),
    ("上海金桥贸易有限公司", "上海金橋貿易有限公司", True),
    ("Cardiff Lane Bakery", "Cardiff Road Bakery", False),
    ("Vantage Capital Trust 2011-3", "Vantage Capital Trust 2011-4", False),
    ("Kestrel Bank", "Kestrel Bank of Utah", False),
    ("Cafe Zephyr", "Café Zephyr", True),
    ("First Lakeside Bank", "1st Lakeside Bank", True),
    ("S. C. Tidewell & Sons", "SC Tidewell & Sons", True),
    ("Tidewell International", "Tidewell Intl.", True),
    ("Spago (Lake Town)", "Marcello (Lake Town)", False),
    ("A.B.C. Company", "C.B.A. Company", False),
    ("JSC Uralnikel", "OAO Uralnikel", True),
    ("Bay", "Baykal", False),
    ("Cargille", "Cargill", True),
    ("Mario", "Marco", False),
]


def one_name(role: str, sort: str, one: str, two: str) -> bool:
    left, right = sorted((form_of(role, one), form_of(role, two)))
    return left == right or int(levels_of(sort, [left], [right])[0]) >= 2


@pytest.mark.parametrize(("one", "two", "same"), PERSONS)
def test_whole_names_are_compared_by_their_words(one: str, two: str, *, same: bool) -> None:
    assert one_name("full_name", "full", one, two) == same


@pytest.mark.parametrize(("one", "two", "same"), ORGANISATIONS)
def test_organisations_are_compared_by_their_words(one: str, two: str, *, same: bool) -> None:
    assert one_name("organisation", "title", one, two) == same


@pytest.mark.parametrize(
    ("one", "two", "level"),
    [
        ("ann example", "example ann", 4),
        ("jc juncker", "jean claude juncker", 2),
        ("khan bin salman", "salman bin khan", 1),
        ("hannibal", "hanniball", 2),
        ("anna", "anne", 1),
        ("ann maria lopez", "ann sofia lopez", 1),
        ("ann maria sofia clara lopez", "ann lopez", 1),
        ("ann example", "bo park", 0),
        ("ann lopaz", "ann maria sofia lopez", 1),
        ("daniel fischer", "daniela fischer", 1),
        ("mario rossi", "maria rossi", 1),
        ("christian weber", "christine weber", 1),
        ("claudius rossi", "claudia rossi", 1),
        ("john smith jr", "john smith sr", 1),
        ("john smith jr", "john smith", 2),
        ("stefan gruber", "stephan gruber", 2),
        ("muhammad al rashid", "mohammad alrashid", 2),
        ("lars eriksson", "lars henriksson", 0),
        ("tim cook", "tom cook", 1),
        ("ann arkady example", "ann arkadii example", 2),
        ("a b", "a b c", 1),
    ],
)
def test_two_persons_have_a_level(one: str, two: str, level: int) -> None:
    assert person_level(one, two) == person_level(two, one) == level


@pytest.mark.parametrize(
    ("one", "two", "level"),
    [
        ("tidewell ag", "tidewell gmbh", 1),
        ("tidewell ag", "tidewell", 2),
        ("tidewell foods", "tidewell", 1),
        ("ag", "gmbh", 0),
        ("the", "of", 0),
        ("tidewell nordhaven foods", "tidewell nordhaven bank", 1),
        ("tidewell foods", "larkspur bank", 0),
        ("tidewell pharma", "tidewell pharmaceuticals", 2),
        ("mcfarrows restaurant", "mcfarrows", 2),
        ("farrow cafe", "farrow dining room", 0),
        ("strip llc", "stripe llc", 2),
    ],
)
def test_two_organisations_have_a_level(one: str, two: str, level: int) -> None:
    assert organisation_level(one, two) == organisation_level(two, one) == level
