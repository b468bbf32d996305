"""Memory: the reference every other store is compared with; nothing outlives the process."""

from ecrm_core.adapters.memory.store import MemoryStore

__all__ = ["MemoryStore"]
