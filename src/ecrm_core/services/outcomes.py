"""Outcomes: what became of every item of a delivery, whatever it is; each comes to one thing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["OUTCOMES", "outcomes_of"]

OUTCOMES: Final = ("applied", "unchanged", "duplicate", "superseded", "quarantined", "rejected")
"""The names of outcomes. In a result each stands as a count under "items_<name>"."""


def outcomes_of(counts: Mapping[str, int]) -> dict[str, int]:
    """Return how many items of a delivery came to what, from what its parts came to.

    A part that the counts do not name had no items.
    """

    def n(*names: str) -> int:
        return sum(counts.get(name, 0) for name in names)

    events = n("interactions") - n("erased_interactions")
    found = {
        "applied": n("created", "updated", "statements_new", "news", "merged", "requests_new"),
        "unchanged": n("kept", "one_already"),
        "duplicate": n("duplicate") + (n("statements_told") - n("statements_new"))
        + (events - n("news") - n("earlier")) + (n("requests_told") - n("requests_new")),
        "superseded": n("superseded", "earlier"),
        "quarantined": n("quarantined", "blocked"),
        "rejected": n("erased", "erased_interactions", "erased_statements", "erased_links",
                      "erased_requests"),
    }  # fmt: skip
    return {f"items_{name}": found[name] for name in OUTCOMES}
