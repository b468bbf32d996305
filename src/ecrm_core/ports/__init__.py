"""Ports: what an adapter must offer, and typed readers over it."""

from ecrm_core.ports.store import Cursor, Page, Store

__all__ = ["Cursor", "Page", "Store"]
