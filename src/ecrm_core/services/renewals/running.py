"""Running: what is due, decided and written a page at a time; whoever comes second finds it done.

There is no lease: each row is written under the version it was decided on, so of two runs that meet
one writes and the other decides anew. Workers that are to share the work take shares (``shard``).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from ecrm_core.errors import ConflictError, DefinitionError
from ecrm_core.kernel import Applied, ChangeSet, Noted
from ecrm_core.ports import Store
from ecrm_core.ports.subscriptions import read_due
from ecrm_core.services.commit import commit
from ecrm_core.services.renewals.reading import Presets, SetAside, tried
from ecrm_core.services.renewals.report import RunReport, Tally
from ecrm_core.services.renewals.withdrawing import waiting_rows
from ecrm_core.subscriptions import advance, decide_steps
from ecrm_core.subscriptions.duration import is_count

__all__ = ["Draft", "check_run", "prepare_run_due", "run_due"]

_PAGE = 200
_ROUNDS = 50
_MOST = 1_000_000_000
Draft = Callable[[int, Collection[str]], ChangeSet]
"""What one transaction of so many subscriptions, without some ids, would write."""


def check_run(limit: int | None, shard: tuple[int, int] | None) -> None:
    """Refuse a limit below 1 and a share that is none (DefinitionError)."""
    if limit is not None and not is_count(limit, 1, _MOST):
        raise DefinitionError("found a limit that is none, expected 1 or more", code="limit")
    if shard is not None and not _is_share(shard):
        message = "found a shard that is none, expected (i, n) with i from 0 to n - 1"
        raise DefinitionError(message, code="shard")


def _is_share(shard: object) -> bool:
    if not isinstance(shard, tuple) or len(shard) != 2:
        return False
    number, shares = shard
    return is_count(shares, 1, _MOST) and is_count(number, 0, shares - 1)


def prepare_run_due(
    store: Store,
    *,
    now: datetime,
    presets: Presets,
    limit: int,
    shard: tuple[int, int] | None = None,
    beside: Collection[str] = (),
) -> ChangeSet:
    """Return what is due in the first ``limit`` subscriptions; the result counts it.

    What cannot be read or decided is named in the result and left as it is; ``beside`` are ids of
    such, passed over.
    """
    tally, steps = Tally(now), []
    page = (limit + len(beside)) * (shard[1] if shard else 1)
    for row in read_due(store, now, shard=shard, page=page):
        unread = row.value
        if unread.id in beside:
            continue
        step = tried(unread, presets, lambda state, policies: advance(state, now, policies))
        if isinstance(step, SetAside):
            tally.aside[step.subscription] = step.code
        else:
            steps.append((step, row.version))
            tally.step(step, unread.next_action_at or now)
        if len(steps) + len(tally.aside) == limit:
            break
    waiting = waiting_rows(store, (row for step, _ in steps for row in step.events))
    return decide_steps(steps, result=tally.result, waiting=waiting)


def run_due(store: Store, draft: Draft, *, now: datetime, limit: int | None) -> RunReport:
    """Write drafts of 200 subscriptions until nothing is due, or ``limit`` are done."""
    report, left = RunReport(), limit
    while left is None or left > 0:
        size = _PAGE if left is None else min(left, _PAGE)
        beside = {held.subscription for held in report.aside}
        applied = _written(store, lambda size=size, beside=beside: draft(size, beside), now)  # type: ignore[misc]
        done = RunReport().plus(applied.result)
        report = report.plus(applied.result)
        if not done.subscriptions and not done.aside:
            break
        left = None if left is None else left - done.subscriptions
    return report


def _written(store: Store, decide: Callable[[], ChangeSet], now: datetime) -> Applied:
    """Commit a draft; that others are always first means that they get on with the work."""
    note = Noted(verb="run_due", at=now)
    for _ in range(_ROUNDS):
        try:
            return commit(store, decide, note=note)
        except ConflictError as error:
            if error.retry != "operation":
                raise
    return commit(store, decide, note=note)
