"""Canaries of quality: unlikely persons through every rule and result: no trace, no socket."""

from __future__ import annotations

import logging
import pickle
import socket
import traceback
import warnings
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from random import Random
from typing import Any, NoReturn

import pytest

from ecrm_core import FieldMap, check
from ecrm_core.adapters.address import with_addresses
from ecrm_core.adapters.frames import findings
from ecrm_core.crm import Crm
from ecrm_core.errors import EcrmError
from ecrm_core.kernel import FixedClock
from ecrm_core.quality import (
    ALL,
    LANGUAGES,
    TESTS,
    Dimension,
    Evidence,
    Rule,
    RuleSet,
    Severity,
    automatic_fixes,
    check_record,
    clean,
    count_shared,
    freshness,
    party_of,
    work_list,
)
from ecrm_core.quality.freshness import FRESH_PATHS
from ecrm_core.sources import generic
from tests.profile import SEED, size

pandas: Any = pytest.importorskip("pandas")
pytestmark = pytest.mark.long
AT = datetime(2026, 5, 1, tzinfo=UTC)
DAY = date(2026, 5, 1)
FIELDS = FieldMap({
    "no": "id", "name": "full_name", "firm": "organisation", "mail": "email", "tel": "phone",
    "street": "street", "city": "city", "zip": "postcode", "land": "country", "born": "birth_date",
    "by": "entered_by", "when": "updated_at",
})  # fmt: skip


@pytest.fixture(autouse=True, scope="module")
def _no_sockets() -> object:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise AssertionError("a call of quality opened a socket")

    with pytest.MonkeyPatch.context() as patch:
        for name in ("socket", "create_connection", "getaddrinfo", "gethostbyname"):
            patch.setattr(socket, name, refuse)
        yield


def people() -> list[tuple[str, dict[str, str]]]:
    """Return a word of letters that are in no other text, and a row that holds it everywhere."""
    draw = Random(SEED)
    found = []
    for number in range(size(30, 1_000)):
        word = "".join(draw.choice("qzxjvk") for _ in range(12))
        row = {
            "no": str(number),
            "name": draw.choice([f"{word} {word}", f"🔥 {word} 7", f"{word}@{word}.kr", "test"]),
            "firm": draw.choice([word, f"{word} GmbH", f"www.{word}.kr", "none"]),
            "mail": draw.choice([f"{word}@gmial.com", f" {word}@{word}.com", f"{word}@{word}.q7",
                                 f"{word} <{word}@mailinator.com>", f'"{word}"@x.test', word]),
            "tel": draw.choice([word, f"+82 10 {number:04}{number:04}", "555-0123", "12"]),
            "street": draw.choice([f"{word} Street", "asdf", ""]),
            "city": draw.choice([word, ""]),
            "zip": draw.choice([word, "12"]),
            "land": draw.choice([word, "USA", "KR", "DE"]),
            "born": draw.choice([word, "03/04/1980", "1900-01-01", "2031-01-01"]),
            "by": word, "shop": draw.choice(["till", "web"]),
            "when": draw.choice(["2019-01-01", "9999-12-31", ""]),
        }  # fmt: skip
        found.append((word, row))
    return found


def raises(value: object, *_: object) -> NoReturn:
    raise ValueError(str(getattr(value, "raw", value)))


def tells(value: Any, *_: object) -> Iterator[Evidence]:  # noqa: ANN401 - a plugin's own
    yield Evidence(facts=value.raw)


def _with_bad_plugins(rules: RuleSet) -> RuleSet:
    bad = {"mine_raises": raises, "mine_tells": tells}
    tests = TESTS
    for name, test in bad.items():
        tests = tests.add(name, test)
    own = [
        Rule(id=name, path="emails", dimension=Dimension.VALIDITY, severity=Severity.ERROR,
             test=name) for name in bad
    ]  # fmt: skip
    for name in rules.tests:
        tests = tests if name in tests else tests.add(name, rules.tests[name])
    return RuleSet(rules=(*rules.rules, *own), tests=tests)


RULES = _with_bad_plugins(with_addresses(ALL))


def results(rows: list[dict[str, str]]) -> Iterator[object]:
    """Go through everything the room gives for these rows."""
    report = check(rows, fields=FIELDS, rules=RULES, as_of=DAY, region="KR", source="shop")
    frame: Any = findings(report, like=pandas.DataFrame(rows))
    yield from (report, report.trend(report), frame.to_csv())
    yield from (report.to_json(), *(report.to_rows(language) for language in LANGUAGES))
    yield from (report.to_html(language=language, former=report) for language in LANGUAGES)
    records = generic.read_rows(rows, fields=FIELDS, source="list", received_at=AT).records
    shared = count_shared(records)
    yield shared
    for record in records:
        one = check_record(record, RULES, as_of=DAY, shared=shared)
        yield from (one, one.to_json(), one.score, *one.findings, pickle.loads(pickle.dumps(one)))
        yield from (automatic_fixes(record, one), clean(record, one), party_of(record))
        for path in FRESH_PATHS:
            for held in freshness(party_of(record), path, as_of=DAY):
                yield from (held, held.explain())
    yield (works := work_list(records, value=lambda _: 1, as_of=DAY))
    yield works.to_json()


def shown(value: object) -> str:
    html = getattr(value, "_repr_html_", None)
    return f"{value} {value!r} {html() if html else ''}"


def test_nothing_quality_says_shows_anybody_and_nothing_asks_the_network(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    persons = people()
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        told = "\n".join(map(shown, results([row for _, row in persons])))
    told += caplog.text + "".join(str(warning.message) for warning in heard)
    assert len(told) > 1_000 * len(persons)
    told = told.lower()
    assert [word for word, _ in persons if word[1:] in told] == []


def bad_calls(rows: list[dict[str, str]]) -> Iterator[EcrmError]:
    """Go through what is raised about persons: the report of another, a store that is misused."""
    records = generic.read_rows(rows, fields=FIELDS, source="list", received_at=AT).records
    empty = records[0].__class__(records[0].key)
    calls: list[tuple[Any, Mapping[str, Any]]] = [
        (clean, {"record": empty, "report": check_record(record, ALL)}) for record in records
    ]
    crm = Crm.open(clock=FixedClock(AT))
    calls += [(crm.clean, {"customer": row["by"], "by": "me"}) for row in rows]
    calls += [(check, {"table": [row], "fields": {row["by"]: "email"}}) for row in rows[:1]]
    for call, given in calls:
        try:
            call(**given)
        except EcrmError as error:
            yield error


def test_no_error_of_quality_shows_anybody() -> None:
    persons = people()
    rows = [row for _, row in persons]
    errors = list(bad_calls(rows))
    assert len(errors) > len(persons)
    # A column somebody names is a name of the caller's, and is told: the last call's alone.
    texts = [f"{e} {e!r} {e.facts} {traceback.format_exception(e)}" for e in errors[:-1]]
    told = "\n".join(texts).lower()
    assert [word for word, _ in persons if word[1:] in told] == []
