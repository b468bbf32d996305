"""Quality: the verbs that judge what is stored, and try again what was refused."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from attrs import define, field, frozen

from ecrm_core.crm.files import placed
from ecrm_core.crm.progress import Progress
from ecrm_core.crm.receipt import Receipt
from ecrm_core.crm.settings import Settings
from ecrm_core.crm.verbs import Verbs
from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import ChangeSet, Noted, Stored, utc
from ecrm_core.ports import Page, Store
from ecrm_core.quality import WAYS, HalfLives, RuleSet, TableReport, Value, WorkList
from ecrm_core.services import (
    Mapper,
    commit,
    count_parties,
    mapper_for,
    prepare_replay,
    report_store,
    work_list_store,
)
from ecrm_core.sources import QUARANTINE, AnyMap, Quarantined

__all__ = ["QualityVerbs", "Replayed"]


@frozen(kw_only=True)
class Replayed:
    """What came of quarantined input: rows = read + refused + skipped.

    ``refused`` rows stay, with one attempt more; ``skipped`` are those nobody says how to read.
    ``receipt`` counts what the ``read`` ones came to.
    """

    rows: int = 0
    read: int = 0
    refused: int = 0
    skipped: int = 0
    receipt: Receipt = field(factory=Receipt)
    stopped: bool = False

    def __str__(self) -> str:
        """Return the equation in words."""
        rows = "1 row" if self.rows == 1 else f"{self.rows} rows"
        return (
            f"{rows} = {self.read} read + {self.refused} refused + {self.skipped} skipped"
            f" (read: {self.receipt})"
        )


class QualityVerbs(Verbs):
    """Judge what is stored; read quarantined input again."""

    def report(
        self,
        source: str | None = None,
        *,
        rules: RuleSet | None = None,
        page: int = 500,
        keep: int = 1_000,
        progress: Progress | None = None,
        now: datetime | None = None,
    ) -> TableReport:
        """Return how good the data is: of all customers, or of the records of one source.

        ``rules`` are by default those of the shop (``Crm.open``). Every number counts all; of
        the findings the first ``keep`` are kept. ``progress(done,
        total, stage)`` is called after each page; returning False ends the report there. Raises
        DefinitionError for a page that is none.
        """
        total = count_parties(self.store, source=source) if progress else 0
        stage = source or "customers"
        return report_store(
            self.store, rules=rules or self._settings.rule_set,
            as_of=self._today(now), source=source, region=self._settings.region,
            page=page, keep=keep,
            judged=progress and (lambda done: progress(min(done, total), total, stage)),
        )  # fmt: skip

    def work_list(
        self,
        *,
        value: Value,
        limit: int = 100,
        ways: Collection[str] = WAYS,
        half_lives: HalfLives | None = None,
        page: int = 500,
        progress: Progress | None = None,
        now: datetime | None = None,
    ) -> WorkList:
        """Return whom to verify again first: customers by value at risk, the greatest first.

        ``value`` (a mapping, or a function of the id) says what a customer is worth; value at risk
        is that times one less the best chance of reaching her, by any of the ``ways``. A mail that
        bounced (an interaction ``email_bounced``) counts as a hard event. ``progress(done, total,
        stage)`` is called after each page; returning False ends the list there. Raises
        DefinitionError for two currencies, a limit or page that is none, an unknown way.
        """
        total = count_parties(self.store) if progress else 0
        return work_list_store(
            self.store, value=value, as_of=self._today(now), half_lives=half_lives,
            ways=ways, limit=limit, page=page,
            judged=progress and (lambda done: progress(min(done, total), total, "customers")),
        )  # fmt: skip

    def replay(
        self,
        source: str | None = None,
        *,
        reader: str | None = None,
        brand: str | None = None,
        fields: AnyMap | None = None,
        key_is_personal: bool = False,
        progress: Progress | None = None,
    ) -> Replayed:
        """Read quarantined input again, of one source or of all; what can be read now goes in.

        ``fields`` is the map for the rows of a table, ``reader`` the format of a source with a
        name of its own, ``brand`` as for ``ingest_file``: each needs its ``source``. Without them
        the source's reader is asked, and rows of sources without one are skipped. Each row is one
        transaction: it goes in under the instant it was received at and leaves the quarantine, or
        it stays, with one attempt more. ``progress(done, total, stage)`` is called after each row
        and stops the work by returning False. Raises DefinitionError where the source is missing,
        or a map cannot be carried out, and UnknownName for a reader that is none.
        """
        if source is None and (fields, reader, brand) != (None, None, None):
            message = "found how to read without a source, expected the source whose rows it is for"
            raise DefinitionError(message, code="source_needed")
        if reader is not None:
            self._settings.tools.readers[reader]
        work = _Replay(
            self.store, self._settings, fields, reader=reader, brand=brand,
            key_is_personal=key_is_personal,
        )  # fmt: skip
        pages = work.pages(source)
        total = sum(map(len, work.pages(source))) if progress else 0
        for row in (row for rows in pages for row in rows):
            work.take(row)
            going = progress and progress(work.rows, max(work.rows, total), "quarantine")
            if going is False:
                return work.done(stopped=True)
        return work.done()


@define
class _Replay:
    """Quarantined rows on their way in, each in its own transaction."""

    store: Store
    settings: Settings
    fields: AnyMap | None
    reader: str | None = field(kw_only=True)
    brand: str | None = field(kw_only=True)
    key_is_personal: bool = field(kw_only=True)
    _mappers: dict[str, Mapper | None] = field(factory=dict, init=False)
    _counts: dict[str, int] = field(factory=dict, init=False)
    _ways: dict[str, int] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._ways = dict.fromkeys(("read", "refused", "skipped"), 0)
        if self.fields is not None:
            self.fields = placed(self.fields, self.settings)

    @property
    def rows(self) -> int:
        return sum(self._ways.values())

    def pages(self, source: str | None) -> Iterator[list[Stored[Quarantined]]]:
        within, after = () if source is None else (source,), None
        while True:
            page: Page[Quarantined] = self.store.scan(
                QUARANTINE, index="by_source", within=within, after=after
            )
            yield list(page.rows)
            after = page.following
            if after is None:
                return

    def take(self, row: Stored[Quarantined]) -> None:
        mapper = self._mapper(row.value.source)
        if mapper is None:
            self._ways["skipped"] += 1
            return
        note = Noted(verb="replay", at=utc(self.settings.clock.now()), by=row.value.source)
        applied = commit(self.store, lambda: self._decide(row.value, mapper), note=note)
        way = _WAYS.get(str(applied.result["read"]), "skipped")
        self._ways[way] += 1
        for name, count in applied.result.items():
            if isinstance(count, int) and way == "read":
                self._counts[name] = self._counts.get(name, 0) + count

    def _decide(self, row: Quarantined, mapper: Mapper) -> ChangeSet:
        """Decide on the row as it is now: another run may have been first."""
        held = self.store.get_many(QUARANTINE, [(row.id,)]).get((row.id,))
        if held is None:
            return ChangeSet(result={"read": None})
        return prepare_replay(
            self.store, held, mapper, policy=self.settings.policy, secret=self.settings.secret
        )

    def _mapper(self, source: str) -> Mapper | None:
        if source not in self._mappers:
            self._mappers[source] = mapper_for(
                source, fields=self.fields, region=self.settings.region,
                secret=self.settings.secret, schema=self.settings.attributes,
                key_is_personal=self.key_is_personal, readers=self.settings.tools.readers,
                reader=self.reader, brand=self.brand,
            )  # fmt: skip
        return self._mappers[source]

    def done(self, *, stopped: bool = False) -> Replayed:
        receipt = Receipt.counted(self._counts)
        return Replayed(rows=self.rows, receipt=receipt, stopped=stopped, **self._ways)


_WAYS = {"1": "read", "0": "refused"}
