"""Address rules of ALL: what is no address of anybody, and the many shapes real ones have."""

import pytest

from ecrm_core.customers import Address
from ecrm_core.quality import ALL, Party, Severity, check_party, check_record, clean
from tests.unit.quality.people import findings, record

ABOUT = {rule.id for rule in ALL.rules if rule.path == "address"}


def found(place: Address) -> set[str]:
    return findings(record(addresses=(place,)), ALL).keys() & ABOUT


REAL = [
    Address(
        country="KR",
        lines=("역삼동 737번지 강남파이낸스센터",),
        locality="강남구",
        area="서울특별시",
    ),
    Address(country="KR", lines=("서울특별시 강남구 테헤란로 152",)),
    Address(country="KR", lines=("테헤란로 강남빌딩",), locality="강남구", postal_code="06236"),
    Address(country="KR", lines=("종로1가",), locality="종로구"),
    Address(country="JP", lines=("桜丘町26-1",), locality="渋谷区", area="東京都"),
    Address(country="JP", lines=("1-2-3-4",), locality="中央区銀座"),
    Address(country="JP", lines=("東京都千代田区丸の内一丁目",)),
    Address(country="DE", lines=("Schlossallee 1",), locality="Berlin", postal_code="10115"),
    Address(country="DE", lines=("Postfach 12 34",), locality="Bonn"),
    Address(country="DE", lines=("Gutshof am Lindenweg",), locality="Ahrensfelde"),
    Address(country="DE", lines=("Am Markt",), locality="Rust"),
    Address(country="GB", lines=("The Old Vicarage", "Church Lane"), locality="Much Wenlock"),
    Address(country="GB", lines=("12 Test Lane",), locality="Southampton"),
    Address(country="GB", lines=("1 Sample Street",), locality="York"),
    Address(country="IE", lines=("Ballyduff",), locality="Tralee", area="Co. Kerry"),
    Address(country="US", lines=("One Apple Park Way Street",), locality="Cupertino"),
    Address(country="US", lines=("General Delivery",), locality="Barrow", area="AK"),
    Address(country="US", lines=("St Mary's School, Church Road",), locality="Ely"),
    Address(country="FR", lines=("Le Bourg",), locality="Y"),
    Address(country="FR", lines=("Lieu-dit La Rue",), locality="Plouha"),
    Address(country="ES", lines=("Calle Mayor s/n",), locality="Olite"),
    Address(country="IT", lines=("Via Roma snc",), locality="Bari"),
    Address(country="CR", lines=("200 m al norte de la iglesia",), locality="Heredia"),
    Address(country="NO", lines=("Gamle skole",), locality="Å"),
    Address(country="IN", lines=("Behind Hanuman Temple",), locality="Nashik"),
    Address(country="AE", lines=("P.O. Box 1234",), locality="Dubai"),
    Address(country="SG", lines=("10 Anson Road",)),
    Address(country="HK", lines=("Flat 3, 12/F, Harbour View",)),
    Address(country="CA", lines=("10-123 1/2 MAIN STREET NW",), locality="Montreal"),
    Address(country="NL", lines=("Damrak 1-A",), locality="Amsterdam"),
    Address(lines=("1 Main St, Springfield, IL 62701",)),
    Address(country="DE", raw="Beispielweg 1\n10115 Berlin\nGermany"),
    Address(country="AQ", lines=("McMurdo",), locality="Ross Island"),
    Address(),
]


@pytest.mark.parametrize("place", REAL, ids=lambda p: " ".join(p.lines) or str(p.country))
def test_an_address_somebody_lives_at_is_left_alone(place: Address) -> None:
    assert found(place) == set()


