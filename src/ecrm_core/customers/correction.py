"""Correction: a person's ruling on one value, which outlives every re-import of the bad one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from attrs import frozen

from ecrm_core.customers.fields import FieldValue, field_of
from ecrm_core.customers.record import (
    CLEARED,
    cell_digest,
    value_from_json,
    value_to_json,
)
from ecrm_core.kernel import (
    CustomerId,
    Index,
    Json,
    Kind,
    Private,
    digest,
    gate_instant,
    guarded,
    instant_text,
)

__all__ = [
    "CORRECTIONS",
    "Correction",
    "element_digest",
    "in_order",
    "replaced_digest",
    "substituted",
]


@frozen(kw_only=True, repr=False)
class Correction(Private):
    """In ``field_name``, the value with digest ``replaces`` is wrong; ``value`` is right.

    ``replaces`` is None where the field was missing, ``value`` is CLEARED where it should be. It
    beats that value whenever and wherever it is stated again. A different value that is stated
    later competes with it, unless ``pin``. In a list field both are about one element.
    """

    id: str
    customer: CustomerId
    field_name: str
    replaces: str | None
    value: FieldValue
    at: datetime
    by: str
    pin: bool = False
    reason: str | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse a naive time (InputError): it has no order."""
        gate_instant(self.at, "$.at")

    def to_json(self) -> Json:
        """Return the correction as JSON."""
        return {
            "id": self.id,
            "customer": self.customer,
            "field": self.field_name,
            "replaces": self.replaces,
            "value": _element_to_json(self.field_name, self.value),
            "at": instant_text(self.at),
            "by": self.by,
            "pin": self.pin,
            "reason": self.reason,
        }

    @classmethod
    @guarded
    def from_json(cls, data: Json) -> Correction:
        """Return the correction that ``to_json`` wrote; InputError for JSON that is none."""
        name = data["field"]
        return cls(
            id=data["id"],
            customer=CustomerId(data["customer"]),
            field_name=name,
            replaces=data["replaces"],
            value=_element_from_json(name, data["value"]),
            at=datetime.fromisoformat(data["at"]),
            by=data["by"],
            pin=data["pin"],
            reason=data["reason"],
        )


CORRECTIONS: Final = Kind(
    name="correction",
    of=Correction,
    key=("id",),
    indexes=(Index("by_customer", ("customer",)),),
    insert_only=True,
    owner="customers",
)
"""The rows of corrections, found by the customer they were written under."""


def _element_to_json(name: str, value: FieldValue) -> Json:
    if value is CLEARED or not field_of(name).many:
        return value_to_json(name, value)
    return field_of(name).encode(value)


def _element_from_json(name: str, data: Json) -> FieldValue:
    found = field_of(name)
    if isinstance(data, dict) and "$cleared" in data:
        return CLEARED
    return found.decode(data) if found.many else value_from_json(name, data)


def element_digest(name: str, element: object) -> str:
    """Return the digest of one element of a list field: of what makes it the same element."""
    return digest(field_of(name).identity(element))


def replaced_digest(name: str, value: object) -> str | None:
    """Return what a correction names as replaced: a digest, or None for a missing value."""
    if value is None or value is CLEARED:
        return None
    return element_digest(name, value) if field_of(name).many else cell_digest(name, value)


def in_order(corrections: Iterable[Correction]) -> tuple[Correction, ...]:
    """Return corrections as they were made; ties by id."""
    return tuple(sorted(corrections, key=lambda c: (c.at, c.id)))


def substituted(name: str, value: object, corrections: Sequence[Correction]) -> Correction | None:
    """Return the correction whose value stands in for this one, following one after the other.

    ``corrections`` are those of the field, in order. None: the value stands as it is.
    """
    latest: Correction | None = None
    if not corrections:
        return None
    current = replaced_digest(name, value)
    for correction in corrections:
        if correction.replaces is not None and correction.replaces == current:
            latest, current = correction, replaced_digest(name, correction.value)
    return latest
