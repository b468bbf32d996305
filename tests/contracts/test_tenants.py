"""Tenants: whether another one is there makes no difference to any reader, verb or error.

Two stores have the same shop as the tenant "two"; in one of them "one" is another shop, with a word
in all its values that nobody else says. Everything is asked with the ids, keys, entries and cursors
of "one", and must come to the same in both.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from datetime import timedelta
from enum import Enum
from inspect import getmembers, isfunction
from pathlib import Path
from typing import Any

import pytest
from attrs import fields, frozen, has

from ecrm_core import Crm, ports
from ecrm_core.crm import Settings
from ecrm_core.customers import Group, SourceKey
from ecrm_core.errors import EcrmError
from ecrm_core.kernel import CustomerId, FixedClock
from ecrm_core.matching import default_model
from ecrm_core.merging import LinkedKind
from ecrm_core.ports import KINDS, Store, Tenants
from ecrm_core.subscriptions import SUBSCRIPTIONS, Cancel, PaymentSucceeded
from ecrm_core.testing.gateway import SimulatedGateway
from tests.contracts.adapters import ADAPTERS, open_adapter
from tests.formats.filled import AT, FIELDS, PLAN, ROLES, SECRET, fill, people
from tests.profile import size

WORD = "zyzzyva"
# Sets are numbered by the store, not by the tenant: in results of requests, and in the audit.
SEQUENCE = re.compile(r"""\b(?:0{6}|9{6})\d{6,}\b|"?sequence"?: ?\d+""")
NUMBERED = {"audit", "audit_link"}
LATER = AT + timedelta(days=40)
SETTINGS = Settings(clock=FixedClock(LATER), currency="EUR", secret=SECRET)


@frozen
class Other:
    """What is known of the other tenant: rows as texts, and ids to try."""

    rows: Mapping[str, list[tuple[tuple[str, ...], Mapping[str, Any]]]]
    ids: Mapping[str, Any]
    people: list[CustomerId]
    group: Group

    def id(self, kind: str) -> str:
        return self.rows[kind][0][0][0]


def known(store: Store, ids: Mapping[str, Any]) -> Other:
    rows = {}
    for kind in KINDS:
        held = [kind.row(row.value) for row in store.scan(kind, limit=10_000).rows]
        rows[kind.name] = [(row.key, row.entries) for row in held]
    customers = [CustomerId(key[0]) for key, _ in rows["home"]]
    (group,) = ports.read_groups(store, customers[:1]).values()
    return Other(rows, ids, customers, group)


class Pair:
    """The two stores."""

    def __init__(self, alone: Tenants, shared: Tenants, folder: Path) -> None:
        self.one = Crm(shared, tenant="one", settings=SETTINGS)
        ids = fill(self.one, folder, tag=WORD)
        self.crms = [Crm(store, tenant="two", settings=SETTINGS) for store in (alone, shared)]
        for crm in self.crms:
            fill(crm, folder, tag="b")
        self.empty = Crm(shared, tenant="three", settings=SETTINGS)
        self.other = known(self.one.store, ids)


@pytest.fixture(scope="module", params=ADAPTERS)
def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pair]:
    folders = [tmp_path_factory.mktemp(name) for name in ("alone", "shared")]
    with ExitStack() as stack:
        stores = [open_adapter(request.param, folder, request) for folder in folders]
        for store in stores:
            stack.callback(store.close)
        yield Pair(stores[0], stores[1], tmp_path_factory.mktemp("files"))


def said(answer: object) -> str:
    """All of an answer as text, personal data too, without versions: they are a store's own."""
    if isinstance(answer, str):
        return answer
    if isinstance(answer, EcrmError):
        return f"{type(answer).__name__} {answer.code} {answer} {said(answer.facts)}"
    kind: Any = type(answer)
    if has(kind):
        held = {f.name: getattr(answer, f.name) for f in fields(kind)}
        own = {name: value for name, value in held.items() if name not in {"version", "sequence"}}
        return f"{kind.__name__}{said(own)}"
    if isinstance(answer, Mapping):
        return "{" + ", ".join(f"{said(k)}: {said(v)}" for k, v in answer.items()) + "}"
    if isinstance(answer, Iterable) and not isinstance(answer, Enum):
        return "[" + ", ".join(map(said, answer)) + "]"
    text = str(answer) if str(answer) == repr(answer) else f"{answer!r} {answer}"
    return re.sub(r" at 0x[0-9a-f]+", "", text)


