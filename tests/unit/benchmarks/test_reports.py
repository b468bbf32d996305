"""The lines of the tables, and how a pair of names finds its row."""

import pytest

from benchmarks.matching import report
from benchmarks.name_cases import Case, pair_of_scripts, same, table


@pytest.mark.parametrize(
    ("names", "row"),
    [
        (("Ann", "Anne"), "Latin-Latin"),
        (("Иван", "Ivan"), "Latin-Cyrillic"),
        (("Иван", "Иванов"), "Cyrillic-Cyrillic"),
        (("김민준", "Kim Min-jun"), "Hangul"),
        (("佐藤", "ｻﾄｳ"), "Han/kana"),
        (("محمد", "Mohammed"), "Arabic"),
        (("Νίκος", "Nikos"), "other"),
    ],
)
def test_a_pair_of_names_is_counted_with_its_scripts(names: tuple[str, str], row: str) -> None:
    assert pair_of_scripts(*names) == pair_of_scripts(*reversed(names)) == row


def test_equal_forms_are_one_and_names_that_say_nothing_are_not() -> None:
    assert same("Person", "Ann REED", "ann reed")
    assert not same("Person", "Ann Reed", "Bo Cho")
    assert not same("Company", "", "")


def test_the_table_of_names_tells_what_was_wrong_and_what_was_missed() -> None:
    told = [
        Case("persons", "Latin-Latin", ("a", "b"), true, found)
        for true, found in ((True, True), (True, False), (False, True), (False, True))
    ]
    every = list(table(told))[1].split()
    assert every == ["all", "4", "2", "0.333", "0.500", "0.400", "2", "1"]


def _told(name: str, default: float, best: float) -> dict[str, object]:
    return {"set": name, "default": {"f1": default}, "best": {"f1": best},
            "clusters": {"pairs": {"f1": default}}}  # fmt: skip


def test_the_gap_is_in_points_and_never_below_zero() -> None:
    assert report.gap(_told("febrl1", 0.90, 0.925)) == pytest.approx(2.5)
    assert report.gap(_told("febrl1", 0.92, 0.91)) == 0.0


def test_gaps_are_told_of_all_sets_and_of_those_of_others() -> None:
    told = [_told("febrl1", 0.90, 0.92), _told("korean_100_1", 0.90, 0.90)]
    every, others = report.gaps(told)
    assert "n = 2, median 1.00" in every
    assert "n = 1, median 2.00" in others
    assert "worst 2.00 (febrl1)" in others


def test_a_language_stands_beside_the_latin_run_of_its_seed_and_form() -> None:
    told = [
        _told(name, f1, f1)
        for name, f1 in (
            ("latin_100_1", 0.98), ("latin_100_2", 0.5), ("latin-whole_100_1", 0.7),
            ("korean_100_1", 0.96), ("korean-whole_100_1", 0.71), ("people_100_1", 0.9),
        )
    ]  # fmt: skip
    one, whole = report.scripts(told)
    assert one.startswith("korean ")
    assert "Latin 0.9800: +2.00 points below" in one
    assert "Latin 0.7000: -1.00 points below" in whole
