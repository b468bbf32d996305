"""The generator of labelled customers: what it promises of seeds, labels, rates and writings."""

from collections import Counter
from random import Random

import pytest

from benchmarks.cjk_people import MODES, PARTS, WHOLE, fields, make
from benchmarks.native.errors import ERRORS
from benchmarks.native.japanese import Japanese
from benchmarks.native.kana import half_width, hiragana, katakana, romanised
from benchmarks.native.language import Language, digit_slip, is_latin, wide

ALL = [f"{mode}{form}" for mode in MODES for form in ("", "-whole")]


@pytest.mark.parametrize("mode", ALL)
def test_the_same_seed_makes_the_same_rows_and_another_makes_others(mode: str) -> None:
    made = make(300, mode=mode, seed=4)
    assert make(300, mode=mode, seed=4) == made
    assert make(300, mode=mode, seed=5) != made


@pytest.mark.parametrize("mode", ALL)
def test_columns_are_those_of_the_roles_with_labels_beside_them(mode: str) -> None:
    made = make(200, mode=mode, seed=1)
    assert list(made) == ["rec_id", "true_id", *fields(mode), "kind"]
    assert {len(column) for column in made.values()} == {200}
    assert fields(mode) == (WHOLE if mode.endswith("-whole") else PARTS)


@pytest.mark.parametrize("mode", MODES)
def test_three_rows_in_ten_are_repetitions_of_at_most_five_a_person(mode: str) -> None:
    made = make(1000, mode=mode, seed=2)
    assert Counter(made["kind"])["dup"] == 300
    assert 2 < max(Counter(made["true_id"]).values()) <= 6
    assert {"household", "base"} <= set(made["kind"])


@pytest.mark.parametrize("mode", MODES)
def test_mail_domains_are_reserved_and_an_owner_of_an_address_is_one_person(mode: str) -> None:
    made = make(600, mode=mode, seed=3)
    domains = {mail.rpartition("@")[2] for mail in made["email"] if mail}
    assert all(domain.endswith(("example.com", "example.net", "example.org")) for domain in domains)
    rows = zip(made["email"], made["true_id"], made["kind"], strict=True)
    owned = {mail: who for mail, who, kind in rows if mail and kind == "base"}
    assert len(owned) == sum(bool(m) and k == "base" for m, k in zip(made["email"], made["kind"],
                                                                      strict=True))  # fmt: skip


def test_the_weights_of_errors_add_up_to_a_hundred() -> None:
    assert sum(weight for weight, _ in ERRORS.values()) == 100


@pytest.mark.parametrize("language", MODES.values(), ids=list(MODES))
def test_other_writings_differ_from_the_usual_one(language: Language) -> None:
    draw = Random(1)
    for _ in range(200):
        name = language.name(draw)
        assert language.otherwise(draw, name) != (name.family, name.given)
        street = language.street(draw)
        assert language.slip(draw, street) != street


@pytest.mark.parametrize("mode", ["korean", "japanese", "chinese"])
def test_repeated_rows_are_romanised_now_and_then_and_first_ones_never(mode: str) -> None:
    made = make(1000, mode=mode, seed=6)
    latin = Counter(
        kind == "dup"
        for family, kind in zip(made["family_name"], made["kind"], strict=True)
        if family and is_latin(family)
    )
    assert latin[True] > 20
    assert latin[False] == 0


def test_readings_are_written_in_four_ways() -> None:
    assert katakana("shin'ichi") == "シンイチ"
    assert hiragana("サトウ") == "さとう"
    assert half_width("ワタナベ") == "ﾜﾀﾅﾍﾞ"
    assert {romanised(Random(seed), "satou") for seed in range(30)} == {"Sato", "Satou", "Satoh"}


def test_a_japanese_slip_is_another_writing_of_the_reading() -> None:
    assert Japanese().slip(Random(1), "伊藤") == "伊東"


def test_digits_are_widened_and_slip_to_another() -> None:
    assert wide("12-3 号") == "１２－３ 号"
    assert digit_slip(Random(1), "a1") in {f"a{digit}" for digit in "023456789"}
    assert digit_slip(Random(1), "none") == "none"
