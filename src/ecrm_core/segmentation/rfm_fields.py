"""RFM fields: the scores and the group of a customer as fields of segments, by fixed thresholds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from ecrm_core.segmentation.customer import Loaded
from ecrm_core.segmentation.customer_field import CustomerField
from ecrm_core.segmentation.rfm_groups import RfmGroup
from ecrm_core.segmentation.rfm_result import RFM_NAMES
from ecrm_core.segmentation.rfm_sales import purchases_of, sales_of
from ecrm_core.segmentation.rfm_scores import RfmScore, Thresholds
from ecrm_core.segmentation.schema import FieldType, SchemaField
from ecrm_core.segmentation.times import Times

__all__ = ["rfm_fields"]

_GROUPS = tuple(group.value for group in RfmGroup)


def rfm_fields(
    thresholds: Thresholds, *, currency: str, tz: str = "UTC"
) -> tuple[CustomerField, ...]:
    """Return ``rfm.recency``, ``rfm.frequency``, ``rfm.monetary`` (1 to 5) and ``rfm.group``.

    For ``crm.segment(query, fields=...)`` or, for every segment of a shop, its Toolbox. Each
    customer is scored by herself, as of the instant asked about, in money of ``currency`` (ISO
    4217) and days of the zone ``tz`` (IANA); ``Rfm.thresholds`` are those of all customers.
    Missing for who has no order.
    """

    def read(part: Callable[[RfmScore], object]) -> Callable[[Loaded, datetime], object]:
        def of(known: Loaded, as_of: datetime) -> object:
            times = Times(as_of, tz)
            sales = sales_of(known.facts, currency=currency, times=times)
            found = purchases_of(sales, times.today)
            return None if found is None else part(thresholds.score(found))

        return of

    recency, frequency, monetary, group = RFM_NAMES
    parts: dict[str, tuple[str, Callable[[RfmScore], object]]] = {
        recency: ("how lately she bought, 1 to 5", lambda score: score.recency),
        frequency: ("how often she bought, 1 to 5", lambda score: score.frequency),
        monetary: ("for how much she bought, 1 to 5", lambda score: score.monetary),
    }
    scores = [
        CustomerField(
            field=SchemaField(name=name, type=FieldType.INTEGER, meaning=meaning),
            read=read(part), needs=("facts",),
        )
        for name, (meaning, part) in parts.items()
    ]  # fmt: skip
    words = SchemaField(name=group, type=FieldType.TEXT, choices=_GROUPS, meaning="her RFM group")
    named = CustomerField(field=words, read=read(lambda s: s.group.value), needs=("facts",))
    return (*scores, named)
