"""Review counts: how much waits in the queue, and what was decided today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from attrs import frozen

from ecrm_core.kernel import html_table
from ecrm_core.merging import REVIEW_DECISIONS, ReviewDecision, Zone
from ecrm_core.ports import Store, scan_pages
from ecrm_core.services.review import walk_queue

__all__ = ["ReviewCounts", "count_review"]

_PAGE = 200


@frozen(kw_only=True)
class ReviewCounts:
    """How much waits: cards by zone, and of them those that are leased or postponed.

    ``void`` are proposals that were decided elsewhere and that the next run drops;
    ``decided_today`` counts decisions since midnight in the shop's zone that stand.
    """

    waiting: Mapping[str, int]
    leased: int = 0
    postponed: int = 0
    void: int = 0
    decided_today: int = 0

    def __str__(self) -> str:
        """Return the counts in words."""
        zones = ", ".join(f"{count} {zone}" for zone, count in self.waiting.items())
        return (
            f"{sum(self.waiting.values())} cards wait ({zones}); {self.leased} leased, "
            f"{self.postponed} postponed; {self.decided_today} decided today"
        )

    def _repr_html_(self) -> str:
        rest = {name: getattr(self, name) for name in _COUNTS}
        rows = [(name.replace("_", " "), f"{n:,}") for name, n in {**self.waiting, **rest}.items()]
        return html_table(("cards", "how many"), rows)


_COUNTS = ("leased", "postponed", "void", "decided_today")


def count_review(store: Store, *, since: datetime, now: datetime) -> ReviewCounts:
    """Return how much waits; the whole queue is gone through. ``since`` is where today began."""
    waiting = dict.fromkeys((zone.value for zone in Zone), 0)
    leased = postponed = void = 0
    for card in walk_queue(store):
        void += sum(each.void is not None for each in card.pairs)
        if card.open:
            waiting[card.zone.value] += 1
            leased += card.held_by_other(None, now)
            postponed += card.postponed(now)
    decided = sum(decision.stands for decision in _decided(store, since))
    return ReviewCounts(
        waiting=waiting, leased=leased, postponed=postponed, void=void, decided_today=decided
    )


def _decided(store: Store, since: datetime) -> Iterator[ReviewDecision]:
    """Go through the decisions made since then, the newest first."""
    for rows in scan_pages(store, REVIEW_DECISIONS, index="by_time", limit=_PAGE):
        for row in rows:
            if row.value.at < since:
                return
            yield row.value
