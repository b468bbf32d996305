"""Records for the tests of this folder, of invented people."""

from datetime import UTC, datetime

from ecrm_core.customers import (
    FieldValue,
    SourceKey,
    SourceRecord,
    Stated,
    parse_email,
    parse_phone,
)
from ecrm_core.quality import Finding, RuleSet, check_record
from ecrm_core.quality.ruleset import CORE

AT = datetime(2026, 5, 1, 9, tzinfo=UTC)


def record(*, source: str = "shop", **fields: FieldValue) -> SourceRecord:
    """Return a record of these fields ("name__full" is name.full); texts become contacts."""
    if isinstance(email := fields.pop("email", None), str):
        fields["emails"] = (parse_email(email),)
    if isinstance(phone := fields.pop("phone", None), str):
        fields["phones"] = (parse_phone(phone, region="KR"),)
    cells = {name.replace("__", "."): Stated(value, AT, AT) for name, value in fields.items()}
    return SourceRecord(SourceKey(source, "1"), cells)


def findings(given: SourceRecord, rules: RuleSet = CORE) -> dict[str, Finding]:
    """Return the findings by rule; each rule finds one thing."""
    found = check_record(given, rules, as_of=AT, region="KR").findings
    assert len({finding.rule for finding in found}) == len(found)
    return {finding.rule: finding for finding in found}
