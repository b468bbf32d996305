"""The page on subscriptions shows the lifecycle as the table in the code has it."""

from tests.docs.lifecycle import PAGE, written
from tests.docs.reference_tables import page


def test_the_lifecycle_of_the_page_is_that_of_the_code() -> None:
    assert page(PAGE) == written(page(PAGE)), "python -m tests.docs.lifecycle writes it"


def test_a_page_that_says_otherwise_is_told() -> None:
    other = page(PAGE).replace("`Resubscribe`", "`Return`")
    assert other != written(other)
