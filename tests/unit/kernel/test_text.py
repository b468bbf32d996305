"""Text: folding for comparison, prefixes as ranges, masks."""

import sys
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecrm_core.kernel import (
    fold,
    mask,
    nfc,
    prefix_end,
    script_of,
    squeeze,
    strip_accents,
    words,
)
from tests.profile import size

pytestmark = pytest.mark.long

anything = st.text(max_size=12)
valid = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
# Marks, ligatures, letters that change under one normal form and not the other.
tricky = st.text(
    st.sampled_from("aA ßẞİıŉſΐᾳ\u0345\u0301\u0308\u1fb3ﬁ①㈜ﷺ가\u1100\u1161\u00a8\u2126K Σς")
)


@given(st.one_of(anything, tricky))
@settings(max_examples=size(300, 10_000))
def test_fold_is_idempotent(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_fold_is_idempotent_for_every_character() -> None:
    step = size(7, 1)  # quick: every seventh
    wrong = [
        code
        for code in range(0, sys.maxunicode + 1, step)
        for text in (chr(code), f"a{chr(code)}\u0301", f"{chr(code)}\u0345")
        if fold(fold(text)) != fold(text)
    ]
    assert wrong == []


@given(anything)
def test_two_spellings_of_one_text_fold_to_one(text: str) -> None:
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert fold(unicodedata.normalize(form, text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("  Kim \u3000 Min\tjun ", "kim min jun"), ("STRASSE", "strasse"), ("Straße", "strasse"),
        ("ＫＩＭ", "kim"), ("ｶﾞ", "ガ"), ("㈜한빛", "(주)한빛"), ("e\u0301", "é"), ("ΣΑΣ", "σασ"),
        ("김\u00a0민준", "김 민준"), ("", ""), (" \n", ""), ("ﬁ", "fi"),
    ],
)  # fmt: skip
def test_text_folds(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("O'Neill, Anna-Marie", ("o'neill", "anna", "marie")), ("김 민준", ("김", "민준")),
        ("a_b", ("a", "b")), ("...", ()), ("R2-D2", ("r2", "d2")), ("d’Arc", ("d’arc",)),
    ],
)  # fmt: skip
def test_words_are_found_without_signs(text: str, found: tuple[str, ...]) -> None:
    assert words(text) == found


def test_stored_text_is_nfc_and_ascii_is_left_alone() -> None:
    assert nfc("e\u0301") == "é"
    assert nfc(plain := "plain") is plain
    assert nfc("㈜") == "㈜"


def test_squeeze_keeps_what_is_no_space() -> None:
    assert squeeze("\u3000a\u2003 b\u200bc\n") == "a b\u200bc"


@pytest.mark.parametrize(
    ("text", "plain"),
    [("Müller", "Muller"), ("José", "Jose"), ("Jose\u0301", "Jose"), ("øre", "øre"), ("가", "가"),
     ("が", "が"), ("й", "й"), ("ǖ", "u"), ("", "")],
)  # fmt: skip
def test_accents_go_from_latin_letters_alone(text: str, plain: str) -> None:
    assert strip_accents(text) == plain


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("김", "hangul"), ("ㄱ", "hangul"), ("カ", "kana"), ("ひ", "kana"), ("ー", "kana"),
        ("山", "han"), ("々", "han"), ("𠮷", "han"), ("Kim", "latin"), ("Ｋ", "latin"),
        ("é", "latin"),
        ("Иван", "other"), ("محمد", "other"), ("123 김", "hangul"), ("123", None), ("", None),
    ],
)  # fmt: skip
def test_the_first_letter_tells_the_script(text: str, script: str | None) -> None:
    assert script_of(text) == script


# ---------------------------------------------------------------- prefixes


@settings(max_examples=size(300, 10_000))
@given(valid, valid, valid)
def test_the_texts_of_a_prefix_are_those_in_its_range(prefix: str, tail: str, other: str) -> None:
    end = prefix_end(prefix)
    for text in (prefix + tail, other, prefix[:-1] + other, prefix, prefix + chr(sys.maxunicode)):
        assert text.startswith(prefix) is (prefix <= text and (end is None or text < end))


@pytest.mark.parametrize(
    ("prefix", "end"),
    [
        ("a", "b"), ("az", "a{"), ("김", "깁"), ("\ud7ff", "\ue000"), ("", None),
        ("\U0010ffff", None), ("a\U0010ffff", "b"), ("\U0010ffff\U0010ffff", None),
        ("\uffff", "\U00010000"),
    ],
)  # fmt: skip
def test_the_end_of_a_prefix(prefix: str, end: str | None) -> None:
    assert prefix_end(prefix) == end
    if end is not None:
        end.encode()  # never a surrogate: no store could hold it


# ---------------------------------------------------------------- masks


@pytest.mark.parametrize(("value", "shown"), [("Kim", "K•••"), ("김", "김•••"), ("", "")])
def test_a_mask_shows_the_first_character(value: str, shown: str) -> None:
    assert mask(value) == shown


@given(anything)
def test_a_mask_does_not_tell_the_length(value: str) -> None:
    assert len(mask(value)) == (4 if value else 0)
