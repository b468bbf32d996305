"""Broken queries: what is told of each, word for word, with a place and what was expected."""

from __future__ import annotations

import pytest

from tests.broken_queries import GOLDEN, QUERIES, refused, written


def test_what_is_told_of_a_hundred_broken_queries_is_what_was_agreed() -> None:
    assert len(set(QUERIES)) == len(QUERIES) >= 100
    remedy = "python -m tests.broken_queries writes it anew"
    assert written() == GOLDEN.read_text(encoding="utf-8"), remedy


@pytest.mark.parametrize("query", QUERIES)
def test_every_remark_has_a_code_a_caret_and_what_was_expected(query: str) -> None:
    for found in refused(query):
        assert found.code
        assert found.expected
        assert 0 <= found.start <= found.end <= len(query)
        assert "^" in found.shown(query) or not query


def test_values_of_a_broken_query_are_in_no_remark() -> None:
    for query in QUERIES:
        for found in refused(query):
            assert "Ada" not in found.message
            assert "lots" not in found.message
