"""CSV: encodings told and never guessed wrong, bad rows refused by number, memory flat."""

import codecs
import io
import json
import time
import tracemalloc
from datetime import UTC, datetime
from typing import Any

import pytest

from ecrm_core.customers import FieldMap
from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.sources import Quarantined, csv

NOW = datetime(2026, 11, 23, tzinfo=UTC)
FIELDS = FieldMap({"id": "id", "name": "full_name"})
KOREAN = FieldMap({"번호": "id", "이름": "full_name"})


class _Read:
    """What became of a file: keys and names, and rows refused."""

    def __init__(self, body: bytes, fields: FieldMap = FIELDS, **more: Any) -> None:  # noqa: ANN401
        stream = io.BytesIO(body)
        self.pages = list(csv.pages(stream, fields=fields, source="list", received_at=NOW, **more))
        records = [record for page in self.pages for record in page.records]
        self.names = {record.key.external_id: record.value("name.full") for record in records}
        self.refused: list[Quarantined] = [row for page in self.pages for row in page.refused]
        self.places = [row.place for row in self.refused]
        self.reasons = [": ".join(problem) for row in self.refused for problem in row.problems]


# ---------------------------------------------------------------- encodings


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16"])
def test_korean_is_read_in_the_encodings_of_its_programs(encoding: str) -> None:
    assert _Read("번호,이름\n1,김민준\n".encode(encoding), KOREAN).names == {"1": "김민준"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_japanese_is_read_in_the_encodings_of_its_programs(encoding: str) -> None:
    fields = FieldMap({"会員番号": "id", "氏名": "full_name"})
    # The second byte of 表 is a backslash in Shift-JIS, that of ソ too.
    body = "会員番号,氏名\n1,表ソ能\n".encode(encoding)
    assert _Read(body, fields).names == {"1": "表ソ能"}


@pytest.mark.parametrize("encoding", ["cp949", "euc-kr", "utf-16-le", "utf-16-be", "UTF-8"])
def test_a_named_encoding_is_used(encoding: str) -> None:
    body = "번호,이름\n1,김민준\n".encode(encoding)
    assert _Read(body, KOREAN, encoding=encoding).names == {"1": "김민준"}


def test_an_ascii_header_does_not_tell_korean_from_japanese() -> None:
    body = "id,name\n1,김민준\n".encode("cp949")
    with pytest.raises(InputError) as caught:
        _Read(body)
    assert caught.value.facts["readings"] == ["cp932", "cp949"]
    assert "CP949" in caught.value.message
    assert "Shift-JIS" in caught.value.message
    assert _Read(body, encoding="cp949").names == {"1": "김민준"}


def test_without_wanted_columns_a_known_word_decides() -> None:
    for text, encoding in [("고객번호,이름\n1,김\n", "cp949"), ("会員番号,氏名\n1,表\n", "cp932")]:
        found = csv.header(io.BytesIO(text.encode(encoding)))
        assert (found.encoding, found.columns) == (encoding, tuple(text.split("\n")[0].split(",")))


def test_western_bytes_are_neither_and_nothing_of_them_is_shown() -> None:
    body = "René,Canary\n1,Zoë\n".encode("cp1252")
    with pytest.raises(InputError, match="cp1252") as caught:
        _Read(body)
    assert "Canary" not in caught.value.message
    fields = FieldMap({"René": "id"})
    assert _Read(body, fields, encoding="cp1252").names == {"1": None}


def test_utf_16_without_a_mark_has_to_be_named() -> None:
    with pytest.raises(InputError, match="utf-16-le"):
        _Read("id,name\n1,Kim\n".encode("utf-16-le"))
    with pytest.raises(InputError, match="utf-16-le"):
        _Read("id,name\n1,Kim\n".encode("utf-16-le"), encoding="utf-16")


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (codecs.BOM_UTF8 + b"id,name\n", "cp949"),
        ("id,name\n".encode("utf-16"), "utf-8"),
        ("id,name\n".encode("utf-32"), None),
    ],
)
def test_a_mark_that_contradicts_is_an_error(body: bytes, encoding: str | None) -> None:
    with pytest.raises(InputError) as caught:
        _Read(body, encoding=encoding)
    assert caught.value.code == "encoding"


@pytest.mark.parametrize("encoding", ["klingon", "iso2022_jp", "utf-7", "johab", "utf-32", "hex",
                                      "idna", "raw_unicode_escape", "\0"])  # fmt: skip
def test_an_encoding_that_cannot_be_read_by_lines_is_refused(encoding: str) -> None:
    with pytest.raises(DefinitionError):
        _Read(b"id,name\n", encoding=encoding)


