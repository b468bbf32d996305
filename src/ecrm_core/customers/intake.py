"""Intake: deciding what arriving statements change, for any number of customers at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from attrs import define, field

from ecrm_core.customers.consent import CONSENTS, ConsentStatement
from ecrm_core.customers.history import (
    Past,
    Superseded,
    conflicting_statements,
    standing,
    superseded,
)
from ecrm_core.customers.home import HOMES, Group, Home
from ecrm_core.customers.keys import SEARCH_KEYS, SourceKey, home_id
from ecrm_core.customers.policy import SurvivorshipPolicy
from ecrm_core.customers.profile import PROFILES
from ecrm_core.customers.record import RECORDS, SourceRecord, Stated, join, same_value
from ecrm_core.customers.search import search_keys
from ecrm_core.customers.unify import unify
from ecrm_core.customers.unmatched import marked
from ecrm_core.kernel import ChangeSet, CustomerId, Drop, Key, Put, Reason, combine

__all__ = [
    "bumped",
    "decide_records",
    "decide_statements",
    "given_way",
    "ids_of",
    "new_group",
    "reindexed",
    "rewritten",
]


def new_group(tenant: str, key: SourceKey) -> Group:
    """Return the group of a source key nobody has stated anything about yet."""
    home = home_id(tenant, key)
    return Group(homes=(Home(id=home, key=key, root_id=home),))


@define
class _Work:
    """One group while a batch goes over it."""

    before: Group
    group: Group
    past: Past
    touched: dict[SourceKey, None] = field(factory=dict)
    fields: set[str] = field(factory=set)


def decide_records(
    groups: Mapping[SourceKey, Group],
    arriving: Sequence[SourceRecord],
    *,
    policy: SurvivorshipPolicy,
    known: Mapping[Key, Superseded] = MappingProxyType({}),
) -> ChangeSet:
    """Return what the arriving records change in their groups (``groups`` holds one for each key).

    ``known`` are the rows of HISTORY found by ``given_way`` of the set that is returned without
    them.

    ``result`` counts ``created``, ``updated``, ``superseded`` (older than what is known: kept as
    history) and ``duplicate`` (says nothing new); the four add up to the records. ``customers``
    are the home ids in order of arrival; ``reasons`` name conflicting statements.
    """
    work = {group.root.id: _Work(group, group, Past(known)) for group in groups.values()}
    counts = dict.fromkeys(("created", "updated", "superseded", "duplicate"), 0)
    reasons: list[Reason] = []
    for record in arriving:
        entry = work[groups[record.key].root.id]
        reasons += _conflicts(entry.group, record)
        counts[_take(entry, record)] += 1
    homes = {home.key: home.id for group in groups.values() for home in group.homes}
    result: dict[str, Any] = {**counts, "customers": [homes[r.key] for r in arriving]}
    changed = [
        _write(entry, policy) for entry in work.values() if entry.touched or entry.past.changed
    ]
    return combine([*changed, ChangeSet(reasons=tuple(reasons))], result=result)


def given_way(changes: ChangeSet) -> list[Key]:
    """Return where in HISTORY (index ``by_value``) to look for what ``decide_records`` decided.

    There are the values that gave way, and those that stand in the place of one.
    """
    values = [put.value for put in changes.puts]
    records = {value.key: value for value in values if isinstance(value, SourceRecord)}
    keys = []
    for row in (value for value in values if isinstance(value, Superseded)):
        keys.append(row.at)
        if record := records.get(SourceKey(row.source, row.external_id)):
            keys.append(standing(record, row.field_name))
    return list(dict.fromkeys(keys))


def _conflicts(group: Group, record: SourceRecord) -> tuple[Reason, ...]:
    held = group.records.get(record.key)
    return conflicting_statements(held, record) if held else ()


def _take(entry: _Work, record: SourceRecord) -> str:
    """Join one record into its group; return what that came to."""
    held = entry.group.records.get(record.key)
    record = record if held is None else _news(held, record)
    after = record if held is None else join(held, record)
    rows = () if held is None else superseded(held, record, after)
    late = {row.field_name for row in rows if entry.past.lay_aside(row)}
    entry.fields |= late
    # Cells are compared as such: 1 == True, and 1.0 == 1.00.
    said = [n for n in record.cells if held is None or after.cells[n] is not held.cells.get(n)]
    if held is not None and not said:
        return "superseded" if late else "duplicate"
    for name in {row.field_name for row in rows}.intersection(said):
        entry.past.take_back(standing(after, name))
    entry.fields.update(said)
    entry.touched[record.key] = None
    entry.group = entry.group.with_record(after)
    return "created" if held is None else "updated"


def _news(held: SourceRecord, record: SourceRecord) -> SourceRecord:
    """Leave out what a source that names no time only repeats: hearing it again makes it no newer.

    Otherwise a nightly export of old values would beat what others, or a correction, said since.
    """
    cells = {
        name: cell
        for name, cell in record.cells.items()
        if cell.clock == "source" or not _repeats(name, held.cells.get(name), cell)
    }
    return SourceRecord(record.key, cells)


def _repeats(name: str, held: Stated | None, cell: Stated) -> bool:
    return held is not None and same_value(name, held.value, cell.value)


def _write(entry: _Work, policy: SurvivorshipPolicy) -> ChangeSet:
    group = entry.group
    puts = tuple(Put(RECORDS, group.records[key]) for key in entry.touched)
    homes = {home.key: home for home in group.homes}
    found = [reindexed(entry.before, group, homes[key]) for key in entry.touched]
    rows = ChangeSet(puts=puts, fields=frozenset(entry.fields))
    return combine([rows, entry.past.changes, *found, rewritten(group, policy)])


def reindexed(before: Group, after: Group, home: Home) -> ChangeSet:
    """Return what changes in the rows under which a home of the group is found."""
    old, new = (
        search_keys(home.id, group.records.get(home.key), group.corrections)
        for group in (before, after)
    )
    gone = [SEARCH_KEYS.key_of(old[name]) for name in sorted(old.keys() - new.keys())]
    return ChangeSet(
        puts=tuple(Put(SEARCH_KEYS, new[name]) for name in sorted(new.keys() - old.keys())),
        drops=tuple(Drop(SEARCH_KEYS, key) for key in gone),
    )


def rewritten(group: Group, policy: SurvivorshipPolicy) -> ChangeSet:
    """Return the profile of a group anew, with its root's row bumped under the version read.

    The customer is marked as one that matching has yet to look at.
    """
    root = group.root
    profile = unify(group.records.values(), group.corrections, policy, id=root.id)
    return ChangeSet(
        puts=(
            Put(PROFILES, profile),
            Put(HOMES, root),
            marked(root.id),
        ),
        expects=(group.expect,),
    )


def bumped(group: Group) -> ChangeSet:
    """Return the root's row bumped under the version read, and the customer marked for matching.

    For what is said about a customer and leaves her profile as it is.
    """
    return ChangeSet(puts=(Put(HOMES, group.root), marked(group.root.id)), expects=(group.expect,))


def decide_statements(
    statements: Iterable[ConsentStatement],
    *,
    known: Collection[Key] = (),
    groups: Iterable[Group] = (),
) -> ChangeSet:
    """Return what consent statements write: those not in ``known`` (keys of CONSENTS), each once.

    ``groups`` are those of the people a statement about a whole person is about; they are bumped.
    """
    fresh = {CONSENTS.key_of(s): s for s in statements}
    rows = {key: s for key, s in fresh.items() if key not in known}
    if not rows:
        return ChangeSet(result={"statements": 0})
    people = tuple(groups)
    return ChangeSet(
        puts=tuple(Put(CONSENTS, s) for s in rows.values())
        + tuple(Put(HOMES, group.root) for group in people),
        expects=tuple(group.expect for group in people),
        result={"statements": len(rows)},
    )


def ids_of(group: Group) -> tuple[CustomerId, ...]:
    """Return every id the customer goes or went by, in order."""
    return tuple(sorted(home.id for home in group.homes))
