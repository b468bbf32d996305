"""Settling: the verbs that decide cards of the review queue, and take decisions back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Final

from attrs import frozen

from ecrm_core.crm.progress import Progress
from ecrm_core.crm.review import Card, ReviewVerbs, card_id
from ecrm_core.crm.verbs import Customer, Drafts
from ecrm_core.errors import ConflictError, DefinitionError, MissingError, RefusedError
from ecrm_core.kernel import ChangeSet, canonical_json, decode
from ecrm_core.merging import DecisionUndo, ReviewDecision, Zone
from ecrm_core.merging.parts import spelled
from ecrm_core.services import (
    CardSaid,
    Review,
    prepare_review,
    prepare_settle,
    prepare_unsettle,
    prepare_unsettle_last,
)

__all__ = ["RefusedCard", "Settled", "SettledMany", "SettlingDrafts", "SettlingVerbs"]

_LEASE: Final = timedelta(minutes=15)


@frozen(kw_only=True)
class Settled:
    """What deciding a card wrote: the id of the ``decision`` undoes it.

    ``contradictions`` say what its judgements contradict: ``crm.contradictions()`` lists them.
    """

    decision: str
    edges: tuple[str, ...] = ()
    judgements: int = 0
    contradictions: tuple[str, ...] = ()


@frozen(kw_only=True)
class RefusedCard:
    """A card that was not decided, and why; it waits as before."""

    card: str
    code: str
    message: str


@frozen(kw_only=True)
class SettledMany:
    """What deciding many cards came to: those decided, by card, and those refused."""

    settled: Mapping[str, Settled]
    refused: tuple[RefusedCard, ...] = ()
    stopped: bool = False

    def __str__(self) -> str:
        """Return the counts in words."""
        cards = "1 card" if len(self.settled) == 1 else f"{len(self.settled)} cards"
        return f"{cards} decided, {len(self.refused)} refused"


Decided = Settled | ReviewDecision | str
"""A decision: what ``settle`` returned, one of a card, or its id."""


class SettlingDrafts(Drafts):
    """Deciding cards and taking decisions back, as what it would write."""

    def settle(
        self,
        card: Card,
        verdict: CardSaid,
        *,
        by: str,
        reason: str | None = None,
        winner: Customer | None = None,
        values: Mapping[str, object] | None = None,
        despite: Collection[str] = (),
        now: datetime | None = None,
    ) -> ChangeSet:
        """Return what the decision would write."""
        review = Review.of(values, despite, self.settings.region)
        return prepare_settle(
            self.store, card_id(card), verdict, act=self._act(by, now), reason=reason,
            winner=winner, review=review,
        )  # fmt: skip

    def undo_decision(
        self, decision: Decided, *, by: str, now: datetime | None = None
    ) -> ChangeSet:
        """Return what taking the decision back would write."""
        kinds = tuple(self.settings.tools.linked.values())
        return prepare_unsettle(
            self.store, _decision(decision), act=self._act(by, now), kinds=kinds
        )

    def undo_last(self, *, by: str, now: datetime | None = None) -> ChangeSet:
        """Return what taking the reviewer's last decision back would write."""
        kinds = tuple(self.settings.tools.linked.values())
        return prepare_unsettle_last(self.store, act=self._act(by, now), kinds=kinds)


