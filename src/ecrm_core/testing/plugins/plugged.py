"""Plugged: what the contracts of plugins share: the toolbox, and the name of what is asked."""

from __future__ import annotations

from typing import ClassVar

from hypothesis import settings

from ecrm_core.ports import Toolbox
from ecrm_core.testing.contracts.contract import Contract

__all__ = ["Plugged"]


class Plugged(Contract):
    """Set ``tools`` (with what the plugin adds) and ``name`` (of the thing in its registry)."""

    tools: ClassVar[Toolbox]
    name: ClassVar[str]
    examples: ClassVar[int] = 50
    """How many values are drawn for a test."""

    @property
    def draws(self) -> settings:
        """The settings of a test that draws values."""
        return settings(max_examples=self.examples, deadline=None)
