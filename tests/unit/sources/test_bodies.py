"""Bodies: what is handed to a reader in place of bytes, and in place of a topic."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from ecrm_core.customers import FieldMap
from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.sources import (
    READERS,
    generic,
    segment_spec,
    shopify,
    stripe,
    vcard,
    woocommerce,
)

NOW = datetime(2026, 5, 1, tzinfo=UTC)
NO_BODIES: tuple[Any, ...] = (None, "{}", "ann@example.com", 5, True, 1.5, [], {}, object())


@pytest.mark.parametrize("source", sorted(READERS))
def test_what_is_no_body_is_told_so_and_not_shown(source: str) -> None:
    for body in NO_BODIES:
        with pytest.raises(InputError) as caught:
            READERS[source](body, received_at=NOW, region=None)
        assert caught.value.code == "not_bytes"
        assert "ann" not in str(caught.value)


@pytest.mark.parametrize("read", [shopify.read, woocommerce.read])
def test_what_is_no_topic_is_told_so(read: Any) -> None:  # noqa: ANN401 - wrong types
    for topic in (5, 10**5000, True, 1.5, [], {}, object(), "", "orders/nothing"):
        with pytest.raises(DefinitionError) as caught:
            read(b"{}", received_at=NOW, topic=topic)
        assert caught.value.code == "topic"


BODIES: dict[Any, bytes] = {
    segment_spec.read: b'{"type": "identify", "userId": "u", "traits": {"phone": "02-555-0001"}}',
    shopify.read: b'{"id": 1, "email": "ann@example.com", "phone": "02-555-0001"}',
    stripe.read: b'{"object": "customer", "id": "c", "phone": "02-555-0001"}',
    vcard.read: b"BEGIN:VCARD\r\nUID:1\r\nTEL:02-555-0001\r\nEND:VCARD\r\n",
}


@pytest.mark.parametrize("read", BODIES)
def test_what_is_no_brand_and_no_region_is_told_so_before_anything_is_read(read: Any) -> None:  # noqa: ANN401 - wrong types
    for brand in (5, [], object(), "", "a\0b", "\ud800", "x" * 201):
        with pytest.raises(InputError, match=r"\$\.brand"):
            read(BODIES[read], received_at=NOW, brand=brand)
    for region in (5, 1.5, ["KR"]):
        with pytest.raises(DefinitionError) as caught:
            read(BODIES[read], received_at=NOW, region=region)
        assert caught.value.code == "region"


def test_rows_that_are_none_and_numbers_no_text_can_hold_are_told_so() -> None:
    fields = FieldMap({"No": "id"})
    rows: Any = 5
    with pytest.raises(InputError, match="expected rows"):
        generic.read_rows(rows, fields=fields, source="list", received_at=NOW)
    rows = [{"No": [10**5000]}, {"No": "1"}]
    delivery = generic.read_rows(rows, fields=fields, source="list", received_at=NOW)
    assert (len(delivery.refused), len(delivery.records)) == (1, 1)
