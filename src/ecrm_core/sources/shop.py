"""Shop: how the payloads of one shop are read, and what the shop's own word on time is worth."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from attrs import evolve, field, frozen

from ecrm_core.customers import SourceKey, SourceRecord, Stated
from ecrm_core.kernel import minor_units, utc
from ecrm_core.sources.delivery import Entry

__all__ = ["Shop", "branded"]


def _sent(value: datetime | None) -> datetime | None:
    return None if value is None else utc(value, "$.sent_at")


def _currency(value: str | None) -> str | None:
    if value is not None:
        minor_units(value)
    return value


@frozen(kw_only=True)
class Shop:
    """How the payloads of one shop are read; see ``shopify.read`` and ``woocommerce.read``.

    Raises InputError for naive times, DefinitionError for a currency that is none.
    """

    source: str
    received_at: datetime = field(converter=utc)
    region: str | None = None
    tz: str | None = None
    currency: str | None = field(default=None, converter=_currency)
    sent_at: datetime | None = field(default=None, converter=_sent)

    def key(self, external_id: str) -> SourceKey:
        """Return the key of a party of this shop."""
        return SourceKey(self.source, external_id)

    def order_party(self, order: str) -> SourceKey:
        """Return the key of the party that is known by one order alone."""
        return self.key(f"order/{order}")

    @property
    def happened(self) -> dict[str, Any]:
        """When a thing happened that its payload does not date, as parts of an Interaction.

        It is when the shop sent it; where nobody says so it is undated, seen when it was received.
        """
        at = self.sent_at or self.received_at
        return {"at": at, "told_at": self.sent_at, "undated": self.sent_at is None}


def branded(entry: Entry, brand: str | None, received_at: datetime) -> Entry:
    """Return the entry with the shop of the account on its record, statements and events."""
    if brand is None:
        return entry
    times = [told.told_at for told in entry.interactions if told.told_at]
    unsaid = Stated(brand, received_at, received_at, "receipt")
    if times:
        unsaid = Stated(brand, max(times), received_at)
    return evolve(
        entry,
        record=_record(entry.record, unsaid) if entry.record else None,
        consents=tuple(evolve(said, brand=brand) for said in entry.consents),
        interactions=tuple(evolve(told, brand=brand) for told in entry.interactions),
    )


def _record(record: SourceRecord, unsaid: Stated) -> SourceRecord:
    """State the brand with the record's newest cell, else as its events date it: as it came."""
    newest = max(record.cells.values(), key=lambda cell: cell.observed_at, default=None)
    cell = evolve(newest, value=unsaid.value) if newest else unsaid
    return evolve(record, cells={**record.cells, "brand": cell})
