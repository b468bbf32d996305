"""Typed keys: by which words and sounds of a name it is found beside its whole."""

from datetime import UTC, datetime

import pytest

from ecrm_core.customers import (
    MatchKey,
    SearchKey,
    SourceKey,
    SourceRecord,
    Stated,
    record_keys,
    typed_forms,
    typed_keys,
)
from ecrm_core.kernel import CustomerId

AT = datetime(2026, 1, 1, tzinfo=UTC)


def record(**values: object) -> SourceRecord:
    cells = {name.replace("__", "."): Stated(value, AT, AT) for name, value in values.items()}
    return SourceRecord(SourceKey("shop", "1"), cells)


@pytest.mark.parametrize(
    ("values", "keys"),
    [
        ({"name__given": "Ada", "name__family": "Kim"}, set()),
        ({"name__full": "Ada Kim"}, {"word:kim ada"}),
        ({"name__full": "Ada Lovelace King"}, {"word:lovelace king ada", "word:king ada lovelace"}),
        ({"name__given": "Anne-Marie", "name__family": "Été"}, {"word:marie ete anne"}),
        ({"name__given": "Ada", "name__middle": "B", "name__family": "Kim"}, {"word:b kim ada"}),
        ({"name__full": "김민준"}, {"word:민준김", "sound:김 mincun", "sound:mincun 김"}),
        ({"name__full": "남궁 서연"}, {"word:서연남궁", "sound:남궁 suyun", "sound:suyun 남궁"}),
        ({"name__given": "민준", "name__family": "김"}, {"sound:김 mincun", "sound:mincun 김"}),
        ({"name__given": "민준"}, {"sound:mincun"}),
        ({"name__family": "표", "name__given": "민준"}, {"sound:pyu mincun", "sound:mincun pyu"}),
        ({"name__full": "뷁"}, set()),
        ({"name__given": "太郎", "name__family": "山田", "name__phonetic": "ヤマダ タロウ"},
         {"word:たろうやまだ"}),
        ({"organisation__legal": "Acme Trading Co., Ltd."}, {"word:trading co ltd acme"}),
        ({"organisation__legal": "주식회사 한빛"}, {"word:한빛주식회사"}),
        ({"name__full": "a b c d e f g h"}, {f"word:{t}" for t in (
            "b c d e f a", "c d e f a b", "d e f a b c", "e f a b c d", "f a b c d e")}),
        ({"brand": "A"}, set()),
    ],
    ids=lambda held: " ".join(map(str, held)) if isinstance(held, dict) else "",  # sets: no order
)  # fmt: skip
def test_each_word_of_a_name_begins_a_key(values: dict[str, object], keys: set[str]) -> None:
    held = record(**values)
    assert set(map(str, typed_keys(held, record_keys(held)))) == keys


def test_keys_are_bounded_and_hostile_names_have_some() -> None:
    for text in ("é" * 5_000, "a " * 5_000, "김" * 5_000, "\u0301" * 600, " ".join("ab" * 300)):
        held = record(name__full=text, organisation__legal=text, name__phonetic=text)
        keys = typed_keys(held, record_keys(held))
        assert all(len(key.form) <= 120 for key in keys)
        assert len(keys) <= 20


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("  JOSÉ  Ruiz ", ("josé ruiz", "jose ruiz")),
        ("Ann", ("ann",)),
        ("김 민", ("김 민", "김민")),
        ("ﾔﾏﾀﾞ ﾀ", ("やまだ た", "やまだた")),
        ("", ()),
    ],
)
def test_what_is_typed_is_folded_as_names_are(text: str, forms: tuple[str, ...]) -> None:
    assert typed_forms(text) == forms


@pytest.mark.parametrize(
    ("key", "part"),
    [
        ("name:ada kim", "ada"),
        ("word:kim ada", "kim"),
        ("name:김민준", "김민준"),
        ("phone:8220001234", "4321000228"),
        ("email:ada@example.com", None),
        ("sound:김 mincun", None),
        ("born:1980-05-01|ak", None),
    ],
)
def test_a_row_is_found_by_a_word_or_by_the_end_of_a_number(key: str, part: str | None) -> None:
    assert SearchKey(keyset="x", key=key, home_id=CustomerId("cus_1")).part == part


def test_a_key_shows_no_name() -> None:
    (key,) = typed_keys(record(name__full="Ada Kim"), [MatchKey("name", "ada kim")])
    assert "kim" not in repr(key)
