"""Slips: which words are one typing error away."""

import pytest

from ecrm_core.customers import one_slip


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("smiht", "smith"),  # two turned
        ("smth", "smith"),  # one less
        ("smmith", "smith"),  # one more
        ("smuth", "smith"),  # another
        ("dmith", "smith"),
        ("smithe", "smith"),
        ("김민중", "김민준"),
        ("김미준", "김민준"),
        ("긴민준", "김민준"),
        ("김준민", "김민준"),
        ("김민준준", "김민준"),
        ("やまた", "やまだ"),
        ("ивнов", "иванов"),
        ("παπς", "παπας"),
        ("山本太", "山太本"),
    ],
)
def test_one_error_is_mended(typed: str, meant: str) -> None:
    assert meant in one_slip(typed)


@pytest.mark.parametrize("word", ["", "kim", "smi", "김민", "やま", "x" * 33])
def test_of_short_words_and_endless_ones_nothing_is_guessed(word: str) -> None:
    assert one_slip(word) == ()


def test_two_errors_are_none_of_ours_nor_is_the_word_itself() -> None:
    found = one_slip("smith")
    assert found == tuple(sorted(set(found)))
    assert not {"smith", "smtih ", "msiht", "smit h", "smithers", ""} & set(found)
    # 5 letters less, 4 turned, 5 x 25 others, 6 x 26 more of which 5 double a letter twice over.
    assert len(found) == 5 + 4 + 5 * 25 + 6 * 26 - 5
