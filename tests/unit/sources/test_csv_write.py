"""Writing CSV: two named modes, and what is written reads back as it was."""

import codecs
import csv as stdlib_csv
import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ecrm_core.errors import DefinitionError, InputError, UnknownName
from ecrm_core.sources import csv
from ecrm_core.sources.csv_columns import read_columns
from ecrm_core.sources.csv_lines import MAX_LINE
from ecrm_core.sources.csv_modes import inert, restored

ODD = ["007", "+442079460018", "=1+1", " x ", 'a"b', "a,b;c\td", "a\r\nb\nc\rd", "'", "", "NULL",
       "9" * 16, "1e5", "김", "﻿x", "\v", "\x85", "\u2028"]  # fmt: skip


def _written(table: Any, mode: str = "exact") -> bytes:  # noqa: ANN401 - any sort of table
    stream = io.BytesIO()
    csv.write(table, stream, mode=mode)
    return stream.getvalue()


def _read(body: bytes, mode: str = "exact") -> dict[str, list[str]]:
    found = read_columns(io.BytesIO(body), mode=mode)
    assert found.refused == ()
    return {name: list(cells) for name, cells in found.columns.items()}


@pytest.mark.parametrize("mode", ["exact", "spreadsheet"])
@pytest.mark.parametrize("columns", [["x"], ["x", "=y"]])
def test_every_text_reads_back_as_it_was(mode: str, columns: list[str]) -> None:
    table = dict.fromkeys(columns, ODD)
    assert _read(_written(table, mode), mode) == table


def test_any_other_reader_reads_exact_text_as_it_was() -> None:
    text = _written({"x": ODD, "y": ODD}).decode()
    rows = list(stdlib_csv.reader(io.StringIO(text, newline=""), strict=True))
    assert rows == [["x", "y"], *([cell, cell] for cell in ODD)]


def test_the_form_is_utf_8_with_commas_and_crlf() -> None:
    table = [{"이름": "김민준", "x": 'a"b'}, {"이름": "Lee", "x": None}]
    assert _written(table).decode() == '이름,x\r\n김민준,"a""b"\r\nLee,\r\n'
    assert _written(table, "spreadsheet").startswith(codecs.BOM_UTF8 + "이름".encode())


@pytest.mark.parametrize(
    "cell",
    ["=1", "+82 2", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\tx", " =1", "  ＝1", "＋1", "－1",
     "＠x", "﹢1", '"=1', "'=1", "''+1", "' \"-1", "\u200b=1", "\ufeff=1", "\u3000=1", "\xa0=1",
     "007", "0123456789", " 01", "00,5", "1234567890123456", "12E5", "'007"],
)  # fmt: skip
def test_a_spreadsheet_finds_nothing_to_calculate_or_shorten(cell: str) -> None:
    assert inert(cell) == f"'{cell}"
    assert restored(inert(cell)) == cell
    assert restored(cell) == cell.removeprefix("'"), "others wrote it so"


@pytest.mark.parametrize(
    "cell", ["", "Kim", "'t Hooft", "O'Neill", "0", "0.5", "010-0000-0101", "a=b", "1980-03-04",
             "123456789012345", "kim@example.com", "''"],
)  # fmt: skip
def test_what_no_spreadsheet_would_change_is_left_alone(cell: str) -> None:
    assert inert(cell) == restored(cell) == cell


def test_values_of_other_types_are_written_as_text() -> None:
    row = {"a": 3, "b": 3.0, "c": Decimal("1.50"), "d": date(1980, 3, 4), "e": None,
           "f": float("nan"), "g": True}  # fmt: skip
    assert _written([row]).decode().splitlines()[1] == "3,3,1.50,1980-03-04,,,True"


def test_a_row_of_one_empty_cell_is_a_row() -> None:
    assert _read(_written({"x": ["", None, "a"]})) == {"x": ["", "", "a"]}


def test_columns_of_any_name_keep_their_delimiter() -> None:
    names = ["a;b;c;d", "e\tf\tg", '"', "h\ni;j;k", "l"]
    assert list(_read(_written({name: ["1"] for name in names}))) == names
    assert list(_read(_written({"x": [""], "a;b;c;d": [""]}))) == ["x", "a;b;c;d"]


def test_a_header_longer_than_a_block_reads_back() -> None:
    for shift in range(3):
        table = {f"{'x' * shift}번호{at}": ["김"] for at in range(20_000)}
        assert _read(_written(table)) == table


@pytest.mark.parametrize("text", ["Kim\0", "Kim\ud800", "Kim" * MAX_LINE])
def test_what_no_reader_takes_is_refused_by_place_and_not_shown(text: str) -> None:
    with pytest.raises(InputError) as caught:
        _written({"a": ["", ""], "b": ["", text]})
    assert caught.value.path == "row 2, $.b"
    assert "Kim" not in str(caught.value)


def test_a_row_beyond_what_a_reader_holds_is_refused() -> None:
    with pytest.raises(InputError, match="row 1"):
        _written({"a": ["x" * 600_000], "b": ["y" * 600_000]})
    held = {"a": ["x" * 600_000], "b": ["y" * 440_000]}
    assert _read(_written(held)) == held


@pytest.mark.parametrize(
    ("table", "code"),
    [
        ({"a": ["1"], " a ": ["1"]}, "column_twice"),
        ({" ": ["1"]}, "column_twice"),
        ({}, "not_a_table"),
        ([], "not_a_table"),
        ({"a": ["1"], "b": []}, "ragged"),
    ],
)
def test_what_is_no_table_is_refused(table: Any, code: str) -> None:  # noqa: ANN401 - as above
    with pytest.raises(DefinitionError) as caught:
        _written(table)
    assert caught.value.code == code


def test_there_are_two_modes() -> None:
    for act in (
        lambda: csv.write({"a": ["1"]}, io.BytesIO(), mode="excel"),
        lambda: csv.header(io.BytesIO(b"a\n1\n"), mode="excel"),
    ):
        with pytest.raises(UnknownName) as caught:
            act()
        assert caught.value.near == ("exact", "spreadsheet")
