"""Verbs: what every room's part of the facade stands on, and of its dry run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import attrs

from ecrm_core.crm.settings import Settings
from ecrm_core.customers import SourceKey
from ecrm_core.kernel import (
    Applied,
    ChangeSet,
    Noted,
    RequestKey,
    canonical_json,
    encode,
    gate_text,
    instant_text,
    utc,
    zone,
)
from ecrm_core.ports import Store
from ecrm_core.services import Act, commit, write_note

if TYPE_CHECKING:
    from ecrm_core.crm.dry_run import DryRun  # which is made of the rooms' Drafts

__all__ = ["Customer", "Drafts", "Verbs"]

Customer = str | SourceKey
"""Who is meant: a CustomerId (old ones too), a SourceKey or "source/external_id"."""


def _acting(settings: Settings, by: str, at: datetime) -> Act:
    return Act(by=by, at=at, policy=settings.policy, secret=settings.secret)


class Drafts:
    """Changing verbs that return what they would write."""

    store: Store
    settings: Settings

    def _now(self, now: datetime | None) -> datetime:
        return utc(now or self.settings.clock.now())

    def _act(self, by: str, now: datetime | None) -> Act:
        return _acting(self.settings, by, self._now(now))


class Verbs:
    """Verbs on one tenant's handle of a store."""

    dry_run: DryRun

    def __init__(self, store: Store, settings: Settings) -> None:
        """Work on a handle that is bound to a tenant."""
        self._settings = settings
        self.store = store
        """The tenant's handle, for the readers of ``ports``."""

    def now(self) -> datetime:
        """Return the present instant of the facade's clock, in UTC."""
        return utc(self._settings.clock.now())

    def _now(self, now: datetime | None) -> datetime:
        return utc(now) if now else self.now()

    def _today(self, now: datetime | None) -> date:
        """Return the day it is in the shop, which may not be that in UTC."""
        return self._now(now).astimezone(zone(self._settings.tz)).date()

    def _act(self, by: str, now: datetime | None) -> Act:
        return _acting(self._settings, by, self._now(now))

    def _note(self, verb: str, by: str | None, now: datetime | None) -> None:
        """Tell the audit of what changes nothing."""
        write_note(self.store, Noted(verb=verb, by=by, at=self._now(now)))

    def _key(
        self, key: str | None, params: Sequence[object], now: datetime | None
    ) -> RequestKey | None:
        if key is None:
            return None
        return RequestKey.of(gate_text(key, "$.key"), list(map(_plain, params)), self._now(now))

    def _commit(
        self,
        decide: Callable[[datetime], ChangeSet],
        params: Sequence[object],
        key: str | None,
        now: datetime | None,
        *,
        by: str | None = None,
        why: str | None = None,
    ) -> dict[str, Any]:
        """Decide and apply; ``params`` begin with the verb, as the audit calls it."""
        at = self._now(now)
        note = Noted(verb=str(params[0]), at=at, by=by, why=why)
        request = self._key(key, params, at)
        applied: Applied = commit(self.store, lambda: decide(at), key=request, note=note)
        return dict(applied.result)


def _plain(value: object) -> object:
    """Return a text that stands for an argument in the digest of a request; None for None.

    What has no text (a number of 5,000 digits, a value with parts of the wrong type) stands for its
    type: no field holds such a value, so the decision refuses it.
    """
    if value is None or isinstance(value, str):
        return value
    try:
        if isinstance(value, datetime):
            return instant_text(value)  # one instant in two zones is one parameter
        return canonical_json(encode(value)) if attrs.has(type(value)) else str(value)
    except Exception:  # noqa: BLE001 - any class of misfit is the same answer
        return type(value).__name__
