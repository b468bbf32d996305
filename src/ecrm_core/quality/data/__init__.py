"""Tables of the quality room, as JSON beside the code; read when first asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from ecrm_core.kernel import Json

__all__ = ["load_data"]


@lru_cache(maxsize=64)
def load_data(name: str) -> Mapping[str, Json]:
    """Return the table of that name: a JSON object."""
    data: Mapping[str, Json] = json.loads(
        Path(__file__).with_name(f"{name}.json").read_text("utf-8")
    )
    return data
