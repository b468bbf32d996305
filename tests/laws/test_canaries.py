"""Canaries: persons made of unlikely text pass through everything; no trace shows unasked.

No trace in repr and str of values (inside containers too), in messages, facts and printed
tracebacks of whatever is raised on them, nor in warnings.
"""

import json
import traceback
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from random import Random
from typing import Any

import pytest
from attrs import evolve, frozen

from ecrm_core.crm import Crm
from ecrm_core.customers import (
    CONSENTS,
    CORRECTIONS,
    HISTORY,
    PROFILES,
    RECORDS,
    SEARCH_KEYS,
    Address,
    Attribute,
    AttributeType,
    ConsentState,
    ConsentStatement,
    Correction,
    FieldMap,
    Group,
    Profile,
    Relation,
    RelationKind,
    SourceKey,
    SourceRecord,
    Stated,
    SurvivorshipPolicy,
    accept_value,
    address_subject,
    compose_name,
    decide_contact,
    decide_records,
    join,
    new_group,
    parse_country,
    parse_email,
    parse_handle,
    parse_name,
    parse_phone,
    record_keys,
    search_keys,
    superseded,
    unify,
)
from ecrm_core.customers.contact import ContactKind
from ecrm_core.customers.correction import replaced_digest
from ecrm_core.errors import EcrmError, InputError
from ecrm_core.kernel import (
    ChangeSet,
    CustomerId,
    Drop,
    Emit,
    FixedClock,
    Kind,
    Money,
    Put,
    RequestKey,
    canonical_json,
    decode,
    encode,
    gate_decimal,
    gate_instant,
    gate_json,
    gate_text,
    parse_date,
    parse_instant,
    parse_json,
)
from ecrm_core.merging import decide_merge, preview_merge
from ecrm_core.sources import QUARANTINE, Delivery, Quarantined, generic, quarantine, shopify
from tests.profile import SEED, size

AT = datetime(2026, 5, 1, tzinfo=UTC)
NAIVE = datetime(2026, 5, 1)  # noqa: DTZ001 - what is refused
POLICY = SurvivorshipPolicy()


@frozen
class Person:
    """Unlikely text for one person; ``marks`` are what may be seen nowhere."""

    number: int
    word: str
    phone: str

    @property
    def marks(self) -> tuple[str, ...]:
        return self.word, self.word.upper(), self.phone, self.phone[-8:]

    @property
    def email(self) -> str:
        return f"{self.word}@example.com"

    def payload(self) -> dict[str, Any]:
        """The person as Shopify would tell."""
        return {
            "id": 10_000 + self.number, "email": self.email, "first_name": self.word,
            "last_name": f"{self.word}son", "phone": f"+82{self.phone}", "note": self.word,
            "tags": f"{self.word}, new", "updated_at": "2026-04-01T09:00:00+09:00",
            "default_address": {"address1": f"{self.word} Street 1", "city": self.word,
                                "zip": self.phone, "country_code": "KR"},
            "metafield": {"secret": self.word},
        }  # fmt: skip

    def record(self, number: int = 1) -> SourceRecord:
        values: dict[str, object] = {
            "name.full": f"{self.word} Kim", "name.given": self.word, "national_id": self.phone,
            "entered_by": self.word,
            "emails": (parse_email(self.email), parse_email(f"{self.word} at home")),
            "phones": (parse_phone(f"+82{self.phone}"), parse_phone(self.word)),
            "handles": (parse_handle(ContactKind.MESSAGING, self.word, service="line"),),
            "addresses": (Address(country="KR", lines=(self.word,), raw=self.word),),
            "address.lines": (self.word,), "notes": (self.word,), "tags": (self.word,),
            "relations": (Relation(kind=RelationKind.HOUSEHOLD, other_name=self.word),),
            "organisation.legal": self.word, "attributes.x": self.word,
            "unmapped.$.a": {"deep": [self.word]},
        }  # fmt: skip
        cells = {name: Stated(value, AT, AT) for name, value in values.items()}
        return SourceRecord(SourceKey("shop", str(number)), cells)


@cache
def people() -> tuple[Person, ...]:
    draw = Random(SEED)
    return tuple(
        Person(
            number,
            "zq" + "".join(draw.choices("bcdfghjklmnpqrstvwxz", k=14)),
            "2" + "".join(draw.choices("0123456789", k=8)),
        )
        for number in range(size(100, 1_000))
    )


def clean(person: Person, *texts: str) -> None:
    for text in texts:
        for mark in person.marks:
            if mark in text:
                # The assertion itself would print the text: say where, not what.
                pytest.fail(f"person {person.number} shows after {text[: text.index(mark)]!r}")


