"""After an erasure nothing of her is left, nobody else has lost anything, and she stays away."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from functools import cache, partial
from itertools import chain, count
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from ecrm_core.adapters.memory import MemoryStore
from ecrm_core.adapters.sqlite import SqliteStore
from ecrm_core.crm import Crm
from ecrm_core.customers import (
    SourceKey,
    SourceRecord,
    Stated,
    address_subject,
    home_id,
    parse_email,
    parse_phone,
)
from ecrm_core.errors import EcrmError, MissingError, RefusedError
from ecrm_core.kernel import ChangeSet, Drop, encode
from ecrm_core.merging import MERGE_EDGES
from ecrm_core.ports import KINDS, Store, Tenants
from ecrm_core.sources import QUARANTINE, Delivery
from tests.derived import check_derived, rows
from tests.erasing.channels import (
    AT,
    GOOD,
    HER,
    OTHERS,
    SECRET,
    bad_rows,
    delivery,
    opened,
    order,
    others,
    walk,
)
from tests.erasing.person import Person, people
from tests.erasing.scan import dump, files, traces
from tests.faulty.shop import Taped, Watched
from tests.histories.acts import ACTS, began
from tests.histories.contact import of_addresses
from tests.histories.history import History
from tests.histories.ledger import Around
from tests.histories.shop import (
    FIELDS,
    GUARANTEES,
    HOMES,
    KEYS,
    NOTES,
    PLAN,
    SETTINGS,
    write_files,
)
from tests.places import PLACES, handles, open_target, target
from tests.profile import SEED, size
from tests.queues import proposal, propose

REFUSED = {"refused", "person_refused"}
EVERY = [*KINDS, NOTES, GUARANTEES]


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Tenants, str]]:
    if request.param == "memory":
        yield MemoryStore(), ""
        return
    told = target(request.param, request, tmp_path)
    with closing(open_target(told)) as store:
        yield store, told


# ---------------------------------------------------------------- nothing is left


def test_whatever_way_she_came_in_no_table_holds_a_trace(place: tuple[Tenants, str]) -> None:
    store, told = place
    crm, person = opened(store), people(1)[0]
    others(crm)
    ids = walk(crm, person)
    before = {name for name, data in dump(store, told) if any(person.found_in(data))}
    assert before == {"dump"} if isinstance(store, SqliteStore) else len(before) > 18
    kept = _exports(crm)
    crm.erase(HER, by="ada", reason="case 7")
    assert traces(person, dump(store, told)) == []
    assert _without_her(_exports(crm)) == _without_her(kept)
    _come_back(crm, person, ids)
    assert traces(person, dump(store, told)) == []


def _exports(crm: Crm) -> list[dict[str, Any]]:
    return [crm.export(key, audit=False) for key in OTHERS]


def _without_her(exports: list[dict[str, Any]]) -> list[str]:
    """What is known of others, without what was said about her and them."""
    her = {home_id("main", SourceKey.parse(key)) for key in (HER, "mail/1", "till/7")}
    kept = []
    for told in exports:
        said = {name: [row for row in told[name] if not any(id_ in str(row) for id_ in her)]
                for name in ("judgements", "claims")}  # fmt: skip
        kept.append(json.dumps(told | said, sort_keys=True))
    return kept


def _come_back(crm: Crm, person: Person, ids: dict[str, str]) -> None:
    """Try every way in once more; each counts, or refuses, and nobody is there."""
    for key in (HER, "mail/1", "till/7"):
        receipt = crm.ingest(delivery(person, key), key=f"again {key}")
        assert (receipt.rows, receipt.erased, receipt.accepted) == (1, 1, 0)
        assert (receipt.interactions, receipt.erased_interactions) == (1, 1)
    for key in (HER, "mail/1"):
        told = crm.record(order(person, f"n-{key}", key))
        assert (told.interactions, told.erased_interactions, told.recorded) == (1, 1, 0)
    assert crm.ingest(bad_rows(person)).erased == 1  # the one that has her id
    rest = [row.id for row in crm.quarantined() if row.party != "20"]
    assert len(rest) == 2  # where nobody can tell whose row it is, it waits for somebody to look
    crm.store.apply(ChangeSet(drops=tuple(Drop(QUARANTINE, (id_,)) for id_ in rest)))
    assert crm.replay("shop", fields=GOOD).receipt.accepted == 0
    for again in (
        lambda: crm.claim(HER, OTHERS[0], proof="clicked", source="web", by="web"),
        lambda: crm.claim("device/9", HER, proof="clicked", source="web", by="web"),
        lambda: crm.unmerge(ids["edge"], by="ada"),
        lambda: crm.unmerge(ids["undone"], by="ada"),
        lambda: crm.undo_decision(ids["decision"], by="ada"),
        lambda: crm.erase(HER, by="ada", reason="case 7"),
    ):
        with pytest.raises(RefusedError) as caught:
            again()
        assert caught.value.code == "erased"
    for gone in (
        lambda: crm.resolve(HER),
        lambda: crm.correct(HER, "tags", "x", by="ada"),
        lambda: crm.merge(OTHERS[0], HER, by="ada"),
        lambda: crm.undo_last(by="ada"),
    ):
        with pytest.raises(MissingError):
            gone()
    judged = [{"left": HER, "right": OTHERS[0], "verdict": "same", "by": "bo", "at": AT.isoformat(),
               "reason": None}]  # fmt: skip
    assert len(crm.import_judgements(judged).refused) == 1
    assert not crm.may_contact_address(person.email, "email", "marketing")
    assert crm.may_contact_address(person.email, "email", "news").reasons[0].code in REFUSED


def test_after_compact_the_files_of_sqlite_hold_no_byte_of_her(tmp_path: Path) -> None:
    for person in people(size(2, 50)):
        told = str(tmp_path / f"{person.digits}.db")
        with closing(open_target(told)) as store:
            crm = opened(store)
            others(crm)
            walk(crm, person)
            assert traces(person, files(told))
            crm.erase(HER, by="ada", reason="case 7")
            crm.compact()
            assert traces(person, files(told)) == []
            assert crm.find("bob20@example.com")


# ---------------------------------------------------------------- at the same time


ENTERING: dict[str, Callable[[Crm, Person], object]] = {
    "ingest": lambda crm, her: crm.ingest(delivery(her)),
    "ingest another record": lambda crm, her: crm.ingest(delivery(her, "mail/1")),
    "ingest refused rows": lambda crm, her: crm.ingest(bad_rows(her)),
    "record": lambda crm, her: crm.record(order(her, "o9", "shop/1", void=True)),
    "consent": lambda crm, her: crm.consent(her.email, "granted", channel="email", purpose="x",
                                            evidence=her.say("form")),
    "claim": lambda crm, her: crm.claim_address("device/3", her.email, proof="typed", source="web",
                                                by="web", event=her.say("visit")),
    "correct": lambda crm, her: crm.correct(HER, "tags", her.word, by="ada"),
    "judge": lambda crm, her: crm.judge(HER, OTHERS[0], "same", by="ada", reason=her.say("so")),
    "merge": lambda crm, _: crm.merge(HER, OTHERS[0], by="ada"),
    "hold": lambda crm, her: crm.hold(HER, reason=her.say("case"), by="ada"),
    "import judgements": lambda crm, her: crm.import_judgements([{
        "left": HER, "right": OTHERS[0], "verdict": "same", "by": "bo", "at": AT.isoformat(),
        "reason": her.say("so"),
    }]),
    "claim a customer": lambda crm, her: crm.claim("device/3", HER, proof="clicked", source="web",
                                                   by="web", event=her.say("visit")),
    "refuse": lambda crm, her: crm.refuse_contact(HER, by=her.word),
    "subscribe": lambda crm, her: crm.subscribe(HER, evolve(PLAN, name=her.say("plan"))),
    "export": lambda crm, her: crm.export(HER, by=her.word),
    "review": lambda crm, _: crm.review(by="bo", limit=9),
    "settle": lambda crm, her: crm.settle(proposal("1", "20").id, "different", by="bo",
                                          reason=her.say("no")),
    "undo a decision": lambda crm, _: crm.undo_last(by="ada"),
    "unmerge": lambda crm, _: crm.unmerge(_edge(crm), by="ada"),
}  # fmt: skip


def _edge(crm: Crm) -> str:
    found = crm.store.scan(MERGE_EDGES).rows
    return found[0].value.id if found else "none"


@cache
def _beginning() -> list[ChangeSet]:
    """A shop with her in it, as what was written."""
    store = Taped(MemoryStore().tenant("main"))
    crm = opened(Around(store))
    others(crm)
    for key in (HER, "mail/1"):
        crm.ingest(delivery(people(1)[0], key))
    crm.merge(HER, "mail/1", by="ada")
    crm.subscribe(HER, PLAN)
    propose(crm, proposal("1", "20"), proposal("1", "21"))
    crm.settle(proposal("1", "21").id, "unsure", by="ada")
    return store.tape


@pytest.mark.parametrize("name", ENTERING)
def test_whoever_comes_in_while_she_is_erased_is_erased_or_refused(name: str) -> None:
    """Before each call of the store that either makes, the other is done whole."""
    person = people(1)[0]
    for outer, inner in ((_erase, ENTERING[name]), (ENTERING[name], _erase)):
        for at in chain(range(1, 12), count(12, size(5, 1))):
            store = MemoryStore()
            for changes in _beginning():
                store.tenant("main").apply(changes)
            between = _Between(store, at, partial(_quietly, inner, opened(store), person))
            _quietly(outer, opened(Around(between.handle)), person)
            if between.calls < at:
                break
            _check_gone(opened(store), store, person, name)
        assert at > 2


@pytest.mark.parametrize("kind", PLACES)
def test_two_connections_at_once_leave_nothing_of_her(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """One takes her in again and again, the other erases her; whoever comes first."""
    person = people(1)[0]
    with handles(kind, request, tmp_path, count=2) as (one, two):
        for number in range(size(3, 300)):
            tenant = f"t{number}"
            crm, other = opened(one, tenant=tenant), opened(two, tenant=tenant)
            crm.ingest(delivery(person))

            def enter(crm: Crm = crm) -> None:
                for _ in range(5):
                    crm.ingest(evolve(delivery(person), digest=str(_)))
                    crm.record(order(person, f"o{_}"))

            with ThreadPoolExecutor(2) as pool:
                entering, erasing = pool.submit(enter), pool.submit(_erase, other, person)
                assert erasing.result()
                entering.result()
            with pytest.raises(MissingError):
                crm.view(HER)
            assert [kind.name for kind in KINDS if rows(crm.store, kind)] == [
                "audit", "audit_link", "segment_watch", "tombstone",
            ]  # fmt: skip


def _check_gone(crm: Crm, store: MemoryStore, person: Person, name: str) -> None:
    with suppress(MissingError):
        group = crm.view(HER)
        # A hold was first, or she was merged before: then the erasure was of nobody, or refused.
        assert any(hold.stands for hold in group.holds), name
        return
    her = home_id("main", SourceKey.parse(HER))
    assert [kind for kind, text in _texts(crm.store) if her in text] == []
    left = traces(person, dump(store, ""))
    bare = {"ingest refused rows", "consent", "claim"}  # afterwards nobody knows whose these are
    assert left == [] or name in {*bare, "unmerge"}  # what is cut off first is another customer


class _Between:
    """A handle before whose n-th call something else is done."""

    def __init__(self, store: MemoryStore, at: int, act: Callable[[], object]) -> None:
        self.handle = Watched(store.tenant("main"), self._call)
        self._at, self._act, self.calls = at, act, 0

    def _call(self) -> None:
        self.calls += 1
        if self.calls == self._at:
            self._act()


def _erase(crm: Crm, _: Person) -> object:
    return crm.erase(HER, by="ada", reason="case 7")


def _quietly(act: Callable[[Crm, Person], object], crm: Crm, person: Person) -> None:
    with suppress(EcrmError):
        act(crm, person)


# ---------------------------------------------------------------- any history


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_files(tmp_path_factory.mktemp("files"))


@pytest.mark.parametrize("block", range(5))
def test_any_history_with_erasures_in_it(block: int, tables: list[Path]) -> None:
    for number in range(size(20, 2_000) // 5):
        crm = Crm(MemoryStore(), settings=evolve(SETTINGS, secret=SECRET))
        seed = SEED * 1_000_000 + block * 10_000 + number
        history = began(crm, crm.store, seed, files=tables).run(ACTS, 25)
        gone: set[str] = set()
        for home in history.draw.sample(HOMES, 2):
            if home not in gone:
                gone |= _erased(history, home)
        _check_left(history, gone)
        edges = list(history.edges)
        _again(history, tables, edges)
        _check_left(history, gone)


def _erased(history: History, home: str) -> set[str]:
    """Erase a customer; what others have and every answer about an address stays as it was."""
    crm = history.crm
    hers: set[str] = {held.id for held in crm.view(home).group.homes}
    rest = [one for one in HOMES if one not in hers and _known(crm, one)]
    before = {one: crm.export(one, audit=False) for one in rest}
    answers, owners, own = of_addresses(crm, history), _owners(crm, rest), _owners(crm, [home])
    kept = {one: _owners(crm, [one]) for one in rest}
    once = {point.raw for row in crm.view(home).history if row.field_name in {"emails", "phones"}
            for point in row.stated}  # fmt: skip
    crm.erase(home, by="ada", reason="case", now=history.now)
    for one in rest:
        after = crm.export(one, audit=False)
        assert _plain(after, hers, kept[one]) == _plain(before[one], hers, kept[one])
    for at, verdict in of_addresses(crm, history).items():
        was = answers[at]
        if was.reasons[0].code in REFUSED:
            assert verdict.reasons[0].code in REFUSED, at
        elif at[1] in own | once and at[1] not in owners:
            assert not verdict
        else:
            assert verdict == was
    return hers


def _known(crm: Crm, home: str) -> bool:
    with suppress(MissingError):
        return bool(crm.resolve(home))
    return False


def _owners(crm: Crm, homes: Collection[str]) -> set[str]:
    """The addresses that somebody else holds, as the histories write them."""
    found = set()
    for home in homes:
        for record in crm.view(home).group.records.values():
            points = (*(record.value("emails") or ()), *(record.value("phones") or ()))
            found |= {point.raw for point in points}
        for ruling in crm.view(home).group.corrections:
            found |= {ruling.value.raw} if hasattr(ruling.value, "raw") else set()
    return found


def _plain(told: dict[str, Any], hers: Collection[str], held: Collection[str]) -> dict[str, Any]:
    """What is known of somebody, without what was said of her and an erased one.

    Of what was said about addresses that which is about one of hers now.
    """
    said = [row for row in told["judgements"] if not {row["left"], row["right"]} & set(hers)]
    subjects = {address_subject(parse_email(raw) if "@" in raw else parse_phone(raw))
                for raw in held}  # fmt: skip
    consents = [
        row
        for row in told["consents"]
        if row["subject"].startswith("customer:") or row["subject"] in subjects
    ]
    return told | {"judgements": said, "consents": consents}


def _again(history: History, tables: list[Path], edges: list[str]) -> None:
    """Everything is sent and undone once more."""
    crm, at = history.crm, history.now
    for key in KEYS:
        values: dict[str, object] = {"name.given": "a", "emails": (parse_email("a@example.com"),)}
        cells = {name: Stated(value, at, at) for name, value in values.items()}
        crm.ingest(Delivery(source=key.source, records=(SourceRecord(key, cells),)), now=at)
    for path in tables:
        crm.ingest_file(path, source="mail", fields=FIELDS, page=2, now=at)
    for edge in edges:
        with suppress(RefusedError):
            crm.unmerge(edge, by="an agent", now=at)


def _check_left(history: History, gone: Collection[str]) -> None:
    check_derived(history.store)
    assert not any(_known(history.crm, home) for home in gone)
    for kind, text in _texts(history.store):
        assert not any(id_ in text for id_ in gone), kind


def _texts(store: Store) -> Iterator[tuple[str, str]]:
    for kind in EVERY:
        for value in rows(store, kind).values():
            yield kind.name, json.dumps(encode(value, kind.of))
