"""Laws of numbers: what the plans answer by their tables is what libphonenumber answers."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ecrm_core.customers.numbering import (
    _by_library,
    _ordinary,
    _type_by_library,
    read_number,
    type_of,
)
from tests.profile import size

pytestmark = pytest.mark.long
REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
FORMATS = (
    phonenumbers.PhoneNumberFormat.E164,
    phonenumbers.PhoneNumberFormat.INTERNATIONAL,
    phonenumbers.PhoneNumberFormat.NATIONAL,
)


def _examples() -> list[tuple[str, str]]:
    """Return one number of each sort of each region, as E.164, international and national."""
    found = []
    for region in REGIONS:
        for sort in phonenumbers.PhoneNumberType.values():
            number = phonenumbers.example_number_for_type(region, sort)
            if number:
                found += [(phonenumbers.format_number(number, f), region) for f in FORMATS]
    return found


EXAMPLES = _examples()


@st.composite
def dialled(draw: st.DrawFn) -> tuple[str, str | None]:
    """Draw a number of some region with up to three slips, or digits that are nobody's."""
    text, region = draw(st.sampled_from(EXAMPLES))
    if draw(st.integers(0, 5)) == 0:
        text = draw(st.sampled_from(["", "+"])) + draw(st.text("0123456789", min_size=2))
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(st.text("0123456789 -()./+x", max_size=2)) + text[at + 1 :]
    return text, draw(st.one_of(st.just(region), st.sampled_from(REGIONS), st.none()))


@settings(max_examples=size(500, 50_000))
@given(dialled())
@example(("+390612345678", None))
@example(("0612345678", "IT"))
@example(("00000000", "KR"))
@example(("11111111", "US"))
@example(("(02) 3344-5566", "KR"))
def test_tables_and_library_read_one_number(number: tuple[str, str | None]) -> None:
    text, region = number
    slow = _by_library(text, region)
    assert read_number(text, region) == slow
    if slow is not None:
        e164 = f"+{slow[0]}{slow[1]}"
        assert type_of(e164) == _type_by_library(e164)


def test_every_example_of_the_library_has_the_sort_the_library_says() -> None:
    quick = 0
    for text, region in EXAMPLES:
        found = read_number(text, region)
        assert found == _by_library(text, region)
        quick += _ordinary(text, region) is not None
        if found:
            e164 = f"+{found[0]}{found[1]}"
            assert type_of(e164) == _type_by_library(e164)
    assert quick > len(EXAMPLES) * 0.7  # else the law above says nothing