def shown(value: object) -> tuple[str, ...]:
    return repr(value), str(value), f"{value}", repr([value]), repr({"a": (value,)})


# ---------------------------------------------------------------- values


@frozen
class Made:
    """Everything a person goes through."""

    record: SourceRecord
    group: Group
    profile: Profile
    correction: Correction
    consent: ConsentStatement
    refused: Quarantined
    changes: ChangeSet


def made(person: Person) -> Made:
    record = person.record()
    group = new_group("main", record.key).with_record(record)
    correction = Correction(
        id="cor_1", customer=group.root.id, field_name="name.full",
        replaces=replaced_digest("name.full", "x"), value=person.word, at=AT, by="ada",
        reason=person.word,
    )  # fmt: skip
    consent = ConsentStatement(
        subject=address_subject(parse_email(person.email)), channel="email", purpose="marketing",
        state=ConsentState.GRANTED, at=AT, source="shop", evidence=person.word,
    )  # fmt: skip
    with pytest.raises(InputError) as caught:
        gate_text(person.word * 100, "$.note")
    refused = quarantine("shop", "row 5", person.payload(), error=caught.value, received_at=AT)
    empty = new_group("main", record.key)
    other = evolve(record, cells={"emails": Stated((), datetime(2026, 5, 2, tzinfo=UTC), AT)})
    changes = decide_records({record.key: empty}, [record, other], policy=POLICY)
    rows = search_keys(group.root.id, record).values()
    more = ChangeSet(
        drops=tuple(Drop(SEARCH_KEYS, SEARCH_KEYS.key_of(row)) for row in rows),
        emits=(Emit(key="1", topic="mail", at=AT, payload={"to": person.email}),),
        key=RequestKey.of("a", person.payload(), AT),
    )
    clean(person, *shown(more), *shown(more.writes))
    profile = unify([record], [correction], id=group.root.id)
    return Made(record, group, profile, correction, consent, refused, changes)


def values(person: Person) -> Iterator[object]:
    held = made(person)
    yield held
    yield from (held.record, held.profile, held.correction, held.consent, held.refused)
    yield from (held.changes, held.group, held.group.with_record(person.record(1)))
    yield from held.record.cells.values()
    for name in ("emails", "phones", "handles", "addresses", "relations"):
        yield from held.record.cells[name].value
    yield [sourced for chosen in held.profile.fields.values() for sourced in chosen]
    yield from (held.profile.name, held.profile.organisation, held.profile.addresses)
    yield frozenset(record_keys(held.record))
    late = evolve(held.record, cells={"notes": Stated(("x",), AT, AT)})
    yield superseded(held.record, late, join(held.record, late))
    other = new_group("main", SourceKey("shop", "2")).with_record(person.record(2))
    preview = preview_merge(
        held.group, other, tenant="main", by="ada", at=AT, values={"name.given": person.word},
        policy=POLICY,
    )  # fmt: skip
    yield preview
    clean(person, preview._repr_html_())
    yield preview.choices
    yield decide_merge(held.group, other, tenant="main", by="ada", at=AT, policy=POLICY)
    yield decide_contact([held.consent], channel="email", purpose="marketing", at=AT)
    yield shopify.read(json.dumps(person.payload()).encode(), received_at=AT)
    for kind, value in kinds(held):
        row = kind.row(value)
        yield from (row, kind.read(row.body, 1, 1))


def kinds(held: Made) -> Iterator[tuple[Kind[Any], object]]:
    yield RECORDS, held.record
    yield PROFILES, held.profile
    yield CORRECTIONS, held.correction
    yield CONSENTS, held.consent
    yield QUARANTINE, held.refused
    for put in held.changes.puts:
        if put.kind in (HISTORY, SEARCH_KEYS):
            yield put.kind, put.value


def test_no_value_shows_a_person_unless_asked() -> None:
    for person in people():
        for value in values(person):
            clean(person, *shown(value))


def test_a_person_is_revealed_when_asked() -> None:
    person = people()[0]
    held = made(person)
    asked = (held.record, held.profile, held.correction, held.consent, held.refused)
    for value in asked:
        assert person.word in canonical_json(value.reveal())


# ---------------------------------------------------------------- errors

Call = Callable[[], object]


