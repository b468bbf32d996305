"""Base: what every command is, and the one that only looks anew at what is next."""

from __future__ import annotations

from attrs import frozen

__all__ = ["Command", "Reschedule"]


@frozen(kw_only=True)
class Command:
    """What is asked; ``handle`` answers with a Step or refuses."""


@frozen(kw_only=True)
class Reschedule(Command):
    """Look anew at what is next: the policies have changed, and it is something else."""
