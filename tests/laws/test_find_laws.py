"""Laws of find: whoever is there is found by her own words, whoever is not is not, in any order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from ecrm_core.adapters.memory import MemoryStore
from ecrm_core.crm import Crm, Settings
from ecrm_core.customers import (
    SourceKey,
    SourceRecord,
    Stated,
    latin_families,
    name_key,
    one_slip,
    parse_email,
    parse_phone,
)
from ecrm_core.kernel import FixedClock
from ecrm_core.sources import Delivery
from tests.derived import check_derived
from tests.profile import size

AT = datetime(2026, 5, 1, tzinfo=UTC)
LATIN = st.sampled_from(["Ada", "Ben", "Carla", "Smith", "Smits", "Jo", "Ruíz", "O'Neill", "Kim"])
HANGUL = st.sampled_from(["김민준", "이서연", "남궁민", "박지우"])
NAMES = st.lists(LATIN, min_size=1, max_size=4).map(" ".join) | HANGUL
PEOPLE = st.lists(NAMES, min_size=1, max_size=6)
ACTS = st.lists(
    st.tuples(st.sampled_from(["state", "correct", "merge", "undo", "erase"]),
              st.integers(0, 5), NAMES),
    max_size=6,
)  # fmt: skip


def _record(number: int, name: str, at: datetime = AT) -> SourceRecord:
    values: dict[str, object] = {
        "name.full": name,
        "emails": (parse_email(f"p{number}@example.com"),),
        "phones": (parse_phone(f"+82 2-0000-10{number:02}"),),
    }
    cells = {field: Stated(value, at, at) for field, value in values.items()}
    return SourceRecord(SourceKey("shop", str(number)), cells)


def _crm(names: list[str]) -> Crm:
    settings = Settings(clock=FixedClock(AT), secret=b"sixteen bytes or more")
    crm = Crm(MemoryStore(), settings=settings)
    records = tuple(_record(number, name) for number, name in enumerate(names))
    crm.ingest(Delivery(source="shop", records=records))
    return crm


@settings(max_examples=size(8, 2_000))
@given(PEOPLE, st.data())
def test_everybody_is_found_by_any_beginning_of_two_of_her_words_or_others_more_directly(
    names: list[str], data: st.DataObject
) -> None:
    crm = _crm(names)
    number = data.draw(st.integers(0, len(names) - 1))
    words = dict.fromkeys(name_key(names[number]).split())  # "ada a" says less of Ada Ben Ada
    some = data.draw(st.permutations(list(words)))[:2]
    begun = " ".join([*some[:-1], some[-1][: data.draw(st.integers(1, len(some[-1])))]])
    found = {hit.customer for hit in crm.find(begun)}
    assert found
    if len(names[number].split()) <= 2:  # no word stands between two others
        assert crm.resolve(f"shop/{number}") in found


@settings(max_examples=size(8, 2_000))
@given(PEOPLE, st.data())
def test_a_slip_finds_whom_it_is_a_slip_of_and_says_so(
    names: list[str], data: st.DataObject
) -> None:
    crm = _crm(names)
    number = data.draw(st.integers(0, len(names) - 1))
    word = data.draw(st.sampled_from(name_key(names[number]).split()))
    slips = one_slip(word)
    if not slips:
        return
    slip = data.draw(st.sampled_from(slips))
    if word not in one_slip(slip):  # too short to be mended
        return
    hits = {hit.customer: hit for hit in crm.find(slip)}
    if all("one letter otherwise" in hit.why for hit in hits.values()):
        assert crm.resolve(f"shop/{number}") in hits


@settings(max_examples=size(8, 2_000))
@given(PEOPLE, NAMES | st.text(max_size=12), st.integers(1, 6))
def test_answers_are_the_same_in_any_order_of_intake_and_a_limit_takes_the_first(
    names: list[str], text: str, limit: int
) -> None:
    crm, other = _crm(names), _crm([])
    for number in reversed(range(len(names))):
        other.ingest(Delivery(source="shop", records=(_record(number, names[number]),)))
    try:
        found = crm.find(text)
    except ValueError:  # the gates refuse it
        return
    assert found == other.find(text)
    assert found[:limit] == crm.find(text, limit=limit)
    assert len({hit.customer for hit in found}) == len(found)


@settings(max_examples=size(15, 1_000))
@given(PEOPLE, ACTS)
def test_stored_keys_are_those_recomputed_after_any_history_and_nobody_erased_is_found(
    names: list[str], acts: list[tuple[str, int, str]]
) -> None:
    crm = _crm(names)
    undos, gone = [], set[str]()
    for step, (verb, number, name) in enumerate(acts):
        key = f"shop/{number % len(names)}"
        other = f"shop/{(number + 1) % len(names)}"
        if gone & {key, other}:
            continue
        if verb == "state":
            at = AT + timedelta(hours=step)
            crm.ingest(Delivery(source="shop", records=(_record(number % len(names), name, at),)))
        elif verb == "correct":
            crm.correct(key, "name.full", name, by="ann")
        elif verb == "merge" and crm.resolve(key) != crm.resolve(other):
            undos.append(crm.merge(key, other, by="ann"))
        elif verb == "undo" and undos:
            crm.unmerge(undos.pop(), by="ann")
        elif verb == "erase" and not undos:
            crm.erase(key, by="ann", reason="asked")
            gone.add(key)
    check_derived(crm.store)
    for key in gone:
        assert not crm.find(f"p{key.partition('/')[2]}@example.com")
        assert not crm.find(f"10{int(key.partition('/')[2]):02}")


def test_each_spelling_of_a_family_name_finds_the_same_people() -> None:
    crm = _crm([f"{family}민준" for family in ("김", "이", "박", "최", "정", "장")])
    for number, family in enumerate("김 이 박 최 정 장".split()):  # noqa: SIM905 - one to a space
        for spelling in (each for each, held in latin_families().items() if family in held):
            for text in (f"{spelling} minj", f"minjoon {spelling}", f"{spelling}, Min-Jun"):
                found = {hit.customer for hit in crm.find(text.replace(",", ""))}
                assert crm.resolve(f"shop/{number}") in found, text
