"""Mappings: a FieldMap or an EventMap as JSON that can be kept and read again, with its format."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ecrm_core.customers import FieldMap
from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import parse_json
from ecrm_core.sources.event_map import EventMap

__all__ = ["AnyMap", "mapping_from_json", "mapping_of", "mapping_to_json"]

AnyMap = FieldMap | EventMap
"""What the columns of a file mean: parties, or events."""
_FORMAT: Final = 1
_SORTS: Final[Mapping[str, type[FieldMap | EventMap]]] = {
    "fields": FieldMap,
    "events": EventMap,
}


def mapping_to_json(mapping: AnyMap) -> dict[str, object]:
    """Return the map as JSON values: ``{"mapping": "fields" | "events", "format": 1, ...}``."""
    sort = "events" if isinstance(mapping, EventMap) else "fields"
    return {"mapping": sort, "format": _FORMAT, **mapping.to_json()}


def mapping_from_json(data: Mapping[str, object]) -> AnyMap:
    """Return the map of its JSON; DefinitionError for other JSON, and for a later format."""
    sort, format_ = data.get("mapping"), data.get("format")
    if not isinstance(sort, str) or sort not in _SORTS:
        message = "found JSON that is no saved mapping, expected what save_mapping writes"
        raise DefinitionError(message, code="not_readable")
    if format_ != _FORMAT:
        message = f"found format {str(format_)[:20]!r} of a mapping, expected {_FORMAT}"
        raise DefinitionError(message, code="format")
    rest = {name: held for name, held in data.items() if name not in {"mapping", "format"}}
    return _SORTS[sort].from_json(rest)


def mapping_of(text: bytes) -> AnyMap:
    """Return the map that a file holds; InputError for bytes that are no JSON."""
    data = parse_json(text)
    return mapping_from_json(data if isinstance(data, Mapping) else {})
