"""Sources: payloads of shops, files and forms in, deliveries out; pure functions over bytes."""

from ecrm_core.sources.checkpoint import IMPORTS, Checkpoint
from ecrm_core.sources.delivery import (
    QUARANTINE,
    Delivery,
    Link,
    PrivacyRequest,
    Quarantined,
    RequestKind,
    quarantine,
)
from ecrm_core.sources.readers import READERS, Reader

__all__ = [
    "IMPORTS",
    "QUARANTINE",
    "READERS",
    "Checkpoint",
    "Delivery",
    "Link",
    "PrivacyRequest",
    "Quarantined",
    "Reader",
    "RequestKind",
    "quarantine",
]
