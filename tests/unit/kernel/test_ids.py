"""Ids: derived, the same for ever, and no two lists of parts run together."""

import hashlib
import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import canonical_json, derive_id, digest, personal_key

SECRET = b"0123456789abcdef"
parts = st.lists(st.text(max_size=4), max_size=4)


@given(parts, parts)
def test_no_two_lists_of_parts_run_together(one: list[str], two: list[str]) -> None:
    assume(one != two)
    assert derive_id("x", *one) != derive_id("x", *two)
    assert personal_key(SECRET, *one) != personal_key(SECRET, *two)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (("a", "b"), ("ab",)),
        (("a", "b"), ("ab", "")),
        (("a", ""), ("a",)),
        (("", "a"), ("a", "")),
        (("\x01a",), ("a",)),
    ],
)
def test_the_border_between_parts_counts(one: tuple[str, ...], two: tuple[str, ...]) -> None:
    assert derive_id("cus", *one) != derive_id("cus", *two)


def test_the_prefix_is_part_of_the_id() -> None:
    assert derive_id("cus", "a")[4:] != derive_id("mrg", "a")[4:]


def test_an_id_is_the_same_for_ever() -> None:
    # A stored id that is derived differently tomorrow would be lost: these may never change.
    assert derive_id("cus", "main", "shop", "1") == "cus_b2aec87911394f0542b65f1bb72b5d4d"
    assert digest({"b": 1, "a": ["é"]}) == digest({"a": ["é"], "b": 1})
    spelled = '{"a":["é"],"b":1}'.encode()
    assert digest({"b": 1, "a": ["é"]}) == hashlib.blake2b(spelled, digest_size=16).hexdigest()


def test_an_id_is_plain_text_of_fixed_length() -> None:
    assert re.fullmatch(r"cus_[0-9a-f]{32}", derive_id("cus", "김", "x" * 10_000))


@pytest.mark.parametrize("secret", [None, b"", b"fifteen bytes.."])
def test_a_personal_key_needs_a_secret(secret: bytes | None) -> None:
    with pytest.raises(DefinitionError) as caught:
        personal_key(secret, "kim@example.com")
    assert caught.value.code == "secret_needed"
    assert "kim" not in str(caught.value)


def test_a_personal_key_depends_on_the_secret_and_shows_nothing() -> None:
    one, two = (personal_key(s, "kim@example.com") for s in (SECRET, SECRET + b"!"))
    assert one != two
    assert re.fullmatch(r"p_[0-9a-f]{32}", one)
    assert one[2:] != derive_id("p", "kim@example.com")[2:]


def test_text_no_gate_has_seen_still_has_an_id() -> None:
    assert digest("\ud800") != digest("?")
    assert derive_id("x", "\ud800") != derive_id("x", "?")


def test_canonical_json_has_one_spelling() -> None:
    assert canonical_json({"b": [1, 2.5, None], "a": "é\n"}) == '{"a":"é\\n","b":[1,2.5,null]}'
    with pytest.raises(ValueError, match="JSON"):
        canonical_json(float("nan"))
