"""Tables of the customers room, as JSON beside the code; read when first asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

__all__ = ["load_data"]


@lru_cache(maxsize=8)
def load_data(name: str) -> Mapping[str, tuple[str, ...]]:
    """Return the table of that name: a mapping of a key to its words."""
    text = Path(__file__).with_name(f"{name}.json").read_text("utf-8")
    table = json.loads(text)["table"]
    return MappingProxyType({key: tuple(words) for key, words in table.items()})
