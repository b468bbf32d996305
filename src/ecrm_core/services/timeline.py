"""Timeline: recording what happened, and reading it through all ids of a customer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import compress, islice, takewhile
from typing import Any

from attrs import evolve

from ecrm_core.customers import SourceKey, home_id, ids_of
from ecrm_core.errors import ConflictError
from ecrm_core.kernel import ChangeSet, CustomerId, combine, gate_limit, recency_text
from ecrm_core.ports import (
    Store,
    read_facts,
    read_interactions,
    read_timeline,
    scan_timeline,
)
from ecrm_core.services.identity import group_of
from ecrm_core.services.loose import about_erased, bury_loose
from ecrm_core.services.outcomes import outcomes_of
from ecrm_core.services.tombstones import Erasures, read_erasures
from ecrm_core.timeline import (
    CORRELATIONS,
    INTERACTIONS,
    Facts,
    Interaction,
    Known,
    Telling,
    TimelinePage,
    TimelineQuery,
    correlation_key,
    correlation_name,
    correlations_to_read,
    cursor_of,
    decide_interactions,
    place_of,
    told_changes,
)

__all__ = ["facts_of", "happened", "names_told_of", "prepare_record", "record_spared",
           "timeline_of"]  # fmt: skip

_ATTEMPTS = 5
_PAGE = 500
_LOOKED_AT = 1000
_EVERYTHING = TimelineQuery()


def prepare_record(
    store: Store, arriving: Sequence[Interaction], *, secret: bytes | None = None
) -> ChangeSet:
    """Return what recording interactions writes: each event once, and the facts with them.

    Those of people who were erased are counted and left out (``secret`` tells them).
    """
    if not arriving:
        return decide_interactions((), tenant=store.tenant)
    erasures = read_erasures(store, names_told_of(store, arriving), secret=secret)
    changes = record_spared(store, arriving, erasures)
    counts: dict[str, Any] = dict(changes.result)
    return evolve(changes, result={**counts, **outcomes_of(counts), "items": len(arriving)})


def names_told_of(store: Store, arriving: Iterable[Interaction]) -> Iterator[str]:
    """Go through the homes that interactions are about, and the names of their correlations."""
    for subject in {one.subject for one in arriving if one.subject}:
        yield home_id(store.tenant, subject)
    yield from map(correlation_name, filter(None, {correlation_key(one) for one in arriving}))


def record_spared(
    store: Store, arriving: Sequence[Interaction], erasures: Erasures
) -> ChangeSet:  # fmt: skip
    """Return what recording interactions writes, without those of the erased."""
    if not arriving:
        return decide_interactions((), tenant=store.tenant)
    erased = about_erased(store, arriving, erasures)
    told = [one for one, left_out in zip(arriving, erased, strict=True) if not left_out]
    changes = _record(store, told)
    counts: dict[str, Any] = dict(changes.result)
    counts["interactions"] += erased.count(True)
    buried = bury_loose(store, compress(arriving, erased), told, erasures)
    result = {**counts, "erased_interactions": erased.count(True)}
    return combine([changes, buried, erasures.guard], result=result)


def _record(store: Store, told: Sequence[Interaction]) -> ChangeSet:
    known = _known(store, told)
    telling = Telling.of(told, tenant=store.tenant, known=known)
    facts = read_facts(store, sorted(telling.homes))  # before their timelines: its version guards
    timelines = read_interactions(store, sorted(telling.fold))
    return told_changes(telling, evolve(known, facts=facts, timelines=timelines))


def _known(store: Store, told: Sequence[Interaction]) -> Known:
    """Return what is stored of events and, read before all of their events, the correlations."""
    held = dict(store.get_many(INTERACTIONS, [INTERACTIONS.key_of(one) for one in told]))
    all_told = (*told, *(row.value for row in held.values()))
    correlations = store.get_many(
        CORRELATIONS, sorted(filter(None, {correlation_key(one) for one in all_told}))
    )
    whole = correlations_to_read(told, held, correlations)
    for rows in store.find_many(INTERACTIONS, "by_correlation", sorted(whole)).values():
        held |= {INTERACTIONS.key_of(row.value): row for row in rows}
    return Known(interactions=held, correlations=correlations, whole=whole)


def timeline_of(
    store: Store,
    customer: str | SourceKey,
    query: TimelineQuery = _EVERYTHING,
    *,
    after: str | None = None,
    limit: int | None,
) -> TimelinePage:
    """Return what happened with a customer under any of her ids, newest first, as far as asked.

    ``after`` is where a page before ended. Raises DefinitionError for a limit or a place that is
    none.
    """
    most = None if limit is None else gate_limit(limit) + 1
    begin = None if after is None else place_of(after)
    if query.until is not None:
        begin = max(begin or (), (recency_text(query.until), "", ""))
    page = _PAGE if most is None else min(most, _PAGE)
    told = scan_timeline(store, ids_of(group_of(store, customer)), after=begin, page=page)
    if (since := query.since) is not None:
        told = takewhile(lambda one: one.at >= since, told)
    found = tuple(islice(filter(query.takes, told), most))
    shown = found[:limit]
    more = len(found) > len(shown)
    return TimelinePage(interactions=shown, following=cursor_of(shown[-1]) if more else None)


def facts_of(store: Store, customer: str | SourceKey, *, brand: str | None = None) -> Facts:
    """Return what all of that adds up to: in one brand, or across."""
    rows = read_facts(store, ids_of(group_of(store, customer)))
    return Facts.total(rows[home].value.of(brand) for home in sorted(rows))


def happened(
    store: Store, homes: Collection[CustomerId], *, limit: int | None, brand: str | None = None
) -> tuple[Facts, tuple[Interaction, ...]]:
    """Return the facts of some homes and their newest interactions, as of one moment.

    Of a ``brand`` both are its own, and the interactions are among the newest 1,000 of all.
    """
    for _ in range(_ATTEMPTS):
        before = read_facts(store, homes)
        timeline = read_timeline(store, homes, limit=limit if brand is None else _LOOKED_AT)
        if read_facts(store, homes) == before:
            facts = Facts.total(before[home].value.of(brand) for home in sorted(before))
            return facts, tuple(islice((e for e in timeline if brand in {None, e.brand}), limit))
    message = "the customer's timeline is being written again and again; try later"
    raise ConflictError(message, retry="operation")
