"""Sources: payloads of shops, files and forms in, deliveries out; pure functions over bytes."""

from ecrm_core.sources.checkpoint import IMPORTS, Checkpoint
from ecrm_core.sources.delivery import (
    Delivery,
    DeliveryBuilder,
    Entry,
    Link,
    PrivacyRequest,
    RequestKind,
)
from ecrm_core.sources.event_map import EventMap
from ecrm_core.sources.event_roles import EVENT_ROLES
from ecrm_core.sources.json_objects import split_objects
from ecrm_core.sources.mappings import AnyMap, mapping_from_json, mapping_of, mapping_to_json
from ecrm_core.sources.payload import Node, Payload
from ecrm_core.sources.quarantined import QUARANTINE, Quarantined, quarantine
from ecrm_core.sources.readers import KEYED, READERS, Reader, read_body
from ecrm_core.sources.ready_maps import ready_map, ready_maps

__all__ = [
    "EVENT_ROLES",
    "IMPORTS",
    "KEYED",
    "QUARANTINE",
    "READERS",
    "AnyMap",
    "Checkpoint",
    "Delivery",
    "DeliveryBuilder",
    "Entry",
    "EventMap",
    "Link",
    "Node",
    "Payload",
    "PrivacyRequest",
    "Quarantined",
    "Reader",
    "RequestKind",
    "mapping_from_json",
    "mapping_of",
    "mapping_to_json",
    "quarantine",
    "read_body",
    "ready_map",
    "ready_maps",
    "split_objects",
]
