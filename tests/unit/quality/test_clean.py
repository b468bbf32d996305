"""Clean: what nobody needs to be asked about is fixed, and what stood there is kept."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ecrm_core.crm import Crm
from ecrm_core.customers import (
    Address,
    ContactPoint,
    Correction,
    FieldMap,
    SourceKey,
    parse_email,
    parse_phone,
)
from ecrm_core.errors import DefinitionError, InputError, KeyReused
from ecrm_core.kernel import FixedClock
from ecrm_core.quality import (
    ALL,
    TESTS,
    Dimension,
    Evidence,
    Rule,
    RuleSet,
    Severity,
    Suggestion,
    automatic_fixes,
    check_record,
    clean,
)
from ecrm_core.sources import generic
from tests.unit.quality.people import record

AT = datetime(2026, 5, 1, tzinfo=UTC)
WRAPPED = " ann.lee@example.com "


def test_a_wrapped_address_is_unwrapped_and_kept() -> None:
    given = record(email=WRAPPED, name__full="Ann Lee")
    cleaned = clean(given, check_record(given))
    (email,) = cleaned.value("emails")
    assert email.raw == email.normalised == "ann.lee@example.com"
    assert cleaned.value("unmapped.$.before.emails[0]") == WRAPPED
    assert cleaned.cells["emails"].observed_at == given.cells["emails"].observed_at
    assert cleaned.cells["name.full"] == given.cells["name.full"]


def test_only_the_element_that_is_wrong_is_fixed() -> None:
    other = parse_email("bo@example.com")
    given = record(emails=(other, parse_email(WRAPPED)))
    cleaned = clean(given, check_record(given))
    assert cleaned.value("emails")[0] is other
    assert cleaned.value("emails")[1].raw == "ann.lee@example.com"


def test_a_hint_at_a_slip_is_never_taken() -> None:
    given = record(email="ann.lee@gmial.com")
    report = check_record(given)
    assert [f.rule for f in report.findings if f.suggestions] == ["email_typo"]
    assert clean(given, report) == given


def test_the_report_of_another_record_is_refused() -> None:
    given = record(email=WRAPPED)
    for other in (record(name__full="Bo"), record(email="bo@example.com")):
        with pytest.raises(DefinitionError, match="another emails"):
            clean(other, check_record(given))


def _suggesting(*meant: object) -> RuleSet:
    """Return a rule that suggests these values for every e-mail address, to be taken unasked."""
    made: list[Suggestion | Evidence] = [
        Suggestion(value=value, confidence=1.0, automatic=True) for value in meant
    ]
    rule = Rule(id="mine", path="emails", dimension=Dimension.VALIDITY, severity=Severity.INFO,
                test="mine")  # fmt: skip
    return RuleSet(rules=(rule,), tests=TESTS.add("mine", lambda *_: [Evidence(), *made]))


@pytest.mark.parametrize("wrong", [5, "x", None, parse_phone("+82 2 123 4567")])
def test_a_suggestion_that_is_no_value_of_its_field_is_refused(wrong: object) -> None:
    given = record(email="ann@example.com")
    with pytest.raises(InputError, match="no value of 'emails'"):
        clean(given, check_record(given, _suggesting(wrong)))


def test_the_first_suggestion_for_a_place_is_taken() -> None:
    given = record(email="ann@example.com")
    rules = _suggesting(parse_email("one@example.com"), parse_email("two@example.com"))
    assert clean(given, check_record(given, rules)).value("emails")[0].raw == "one@example.com"


def test_fixes_show_nothing_of_what_they_fix() -> None:
    given = record(email=WRAPPED)
    (fix,) = automatic_fixes(given, check_record(given))
    assert (fix.path, fix.rule) == ("emails[0]", "email_wrapped")
    assert "lee" not in f"{fix!r} {fix}"


def _crm() -> Crm:
    crm = Crm.open(clock=FixedClock(AT))
    rows = [{"id": str(n), "mail": mail} for n, mail in enumerate([WRAPPED, "bo@example.com"])]
    fields = FieldMap({"id": "id", "mail": "email"})
    crm.ingest(generic.read_rows(rows, fields=fields, source="list", received_at=AT))
    return crm


def _raw(crm: Crm, customer: str) -> list[str]:
    emails: tuple[ContactPoint, ...] = crm.view(customer).profile.emails
    return [email.raw for email in emails]


def test_a_store_is_cleaned_by_corrections_that_last() -> None:
    crm = _crm()
    stages = list[tuple[int, int, str]]()
    done = crm.clean(by="the nightly run", progress=lambda *told: stages.append(told))
    assert str(done) == "2 customers: 1 changed, 1 corrections"
    assert stages == [(2, 2, "cleaning")]
    assert _raw(crm, "list/0") == ["ann.lee@example.com"]
    group = crm.view("list/0").group
    assert group.records[SourceKey("list", "0")].value("emails")[0].raw == WRAPPED
    assert group.corrections[0].by == "the nightly run"
    assert group.corrections[0].reason == "rule email_wrapped"


def test_cleaning_again_changes_nothing() -> None:
    crm = _crm()
    crm.clean(by="me")
    again = crm.clean(by="me")
    assert (again.changed, again.corrections) == (0, 0)


def test_a_dry_run_says_what_one_customer_would_get() -> None:
    crm = _crm()
    puts = crm.dry_run.clean("list/0", by="me").puts
    (ruling,) = [put.value for put in puts if isinstance(put.value, Correction)]
    assert ruling.field_name == "emails"
    assert _raw(crm, "list/0") == [WRAPPED]
    assert crm.clean("list/0", by="me").corrections == 1
    assert crm.dry_run.clean("list/1", by="me").empty


def test_cleaning_stops_where_it_is_told_to() -> None:
    crm = _crm()
    done = crm.clean(by="me", page=1, progress=lambda *_: False)
    assert (done.customers, done.stopped) == (1, True)


def test_a_country_spelled_out_is_mended_in_the_parts_and_in_the_list() -> None:
    parts = record(address__country="USA", address__lines=("1 Main St",), address__locality="Erie")
    mended = clean(parts, check_record(parts, ALL))
    assert mended.value("address.country") == "US"
    assert mended.value("address.lines") == ("1 Main St",)
    assert mended.value("unmapped.$.before.address.country") == "USA"
    place = Address(country="USA", lines=("1 Main St",), locality="Erie")
    listed = record(addresses=(place,))
    (held,) = clean(listed, check_record(listed, ALL)).value("addresses")
    assert (held.country, held.lines) == ("US", ("1 Main St",))
    assert automatic_fixes(mended, check_record(mended, ALL)) == ()


def test_a_key_is_for_one_customer_and_for_one_set_of_rules() -> None:
    crm = _crm()
    with pytest.raises(DefinitionError, match="expected the customer"):
        crm.clean(by="me", key="k")
    first = crm.clean("list/0", by="me", key="k")
    assert crm.clean("list/0", by="me", key="k") == first
    with pytest.raises(KeyReused):
        crm.clean("list/0", by="me", key="k", rules=ALL)
