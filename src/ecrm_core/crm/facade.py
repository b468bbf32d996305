"""Facade: one object with a verb for everything a shop does; each verb is one service."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ecrm_core.crm.claims import ClaimVerbs
from ecrm_core.crm.cleaning import CleaningVerbs
from ecrm_core.crm.contact import ContactVerbs
from ecrm_core.crm.dry_run import DryRun
from ecrm_core.crm.identity import IdentityVerbs
from ecrm_core.crm.intake import IntakeVerbs
from ecrm_core.crm.judgements import JudgementVerbs
from ecrm_core.crm.merging import MergingVerbs
from ecrm_core.crm.movements import MovementVerbs
from ecrm_core.crm.opening import open_store
from ecrm_core.crm.payments import PaymentVerbs
from ecrm_core.crm.privacy import PrivacyVerbs
from ecrm_core.crm.quality import QualityVerbs
from ecrm_core.crm.rfm import RfmVerbs
from ecrm_core.crm.runs import RunVerbs
from ecrm_core.crm.saved_segments import SavedSegmentVerbs
from ecrm_core.crm.settings import Settings
from ecrm_core.crm.settling import SettlingVerbs
from ecrm_core.crm.subscriptions import SubscriptionVerbs
from ecrm_core.crm.tables import TableVerbs
from ecrm_core.crm.timeline import TimelineVerbs
from ecrm_core.customers import AttributeSchema, SurvivorshipPolicy
from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import Clock, Noted
from ecrm_core.ports import Tenants, Toolbox
from ecrm_core.quality import RuleSet
from ecrm_core.services import commit, prepare_forget_requests

__all__ = [
    "Crm",
]


class Crm(
    IntakeVerbs,
    IdentityVerbs,
    MergingVerbs,
    PrivacyVerbs,
    ContactVerbs,
    QualityVerbs,
    CleaningVerbs,
    PaymentVerbs,
    TimelineVerbs,
    SavedSegmentVerbs,
    RfmVerbs,
    SubscriptionVerbs,
    MovementVerbs,
    RunVerbs,
    JudgementVerbs,
    ClaimVerbs,
    SettlingVerbs,
    TableVerbs,
):
    """A shop's customers: take input in, find, view, correct, merge and undo, ask for consent.

    A customer is meant by a CustomerId (old ones too), a SourceKey or "source/external_id". Every
    changing verb takes ``now`` (default: the clock) and ``key`` (a request key: sent again, it
    answers with the first result and changes nothing). ``dry_run`` has the same verbs and returns
    what they would write.
    """

    def __init__(
        self, store: Tenants, *, tenant: str = "main", settings: Settings | None = None
    ) -> None:
        """Work on one tenant of a store that is open already."""
        super().__init__(store.tenant(tenant), settings or Settings())
        self._owner = store
        self.dry_run = DryRun(self.store, self._settings)
        """The changing verbs, returning what they would write."""

    @classmethod
    def open(
        cls,
        target: str | Path | None = None,
        *,
        tenant: str = "main",
        region: str | None = None,
        tz: str = "UTC",
        currency: str | None = None,
        policy: SurvivorshipPolicy | None = None,
        attributes: AttributeSchema | None = None,
        clock: Clock | None = None,
        tools: Toolbox | None = None,
        rules: RuleSet | None = None,
        secret: bytes | None = None,
    ) -> Crm:
        """Open a store: a path (SQLite, made when missing), a database URL, or nothing = memory.

        ``region`` (ISO 3166-1) reads phone numbers without a country code, ``tz`` (IANA) times
        without an offset; ``currency`` (ISO 4217) is what a bare amount in a rule means;
        ``tools`` are what plugins and the shop add (``plugins.discover().tools``), ``rules`` what
        its data is asked (default: ``quality.CORE``); ``secret`` (16 bytes or more, kept for ever)
        is needed for sources that know people by e-mail alone, and to erase anybody.
        Raises DefinitionError and StorageError.
        """
        given: dict[str, Any] = {
            "region": region, "tz": tz, "currency": currency, "policy": policy,
            "attributes": attributes, "clock": clock, "tools": tools, "rules": rules,
            "secret": secret,
        }  # fmt: skip
        settings = Settings(**{name: value for name, value in given.items() if value is not None})
        return cls(open_store(target), tenant=tenant, settings=settings)

    def close(self) -> None:
        """Give back files and connections."""
        self._owner.close()

    def compact(self) -> None:
        """Leave nothing in the store's file but its rows: what was erased is overwritten.

        Raises StorageUnavailable (code "blocked") while somebody writes, or reads a state from
        before, and DefinitionError (code "no_compact") for a store in a database of the host's.
        """
        compact = getattr(self._owner, "compact", None)
        if compact is None:
            kind = type(self._owner).__name__
            message = f"{kind} keeps no file of its own: VACUUM is its database's word for it"
            raise DefinitionError(message, code="no_compact")
        compact()

    def __enter__(self) -> Self:
        """Return the facade itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close."""
        self.close()

    def __repr__(self) -> str:
        """Show the tenant and the kind of store."""
        return f"<Crm {self.store.tenant!r} in {type(self._owner).__name__}>"

    def forget_requests(
        self, *, older_than: timedelta = timedelta(days=30), now: datetime | None = None
    ) -> int:
        """Forget request keys of that age and return how many; sent again, they count anew."""
        at, forgotten = self._now(now), 0
        before, note = at - older_than, Noted(verb="forget_requests", at=at)
        while True:
            applied = commit(
                self.store,
                lambda: prepare_forget_requests(self.store, before=before),
                note=note,
            )
            count = int(str(applied.result["forgotten"]))
            forgotten += count
            if not count:
                return forgotten
