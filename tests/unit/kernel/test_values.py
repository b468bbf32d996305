"""The small values of the kernel: registry, reason, table, clock, private."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone

import pytest
from attrs import frozen

from ecrm_core.errors import InputError, PluginError, UnknownName
from ecrm_core.kernel import FixedClock, Private, Reason, Registry, html_table, plain_table

# ---------------------------------------------------------------- registry

SORTS = Registry("sort", {"newest": 1, "longest": 2})


def test_a_registry_grows_into_a_new_one() -> None:
    more = SORTS.add("earliest", 3)
    assert (more["earliest"], "earliest" in SORTS, len(SORTS), len(more)) == (3, False, 2, 3)
    assert list(more) == ["earliest", "longest", "newest"]


def test_a_taken_name_names_where_both_come_from() -> None:
    with pytest.raises(PluginError) as caught:
        SORTS.add("newest", 5)
    assert caught.value.code == "name_clash"
    assert caught.value.facts == {"name": "newest", "origins": ["builtins", "builtins"]}
    things: Mapping[str, object] = {"newest": Reason}
    plugged = Registry("sort", things).add("other", plain_table)
    with pytest.raises(PluginError, match=r"kernel\.explain and ecrm_core\.kernel\.table"):
        plugged.add("newest", plain_table)


@pytest.mark.parametrize(
    ("name", "near"),
    [("newst", ("newest", "longest")), ("zzz", ()), ("", ()), ("x" * 1_000_000, ())],
)
def test_an_unknown_name_names_the_nearest(name: str, near: tuple[str, ...]) -> None:
    with pytest.raises(UnknownName) as caught:
        SORTS[name]
    assert caught.value.near == near
    assert len(str(caught.value)) < 200


def test_a_registry_does_not_follow_the_mapping_it_was_made_of() -> None:
    entries = {"a": 1}
    made = Registry("sort", entries)
    entries["b"] = 2
    assert "b" not in made
    assert repr(made) == "Registry('sort': a)"


# ---------------------------------------------------------------- reason


def test_a_reason_is_a_sentence_over_its_facts() -> None:
    reason = Reason("conflict", "{records} records state {field}", {"records": 2, "field": "{x}"})
    assert str(reason) == "2 records state {x}"


# ---------------------------------------------------------------- table


def test_wide_letters_count_double() -> None:
    rows = [["김민준", "b"], ["Kim", "山"], ["e\u0301", "ﾔ"]]
    assert plain_table(["name", "x"], rows).split("\n") == [
        "name    x",
        "------  --",
        "김민준  b",
        "Kim     山",
        "e\u0301       ﾔ",
    ]


def test_a_table_without_rows_is_its_head() -> None:
    assert plain_table(["a", "bc"], []) == "a  bc\n-  --"


@pytest.mark.parametrize("cell", ["a\nb", "a\x1b[31mb", "a\rb", "a\tb", "a\x9bb", "a\u2028b"])
def test_no_cell_breaks_its_line_or_commands_a_terminal(cell: str) -> None:
    shown = plain_table(["head"], [[cell]])
    assert len(shown.splitlines()) == 3
    assert not any(ord(char) < 32 or 127 <= ord(char) < 160 for char in shown if char != "\n")


def test_html_is_escaped_everywhere() -> None:
    evil = "<script>\"&'"
    page = html_table([evil], [[evil]], caption=evil)
    assert "<script>" not in page
    assert page.count("&lt;script&gt;&quot;&amp;&#x27;") == 3
    assert '<th scope="col">' in page
    assert "<caption>" not in html_table(["a"], [])


# ---------------------------------------------------------------- clock


def test_a_fixed_clock_stands_still_in_utc() -> None:
    clock = FixedClock(datetime(2026, 1, 1, 9, tzinfo=timezone(timedelta(hours=9))))
    assert clock.now() == clock.now() == datetime(2026, 1, 1, tzinfo=UTC)
    assert clock.now().tzinfo is UTC


def test_a_clock_without_a_zone_is_refused() -> None:
    with pytest.raises(InputError):
        FixedClock(datetime(2026, 1, 1))  # noqa: DTZ001 - what is refused


# ---------------------------------------------------------------- private


@frozen(repr=False)
class Secret(Private):
    """Holds something."""

    word: str


@frozen
class Holder:
    """Holds something private."""

    secret: Secret


def test_a_private_value_shows_its_class_alone() -> None:
    secret = Secret("kim@example.com")
    shown = [repr(secret), str(secret), f"{secret}", f"{secret!r:>30}", repr([secret]),
             repr({"a": secret}), repr(Holder(secret)), format(secret)]  # fmt: skip
    assert not any("kim" in text for text in shown)
    assert repr(secret) == "<Secret •••>"


def test_a_private_value_is_revealed_when_asked() -> None:
    assert Secret("kim").reveal() == {"word": "kim"}


def test_private_values_are_compared_by_content() -> None:
    assert Secret("a") == Secret("a") != Secret("b")
