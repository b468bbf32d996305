"""The page of what is collected holds every kind of event, as the code tells it."""

from ecrm_core.timeline import KINDS_OF_EVENTS
from tests.docs.collected import BLOCKS, PAGE, written
from tests.docs.reference_tables import page


def test_the_table_of_kinds_is_that_of_the_code() -> None:
    assert page(PAGE) == written(page(PAGE)), "python -m tests.docs.collected writes it"


def test_every_block_begins_with_a_kind() -> None:
    assert set(BLOCKS.values()) <= KINDS_OF_EVENTS.keys()
