"""Intake: the verbs that take input in."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from ecrm_core.crm.files import FileInput, ingest_file
from ecrm_core.crm.progress import Progress
from ecrm_core.crm.receipt import Receipt
from ecrm_core.crm.verbs import Drafts, Verbs
from ecrm_core.kernel import ChangeSet, Noted
from ecrm_core.services import commit, prepare_ingest
from ecrm_core.sources import QUARANTINE, AnyMap, Delivery, Quarantined
from ecrm_core.sources.csv_modes import EXACT

__all__ = ["IntakeDrafts", "IntakeVerbs"]


class IntakeDrafts(Drafts):
    """The changing verbs of intake, each returning what it would write."""

    def ingest(self, delivery: Delivery) -> ChangeSet:
        """Return what taking in the delivery would write."""
        return prepare_ingest(
            self.store, delivery, policy=self.settings.policy, secret=self.settings.secret
        )


class IntakeVerbs(Verbs):
    """Take deliveries and files in; see what was refused."""

    def ingest(
        self, delivery: Delivery, *, key: str | None = None, now: datetime | None = None
    ) -> Receipt:
        """Take a delivery in, in one transaction; a webhook's event id makes a good ``key``."""
        request = self._key(key, ["ingest", delivery.source, delivery.digest], now)
        note = Noted(verb="ingest", at=self._now(now), by=delivery.source)
        return Receipt.of(
            commit(self.store, lambda: self.dry_run.ingest(delivery), key=request, note=note)
        )

    def ingest_file(
        self,
        path: str | Path,
        *,
        source: str,
        name: str | None = None,
        brand: str | None = None,
        fields: AnyMap | None = None,
        encoding: str | None = None,
        mode: str = EXACT,
        key_is_personal: bool = False,
        page: int = 500,
        progress: Progress | None = None,
        now: datetime | None = None,
    ) -> Receipt:
        """Take a file in, page by page; run again after a stop or a kill, it goes on from there.

        With ``fields`` the file is a CSV and ``source`` the name you give it: its rows are parties
        (FieldMap) or events (EventMap). Without, ``source`` names a known format ("shopify",
        "vcard"), and ``name`` the source it is taken in as, where you have several of the format.
        ``brand`` is the shop of the account that the file is of. ``mode`` is the one a CSV of ours
        was written in: "spreadsheet" takes its apostrophes off. ``key_is_personal`` takes rows
        whose only key is their e-mail or phone, under a keyed hash of it (needs the secret).
        ``progress(done, total, stage)`` is called after each page and stops the work by returning
        False. Raises InputError and DefinitionError for a file or mapping that cannot be read, and
        for names that are none; bad rows are quarantined.
        """
        given = FileInput(
            path=Path(path), source=source, fields=fields, encoding=encoding, mode=mode,
            name=name, brand=brand,
            key_is_personal=key_is_personal, page=page, readers=self._settings.tools.readers,
        )  # fmt: skip
        return ingest_file(self.store, self._settings, given, progress=progress, now=self._now(now))

    def quarantined(
        self, source: str | None = None, *, limit: int = 100
    ) -> tuple[Quarantined, ...]:
        """Return input that was refused, of one source or of all, with the reasons."""
        within = () if source is None else (source,)
        page = self.store.scan(QUARANTINE, index="by_source", within=within, limit=limit)
        return tuple(row.value for row in page.rows)