def outcome(act: Callable[[], object]) -> str:
    try:
        text = said(act())
    except EcrmError as error:
        text = said(error)
    return SEQUENCE.sub("sequence", text)


def same(pair: Pair, act: Callable[[Crm], object], what: object, *, numbered: bool = False) -> None:
    alone, shared = (outcome(lambda c=crm: act(c)) for crm in pair.crms)  # type: ignore[misc]
    assert numbered or shared == alone, what
    assert WORD not in shared, what


# ---------------------------------------------------------------- the four calls


def test_no_key_entry_or_cursor_of_another_tenant_finds_a_row_of_hers(pair: Pair) -> None:
    for kind in KINDS:
        rows, numbered = pair.other.rows[kind.name], kind.name in NUMBERED
        assert rows, f"nothing is asked about {kind}"
        keys = [key for key, _ in rows]
        get = lambda crm, k=kind, a=keys: crm.store.get_many(k, a)  # noqa: E731
        same(pair, get, kind, numbered=numbered)
        assert not pair.empty.store.get_many(kind, keys)
        for index in (None, *(index.name for index in kind.indexes)):
            found = [(e[index] if index else key, key) for key, e in rows]
            entered = [(entry, key) for entry, key in found if entry is not None]
            for entry, key in entered[: size(1, 100)]:
                cursor = (*entry, *key) if index else key
                for asked in (
                    {"after": cursor}, {"within": entry[:1]}, {"starts": entry[0][:3]},
                    {"within": entry[:1], "after": cursor, "limit": 1},
                ):  # fmt: skip
                    scan = lambda crm, k=kind, i=index, a=asked: crm.store.scan(k, index=i, **a)  # noqa: E731
                    same(pair, scan, (kind, index, asked), numbered=numbered)
                    assert pair.empty.store.scan(kind, index=index, **asked).rows == ()
            if index:
                entries = [entry for entry, _ in entered]
                find = lambda crm, k=kind, i=index, a=entries: crm.store.find_many(k, i, a)  # noqa: E731
                same(pair, find, (kind, index), numbered=numbered)
                assert not pair.empty.store.find_many(kind, index, entries)


# ---------------------------------------------------------------- readers of ports

