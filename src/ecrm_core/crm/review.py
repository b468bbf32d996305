"""Review: the verbs that hand out cards of the review queue, and show them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, time, timedelta
from functools import cache

from ecrm_core.crm.verbs import Drafts, Verbs
from ecrm_core.kernel import ChangeSet, utc, zone
from ecrm_core.matching import Model
from ecrm_core.merging import Zone
from ecrm_core.services import (
    Act,
    Desk,
    ReviewCard,
    ReviewCounts,
    ReviewPage,
    adopted_model,
    choose_cards,
    count_review,
    prepare_release_review,
    prepare_review,
    read_card,
    read_cards,
    read_model,
)

__all__ = ["Card", "ReviewDrafts", "ReviewVerbs", "card_id"]

_LEASE = timedelta(minutes=15)
Card = ReviewCard | str
"""A card, its id, or the id of a proposal on it."""


class ReviewDrafts(Drafts):
    """Taking cards and giving them back, as what it would write."""

    def review(
        self,
        *,
        by: str,
        limit: int = 10,
        lease: timedelta = _LEASE,
        zone: str | Zone | None = None,
        now: datetime | None = None,
    ) -> ChangeSet:
        """Return the leases that taking cards would write."""
        act = self._act(by, now)
        return prepare_review(
            self.store, by=act.by, limit=limit, lease=lease, zone=_zone(zone), now=act.at
        )

    def release_review(
        self, cards: Collection[Card] | None = None, *, by: str, now: datetime | None = None
    ) -> ChangeSet:
        """Return what giving cards back would write."""
        names = None if cards is None else [card_id(card) for card in cards]
        return prepare_release_review(self.store, names, by=self._act(by, now).by)


class ReviewVerbs(Verbs):
    """Take cards of customers that may be one, look at them, give them back."""

    def review(
        self,
        *,
        by: str,
        limit: int = 10,
        lease: timedelta | None = _LEASE,
        zone: str | Zone | None = None,
        model: Model | None = None,
        masked: bool = True,
        now: datetime | None = None,
    ) -> ReviewPage:
        """Take the most valuable cards that nobody else holds, for as long as the lease.

        ``zone`` is "certain", "likely" or "review" (default: all). Cards this reviewer holds are
        among them, and their lease begins anew. ``lease`` None looks without taking. Values are
        masked unless ``masked`` is False; ``model`` explains (default: the one in use). Raises
        DefinitionError for a limit below 1 or a lease of no length.
        """
        act = self._act(by, now)
        if lease is None:
            found = choose_cards(
                self.store, by=act.by, limit=limit, zone=_zone(zone), now=act.at, held_too=True
            )
            ids, held, void = [card.id for card in found.cards], found.held, found.void
        else:
            length = lease
            result = self._commit(
                lambda at: self.dry_run.review(
                    by=by, limit=limit, lease=length, zone=zone, now=at
                ),
                ["review"], None, act.at, by=act.by,
            )  # fmt: skip
            ids, held, void = result["cards"], result["held"], result["void"]
        cards = read_cards(self.store, ids, desk=self._desk(act, model, masked=masked))
        until = None if lease is None else act.at + lease
        return ReviewPage(cards=cards, until=until, held=held, void=void)

    def review_card(
        self,
        card: Card,
        *,
        model: Model | None = None,
        masked: bool = True,
        now: datetime | None = None,
    ) -> ReviewCard:
        """Return one card as it stands now, whoever holds it, without taking it.

        Raises MissingError for a card that is unknown, RefusedError when it has been decided.
        """
        act = self._act("review", now)
        return read_card(self.store, card_id(card), desk=self._desk(act, model, masked=masked))

    def _desk(self, act: Act, model: Model | None, *, masked: bool) -> Desk:
        tools = self._settings.tools

        @cache
        def explaining() -> Model | None:
            """Return the model given, else the one in use."""
            adopted = None if model else adopted_model(self.store)
            return read_model(self.store, adopted) if adopted else model

        return Desk(
            act=act, model=explaining, comparisons=tuple(tools.comparisons.values()),
            kinds=tuple(tools.linked.values()), masked=masked,
        )  # fmt: skip

    def release_review(
        self, cards: Collection[Card] | None = None, *, by: str, now: datetime | None = None
    ) -> int:
        """Give back cards (None: all that this reviewer holds) and return how many they were."""
        names = None if cards is None else [card_id(card) for card in cards]
        result = self._commit(
            lambda at: self.dry_run.release_review(names, by=by, now=at),
            ["release_review"],
            None,
            now,
            by=by,
        )
        return len(result["cards"])

    def review_counts(self, *, now: datetime | None = None) -> ReviewCounts:
        """Return how many cards wait in each zone, and how many decisions were made today.

        Goes through the whole queue.
        """
        at, tz = self._now(now), zone(self._settings.tz)
        since = datetime.combine(at.astimezone(tz).date(), time(), tzinfo=tz)
        return count_review(self.store, since=utc(since), now=at)


def card_id(card: Card) -> str:
    """Return the id of a card."""
    return card.id if isinstance(card, ReviewCard) else card


def _zone(name: str | Zone | None) -> Zone | None:
    return None if name is None else Zone.of(name)
