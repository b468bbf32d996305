"""Gates: bad input is refused before any parser, with its path and never its value."""

import json
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import Decimal

import pytest

from ecrm_core.errors import InputError
from ecrm_core.kernel import (
    MAX_TEXT,
    gate_decimal,
    gate_instant,
    gate_json,
    gate_text,
    nfc,
    parse_json,
    utc,
)

SECRET = "kim-canary"
NAIVE = datetime(2026, 1, 1)  # noqa: DTZ001 - what is refused


class NoOffset(tzinfo):
    """A zone that does not say where it is: datetime counts it as naive."""

    def utcoffset(self, _: datetime | None) -> None:
        return None

    dst = utcoffset

    def tzname(self, _: datetime | None) -> str:
        return "?"


def refused(call: Callable[[], object]) -> InputError:
    with pytest.raises(InputError) as caught:
        call()
    error = caught.value
    assert SECRET not in str(error)
    assert SECRET not in repr(error.facts)
    assert len(str(error)) < 400
    return error


# ---------------------------------------------------------------- text


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (SECRET + "x" * 1_000_000, "too_long"),
        (SECRET + "김" * MAX_TEXT, "too_long"),
        (SECRET + "\x00", "forbidden_character"),
        ("김" + SECRET + "\x00", "forbidden_character"),
        (SECRET + "\ud800", "forbidden_character"),
        (SECRET + "\udfff!", "forbidden_character"),
        (5, "not_text"),
        (None, "not_text"),
        (SECRET.encode(), "not_text"),
        ([SECRET], "not_text"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 20 else "",
)
def test_text_that_no_parser_may_see_is_refused(value: object, code: str) -> None:
    error = refused(lambda: gate_text(value, "$.emails[2]"))
    assert error.code == code
    assert error.path == "$.emails[2]"
    assert str(error).startswith("$.emails[2]: ")


@pytest.mark.parametrize("text", ["", " ", "O'Neill", "김민준", "e\u0301", "𝒳", "\t\n", "x" * 512])
def test_ordinary_text_comes_through_as_it_is(text: str) -> None:
    assert gate_text(text) is text


def test_a_field_may_declare_a_longer_limit() -> None:
    long = "x" * 4_000
    assert gate_text(long, limit=4_000) is long
    assert refused(lambda: gate_text(long + "x", limit=4_000)).facts == {
        "found": 4001,
        "limit": 4000,
    }


@pytest.mark.parametrize("marks", ["\u0301" * 31, "\u0316\u0301" * 16, "\u0f71\u0f72" * 20])
def test_long_text_may_not_pile_up_marks(marks: str) -> None:
    long = "é" * MAX_TEXT
    assert refused(lambda: gate_text(long + marks, limit=100_000)).code == "combining_marks"
    assert nfc(gate_text(long + marks[:30], limit=100_000)) == unicodedata.normalize(
        "NFC", long + marks[:30]
    )


@pytest.mark.parametrize("text", ["กำลังใจที่ดี" * 100, "हिन्दी" * 200, "각" * 1000, "שָׁלוֹם" * 200])
def test_long_text_of_scripts_with_marks_comes_through(text: str) -> None:
    assert gate_text(text, limit=100_000) is text


# ---------------------------------------------------------------- numbers


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("1e1000000", "not_decimal"),
        (Decimal("1e1000000"), "too_large"),
        (Decimal("-1e1000000"), "too_large"),
        (Decimal("1e-1000000"), "too_large"),
        ("1e999", "too_large"),
        ("1e41", "too_large"),
        ("11e40", "too_large"),
        ("1" * 41, "too_large"),
        ("1" * 5_000, "not_decimal"),
        pytest.param(10**5_000, "too_large", id="int of 5,001 digits"),
        (-(10**40), "too_large"),
        ("0." + "1" * 41, "too_large"),
        (Decimal("NaN"), "not_finite"),
        (Decimal("sNaN"), "not_finite"),
        (Decimal("-Infinity"), "not_finite"),
        ("NaN", "not_decimal"),
        ("Infinity", "not_decimal"),
        ("", "not_decimal"),
        (SECRET, "not_decimal"),
        ("1,5", "not_decimal"),
        ("1_000", "not_decimal"),
        ("١٢", "not_decimal"),
        (" 1", "not_decimal"),
        (1.5, "not_decimal"),
        (float("nan"), "not_decimal"),
        (True, "not_decimal"),
        (None, "not_decimal"),
    ],
)
def test_a_number_without_bounds_is_refused(value: object, code: str) -> None:
    error = refused(lambda: gate_decimal(value, "$.price"))
    assert (error.code, error.path) == (code, "$.price")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0", "0"), ("-12.30", "-12.30"), ("+1e3", "1E+3"), (10**39, "1" + "0" * 39),
        ("1" * 40, "1" * 40), ("0." + "1" * 40, "0." + "1" * 40), (Decimal("1.0"), "1.0"),
    ],
)  # fmt: skip
def test_a_bounded_number_is_exact(value: object, expected: str) -> None:
    assert str(gate_decimal(value)) == expected


# ---------------------------------------------------------------- instants


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (NAIVE, "naive_datetime"),
        (NAIVE.replace(tzinfo=NoOffset()), "naive_datetime"),
        (NAIVE.date(), "not_instant"),
        ("2026-01-01T00:00:00Z", "not_instant"),
        (0, "not_instant"),
        (None, "not_instant"),
    ],
)
@pytest.mark.parametrize("gate", [gate_instant, utc])
def test_an_instant_without_a_zone_is_refused(
    gate: Callable[..., datetime], value: object, code: str
) -> None:
    error = refused(lambda: gate(value, "$.at"))
    assert (error.code, error.path) == (code, "$.at")


