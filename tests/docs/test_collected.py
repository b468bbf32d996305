"""The page of what is collected holds every kind of event, as the code tells it."""

from ecrm_core.sources import ready_maps
from ecrm_core.sources.channels import LISTS, SEGMENT, SHOPIFY, WOOCOMMERCE
from ecrm_core.timeline import CHANNELS, KINDS_OF_EVENTS
from ecrm_core.timeline.contacts import channel_of
from tests.docs.collected import BLOCKS, PAGE, kinds_of, told_by_readers, written
from tests.docs.reference_tables import page, tables


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


ROWS = {
    "orders": ("orders",),
    "mail and messages": ("mail", "messages"),
    "service": ("service",),
    "billing": ("billing",),
}
"""The rows of the table of channels that are blocks of kinds."""


def test_the_table_of_channels_says_of_each_reader_whether_it_tells_such_events() -> None:
    heads = next(line for line in page(PAGE).splitlines() if line.startswith("|"))
    columns = [cell.strip() for cell in heads.strip("|").split("|")]
    rows = {row[0].strip("*"): row for row in tables(PAGE)[0]}
    for source, kinds in told_by_readers().items():
        for channel, blocks in ROWS.items():
            tells = any(kinds & kinds_of(block) for block in blocks)
            assert bool(rows[channel][columns.index(source)]) is tells, (channel, source)
