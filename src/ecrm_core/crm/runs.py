"""Runs: the verbs that match whatever has changed, and change the model when somebody asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from ecrm_core.crm.matching import MatchingVerbs
from ecrm_core.crm.progress import Progress
from ecrm_core.crm.verbs import Drafts
from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import ChangeSet, digest, gate_limit, html_table, plain_table
from ecrm_core.matching import Model, completed
from ecrm_core.merging import AutoMerge
from ecrm_core.services import (
    BY_ROLES,
    RunDraft,
    Runner,
    adopted_model,
    count_marked,
    draft_run,
    has_customers,
    prepare_adopt,
    prepare_sweep,
    read_model,
    run_pages,
)

if TYPE_CHECKING:
    from ecrm_core.matching import Deduplication, Refit  # numpy is loaded when they are made

__all__ = ["MatchingRun", "RunDrafts", "RunVerbs"]

_ENOUGH = 1_000  # customers a model can be learnt from, to hold for many more
_COUNTS = ("customers", "proposed", "withdrawn", "merged", "undone", "refused", "passed", "cut",
           "left")  # fmt: skip


@frozen(kw_only=True)
class MatchingRun:
    """What a run came to.

    ``customers`` were looked at. ``proposed`` and ``withdrawn`` are proposals that came and went;
    ``merged`` and ``undone`` automatic merges, ``refused`` those a blocker stood against.
    ``passed`` counts keys that more than 100 records share, which were not followed, ``cut`` scenes
    that were followed up to 5,000 customers alone; ``left`` are customers that others kept
    changing: they stay marked for the next run. ``model`` is the one used.
    """

    model: str
    customers: int = 0
    proposed: int = 0
    withdrawn: int = 0
    merged: int = 0
    undone: int = 0
    refused: int = 0
    passed: int = 0
    cut: int = 0
    left: int = 0
    stopped: bool = False

    def __str__(self) -> str:
        """Return the counts as a plain table."""
        return plain_table(("what", "how many"), self._rows())

    def _repr_html_(self) -> str:
        return html_table(("what", "how many"), self._rows())

    def _rows(self) -> list[tuple[str, str]]:
        return [(name, f"{getattr(self, name):,}") for name in _COUNTS]


class RunDrafts(Drafts):
    """Adopting a model, as what it would write."""

    def adopt_model(
        self, model: Model | Refit, *, by: str, now: datetime | None = None
    ) -> ChangeSet:
        """Return what adopting the model would write."""
        return prepare_adopt(self.store, _model(model), act=self._act(by, now))


class RunVerbs(MatchingVerbs):
    """Match what has changed since the last run; look at a new model, and adopt it."""

    def run_matching(
        self,
        *,
        auto: AutoMerge | Iterable[AutoMerge] = (),
        full: bool = False,
        by: str = "matching",
        page: int = 200,
        progress: Progress | None = None,
        now: datetime | None = None,
    ) -> MatchingRun:
        """Look at everybody who has changed since the last run, and propose who may be one.

        Proposals wait in the review queue; nothing is merged unless a policy ``auto`` asks for it,
        and then effects "customers_merged" and "customers_unmerged" go to the outbox. A run comes
        to what one over all customers would: ``full`` looks at all of them. Up to 1,000 customers
        the weights of the table of roles are used; the first run among more fits a model and adopts
        it as ``by``, and later ones use it until ``adopt_model``.
        ``progress(done, total, stage)`` is called after each page of ``page`` customers; returning
        False stops there, and the next run goes on. Raises DefinitionError for a page below 1.
        """
        gate_limit(page, "page")
        name = self._model_of_runs(by, now)
        if full:
            self._commit(
                lambda _: prepare_sweep(self.store, name), ["run_matching"], None, now, by=by
            )
        return self._run(self._runner(auto, by, now), page, progress)

    def draft_matching(
        self,
        *,
        auto: AutoMerge | Iterable[AutoMerge] = (),
        limit: int = 200,
        by: str = "matching",
        now: datetime | None = None,
    ) -> RunDraft:
        """Return what a run would do about the first ``limit`` customers it has to look at.

        ``plan`` holds the automatic merges to undo and to add, ``changes`` the proposals. Nothing
        is written, and no model is fitted. Raises DefinitionError for a limit below 1.
        """
        return draft_run(self._runner(auto, by, now), limit=gate_limit(limit))

    def _runner(
        self, auto: AutoMerge | Iterable[AutoMerge], by: str, now: datetime | None
    ) -> Runner:
        adopted = adopted_model(self.store)
        return Runner(
            store=self.store, linker=self._linker(), model=adopted.name if adopted else BY_ROLES,
            act=self._act(by, now),
            policies=_policies(auto), kinds=tuple(self._settings.tools.linked.values()),
        )  # fmt: skip

    def _run(self, runner: Runner, page: int, progress: Progress | None) -> MatchingRun:
        counts: Counter[str] = Counter()
        total = count_marked(self.store) if progress else 0
        stopped = False
        for found in run_pages(runner, page=page):
            counts += found
            done = counts["customers"] + counts["left"]
            if progress and progress(done, max(done, total), "matching") is False:
                stopped = True
                break
        told = {name: counts[name] for name in _COUNTS}
        return MatchingRun(model=runner.model, stopped=stopped, **told)

    def _model_of_runs(self, by: str, now: datetime | None) -> str:
        """Return the name of the model in use; the first that is fitted is adopted."""
        adopted = adopted_model(self.store)
        if adopted is None and has_customers(self.store, _ENOUGH):
            return self.adopt_model(self._fitted(None).model, by=by, now=now)
        return adopted.name if adopted else BY_ROLES

    def matching_model(self) -> Model | None:
        """Return the model that runs and ``matches`` use; None: that of the table of roles."""
        adopted = adopted_model(self.store)
        return read_model(self.store, adopted) if adopted else None

    def refit(self, *, progress: Progress | None = None) -> Refit:
        """Fit a new model to all customers and return it with what it would change.

        Nothing is written; ``adopt_model`` takes it into use. It is compared with the model in use
        (while there is none: with itself). ``progress`` is called as by ``duplicates``.
        """
        from ecrm_core.matching import compare_models  # noqa: PLC0415 - numpy only when needed

        after = self._fitted(progress)
        adopted = self.matching_model()
        before = self.duplicates(model=adopted, progress=progress) if adopted else after
        return compare_models(before, after)

    def _fitted(self, progress: Progress | None) -> Deduplication:
        """Compare everybody by a fitted model, which weighs all they may come to state."""
        found = self.duplicates(progress=progress)
        own = self._settings.tools.comparisons.values()
        return evolve(found, model=completed(found.model, own))

    def adopt_model(
        self,
        model: Model | Refit,
        *,
        by: str,
        key: str | None = None,
        now: datetime | None = None,
    ) -> str:
        """Let runs and ``matches`` use a model from now on; return its name ("m2").

        The next run looks at all customers with it.
        """
        held = _model(model)
        result = self._commit(
            lambda at: self.dry_run.adopt_model(held, by=by, now=at),
            ["adopt_model", digest(held.to_json()), by], key, now, by=by,
        )  # fmt: skip
        return str(result["model"])


def _model(model: Model | Refit) -> Model:
    held = getattr(model, "model", model)
    if not isinstance(held, Model):
        message = f"found {type(model).__name__}, expected a Model, or the Refit that holds it"
        raise DefinitionError(message, code="model")
    return held


def _policies(auto: AutoMerge | Iterable[AutoMerge]) -> tuple[AutoMerge, ...]:
    policies = tuple(auto) if isinstance(auto, Iterable) else (auto,)
    for policy in policies:
        if not isinstance(policy, AutoMerge):
            message = f"found {type(policy).__name__}, expected an AutoMerge"
            raise DefinitionError(message, code="auto_merge")
    return policies
