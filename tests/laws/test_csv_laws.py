"""Laws of written CSV: every text comes back, and in spreadsheet mode none begins as a formula."""

import csv as stdlib_csv
import io
import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecrm_core.customers import FieldMap
from ecrm_core.sources import csv
from ecrm_core.sources.csv_columns import read_columns
from ecrm_core.sources.csv_modes import inert, restored
from tests.profile import size

AT = datetime(2026, 11, 23, tzinfo=UTC)
PIECES = st.sampled_from([*"=+-@'\"\t\r\n ,;0123eE＝＋－＠김", "\r\n", "''", "\ufeff", "\u3000"])
LETTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
TEXTS = st.lists(PIECES, max_size=6).map("".join) | st.text(LETTERS, max_size=12)
TABLES = st.integers(1, 4).flatmap(
    lambda width: st.lists(
        st.lists(TEXTS, min_size=width, max_size=width), min_size=1, max_size=5
    ).map(lambda rows: {f"c{at}": [row[at] for row in rows] for at in range(width)})
)
MODES = pytest.mark.parametrize("mode", ["exact", "spreadsheet"])


def _written(table: dict[str, list[str]], mode: str) -> bytes:
    stream = io.BytesIO()
    csv.write(table, stream, mode=mode)
    return stream.getvalue()


@MODES
@settings(max_examples=size(300, 3_000))
@given(table=TABLES)
def test_every_text_comes_back(mode: str, table: dict[str, list[str]]) -> None:
    found = read_columns(io.BytesIO(_written(table, mode)), mode=mode)
    assert (dict(found.columns), found.refused) == (table, ())


@settings(max_examples=size(300, 3_000))
@given(TABLES)
def test_the_standard_library_reads_the_same(table: dict[str, list[str]]) -> None:
    text = io.StringIO(_written(table, "exact").decode(), newline="")
    rows = list(stdlib_csv.reader(text, strict=True))
    assert rows == [list(table), *map(list, zip(*table.values(), strict=True))]


@settings(max_examples=size(300, 3_000))
@given(TABLES)
def test_no_cell_for_a_spreadsheet_begins_as_a_formula(table: dict[str, list[str]]) -> None:
    text = io.StringIO(_written(table, "spreadsheet").decode("utf-8-sig"), newline="")
    for row in stdlib_csv.reader(text, strict=True):
        for cell in row:
            assert cell[:1] not in {"\t", "\r", "\n"} or not cell
            bare = unicodedata.normalize("NFKC", cell.lstrip(' "\u3000\ufeff'))
            assert not bare.startswith(("=", "+", "-", "@"))


@settings(max_examples=size(500, 10_000))
@given(TEXTS, TEXTS)
def test_two_texts_never_become_one(left: str, right: str) -> None:
    assert restored(inert(left)) == left
    assert (inert(left) == inert(right)) == (left == right)


@MODES
@settings(max_examples=size(100, 2_000))
@given(notes=st.lists(TEXTS.filter(lambda text: text.strip() != ""), max_size=4))
def test_what_is_taken_in_again_is_what_was_written(mode: str, notes: list[str]) -> None:
    table = {"id": [f"n{at}" for at in range(len(notes))], "note": notes}
    pages = csv.pages(
        io.BytesIO(_written(table, mode)), fields=FieldMap({"id": "id", "note": "note"}),
        source="copy", received_at=AT, mode=mode,
    )  # fmt: skip
    records = [record for page in pages for record in page.records]
    assert [record.value("notes") for record in records] == [(note,) for note in notes]
