"""Ports: what an adapter must offer, and typed readers over it."""

from ecrm_core.ports.customers import (
    read_consents,
    read_corrections,
    read_edges,
    read_groups,
    read_history,
    read_profiles,
    read_records,
)
from ecrm_core.ports.store import Cursor, Page, Store, Tenants

__all__ = [
    "Cursor",
    "Page",
    "Store",
    "Tenants",
    "read_consents",
    "read_corrections",
    "read_edges",
    "read_groups",
    "read_history",
    "read_profiles",
    "read_records",
]
