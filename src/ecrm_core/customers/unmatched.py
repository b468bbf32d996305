"""Unmatched: who has changed since the last run of matching looked at her."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from ecrm_core.kernel import CustomerId, Kind, Put

__all__ = ["UNMATCHED", "Unmatched", "marked"]


@frozen(kw_only=True)
class Unmatched:
    """A mark on a customer, set by every change of hers; a run of matching takes it off."""

    customer: CustomerId


UNMATCHED: Final = Kind(name="unmatched", of=Unmatched, key=("customer",), owner="customers")
"""The marks. Each setting is a new version, so that none is taken off for a change not seen."""


def marked(customer: CustomerId) -> Put:
    """Return the row that marks a customer as one that matching has yet to look at."""
    return Put(UNMATCHED, Unmatched(customer=customer))
