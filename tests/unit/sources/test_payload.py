"""Payloads: paths, leaves, and the limits of what is kept."""

import pytest

from ecrm_core.errors import InputError, InputErrors
from ecrm_core.sources.payload import MAX_VALUE, Payload, joined, leaves, noting


@pytest.mark.parametrize(
    ("value", "paths"),
    [
        ({"a": {"b": [1, {"c": None}]}}, ["$.a.b[0]", "$.a.b[1].c"]),
        ({"a": [], "b": {}, "c": ""}, ["$.a", "$.b", "$.c"]),
        ({"a.b": 1, "a": {"b": 2}}, ['$["a.b"]', "$.a.b"]),
        ({"": 1, "[0]": 2, '"': 3}, ['$[""]', '$["[0]"]', '$["\\""]']),
        ({"고객 번호": 1}, ["$.고객 번호"]),
        (7, ["$"]),
    ],
)
def test_every_leaf_has_a_path_of_its_own(value: object, paths: list[str]) -> None:
    assert list(leaves(value)) == paths


def test_what_is_taken_is_mapped_and_the_rest_is_kept_verbatim() -> None:
    payload = Payload({"a": {"b": 1, "c": [True]}, "d": None})
    inner = payload.get("a")
    assert inner is not None
    inner.take()
    assert payload.mapped == {"$.a.b", "$.a.c[0]"}
    assert payload.unmapped() == {"$.d": None}


def test_a_missing_key_is_not_a_null() -> None:
    payload = Payload({"a": None})
    assert payload.get("b") is None
    assert payload.get("a") is not None


@pytest.mark.parametrize(
    "data",
    [
        {"a": "x" * MAX_VALUE},
        {"a": "가" * (MAX_VALUE // 3)},
        {"k" * MAX_VALUE: 1},
        {f"k{n}": "x" * 60_000 for n in range(20)},
    ],
)
def test_too_much_to_keep_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(InputError) as caught:
        Payload(data).unmapped()
    assert caught.value.code == "too_long"
    assert len(caught.value.message) < 250


def test_what_a_field_took_does_not_count_as_kept() -> None:
    payload = Payload({"a": "x" * MAX_VALUE})
    payload.take()
    assert payload.unmapped() == {}


def test_all_problems_are_named() -> None:
    problems: list[InputError] = []
    for path in ("$.a", "$.b"):
        with noting(problems):
            raise InputError("no", path=path)
    together = joined(problems)
    assert isinstance(together, InputErrors)
    assert together.facts["paths"] == ["$.a", "$.b"]
    assert joined(problems[:1]) is problems[0]
