"""The page of what is collected holds every kind of event, as the code tells it."""

from ecrm_core.sources import ready_maps
from ecrm_core.sources.channels import LISTS, SEGMENT, SHOPIFY, WOOCOMMERCE
from ecrm_core.timeline import CHANNELS, KINDS_OF_EVENTS
from ecrm_core.timeline.contacts import channel_of
from tests.docs.collected import BLOCKS, PAGE, written
from tests.docs.reference_tables import page


def test_the_table_of_kinds_is_that_of_the_code() -> None:
    assert page(PAGE) == written(page(PAGE)), "python -m tests.docs.collected writes it"


def test_every_block_begins_with_a_kind() -> None:
    assert set(BLOCKS.values()) <= KINDS_OF_EVENTS.keys()


def test_every_channel_we_name_is_in_the_table() -> None:
    tables = (LISTS, SEGMENT, SHOPIFY, WOOCOMMERCE)
    named = {channel for words in tables for channel in words.values()}
    named |= {channel for kind in KINDS_OF_EVENTS if (channel := channel_of(kind))}
    named |= {fields.channel for fields in ready_maps().values() if fields.channel}
    assert named <= CHANNELS.keys()