Reading = Callable[[Store, Other], object]
LINKED = LinkedKind(kind=SUBSCRIPTIONS, by="by_customer")
READERS: dict[str, Reading] = {
    "all_claims": lambda store, _: list(ports.all_claims(store)),
    "all_judgements": lambda store, _: list(ports.all_judgements(store)),
    "all_profiles": lambda store, _: list(ports.all_profiles(store)),
    "judgement_pages": lambda store, _: list(ports.judgement_pages(store)),
    "read_claims_by": lambda store, one: ports.read_claims_by(store, one.people),
    "read_claims_on": lambda store, one: ports.read_claims_on(store, one.people),
    "read_consents": lambda store, one: ports.read_consents(
        store, [entries["by_subject"][0] for _, entries in one.rows["consent"]]
    ),
    "read_corrections": lambda store, one: ports.read_corrections(store, one.people),
    "read_due": lambda store, _: list(ports.read_due(store, LATER + timedelta(days=999))),
    "read_edges": lambda store, one: ports.read_edges(store, one.people),
    "read_facts": lambda store, one: ports.read_facts(store, one.people),
    "read_groups": lambda store, one: ports.read_groups(store, one.people),
    "read_history": lambda store, one: ports.read_history(store, _keys(one)),
    "read_holds": lambda store, one: ports.read_holds(store, one.people),
    "read_members": lambda store, one: list(
        ports.read_members(store, one.rows["segment"][0][0][0])
    ),
    "read_memberships": lambda store, one: ports.read_memberships(store, one.people),
    "read_rechecks_due": lambda store, _: ports.read_rechecks_due(
        store, LATER + timedelta(days=999)
    ),
    "read_saved_segments": lambda store, _: ports.read_saved_segments(store),
    "read_holdings": lambda store, one: ports.read_holdings(store, one.people),
    "read_interactions": lambda store, one: ports.read_interactions(store, one.people),
    "read_judgements": lambda store, one: ports.read_judgements(store, one.people),
    "read_linked": lambda store, one: ports.read_linked(store, LINKED, one.group),
    "read_profiles": lambda store, one: ports.read_profiles(store, one.people),
    "read_records": lambda store, one: ports.read_records(store, _keys(one)),
    "read_subscription_events": lambda store, one: ports.read_subscription_events(
        store, [one.ids["subscription"]]
    ),
    "read_subscriptions": lambda store, one: ports.read_subscriptions(
        store, [one.ids["subscription"]]
    ),
    "read_subscriptions_of": lambda store, one: ports.read_subscriptions_of(store, one.people),
    "read_timeline": lambda store, one: ports.read_timeline(store, one.people, limit=None),
    "scan_timeline": lambda store, one: list(ports.scan_timeline(store, one.people)),
    "scan_pages": lambda store, _: [list(ports.scan_pages(store, kind)) for kind in KINDS],
}


def _keys(one: Other) -> list[SourceKey]:
    return [SourceKey(*key) for key, _ in one.rows["record"]]


def test_every_reader_of_ports_is_tried() -> None:
    named = {name for name in ports.__all__ if isfunction(getattr(ports, name))}
    assert READERS.keys() == {name for name in named if re.match("read_|all_|scan_|.*_pages", name)}


@pytest.mark.parametrize("reader", READERS)
def test_no_reader_reads_another_tenant(pair: Pair, reader: str) -> None:
    same(pair, lambda crm: READERS[reader](crm.store, pair.other), reader)


# ---------------------------------------------------------------- the facade