@pytest.mark.parametrize(
    ("place", "rules"),
    [
        (Address(country="DE", lines=("Hauptstraße",), locality="Bonn"), {"address_house_number"}),
        (Address(country="DE", lines=("Hauptstr.",), locality="Bonn"), {"address_house_number"}),
        (
            Address(country="FR", lines=("rue de Rivoli",), locality="Paris"),
            {"address_house_number"},
        ),
        (Address(country="US", lines=("Main Street",), locality="Erie"), {"address_house_number"}),
        (Address(country="KR", lines=("테헤란로",), locality="강남구"), {"address_house_number"}),
        (Address(country="NL", lines=("Kerkstraat",), locality="Delft"), {"address_house_number"}),
        (Address(country="DE", lines=("Am Markt 1",)), {"address_incomplete"}),
        (Address(country="DE", locality="Bonn", postal_code="53111"), {"address_incomplete"}),
        (Address(country="KR", lines=("n/a",), locality="강남구"), {"address_placeholder"}),
        (Address(country="GB", lines=("asdf",), locality="York"), {"address_placeholder"}),
        (Address(country="GB", lines=("test street",), locality="York"), {"address_placeholder"}),
        (
            Address(country="GB", lines=("123 Fake Street",), locality="York"),
            {"address_placeholder"},
        ),
        (Address(country="GB", lines=("1 High St",), locality="xxx"), {"address_placeholder"}),
        (Address(country="KR", lines=("없음",), locality="강남구"), {"address_placeholder"}),
        (Address(country="JP", lines=("なし",), locality="渋谷区"), {"address_placeholder"}),
        (Address(country="KR", lines=("ㅁㄴㅇㄹ",), locality="강남구"), {"address_placeholder"}),
        (Address(country="USA", lines=("1 Main St",), locality="Erie"), {"address_country"}),
        (Address(country="Narnia", lines=("1 Main St",), locality="Erie"), {"address_country"}),
        (Address(raw="1 Rue X, Paris, France"), {"address_country"}),
    ],
)
def test_what_is_found_in_an_address(place: Address, rules: set[str]) -> None:
    assert found(place) == rules


@pytest.mark.parametrize("stated", ["USA", "us", "United States", "미국", "アメリカ合衆国"])
def test_a_country_spelled_out_is_mended_without_asking(stated: str) -> None:
    place = Address(country=stated, lines=("1 Main Street",), locality="Erie")
    (suggestion,) = findings(record(addresses=(place,)), ALL)["address_country"].suggestions
    assert suggestion.automatic
    assert suggestion.value.country == "US"
    assert found(suggestion.value) == set()


@pytest.mark.parametrize(
    "raw",
    ["1 Main St, Los Angeles, CA", "Wilmington, DE", "Gary, IN", "Peachtree St, Atlanta, Georgia",
     "1 Main St, Erie PA, USA"],
)  # fmt: skip
def test_the_last_words_of_an_address_are_never_taken_for_its_country(raw: str) -> None:
    given = record(addresses=(Address(raw=raw),))
    report = check_record(given, ALL)
    assert clean(given, report) == given
    meant = [held for f in report.findings for held in f.suggestions]
    assert all(held.confidence <= 0.5 for held in meant)


@pytest.mark.parametrize("path", ["passport__country", "marketing__country", "billing__country"])
def test_the_country_of_something_else_is_nobodys_address(path: str) -> None:
    given = record(address__locality="Erie", **{f"unmapped__$__{path}": "Japan"})
    assert "address_country" not in findings(given, ALL)
    several = record(
        addresses=(
            Address(lines=("1 A St",), locality="X"),
            Address(lines=("2 B St",), locality="Y"),
        ),
        **{"unmapped__$__country": "Japan"},
    )
    assert clean(several, check_record(several, ALL)) == several


def test_a_country_nobody_knows_is_told_without_a_guess() -> None:
    place = Address(country="Narnia", lines=("1 Main Street",), locality="Erie")
    held = findings(record(addresses=(place,)), ALL)["address_country"]
    assert held.facts == {"what": "unreadable"}
    assert held.suggestions == ()


def test_a_country_left_unmapped_is_read_from_there() -> None:
    given = record(address__locality="Erie", **{"unmapped__$__country": "U.S.A."})
    held = findings(given, ALL)["address_country"]
    assert held.facts == {"what": "spelled"}
    cleaned = clean(given, check_record(given, ALL))
    assert cleaned.value("address.country") == "US"
    assert "address_country" not in findings(cleaned, ALL)
    known = record(address__country="US", **{"unmapped__$__country": "U.S.A."})
    assert "address_country" not in findings(known, ALL)


def test_the_parts_and_the_list_are_both_asked_and_told_by_their_path() -> None:
    party = Party(
        fields={
            "address.lines": (("asdf",),),
            "address.locality": ("York",),
            "addresses": (Address(lines=("n/a",), locality="York"), REAL[0]),
        }
    )
    report = check_party(party, ALL)
    paths = [f.path for f in report.findings if f.rule == "address_placeholder"]
    assert paths == ["address", "addresses[0]"]


def test_no_rule_about_addresses_is_graver_than_a_warning() -> None:
    assert {rule.severity for rule in ALL.rules if rule.id in ABOUT} <= {
        Severity.INFO,
        Severity.WARNING,
    }


def test_hostile_parts_are_judged_like_others() -> None:
    for text in ("\x00", "\ud800", "ﷺ" * 500, "a" * 100_000, "́" * 50_000, "-" * 100_000):
        place = Address(country=text, lines=(text,) * 3, locality=text, raw=text)
        held = check_party(Party(fields={"addresses": (place,)}), ALL)
        assert not any(finding.crashed for finding in held.findings)
