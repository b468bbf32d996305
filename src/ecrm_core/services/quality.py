"""Quality: rows of a table, or what a store holds, past the rules; no rule stands here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Final, TypeVar

from attrs import evolve

from ecrm_core.customers import (
    CLEARED,
    PROFILES,
    RECORDS,
    FieldMap,
    MatchKey,
    Profile,
    SourceKey,
    SourceRecord,
    parse_country,
)
from ecrm_core.customers.table import Table, columns_of, text_of
from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.kernel import MAX_TEXT, Key, Kind, squeeze
from ecrm_core.ports import Store, scan_pages
from ecrm_core.quality import (
    CORE,
    Party,
    Report,
    ReportBuilder,
    RuleSet,
    TableReport,
    check_party,
    check_record,
    count_shared,
    party_of,
    refused_report,
)
from ecrm_core.quality.readings import birth_readings
from ecrm_core.quality.shared import SHARED_TEST
from ecrm_core.sources.cells import Cells
from ecrm_core.sources.row_fields import Steps, lay_out, limit_of, read_fields
from ecrm_core.sources.row_reader import observed_at
from ecrm_core.sources.said import record_of
from ecrm_core.timeline import INTERACTIONS

__all__ = ["Judged", "check", "count_parties", "report_store"]

T = TypeVar("T")
Shared = Mapping[MatchKey, int]
Judged = Callable[[int], object]
"""Called with the rows judged so far, after each page; returning False stops the work there."""

_TOLD = 1_000  # rows between two calls of progress
_COUNTED = 10_000  # rows a page when they are only counted
_ROW: Final = SourceKey("table", "row")
_NO_TIME: Final = datetime(1970, 1, 1, tzinfo=UTC)
_PARSED = (("address.country", "country"), ("birth_on", "birth_date"))


def check(
    table: Table,
    *,
    fields: FieldMap | Mapping[str, str] | None = None,
    rules: RuleSet = CORE,
    as_of: date | None = None,
    region: str | None = None,
    source: str | None = None,
    progress: Callable[[int, int, str], object] | None = None,
) -> TableReport:
    """Return what the rules find in a table: columns by name, a list of mappings, or a frame.

    ``fields`` say what the columns mean (None: ``FieldMap.guess``); no column needs to be the key.
    Rows are read as an intake reads them; ``region`` (ISO 3166-1) is for phones of rows without a
    country, ``as_of`` the day rules about time count from; ``source`` names a column that says
    which source a row is from. ``findings`` name rows from 0; completeness is told by column, also
    by source and by who typed the row (role ``entered_by``). For rules about shared addresses the
    rows are read twice. ``progress(done, total, stage)`` is called every thousand rows, and stops
    the work by returning False. Raises DefinitionError for something that is no table, and for a
    column that is missing.
    """
    _check_rules(rules)
    _check_region(region)
    mapped = _field_map(table, fields)
    columns = columns_of(table)
    named = {source} if source is not None else set()
    missing = sorted((mapped.columns.keys() | named) - columns.keys())
    if missing:
        message = f"the table has no column {missing[0]!r} among its {len(columns)}"
        raise DefinitionError(message, code="column_missing", columns=missing)
    day = as_of.date() if isinstance(as_of, datetime) else as_of
    reader = _Reader(mapped, rules, day, region)
    builder = ReportBuilder(rules, as_of=day)
    used = [name for name, role in mapped.columns.items() if role != "ignore"]
    builder.expect(used)
    typist = next(iter(mapped.columns_for("entered_by")), None)
    read = {name: columns[name] for name in dict.fromkeys((*used, *named))}
    total = sum(1 for _ in next(iter(read.values()), ())) if progress else 0
    shared = reader.shared(_rows(read), used) if rules.asks(SHARED_TEST) else None
    for number, row in enumerate(_rows(read)):
        origin = None if source is None else _label(row[source])
        cells = {name: row[name] for name in used}
        filled = [name for name, value in cells.items() if text_of(value)]
        builder.add(
            number, reader.judge(cells, origin or None, shared), filled,
            sources=None if origin is None else {origin: filled},
            entered_by=None if typist is None else _label(row[typist]),
        )  # fmt: skip
        done = number + 1
        if progress and done % _TOLD == 0 and progress(done, max(done, total), "rows") is False:
            return builder.build(stopped=True)
    if progress:
        progress(total, total, "rows")
    return builder.build()


def _field_map(table: Table, fields: FieldMap | Mapping[str, str] | None) -> FieldMap:
    if fields is None:
        return FieldMap.guess(table)
    return fields if isinstance(fields, FieldMap) else FieldMap(fields)


def _check_rules(rules: object) -> None:
    if not isinstance(rules, RuleSet):
        message = f"found {type(rules).__name__} as rules, expected a RuleSet such as quality.ALL"
        raise DefinitionError(message, code="rule")


def _check_region(region: object) -> None:
    known = region is None or (isinstance(region, str) and parse_country(region) == region)
    if not known:
        message = "found another region than an ISO 3166-1 code, expected one such as 'KR'"
        raise DefinitionError(message, code="region")


def _label(value: object) -> str:
    return squeeze(text_of(value)[:MAX_TEXT])


def _rows(columns: Mapping[str, Iterable[object]]) -> Iterator[dict[str, object]]:
    try:
        for values in zip(*columns.values(), strict=True):
            yield dict(zip(columns, values, strict=True))
    except ValueError as error:
        message = "the columns are not of one length"
        raise DefinitionError(message, code="ragged") from error


class _Reader:
    """Rows of one table, read by its map and judged."""

    def __init__(
        self, fields: FieldMap, rules: RuleSet, as_of: date | None, region: str | None
    ) -> None:
        self._rules, self._as_of, self._region = rules, as_of, region
        self._limits = {c: limit_of(role) for c, role in fields.columns.items()}
        self._clears = fields.clears
        self._updated = next(iter(fields.columns_for("updated_at")), None)
        # Ages are whole days: a time without a zone is near enough.
        self._tz, self._order = fields.tz or "UTC", fields.date_order
        self._steps: Steps = lay_out(fields, region=region, schema=None)
        self._asked = {
            name: column for name, role in _PARSED for column in fields.columns_for(role)
        }

    def judge(self, row: Mapping[str, object], source: str | None, shared: Shared | None) -> Report:
        """Return what the rules find in one row of that source."""
        try:
            party = self._party(row, source, shared)
        except InputError as error:
            inner = error.exceptions if isinstance(error, ExceptionGroup) else (error,)
            return refused_report(map(str, inner), self._rules)
        return check_party(party, self._rules)

    def shared(self, rows: Iterable[Mapping[str, object]], used: Sequence[str]) -> Shared:
        """Return how many rows hold each address, of those that can be read."""
        return count_shared(self._readable({name: row[name] for name in used} for row in rows))

    def _readable(self, rows: Iterable[Mapping[str, object]]) -> Iterator[Party]:
        for row in rows:
            with suppress(InputError):
                yield self._party(row, None, None)

    def _party(self, row: Mapping[str, object], source: str | None, shared: Shared | None) -> Party:
        cells = Cells(row, limits=self._limits, clears=self._clears)
        values = read_fields(self._steps, cells)
        said = {name: cells.said(column) for name, column in self._asked.items()}
        unread = {
            name: text
            for name, text in said.items()
            if name not in values and isinstance(text, str)
        }
        readings = {
            name: birth_readings(unread[name], order=self._order, as_of=self._as_of)
            for name in unread.keys() & {"birth_on"}
        }
        at = observed_at(cells, self._updated, tz=self._tz, order=self._order)
        record = record_of(_ROW, values, at, _NO_TIME)
        party = party_of(record, as_of=self._as_of, region=self._region, shared=shared)
        origin = record if at else None  # a row that says no time is of no age
        return evolve(party, source=source, origin=origin, unread=tuple(unread), readings=readings)


def report_store(
    store: Store,
    *,
    rules: RuleSet = CORE,
    as_of: date,
    source: str | None = None,
    region: str | None = None,
    page: int = 500,
    keep: int = 1_000,
    judged: Judged | None = None,
) -> TableReport:
    """Return what the rules find in the profiles of a store, or in the records of one source.

    Findings name the customer's id, or the source's own key; the first ``keep`` are kept. A
    customer counts in every source a value of her profile is from, with the fields it fills there.
    Rules about shared addresses count them first: then the store is read twice, and every address
    that two or more hold is in memory. Events that are contradicted are counted beside: those of
    the source, or all.
    """
    _check_rules(rules)
    shared = None
    if rules.asks(SHARED_TEST):
        pages = _parties(store, source, page)
        shared = count_shared(party for parties in pages for _, party in parties)
    subject = "records" if source else "customers"
    builder = ReportBuilder(rules, keep=keep, subject=subject, as_of=as_of)
    contradicted = _contradicted(store, source, page)
    done = 0
    for parties in _parties(store, source, page):
        for name, party in parties:
            builder.add(
                name, check_record(party, rules, as_of=as_of, region=region, shared=shared),
                _filled(party),
                sources=_origins(party), entered_by=_label(party.value("entered_by")),
            )  # fmt: skip
        done += len(parties)
        if judged and judged(done) is False:
            return evolve(builder.build(stopped=True), contradicted_events=contradicted)
    return evolve(builder.build(), contradicted_events=contradicted)


def count_parties(store: Store, *, source: str | None = None) -> int:
    """Return how many profiles a store holds, or records of one source."""
    return sum(map(len, _parties(store, source, _COUNTED)))


def _contradicted(store: Store, source: str | None, page: int) -> int:
    within = () if source is None else (source,)
    pages = scan_pages(
        store, INTERACTIONS, index="by_contradicted", within=within, limit=page
    )  # fmt: skip
    return sum(map(len, pages))


def _parties(
    store: Store, source: str | None, page: int
) -> Iterator[list[tuple[str, SourceRecord | Profile]]]:
    if source is None:
        for profiles in _pages(store, PROFILES, (), page):
            yield [(profile.id, profile) for profile in profiles]
    else:
        for records in _pages(store, RECORDS, (source,), page):
            yield [(record.key.external_id, record) for record in records]


def _pages(store: Store, kind: Kind[T], within: Key, page: int) -> Iterator[list[T]]:
    for rows in scan_pages(store, kind, within=within, limit=page):
        yield [row.value for row in rows]


def _filled(party: SourceRecord | Profile) -> Iterable[str]:
    """Return the fields that say something, by name."""
    if isinstance(party, Profile):
        return party.fields
    return [
        name
        for name, cell in party.cells.items()
        if cell.value is not CLEARED and not name.startswith("unmapped.")
    ]


def _origins(party: SourceRecord | Profile) -> Mapping[str, Iterable[str]]:
    """Return the fields each source fills in a profile; corrections are of no source."""
    found: dict[str, dict[str, None]] = {}
    if isinstance(party, Profile):
        for name, chosen in party.fields.items():
            for sourced in chosen:
                if sourced.source is not None:
                    found.setdefault(sourced.source.source, {})[name] = None
    return found
