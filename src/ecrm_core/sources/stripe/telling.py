"""Telling: when and where from an object of Stripe's is told, and how its leaves are read.

Stripe's times are whole seconds, and an object often changes several times within one. So the
microseconds of a telling's time say how far the object had come: within one second, what can only
come later counts as later.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from attrs import field, frozen

from ecrm_core.customers import SourceKey, SourceRecord
from ecrm_core.customers.keys import brand_name
from ecrm_core.errors import InputError
from ecrm_core.kernel import Money
from ecrm_core.sources.amounts import code_of, number_of
from ecrm_core.sources.payload import Node
from ecrm_core.sources.said import record_of
from ecrm_core.sources.stripe.units import amount_of
from ecrm_core.timeline import Interaction

__all__ = [
    "Telling",
    "currency_in",
    "flag",
    "id_in",
    "inside",
    "moment",
    "money",
    "ref",
    "seen",
]


@frozen(kw_only=True)
class Telling:
    """How objects are told: by an event of a type at an instant, or alone (both None)."""

    source: str
    received_at: datetime
    region: str | None = None
    brand: str | None = field(default=None, converter=brand_name)
    type: str | None = None
    at: datetime | None = None

    def key(self, id_: str | None) -> SourceKey | None:
        """Return the key of a party."""
        return None if id_ is None else SourceKey(self.source, id_)

    def told_at(self, *own: datetime | None, rank: int = 0) -> datetime | None:
        """Return when it was told: the event's time, else the last the object itself knows of.

        ``rank`` (0 to 99) is how far the object has come.
        """
        at = self.at or max(filter(None, own), default=None)
        return at and at.replace(microsecond=0) + timedelta(microseconds=rank * 10 + self._verb)

    def record(
        self, key: SourceKey, values: Mapping[str, object], at: datetime | None
    ) -> SourceRecord:
        """Return a record of these values, told at that time, else when received."""
        said = {**values, **({"brand": self.brand} if self.brand else {})}
        return record_of(key, said, at, self.received_at)

    def event(
        self,
        kind: str,
        event_id: str,
        at: datetime | None,
        *,
        told_at: datetime | None,
        undated: bool = False,
        **parts: Any,  # noqa: ANN401 - those of Interaction
    ) -> Interaction:
        """Return an event of an object; without a time it has that of its telling, or receipt."""
        at = at or told_at
        return Interaction(
            source=self.source, event_id=event_id, kind=kind, at=at or self.received_at,
            undated=undated or at is None, told_at=told_at, brand=self.brand, **parts,
        )  # fmt: skip

    @property
    def _verb(self) -> int:
        return {None: 1, "created": 0, "deleted": 2}.get((self.type or "").rpartition(".")[2], 1)


def id_in(node: Node, what: str) -> str:
    """Return the id of an object; InputError without one."""
    found = code_of(node.get("id"), limit=150)  # an event's id is longer than that of its object
    if found is None or "@" in found:
        raise InputError(f"found no id, expected that of {what}", path="$.id", code="no_id")
    return found


def ref(node: Node | None) -> str | None:
    """Return the id of an object that is named, or stands there whole; the id is taken."""
    return code_of(node if node is None or isinstance(node.value, str) else node.get("id"))


def moment(node: Node | None) -> datetime | None:
    """Return the instant of a Unix time, and take it; None for other things."""
    found = seen(node)
    if found and node:
        node.take()
    return found


def seen(node: Node | None) -> datetime | None:
    """Return the instant of a Unix time without taking it: for what is not held whole."""
    if node is None or type(node.value) is not int:
        return None
    try:
        return datetime.fromtimestamp(node.value, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def flag(node: Node | None) -> bool | None:
    """Return a truth value, and take it; None for other things."""
    if node is None or not isinstance(node.value, bool):
        return None
    node.take()
    return node.value


def currency_in(node: Node) -> str | None:
    """Return the currency an object names, as Stripe writes it; it is not taken."""
    held = node.get("currency")
    return held.value if held and isinstance(held.value, str) and held.value else None


def money(node: Node | None, currency: str | None) -> Money | None:
    """Return an amount in Stripe's units as money, and take it; None without number or currency.

    Raises InputError for a currency that is none.
    """
    units = number_of(node) if currency else None
    return None if units is None or currency is None else amount_of(units, currency)


def inside(node: Node, *path: str) -> Node | None:
    """Return what stands at a path of names; None where there is nothing."""
    held: Node | None = node
    for name in path:
        held = held.get(name) if held else None
    return held
