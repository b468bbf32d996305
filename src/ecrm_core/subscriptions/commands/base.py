"""Base: what every command is."""

from __future__ import annotations

from attrs import frozen

__all__ = ["Command"]


@frozen(kw_only=True)
class Command:
    """What is asked; ``handle`` answers with a Step or refuses."""
