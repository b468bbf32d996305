"""Timeline: the verbs of what happened with customers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from ecrm_core.crm.receipt import Receipt
from ecrm_core.crm.verbs import Customer, Drafts, Verbs
from ecrm_core.errors import InputError
from ecrm_core.kernel import ChangeSet, Noted, encode
from ecrm_core.services import commit, facts_of, prepare_record, timeline_of
from ecrm_core.timeline import Facts, Interaction, TimelinePage, TimelineQuery

__all__ = ["TimelineDrafts", "TimelineVerbs"]


class TimelineDrafts(Drafts):
    """The changing verbs of the timeline, each returning what it would write."""

    def record(self, interactions: Interaction | Iterable[Interaction]) -> ChangeSet:
        """Return what recording the interactions would write."""
        return prepare_record(self.store, _each(interactions), secret=self.settings.secret)


class TimelineVerbs(Verbs):
    """Record what happened; read it, and what it adds up to."""

    def record(
        self,
        interactions: Interaction | Iterable[Interaction],
        *,
        key: str | None = None,
        now: datetime | None = None,
    ) -> Receipt:
        """Record one interaction or more, each event once, in one transaction.

        The receipt counts what came of them. An interaction may come before the record it is
        about.
        """
        told = _each(interactions)
        request = self._key(key, ["record", *(str(encode(one)) for one in told)], now)
        note = Noted(verb="record", at=self._now(now))
        return Receipt.of(
            commit(self.store, lambda: self.dry_run.record(told), key=request, note=note)
        )

    def timeline(
        self,
        customer: Customer,
        *,
        kinds: str | Iterable[str] | None = None,
        channels: str | Iterable[str] | None = None,
        sources: str | Iterable[str] | None = None,
        brand: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        text: str | None = None,
        after: str | None = None,
        limit: int | None = 100,
    ) -> TimelinePage:
        """Return what happened with a customer, newest first; everything with ``limit=None``.

        ``kinds``, ``channels``, ``sources`` are names, one or several; ``brand`` is one shop;
        ``since`` counts and ``until`` does not. ``text``: all of its words stand in the text, the
        reference or the titles of lines, in whatever case, width, kana or accents. ``after`` is
        ``following`` of the page before.
        """
        query = TimelineQuery(
            kinds=kinds, channels=channels, sources=sources, brand=brand,
            since=since, until=until, text=text,
        )  # fmt: skip
        return timeline_of(self.store, customer, query, after=after, limit=limit)

    def facts(self, customer: Customer, *, brand: str | None = None) -> Facts:
        """Return what a customer's interactions add up to, in one brand or across.

        Orders, spend, intervals, returns, opens, clicks, visits, matters, answers.
        """
        return facts_of(self.store, customer, brand=brand)


def _each(interactions: Interaction | Iterable[Interaction]) -> tuple[Interaction, ...]:
    given = (interactions,) if isinstance(interactions, Interaction) else tuple(interactions)
    for at, one in enumerate(given):
        if not isinstance(one, Interaction):
            message = f"found {type(one).__name__}, expected an Interaction"
            raise InputError(message, path=f"$[{at}]", code="not_value")
    return given
