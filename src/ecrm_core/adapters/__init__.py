"""Adapters: storage, one folder each; a driver is imported inside its own folder only."""

__all__: list[str] = []