@pytest.mark.parametrize(
    "value",
    [
        datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-1))),
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=9))),
    ],
)
def test_an_instant_beyond_the_calendar_is_refused(value: datetime) -> None:
    assert refused(lambda: utc(value)).code == "date_range"


def test_utc_is_the_same_instant() -> None:
    seoul = datetime(2026, 1, 1, 9, tzinfo=timezone(timedelta(hours=9)))
    assert utc(seoul) == seoul
    assert utc(seoul).tzinfo is UTC


# ---------------------------------------------------------------- json


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (nested(66), "too_deep"),
        (nested(100_000), "too_deep"),
        ('{"a":' * 66 + "1" + "}" * 66, "too_deep"),
        ('{"a":' * 100_000, "too_deep"),
        ('{"a": NaN}', "not_finite"),
        ("[Infinity]", "not_finite"),
        ("-Infinity", "not_finite"),
        ("[1e1000000]", "too_large"),
        ("[-1.5e-1000000]", "too_large"),
        ("1" * 5_000, "too_large"),
        ("-" + "1" * 41, "too_large"),
        ('{"a": 1, "b": 2, "a": 3}', "duplicate_key"),
        ('[{"b": {"a": 1, "a": 1}}]', "duplicate_key"),
        (f'{{"name": "{SECRET}\\u0000"}}', "forbidden_character"),
        (f'{{"name": "{SECRET}\\ud800"}}', "forbidden_character"),
        (f'{{"{SECRET}\\u0000": 1}}', "forbidden_character"),
        (f'{{"name": "{SECRET}', "not_json"),
        (f"{SECRET}", "not_json"),
        ("", "not_json"),
        ("[1,]", "not_json"),
        ("[1] [2]", "not_json"),
        ("['a']", "not_json"),
        ("[" + "1," * 200_000 + "1]", "too_many"),
        (f'{{"{"k" * 500}":' * 60 + "[" + "1," * 3_000 + "1]" + "}" * 60, "too_long"),
    ],
    ids=lambda value: value[:20].replace("\x00", ""),
)
@pytest.mark.parametrize("encode", [str, str.encode])
def test_json_that_cannot_be_held_is_refused(
    text: str, code: str, encode: Callable[[str], bytes | str]
) -> None:
    assert refused(lambda: parse_json(encode(text))).code == code


def test_the_first_offence_is_named_by_its_path() -> None:
    error = refused(lambda: parse_json('{"a": [1, {"b": "\\u0000"}], "c": "\\u0000"}'))
    assert error.path == "$.a[1].b"
    assert refused(lambda: gate_json([1, {"x": {1, 2}}])).path == "$[1].x"
    assert refused(lambda: gate_json([b"", b""])).path == "$[0]"


def test_a_long_path_is_named_by_its_beginning() -> None:
    error = refused(lambda: gate_json({"k" * 500: {"k" * 500: float("nan")}}))
    assert error.path == f"$.{'k' * 78}…"


@pytest.mark.parametrize("data", [b"\xff\xfe{}", b'{"a": "\xc3"}', b"\xed\xa0\x80"])
def test_bytes_that_are_no_utf_8_are_refused(data: bytes) -> None:
    assert refused(lambda: parse_json(data)).code in {"not_utf8", "not_json"}


def test_too_many_bytes_are_refused_unread() -> None:
    assert refused(lambda: parse_json(b"[1]", limit=2)).code == "too_long"


def test_json_comes_through_exactly() -> None:
    found = parse_json(
        '\ufeff{"a": [1.10, 12345678901234567890, true, null, "é"], "b": {}}'.encode()
    )
    assert found == {"a": [Decimal("1.10"), 12345678901234567890, True, None, "é"], "b": {}}
    assert str(found["a"][0]) == "1.10"
    assert parse_json(nested(64)) == json.loads(nested(64))
    assert parse_json("-" + "1" * 40) == -int("1" * 40)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (float("nan"), "not_finite"),
        (float("-inf"), "not_finite"),
        (Decimal("Infinity"), "not_finite"),
        ({"a": {1}}, "not_json"),
        (b"bytes", "not_json"),
        ({1: "a"}, "not_text"),
        ("x" * 11, "too_long"),
    ],
)
def test_a_value_that_json_cannot_hold_is_refused(value: object, code: str) -> None:
    assert refused(lambda: gate_json(value, text=10)).code == code


def test_a_value_that_json_holds_passes() -> None:
    gate_json({"a": [None, True, 1, 1.5, Decimal("1.5"), "x"], "b": {"c": ()}})


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('{"a": [1, NaN]}', "$.a[1]"),
        ('{"a": {"b": -Infinity}}', "$.a.b"),
        ("[[1e1000000]]", "$[0][0]"),
        ("[1e99999999999999999999999]", "$[0]"),
        ('{"n": ' + "1" * 5000 + "}", "$.n"),
        ('{"a": [{"k": 1, "k": 2}]}', "$.a[0]"),
    ],
)
def test_what_json_may_not_say_is_refused_at_its_path(text: str, path: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_json(text)
    assert caught.value.path == path
