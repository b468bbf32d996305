"""Quality: records a second past the rules, beside the two parsers and a validator of frames.

The plain way is what a shop writes by hand with email-validator and phonenumbers: is the address
one, how is it written, is the number possible, in use, of which sort, how is it written. It finds
nothing but what cannot be; the rules are asked all their questions.
"""

from __future__ import annotations

import random
import resource
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from ecrm_core import FieldMap, check
from ecrm_core.customers import (
    SourceKey,
    SourceRecord,
    Stated,
    parse_email,
    parse_phone,
    phone_type,
)
from ecrm_core.quality import ALL, CORE, Party, RuleSet, check_many, check_record
from ecrm_core.sources import generic

Row = dict[str, str]
FIELDS = {
    "id": "id", "given": "given_name", "family": "family_name", "email": "email", "phone": "phone",
    "street": "street", "city": "city", "postcode": "postcode", "country": "country",
}  # fmt: skip
AT = datetime(2026, 11, 23, tzinfo=UTC)
DAY = date(2026, 11, 23)
DIRTY = 0.15
HOSTS = ["example.com", "example.kr", "gmail.com", "naver.com", "web.de", "shop.example.com"]
NAMES = [
    ("민준", "김", "서울", "06236", "KR"), ("서연", "박", "부산", "48058", "KR"),
    ("Anna", "Müller", "Berlin", "10115", "DE"), ("Hugo", "Rossi", "Lyon", "69001", "FR"),
    ("Clara", "O'Neill", "Leeds", "LS1 4AP", "GB"), ("Daan", "Visser", "Gouda", "2801 AA", "NL"),
    ("花子", "佐藤", "大阪市", "530-0001", "JP"), ("Elena", "García", "Madrid", "28013", "ES"),
]  # fmt: skip
SPOILT: list[Row] = [
    {"email": "person@gmial.com"}, {"email": "person@mailinator.com"}, {"email": "person@"},
    {"phone": "12"}, {"phone": "010-1234-5678"}, {"given": "Test", "family": "Test"}, {"email": ""},
    {"street": "asdf"}, {"postcode": ""},
]  # fmt: skip


def rows(count: int, seed: int = 1) -> Iterator[Row]:
    """Yield invented people, some of them dirty: a slip, a throw-away mailbox, a bad number.

    Their numbers are libphonenumber's own examples with other last digits: in the shape of numbers
    in use, which reserved ones are not.
    """
    draw = random.Random(seed)
    shapes = {name[-1]: _example(name[-1]) for name in NAMES}
    for number in range(count):
        given, family, city, postcode, country = draw.choice(NAMES)
        row = {
            "id": str(number), "given": given, "family": family,
            "email": f"{draw.choice(['kim', 'anna.b', 'd'])}{number}@{draw.choice(HOSTS)}",
            "phone": f"{draw.choice(shapes[country])[:-2]}{draw.randrange(100):02}",
            "street": f"{draw.randrange(1, 200)} Main Street", "city": city, "postcode": postcode,
            "country": country,
        }  # fmt: skip
        if draw.random() < DIRTY:
            row |= draw.choice(SPOILT)
        yield row


def _example(country: str) -> list[str]:
    number = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE)
    return [phonenumbers.format_number(number, written).replace(" ", "-") for written in range(3)]


def plain(people: list[Row]) -> int:
    """Return how many rows the parsers refuse."""
    refused = 0
    for row in people:
        try:
            validate_email(row["email"], check_deliverability=False)
            number = phonenumbers.parse(row["phone"], row["country"])
            phonenumbers.is_possible_number(number)
            phonenumbers.number_type(number)
            phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
            refused += not phonenumbers.is_valid_number(number)
        except (EmailNotValidError, phonenumbers.NumberParseException):
            refused += 1
    return refused


def same_questions(people: list[Row]) -> int:
    """Return how many rows are refused, asking what ``plain`` asks through this library."""
    refused = 0
    for row in people:
        email = parse_email(row["email"])
        phone = parse_phone(row["phone"], region=row["country"])
        refused += email.normalised is None or phone_type(phone) is None
    return refused


def typed(people: list[Row], rules: RuleSet) -> int:
    """Return how many rows have a finding, each made a record of by hand first."""
    found = 0
    for row in people:
        values = {
            "name.given": row["given"], "name.family": row["family"],
            "emails": (parse_email(row["email"]),) if row["email"] else (),
            "phones": (parse_phone(row["phone"], region=row["country"]),),
            "address.lines": (row["street"],), "address.locality": row["city"],
            "address.country": row["country"],
        }  # fmt: skip
        cells = {name: Stated(value, AT, AT) for name, value in values.items()}
        found += bool(check_record(SourceRecord(SourceKey("s", row["id"]), cells), rules).findings)
    return found


def per_second(work: Callable[[], object], count: int, rounds: int = 5) -> float:
    """Return how many rows a second of processor time, the best of some rounds."""
    best = float("inf")
    for _ in range(rounds):
        began = time.process_time()
        work()
        best = min(best, time.process_time() - began)
    return count / best


def speeds(count: int) -> None:
    """Print rows a second and the ratio to the plain way, all in turns of one run."""
    people = list(rows(count))
    fields = FieldMap(FIELDS)
    records = generic.read_rows(people, fields=fields, source="bench", received_at=AT).records
    ways: list[tuple[str, Callable[[], object]]] = [
        ("plain: both parsers", lambda: plain(people)),
        ("the same questions alone", lambda: same_questions(people)),
        ("core: parsed, made a record, checked", lambda: typed(people, CORE)),
        ("core: check(rows of text)", lambda: check(people, fields=fields, rules=CORE, as_of=DAY)),
        ("core: records read before", lambda: [check_record(r, CORE, as_of=DAY) for r in records]),
        ("all: check(rows of text)", lambda: check(people, fields=fields, rules=ALL, as_of=DAY)),
        ("all: records read before", lambda: [check_record(r, ALL, as_of=DAY) for r in records]),
    ]
    peer = None
    for name, work in ways:
        speed = per_second(work, count)
        peer = peer or speed
        print(f"{name:<40} {speed:>10,.0f} rows/s  x{speed / peer:.2f}")
    dirty = sum(bool(check_record(r, CORE, as_of=DAY).findings) for r in records)
    print(f"{len(CORE.rules)} core rules, {len(ALL.rules)} in all; something is found in "
          f"{100 * dirty / count:.0f} % of {count:,} rows (core)")  # fmt: skip


