"""Readers: the formats a file may have besides CSV, by name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Protocol

from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import Registry
from ecrm_core.sources import segment_spec, shopify, stripe, vcard, woocommerce
from ecrm_core.sources.delivery import Delivery

__all__ = ["KEYED", "READERS", "Reader", "read_body"]


class Reader(Protocol):
    """A pure function from the bytes of a file to what they state."""

    def __call__(self, body: bytes, *, received_at: datetime, region: str | None) -> Delivery:
        """Return the delivery; InputError when the bytes are not of this format."""
        ...


class _NamedReader(Protocol):
    """A reader that takes the name of the source and the brand."""

    def __call__(
        self, body: bytes, *, received_at: datetime, region: str | None = ...,
        source: str = ..., brand: str | None = ...,
    ) -> Delivery: ...  # fmt: skip


_OWN: Final[Mapping[str, _NamedReader]] = {
    "segment": segment_spec.read,
    "shopify": shopify.read,
    "stripe": stripe.read,
    "vcard": vcard.read,
    "woocommerce": woocommerce.read,
}
READERS: Final[Registry[Reader]] = Registry("source", _OWN)
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
    name: str | None = None,
    brand: str | None = None,
) -> Delivery:
    """Return what the reader of a source makes of a body; see ``generic.read_rows`` for the parts.

    ``name`` is the source it is taken in as, where that is another; ``brand`` is put on what is
    read. Raises UnknownName for a source that has no reader, DefinitionError (code "own_reader")
    for a name or a brand where the reader is a plugin's, and what the reader raises.
    """
    reader, own, as_ = readers[source], _OWN.get(source), name or source
    if own is None or own is not reader:
        if name or brand:
            message = "found a name or a brand, but a plugin's reader says both by itself"
            raise DefinitionError(message, code="own_reader")
        return reader(body, received_at=received_at, region=region)
    if source in KEYED:
        keyed = vcard.read if source == "vcard" else segment_spec.read
        return keyed(
            body, received_at=received_at, region=region, source=as_, brand=brand, secret=secret,
            key_is_personal=key_is_personal,
        )  # fmt: skip
    return own(body, received_at=received_at, region=region, source=as_, brand=brand)
