"""Facade: one object with a verb for everything a shop does; each verb is one service."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import attrs

from ecrm_core.crm.dry_run import Customer, DryRun
from ecrm_core.crm.files import FileInput, ingest_file
from ecrm_core.crm.opening import open_store
from ecrm_core.crm.progress import Progress
from ecrm_core.crm.receipt import Receipt, Undo
from ecrm_core.crm.settings import Settings
from ecrm_core.customers import AttributeSchema, ConsentState, FieldMap, SurvivorshipPolicy, Verdict
from ecrm_core.kernel import (
    Applied,
    ChangeSet,
    Clock,
    CustomerId,
    RequestKey,
    canonical_json,
    decode,
    encode,
    gate_text,
    instant_text,
    utc,
)
from ecrm_core.merging import MergeEdge, MergePreview, UndoReport
from ecrm_core.ports import Tenants
from ecrm_core.services import (
    CustomerView,
    Hit,
    address_of,
    commit,
    export_customer,
    find_customers,
    group_of,
    may_contact_address,
    may_contact_customer,
    prepare_forget_requests,
    prepare_preview,
    view_customer,
)
from ecrm_core.sources import QUARANTINE, Delivery, Quarantined

__all__ = ["Crm"]


class Crm:
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
        self._owner = store
        self._settings = settings or Settings()
        self.store = store.tenant(tenant)
        """The tenant's handle, for the readers of ``ports``."""
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
        policy: SurvivorshipPolicy | None = None,
        attributes: AttributeSchema | None = None,
        clock: Clock | None = None,
        secret: bytes | None = None,
    ) -> Crm:
        """Open a store: a path (SQLite, made when missing), a database URL, or nothing = memory.

        ``region`` (ISO 3166-1) reads phone numbers without a country code, ``tz`` (IANA) times
        without an offset; ``secret`` (16 bytes or more, kept for ever) is needed for sources that
        know people by e-mail alone. Raises DefinitionError and StorageError.
        """
        given: dict[str, Any] = {
            "region": region, "tz": tz, "policy": policy, "attributes": attributes,
            "clock": clock, "secret": secret,
        }  # fmt: skip
        settings = Settings(**{name: value for name, value in given.items() if value is not None})
        return cls(open_store(target), tenant=tenant, settings=settings)

    def close(self) -> None:
        """Give back files and connections."""
        self._owner.close()

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

    def now(self) -> datetime:
        """Return the present instant of the facade's clock, in UTC."""
        return utc(self._settings.clock.now())

    def ingest(
        self, delivery: Delivery, *, key: str | None = None, now: datetime | None = None
    ) -> Receipt:
        """Take a delivery in, in one transaction; a webhook's event id makes a good ``key``."""
        request = self._key(key, ["ingest", delivery.source, delivery.digest], now)
        return Receipt.of(commit(self.store, lambda: self.dry_run.ingest(delivery), key=request))

    def ingest_file(
        self,
        path: str | Path,
        *,
        source: str,
        fields: FieldMap | None = None,
        encoding: str | None = None,
        key_is_personal: bool = False,
        page: int = 500,
        progress: Progress | None = None,
        now: datetime | None = None,
    ) -> Receipt:
        """Take a file in, page by page; run again after a stop or a kill, it goes on from there.

        With ``fields`` the file is a CSV and ``source`` the name you give it; without, ``source``
        names a known format ("shopify"). ``key_is_personal`` takes rows whose only key is their
        e-mail or phone, under a keyed hash of it (needs the secret). ``progress(done, total,
        stage)`` is called after each page and stops the work by returning False. Raises InputError
        and DefinitionError for a file or mapping that cannot be read; bad rows are quarantined.
        """
        given = FileInput(
            path=Path(path), source=source, fields=fields, encoding=encoding,
            key_is_personal=key_is_personal, page=page,
        )  # fmt: skip
        return ingest_file(self.store, self._settings, given, progress=progress, now=self._now(now))

    def resolve(self, customer: Customer) -> CustomerId:
        """Return the id the customer goes by now; MissingError when there is none."""
        return group_of(self.store, customer).root.id

    def find(self, text: str, *, limit: int = 20) -> tuple[Hit, ...]:
        """Return customers by id, e-mail, phone, or the beginning of a name in either order."""
        return find_customers(self.store, text, limit=limit, region=self._settings.region)

    def view(self, customer: Customer) -> CustomerView:
        """Return one customer whole; MissingError when there is none. It never guesses."""
        return view_customer(self.store, customer)

    def export(self, customer: Customer, *, audit: bool = True) -> dict[str, object]:
        """Return everything known of a customer as JSON values; without merges if not ``audit``."""
        return export_customer(self.view(customer), audit=audit)

    def quarantined(
        self, source: str | None = None, *, limit: int = 100
    ) -> tuple[Quarantined, ...]:
        """Return input that was refused, of one source or of all, with the reasons."""
        within = () if source is None else (source,)
        page = self.store.scan(QUARANTINE, index="by_source", within=within, limit=limit)
        return tuple(row.value for row in page.rows)

    def correct(
        self,
        customer: Customer,
        field: str,
        value: object,
        *,
        by: str,
        replaces: object = None,
        pin: bool = False,
        reason: str | None = None,
        key: str | None = None,
        now: datetime | None = None,
    ) -> str:
        """Rule on one value, so that no re-import brings the bad one back; return the ruling's id.

        ``value`` None empties the field. In a list field (emails, tags, ...) ``replaces`` is the
        wrong element, and without it ``value`` is added. ``pin`` holds against later statements.
        """
        params = ["correct", str(customer), field, value, by, replaces, pin, reason]
        result = self._commit(
            lambda at: self.dry_run.correct(
                customer, field, value, by=by, replaces=replaces, pin=pin, reason=reason, now=at
            ),
            params, key, now,
        )  # fmt: skip
        return str(result["correction"])

    def preview_merge(self, winner: Customer, loser: Customer) -> MergePreview:
        """Return what merging the loser into the winner would give, field by field."""
        return prepare_preview(self.store, winner, loser, policy=self._settings.policy)

    def merge(
        self,
        winner: Customer,
        loser: Customer,
        *,
        by: str,
        key: str | None = None,
        now: datetime | None = None,
    ) -> Undo:
        """Join two customers under the winner's id and return what undoes it.

        Nothing moves and both ids go on resolving. Raises MergeRefused when they are one already.
        """
        params = ["merge", str(winner), str(loser), by]
        result = self._commit(
            lambda at: self.dry_run.merge(winner, loser, by=by, now=at), params, key, now
        )
        return decode(Undo, dict(result))

    def unmerge(
        self,
        undo: Undo | MergeEdge | str,
        *,
        by: str,
        key: str | None = None,
        now: datetime | None = None,
    ) -> UndoReport:
        """Undo one merge (an Undo, an edge of the view, or its id), at any time, in any order.

        Raises MergeRefused when it has been undone and MissingError when there is no such merge.
        """
        edge = _edge(undo)
        result = self._commit(
            lambda at: self.dry_run.unmerge(edge, by=by, now=at), ["unmerge", edge, by], key, now
        )
        return decode(UndoReport, dict(result))

    def consent(
        self,
        address: str,
        state: str | ConsentState,
        *,
        channel: str,
        purpose: str,
        by: str | None = None,
        source: str = "ecrm",
        double_opt_in: bool = False,
        confirmed_at: datetime | None = None,
        expires_at: datetime | None = None,
        night: bool = False,
        evidence: str | None = None,
        key: str | None = None,
        now: datetime | None = None,
    ) -> None:
        """Record that somebody granted, refused or revoked contact at an address.

        ``state`` is granted, pending, refused or revoked; ``channel`` such as "email" or "sms";
        the other parts are those of ConsentStatement. Raises InputError for an unreadable address.
        """
        said: dict[str, Any] = {
            "channel": channel, "purpose": purpose, "by": by, "source": source, "night": night,
            "double_opt_in": double_opt_in, "confirmed_at": confirmed_at,
            "expires_at": expires_at, "evidence": evidence,
        }  # fmt: skip
        self._commit(
            lambda at: self.dry_run.consent(address, state, now=at, **said),
            ["consent", address, state, *said.values()], key, now,
        )  # fmt: skip

    def refuse_contact(
        self,
        customer: Customer,
        *,
        purpose: str = "marketing",
        by: str,
        key: str | None = None,
        now: datetime | None = None,
    ) -> None:
        """Record that the person wants none of this at all, whatever her addresses are."""
        self._commit(
            lambda at: self.dry_run.refuse_contact(customer, purpose=purpose, by=by, now=at),
            ["refuse_contact", str(customer), purpose, by], key, now,
        )  # fmt: skip

    def lift_refusal(
        self,
        customer: Customer,
        *,
        purpose: str = "marketing",
        by: str,
        key: str | None = None,
        now: datetime | None = None,
    ) -> None:
        """Record that the person takes such a refusal back; what her addresses say counts again."""
        self._commit(
            lambda at: self.dry_run.lift_refusal(customer, purpose=purpose, by=by, now=at),
            ["lift_refusal", str(customer), purpose, by], key, now,
        )  # fmt: skip

    def may_contact(
        self,
        customer: Customer,
        channel: str,
        purpose: str,
        *,
        at: datetime | None = None,
        night: bool = False,
    ) -> Verdict:
        """Tell whether some address of the customer may be written to, and why or why not."""
        when = self._now(at)
        return may_contact_customer(
            self.store, customer, channel=channel, purpose=purpose, at=when, night=night
        )

    def may_contact_address(
        self,
        address: str,
        channel: str,
        purpose: str,
        *,
        at: datetime | None = None,
        night: bool = False,
    ) -> Verdict:
        """Tell whether this very address may be written to, and why or why not."""
        contact = address_of(address, channel, region=self._settings.region)
        when = self._now(at)
        return may_contact_address(
            self.store, contact, channel=channel, purpose=purpose, at=when, night=night
        )

    def forget_requests(
        self, *, older_than: timedelta = timedelta(days=30), now: datetime | None = None
    ) -> int:
        """Forget request keys of that age and return how many; sent again, they count anew."""
        before, forgotten = self._now(now) - older_than, 0
        while True:
            applied = commit(self.store, lambda: prepare_forget_requests(self.store, before=before))
            count = int(str(applied.result["forgotten"]))
            forgotten += count
            if not count:
                return forgotten

    def _now(self, now: datetime | None) -> datetime:
        return utc(now) if now else self.now()

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
    ) -> dict[str, Any]:
        at = self._now(now)
        applied: Applied = commit(self.store, lambda: decide(at), key=self._key(key, params, at))
        return dict(applied.result)


def _edge(undo: Undo | MergeEdge | str) -> str:
    if isinstance(undo, Undo):
        return undo.edge
    return undo.id if isinstance(undo, MergeEdge) else undo


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
