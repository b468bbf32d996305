"""Shopify's segment queries: valid ones fit and render, equal ones are one, others refused; RFM."""

from typing import Any

from ecrm_core.errors import SegmentSyntaxError
from ecrm_core.segmentation import RFM_CELLS, Segment, customer_schema
from tests.peers.replay import register
from tests.peers.units import Unit

SCHEMA = customer_schema(currency="USD")


@register("segments", "shopify_queries.json")
def query(unit: Unit) -> str | None:
    """Each list of the file says what has to come of its queries."""
    case: Any = unit.data
    if "a" in case:
        return _same(case["a"], case["b"])
    return _refused(case["query"]) if "why" in case else _read(case["query"])


def _read(query: str) -> str | None:
    segment = Segment.parse(query, SCHEMA)
    again = Segment.parse(str(segment), SCHEMA)
    if again != segment or str(again) != str(segment):
        return f"renders as {segment}, which is another rule"
    if Segment.from_json(segment.to_json(), SCHEMA).id != segment.id:
        return "its JSON is another rule"
    return None


def _same(one: str, other: str) -> str | None:
    first, second = Segment.parse(one, SCHEMA), Segment.parse(other, SCHEMA)
    return None if first.id == second.id else f"{first} is not {second}"


def _refused(query: str) -> str | None:
    try:
        Segment.parse(query, SCHEMA)
    except SegmentSyntaxError as error:
        at_end = error.start == error.end == len(query)
        placed = at_end or 0 <= error.start < error.end <= len(query)
        return None if placed and error.expected else "refused without a place or what is expected"
    return "taken"


@register("segments", "rfm_*.json")
def cell(unit: Unit) -> str | None:
    """Each cell of three scores is in the group of that name."""
    found = RFM_CELLS[unit.id].label
    return None if found == unit.data else f"is in {found}"
