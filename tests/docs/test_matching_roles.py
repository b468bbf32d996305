"""The page on roles says what the tables of matching say: every role, level and rule."""

from tests.docs.matching_roles import PAGE, written
from tests.docs.reference_tables import page, tables


def test_the_tables_of_roles_sorts_and_rules_are_those_of_the_code() -> None:
    assert page(PAGE) == written(page(PAGE)), "python -m tests.docs.matching_roles writes it"
    assert len(tables(PAGE)) == 3


def test_a_page_that_says_otherwise_is_told() -> None:
    other = page(PAGE).replace("telling", "wide")
    assert other != written(other)