def test_a_row_that_is_no_text_is_refused_with_all_its_bytes() -> None:
    rows = "".join(f"{n},김민준\n" for n in range(20)).encode()
    read = _Read(b"id,name\n" + rows + b"x,Lee\xff\n99,\xea\xb9\x80\n")
    assert (len(read.names), read.names["99"]) == (21, "김")
    assert read.places == ["row 21, line 22"]
    assert read.reasons == ["$.name: found bytes that are no utf-8 at 3 of the cell"]
    kept = json.loads(read.refused[0].payload or "")
    assert kept.encode("utf-8", "surrogateescape") == b"x,Lee\xff"


def test_a_torn_pair_costs_one_row_of_utf_16() -> None:
    body = "id,name\n1,Kim\n2,Lee\n".encode("utf-16-le")
    torn = body.replace("Kim".encode("utf-16-le"), b"K\0\x00\xd8m\0") + b"3"
    read = _Read(codecs.BOM_UTF16_LE + torn)
    assert read.names == {"2": "Lee"}
    assert read.places == ["row 1, line 2", "row 3, line 4"]


# ---------------------------------------------------------------- shape


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", ["", "end"])
def test_delimiters_and_line_ends(delimiter: str, end: str, last: str) -> None:
    lines = ["id,name", "1,Kim", '2,"a,b"', "3,"]
    text = end.join(lines).replace(",", delimiter) + (end if last else "")
    inside = "a b" if delimiter == "\t" else f"a{delimiter}b"  # a tab is white space
    assert _Read(text.encode()).names == {"1": "Kim", "2": inside, "3": None}


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('"a""b"', 'a"b'),
        ('""""', '"'),
        ('""', None),
        ('5" pipe', '5" pipe'),
        ('"a\nb"', "a b"),
        ('"a\r\nb"', "a b"),
        ('"\n"', None),
        ("'a'", "'a'"),
    ],
)
def test_quotes(cell: str, value: str | None) -> None:
    read = _Read(f"id,name\n1,{cell}\n2,Lee".encode())
    assert read.names == {"1": value, "2": "Lee"}


def test_line_breaks_in_quotes_stay_as_they_are() -> None:
    body = b'id,name\r\n1,"a\r\nb\n\nc"\r\n'
    (page,) = csv.pages(
        io.BytesIO(body), fields=FieldMap({"id": "id", "name": "note"}), source="a", received_at=NOW
    )
    assert page.records[0].value("notes") == ("a\r\nb\n\nc",)


def test_blank_lines_are_no_rows_but_count_as_lines() -> None:
    read = _Read(b"\n\nid,name\n\n1,Kim\n   \n,\n2\n")
    assert read.names == {"1": "Kim"}
    assert read.places == ["row 2, line 7", "row 3, line 8"]


@pytest.mark.parametrize(("row", "found"), [("1", 1), ("1,2,3", 3), ("1,2,", 3)])
def test_ragged_rows_are_refused_with_what_was_expected(row: str, found: int) -> None:
    read = _Read(f"id,name\n0,Kim\n{row}\n2,Lee\n".encode())
    assert read.names == {"0": "Kim", "2": "Lee"}
    assert read.places == ["row 2, line 3"]
    assert read.reasons == [f"$: found {found} cells, expected 2"]
    assert json.loads(read.refused[0].payload or "") == row


def test_a_refused_row_is_kept_as_readable_text() -> None:
    read = _Read("번호,이름\n김\n".encode("cp949"), KOREAN)
    assert json.loads(read.refused[0].payload or "") == "김"


@pytest.mark.parametrize(
    "row", ['1,"Kim', '1,"Kim,x\n', '1,"Kim"x', '"1,Kim', '1,"Kim""', '1,"" "', '1,"a" ']
)
def test_broken_quotes_cost_their_line_alone(row: str) -> None:
    body = f'id,name\n0,Park\n{row}\n2,Lee\n3,"Choi"\n4,Jung\n'
    read = _Read(body.encode())
    assert {"0": "Park", "2": "Lee", "3": "Choi", "4": "Jung"}.items() <= read.names.items()
    assert read.places[0] == "row 2, line 3"
    assert "quote" in read.reasons[0]


def test_an_unclosed_quote_at_the_end_of_a_large_file_swallows_nothing() -> None:
    rows = "".join(f"{n},{'Kim ' * 50}\n" for n in range(6_000))
    read = _Read(f'id,name\nx,"Lee\n{rows}'.encode(), page=1_000)
    assert len(read.names) == 6_000
    assert read.reasons == ["$.name: found a quote that is not closed within 1048576 bytes"]