Verb = Callable[[Crm, Other, Any], object]
MODEL = default_model([(role, role) for role in ROLES], prior=-5.0)
SAME_PERSON = ("shopify/1", "shopify/404")
READS: dict[str, Verb] = {
    "audit": lambda crm, _, who: (crm.audit(), crm.audit(who)),
    "claim_conflicts": lambda crm, _, __: crm.claim_conflicts(),
    "claims": lambda crm, _, who: crm.claims(who),
    "contradictions": lambda crm, _, __: crm.contradictions(),
    "draft_matching": lambda crm, _, __: crm.draft_matching(),
    "diff_segment": lambda crm, _, __: crm.diff_segment("buyers", "brand IS NULL"),
    "doctor": lambda crm, _, __: crm.doctor(),
    "due": lambda crm, _, __: crm.due(days=999),
    "forecast": lambda crm, _, __: list(crm.forecast(days=999)),
    "duplicates": lambda crm, _, __: [crm.duplicates().certain, crm.duplicates().review],
    "export": lambda crm, _, who: crm.export(who),
    "export_judgements": lambda crm, _, __: _file(crm.export_judgements),
    "export_table": lambda crm, _, __: _file(crm.export_table),
    "facts": lambda crm, _, who: crm.facts(who),
    "find": lambda crm, one, who: [
        crm.find(str(who)), crm.find(f"{WORD}1@example.com"), crm.find(f"Anna{WORD} Berg"),
        *(crm.find(entries["by_key"][1]) for _, entries in one.rows["search_key"]),
    ],
    "judgement_rows": lambda crm, _, __: list(crm.judgement_rows()),
    "judgements": lambda crm, _, who: [list(crm.judgements()), list(crm.judgements(who))],
    "linked": lambda crm, _, who: crm.linked(who, "subscription"),
    "matches": lambda crm, _, who: crm.matches(who),
    "matching_model": lambda crm, _, __: crm.matching_model(),
    "may_contact": lambda crm, _, who: crm.may_contact(who, "email", "marketing"),
    "may_contact_address": lambda crm, _, __: crm.may_contact_address(
        f"{WORD}1@example.com", "email", "marketing"
    ),
    "memberships": lambda crm, _, who: crm.memberships(who),
    "preview_merge": lambda crm, _, who: crm.preview_merge("shopify/3", who),
    "quarantined": lambda crm, _, __: crm.quarantined(),
    "refit": lambda crm, _, __: crm.refit(),
    "report": lambda crm, _, __: crm.report(),
    "resolve": lambda crm, _, who: crm.resolve(who),
    "review": lambda crm, _, __: list(crm.review(by="bo", lease=None, masked=False)),
    "review_card": lambda crm, one, _: crm.review_card(one.ids["card"], masked=False),
    "review_counts": lambda crm, _, __: crm.review_counts(),
    "movements": lambda crm, _, __: tuple(crm.movements()),
    "rfm": lambda crm, _, __: crm.rfm().columns,
    "saved_segments": lambda crm, _, __: crm.saved_segments(),
    "segment_members": lambda crm, _, __: crm.segment_members("buyers"),
    "segment_schema": lambda crm, _, __: list(crm.segment_schema().segments),
    "segment": lambda crm, _, __: list(crm.segment("brand IS NULL").members),
    "segment_rows": lambda crm, _, __: [id_ for id_, _ in crm.segment_rows()],
    "stuck": lambda crm, _, __: crm.stuck(),
    "subscriptions": lambda crm, _, who: crm.subscriptions(who),
    "timeline": lambda crm, _, who: crm.timeline(who),
    "view": lambda crm, _, who: crm.view(who),
    "why_member": lambda crm, _, who: crm.why_member("buyers", who),
    "work_list": lambda crm, _, __: crm.work_list(value=lambda _: 1),
}  # fmt: skip
CHANGES: dict[str, Verb] = {
    "adopt_model": lambda crm, _, __: crm.adopt_model(MODEL, by="bo"),
    "claim": lambda crm, _, who: crm.claim(who, "shopify/3", proof="typed", source="s", by="bo"),
    "claim_address": lambda crm, _, who: crm.claim_address(
        who, f"{WORD}2@example.com", proof="typed", source="s", by="bo"
    ),
    "clean": lambda crm, _, who: crm.clean(who, by="bo"),
    "command": lambda crm, one, _: crm.command(
        one.ids["subscription"], Cancel.at_term_end(), by="bo"
    ),
    "consent": lambda crm, _, __: crm.consent(
        f"{WORD}1@example.com", "revoked", channel="email", purpose="marketing"
    ),
    "correct": lambda crm, _, who: crm.correct(who, "tags", "x", by="bo"),
    "hold": lambda crm, _, who: crm.hold(who, reason="r", by="bo"),
    "release": lambda crm, one, _: crm.release(one.id("legal_hold"), by="bo"),
    "import_judgements": lambda crm, one, _: crm.import_judgements(
        [
            {
                "left": one.people[0],
                "right": one.people[1],
                "verdict": "same",
                "by": "bo",
                "at": AT.isoformat(),
            },
        ]
    ),
    "ingest": lambda crm, _, __: crm.ingest(people([1], tag="b", at=AT), key=f"{WORD} first"),
    "ingest_file": lambda crm, _, __: crm.ingest_file(
        Path("no such file"), source="list", fields=FIELDS
    ),
    "judge": lambda crm, _, who: crm.judge(who, "shopify/3", "unsure", by="bo"),
    "merge": lambda crm, _, who: crm.merge("shopify/7", who, by="bo"),
    "record": lambda crm, _, __: crm.record([]),
    "refuse_contact": lambda crm, _, who: crm.refuse_contact(who, by="her"),
    "lift_refusal": lambda crm, _, who: crm.lift_refusal(who, by="her"),
    "release_review": lambda crm, one, _: crm.release_review([one.ids["card"]], by="ada"),
    "release_stuck": lambda crm, _, __: crm.release_stuck(),
    "save_segment": lambda crm, _, __: crm.save_segment("all", "brand IS NULL", by="bo"),
    "rename_segment": lambda crm, _, __: crm.rename_segment("all", "everybody", by="bo"),
    "drop_segment": lambda crm, _, __: crm.drop_segment("buyers", by="bo"),
    "refresh_segments": lambda crm, _, __: crm.refresh_segments(full=True),
    "settle": lambda crm, one, _: crm.settle(one.ids["card"], "different", by="bo"),
    "settle_many": lambda crm, one, _: crm.settle_many({one.ids["card"]: "different"}, by="bo"),
    "settle_certain": lambda crm, _, __: crm.settle_certain(by="bo"),
    "undo_decision": lambda crm, one, _: crm.undo_decision(one.id("review_decision"), by="bo"),
    "undo_last": lambda crm, _, __: crm.undo_last(by="ada"),
    "unmerge": lambda crm, one, _: crm.unmerge(one.ids["edge"], by="bo"),
    "replay": lambda crm, _, __: crm.replay("list", fields=FIELDS),
    "subscribe": lambda crm, _, who: crm.subscribe(who, PLAN, by="bo"),
    "run_due": lambda crm, _, __: crm.run_due(),
    "payment": lambda crm, one, _: crm.payment(
        PaymentSucceeded(charge=f"{one.ids['subscription']}/charge/0/0"), by="bo"
    ),
    "collect": lambda crm, _, __: crm.collect(SimulatedGateway()),
    "deliver": lambda crm, _, __: _delivered(crm),
    "run_matching": lambda crm, _, __: crm.run_matching(full=True),
    "erase": lambda crm, _, who: crm.erase(who, by="bo", reason="asked"),
    "rebuild_search_keys": lambda crm, _, __: crm.rebuild_search_keys(),
    "forget_requests": lambda crm, _, __: crm.forget_requests(older_than=timedelta(0)),
    "forget_audit": lambda crm, _, __: crm.forget_audit(older_than=timedelta(0)),
}
NOTHING_TO_READ = {"close", "compact", "now"}


