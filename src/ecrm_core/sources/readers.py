"""Readers: the formats a file may have besides CSV, by name."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Protocol

from ecrm_core.kernel import Registry
from ecrm_core.sources import segment_spec, shopify, stripe, woocommerce
from ecrm_core.sources.delivery import Delivery

__all__ = ["READERS", "Reader"]


class Reader(Protocol):
    """A pure function from the bytes of a file to what they state."""

    def __call__(self, body: bytes, *, received_at: datetime, region: str | None) -> Delivery:
        """Return the delivery; InputError when the bytes are not of this format."""
        ...


READERS: Final[Registry[Reader]] = Registry(
    "source",
    {
        "segment": segment_spec.read,
        "shopify": shopify.read,
        "stripe": stripe.read,
        "woocommerce": woocommerce.read,
    },
)
"""The sources whose files need no FieldMap."""
