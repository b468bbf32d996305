"""Laws of names: nothing raises, forms are their own forms, and comparing is symmetric."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ecrm_core.matching.comparisons import levels_of
from ecrm_core.matching.forms import form_of
from ecrm_core.matching.names import aliases_of, organisation_level, person_level
from tests.profile import size

MANY = settings(max_examples=size(100, 5_000))

roles = st.sampled_from(["given_name", "middle_name", "family_name", "full_name", "kana", "city"])
words = st.sampled_from([
    "bob", "robert", "smith", "kim", "min", "jun", "lee", "wang", "wei", "yamada", "taro", "j",
    "van", "der", "bin", "al", "김민준", "이", "王伟", "やまだ", "ヤマダ", "Иванов", "Ψ",
    "ag", "gmbh",
    "inc", "s", "c", "株", "주", "ii", "44", "first", "deli", "company", "co", "ltd", "l",
    "o", "ооо", "kg", "&", "delicatessen",
])  # fmt: skip
texts = st.one_of(st.lists(words, max_size=5).map(" ".join), st.text(max_size=20))
sorts = st.sampled_from([
    ("given", "given_name"), ("name", "family_name"), ("full", "full_name"),
    ("title", "organisation"),
])  # fmt: skip


@MANY
@given(roles, texts)
def test_every_text_has_aliases_or_none(role: str, text: str) -> None:
    found = aliases_of(role, form_of(role, text))
    assert len(set(found)) == len(found)
    assert set(aliases_of(role, form_of(role, text), kana=False)) <= set(found)


@MANY
@given(roles, texts)
def test_aliases_are_asked_of_any_text(role: str, text: str) -> None:
    assert all(aliases_of(role, text))


@MANY
@given(st.sampled_from(["given_name", "family_name", "full_name", "kana", "organisation"]), texts)
def test_a_form_is_its_own_form(role: str, text: str) -> None:
    form = form_of(role, text)
    assert form_of(role, form) == form


@MANY
@given(sorts, texts, texts)
def test_levels_are_symmetric(sort: tuple[str, str], one: str, two: str) -> None:
    name, role = sort
    left, right = form_of(role, one), form_of(role, two)
    assert np.array_equal(levels_of(name, [left], [right]), levels_of(name, [right], [left]))


@MANY
@given(texts, texts)
def test_word_by_word_neither_raises_nor_leaves_its_levels(one: str, two: str) -> None:
    left, right = form_of("full_name", one), form_of("full_name", two)
    if left and right and left != right:
        assert person_level(left, right) in {0, 1, 2, 4}
    left, right = form_of("organisation", one), form_of("organisation", two)
    if left and right and left != right:
        assert organisation_level(left, right) in {0, 1, 2}