class SettlingVerbs(ReviewVerbs):
    """Decide cards, alone or many at once; take decisions back."""

    def settle(
        self,
        card: Card,
        verdict: CardSaid,
        *,
        by: str,
        reason: str | None = None,
        winner: Customer | None = None,
        values: Mapping[str, object] | None = None,
        despite: Collection[str] = (),
        key: str | None = None,
        now: datetime | None = None,
    ) -> Settled:
        """Decide a card: its customers are the "same", "different", or somebody is "unsure".

        Of three and more some may be one: lists name the customers of each person, those in no list
        stay undecided. "same" merges into ``winner`` (default: who has the most history), with
        ``values`` by field as corrections of her; ``despite`` names blockers to look past, by their
        codes. "unsure" puts the card behind all others for seven days. All is written at once, and
        ``undo_decision`` takes it back.

        Raises RefusedError when somebody else holds the card or has decided it, MergeRefused when a
        blocker stands, MissingError for a card that is unknown, DefinitionError for a verdict or
        winner that is none.
        """
        name, review = card_id(card), Review.of(values, despite, self._settings.region)
        said = spelled(verdict)
        words = (
            said
            if isinstance(said, str)
            else canonical_json([sorted(map(str, part)) for part in said])
        )
        winning = None if winner is None else str(winner)
        params = ["settle", name, words, by, reason, winning, *review.params]
        result = self._commit(
            lambda at: self.dry_run.settle(
                name, said, by=by, reason=reason, winner=winner, values=review.values,
                despite=review.despite, now=at,
            ),
            params, key, now, by=by, why=reason,
        )  # fmt: skip
        return decode(Settled, result)

    def settle_many(
        self,
        verdicts: Mapping[str, CardSaid],
        *,
        by: str,
        reason: str | None = None,
        progress: Progress | None = None,
        key: str | None = None,
        now: datetime | None = None,
    ) -> SettledMany:
        """Decide many cards, each by its verdict and in a transaction of its own, in their order.

        What is refused is told and waits as before; verdicts that are none are refused before the
        first card is decided. ``progress(done, total, stage)`` is called after each card; returning
        False stops there. Under a ``key`` each card is a request of its own.
        """
        settled: dict[str, Settled] = {}
        refused: list[RefusedCard] = []
        for done, (card, verdict) in enumerate(_cards(verdicts).items(), start=1):
            try:
                settled[card] = self.settle(
                    card, verdict, by=by, reason=reason, key=key and f"{key}/{card}", now=now
                )
            except (RefusedError, MissingError, DefinitionError, ConflictError) as error:
                refused.append(RefusedCard(card=card, code=error.code, message=error.message))
            if progress and progress(done, len(verdicts), "settling") is False:
                return SettledMany(settled=settled, refused=tuple(refused), stopped=True)
        return SettledMany(settled=settled, refused=tuple(refused))

    def settle_certain(
        self,
        *,
        by: str,
        limit: int = 100,
        reason: str | None = None,
        progress: Progress | None = None,
        now: datetime | None = None,
    ) -> SettledMany:
        """Decide that the customers of a card are the same, for all cards that are certain.

        At most ``limit`` cards, the most valuable first; look at a sample of them before. They are
        taken under a lease first, so nobody is overtaken; what is refused is given back.
        """
        settled: dict[str, Settled] = {}
        refused: list[RefusedCard] = []
        stopped = False
        while len(settled) < limit and not stopped:
            tried = {each.card for each in refused}
            cards = self._certain(by, limit - len(settled), tried, self._now(now))
            if not cards:
                break
            done = len(settled)
            try:
                part = self.settle_many(
                    dict.fromkeys(cards, "same"), by=by, reason=reason, now=now,
                    progress=progress and _further(progress, done, limit),
                )  # fmt: skip
            finally:
                self.release_review(cards, by=by, now=now)
            settled |= part.settled
            refused += part.refused
            stopped = part.stopped
        return SettledMany(settled=settled, refused=tuple(refused), stopped=stopped)

    def _certain(
        self, by: str, limit: int, without: Collection[str], at: datetime
    ) -> tuple[str, ...]:
        """Take certain cards that were not refused before; return their ids."""
        result = self._commit(
            lambda at: prepare_review(
                self.store, by=by, limit=limit, lease=_LEASE, zone=Zone.CERTAIN, now=at,
                without=without,
            ),
            ["settle_certain"], None, at, by=by,
        )  # fmt: skip
        return tuple(result["cards"])

    def undo_decision(
        self, decision: Decided, *, by: str, key: str | None = None, now: datetime | None = None
    ) -> DecisionUndo:
        """Take a decision (what ``settle`` returned, one of a card, or its id) back whole.

        At any time, in any order. Its merges are undone, what it judged is as before, its proposals
        wait again. Raises RefusedError the second time and MissingError for a decision that is
        unknown.
        """
        id_ = _decision(decision)
        result = self._commit(
            lambda at: self.dry_run.undo_decision(id_, by=by, now=at),
            ["undo_decision", id_, by], key, now, by=by,
        )  # fmt: skip
        return decode(DecisionUndo, result)

    def undo_last(
        self, *, by: str, key: str | None = None, now: datetime | None = None
    ) -> DecisionUndo:
        """Take back the last decision of this reviewer that stands, as ``undo_decision`` does.

        Raises MissingError when there is none.
        """
        result = self._commit(
            lambda at: self.dry_run.undo_last(by=by, now=at), ["undo_last", by], key, now, by=by
        )
        return decode(DecisionUndo, result)


def _decision(decided: Decided) -> str:
    if isinstance(decided, Settled):
        return decided.decision
    return decided.id if isinstance(decided, ReviewDecision) else decided


def _cards(verdicts: Mapping[str, CardSaid]) -> Mapping[str, CardSaid]:
    """Return the verdicts by card; DefinitionError for what is none, whichever card it is on."""
    if not isinstance(verdicts, Mapping):
        message = f"found {type(verdicts).__name__}, expected verdicts by card"
        raise DefinitionError(message, code="parts")
    return {card: spelled(verdict) for card, verdict in verdicts.items()}


def _further(progress: Progress, before: int, total: int) -> Progress:
    """Return a progress of a part, told as that of the whole."""
    return lambda done, _, stage: progress(before + done, total, stage)
