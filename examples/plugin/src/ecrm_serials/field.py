"""Field: the year a customer's machine was made in, for segments."""

from __future__ import annotations

from datetime import datetime

from ecrm_core.segmentation import CustomerField, FieldType, Loaded, SchemaField
from ecrm_serials.serial import digits_of

__all__ = ["MACHINE_YEAR"]


def machine_year(known: Loaded, _: datetime) -> int | None:
    """Return the year, None where no serial number is known."""
    digits = digits_of(str(known.profile.value("attributes.serial") or ""))
    return int(digits[:4]) if digits else None


MACHINE_YEAR = CustomerField(
    field=SchemaField(
        name="machine_year", type=FieldType.INTEGER, meaning="the year her machine was made in"
    ),
    read=machine_year,
)
