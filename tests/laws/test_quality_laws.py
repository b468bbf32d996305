"""Laws of quality: nothing raises, nothing personal shows, streamed equals one by one."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from attrs import evolve
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ecrm_core import FieldMap, check
from ecrm_core.crm import Crm
from ecrm_core.customers import (
    PROFILES,
    SourceKey,
    SourceRecord,
    Stated,
    Verification,
    VerificationState,
    home_id,
    name_key,
    parse_email,
    parse_name,
    parse_phone,
    unify,
)
from ecrm_core.kernel import FixedClock, words
from ecrm_core.quality import (
    ALL,
    CORE,
    LANGUAGES,
    ReportBuilder,
    Rule,
    RuleSet,
    Severity,
    TableReport,
    automatic_fixes,
    check_many,
    check_party,
    check_record,
    clean,
    count_shared,
)
from ecrm_core.quality.data import load_data
from ecrm_core.quality.email_typo import hint_of, one_slip
from ecrm_core.quality.invented import weigh
from ecrm_core.quality.name import has_placeholder, is_sample, is_telling, is_walk, repeated
from ecrm_core.quality.party import name_words, party_of
from ecrm_core.quality.plain import plain_fields
from ecrm_core.sources import generic
from ecrm_core.testing.strategies import records, texts
from tests.profile import size

pytestmark = pytest.mark.long
DAY = date(2026, 5, 1)
AT = datetime(2026, 5, 1, tzinfo=UTC)


@given(records())
def test_no_record_makes_a_core_rule_crash(record: SourceRecord) -> None:
    report = check_record(record, as_of=DAY, region="KR")
    assert [finding for finding in report.findings if finding.crashed] == []
    for finding in report.findings:
        for language in LANGUAGES:
            assert finding.message(language)
    json.dumps(report.to_json())


@given(records())
def test_a_score_is_0_to_1_and_only_of_what_was_asked(record: SourceRecord) -> None:
    report = check_record(record, as_of=DAY)
    score = report.score
    assert all(0 <= held <= 1 for held in score.dimensions.values())
    assert score.total is not None
    assert 0 <= score.total <= 1
    grave = {f.dimension for f in report.findings if f.severity is not Severity.INFO}
    assert grave == {d for d, held in score.dimensions.items() if held < 1}


@given(st.lists(records(), max_size=8), st.sampled_from([None, "KR"]))
def test_many_are_checked_as_one_by_one(people: list[SourceRecord], region: str | None) -> None:
    one_by_one = [check_record(person, as_of=DAY, region=region) for person in people]
    assert list(check_many(iter(people), as_of=DAY, region=region)) == one_by_one


DIALLED = st.sampled_from(["+82 10-2000-0000", "010-1234-5678", "+1 212-555-0123", "12", "+49 1"])
NAMED = st.sampled_from(["Kim", "Test", "", "🔥 1"])
MAILED = st.sampled_from(["kim@example.com", "kim@gmial.com", "x", ""])
DAYS = st.sampled_from(["1980-04-03", "03/04/1980", "soon", ""])
TABLE_ROWS = st.fixed_dictionaries({"n": NAMED, "m": MAILED, "t": DIALLED, "b": DAYS})
TABLE = FieldMap({"n": "full_name", "m": "email", "t": "phone", "b": "birth_date"})
NO_COUNTS = ALL.without("email_shared", "phone_shared")


@given(st.lists(TABLE_ROWS, min_size=1, max_size=5))
def test_a_table_is_judged_as_its_rows_one_by_one(rows: list[dict[str, str]]) -> None:
    whole = check(rows, fields=TABLE, rules=NO_COUNTS, as_of=DAY, region="KR")
    alone = [check([r], fields=TABLE, rules=NO_COUNTS, as_of=DAY, region="KR") for r in rows]
    found = [(held.row, held.finding) for held in whole.findings]
    assert found == [(at, h.finding) for at, one in enumerate(alone) for h in one.findings]
    assert whole.rows == len(rows)
    assert whole.clean == sum(one.clean for one in alone)


@settings(max_examples=size(20, 200))
@given(st.lists(TABLE_ROWS, max_size=5))
def test_a_store_is_judged_as_its_profiles_one_by_one(rows: list[dict[str, str]]) -> None:
    crm = Crm.open(clock=FixedClock(AT))
    numbered = [{"id": str(at), **row} for at, row in enumerate(rows)]
    fields = FieldMap({"id": "id", **TABLE.columns})
    crm.ingest(generic.read_rows(numbered, fields=fields, source="s", received_at=AT))
    profiles = [stored.value for stored in crm.store.scan(PROFILES).rows]
    shared = count_shared(profiles)
    one_by_one = check_many(profiles, ALL, as_of=DAY, shared=shared)
    found = [(h.row, h.finding) for h in crm.report(rules=ALL, now=AT).findings]
    pairs = zip(profiles, one_by_one, strict=True)
    assert found == [(profile.id, held) for profile, report in pairs for held in report.findings]


@given(records())
def test_the_order_of_the_rules_changes_no_score(record: SourceRecord) -> None:
    turned = RuleSet(rules=CORE.rules[::-1])
    left, right = check_record(record, as_of=DAY), check_record(record, turned, as_of=DAY)
    assert left.score.dimensions == pytest.approx(right.score.dimensions)
    assert sorted(map(repr, left.findings)) == sorted(map(repr, right.findings))


def _without_shortcuts(rules: RuleSet) -> RuleSet:
    slow = evolve(rules)
    plain = tuple(evolve(held, ordinary=None, rest=held.asked) for held in rules.sections)
    object.__setattr__(slow, "sections", plain)
    return slow


NO_NAMED = CORE.without("named", "email_role").for_source("s", {"email_typo": Severity.INFO})
ASKED_ALL = _without_shortcuts(ALL)
# Mostly nothing is wrong, so that what is stands alone.
LOCALS = st.sampled_from(
    ["kim"] * 4 + ["info", "No-Reply", "kim+x", '"k"', "a" * 65, "asdf", "é", "a..b"]
)
HOSTS = st.sampled_from(
    ["example.com"] * 4
    + ["gmail.com", "gmial.com", "mailinator.com", "x.test", "docomo.ne.jp", "Müller.example"]
)
FULL = st.sampled_from(
    ["Kim", "Anne-Marie O'Neill", "Test", "test test", "asdf", "아무개", "½", "J.", "A 1"]
)
VERIFIED = st.sampled_from([None] * 4 + [Verification(state=VerificationState.BOUNCED)])
SPACES = st.sampled_from([""] * 4 + [" "])


@st.composite
def common(draw: st.DrawFn) -> SourceRecord:
    """Draw what most people are, and what is nearly so."""
    email = parse_email(f"{draw(LOCALS)}@{draw(HOSTS)}{draw(SPACES)}")
    phone = parse_phone(draw(DIALLED), region=draw(st.sampled_from([None, "KR"])))
    values = {
        "emails": (evolve(email, verification=draw(VERIFIED)),),
        "phones": (evolve(phone, verification=draw(VERIFIED)),),
        "name.full": draw(FULL),
    }
    return SourceRecord(SourceKey("s", "1"), {n: Stated(v, AT, AT) for n, v in values.items()})


PARTS = st.sampled_from(
    ["Kim", "Anne-Marie", "O'Neill", "민준", "김", "Test", "asd", "Mouse", "Mickey", "Mr", "½", ""]
)
BESIDE: st.SearchStrategy[dict[str, object]] = st.sampled_from(
    [{}, {}, {}, {"address.country": "KR"}, {"birth_on": date(2030, 1, 1)}, {"tags": ("x",)},
     {"organisation.legal": "Kim"}, {"name.prefix": "Dr"}, {"unmapped.$.birthday": "03/04/1980"},
     {"entered_by": "Ann"}]
)  # fmt: skip


@st.composite
def plain(draw: st.DrawFn) -> SourceRecord:
    """Draw what most records are: parts of a name, an address, a number, and something beside."""
    held = draw(common())
    values: dict[str, object] = {f"name.{part}": draw(PARTS) for part in ("given", "family")}
    values |= draw(BESIDE)
    cells = {n: Stated(v, AT, AT) for n, v in values.items() if v}
    contacts = {n: held.cells[n] for n in ("emails", "phones") if draw(st.integers(0, 4))}
    return SourceRecord(held.key, {**contacts, **cells})


@settings(max_examples=size(500, 20_000))
@given(st.one_of(records(), plain()), st.sampled_from([CORE, ALL, NO_NAMED]))
def test_the_report_on_a_plain_record_is_the_one_that_asking_gives(
    record: SourceRecord, rules: RuleSet
) -> None:
    asked = check_party(party_of(record, as_of=DAY, region="KR"), rules)
    assert check_record(record, rules, as_of=DAY, region="KR") == asked


def test_most_records_are_plain() -> None:
    record = SourceRecord(SourceKey("s", "1"), {
        "name.given": Stated("Anne", AT, AT), "name.family": Stated("O'Neill", AT, AT),
        "emails": Stated((parse_email("anne@example.com"),), AT, AT),
        "phones": Stated((parse_phone("+82 10-2000-0001"),), AT, AT),
        "address.country": Stated("KR", AT, AT), "tags": Stated(("new",), AT, AT),
    })  # fmt: skip
    assert plain_fields(record, CORE) == (True, True)
    assert plain_fields(record, ALL) is None


@settings(max_examples=size(300, 10_000))
@given(st.one_of(records(), common()))
def test_the_shortcut_of_ordinary_values_changes_no_report(record: SourceRecord) -> None:
    assert check_record(record, ALL, as_of=DAY) == check_record(record, ASKED_ALL, as_of=DAY)


@given(st.text("abcXYZ019 '`.-_+@\n\t", max_size=20))
def test_the_words_of_an_ascii_name_are_those_of_any_name(text: str) -> None:
    assert name_words(text) == words(name_key(text))


@given(
    st.lists(st.sampled_from(["test", "kim", "asdf", "x", "xxx", "mickey", "mouse"]), max_size=3)
)
def test_a_name_that_is_not_telling_shows_no_sign(found: list[str]) -> None:
    if not is_telling(found):
        assert not any((is_walk(found), is_sample(found), has_placeholder(found), repeated(found)))


@given(st.one_of(records(), common()))
def test_cleaning_twice_is_cleaning_once(record: SourceRecord) -> None:
    once = clean(record, check_record(record, ALL, as_of=DAY))
    report = check_record(once, ALL, as_of=DAY)
    assert clean(once, report) == once
    assert not automatic_fixes(once, report)
    assert {name: once.cells[name] for name in record.cells}.keys() == record.cells.keys()
    for name, cell in record.cells.items():
        changed = once.cells[name] != cell
        kept = [path for path in once.cells if path.startswith(f"unmapped.$.before.{name}")]
        assert bool(kept) == changed


@given(records(), st.integers(1, len(CORE.rules)))
def test_another_rule_about_the_same_never_makes_a_value_better(
    record: SourceRecord, kept: int
) -> None:
    fewer = RuleSet(rules=CORE.rules[:kept])
    asked = {(rule.path, rule.dimension) for rule in fewer.rules}
    more = RuleSet(rules=tuple(r for r in CORE.rules if (r.path, r.dimension) in asked))
    left, right = (check_record(record, rules, as_of=DAY).score for rules in (fewer, more))
    assert left.dimensions.keys() <= right.dimensions.keys()
    for dimension, held in left.dimensions.items():
        assert right.dimensions[dimension] <= held + 1e-9


@given(records())
def test_a_rule_set_out_of_its_json_finds_the_same(record: SourceRecord) -> None:
    again = RuleSet.from_json(json.loads(json.dumps(CORE.to_json())))
    assert check_record(record, again, as_of=DAY) == check_record(record, as_of=DAY)


@given(records())
def test_a_profile_of_one_record_is_judged_alike(record: SourceRecord) -> None:
    profile = unify([record], id=home_id("main", record.key))
    left = {f.rule for f in check_record(record, as_of=DAY).findings}
    right = {f.rule for f in check_record(profile, as_of=DAY).findings}
    assert left == right


@given(texts(), texts(), texts())
@example("🔥", "a@b", "0")
@example("ㅁㄴㅇㄹ", '"@"@x', "+")
def test_any_text_is_judged_without_an_exception(name: str, email: str, phone: str) -> None:
    full = parse_name(name)
    cells = {
        "emails": Stated((parse_email(email),), AT, AT),
        "phones": Stated((parse_phone(phone, region="KR"),), AT, AT),
    }
    if full:
        cells["name.full"] = Stated(full.full, AT, AT)
    report = check_record(SourceRecord(SourceKey("s", "1"), cells), as_of=DAY)
    assert not any(finding.crashed for finding in report.findings)


CANARY = st.text("qzxjvk", min_size=8, max_size=20)


@given(CANARY, st.sampled_from(["{}@gmial.com", "{} <{}@mailinator.com>", "{}", "{}@x.test"]))
def test_no_report_shows_what_it_is_about(word: str, shape: str) -> None:
    row = {"Name": f"{word} 7", "Mail": shape.format(word, word), "Tel": f"+82 2 {word}"}
    row |= {"By": word, "From": "till"}
    fields = {"Name": "full_name", "Mail": "email", "Tel": "phone", "By": "entered_by"}
    report = check([row], fields=fields, source="From")
    assert report.findings
    trend = report.trend(report)
    shown = f"{report} {report!r} {report.to_json()} {report.to_rows()} {report._repr_html_()}"
    shown += f"{trend} {trend!r} {trend.to_json()} {trend._repr_html_()} {report.sources!r}"
    shown += f"{report.to_html(former=report)} {report.entered_by!r} {report.masked()}"
    assert word[1:] not in shown


@given(st.text(min_size=1))
def test_a_rule_with_a_strange_key_is_refused(key: str) -> None:
    data = CORE.rules[0].to_json()
    if key in {*data, "params", "applies_when", "message"}:
        return
    with pytest.raises(ValueError, match="expected"):
        Rule.from_json({**data, key: 1})


SIGNS = sorted(load_data("signals")["weights"])


@given(st.sets(st.sampled_from(SIGNS)))
def test_another_sign_never_makes_an_entry_less_invented(signs: set[str]) -> None:
    for sign in signs:
        assert weigh(signs) >= weigh(signs - {sign})


@given(st.text("abcd.", max_size=6), st.text("abcd.", max_size=6))
def test_one_slip_is_symmetric_and_never_of_equals(left: str, right: str) -> None:
    assert one_slip(left, right) == one_slip(right, left)
    assert not one_slip(left, left)


@given(st.text("abcdefgilmoru.,-", max_size=14))
def test_what_a_hint_says_is_known_to_be_real_or_ends_so(domain: str) -> None:
    hint = hint_of(domain)
    if hint is not None:
        assert hint.domain != domain
        assert hint_of(hint.domain) is None or not hint.known


@settings(max_examples=size(10, 100))
@given(st.lists(records(), max_size=6), st.integers(1, 5))
def test_a_report_of_parts_counts_what_the_whole_counts(
    people: list[SourceRecord], keep: int
) -> None:
    builder = ReportBuilder(CORE, keep=keep)
    for at, person in enumerate(people):
        builder.add(at, check_record(person, as_of=DAY), person.cells)
    report = builder.build()
    assert report.rows == len(people)
    assert report.clean + sum(report.by_severity.values()) == report.rows
    for rule in report.rules:
        assert 0 < rule.rows <= rule.asked <= report.rows
    assert len(report.findings) <= keep


NAMES = st.sampled_from(["", "Anna", "Ahmed", "import", "<b>"])


@settings(max_examples=size(15, 200))
@given(st.lists(st.tuples(records(), NAMES, NAMES), max_size=6))
def test_a_report_survives_its_json_and_equals_itself(
    rows: list[tuple[SourceRecord, str, str]],
) -> None:
    builder = ReportBuilder(CORE)
    for at, (person, source, typist) in enumerate(rows):
        judged = check_record(person, as_of=DAY)
        builder.add(at, judged, person.cells, sources={source: person.cells}, entered_by=typist)
    report = builder.build()
    again = TableReport.from_json(json.loads(json.dumps(report.to_json(reveal=True))))
    assert again == evolve(report, findings=())
    assert TableReport.from_json(report.to_json()) == evolve(report.masked(), findings=())
    for groups in (report.sources, report.entered_by):
        assert sum(group.rows for group in groups) in {0, report.rows}
    assert sum(report.distribution) + report.not_asked == report.rows
    trend = report.trend(again)
    changes = (trend.score, *trend.rows_by.values(), *trend.dimensions.values(),
               *trend.completeness.values(), *trend.rules.values())  # fmt: skip
    assert {change.difference for change in changes} <= {0.0, None}
    assert (trend.new_rules, trend.gone_rules, trend.same_rules) == ((), (), True)


def _people(count: int) -> Iterator[SourceRecord]:
    for number in range(count):
        email = parse_email(f"person{number}@gmial.com")
        yield SourceRecord(SourceKey("s", str(number)), {"emails": Stated((email,), AT, AT)})


def test_memory_stays_flat_however_many_are_checked() -> None:
    list(check_many(_people(100)))
    tracemalloc.start()
    try:
        for _ in check_many(_people(size(300, 3_000))):
            pass
        few = tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        for _ in check_many(_people(size(1_200, 30_000))):
            pass
        many = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert many < few * 1.5 + 64 * 1024


KEYS = st.lists(st.sampled_from(["", "1", "2", "3", "a@example.com"]), min_size=1, max_size=6)
GOOD = FieldMap({"no": "id", "mail": "email"})
BAD = FieldMap({"number": "id", "mail": "email"})


@settings(max_examples=size(25, 200))
@given(KEYS)
def test_a_replay_comes_to_what_the_intake_would_have(keys: list[str]) -> None:
    """Refused under a wrong map and replayed under the right one equals the right one at once."""
    rows = [{"no": key, "mail": f"p{at}@example.com"} for at, key in enumerate(keys)]
    crms = [Crm.open(clock=FixedClock(AT)) for _ in range(2)]
    replayed, direct = crms
    replayed.ingest(generic.read_rows(rows, fields=BAD, source="s", received_at=AT))
    done = replayed.replay("s", fields=GOOD)
    receipt = direct.ingest(generic.read_rows(rows, fields=GOOD, source="s", received_at=AT))
    assert done.rows == done.read + done.refused + done.skipped == len(rows)
    assert done.refused == receipt.quarantined == len(replayed.quarantined())
    for number in {"1", "2", "3"} & set(keys):
        views = [crm.view(f"s/{number}") for crm in crms]
        assert views[0].profile == views[1].profile
        assert views[0].group.records == views[1].group.records
    again = replayed.replay("s", fields=GOOD)
    assert (again.read, again.rows) == (0, done.refused)