@pytest.mark.parametrize("unit", ['"\n', '"a\n', ',"""\n', 'a"b,"c\n', '""x\n', '"""a\n'])
def test_many_quotes_cost_no_more_than_their_length(unit: str) -> None:
    body = b"id,name\n" + unit.encode() * (200_000 // len(unit))
    begin = time.process_time()
    read = _Read(body)
    assert time.process_time() - begin < 10
    assert len(read.names) + len(read.refused) > 0


@pytest.mark.parametrize("quote", ["", '"'])
@pytest.mark.parametrize("size", [1_048_577, 10_000_000])
def test_a_huge_cell_is_refused_by_row_and_column_in_bounded_memory(quote: str, size: int) -> None:
    class _Endless(io.RawIOBase):
        """Makes the file while it is read, so that it never is in memory."""

        def __init__(self) -> None:
            self.parts = [quote.encode() + b"\n3,Lee\n", *[b"x" * 1000] * (size // 1000 + 1)]
            self.parts += [b"id,name\n1,Kim\n2," + quote.encode()]

        def read(self, _: int = -1) -> bytes:
            return self.parts.pop() if self.parts else b""

    stream = _Endless()
    tracemalloc.start()
    pages = list(csv.pages(stream, fields=FIELDS, source="list", received_at=NOW))  # type: ignore[arg-type]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    (page,) = pages
    assert [record.key.external_id for record in page.records] == ["1", "3"]
    (row,) = page.refused
    assert (row.place, row.problems[0][0]) == ("row 2, line 3", "$.name")
    assert (row.payload, row.length > size) == (None, True)
    assert peak < 6_000_000


def test_two_huge_rows_are_two_rows() -> None:
    body = b"id,name\n1," + b"x" * 2_000_000 + b"\n2," + b"y" * 2_000_000 + b"\n"
    read = _Read(body)
    assert len({row.id for row in read.refused}) == 2
    assert read.refused == _Read(body).refused


def test_a_cell_beyond_its_limit_is_refused_by_name() -> None:
    read = _Read(b"id,name,x\n1,Kim," + b"x" * 65_537 + b"\n2,Lee,y\n")
    assert list(read.names) == ["2"]
    assert read.reasons == ["$.x: found 65537 characters, expected at most 65536"]


def test_a_nul_is_refused_where_it_stands() -> None:
    read = _Read(b"id,name\n1,K\x00m\n2,Lee\n")
    assert (list(read.names), read.places) == (["2"], ["row 1, line 2"])


# ---------------------------------------------------------------- the file


@pytest.mark.parametrize("body", [b"", b"\n\r\n  \n", codecs.BOM_UTF8, codecs.BOM_UTF16_LE])
def test_an_empty_file_is_an_error(body: bytes) -> None:
    with pytest.raises(InputError) as caught:
        _Read(body)
    assert caught.value.code == "empty"


@pytest.mark.parametrize(
    "body", [b"PK\x03\x04\x14\0\0\0", b"\x1f\x8b\x08\0", b"\xd0\xcf\x11\xe0\xa1\xb1", b"%PDF-1.7\n"]
)
@pytest.mark.parametrize("encoding", [None, "cp949"])
def test_an_archive_or_workbook_is_named_as_such(body: bytes, encoding: str | None) -> None:
    with pytest.raises(InputError, match="save the sheet as CSV") as caught:
        _Read(body + b"id,name\n1,Kim\n", encoding=encoding)
    assert caught.value.code == "not_csv"


def test_zeros_in_front_of_codes_stay() -> None:
    body = b"id,zip,tel,pin\n007,01234,02-000-0101,0001\n"
    fields = FieldMap({"id": "id", "zip": "postcode", "tel": "phone", "pin": "attribute:pin"})
    (page,) = csv.pages(io.BytesIO(body), fields=fields, source="a", received_at=NOW)
    (record,) = page.records
    assert (record.key.external_id, record.value("address.postal_code")) == ("007", "01234")
    assert (record.value("phones")[0].raw, record.value("attributes.pin")) == (
        "02-000-0101", "0001",
    )  # fmt: skip


@pytest.mark.parametrize("header", ['id,"a;b;c;d"', 'id,"a\tb\tc"', 'id,"a\n;b;c"'])
def test_what_stands_in_quotes_parts_no_columns(header: str) -> None:
    assert csv.header(io.BytesIO(f"{header}\n1,x\n".encode())).delimiter == ","


@pytest.mark.parametrize("encoding", ["utf-8", "cp949"])
@pytest.mark.parametrize("shift", [0, 1, 2])
def test_a_header_longer_than_a_block_may_be_cut_within_a_letter(encoding: str, shift: int) -> None:
    names = ["x" * shift + "번호", "이름", *(f"주소{at}" for at in range(20_000))]
    body = f"{','.join(names)}\n1,김민준{',' * 20_000}\n".encode(encoding)
    assert csv.header(io.BytesIO(body)).encoding == encoding


def test_a_header_alone_is_no_rows() -> None:
    assert _Read(b"id,name").pages == []


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (b"id,name,", "column_blank"),
        (b"id,,name", "column_blank"),
        (b"id,name,name", "column_twice"),
        (b"id, name,name ", "column_twice"),
        (b"id,nam", "column_missing"),
        (b"1,Kim", "column_missing"),
        (b"ida,Kim,named Kim", "column_missing"),
    ],
)
def test_a_header_that_cannot_be_is_an_error_before_any_row(header: bytes, code: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        csv.pages(io.BytesIO(header + b"\n1,2"), fields=FIELDS, source="a", received_at=NOW)
    assert caught.value.code == code
    assert "Kim" not in caught.value.message


def test_a_header_of_very_many_columns_is_read_in_one_pass() -> None:
    header = b"id,name," + b",".join(b"c%d" % at for at in range(60_000))
    assert _Read(header + b"\n").pages == []
    with pytest.raises(DefinitionError, match="and more"):
        _Read(header + header + b"\n")


def test_a_missing_column_is_named_with_the_nearest() -> None:
    with pytest.raises(DefinitionError, match=r"'name' \(near: 'nam'\)"):
        _Read(b"id,nam\n")


@pytest.mark.parametrize("header", [b'id,"na', b"id,na\x00me", b"id,na\xffme", b"id," + b"x" * 600])
def test_a_header_that_is_no_text_is_an_error(header: bytes) -> None:
    with pytest.raises(InputError):
        _Read(header + b"\n1,2\n", encoding="utf-8")


def test_names_are_trimmed_and_composed() -> None:
    body = "id,이름 \n1,Kim\n".encode()  # as macOS writes it
    assert _Read(body, FieldMap({"id": "id", "이름": "full_name"})).names == {"1": "Kim"}


@pytest.mark.parametrize(("page", "skip"), [(0, 0), (-1, 0), (1, -1)])
def test_pages_have_a_size(page: int, skip: int) -> None:
    with pytest.raises(DefinitionError):
        _Read(b"id,name\n", page=page, skip=skip)


def test_pages_of_huge_rows_end_early() -> None:
    body = b"id,name\n" + b"".join(b"%d,%s\n" % (n, b"x" * 900_000) for n in range(30))
    read = _Read(body)
    assert len(read.pages) > 2
    assert len(read.refused) == 30


def test_the_header_comes_with_rows_to_guess_from() -> None:
    body = "구독번호;이메일\n1;a@example.com\nragged\n2;b@example.com\n".encode()
    found = csv.header(io.BytesIO(body), rows=2)
    assert (found.columns, found.encoding, found.delimiter) == (
        ("구독번호", "이메일"),
        "utf-8",
        ";",
    )
    assert found.table == {"구독번호": ["1"], "이메일": ["a@example.com"]}
    assert FieldMap.guess(csv.header(io.BytesIO(body)).table).role("이메일") == "email"


def test_memory_does_not_grow_with_the_file() -> None:
    def peak(rows: int) -> int:
        body = io.BytesIO(b"id,name\n" + b"".join(b"%d,Kim Lee\n" % n for n in range(rows)))
        tracemalloc.start()
        for _ in csv.pages(body, fields=FIELDS, source="a", received_at=NOW, page=100):
            pass
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    assert peak(20_000) < peak(10_000) + 70_000  # from 10,000 rows on all buffers are full


@pytest.mark.parametrize("size", [1_048_570, 1_048_574, 1_048_575, 1_060_000, 3_000_000])
@pytest.mark.parametrize("end", [b"\n2,Lee\n", b""])
def test_lines_about_the_limit_are_refused_alone(size: int, end: bytes) -> None:
    read = _Read(b"id,name\n1," + b"x" * size + end)
    assert read.names == ({"2": "Lee"} if end else {})
    assert read.places == ["row 1, line 2"]
    assert read.refused[0].payload is None
    assert read.refused[0].length > size


def test_the_column_of_a_huge_line_is_named_also_where_its_quotes_are_broken() -> None:
    for row in (b'"a"b,' + b"x" * 2_000_000, b'a,"' + b"x" * 2_000_000):
        read = _Read(b"id,name\n" + row + b"\n2,Lee\n")
        assert read.names == {"2": "Lee"}
        assert read.refused[0].problems[0][0] == ("$.id" if row.startswith(b'"') else "$.name")


def test_bytes_that_are_no_text_in_a_quoted_cell_are_named() -> None:
    read = _Read(b'id,name\n1,"K\xff"\n', encoding="utf-8")
    assert read.reasons == ["$.name: found bytes that are no utf-8 at 1 of the cell"]
