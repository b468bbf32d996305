"""Frames: the same data says the same in every library, and findings come back as its frame."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import narwhals as nw
import pandas as pd  # type: ignore[import-untyped]
import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]
import pytest
from attrs import evolve

from ecrm_core import check
from ecrm_core.adapters import frames
from ecrm_core.errors import DefinitionError
from ecrm_core.quality import CORE, ReportBuilder, TableReport

FIELDS = {"Name": "full_name", "Mail": "email", "Tel": "phone", "Born": "birth_date",
          "By": "entered_by", "Spent": "attribute:spent", "Sort": "category"}  # fmt: skip
COLUMNS: dict[str, list[Any]] = {
    "Name": ["Ann Lee", "Bo 7", "홍길동", None],
    "Mail": ["ann@gmial.com", "bo@example.com", "asdf@mailinator.com", "x"],
    "Tel": ["12", None, "010-1234-5678", ""],
    "Born": [date(1990, 2, 28), None, date(1850, 1, 1), date(2000, 1, 1)],
    "By": ["anna", "anna", "import", None],
    "Spent": [Decimal("1.50"), None, Decimal("2.00"), Decimal("0.10")],
    "Sort": ["a", "b", "a", None],
    "Points": [1, None, 3, 4],
    "Ratio": [0.5, float("nan"), None, 1.0],
}
FIELDS |= {"Points": "attribute:points", "Ratio": "attribute:ratio"}
ROWS = [dict(zip(COLUMNS, row, strict=True)) for row in zip(*COLUMNS.values(), strict=True)]


def pandas_frame() -> Any:  # noqa: ANN401 - untyped
    frame = pd.DataFrame(COLUMNS, index=[10, 20, 20, 30])
    return frame.astype({"Sort": "category", "Born": "datetime64[ns]"})


def nullable() -> Any:  # noqa: ANN401 - untyped
    return pandas_frame().convert_dtypes()


def polars_frame() -> pl.DataFrame:
    return pl.DataFrame(COLUMNS, strict=False).with_columns(pl.col("Sort").cast(pl.Categorical))


def arrow() -> Any:  # noqa: ANN401 - untyped
    return pa.table({name: pa.array(values) for name, values in COLUMNS.items()})


def chunked() -> Any:  # noqa: ANN401 - untyped
    whole = arrow()
    return pa.concat_tables([whole.slice(0, 1), whole.slice(1, 0), whole.slice(1)])


MAKE: dict[str, Callable[[], Any]] = {
    "pandas": pandas_frame, "pandas, nullable": nullable, "polars": polars_frame,
    "pyarrow": arrow, "pyarrow, chunked": chunked,
}  # fmt: skip


def report(table: Any) -> TableReport:  # noqa: ANN401 - of any kind
    return check(table, fields=FIELDS, region="KR", as_of=date(2026, 5, 1))


EXPECTED = report(ROWS)


def test_the_data_have_something_to_find() -> None:
    found = {held.finding.rule for held in EXPECTED.findings}
    assert {"email_typo", "birth_on_possible", "phone_impossible", "email_disposable"} <= found
    assert "cell_unread" not in found
    assert EXPECTED.completeness["Ratio"] == 2


def test_columns_say_what_rows_say() -> None:
    assert report(COLUMNS) == EXPECTED


@pytest.mark.parametrize("make", MAKE.values(), ids=MAKE)
def test_a_frame_says_what_rows_say_with_and_without_narwhals(make: Callable[[], Any]) -> None:
    assert report(make()) == EXPECTED
    assert report(frames.columns_of(make())) == EXPECTED


def test_a_lazy_frame_is_collected() -> None:
    assert report(frames.columns_of(polars_frame().lazy())) == EXPECTED


@pytest.mark.parametrize("make", MAKE.values(), ids=MAKE)
def test_missing_values_are_none_and_others_are_plain(make: Callable[[], Any]) -> None:
    read = frames.columns_of(make())
    assert read["Name"][3] is None
    assert read["Tel"][1] is None
    assert read["Born"][1] is None
    assert read["Ratio"][1:3] == [None, None]
    assert read["Points"] == [1, None, 3, 4]
    assert read["Sort"] == ["a", "b", "a", None]
    assert read["Spent"][2] == Decimal("2.00")
    born: Any = read["Born"][0]
    assert (born.date() if isinstance(born, datetime) else born) == date(1990, 2, 28)


NESTED = {"tags": [["a", "b"], [], None], "place": [{"city": "Ulm"}, None, {"city": "Bonn"}]}


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.table])
def test_nested_cells_are_lists_and_mappings(make: Callable[[Any], Any]) -> None:
    read = frames.columns_of(make(NESTED))
    assert read["tags"] == [["a", "b"], [], None]
    assert read["place"] == [{"city": "Ulm"}, None, {"city": "Bonn"}]
    fields = {"tags": "attribute:tags", "place": "attribute:place"}
    tables: list[Any] = [make(NESTED), NESTED, read]
    told = {str(check(table, fields=fields)) for table in tables}
    assert len(told) == 1


@pytest.mark.parametrize("make", MAKE.values(), ids=MAKE)
def test_findings_come_back_as_the_frame_they_are_about(make: Callable[[], Any]) -> None:
    frame = make()
    found = frames.findings(report(frame), like=frame, language="ko")
    assert type(found) is type(frame)
    read = frames.columns_of(found)
    assert list(read) == ["row", "severity", "rule", "path", "value", "message"]
    assert [dict(zip(read, row, strict=True)) for row in zip(*read.values(), strict=True)] == (
        EXPECTED.to_rows("ko")
    )


def test_in_pandas_findings_carry_the_labels_of_their_rows() -> None:
    frame = pandas_frame()
    found: Any = frames.findings(EXPECTED, like=frame)
    assert found.index.tolist() == [frame.index[row] for row in found["row"]]
    assert set(frame.loc[found.index.unique()]["Mail"]) == set(COLUMNS["Mail"])


@pytest.mark.parametrize("make", MAKE.values(), ids=MAKE)
def test_no_finding_is_an_empty_frame_of_the_same_columns(make: Callable[[], Any]) -> None:
    frame = make()
    empty: Any = frames.findings(evolve(EXPECTED, findings=()), like=frame)
    found = nw.from_native(empty)
    assert len(found) == 0
    assert found.schema["row"] == nw.Int64()
    assert found.schema["rule"] == nw.String()


def test_findings_of_a_store_name_customers() -> None:
    stored = evolve(
        EXPECTED,
        subject="customers",
        findings=tuple(evolve(held, row=f"cus_{held.row}") for held in EXPECTED.findings),
    )
    read = frames.columns_of(frames.findings(stored, like=pandas_frame()))
    assert read["row"][0] == "cus_0"


@pytest.mark.parametrize("make", MAKE.values(), ids=MAKE)
def test_rows_are_marked_with_the_gravest_finding_and_how_many(make: Callable[[], Any]) -> None:
    frame = make()
    found = frames.marked(EXPECTED, frame)
    assert type(found) is type(frame)
    read = frames.columns_of(found)
    assert list(read) == [*COLUMNS, "quality_worst", "quality_findings"]
    assert read["quality_worst"] == ["error", "warning", "warning", "error"]
    assert sum(read["quality_findings"]) == len(EXPECTED.findings)  # type: ignore[arg-type]
    assert "quality_worst" not in frames.columns_of(frame)


def test_a_marked_pandas_frame_keeps_its_index() -> None:
    found: Any = frames.marked(EXPECTED, pandas_frame())
    assert found.index.tolist() == [10, 20, 20, 30]


def test_two_columns_of_one_name_are_refused() -> None:
    twice = pd.DataFrame([[1, 2]], columns=["a", "a"])
    for table in (twice, pa.table([[1], [2]], names=["a", "a"])):
        with pytest.raises(DefinitionError, match="two columns are named 'a'"):
            frames.columns_of(table)
        with pytest.raises(DefinitionError, match="two columns are named 'a'"):
            check(table, fields={"a": "email"})


def test_what_is_no_frame_is_refused() -> None:
    for wrong in (7, [{"a": 1}], pd.Series([1])):
        with pytest.raises(DefinitionError, match="expected a frame"):
            frames.columns_of(wrong)


def test_a_report_of_something_else_is_refused() -> None:
    frame = pandas_frame()
    with pytest.raises(DefinitionError, match="expected 3 rows"):
        frames.marked(EXPECTED, frame.head(3))
    with pytest.raises(DefinitionError, match="expected 3 rows"):
        frames.findings(EXPECTED, like=frame.head(3))
    with pytest.raises(DefinitionError, match="customers"):
        frames.marked(ReportBuilder(CORE, subject="customers").build(), frame)
    with pytest.raises(DefinitionError, match="already"):
        frames.marked(EXPECTED, frames.marked(EXPECTED, frame))