def bad_calls(person: Person) -> Iterator[Call]:
    """Calls that hand over the person where something else is expected."""
    word, held = person.word, made(person)
    for parse in (parse_date, parse_instant, gate_decimal, gate_instant, gate_json, parse_json):
        yield lambda parse=parse: parse(word)  # type: ignore[misc]
    yield from texts(word)
    for of in AttributeType:
        for raw in (word, f"12 {word}", [word, 5], {word: word}, Decimal("1e999")):
            yield lambda of=of, raw=raw: Attribute(of).parse(raw)  # type: ignore[misc]
    for name in held.record.cells:
        for wrong in (
            word + "\x00",
            word * 5_000,
            [word],
            {word: word},
            1.5,
            b"x",
            parse_name(word),
        ):
            yield lambda name=name, wrong=wrong: accept_value(name, wrong)  # type: ignore[misc]
        for cell in (word, [word], {word: 1}, 5, None, ({word: 1},)):
            bad = evolve(held.record, cells={name: Stated(cell, AT, AT)})
            yield lambda bad=bad: RECORDS.row(bad)  # type: ignore[misc]
            yield lambda bad=bad: unify([held.record, bad], id=CustomerId("cus_1"))  # type: ignore[misc]
            yield lambda bad=bad: join(held.record, bad)  # type: ignore[misc]
            yield lambda bad=bad: record_keys(bad)  # type: ignore[misc]
    yield lambda: Stated(word, word, NAIVE)  # type: ignore[arg-type]
    yield lambda: evolve(held.correction, at=word)  # type: ignore[arg-type]
    yield lambda: evolve(held.consent, at=NAIVE)
    yield lambda: evolve(held.consent, nothing=word)  # type: ignore[call-arg]
    yield lambda: CONSENTS.row(evolve(held.consent, evidence=word + "\ud800"))
    yield lambda: setattr(held.record, "key", word)
    yield lambda: setattr(held.profile, word[:2], word)
    yield lambda: hash(held.record)
    yield lambda: hash(held.changes)
    yield lambda: held.record < held.record
    yield lambda: ChangeSet(puts=(Put(RECORDS, held.record), Put(RECORDS, held.record)))
    yield lambda: decide_merge(
        held.group, held.group, tenant="main", by=word * 99, at=AT, policy=POLICY
    )
    yield lambda: Money(word, word)
    yield lambda: Money(1, word)
    yield lambda: SourceKey(word, word + "\x00")
    yield lambda: decide_contact([held.consent], channel="email", purpose="marketing", at=NAIVE)


def texts(word: str) -> Iterator[Call]:
    for wrong in (word * 300, word + "\x00", word + "\ud800"):
        for read in (gate_text, parse_email, parse_phone, parse_name, parse_country):
            yield lambda read=read, wrong=wrong: read(wrong)  # type: ignore[misc]
        yield lambda wrong=wrong: parse_handle(ContactKind.WEB, wrong)  # type: ignore[misc]
        yield lambda wrong=wrong: compose_name(given=wrong)  # type: ignore[misc]
        yield lambda wrong=wrong: parse_json(json.dumps({wrong: wrong}))  # type: ignore[misc]
        yield lambda wrong=wrong: parse_json(wrong)  # type: ignore[misc]
        yield lambda wrong=wrong: shopify.read(wrong.encode(errors="replace"), received_at=AT)  # type: ignore[misc]
    yield lambda: SourceKey.parse(word)


def spoilt(data: Any, person: Person, draw: Random) -> Any:  # noqa: ANN401 - any JSON
    """The JSON with one place, drawn, that holds something else, or nothing."""
    if draw.random() < 0.15 or not isinstance(data, (dict, list)) or not data:
        return draw.choice([person.word, [person.word], {person.word: person.word}, 5, None, True])
    if isinstance(data, dict):
        name = draw.choice(sorted(data))
        if draw.random() < 0.1:
            return {key: held for key, held in data.items() if key != name}
        return {**data, name: spoilt(data[name], person, draw)}
    at = draw.randrange(len(data))
    return [*data[:at], spoilt(data[at], person, draw), *data[at + 1 :]]


def error_of(call: Call) -> BaseException | None:
    try:
        call()
    except Exception as error:  # noqa: BLE001 - whatever is raised is looked at
        return error
    return None


def everything_printed(error: BaseException) -> Iterator[str]:
    yield from (repr(error), str(error))
    yield from traceback.format_exception(error)
    if isinstance(error, EcrmError):
        yield repr(error.facts)
        yield error.message


def test_no_error_shows_a_person() -> None:
    raised = 0
    for person in people()[: size(5, 1_000)]:
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            for call in bad_calls(person):
                error = error_of(call)
                if error is not None:
                    raised += 1
                    clean(person, *everything_printed(error))
        clean(person, *(str(warning.message) for warning in heard))
    assert raised > 200 * len(people()[: size(5, 1_000)])  # the calls do go wrong


