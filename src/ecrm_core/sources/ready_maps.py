"""Ready maps: EventMaps for exports of mail tools, help desks, call centres, tills, as data.

The columns have plain names; where an export calls them otherwise, ``renamed`` says so. Those in
``optional`` may be missing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from ecrm_core.errors import UnknownName
from ecrm_core.sources.event_map import EventMap

__all__ = ["ready_map", "ready_maps"]


def ready_map(name: str) -> EventMap:
    """Return the map of that name ("email", "tickets", "point_of_sale"); UnknownName for others."""
    maps = ready_maps()
    if name not in maps:
        raise UnknownName("ready map", name[:80], tuple(maps))
    return maps[name]


@lru_cache(maxsize=1)
def ready_maps() -> Mapping[str, EventMap]:
    """Return every ready map by its name."""
    text = (Path(__file__).parent / "data" / "ready_maps.json").read_text("utf-8")
    return MappingProxyType({n: EventMap.from_json(d) for n, d in json.loads(text).items()})
