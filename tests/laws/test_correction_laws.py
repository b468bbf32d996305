"""Laws of corrections: a ruling outlives every repetition of the bad value, in any order."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

from attrs import evolve
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ecrm_core.customers import (
    CLEARED,
    Choice,
    Correction,
    SourceKey,
    SourceRecord,
    Stated,
    SurvivorshipPolicy,
    choose_fields,
    field_of,
    unify,
)
from ecrm_core.customers.correction import replaced_digest
from ecrm_core.kernel import CustomerId
from ecrm_core.testing.strategies import corrections, instants, records, source_keys, values
from tests.profile import size

ROOT = CustomerId("cus_1")
ROUNDS = settings(max_examples=size(50, 1_000))
SCALARS = ("name.full", "address.locality", "address.lines", "birth_on", "attributes.size")
LISTS = ("emails", "tags", "addresses")
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)  # where many of the drawn instants meet
HOUR = timedelta(hours=1)
many_records = st.lists(records(source_keys(), SCALARS + LISTS), max_size=4)


def ruling(
    name: str, wrong: object, right: object, at: datetime = NOW, *, pin: bool = False
) -> Correction:
    return Correction(
        id=f"cor_{at.isoformat()}", customer=ROOT, field_name=name,
        replaces=replaced_digest(name, wrong), value=right, at=at, by="ada", pin=pin,
    )  # fmt: skip


def stating(name: str, value: object, at: datetime, source: str = "shop") -> SourceRecord:
    return SourceRecord(SourceKey(source, "1"), {name: Stated(value, at, at)})


def choice(name: str, held: Sequence[SourceRecord], ruled: Sequence[Correction]) -> Choice:
    (found,) = [c for c in choose_fields(held, ruled, SurvivorshipPolicy()) if c.field_name == name]
    return found


# ---------------------------------------------------------------- for ever


@ROUNDS
@given(many_records, corrections(SCALARS), st.lists(st.tuples(source_keys(), instants())))
def test_a_bad_value_never_comes_back(
    held: list[SourceRecord], ruled: Correction, restated: list[tuple[SourceKey, datetime]]
) -> None:
    name = ruled.field_name
    bad = [
        cell.value
        for record in held
        for cell in [record.cells.get(name)]
        if cell and ruled.replaces and replaced_digest(name, cell.value) == ruled.replaces
    ]
    held += [SourceRecord(k, {name: Stated(v, at, at)}) for v in bad[:1] for k, at in restated]
    assume(replaced_digest(name, ruled.value) != ruled.replaces or ruled.replaces is None)
    shown = unify(held, [ruled], id=ROOT).values(name)
    assert ruled.replaces not in {replaced_digest(name, value) for value in shown}


@ROUNDS
@given(
    wrong=values("name.full"), right=values("name.full"), pin=st.booleans(),
    said=st.lists(st.tuples(source_keys(), instants()), min_size=1),
    draw=st.randoms(use_true_random=False),
)  # fmt: skip
def test_a_bad_value_stated_by_all_at_any_time_shows_as_the_ruling(
    *,
    wrong: str,
    right: str,
    pin: bool,
    said: list[tuple[SourceKey, datetime]],
    draw: Random,
) -> None:
    assume(wrong != right)
    held = [SourceRecord(key, {"name.full": Stated(wrong, at, at)}) for key, at in said]
    held += held
    draw.shuffle(held)
    found = choice("name.full", held, [ruling("name.full", wrong, right, pin=pin)])
    assert [(s.value, s.by) for s in found.chosen] == [(right, "ada")]
    assert found.reasons == ()


@ROUNDS
@given(many_records, corrections(LISTS))
def test_a_bad_element_never_comes_back(held: list[SourceRecord], ruled: Correction) -> None:
    name = ruled.field_name
    assume(ruled.replaces and replaced_digest(name, ruled.value) != ruled.replaces)
    shown = unify(held, [ruled], id=ROOT).values(name)
    assert ruled.replaces not in {replaced_digest(name, element) for element in shown}


@ROUNDS
@given(many_records, corrections(LISTS))
def test_a_correction_of_one_element_leaves_the_others(
    held: list[SourceRecord], ruled: Correction
) -> None:
    name, identity = ruled.field_name, field_of(ruled.field_name).identity
    before = {identity(element) for element in unify(held, id=ROOT).values(name)}
    after = {identity(element) for element in unify(held, [ruled], id=ROOT).values(name)}
    fresh = set() if ruled.value is CLEARED else {identity(ruled.value)}
    gone = {element for element in before if replaced_digest_of(name, element) == ruled.replaces}
    added = fresh if gone or ruled.replaces is None else set()
    assert after == (before - gone) | added


def replaced_digest_of(name: str, identity: str) -> str:
    from ecrm_core.kernel import digest

    assert field_of(name).many
    return digest(identity)


# ---------------------------------------------------------------- yielding


@ROUNDS
@given(
    three=st.lists(values("name.full"), min_size=3, max_size=3, unique=True),
    pin=st.booleans(),
    at=instants(),
)
def test_it_yields_to_a_newer_different_value_unless_pinned(
    *, three: list[str], pin: bool, at: datetime
) -> None:
    wrong, right, other = three
    held = [stating("name.full", wrong, NOW, "mail"), stating("name.full", other, at)]
    found = choice("name.full", held, [ruling("name.full", wrong, right, pin=pin)])
    newer = at > NOW
    expected = other if newer and not pin else right
    assert [s.value for s in found.chosen] == [expected]
    codes = ["correction_superseded"] if newer and not pin else []
    assert [reason.code for reason in found.reasons] == codes


@ROUNDS
@given(values("birth_on"), values("birth_on"), st.integers(0, 9))
def test_a_source_that_comes_to_agree_is_no_reason_to_speak(
    wrong: object, right: object, hours: int
) -> None:
    held = [stating("birth_on", right, NOW + hours * HOUR)]
    found = choice("birth_on", held, [ruling("birth_on", wrong, right)])
    assert [s.value for s in found.chosen] == [right]
    assert found.reasons == ()


@ROUNDS
@given(values("name.full"), instants())
def test_what_was_ruled_empty_stays_empty(wrong: str, at: datetime) -> None:
    held = [stating("name.full", wrong, at)]
    assert choice("name.full", held, [ruling("name.full", wrong, CLEARED)]).chosen == ()


# ---------------------------------------------------------------- chains


@ROUNDS
@given(
    st.sampled_from(["name.full", "tags"]),
    st.lists(st.text("abcdefgh", min_size=1), unique=True, min_size=2, max_size=5),
    st.data(),
)
def test_corrections_chain(name: str, words: list[str], data: st.DataObject) -> None:
    ruled = [
        ruling(name, wrong, right, NOW + n * HOUR)
        for n, (wrong, right) in enumerate(pairwise(words))
    ]
    said = data.draw(st.lists(st.sampled_from(words), min_size=1))
    held = [
        stating(name, (word,) if name == "tags" else word, data.draw(instants()), f"source{n}")
        for n, word in enumerate(said)
    ]
    mixed = data.draw(st.permutations(ruled))
    assert unify(held, mixed, id=ROOT).values(name) == (words[-1],)


@ROUNDS
@given(st.lists(st.booleans(), min_size=1, max_size=6), many_records)
def test_an_element_added_and_removed_again_and_again_is_there_if_added_last(
    turns: list[bool], held: list[SourceRecord]
) -> None:
    ruled = [
        ruling("tags", None, "vip", NOW + n * HOUR)
        if added
        else ruling("tags", "vip", CLEARED, NOW + n * HOUR)
        for n, added in enumerate(turns)
    ]
    silent = [
        evolve(record, cells={**record.cells, "tags": Stated((), NOW, NOW)}) for record in held
    ]
    assert unify(silent, ruled, id=ROOT).values("tags") == (("vip",) if turns[-1] else ())
