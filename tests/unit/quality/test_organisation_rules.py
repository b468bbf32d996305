"""Organisation rules: what is no company, and the strange names real companies have."""

import pytest

from ecrm_core.quality import ALL
from tests.unit.quality.people import findings, record

ABOUT = {rule.id for rule in ALL.rules if rule.path == "organisation"}


def found(company: str, **fields: str) -> set[str]:
    return findings(record(organisation__legal=company, **fields), ALL).keys() & ABOUT


@pytest.mark.parametrize(
    "company",
    [
        "4711",
        "7-11",
        "3",
        "8x8",
        "Booking.com",
        "Amazon.com, Inc.",
        "SAS",
        "SE",
        "AG",
        "Co",
        "Self GmbH",
        "Private Eye",
        "Null GmbH",
        "NA-KD",
        "Home Depot",
        "None of the Above Ltd",
        "Test Valley Council",
        "Example Street Bakery",
        "카카오",
        "주식회사 카카오",
        "(주)개인정보연구소",
        "없음의미학",
        "株式会社なし",
        "テスト工業株式会社",
        "個人情報保護委員会",
        "학생회관",
        "X",
        "!!!Café",
        "Yahoo!",
        "Müller & Söhne KG",
        "Keine Sorge GmbH",
        "Acme Corp",
        "Limited Edition Ltd",
        "Company of Heroes",
        "회사원 소극장",
    ],
)
def test_a_real_company_is_left_alone(company: str) -> None:
    assert found(company) == set()


@pytest.mark.parametrize(
    ("company", "rule"),
    [
        ("---", "organisation_letter"),
        ("🏢", "organisation_letter"),
        ("info@acme.example", "organisation_is_address"),
        ("https://acme.example", "organisation_is_address"),
        ("www.acme.example", "organisation_is_address"),
        ("none", "organisation_sample"),
        ("N/A", "organisation_sample"),
        ("n.a.", "organisation_sample"),
        ("Self-employed", "organisation_sample"),
        ("private", "organisation_sample"),
        ("Test Company", "organisation_sample"),
        ("Test GmbH", "organisation_sample"),
        ("Musterfirma GmbH", "organisation_sample"),
        ("개인", "organisation_sample"),
        ("없음", "organisation_sample"),
        ("なし", "organisation_sample"),
        ("個人事業主", "organisation_sample"),
        ("株式会社サンプル", "organisation_sample"),
        ("GmbH", "organisation_only_form"),
        ("Inc.", "organisation_only_form"),
        ("Co., Ltd.", "organisation_only_form"),
        ("주식회사", "organisation_only_form"),
        ("㈜", "organisation_only_form"),
        ("株式会社", "organisation_only_form"),
    ],
)
def test_what_is_found_in_an_organisation(company: str, rule: str) -> None:
    assert rule in found(company)


@pytest.mark.parametrize(
    ("person", "company", "same"),
    [
        ("Ann Lee", "Ann Lee", True),
        ("Ann Lee", "Ann Lee Consulting", True),
        ("Ann Lee", "Lee Ann GmbH", True),
        ("김민준", "김민준", True),
        ("김민준", "주식회사 김민준", True),
        ("Ann Lee", "Lee Consulting", False),
        ("Ann", "Ann Taylor", False),
        ("김민준", "김민준치과", False),
        ("Ann Lee", "Acme", False),
    ],
)
def test_a_persons_name_as_the_companys_is_told_as_news(
    person: str, company: str, *, same: bool
) -> None:
    assert ("name_in_company" in found(company, name__full=person)) is same


def test_a_huge_name_is_judged_like_any_other() -> None:
    assert found("a." * 200_000) == set()
