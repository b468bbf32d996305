"""The page of the ready maps holds them as the code has them."""

from tests.docs.ready_maps import PAGE, written
from tests.docs.reference_tables import page


def test_the_tables_of_the_ready_maps_are_those_of_the_code() -> None:
    assert page(PAGE) == written(page(PAGE)), "python -m tests.docs.ready_maps writes it"
