"""Claim: somebody says she is a customer already known; how well that is proven decides."""

from __future__ import annotations

from enum import Enum

__all__ = ["Proof"]


class Proof(Enum):
    """How a claim is proven, the weakest first: an address typed, a link clicked, a login."""

    TYPED = "typed"
    CLICKED = "clicked"
    LOGGED_IN = "logged_in"

    @property
    def strength(self) -> int:
        """The place in that order, from 0."""
        return list(Proof).index(self)
