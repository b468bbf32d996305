"""Matching: the verbs that propose who may be one person, and take people's judgement of it."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from ecrm_core.crm.progress import Progress
from ecrm_core.crm.receipt import Judged
from ecrm_core.crm.verbs import Customer, Drafts, Verbs
from ecrm_core.customers import SourceRecord
from ecrm_core.kernel import ChangeSet, decode
from ecrm_core.matching import JudgementVerdict, Model
from ecrm_core.services import (
    adopted_model,
    find_duplicates,
    find_matches,
    prepare_judgement,
    read_model,
)

if TYPE_CHECKING:
    from ecrm_core.matching import (  # numpy is loaded when they are made
        Deduplication,
        Linker,
        Match,
    )

__all__ = ["MatchingDrafts", "MatchingVerbs"]


class MatchingDrafts(Drafts):
    """The changing verbs of matching, each returning what it would write."""

    def judge(
        self,
        left: Customer,
        right: Customer,
        verdict: str | JudgementVerdict,
        *,
        by: str,
        reason: str | None = None,
        now: datetime | None = None,
    ) -> ChangeSet:
        """Return what the judgement would write."""
        act = self._act(by, now)
        return prepare_judgement(self.store, left, right, verdict, act=act, reason=reason)


class MatchingVerbs(Verbs):
    """Propose who may be one person; take judgements. Only ``merge`` joins anybody."""

    def duplicates(
        self, *, model: Model | None = None, progress: Progress | None = None
    ) -> Deduplication:
        """Return which customers may be one: ``certain``, ``review``, ``groups``, and why.

        All stored profiles are compared (a fitted ``model`` spares the fit) and judgements obeyed;
        ids are customer ids. ``progress(done, total, stage)`` is called after each stage. Raises
        PluginError for a comparison of the tools that fails.
        """
        own = self._settings.tools.comparisons.values()
        return find_duplicates(self.store, model=model, comparisons=own, progress=progress)

    def matches(
        self, who: SourceRecord | Customer, *, limit: int = 10, model: Model | None = None
    ) -> tuple[Match, ...]:
        """Return the customers a record, or a customer, may be a duplicate of, likeliest first.

        Candidates share an address, a name, or a key of birth, home or id. Without a ``model`` the
        one adopted is used, else the weights of the table of roles. Raises MissingError for a
        customer that is unknown, DefinitionError for a limit below 1.
        """
        return find_matches(self.store, who, self._linker(model), limit=limit)

    def _linker(self, model: Model | None = None) -> Linker:
        """Return a model bound to the fields: the given one, else the one adopted, else default."""
        from ecrm_core.matching import Linker  # noqa: PLC0415 - numpy only when it is needed

        own = self._settings.tools.comparisons.values()
        if model is not None:
            return Linker(model, own)
        adopted = adopted_model(self.store)
        name = adopted.name if adopted else ""
        if name not in self._linkers:
            self._linkers.clear()
            self._linkers[name] = Linker(read_model(self.store, adopted) if adopted else None, own)
        return self._linkers[name]

    @cached_property
    def _linkers(self) -> dict[str, Linker]:
        """The linker of the model used last: reading a model costs more than a question."""
        return {}

    def judge(
        self,
        left: Customer,
        right: Customer,
        verdict: str | JudgementVerdict,
        *,
        by: str,
        reason: str | None = None,
        key: str | None = None,
        now: datetime | None = None,
    ) -> Judged:
        """Record that two customers are the "same", "different" or "unsure".

        Later matching obeys it, transitively; "unsure" takes an earlier verdict back. Nobody is
        merged by it. What it contradicts is told and refuses nothing. Raises RefusedError for two
        names of one customer, UnknownName for another verdict.
        """
        params = ["judge", str(left), str(right), JudgementVerdict.of(verdict).value, by, reason]
        result = self._commit(
            lambda at: self.dry_run.judge(left, right, verdict, by=by, reason=reason, now=at),
            params, key, now, by=by, why=reason,
        )  # fmt: skip
        return decode(Judged, result)
