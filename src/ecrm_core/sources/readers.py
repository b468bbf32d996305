"""Readers: the formats a file may have besides CSV, by name."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Protocol

from ecrm_core.kernel import Registry
from ecrm_core.sources import segment_spec, shopify, stripe, vcard, woocommerce
from ecrm_core.sources.delivery import Delivery

__all__ = ["KEYED", "READERS", "Reader", "read_body"]


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
        "vcard": vcard.read,
        "woocommerce": woocommerce.read,
    },
)
"""The sources whose files need no FieldMap."""
KEYED: Final = frozenset({"segment", "vcard"})
"""Those of them that may know people by their addresses alone, and take a secret for it."""


def read_body(
    readers: Registry[Reader],
    source: str,
    body: bytes,
    *,
    received_at: datetime,
    region: str | None,
    secret: bytes | None = None,
    key_is_personal: bool = False,
) -> Delivery:
    """Return what the reader of a source makes of a body; see ``generic.read_rows`` for the parts.

    Raises UnknownName for a source that has no reader, and what the reader raises.
    """
    if source in KEYED and readers[source] is READERS[source]:
        keyed = vcard.read if source == "vcard" else segment_spec.read
        return keyed(
            body, received_at=received_at, region=region, secret=secret,
            key_is_personal=key_is_personal,
        )  # fmt: skip
    return readers[source](body, received_at=received_at, region=region)
