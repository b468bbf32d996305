"""The page of the presets holds them as the code has them."""

from tests.docs.presets import PAGE, written
from tests.docs.reference_tables import page, tables


def test_the_tables_of_the_presets_are_those_of_the_code() -> None:
    assert page(PAGE) == written(page(PAGE)), "python -m tests.docs.presets writes it"
    assert all(row[1] and row[2] for table in tables(PAGE) for row in table)
