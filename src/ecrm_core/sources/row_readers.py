"""Row readers: how the rows of a file are read, by the sort of its map: parties, or events."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from ecrm_core.customers import AttributeSchema, FieldMap
from ecrm_core.sources.delivery import Entry
from ecrm_core.sources.event_map import EventMap
from ecrm_core.sources.interactions import EventReader
from ecrm_core.sources.row_reader import RowReader

__all__ = ["AnyReader", "reader_of"]


class AnyReader(Protocol):
    """What reads rows, one at a time."""

    @property
    def source(self) -> str:
        """The source of the rows."""

    @property
    def received_at(self) -> datetime:
        """When they were received."""

    def read(self, row: Mapping[str, object]) -> Entry:
        """Return what a row states; InputError when it cannot be read."""

    def party(self, row: object) -> str | None:
        """Return the key of whom a row that cannot be read is about."""


def reader_of(
    fields: FieldMap | EventMap,
    *,
    source: str,
    received_at: datetime,
    region: str | None,
    secret: bytes | None,
    schema: AttributeSchema | None,
    key_is_personal: bool,
    brand: str | None = None,
) -> AnyReader:
    """Return the reader of a map; DefinitionError where no row could be taken."""
    if isinstance(fields, EventMap):
        return EventReader(
            fields=fields, source=source, received_at=received_at, region=region, secret=secret,
            key_is_personal=key_is_personal, brand=brand,
        )  # fmt: skip
    return RowReader(
        fields=fields, source=source, received_at=received_at, region=region, secret=secret,
        schema=schema, key_is_personal=key_is_personal, brand=brand,
    )  # fmt: skip