# ---------------------------------------------------------------- a validator of frames

SHARED = ("email_syntax", "email_disposable", "name_letter", "phone_impossible")


def frames(count: int) -> None:
    """Print what pandera can express too: patterns of columns, and lists of what may stand."""
    try:
        import pandas as pd
        import pandera.pandas as pa
    except ImportError:
        print("pandera: not installed (make bench installs it)")
        return
    from ecrm_core.quality.data import load_data

    frame = pd.DataFrame(rows(count))
    hosts = "|".join(map(_literal, load_data("disposable_domains")["domains"]))
    schema = pa.DataFrameSchema({
        "email": pa.Column(str, [
            pa.Check.str_matches(r"^[^@\s]+@[^@\s]+\.[^@\s.]+$"),
            pa.Check(lambda column: ~column.str.contains(rf"@(?:.+\.)?(?:{hosts})$", regex=True)),
        ]),
        "family": pa.Column(str, pa.Check.str_matches(r".*[^\W\d_]")),
        "phone": pa.Column(str, pa.Check.str_matches(r"^\+?[\d ()./-]{5,20}$")),
    })  # fmt: skip

    def validate() -> int:
        try:
            schema.validate(frame, lazy=True)
        except pa.errors.SchemaErrors as errors:
            return len(errors.failure_cases)
        return 0

    ours = RuleSet(rules=tuple(CORE.rule(id_) for id_ in SHARED))
    theirs = per_second(validate, count, 3)
    mine = per_second(lambda: check(frame, fields=FIELDS, rules=ours, as_of=DAY), count, 3)
    print(f"pandera, four patterns over columns        {theirs:>10,.0f} rows/s  "
          f"(finds {validate()}; no parser, no suggestion, nothing masked)")  # fmt: skip
    print(f"the same four rules here                   {mine:>10,.0f} rows/s  x{mine / theirs:.2f}")


def _literal(text: str) -> str:
    return text.replace(".", r"\.").replace("-", r"\-")


# ---------------------------------------------------------------- the worst input, and memory


def hostile() -> Iterator[tuple[str, str]]:
    """Yield what is hard on parsers and patterns, each within the gate of 512 characters."""
    yield "letters", "a" * 512
    yield "at signs", "@" * 512
    yield "an address of dots", "a." * 250 + "@" + "b." * 5 + "c"
    yield "quotes", '"' + '\\"' * 200 + '"@example.com'
    yield "brackets", "(" * 256 + ")" * 256
    yield "digits", "9" * 512
    yield "full-width digits", "９" * 512
    yield "U+FDFA", "\ufdfa" * 512
    yield "combining marks", "a" + "\u0301" * 511
    yield "spaces", "a" + " " * 510 + "b"
    yield "a domain of labels", "a@" + "b." * 250 + "com"
    yield "hyphens", "a@" + "-" * 500 + ".com"
    yield "emoji", "🔥" * 512
    yield "hangul", "각" * 512


def worst() -> None:
    """Print the slowest answers to hostile values: one value, one rule."""
    found: list[tuple[float, str, str]] = []
    for label, text in hostile():
        values = {
            "name.full": text, "emails": (parse_email(text),), "phones": (parse_phone(text),),
            "organisation.legal": text, "address.lines": (text,), "address.locality": text,
            "address.postal_code": text, "address.country": "KR",
        }  # fmt: skip
        cells = {name: Stated(value, AT, AT) for name, value in values.items()}
        record = SourceRecord(SourceKey("s", "1"), cells)
        for rule in ALL.rules:
            alone = RuleSet(rules=(rule,))
            check_record(record, alone, as_of=DAY)
            seconds = min(_timed(lambda a=alone, r=record: check_record(r, a, as_of=DAY))
                          for _ in range(5))  # fmt: skip
            found.append((seconds * 1e3, rule.id, label))
    for milliseconds, rule, label in sorted(found, reverse=True)[:5]:
        print(f"  {milliseconds:.3f} ms  {rule} of {label}")
    print(f"worst of {len(found)} pairs of a rule and a hostile record: {max(found)[0]:.3f} ms")


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def flat(count: int) -> None:
    """Print the memory after a tenth of a stream of records and after all of it."""

    def records() -> Iterator[SourceRecord]:
        fields = FieldMap(FIELDS)
        page: list[Row] = []
        for row in rows(count):
            page.append(row)
            if len(page) == 1_000:
                yield from generic.read_rows(
                    page, fields=fields, source="bench", received_at=AT
                ).records
                page = []

    early = 0
    for done, _ in enumerate(check_many(records(), CORE, as_of=DAY), start=1):
        if done == count // 10:
            early = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    late = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"peak memory after {count // 10:,} records {early / 1024:.1f} MiB, after {count:,} "
          f"{late / 1024:.1f} MiB")  # fmt: skip


def main(count: int = 5_000, streamed: int = 100_000) -> None:
    """Print all of it; ``streamed`` records for the memory (1000000: a minute or two)."""
    Party(fields={}).values("emails")
    flat(streamed)
    speeds(count)
    frames(count)
    worst()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
