"""Laws of columns: many at once says what one by one says, whatever holds the column."""

from collections.abc import Sequence
from datetime import date, datetime

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecrm_core.customers import FieldMap
from ecrm_core.customers.table import text_of
from ecrm_core.matching.arrays import components, distinct
from ecrm_core.matching.columns import factorised
from ecrm_core.matching.features import Counts, features_of
from ecrm_core.matching.forms import form_of
from ecrm_core.matching.quick import forms_of
from ecrm_core.matching.roles import COMPARED
from ecrm_core.matching.texts import Texts
from tests.profile import size

MANY = settings(max_examples=size(200, 5_000))
SOME = settings(max_examples=size(60, 1_000))

PLAIN = [
    "Ann", "O'Neill", "Ann-Marie  Example", "1 High Street", "North  Road 12a",
    "SY5 7NT", "1990-01-02",
    "19900102", "1990-13-45", "02/01/1990", "0.1990-01-02", "030 / 2312500",
    "+49 (30) 231-2500", "12345",
    "ann@example.com", "Ann.Example+news@GMAIL.com", "a.nn@googlemail.com",
    "x@privaterelay.appleid.com",
    "ann@", "@", "ann@example", "a@b@example.com", "ann..x@example.com", "-", "!!",
    "'", "`'`", "_", "",
    " ", "\t", "\n", "Ann\nExample", "a\0b", "\0", "\x1c", "Ann\x0bExample",
    "Ann\x1fExample", "\x7f",
    "김 민준", "Müller", "Ｗｅｓｔ Street", "\ud800", "x" * 127 + " y", "x" * 128, "y " * 90,
    "street " * 30,
    "1990-01-02" * 20, "ann@" + "e" * 200 + ".com", "\u2028", "Ann\u00a0B", "İ", "ß", "K",
]  # fmt: skip
ascii_ = st.text(st.characters(max_codepoint=127), max_size=14)
words = st.lists(st.sampled_from(["st", "street", "north", "1st", "first", "-", "'", "a"]))
texts = st.one_of(st.sampled_from(PLAIN), ascii_, st.text(max_size=8), words.map(" ".join))
roles = st.sampled_from([*sorted(COMPARED), "attribute:code"])


def one_by_one(role: str, given: Sequence[str], order: str | None) -> list[str]:
    return [form_of(role, text, date_order=order) for text in given]


@MANY
@given(roles, st.lists(texts, max_size=40), st.sampled_from([None, "DMY"]))
def test_forms_of_many_are_the_forms_of_each(
    role: str, given: list[str], order: str | None
) -> None:
    assert forms_of(role, given, date_order=order) == one_by_one(role, given, order)


@MANY
@given(roles, st.lists(ascii_, max_size=40))
def test_forms_of_plain_texts_are_the_forms_of_each(role: str, given: list[str]) -> None:
    assert forms_of(role, given) == one_by_one(role, given, None)


@pytest.mark.parametrize("role", sorted(COMPARED))
@pytest.mark.parametrize("odd", ["", "김 민준", "Ann\nExample", "a\0b", "x" * 300])
def test_forms_of_more_than_a_chunk_are_the_forms_of_each(role: str, odd: str) -> None:
    given = [f"{at % 97} Mill Road {at}" for at in range(4_500)]
    given[4_200] = odd
    found = forms_of(role, given)
    assert found == one_by_one(role, given, None)


cells = st.one_of(
    st.none(), st.sampled_from([" Ann", "Ann", "ann ", "", "김민준", "1", "1.0"]),
    st.text(max_size=5),
)  # fmt: skip


def spelled(column: object) -> list[str]:
    """Return the text of each cell, by way of the distinct ones."""
    held, codes = factorised(column)  # type: ignore[arg-type]
    assert len(set(held)) == len(held)
    assert codes.dtype == np.int32
    return [held[code] for code in codes.tolist()]


@pytest.mark.parametrize("given", [[["Ann"], ["Ann"], None], [{"a": 1}, {"a": 1}, None]])
def test_cells_of_cells_are_texts_in_any_holder(given: list[object]) -> None:
    want = [text_of(cell) for cell in given]
    for held in (given, pd.Series(given, dtype=object), pa.array(given), pl.Series(given)):
        assert spelled(held) == want


@SOME
@given(st.lists(cells, max_size=30))
def test_texts_are_the_same_whatever_holds_them(given: list[str | None]) -> None:
    given = [None if cell is None else cell.encode("utf-8", "replace").decode() for cell in given]
    want = [text_of(cell) for cell in given]
    arrow = pa.array(given, pa.string())
    held: list[object] = [
        given, tuple(given), np.array(given, object), pd.Series(given, dtype=object),
        pd.Series(given, dtype="string"), pd.Series(given, dtype=object).astype("category"),
        pl.Series(given, dtype=pl.String), pl.Series(given, dtype=pl.String).to_arrow(), arrow,
        pa.chunked_array([arrow.slice(0, 3), arrow.slice(3)]), arrow.dictionary_encode(),
    ]  # fmt: skip
    for column in held:
        assert spelled(column) == want, type(column)


