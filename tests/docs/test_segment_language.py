"""The page on the language of segments holds what the schema and the code hold."""

from tests.docs.reference_tables import page, tables
from tests.docs.segment_language import PAGE, written


def test_the_tables_of_the_language_are_those_of_the_code() -> None:
    assert page(PAGE) == written(page(PAGE)), "python -m tests.docs.segment_language writes it"
    assert len(tables(PAGE)) == 7


def test_a_page_that_says_otherwise_is_told() -> None:
    other = page(PAGE).replace("`amount_spent`", "`money_spent`")
    assert other != written(other)
