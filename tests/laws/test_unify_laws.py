"""Laws of unify: the profile depends on the set of records and corrections alone."""

from collections.abc import Sequence
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from ecrm_core.customers import (
    POLICIES,
    RECORDS,
    Correction,
    Profile,
    Rule,
    SourceRecord,
    SurvivorshipPolicy,
    choose_fields,
    field_of,
    unify,
)
from ecrm_core.kernel import CustomerId, canonical_json
from ecrm_core.testing.strategies import NAMES, corrections, records, source_keys
from tests.profile import size

ROOT = CustomerId("cus_1")
ROUNDS = settings(max_examples=size(50, 1_000))
FEW = ("name.full", "name.given", "address.lines", "address.locality", "emails", "tags",
       "birth_on", "attributes.size", "unmapped.note")  # fmt: skip
CORRECTED = tuple(name for name in FEW if not name.startswith("unmapped."))
GROUPS = ("name", "address", "birth_on", "attributes.size")

many_records = st.lists(records(source_keys(), FEW), max_size=5)
many_corrections = st.lists(corrections(CORRECTED), max_size=4)
rules = st.sampled_from(list(POLICIES)).map(
    lambda name: Rule(name, {"sources": ["mail", "shop"]} if name == "most_trusted" else {})
)
policies = st.dictionaries(st.sampled_from(GROUPS), rules).map(
    lambda chosen: SurvivorshipPolicy(rules=chosen)
)


def exact(profile: Profile) -> str:
    return canonical_json(profile.to_json())


@ROUNDS
@given(many_records, many_corrections, policies, st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_matter(
    held: list[SourceRecord], ruled: list[Correction], policy: SurvivorshipPolicy, draw: Random
) -> None:
    again, ruled_again = [*held, *held], [*ruled, *ruled]
    draw.shuffle(again)
    draw.shuffle(ruled_again)
    once = unify(held, ruled, policy, id=ROOT)
    assert exact(unify(again, ruled_again, policy, id=ROOT)) == exact(once)


@ROUNDS
@given(many_records, many_corrections, policies, st.randoms(use_true_random=False))
def test_it_does_not_matter_how_statements_were_joined(
    held: list[SourceRecord], ruled: list[Correction], policy: SurvivorshipPolicy, draw: Random
) -> None:
    parts = [
        SourceRecord(record.key, {name: cell})
        for record in held
        for name, cell in record.cells.items()
    ]
    draw.shuffle(parts)
    assert exact(unify(parts, ruled, policy, id=ROOT)) == exact(unify(held, ruled, policy, id=ROOT))


@ROUNDS
@given(many_records, many_corrections, policies)
def test_records_read_back_from_a_store_make_the_same_profile(
    held: list[SourceRecord], ruled: list[Correction], policy: SurvivorshipPolicy
) -> None:
    stored = [RECORDS.read(RECORDS.row(record).body, 1, 1).value for record in held]
    assert exact(unify(stored, ruled, policy, id=ROOT)) == exact(
        unify(held, ruled, policy, id=ROOT)
    )


@ROUNDS
@given(many_records, policies)
def test_fields_of_one_group_come_from_one_record(
    held: list[SourceRecord], policy: SurvivorshipPolicy
) -> None:
    profile = unify(held, (), policy, id=ROOT)
    for group in GROUPS:
        sources = {
            sourced.source
            for name, chosen in profile.fields.items()
            if field_of(name).group == group
            for sourced in chosen
        }
        assert len(sources) <= 1


@ROUNDS
@given(many_records, many_corrections, policies)
def test_a_value_comes_from_a_record_or_a_person_and_is_never_invented(
    held: list[SourceRecord], ruled: list[Correction], policy: SurvivorshipPolicy
) -> None:
    profile = unify(held, ruled, policy, id=ROOT)
    known = {record.key for record in held}
    for name, chosen in profile.fields.items():
        assert chosen
        assert not name.startswith("unmapped.")
        for sourced in chosen:
            if sourced.source is None:
                assert any(sourced.value == c.value for c in ruled if c.field_name == name)
            else:
                assert sourced.source in known


@ROUNDS
@given(many_records, records(source_keys(), ["brand"]))
def test_a_record_without_a_field_never_takes_its_value_away(
    held: list[SourceRecord], silent: SourceRecord
) -> None:
    before, after = unify(held, id=ROOT), unify([*held, silent], id=ROOT)
    for name in before.fields.keys() - {"brand"}:
        assert before.fields[name] == after.fields[name]


@ROUNDS
@given(st.lists(records(source_keys(), NAMES), max_size=3), many_corrections)
def test_the_profile_is_what_the_choices_say(
    held: list[SourceRecord], ruled: Sequence[Correction]
) -> None:
    policy = SurvivorshipPolicy()
    choices = choose_fields(held, ruled, policy)
    assert [choice.field_name for choice in choices] == sorted({c.field_name for c in choices})
    assert unify(held, ruled, policy, id=ROOT).fields == {
        choice.field_name: choice.chosen for choice in choices if choice.chosen
    }