numbers = st.one_of(st.none(), st.integers(-3, 3), st.integers(10**14, 10**15))


@SOME
@given(st.lists(numbers, min_size=1, max_size=30))
def test_whole_numbers_are_the_same_whatever_holds_them(given: list[int | None]) -> None:
    want = ["" if cell is None else str(cell) for cell in given]
    gaps = [float("nan") if cell is None else float(cell) for cell in given]
    held: list[object] = [
        given, gaps, np.array(gaps), pd.Series(gaps), pd.Series(given, dtype="Int64"),
        pd.Series(given, dtype=object), pl.Series(given, dtype=pl.Int64),
        pa.array(given, pa.int64()),
    ]  # fmt: skip
    for column in held:
        assert spelled(column) == want, type(column)


days = st.one_of(st.none(), st.dates(date(1900, 1, 1), date(2030, 1, 1)))


@SOME
@given(st.lists(days, min_size=1, max_size=20))
def test_days_are_the_same_whatever_holds_them(given: list[date | None]) -> None:
    want = ["" if day is None else str(day) for day in given]
    times = [None if day is None else datetime.combine(day, datetime.min.time()) for day in given]
    held: list[object] = [
        given, pd.Series(given, dtype=object), pd.Series(pd.to_datetime(pd.Series(times))),
        pl.Series(given, dtype=pl.Date), pa.array(given, pa.date32()),
        np.array(given, "datetime64[D]"),
    ]  # fmt: skip
    for column in held:
        assert spelled(column) == want, type(column)


@SOME
@given(st.lists(st.text(max_size=5) | st.sampled_from(PLAIN)), st.integers(1, 8))
def test_equal_stretches_and_no_others_have_equal_numbers(given: list[str], long: int) -> None:
    given = [text[:128] for text in given]
    held = Texts(given)
    ways = [
        (held.whole, given),
        (held.beginning(long), [value[:long] for value in given]),
        (held.ending(long), [value[-long:] for value in given]),
    ]
    for keys, stretches in ways:
        assert len(set(zip(keys.tolist(), stretches, strict=True))) == len(set(stretches))
        assert len(set(keys.tolist())) == len(set(stretches))
    size = np.minimum(held.sizes // 2, long)
    part = held.cut(held.starts + held.sizes - size, size)
    stretches = [text[len(text) - s :] for text, s in zip(given, size.tolist(), strict=True)]
    assert list(part.values) == stretches
    assert part.whole.tolist() == Texts(stretches).whole.tolist()
    assert part.whole.tolist() == Texts([*stretches, *["x"] * 4_200]).whole[: len(size)].tolist()
    rows = held.matrix(long)
    signs = [[*map(ord, value[:long].ljust(long, "\0"))] for value in given]
    assert rows.tolist() == signs


@SOME
@given(st.lists(st.integers(-5, 40)))
def test_distinct_is_the_sorted_set(given: list[int]) -> None:
    assert distinct(np.array(given, np.int64)).tolist() == sorted(set(given))


@SOME
@given(st.integers(1, 30), st.data())
def test_components_are_who_can_be_reached(count: int, data: st.DataObject) -> None:
    nodes = st.integers(0, count - 1)
    edges = data.draw(st.lists(st.tuples(nodes, nodes)))
    reached = [{node} for node in range(count)]
    for one, two in edges:
        both = reached[one] | reached[two]
        for node in both:
            reached[node] = both
    sides = np.array(edges, np.int64).reshape(-1, 2).T
    assert components(count, *sides).tolist() == [min(held) for held in reached]


mails = st.lists(st.sampled_from(["a@example.com", "b@example.com", None]), min_size=3, max_size=3)


@SOME
@given(mails, mails, st.lists(st.integers(0, 2), min_size=3, max_size=3))
def test_a_value_counts_once_for_each_person(
    first: list[str | None], second: list[str | None], persons: list[int]
) -> None:
    fields = FieldMap({"one": "email", "two": "email"})
    for feature in features_of({"one": first, "two": second}, fields):
        counts = Counts(feature, np.ones(3, np.int64)).of(np.array(persons))
        said = {*zip(persons, first, strict=True), *zip(persons, second, strict=True)}
        values = feature.values  # noqa: PD011 - no frame
        assert counts.tolist() == [sum(mail == held for _, mail in said) for held in values]