def _file(export: Callable[[io.BytesIO], object]) -> object:
    stream = io.BytesIO()
    return export(stream), stream.getvalue().decode()


def _delivered(crm: Crm) -> object:
    sent: list[object] = []
    return crm.deliver(charge=sent.append, notice=sent.append, task=sent.append), sent


def test_every_verb_is_tried() -> None:
    verbs = {name for name, _ in getmembers(Crm, isfunction) if name[0] != "_"}
    assert READS.keys() | CHANGES.keys() | NOTHING_TO_READ == verbs


def everybody(pair: Pair) -> list[object]:
    """Customers by key, which both tenants have, and by the ids of the other tenant."""
    return [*SAME_PERSON, *pair.other.people[: size(1, 9)]]


@pytest.mark.parametrize("verb", READS)
def test_no_verb_tells_of_another_tenant(pair: Pair, verb: str) -> None:
    for who in everybody(pair):
        same(pair, lambda crm, w=who: READS[verb](crm, pair.other, w), (verb, who))  # type: ignore[misc]


def test_no_change_is_made_to_another_tenant_or_by_her(pair: Pair) -> None:
    before = _dump(pair.one.store)
    for verb, change in CHANGES.items():
        for who in everybody(pair):
            same(pair, lambda crm, c=change, w=who: c(crm, pair.other, w), (verb, who))  # type: ignore[misc]
        assert _dump(pair.one.store) == before, verb
    alone, shared = (outcome(lambda s=crm.store: _dump(s)) for crm in pair.crms)  # type: ignore[misc]
    assert alone == shared


def _dump(store: Store) -> list[object]:
    return [[kind.row(row.value) for row in store.scan(kind, limit=10_000).rows] for kind in KINDS]
