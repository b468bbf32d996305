"""Laws of addresses: any text is judged, none is refused, and a hint is a way out."""

from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from ecrm_core.adapters.address import address_form, address_problems, with_addresses
from ecrm_core.customers import Address, SourceRecord
from ecrm_core.customers.data import load_data
from ecrm_core.quality import ALL, LANGUAGES, Party, Severity, check_party, check_record
from ecrm_core.testing.strategies import records

pytestmark = pytest.mark.long
RULES = with_addresses(ALL)
CODES = st.sampled_from(sorted(load_data("countries"))) | st.text(max_size=3) | st.none()
PARTS = st.none() | st.text(max_size=40) | st.sampled_from(["서울", "NY", "CA", "東京", "12345"])
PLACES = st.builds(
    Address,
    country=CODES,
    lines=st.lists(st.text(max_size=30), max_size=3).map(tuple),
    locality=PARTS,
    area=PARTS,
    postal_code=PARTS,
    raw=PARTS,
)


@given(records())
def test_no_record_makes_a_rule_crash(record: SourceRecord) -> None:
    report = check_record(record, RULES, region="KR")
    assert [finding for finding in report.findings if finding.crashed] == []


@given(PLACES)
def test_any_address_is_judged_and_none_is_refused(place: Address) -> None:
    report = check_party(Party(fields={"addresses": (place,)}), RULES)
    about = [held for held in report.findings if held.path.startswith("address")]
    assert not any(held.crashed or held.severity is Severity.ERROR for held in about)
    assert all(held.message(language) for held in about for language in LANGUAGES)


@given(PLACES)
def test_what_may_be_meant_is_no_problem_itself(place: Address) -> None:
    for held in address_problems(place):
        if held.meant is not None:
            part: dict[str, Any] = {held.field: held.meant}
            mended = evolve(place, **part)
            again = [p for p in address_problems(mended) if p.field == held.field]
            assert held.kind not in {p.kind for p in again}


@given(CODES)
def test_every_country_has_a_form_with_what_it_requires(country: str | None) -> None:
    form = address_form(country)
    assert form.required <= set(form.fields)
    assert len(form.fields) == len(set(form.fields))
