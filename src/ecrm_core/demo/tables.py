"""Tables: rows as CSV files of a till and two newsletter tools, and what their columns mean."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from io import StringIO
from typing import Final

from attrs import frozen

from ecrm_core.customers import FieldMap
from ecrm_core.demo.row import Row
from ecrm_core.kernel import script_of

__all__ = [
    "LETTER_JA",
    "LETTER_KO",
    "TABLES",
    "TILL",
    "Layout",
    "full_name",
    "write_line",
    "write_lines",
    "write_table",
]

_KO: Final = {"granted": "동의", "refused": "거부", "revoked": "수신거부", "": ""}
_JA: Final = {"granted": "希望する", "refused": "希望しない", "revoked": "配信停止", "": ""}
_YES: Final = {"granted": "yes", "": ""}
_FAMILY_FIRST: Final = frozenset({"hangul", "han", "kana"})


@frozen(kw_only=True)
class Layout:
    """A CSV: what its columns mean, how a row fills them, and in which encoding it is written.

    The first ``repeats`` rows stand in it twice; the ``unreadable`` lines end it.
    """

    file: str
    source: str
    fields: FieldMap
    cells: Callable[[Row, str], Sequence[str]]
    encoding: str
    repeats: int
    unreadable: tuple[str, ...]


def write_table(layout: Layout, rows: Iterable[tuple[str, Row]]) -> bytes:
    """Return the file: the rows by their keys, the first ones once more, and the unreadable."""
    lines = [write_line(layout.cells(row, key.partition("/")[2])) for key, row in rows]
    return write_lines(
        [write_line(layout.fields.columns), *lines, *lines[: layout.repeats], *layout.unreadable],
        encoding=layout.encoding,
    )


def write_lines(lines: Iterable[str], *, encoding: str) -> bytes:
    """Return the lines as bytes, each with its end (RFC 4180)."""
    return "".join(f"{line}\r\n" for line in lines).encode(encoding)


def write_line(cells: Iterable[str]) -> str:
    """Return one line of CSV (RFC 4180) without its end."""
    stream = StringIO()
    csv.writer(stream, lineterminator="").writerow(cells)
    return stream.getvalue()


def full_name(row: Row) -> str:
    """Return the name in one cell; hangul and kanji without a space as often as with one."""
    family_first = script_of(row.family) in _FAMILY_FIRST and "swapped" not in row.labels
    if not family_first:
        return f"{row.given} {row.family}"
    return f"{row.family}{'' if row.person % 2 else ' '}{row.given}"


def _till(row: Row, key: str) -> Sequence[str]:
    born_on = row.born_on.isoformat() if row.born_on else ""
    return (key, row.given, row.family, row.kana, row.company, row.email, row.phone, row.street,
            row.postcode, row.city, row.country, born_on, _YES[row.consent],
            f"{row.updated_at:%Y-%m-%d %H:%M}")  # fmt: skip


def _letter_ko(row: Row, key: str) -> Sequence[str]:
    return (key, row.email, full_name(row), row.phone, row.postcode, _KO[row.consent],
            f"{row.updated_at:%Y-%m-%d %H:%M:%S}")  # fmt: skip


def _letter_ja(row: Row, key: str) -> Sequence[str]:
    return (key, full_name(row), row.kana, row.email, row.phone, "日本", row.postcode,
            _JA[row.consent],
            f"{row.updated_at:%Y/%m/%d}")  # fmt: skip


def _fields(columns: Mapping[str, str]) -> FieldMap:
    return FieldMap(columns, tz="Asia/Seoul", date_order="YMD")


TILL: Final = Layout(
    file="woocommerce.csv",
    source="till",
    fields=_fields({
        "Customer": "id", "First name": "given_name", "Last name": "family_name",
        "Reading": "kana", "Company": "organisation", "E-mail": "email", "Telephone": "phone",
        "Street": "street", "Postcode": "postcode", "Town": "city", "Country": "country",
        "Born": "birth_date", "Newsletter": "consent:email:marketing", "Changed": "updated_at",
    }),
    cells=_till,
    encoding="utf-8",
    repeats=3,
    unreadable=(
        'T-0001,"Ann" Marie,Hill,,,ann.hill@example.com,,,,,GB,,yes,2026-02-03 10:00',
        "T-0002,Jo,Reed,,,jo.reed@example.com,,12, Mill Road,NR2 3LW,Norwich,GB,,,2026-02-03 10:05",
        ",Lee,Marsh,,,lee.marsh@example.com,,,,,GB,,yes,2026-02-03 10:10",
    ),
)  # fmt: skip
"""The export of the till: a second shop that runs on WooCommerce."""
LETTER_KO: Final = Layout(
    file="newsletter_ko.csv",
    source="newsletter_ko",
    fields=_fields({
        "구독번호": "id", "이메일": "email", "이름": "full_name", "휴대폰": "phone",
        "우편번호": "postcode", "수신동의": "consent:email:marketing", "수정일시": "updated_at",
    }),
    cells=_letter_ko,
    encoding="utf-8-sig",
    repeats=1,
    unreadable=(
        "K-0001,bora.na@example.kr,나보라,,,동의,,2026-02-03 10:00:00",
        "bora.na@example.kr,bora.na@example.kr,나보라,,,동의,2026-02-03 10:00:00",
    ),
)  # fmt: skip
"""The Korean newsletter, as a spreadsheet saves it: UTF-8 with a mark in front."""
LETTER_JA: Final = Layout(
    file="newsletter_ja.csv",
    source="newsletter_ja",
    fields=_fields({
        "会員番号": "id", "氏名": "full_name", "フリガナ": "kana", "メールアドレス": "email",
        "電話番号": "phone", "国": "country", "郵便番号": "postcode",
        "メルマガ": "consent:email:marketing", "更新日": "updated_at",
    }),
    cells=_letter_ja,
    encoding="cp932",
    repeats=1,
    unreadable=(",黒田和夫,クロダ カズオ,kuroda@example.jp,,日本,,希望する,2026/02/03",),
)  # fmt: skip
"""The Japanese newsletter, from a tool that writes Shift-JIS."""
TABLES: Final = (TILL, LETTER_KO, LETTER_JA)
"""Every file of rows, in the order they are taken in."""