def test_spoilt_json_is_a_typed_error_that_shows_nothing() -> None:
    draw = Random(SEED)
    raised = 0
    for person in people():
        held = made(person)
        for value in (held.record, held.profile, held.correction, held.consent, held.refused):
            of = type(value)
            data = encode(value)
            for _ in range(6):
                wrong = spoilt(data, person, draw)
                readers: list[Call] = [lambda of=of, wrong=wrong: decode(of, wrong)]  # type: ignore[misc]
                if hasattr(of, "from_json"):
                    readers.append(lambda of=of, wrong=wrong: of.from_json(wrong))  # type: ignore[misc]
                for read in readers:
                    error = error_of(read)
                    if error is not None:
                        raised += 1
                        clean(person, *everything_printed(error))
                        assert isinstance(error, EcrmError)
    assert raised > 5 * len(people())


# ---------------------------------------------------------------- the whole way


def test_spoilt_payloads_are_refused_without_showing_anybody() -> None:
    draw = Random(SEED)
    for person in people():
        payloads = [person.payload(), *(spoilt(person.payload(), person, draw) for _ in range(4))]
        for payload in payloads:
            if isinstance(payload, dict):
                payload["id"] = 5  # a key of a source is never personal, and is shown
        bodies = [json.dumps(payload).encode() for payload in payloads]
        for body in [*bodies, bodies[0][:-20], bodies[0].replace(b"@", b"\\u0000")]:
            delivery: Delivery | None = None
            try:
                delivery = shopify.read(body, received_at=AT)
            except EcrmError as error:
                clean(person, *everything_printed(error))
            clean(person, *shown(delivery))


@pytest.fixture
def crm() -> Iterator[Crm]:
    with Crm.open(clock=FixedClock(AT)) as opened:
        yield opened


def test_nothing_on_the_way_through_a_store_shows_anybody(crm: Crm) -> None:
    for person in people()[: size(20, 300)]:
        one, two = f"shopify/{10_000 + person.number}", f"list/{person.number}"
        for delivery in deliveries(person):
            clean(person, *shown(delivery), *shown(crm.dry_run.ingest(delivery)))
            clean(person, *shown(crm.ingest(delivery)))
        fix = crm.dry_run.correct(one, "name.given", person.word + "x", by="ada", now=AT)
        merge = crm.dry_run.merge(one, two, by="ada", now=AT)
        clean(person, *shown(fix), *shown(merge), *shown(crm.preview_merge(one, two)))
        assert crm.find(person.word)
        clean(person, *shown(crm.view(one)), *shown(crm.find(person.word)), *shown(crm))
        clean(person, *shown(crm.may_contact(one, "email", "marketing")))
        for call in wrong_calls(crm, one, person):
            error = error_of(call)
            assert isinstance(error, EcrmError)
            clean(person, *everything_printed(error))
    reports = (crm.report(), crm.report("list"))
    assert all(report.entered_by for report in reports)
    pages = [report.to_html(former=report) for report in reports]
    kept = [str(report.to_json()) for report in reports]
    told = (
        *reports,
        *pages,
        *kept,
        *(r.trend(r) for r in reports),
        crm.replay("list", fields=LIST),
        crm.quarantined(),
    )
    for person in people()[: size(20, 300)]:
        clean(person, *(text for value in told for text in shown(value)))


LIST = FieldMap(
    {"no": "id", "name": "full_name", "mail": "email", "tel": "phone", "by": "entered_by"}
)


def deliveries(person: Person) -> list[Delivery]:
    good = {"no": str(person.number), "name": person.word, "mail": person.email, "by": person.word}
    bad = {"no": str(person.number), "name": person.word * 99, "mail": person.word, "tel": "x\x00"}
    return [
        shopify.read(json.dumps(person.payload()).encode(), received_at=AT),
        generic.read_rows([good, bad], fields=LIST, source="list", received_at=AT),
    ]


def wrong_calls(crm: Crm, one: str, person: Person) -> list[Call]:
    word, email = person.word, "a@example.com"
    return [
        lambda: crm.correct(one, "birth_on", word, by="ada"),
        lambda: crm.correct(one, "emails", email, replaces=person.email + "x", by="ada"),
        lambda: crm.correct(one, "attributes.x", {word: 1}, by="ada"),
        lambda: crm.may_contact_address(word, "email", "marketing"),
        lambda: crm.view(f"list/{'x' * 600}{word}"),
    ]
