"""Bodies: what is handed to a reader in place of bytes, and in place of a topic."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.sources import READERS, shopify, woocommerce

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
    for topic in (5, True, 1.5, [], {}, object(), "", "orders/nothing"):
        with pytest.raises(DefinitionError) as caught:
            read(b"{}", received_at=NOW, topic=topic)
        assert caught.value.code == "topic"
