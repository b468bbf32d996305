"""Laws of likeness: what all pairs at once say is what a plain definition says of each."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA, JaroWinkler

from ecrm_core.matching.arrays import Codes, Levels
from ecrm_core.matching.comparisons import levels_of
from ecrm_core.matching.forms import form_of
from ecrm_core.matching.likeness import likeness_of
from ecrm_core.matching.outline import Outline
from ecrm_core.matching.roles import SORTS
from ecrm_core.matching.signs import DateSigns, Signs
from ecrm_core.matching.texts import Texts
from tests.matched import feature_of
from tests.profile import size

MANY = settings(max_examples=size(200, 5_000))

Level = Callable[[str, str], int]


def distinct_texts(texts: st.SearchStrategy[str]) -> st.SearchStrategy[list[str]]:
    """Return some texts and slips of them, each once."""
    both = st.lists(texts, min_size=1, max_size=6).flatmap(
        lambda held: st.lists(st.one_of(st.sampled_from(held).flatmap(slipped), texts), max_size=8)
        .map(lambda more: list(dict.fromkeys([*held, *more])))
    )  # fmt: skip
    return both.filter(lambda held: len(held) > 1)


def slipped(text: str) -> st.SearchStrategy[str]:
    """Return a text with a sign changed, left out, doubled, or two neighbours turned."""
    sign = st.sampled_from([*(text or "a"), "1", "e"])

    def slip(at: int, how: str, other: str) -> str:
        head, tail = text[:at], text[at:]
        made = {
            "changed": head + other + tail[1:], "out": head + tail[1:], "more": head + other + tail,
            "turned": head + tail[1:2] + tail[:1] + tail[2:], "cut": tail,
            "before": other * at + text,
        }  # fmt: skip
        return made[how]

    hows = st.sampled_from(["changed", "out", "more", "turned", "cut", "before"])
    return st.builds(slip, st.integers(0, max(len(text) - 1, 0)), hows, sign)


def all_pairs(values: Sequence[str]) -> tuple[Codes, Codes]:
    one, two = np.divmod(np.arange(len(values) ** 2), len(values))
    apart = one != two
    return one[apart].astype(np.int32), two[apart].astype(np.int32)


def of_each(values: Sequence[str], one: Codes, two: Codes, level: Level) -> list[int]:
    pairs = zip(one.tolist(), two.tolist(), strict=True)
    return [level(values[left], values[right]) for left, right in pairs]


def one_turned(one: str, two: str) -> bool:
    """Tell whether two neighbours changed places, and nothing else."""
    return any(
        one[:at] + one[at + 1] + one[at] + one[at + 2 :] == two for at in range(len(one) - 1)
    )


def wrong(one: str, two: str) -> int:
    return sum(a != b for a, b in zip(one, two, strict=True))


def code_level(one: str, two: str) -> int:
    """Return the level of two codes, of which the last 16 signs count."""
    short, long = sorted((one[-16:], two[-16:]), key=len)
    if len(short) == len(long):
        near = len(short) >= 4 and wrong(short, long) <= 2
        digit = near and (wrong(short, long) == 1 or one_turned(short, long))
        return 2 if digit and short != long else int(near)
    if len(short) > 5 and long.endswith(short):
        return 2
    left_out = (long[:at] + long[at + 1 :] == short for at in range(len(long)))
    return int(len(short) >= 4 and any(left_out))


def day_level(one: str, two: str) -> int:
    """Return the level of two days YYYYMMDD; what is shorter is no day."""
    if len(one) < 8 or len(two) < 8:
        return 0
    (year, month, day), (year2, month2, day2) = (
        (text[:4], text[4:6], text[6:8]) for text in (one, two)
    )
    apart = wrong(one, two)
    if apart == 1 or (apart == 2 and one_turned(one, two)):
        return 4
    if (year, month, day) == (year2, day2, month2):
        return 3
    right = [year == year2 and day == day2, year == year2 and month == month2]
    if any(right) or (month, day) == (month2, day2) or apart == 2:
        return 2
    return int(abs(int(year) - int(year2)) <= 1)


codes = st.one_of(
    st.text("0123456789", max_size=9), st.text("ab12", max_size=20), st.text(max_size=6)
)


@MANY
@given(distinct_texts(codes))
def test_codes_have_the_level_of_their_signs(values: list[str]) -> None:
    values = list(dict.fromkeys(value.replace("\0", "") for value in values))
    one, two = all_pairs(values)
    found = Signs(Texts(values)).levels(one, two)
    assert found.tolist() == of_each(values, one, two, code_level)


days = st.one_of(
    st.dates().map(lambda day: f"{day:%Y%m%d}".zfill(8)), st.text("0123456789", max_size=8),
    st.builds("{}{}{}".format, st.sampled_from(["1970", "1971", "1917"]),
              st.sampled_from(["01", "10", "12"]), st.sampled_from(["01", "10", "12", "21"])),
)  # fmt: skip


@MANY
@given(st.lists(days, min_size=2, max_size=10, unique=True))
def test_days_have_the_level_of_their_parts(values: list[str]) -> None:
    one, two = all_pairs(values)
    found = DateSigns(Texts(values)).levels(one, two)
    assert found.tolist() == of_each(values, one, two, day_level)


NAMES = ["ann example", "example ann", "kim minjun", "김민준", "garcia lopez",
         "lopez garcia", "robert",
         "rob", "r example", "jansen", "janssen", "smit", "smyt", "やまだたろう", "o",
         "van der berg",
         "berg", "mc donald", "macdonald", "art s deli", "art s delicatessen", "s la cienega blvd",
         "blue heron", "the blue heron inc", "los angeles", "ann.example", "aexample"]  # fmt: skip
names = st.one_of(
    st.sampled_from(NAMES),
    st.text("aeinrst ", max_size=9).map(lambda text: " ".join(text.split())),
    st.text(max_size=6),
)  # fmt: skip


@MANY
@given(distinct_texts(names), st.floats(0.5, 1), st.floats(0.5, 2))
def test_an_outline_leaves_out_no_pair_that_is_alike(
    values: list[str], likeness: float, part: float
) -> None:
    one, two = all_pairs(values)
    kept = Outline(Texts(values)).alike(one, two, winkler=likeness, part=part)
    reached = of_each(values, one, two, lambda a, b: JaroWinkler.similarity(a, b) >= likeness)
    assert kept[np.array(reached, np.bool_)].all()


@MANY
@given(distinct_texts(names), st.integers(0, 3))
def test_an_outline_leaves_out_no_pair_within_so_many_edits(values: list[str], most: int) -> None:
    one, two = all_pairs(values)
    kept = Outline(Texts(values)).near(one, two, most)
    reached = of_each(values, one, two, lambda a, b: OSA.distance(a, b) <= most)
    assert kept[np.array(reached, np.bool_)].all()


WHOLE = [("given", 0.0), ("name", 0.0), ("full", 0.0), ("text", 0.0), ("title", 0.84)]
# Short titles a sign apart (berg, gerg) are not asked about: below that likeness they say little.


@pytest.mark.parametrize(("sort", "least"), WHOLE)
@MANY
@given(values=distinct_texts(names))
def test_words_are_alike_as_if_every_pair_had_been_compared(
    sort: str, least: float, values: list[str]
) -> None:
    role = feature_of(sort, ()).role
    forms = (form_of(role, value) for value in values if value.isascii())
    values = list(dict.fromkeys([*filter(None, forms), "unlike"]))
    one, two = all_pairs(values)
    found = likeness_of(feature_of(sort, values)).levels(one, two)
    sides = [[values[code] for code in side.tolist()] for side in (one, two)]
    plain = levels_of(sort, *sides)
    levels = SORTS[sort].levels
    asked = of_each(values, one, two, lambda a, b: JaroWinkler.similarity(a, b) >= least)
    which = np.array(asked, np.bool_)
    if "alias" in levels:  # another dress of the name, which what is written does not tell
        which &= found != levels.index("alias")
    assert np.array_equal(found[which], plain[which])


mails = st.one_of(
    st.builds("{}@{}".format, st.sampled_from(["ann", "ann.example", "anne.example", "a.example1",
                                               "a.example2", "a1b", "jo"]),
              st.sampled_from(["example.com", "example.org", "exmaple.com",
                               "gmail.com", "gmial.com"])),
    st.text(max_size=5), st.just("no address"),
)  # fmt: skip


@MANY
@given(st.sampled_from(sorted(SORTS)), distinct_texts(st.one_of(mails, names, codes)))
def test_no_level_depends_on_the_side_or_on_the_other_pairs(sort: str, values: list[str]) -> None:
    one, two = all_pairs(values)
    likeness = likeness_of(feature_of(sort, values))
    found = likeness.levels(one, two)
    assert np.array_equal(found, likeness.levels(two, one))
    assert found.tolist() == [
        int(_alone(likeness.levels, *pair)) for pair in zip(one, two, strict=True)
    ]
    assert (found < len(SORTS[sort].levels) - 1).all()
    if likeness.ceiling is not None:
        assert (found <= likeness.ceiling(one, two)).all()


def _alone(levels: Callable[[Codes, Codes], Levels], one: np.int32, two: np.int32) -> int:
    return int(levels(np.array([one], np.int32), np.array([two], np.int32))[0])
