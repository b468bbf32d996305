"""ecrm_core: the memory and judgement of an e-commerce CRM, as a library in your shop."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ecrm_core.crm import Crm
    from ecrm_core.customers import FieldMap
    from ecrm_core.kernel import Money
    from ecrm_core.matching import dedupe
    from ecrm_core.segmentation import Segment
    from ecrm_core.services import check

__all__ = ["Crm", "FieldMap", "Money", "Segment", "__version__", "check", "dedupe"]

__version__ = "0.1.0"
"""The version of the library (semantic versioning)."""
_HOMES = {
    "check": "ecrm_core.services",
    "dedupe": "ecrm_core.matching",
    "Crm": "ecrm_core.crm",
    "FieldMap": "ecrm_core.customers",
    "Money": "ecrm_core.kernel",
    "Segment": "ecrm_core.segmentation",
}


def __getattr__(name: str) -> object:
    """Load the public names when first asked for: importing the package stays light."""
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
