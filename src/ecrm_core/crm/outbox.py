"""Outbox: the verbs that hand effects (charges, notices, tasks) to the host's functions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from ecrm_core.crm.progress import Progress
from ecrm_core.crm.verbs import Drafts, Verbs
from ecrm_core.kernel import ChangeSet, Claim, DeliveryPolicy, Noted, utc
from ecrm_core.services import (
    Deliveries,
    Handler,
    commit,
    deliver,
    prepare_release_stuck,
    stuck_effects,
)

__all__ = ["OutboxDrafts", "OutboxVerbs"]


class OutboxDrafts(Drafts):
    """The changing verbs of the outbox, each returning what it would write."""

    def release_stuck(self, *, now: datetime | None = None) -> ChangeSet:
        """Return what letting stuck effects be tried again would write."""
        return prepare_release_stuck(self.store, now=self._now(now))


class OutboxVerbs(Verbs):
    """Hand effects over, each at least once under its key; see and release those that are stuck."""

    def deliver(
        self,
        *,
        charge: Handler | None = None,
        notice: Handler | None = None,
        task: Handler | None = None,
        others: Mapping[str, Handler] | None = None,
        limit: int = 100,
        policy: DeliveryPolicy | None = None,
        progress: Progress | None = None,
        now: datetime | None = None,
    ) -> Deliveries:
        """Hand effects that are due to your functions, at most ``limit``; the others wait.

        A function takes an Emit (``key``, ``topic``, ``at``, ``payload``). It may see one key twice
        (after a crash, or when it outlasts the lease), so pass the key on as the idempotency key of
        your payment or mail service. When it raises, it is called again after a pause. ``others``
        maps further topics to functions.
        """
        named = {"charge": charge, "notice": notice, "task": task, **(others or {})}
        handlers = {topic: handler for topic, handler in named.items() if handler is not None}
        clock = (lambda: utc(now)) if now else self.now

        def going(done: int) -> object:
            return progress(done, limit, "deliver") if progress else True

        return deliver(self.store, handlers, clock=clock, limit=limit, policy=policy, going=going)

    def stuck(self, *, limit: int = 100) -> tuple[Claim, ...]:
        """Return effects your functions refused too often, with the class of the last error."""
        return stuck_effects(self.store, limit=limit)

    def release_stuck(self, *, now: datetime | None = None) -> int:
        """Let stuck effects be tried again and return how many; their attempts count anew."""
        at = self._now(now)
        note = Noted(verb="release_stuck", at=at)
        applied = commit(self.store, lambda: self.dry_run.release_stuck(now=at), note=note)
        return int(str(applied.result["released"]))
