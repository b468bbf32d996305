"""Sources: payloads of shops, files and forms in, deliveries out; pure functions over bytes."""

from ecrm_core.sources.checkpoint import IMPORTS, Checkpoint
from ecrm_core.sources.delivery import QUARANTINE, Delivery, Quarantined, quarantine

__all__ = ["IMPORTS", "QUARANTINE", "Checkpoint", "Delivery", "Quarantined", "quarantine"]
